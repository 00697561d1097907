// The edit: modules with slider values, taken from a sidecar, kept in the address, and given to the worker as steps.
import { blends, fromHex, read, write } from "./parameters";
import type { Loaded, Saved } from "./sidecar";
import type { Data, Module, Slider, Space, Step } from "./types";

export const ENCODED_ORDER = 5; // darktable's order for JPEG and other encoded images
export const LINEAR_ORDER = 4; // for raw files and linear images
const AT_START = ["exposure", "sigmoid"];

export interface State {
  name: string;
  module: Module;
  on: boolean;
  values: number[];
  parameters: Uint8Array;
  broken: boolean; // its graph does not run here
}

export class Edit {
  states: State[] = [];
  order = ENCODED_ORDER;
  listed: string[] = [];
  document: Document | null = null;

  constructor(readonly data: Data) {
    this.states = Object.entries(data.modules).map(([name, module]) => ({
      name, module, on: AT_START.includes(name), values: defaults(module), parameters: fromHex(module.base), broken: false,
    }));
    this.sort();
  }

  get names(): string[] {
    return this.listed.length ? this.listed : this.data.orders[String(this.order)] ?? this.data.orders[String(ENCODED_ORDER)] ?? [];
  }

  sort(): void {
    const at = new Map(this.names.map((name, index) => [name, index]));
    this.states.sort((one, other) => (at.get(one.name) ?? 1e9) - (at.get(other.name) ?? 1e9));
  }

  useOrder(order: number, listed: string[] = []): void {
    this.order = order;
    this.listed = listed;
    this.sort();
  }

  // The colour space of a module depends on where it stands: before colorin, after colorout, or between (as in Python's
  // dtproxies.pipeline.steps.space_at).
  placed(name: string, space: Space): Space {
    if (space === "lab") return space;
    const at = this.names.indexOf(name);
    if (at < this.names.indexOf("colorin")) return "input-rgb";
    return at > this.names.indexOf("colorout") ? "display" : "work-rgb";
  }

  steps(): Step[] {
    return this.states.filter((one) => one.on && !one.broken).map((one) => ({
      name: one.name, values: [...one.values], space: this.placed(one.name, one.module.space), made: this.placed(one.name, one.module.made),
    }));
  }

  reset(): void {
    for (const one of this.states) {
      one.on = AT_START.includes(one.name);
      one.values = defaults(one.module);
      one.parameters = fromHex(one.module.base);
    }
    this.document = null;
  }

  // Take an edit over. Returns one sentence for each enabled module that is left out, with the reason.
  take(loaded: Loaded): { taken: number; left: string[] } {
    if (loaded.order && !loaded.listed.length && !this.data.orders[String(loaded.order)]) {
      throw new Error(`it has module order ${loaded.order}, and darktable ${this.data.darktable} knows ${Object.keys(this.data.orders).join(", ")}`);
    }
    for (const one of this.states) { one.on = false; one.values = defaults(one.module); one.parameters = fromHex(one.module.base); }
    this.document = loaded.document;
    if (loaded.order || loaded.listed.length) this.useOrder(loaded.order || this.order, loaded.listed);
    const left: string[] = [];
    let taken = 0;
    for (const entry of loaded.entries) {
      const why = this.obstacle(entry);
      if (why && entry.enabled && !HARMLESS.has(entry.operation)) left.push(`${this.data.names[entry.operation] ?? entry.operation}: ${why}`);
      const state = this.states.find((one) => one.name === entry.operation);
      if (why || !state) continue;
      state.parameters = entry.parameters.slice();
      state.values = state.module.sliders.map((slider) => read(entry.parameters, state.module.fields[slider.name]!));
      state.on = entry.enabled;
      taken += Number(entry.enabled);
    }
    return { taken, left };
  }

