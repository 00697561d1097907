// darktable's sidecars and styles: read into entries, and written so that all that is not shown here stays as it was.
import { decode, encode } from "./parameters";

const DARKTABLE = "http://darktable.sf.net/";
const RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#";
const LARGEST = 4e6; // bytes

export interface Entry {
  operation: string;
  version: number;
  enabled: boolean;
  parameters: Uint8Array;
  instance: number;
  blending: Uint8Array;
  blendingVersion: number;
}

export interface Loaded {
  entries: Entry[]; // the last state of each module and instance
  order: number; // iop_order_version; 0 if the file names none
  listed: string[]; // iop_order_list: modules first to last
  document: Document | null; // of a sidecar, to write it again
}

export interface Saved {
  operation: string;
  version: number;
  enabled: boolean;
  parameters: Uint8Array;
}

const property = (element: Element, name: string): string | null => {
  if (element.hasAttributeNS(DARKTABLE, name)) return element.getAttributeNS(DARKTABLE, name);
  return [...element.children].find((child) => child.namespaceURI === DARKTABLE && child.localName === name)?.textContent?.trim() ?? null;
};

const number = (text: string | null, otherwise: number): number => {
  if (text === null || text.trim() === "") return otherwise;
  const value = Number(text);
  if (!Number.isInteger(value)) throw new Error(`“${text.slice(0, 40)}” stands where a number has to`);
  return value;
};

async function damaged(text: string | null): Promise<Uint8Array> {
  try {
    return await decode(text ?? "");
  } catch {
    return new Uint8Array(); // darktable then blends nothing
  }
}

export async function readEdit(file: Blob): Promise<Loaded> {
  if (file.size > LARGEST) throw new Error("it is larger than 4 MB; a sidecar is not");
  const document = new DOMParser().parseFromString(await file.text(), "application/xml");
  if (document.getElementsByTagName("parsererror").length) throw new Error("it is not well-formed XML");
  const plugins = [...document.getElementsByTagName("plugin")];
  if (plugins.length && document.getElementsByTagName("darktable_style").length) return readStyle(document, plugins);
  const history = descriptions(document).map((one) => child(one, "history")).find(Boolean);
  if (!history) throw new Error("it is neither a sidecar nor a style of darktable: it has no history");
  return readSidecar(document, history);
}

const descriptions = (document: Document): Element[] => [...document.getElementsByTagNameNS(RDF, "Description")];
const child = (element: Element, name: string): Element | undefined =>
  [...element.children].find((one) => one.namespaceURI === DARKTABLE && one.localName === name);

function applied(document: Document, history: Element): Element[] {
  const items = [...history.getElementsByTagNameNS(RDF, "li")];
  const end = number(first(document, "history_end"), items.length);
  const numbered = items.map((item, at) => ({ item, at: number(property(item, "num"), at) }));
  return numbered.filter((one) => one.at < end).sort((a, b) => a.at - b.at).map((one) => one.item);
}

function first(document: Document, name: string): string | null {
  for (const one of descriptions(document)) {
    const value = property(one, name);
    if (value !== null) return value;
  }
  return null;
}

async function readSidecar(document: Document, history: Element): Promise<Loaded> {
  const last = new Map<string, Entry>();
  for (const item of applied(document, history)) {
    const operation = property(item, "operation");
    if (!operation) throw new Error("an entry of its history names no module");
    const instance = number(property(item, "multi_priority"), 0);
    last.set(`${operation} ${instance}`, {
      operation, instance,
      version: number(property(item, "modversion"), 0),
      enabled: property(item, "enabled") !== "0",
      parameters: await decode(property(item, "params") ?? ""),
      blending: await damaged(property(item, "blendop_params")),
      blendingVersion: number(property(item, "blendop_version"), 0),
    });
  }
  const listed = first(document, "iop_order_list") ?? "";
  return { entries: [...last.values()], order: number(first(document, "iop_order_version"), 1), listed: listed ? listed.split(",").filter((_, k) => k % 2 === 0) : [], document };
}

async function readStyle(document: Document, plugins: Element[]): Promise<Loaded> {
  const text = (plugin: Element, name: string): string => plugin.getElementsByTagName(name)[0]?.textContent?.trim() ?? "";
  const last = new Map<string, Entry>();
  for (const plugin of plugins) {
    const operation = text(plugin, "operation"), instance = number(text(plugin, "multi_priority"), 0);
    last.set(`${operation} ${instance}`, {
      operation, instance,
      version: number(text(plugin, "module"), 0),
      enabled: text(plugin, "enabled") === "1",
      parameters: await decode(text(plugin, "op_params")),
      blending: await damaged(text(plugin, "blendop_params")),
      blendingVersion: number(text(plugin, "blendop_version"), 0),
    });
  }
  const listed = document.getElementsByTagName("iop_list")[0]?.textContent?.trim() ?? "";
  return { entries: [...last.values()], order: 0, listed: listed ? listed.split(",").filter((_, k) => k % 2 === 0) : [], document: null };
}

const EMPTY = `<?xml version="1.0" encoding="UTF-8"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/">
 <rdf:RDF xmlns:rdf="${RDF}">
  <rdf:Description rdf:about="" xmlns:darktable="${DARKTABLE}" darktable:xmp_version="5" darktable:raw_params="0" darktable:auto_presets_applied="1" darktable:history_end="0">
   <darktable:masks_history><rdf:Seq/></darktable:masks_history>
   <darktable:history><rdf:Seq/></darktable:history>
  </rdf:Description>
 </rdf:RDF>
</x:xmpmeta>
`;

// The text of a sidecar with these modules. Entries of a loaded sidecar that are not among them stay, undone ones go.
export async function writeSidecar(edit: Saved[], order: number, loaded: Document | null): Promise<string> {
  const document = (loaded ?? new DOMParser().parseFromString(EMPTY, "application/xml")).cloneNode(true) as Document;
  const description = descriptions(document).find((one) => child(one, "history"));
  const list = description && child(description, "history")?.getElementsByTagNameNS(RDF, "Seq")[0];
  if (!description || !list) throw new Error("the loaded sidecar has no history to write to");
  const kept = applied(document, list);
  for (const item of [...list.getElementsByTagNameNS(RDF, "li")]) if (!kept.includes(item)) item.remove();
  for (const module of edit) {
    const known = kept.filter((item) => property(item, "operation") === module.operation && number(property(item, "multi_priority"), 0) === 0).at(-1);
    const item = known ?? document.createElementNS(RDF, "rdf:li");
    set(item, "params", await encode(module.parameters));
    set(item, "enabled", module.enabled ? "1" : "0");
    if (known) continue;
    set(item, "operation", module.operation);
    set(item, "modversion", String(module.version));
    set(item, "multi_name", "");
    set(item, "multi_priority", "0");
    list.append("    ", item, "\n");
  }
  const items = [...list.getElementsByTagNameNS(RDF, "li")];
  items.forEach((item, at) => set(item, "num", String(at)));
  for (const one of descriptions(document)) child(one, "history_end")?.remove();
  set(description, "history_end", String(items.length));
  if (!loaded) set(description, "iop_order_version", String(order));
  return new XMLSerializer().serializeToString(document);
}

function set(element: Element, name: string, value: string): void {
  child(element, name)?.remove();
  element.setAttributeNS(DARKTABLE, `darktable:${name}`, value);
}
