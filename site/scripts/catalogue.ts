// Catalogue: search, filters and order in place; the address keeps them. Without this script the filters are links.
import { counts, fits, readFilter, words, writeFilter, type Filter, type Row } from "./page/filter";
import { byId, make } from "./page/dom";

interface Card extends Row {
  element: HTMLElement;
  name: string;
  bytes: number;
}

const STATUSES = ["released", "candidate", "draft", "yanked"];
const GRADES = ["open", "disclosed", "refused", "unknown"];
const catalogue = byId("catalogue");
const list = byId("cards");
const search = byId<HTMLInputElement>("search");
const sort = byId<HTMLSelectElement>("sort");
const fieldsets = [...document.querySelectorAll<HTMLFieldSetElement>("#form fieldset")];
const keys = fieldsets.map((one) => one.dataset.key ?? "");
const boxes = new Map<string, HTMLInputElement>();
let filter: Filter = readFilter(location.search, keys);
let cards: Card[] = [];
let announcing = 0;

function toBoxes(): void {
  for (const fieldset of fieldsets) {
    for (const row of fieldset.querySelectorAll<HTMLElement>("li")) {
      const key = fieldset.dataset.key ?? "", value = row.dataset.value ?? "";
      const box = make("input", { type: "checkbox", name: key, value });
      const label = make("label", {}, box, make("bdi", {}, row.querySelector("a")?.textContent ?? value));
      row.querySelector("a")?.replaceWith(label);
      boxes.set(`${key}=${value}`, box);
      box.addEventListener("change", () => {
        const of = filter.chosen.get(key) ?? new Set();
        if (box.checked) of.add(value);
        else of.delete(value);
        show();
      });
    }
  }
}

function compare(one: Card, other: Card): number {
  const byName = one.name.localeCompare(other.name);
  if (sort.value === "size") return one.bytes - other.bytes || byName;
  if (sort.value === "task") return (one.values.task ?? "").localeCompare(other.values.task ?? "") || byName;
  if (sort.value === "grade") return GRADES.indexOf(one.values.grade ?? "") - GRADES.indexOf(other.values.grade ?? "") || byName;
  if (sort.value === "status") return STATUSES.indexOf(one.values.status ?? "") - STATUSES.indexOf(other.values.status ?? "") || byName;
  return byName;
}

function show(): void {
  const wanted = words(filter.query);
  const found = cards.filter((card) => fits(card, wanted, filter.chosen)).sort(compare);
  list.replaceChildren(...found.map((card) => card.element));
  for (const [key, values] of counts(cards, filter, keys)) {
    for (const [name, box] of boxes) {
      if (!name.startsWith(`${key}=`)) continue;
      const count = values.get(box.value) ?? 0;
      const row = box.closest("li");
      box.checked = filter.chosen.get(key)?.has(box.value) ?? false;
      box.disabled = !count && !box.checked;
      row?.classList.toggle("off", box.disabled);
      const shown = row?.querySelector(".count");
      if (shown) shown.textContent = String(count);
    }
  }
  showChosen(found.length);
  const address = writeFilter(filter, sort.value);
  history.replaceState(null, "", address ? `?${address}` : location.pathname);
}

function drop(key: string, value: string): void {
  if (key === "q") search.value = filter.query = "";
  else filter.chosen.get(key)?.delete(value);
  show();
  search.focus();
}

function chosenButtons(): HTMLButtonElement[] {
  const all: [string, string][] = [...filter.chosen].flatMap(([key, values]) => [...values].map((value): [string, string] => [key, value]));
  if (filter.query) all.push(["q", filter.query]);
  return all.map(([key, value]) => {
    const button = make("button", { type: "button", "aria-label": `Drop ${key === "q" ? "search" : key} ${value}` }, make("bdi", {}, value.slice(0, 60)), " ×");
    button.addEventListener("click", () => drop(key, value));
    return button;
  });
}

function showChosen(count: number): void {
  byId("chosen").replaceChildren(...chosenButtons().map((button) => make("li", {}, button)));
  const empty = byId("empty");
  empty.hidden = count > 0;
  if (!count) empty.replaceChildren("No model fits. Drop: ", ...chosenButtons());
  clearTimeout(announcing);
  announcing = window.setTimeout(() => { byId("shown").textContent = `${count} of ${cards.length}`; }, 120);
}

async function start(): Promise<void> {
  const up = catalogue.dataset.up ?? "./";
  if (catalogue.dataset.chosen) return; // A page of one filter is complete as it is.
  const rows = new Map<string, Record<string, string>>(
    (await (await fetch(`${up}api/v1/models.json`)).json()).models.map((one: Record<string, string>) => [one.id, one]),
  );
  cards = [...list.children].map((child) => {
    const element = child as HTMLElement;
    const values = rows.get(element.dataset.id ?? "") ?? {};
    const name = element.querySelector("strong")?.textContent ?? "";
    const text = `${element.dataset.id} ${element.textContent} ${values.module ?? ""}`.toLowerCase();
    return { element, name, text, values, bytes: Number(element.dataset.bytes) || Infinity };
  });
  sort.value = new URLSearchParams(location.search).get("sort") ?? "status";
  if (!sort.value) sort.value = "status";
  search.value = filter.query;
  toBoxes();
  byId("tools").hidden = false;
  if (matchMedia("(max-width: 900px)").matches) byId<HTMLDetailsElement>("filters").open = false;
  search.addEventListener("input", () => { filter.query = search.value.trim(); show(); });
  sort.addEventListener("change", show);
  byId("form").addEventListener("submit", (event) => event.preventDefault());
  addEventListener("popstate", () => { filter = readFilter(location.search, keys); search.value = filter.query; show(); });
  show();
  document.body.dataset.ready = "1";
}

void start();