  private obstacle(entry: Loaded["entries"][number]): string {
    const { operation, version, parameters } = entry;
    const module = this.data.modules[operation];
    if (!module) return operation in this.data.names ? "no proxy runs here" : `darktable ${this.data.darktable} has no such module`;
    if (version !== module.version) return `its parameters are of version ${version}, and this page reads version ${module.version}`;
    if (parameters.length !== module.size) return `its parameters have ${parameters.length} bytes instead of ${module.size}`;
    if (entry.instance) return "its second instance is not computed";
    if (blends(entry.blending, entry.blendingVersion)) return "its blending or mask is not computed";
    const sliders = new Set(module.sliders.map((slider) => slider.name));
    const base = fromHex(module.base);
    for (const [name, field] of Object.entries(module.fields)) {
      if (sliders.has(name) || module.idle.includes(name)) continue;
      const value = read(parameters, field), fixed = read(base, field);
      if (!close(value, fixed)) return `its proxy does not support ${name} at ${+value.toPrecision(5)} (fixed at ${+fixed.toPrecision(5)})`;
    }
    for (const slider of module.sliders) {
      if (!Number.isFinite(read(parameters, module.fields[slider.name]!))) return `${slider.name} is not a number`;
    }
    return "";
  }

  // Modules for a sidecar: those that are on, and those that were changed and then switched off.
  saved(): Saved[] {
    return this.states.filter((one) => one.on || changed(one)).map((one) => {
      const parameters = one.parameters.slice();
      one.module.sliders.forEach((slider, k) => write(parameters, one.module.fields[slider.name]!, one.values[k]!));
      return { operation: one.name, version: one.module.version, enabled: one.on, parameters };
    });
  }

  // exposure=exposure:0.6,black:0.01;sigmoid!=  where ! is off. Only what differs from the default is written.
  toText(): string {
    return this.states.filter((one) => one.on || changed(one)).map((one) => {
      const moved = one.module.sliders.flatMap((slider, k) => (one.values[k] === slider.default ? [] : [`${slider.name}:${+one.values[k]!.toPrecision(7)}`]));
      return `${one.name}${one.on ? "" : "!"}=${moved.join(",")}`;
    }).join(";");
  }

  fromText(text: string): void {
    for (const one of this.states) { one.on = false; one.values = defaults(one.module); }
    for (const part of text.split(";").filter(Boolean)) {
      const [head = "", moved = ""] = part.split("=");
      const state = this.states.find((one) => one.name === head.replace("!", ""));
      if (!state) throw new Error(`there is no module “${head.slice(0, 40)}”`);
      state.on = !head.endsWith("!");
      for (const pair of moved.split(",").filter(Boolean)) {
        const [name = "", value = ""] = pair.split(":");
        const k = state.module.sliders.findIndex((slider) => slider.name === name);
        if (k < 0 || value === "" || !Number.isFinite(Number(value))) throw new Error(`${state.name} has no value “${pair.slice(0, 40)}”`);
        state.values[k] = within(Number(value), state.module, state.module.sliders[k]!);
      }
    }
  }
}

// Modules that every edit has, and that change nothing for an image that is already developed.
const HARMLESS = new Set(["colorin", "colorout", "gamma", "flip", "rawprepare", "demosaic", "temperature", "highlights", "mask_manager", "dither"]);

export const defaults = (module: Module): number[] => module.sliders.map((slider) => slider.default);
export const changed = (one: State): boolean => one.values.some((value, k) => !close(value, one.module.sliders[k]!.default));
const close = (one: number, other: number): boolean => Math.abs(one - other) <= 1e-6 * Math.max(1e-3, Math.abs(one), Math.abs(other));

// A value inside darktable's own limits, which are wider than the range of the slider.
export function within(value: number, module: Module, slider: Slider): number {
  const field = module.fields[slider.name];
  const inside = Math.max(field?.min ?? -Infinity, Math.min(field?.max ?? Infinity, value));
  if (slider.choices) return slider.choices.some(([, one]) => one === inside) ? inside : slider.default;
  return slider.whole ? Math.round(inside) : inside;
}
