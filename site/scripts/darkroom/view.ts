// The image: boundary between before and after, zoom, and the histogram.
import { byId, make } from "../page/dom";

const ZOOMS = ["fit", "1", "2"];
const COLOURS = ["#d0493f", "#4fae56", "#4a76d6"];

export function view(): { size: (width: number, height: number) => void; histogram: (bins: Uint32Array) => void } {
  const frame = byId("frame"), stage = byId("view");
  const handle = make("input", { type: "range", class: "handle", id: "boundary", min: 0, max: 100, step: 1, value: 50, "aria-label": "Boundary between before and after" });
  const moved = (): void => { frame.style.setProperty("--split", `${handle.value}%`); handle.setAttribute("aria-valuetext", `${handle.value} % before`); };
  handle.addEventListener("input", moved);
  frame.append(handle);
  moved();
  const compare = byId<HTMLButtonElement>("compare");
  compare.addEventListener("click", () => {
    const on = compare.getAttribute("aria-pressed") !== "true";
    compare.setAttribute("aria-pressed", String(on));
    frame.classList.toggle("alone", !on);
  });
  for (const zoom of ZOOMS) {
    const button = byId(`zoom-${zoom}`);
    button.addEventListener("click", () => {
      for (const one of ZOOMS) byId(`zoom-${one}`).setAttribute("aria-pressed", String(one === zoom));
      stage.classList.toggle("pixels", zoom !== "fit");
      frame.style.setProperty("--zoom", zoom === "fit" ? "1" : zoom);
      stage.tabIndex = zoom === "fit" ? -1 : 0;
    });
  }
  return {
    size: (width, height) => {
      frame.style.setProperty("--ratio", String(width / height));
      frame.style.setProperty("--width", `${width / devicePixelRatio}px`);
      frame.classList.add("on");
    },
    histogram: draw,
  };
}

function draw(bins: Uint32Array): void {
  const canvas = byId<HTMLCanvasElement>("histogram"), context = canvas.getContext("2d");
  if (!context) return;
  const { width, height } = canvas;
  context.globalCompositeOperation = "source-over";
  context.clearRect(0, 0, width, height);
  context.globalCompositeOperation = matchMedia("(prefers-color-scheme: dark)").matches ? "screen" : "multiply";
  let most = 1;
  for (let k = 0; k < 3; k++) for (let v = 2; v < 254; v++) most = Math.max(most, bins[256 * k + v]!);
  COLOURS.forEach((colour, k) => {
    context.fillStyle = colour;
    context.beginPath();
    context.moveTo(0, height);
    for (let v = 0; v < 256; v++) context.lineTo((v * width) / 255, height * (1 - 0.96 * Math.sqrt(Math.min(1, bins[256 * k + v]! / most))));
    context.lineTo(width, height);
    context.fill();
  });
}
