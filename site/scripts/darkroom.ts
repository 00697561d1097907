// The darkroom: opens a photograph, shows the modules, and keeps the edit in the address.
import { byId, make } from "./page/dom";
import { panel, type Panel } from "./darkroom/controls";
import { changed, Edit, ENCODED_ORDER, LINEAR_ORDER, within } from "./darkroom/edit";
import { Engine } from "./darkroom/engine";
import { openImage } from "./darkroom/open";
import { readEdit, writeSidecar } from "./darkroom/sidecar";
import type { Data, Free, FromWorker } from "./darkroom/types";
import { view } from "./darkroom/view";

const base = document.body.dataset.base ?? "";
const data: Data = await (await fetch(`${base}data.json`)).json();
const edit = new Edit(data);
const panels = new Map<string, Panel>();
const shown = view();
// Full size by what the device can hold: 12 bytes a pixel and module.
const budget = ((navigator as { deviceMemory?: number }).deviceMemory ?? 4) < 4 ? 1e6 : 2e6;
let photograph = "photo.jpg", linearInput = false, loaded = false, searching = false, saving = 0, slow = 0;
let failures = 0;

const engine = new Engine(new URL("worker.js", import.meta.url), data.runtime, budget, hear);

function say(text: string, kind: "" | "warn" | "error" = ""): void {
  const note = byId("note");
  note.className = `note ${kind}`;
  note.replaceChildren(text);
}

// Shows a button to stop the worker where it needs long, or died without a word.
function expect(text: string, ms: number): void {
  clearTimeout(slow);
  slow = window.setTimeout(() => { byId("working").hidden = false; byId("working-text").textContent = text; }, ms);
}

function change(soon: boolean): void {
  if (!loaded) return;
  expect("The engine does not answer", 3000);
  engine.render(edit.steps(), soon);
  clearTimeout(saving);
  saving = window.setTimeout(() => history.replaceState(null, "", `#e=${encodeURIComponent(edit.toText())}`), 300);
}

function showAll(): void {
  for (const one of panels.values()) one.show();
}

function buildModules(): void {
  byId("modules").replaceChildren();
  panels.clear();
  const wide = matchMedia("(min-width: 720px)").matches;
  for (const state of edit.states) panels.set(state.name, panel(state, state.on && (wide || state.name === "exposure"), change));
}

function hear(message: FromWorker): void {
  switch (message.type) {
    case "progress": byId<HTMLProgressElement>("progress").value = message.part; break;
    case "ready":
      byId("loading-text").textContent = "Developing";
      failures = 0;
      break;
    case "loaded":
      loaded = true;
      shown.size(message.width, message.height);
      byId("size").textContent = message.of > message.width * message.height + 1 ? `scaled to ${message.width} × ${message.height}` : `${message.width} × ${message.height}`;
      change(true);
      break;
    case "computing": expect(`${data.modules[message.name]?.title ?? message.name}: computing`, 700); break;
    case "painted": painted(message); break;
    case "broken": {
      const state = edit.states.find((one) => one.name === message.name);
      if (state) state.broken = true;
      showAll();
      say(`${data.modules[message.name]?.title ?? message.name} does not run here: ${message.text}. The image is shown without it; your edit is kept.`, "error");
      change(true);
      break;
    }
    case "failed": failed(message.text, message.fatal ?? false); break;
    case "searching": say(`Searching: ${message.tried} tries, ${message.error.toFixed(2)} levels from the target.`); break;
    case "found": found(message); break;
  }
}

function painted(message: FromWorker & { type: "painted" }): void {
  clearTimeout(slow);
  byId("working").hidden = true;
  byId("loading").hidden = true;
  shown.histogram(message.histogram);
  for (const [name, ms] of message.times) panels.get(name)?.time(`${Math.max(1, Math.round(ms))} ms`);
  byId("status").textContent = `${message.size === "preview" ? "preview " : ""}${Math.round(message.ms)} ms`;
  byId("clipped").textContent = message.over || message.under ? `${percent(message.over)} above white, ${percent(message.under)} black` : "";
  Object.assign(document.body.dataset, { painted: String(message.seq), size: message.size, ms: message.ms.toFixed(1) });
  if (message.size === "full" && !document.body.dataset.warm) {
    document.body.dataset.warm = "1";
    engine.send({ type: "warm", names: edit.states.map((one) => one.name) });
  }
}

const percent = (part: number): string => `${(100 * part).toFixed(part < 0.1 ? 1 : 0)} %`;

function failed(text: string, fatal: boolean): void {
  searching = false;
  clearTimeout(slow);
  byId("working").hidden = true;
  if (!fatal) { say(`The image could not be computed: ${text}. Your edit is kept.`, "error"); return; }
  engine.stop();
  byId("loading").hidden = true;
  const needs = text.includes("WebAssembly") ? " It needs a browser of 2021 or later; the models work in darktable all the same." : "";
  say(`The engine stopped: ${text}.${needs} Your edit is in the address of this page. `, "error");
  if (!needs && failures++ < 5) {
    const again = make("button", { type: "button" }, "Start again");
    again.addEventListener("click", () => { say(""); byId("loading").hidden = false; void engine.restart(); });
    byId("note").append(again);
  }
}

