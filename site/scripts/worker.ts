// The darkroom's worker: runs the graphs of the modules with ONNX Runtime, and draws both canvases.
import { Chain } from "./darkroom/chain";
import { paint, readImage, type Image } from "./darkroom/image";
import { Runtime } from "./darkroom/runtime";
import { search } from "./darkroom/search";
import type { FromWorker, ToWorker } from "./darkroom/types";

const PREVIEW = 250_000; // pixels
const scope = self as unknown as DedicatedWorkerGlobalScope;
const tell = (message: FromWorker): void => scope.postMessage(message);
const text = (error: unknown): string => String((error as Error)?.message ?? error).slice(0, 300);

const runtime = new Runtime();
const chain = new Chain(runtime, (seq, name) => tell({ type: "computing", seq, name }));
let before: OffscreenCanvas, after: OffscreenCanvas;
let image: Image | null = null, target: Image | null = null;
let clipping = false, latest = 0, busy = false;
let waiting: (ToWorker & { type: "render" }) | null = null;

// Lets messages in: a promise alone does not.
const gap = (): Promise<void> => new Promise((resolve) => {
  const channel = new MessageChannel();
  channel.port1.onmessage = () => { channel.port1.close(); resolve(); };
  channel.port2.postMessage(0);
});

async function render(message: ToWorker & { type: "render" }): Promise<void> {
  if (!image) return;
  const sized = image.sizes[message.size], started = performance.now();
  // Previews are never dropped, or dragging would show none; only the newest one waits. A full image gives way.
  const result = await chain.run(message, sized, gap, () => message.size === "full" && message.seq !== latest);
  if (!result) return;
  const shown = performance.now();
  const marks = paint(after, result.linear, sized.width, sized.height, clipping);
  const times: [string, number][] = [...result.times, ["show", performance.now() - shown]];
  tell({ type: "painted", seq: message.seq, size: message.size, width: sized.width, height: sized.height, ms: performance.now() - started, times, ...marks });
}

async function work(): Promise<void> {
  if (busy) return;
  busy = true;
  while (waiting) {
    const message = waiting;
    waiting = null;
    try {
      await runtime.started;
      await render(message);
    } catch (error) {
      const name = chain.failing;
      tell(name ? { type: "broken", name, text: text(error) } : { type: "failed", text: text(error) });
    }
  }
  busy = false;
}

scope.onmessage = async ({ data }: MessageEvent<ToWorker>): Promise<void> => {
  try {
    switch (data.type) {
      case "start":
        ({ before, after } = data);
        await runtime.start(data.runtimeBytes, (part) => tell({ type: "progress", part }));
        tell({ type: "ready" });
        break;
      case "load": {
        image = readImage(data.source, { preview: PREVIEW, full: data.full });
        chain.clear();
        const { width, height, linear } = image.sizes.full;
        paint(before, linear, width, height, false);
        tell({ type: "loaded", width, height, of: image.pixels });
        break;
      }
      case "clipping":
        clipping = data.on;
        break;
      case "warm":
        for (const name of data.names) { await gap(); await runtime.session(name).catch(() => undefined); }
        break;
      case "render":
        latest = data.seq;
        waiting = data;
        await work();
        break;
      case "target":
        target = readImage(data.source, { preview: PREVIEW, full: PREVIEW });
        break;
      case "search": {
        if (!image || !target) break;
        await search(chain, image.sizes.preview, target.sizes.preview, data.steps, data.free, gap, tell);
        break;
      }
    }
  } catch (error) {
    tell({ type: "failed", text: text(error), fatal: data.type === "start" });
  }
};
