// Elements by id, and new ones; text is only ever set as text.

export function byId<T extends HTMLElement = HTMLElement>(id: string): T {
  const found = document.getElementById(id);
  if (!found) throw new Error(`the page has no #${id}`);
  return found as T;
}

type Attributes = Record<string, string | number | boolean | undefined>;

export function make<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== undefined) element.setAttribute(name, String(value));
  }
  element.append(...children);
  return element;
}

// Turns two stacked images into one with a boundary that is dragged, or moved by the arrow keys.
export function addHandle(pair: HTMLElement): void {
  const handle = make("input", {
    type: "range", class: "handle", min: 0, max: 100, step: 1, value: 50,
    "aria-label": "Boundary between before and after",
  });
  const show = (): void => {
    pair.style.setProperty("--split", `${handle.value}%`);
    handle.setAttribute("aria-valuetext", `${handle.value} % before`);
  };
  handle.addEventListener("input", show);
  const image = pair.querySelector("img");
  if (image) pair.style.setProperty("--ratio", String(Number(image.getAttribute("width")) / Number(image.getAttribute("height"))));
  pair.classList.add("live");
  pair.append(handle);
  show();
}
