// The worker, seen from the page. It can be stopped at any time and started again: the page keeps the file and the edit.
import { byId, make } from "../page/dom";
import type { Source, FromWorker, Size, Step, ToWorker } from "./types";

export class Engine {
  private worker: Worker | null = null;
  private seq = 0;
  private full = 0;
  private read: (() => Promise<Source>) | null = null;

  constructor(
    private readonly address: URL,
    private readonly runtimeBytes: number,
    private readonly budget: number,
    private readonly hear: (message: FromWorker) => void,
  ) {}

  get running(): boolean {
    return this.worker !== null;
  }

  // Starts a worker on new canvases: one that was handed over cannot be taken back.
  start(): void {
    const after = make("canvas", { id: "after", role: "img", "aria-label": "Photograph after the edit" });
    const before = make("canvas", { id: "before", role: "img", "aria-label": "Photograph before the edit" });
    byId("after").replaceWith(after);
    byId("before").replaceWith(before);
    const worker = new Worker(this.address, { type: "module" });
    this.worker = worker;
    worker.onmessage = ({ data }: MessageEvent<FromWorker>) => { if (this.worker === worker) this.hear(data); };
    worker.onerror = () => { if (this.worker === worker) { this.stop(); this.hear({ type: "failed", text: "the worker stopped", fatal: true }); } };
    const canvases = { after: after.transferControlToOffscreen(), before: before.transferControlToOffscreen() };
    this.send({ type: "start", ...canvases, runtimeBytes: this.runtimeBytes }, [canvases.after, canvases.before]);
  }

  stop(): void {
    clearTimeout(this.full);
    this.worker?.terminate();
    this.worker = null;
  }

  async restart(): Promise<void> {
    this.stop();
    this.start();
    if (this.read) await this.load(this.read);
  }

  async load(read: () => Promise<Source>): Promise<void> {
    this.read = read;
    const source = await read();
    this.send({ type: "load", source, full: this.budget }, transferable(source));
  }

  async target(source: Source): Promise<void> {
    this.send({ type: "target", source }, transferable(source));
  }

  // The preview at once; the full image when the edit has rested for a while.
  render(steps: Step[], soon: boolean): void {
    this.ask("preview", steps);
    clearTimeout(this.full);
    this.full = window.setTimeout(() => this.ask("full", steps), soon ? 60 : 350);
  }

  send(message: ToWorker, transfer: Transferable[] = []): void {
    this.worker?.postMessage(message, transfer);
  }

  private ask(size: Size, steps: Step[]): void {
    this.send({ type: "render", seq: ++this.seq, size, steps });
  }

  get asked(): number {
    return this.seq;
  }
}

const transferable = (source: Source): Transferable[] => (source.kind === "bitmap" ? [source.bitmap] : [source.values.buffer as ArrayBuffer]);
