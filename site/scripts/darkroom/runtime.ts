// ONNX Runtime in WebAssembly, and one session for each module's graph.
import * as ort from "onnxruntime-web/wasm";

export class Runtime {
  private readonly sessions = new Map<string, Promise<ort.InferenceSession>>();
  private begin: () => void = () => undefined;
  private fail: (error: unknown) => void = () => undefined;
  readonly started = new Promise<void>((resolve, reject) => { this.begin = resolve; this.fail = reject; });

  constructor() {
    this.started.catch(() => undefined);
  }

  // The engine is one gzipped file whatever the host compresses; `bytes` is its size, for the progress.
  async start(bytes: number, progress: (part: number) => void): Promise<void> {
    try {
      if (typeof WebAssembly !== "object") throw new Error("this browser has no WebAssembly");
      const answer = await fetch(new URL("ort-wasm-simd-threaded.wasm.gz", self.location.href));
      if (!answer.ok || !answer.body) throw new Error(`the engine could not be loaded (${answer.status})`);
      let got = 0;
      const counted = answer.body.pipeThrough(new TransformStream<Uint8Array, BufferSource>({
        transform(part, controller) { got += part.length; progress(Math.min(1, got / bytes)); controller.enqueue(part as BufferSource); },
      }));
      ort.env.wasm.wasmBinary = await new Response(counted.pipeThrough(new DecompressionStream("gzip"))).arrayBuffer();
      ort.env.wasm.wasmPaths = new URL("./", self.location.href).href;
      ort.env.wasm.numThreads = 1;
      ort.env.logLevel = "error";
      this.begin();
    } catch (error) {
      this.fail(error);
      throw error;
    }
  }

  session(name: string): Promise<ort.InferenceSession> {
    let session = this.sessions.get(name);
    if (!session) {
      session = this.open(name);
      this.sessions.set(name, session);
      session.catch(() => this.sessions.delete(name));
    }
    return session;
  }

  private async open(name: string): Promise<ort.InferenceSession> {
    await this.started;
    const answer = await fetch(new URL(`../darkroom/graphs/${name}.onnx`, self.location.href));
    if (!answer.ok) throw new Error(`its graph could not be loaded (${answer.status})`);
    const graph = new Uint8Array(await answer.arrayBuffer());
    return ort.InferenceSession.create(graph, { executionProviders: ["wasm"], graphOptimizationLevel: "all", enableCpuMemArena: false });
  }

  async run(name: string, image: Float32Array, width: number, height: number, values: number[]): Promise<Float32Array> {
    const session = await this.session(name);
    const feeds: Record<string, ort.Tensor> = { image: new ort.Tensor("float32", image, [1, 3, height, width]) };
    if (session.inputNames.includes("sliders")) feeds.sliders = new ort.Tensor("float32", Float32Array.from(values), [1, values.length]);
    if (session.inputNames.includes("frame")) feeds.frame = new ort.Tensor("float32", Float32Array.of(0, 0, width, height), [1, 4]);
    const outputs = await session.run(feeds);
    return outputs[session.outputNames[0]!]!.data as Float32Array;
  }
}
