// What the generator writes for the darkroom (tools/dtmodels/site/darkroom.py), and what page and worker say to each other.

export type Space = "input-rgb" | "work-rgb" | "lab" | "display";

export interface Field {
  type: string;
  offset: number;
  min?: number;
  max?: number;
  label?: string;
}

export interface Slider {
  name: string;
  label: string;
  low: number;
  high: number;
  default: number;
  unit: string;
  scale?: "log" | "angle";
  whole?: boolean;
  choices?: [string, number][];
}

export interface Module {
  model: string;
  title: string;
  version: number;
  size: number;
  base: string;
  space: Space;
  made: Space;
  reach: number | "all";
  approximate: boolean;
  fields: Record<string, Field>;
  idle: string[];
  sliders: Slider[];
}

export interface Data {
  darktable: string;
  orders: Record<string, string[]>;
  versions: Record<string, number>;
  names: Record<string, string>;
  modules: Record<string, Module>;
  samples: string[];
  runtime: number;
}

export type Size = "preview" | "full";

export interface Step {
  name: string;
  space: Space;
  made: Space;
  values: number[];
}

export type Source =
  | { kind: "bitmap"; bitmap: ImageBitmap }
  | { kind: "samples"; width: number; height: number; channels: number; values: Uint8Array | Uint16Array | Float32Array; linear: boolean };

export type ToWorker =
  | { type: "start"; before: OffscreenCanvas; after: OffscreenCanvas; runtimeBytes: number }
  | { type: "load"; source: Source; full: number }
  | { type: "render"; seq: number; size: Size; steps: Step[] }
  | { type: "clipping"; on: boolean }
  | { type: "warm"; names: string[] }
  | { type: "target"; source: Source }
  | { type: "search"; steps: Step[]; free: Free[] };

// A slider that a search may move: the step and slider it is, and the ends of its range.
export interface Free {
  step: number;
  slider: number;
  low: number;
  high: number;
  log: boolean;
}

export type FromWorker =
  | { type: "progress"; part: number }
  | { type: "ready" }
  | { type: "loaded"; width: number; height: number; of: number }
  | { type: "computing"; seq: number; name: string }
  | { type: "painted"; seq: number; size: Size; width: number; height: number; ms: number; times: [string, number][]; histogram: Uint32Array; over: number; under: number }
  | { type: "broken"; name: string; text: string }
  | { type: "failed"; text: string; fatal?: boolean }
  | { type: "searching"; tried: number; error: number; values: number[][] }
  | { type: "found"; tried: number; error: number; start: number; values: number[][] };
