// The column of modules: a switch, sliders with labels and number fields, and choices.
import { byId, make } from "../page/dom";
import { changed, within, type State } from "./edit";
import type { Slider } from "./types";

const UNITS: Record<string, string> = { "1": "", degrees: "°", rad: "rad", choice: "", "share of white": "" };
const FEW = 6; // sliders that are shown at once; the others are unfolded

interface Control { element: HTMLElement; show: () => void }
export interface Panel { show: () => void; time: (text: string) => void }

export function panel(state: State, open: boolean, moved: (soon: boolean) => void): Panel {
  const { title } = state.module;
  const section = make("section", { class: "module", "aria-label": title, id: `module-${state.name}` });
  const power = make("input", { type: "checkbox", "aria-label": `${title} on` });
  const time = make("span", { class: "ms" });
  const name = make("b", {}, title);
  const details = make("details", { open });
  const body = make("div", { class: "sliders" });
  const controls = state.module.sliders.map((slider, k) => control(state, slider, k, (soon) => { show(); moved(soon); }));
  body.append(...controls.slice(0, FEW).map((one) => one.element));
  if (controls.length > FEW) {
    const rest = make("details", { class: "more" }, make("summary", {}, `${controls.length - FEW} more`));
    rest.append(...controls.slice(FEW).map((one) => one.element));
    body.append(rest);
  }
  if (state.module.approximate) body.append(make("p", { class: "hint" }, "Its reach is in pixels: the image while dragging is approximate."));
  const reset = make("button", { type: "button", class: "link", "aria-label": `Reset ${title}` }, "reset");
  reset.addEventListener("click", () => { state.values = state.module.sliders.map((slider) => slider.default); show(); moved(true); });
  body.append(reset);
  details.append(make("summary", {}, name, time), body);
  section.append(make("label", { class: "power" }, power), details);
  power.addEventListener("change", () => { state.on = power.checked; show(); moved(true); });
  byId("modules").append(section);

  function show(): void {
    power.checked = state.on && !state.broken;
    power.disabled = state.broken;
    section.classList.toggle("off", !state.on || state.broken);
    section.classList.toggle("moved", changed(state));
    name.textContent = state.broken ? `${title}: does not run here` : title;
    for (const one of controls) one.show();
  }
  show();
  return { show, time: (text) => { time.textContent = text; } };
}

function control(state: State, slider: Slider, k: number, moved: (soon: boolean) => void): Control {
  const id = `${state.name}-${k}`;
  const put = (value: number, soon: boolean): void => {
    state.values[k] = within(value, state.module, slider);
    state.on = true;
    moved(soon);
  };
  return slider.choices ? choice(state, slider, k, id, put) : range(state, slider, k, id, put);
}

function choice(state: State, slider: Slider, k: number, id: string, put: (value: number, soon: boolean) => void): Control {
  const select = make("select", { id });
  for (const [name, value] of slider.choices ?? []) select.append(make("option", { value }, name.replaceAll("_", " ")));
  select.addEventListener("change", () => put(Number(select.value), true));
  const element = make("div", { class: "slider" }, make("label", { for: id }, slider.label), select);
  return { element, show: () => { select.value = String(state.values[k]); element.classList.toggle("moved", state.values[k] !== slider.default); } };
}

function range(state: State, slider: Slider, k: number, id: string, put: (value: number, soon: boolean) => void): Control {
  const { low, high } = slider, log = slider.scale === "log", unit = UNITS[slider.unit] ?? slider.unit;
  const digits = slider.whole ? 0 : Math.max(0, Math.min(5, 2 - Math.floor(Math.log10(log ? low : high - low))));
  const toPart = (value: number): number => (log ? Math.log(value / low) / Math.log(high / low) : (value - low) / (high - low));
  const toValue = (part: number): number => Number((log ? low * (high / low) ** part : low + (high - low) * part).toFixed(digits));
  const steps = slider.whole ? Math.min(1000, high - low) : 200;
  const input = make("input", { type: "range", id, min: 0, max: steps, step: "any" });
  const field = make("input", { type: "text", inputmode: "decimal", "aria-label": `${state.module.title}, ${slider.label}, value`, autocomplete: "off" });
  const label = make("label", { for: id }, slider.label);
  const element = make("div", { class: "slider" }, label, make("span", { class: "value" }, field, make("span", { class: "unit" }, unit)), input);
  const toDefault = (): void => put(slider.default, true);
  const step = (by: number): void => put(toValue(Math.max(0, Math.min(1, toPart(state.values[k]!) + by / steps))), true);
  input.addEventListener("input", () => put(toValue(Number(input.value) / steps), false));
  input.addEventListener("change", () => put(toValue(Number(input.value) / steps), true));
  input.addEventListener("dblclick", toDefault);
  label.addEventListener("dblclick", toDefault);
  input.addEventListener("keydown", (event) => {
    const by: Record<string, number> = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1, PageUp: steps / 10, PageDown: -steps / 10 };
    if (event.key === "Delete" || event.key === "Backspace") { event.preventDefault(); toDefault(); }
    else if (by[event.key]) { event.preventDefault(); step(by[event.key]!); }
  });
  field.addEventListener("focus", () => field.select());
  field.addEventListener("change", () => {
    const value = Number(field.value.replace(",", "."));
    if (field.value.trim() && Number.isFinite(value)) put(value, true);
    else show();
  });
  function show(): void {
    const value = state.values[k]!, at = clamp(toPart(value)), rest = clamp(toPart(slider.default)), text = value.toFixed(digits);
    input.value = String(at * steps);
    field.value = text;
    input.setAttribute("aria-valuetext", `${text} ${unit}`.trim());
    element.classList.toggle("moved", value !== slider.default);
    element.classList.toggle("outside", value < low || value > high);
    element.title = value < low || value > high ? `outside ${low} to ${high}, where the proxy was compared with darktable` : "";
    input.style.setProperty("--from", `${100 * Math.min(at, rest)}%`);
    input.style.setProperty("--to", `${100 * Math.max(at, rest)}%`);
  }
  return { element, show };
}

const clamp = (part: number): number => (Number.isFinite(part) ? Math.max(0, Math.min(1, part)) : 0);