async function open(file: Blob, name: string): Promise<void> {
  try {
    const first = await openImage(file);
    if (first.source.kind === "bitmap") first.source.bitmap.close();
    if (first.linear !== linearInput && !edit.document) {
      edit.useOrder(first.linear ? LINEAR_ORDER : ENCODED_ORDER);
      buildModules();
    }
    linearInput = first.linear;
    photograph = name;
    say(first.note, first.note ? "warn" : "");
    await engine.load(async () => (await openImage(file)).source);
  } catch (error) {
    say(`${name} cannot be opened: ${(error as Error).message}.`, "error");
    byId("loading").hidden = loaded || byId("loading").hidden;
  }
}

async function load(file: File): Promise<void> {
  try {
    const { taken, left } = edit.take(await readEdit(file));
    buildModules();
    change(true);
    const all = taken + left.length;
    say(left.length ? `${taken} of ${all} modules taken from ${file.name}. Left out: ${left.join("; ")}.` : `All ${all} modules taken from ${file.name}.`, left.length ? "warn" : "");
  } catch (error) {
    say(`${file.name} cannot be read: ${(error as Error).message}.`, "error");
  }
}

async function save(): Promise<void> {
  try {
    const text = await writeSidecar(edit.saved(), edit.order, edit.document);
    const link = make("a", { download: `${photograph}.xmp`, href: URL.createObjectURL(new Blob([text], { type: "application/rdf+xml" })) });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
    say(`Saved ${photograph}.xmp. Put it next to the photograph; darktable reads it when it imports the file.`);
  } catch (error) {
    say(`The sidecar cannot be written: ${(error as Error).message}.`, "error");
  }
}

async function findSliders(file: File): Promise<void> {
  const free: Free[] = [];
  const on = edit.states.filter((one) => one.on && !one.broken);
  on.forEach((state, step) => state.module.sliders.slice(0, 6).forEach((slider, k) => {
    if (!slider.choices && !slider.whole) free.push({ step, slider: k, low: slider.low, high: slider.high, log: slider.scale === "log" });
  }));
  if (!free.length) { say("Switch on the modules whose sliders are to be found.", "warn"); return; }
  try {
    const { source } = await openImage(file);
    searching = true;
    say(`Searching ${free.length} sliders of ${on.map((one) => one.module.title).join(", ")}.`);
    await engine.target(source);
    engine.send({ type: "search", steps: edit.steps(), free });
  } catch (error) {
    say(`${file.name} cannot be opened: ${(error as Error).message}.`, "error");
  }
}

function found({ values, error, start, tried }: FromWorker & { type: "found" }): void {
  if (!searching) return;
  searching = false;
  const on = edit.states.filter((one) => one.on && !one.broken);
  on.forEach((state, step) => { state.values = values[step]!.map((value, k) => within(value, state.module, state.module.sliders[k]!)); });
  showAll();
  change(true);
  say(`Found after ${tried} tries: ${error.toFixed(2)} of 255 levels from the target on average, ${start.toFixed(2)} before. Searched without gradients, on small copies.`);
}

function onFile(id: string, use: (file: File) => Promise<void>): void {
  const input = byId<HTMLInputElement>(id);
  input.addEventListener("change", () => { const file = input.files?.[0]; input.value = ""; if (file) void use(file); });
}

function samples(): void {
  for (const name of data.samples) {
    const button = make("button", { type: "button", "aria-pressed": false, "aria-label": `Sample ${name}` }, make("img", { src: `${base}samples/${name}`, alt: "", width: 48, height: 36 }));
    button.addEventListener("click", () => void sample(name));
    byId("samples").append(button);
  }
}

async function sample(name: string): Promise<void> {
  for (const button of byId("samples").querySelectorAll("button")) button.setAttribute("aria-pressed", String(button.getAttribute("aria-label") === `Sample ${name}`));
  await open(await (await fetch(`${base}samples/${name}`)).blob(), name);
}

function fromAddress(): void {
  const text = new URLSearchParams(location.hash.slice(1));
  try {
    if (text.has("e")) edit.fromText(text.get("e") ?? "");
    const wanted = edit.states.find((one) => one.name === text.get("m"));
    if (wanted) wanted.on = true;
  } catch (error) {
    edit.reset();
    say(`The edit in the address cannot be read: ${(error as Error).message}.`, "error");
  }
}

fromAddress();
buildModules();
samples();
onFile("open", (file) => open(file, file.name));
onFile("load", load);
onFile("target", findSliders);
byId("save").addEventListener("click", () => void save());
byId("reset").addEventListener("click", () => { edit.reset(); buildModules(); change(true); });
byId("stop").addEventListener("click", () => { byId("working").hidden = true; searching = false; void engine.restart().then(() => say("Stopped. Switch the slow module off, or change a slider to go on.", "warn")); });
byId("clipping").addEventListener("click", ({ currentTarget }) => {
  const button = currentTarget as HTMLElement, on = button.getAttribute("aria-pressed") !== "true";
  button.setAttribute("aria-pressed", String(on));
  engine.send({ type: "clipping", on });
  change(true);
});
addEventListener("hashchange", () => { fromAddress(); buildModules(); change(true); });
addEventListener("dragover", (event) => event.preventDefault());
addEventListener("drop", (event: DragEvent) => {
  event.preventDefault();
  const file = event.dataTransfer?.files[0];
  if (file) void (/\.(xmp|dtstyle)$/i.test(file.name) ? load(file) : open(file, file.name));
});
engine.start();
if (data.samples[0]) await sample(data.samples[0]);
if (edit.states.some(changed)) showAll();
