// A chain of modules: only what changed is computed again, and the outputs that are kept have a limit in bytes.
import { convert } from "./colour";
import type { Sized } from "./image";
import type { Runtime } from "./runtime";
import type { Size, Space, Step } from "./types";

const KEPT = 256 << 20; // bytes of outputs of one size

interface Stage {
  key: string;
  output: Float32Array | null; // null where it was dropped for memory
  made: Space;
  ms: number;
}

export interface Result {
  linear: Float32Array;
  times: [string, number][];
}

export class Chain {
  private kept: Record<Size, Stage[]> = { preview: [], full: [] };
  failing = ""; // module whose graph failed in the last run

  constructor(private readonly runtime: Runtime, private readonly tell: (seq: number, name: string) => void) {}

  clear(): void {
    this.kept = { preview: [], full: [] };
  }

  async run(asked: { seq: number; size: Size; steps: Step[] }, image: Sized, gap: () => Promise<void>, dropped: () => boolean): Promise<Result | null> {
    this.failing = "";
    const n = image.width * image.height, stages = this.kept[asked.size], keys = keysOf(asked.steps), times: [string, number][] = [];
    let same = 0;
    while (same < keys.length && stages[same]?.key === keys[same]) same++;
    stages.length = same;
    let at = same;
    while (at && !stages[at - 1]!.output) at--;
    let pixels = at ? stages[at - 1]!.output! : image.linear, space: Space = at ? stages[at - 1]!.made : "input-rgb";
    for (; at < asked.steps.length; at++) {
      const step = asked.steps[at]!;
      this.tell(asked.seq, step.name);
      const started = performance.now();
      pixels = await this.step(step, pixels, space, image);
      space = step.made;
      const ms = performance.now() - started;
      times.push([step.name, ms]);
      stages[at] = { key: keys[at]!, output: pixels, made: space, ms };
      await gap();
      if (dropped()) return null;
    }
    limit(stages);
    return { linear: convert(pixels, n, space, "input-rgb"), times };
  }

  async step(step: Step, pixels: Float32Array, space: Space, image: Sized): Promise<Float32Array> {
    const input = convert(pixels, image.width * image.height, space, step.space);
    try {
      return await this.runtime.run(step.name, input, image.width, image.height, step.values);
    } catch (error) {
      this.failing = step.name;
      throw error;
    }
  }
}

function keysOf(steps: Step[]): string[] {
  let key = "";
  return steps.map((step) => (key += `|${step.name} ${step.space} ${step.values.join()}`));
}

// Drops the outputs that are cheapest to compute again until the rest fits; the last one stays.
function limit(stages: Stage[]): void {
  const bytes = (): number => stages.reduce((sum, stage) => sum + (stage.output?.byteLength ?? 0), 0);
  while (bytes() > KEPT) {
    const droppable = stages.slice(0, -1).filter((stage) => stage.output);
    if (!droppable.length) return;
    droppable.reduce((least, stage) => (stage.ms < least.ms ? stage : least)).output = null;
  }
}
