// Compare: the facts of two models in one table, from api/v1.
import { byId, make } from "./page/dom";

interface Facts {
  [key: string]: unknown;
  id: string;
  name: string;
  image: { missing: string };
}

const choice = byId<HTMLFormElement>("choice");
const up = choice.dataset.up ?? "../";
const selects = [byId<HTMLSelectElement>("a"), byId<HTMLSelectElement>("b")] as const;
const different = byId<HTMLInputElement>("different");
let asked = 0;

const list = (facts: Facts, key: string): Record<string, unknown>[] => facts[key] as Record<string, unknown>[];
const kilobytes = (bytes: unknown): string => (typeof bytes === "number" ? `${(bytes / 1000).toLocaleString("en", { maximumFractionDigits: 0 })} kB` : "unknown");

const ROWS: [string, (facts: Facts) => string][] = [
  ["description", (facts) => String(facts.description)],
  ["task", (facts) => String(facts.task)],
  ["version", (facts) => String(facts.version)],
  ["status", (facts) => String(facts.status_text)],
  ["grade", (facts) => String(facts.grade)],
  ...["OSAID", "MOF"].map((name): [string, (facts: Facts) => string] => [
    `${name} class`, (facts) => String(list(facts, "classes").find((one) => one.name === name)?.derived ?? "none"),
  ]),
  ["licence of the weights", (facts) => { const one = facts.licence as Record<string, string>; return `${one.expression}: ${one.status}`; }],
  ["licence of the code", (facts) => (facts.licence as Record<string, string>).code ?? ""],
  ["training data", (facts) => list(facts, "datasets").filter((one) => one.role !== "evaluate").map((one) => `${one.name} (${one.license}; consent: ${one.consent})`).join("\n")],
  ["darktable", (facts) => String(facts.darktable_text)],
  ["size", (facts) => `${kilobytes(facts.bytes)} (${facts.bytes_of})`],
  ["results", (facts) => list(facts, "evaluation").map((one) => `${one.metric}: ${one.mean} ${one.unit}`).join("\n")],
  ["network", (facts) => String(facts.architecture)],
  ["authors", (facts) => (facts.authors as string[]).join(", ")],
  ["limitations", (facts) => list(facts, "limitations").map((one) => `${one.about}: ${one.text}`).join("\n\n")],
];

function cell(text: string): HTMLTableCellElement {
  const cell = make("td");
  for (const line of (text || "none").split("\n")) if (line) cell.append(make("p", {}, make("bdi", {}, line)));
  return cell;
}

function image(facts: Facts): HTMLElement {
  if (facts.image.missing) return make("p", { class: "soft" }, `No image: ${facts.image.missing}`);
  return make("img", { src: `${up}images/${facts.id}/split.webp`, alt: `${facts.name}: left before, right after`, width: 400, height: 266 });
}

function draw(pair: Facts[]): void {
  byId("head").replaceChildren(make("tr", {}, make("th", { scope: "col" }, "fact"), ...pair.map((facts) =>
    make("th", { scope: "col" }, image(facts), make("a", { href: `${up}models/${facts.id}/` }, make("bdi", {}, facts.name))))));
  byId("body").replaceChildren(...ROWS.map(([name, of]) => {
    const [one = "", other = ""] = pair.map(of);
    const row = make("tr", one === other ? { class: "same" } : {}, make("th", { scope: "row" }, name), cell(one), cell(other));
    row.hidden = different.checked && one === other;
    return row;
  }));
  byId("table").hidden = false;
}

async function show(): Promise<void> {
  const number = ++asked;
  const ids = selects.map((select) => select.value);
  const message = byId("message");
  history.replaceState(null, "", ids.some(Boolean) ? `?a=${ids[0]}&b=${ids[1]}` : location.pathname);
  byId("table").hidden = true;
  message.hidden = false;
  message.textContent = "Choose two models.";
  if (!ids.every(Boolean)) return;
  try {
    const pair = await Promise.all(ids.map(async (id) => (await fetch(`${up}api/v1/models/${id}.json`)).json() as Promise<Facts>));
    if (number !== asked) return;
    draw(pair);
    message.hidden = true;
  } catch {
    message.textContent = "The facts could not be loaded. Reload the page to try again.";
  }
}

const address = new URLSearchParams(location.search);
selects.forEach((select, index) => {
  select.value = address.get("ab"[index] ?? "") ?? "";
  select.addEventListener("change", () => void show());
});
different.addEventListener("change", () => void show());
choice.addEventListener("submit", (event) => event.preventDefault());
void show();
