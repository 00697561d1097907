// "Find sliders": the values of some sliders that bring the photograph nearest to a target image, without gradients
// (Nelder and Mead, from the values of the edit and from random starts), on small copies of both.
import type { Chain } from "./chain";
import { convert, encoded } from "./colour";
import type { Sized } from "./image";
import type { Free, FromWorker, Space, Step } from "./types";

const PIXELS = 20_000, TRIALS = 600, STARTS = 3, REPORT = 10;

export async function search(
  chain: Chain, photograph: Sized, wanted: Sized, steps: Step[], free: Free[], gap: () => Promise<void>, tell: (message: FromWorker) => void,
): Promise<void> {
  const image = shrink(photograph, PIXELS);
  const sameShape = Math.abs(Math.log((photograph.width / photograph.height) / (wanted.width / wanted.height))) < 0.02;
  const target = display(sameShape ? shrinkTo(wanted, image.width, image.height) : shrink(wanted, PIXELS));
  const values = steps.map((step) => [...step.values]);
  let tried = 0, least = Infinity, best = values;

  // Root mean square difference in 8-bit levels: of pixels, or of their distribution for an image of another shape.
  const error = async (point: number[]): Promise<number> => {
    const trial = values.map((of) => [...of]);
    free.forEach((one, k) => { trial[one.step]![one.slider] = place(one, point[k]!); });
    let pixels = image.linear, space: Space = "input-rgb";
    for (const [k, step] of steps.entries()) {
      pixels = await chain.step({ ...step, values: trial[k]! }, pixels, space, image);
      space = step.made;
    }
    const shown = display({ ...image, linear: convert(pixels, image.width * image.height, space, "input-rgb") });
    const found = sameShape ? distance(shown, target) : distance(quantiles(shown), quantiles(target));
    if (found < least) { least = found; best = trial; }
    if (++tried % REPORT === 0) tell({ type: "searching", tried, error: least, values: best });
    await gap();
    return found;
  };

  const here = free.map((one) => coordinate(one, values[one.step]![one.slider]!));
  const start = await error(here);
  for (let k = 0; k < STARTS && least > 0.5; k++) {
    const from = k ? here.map((at) => Math.min(1, Math.max(0, at + 0.5 * (random() - 0.5)))) : here;
    await simplex(from, error, () => tried >= ((k + 1) * TRIALS) / STARTS || least < 0.25);
  }
  tell({ type: "found", tried, error: least, start, values: best });
}

let seed = 1;
const random = (): number => ((seed = (seed * 48271) % 2147483647) / 2147483647); // the same search finds the same again

const clamp = (x: number): number => Math.min(1, Math.max(0, x));
const place = ({ low, high, log }: Free, x: number): number => (log ? low * (high / low) ** clamp(x) : low + (high - low) * clamp(x));
const coordinate = ({ low, high, log }: Free, value: number): number => clamp(log ? Math.log(value / low) / Math.log(high / low) : (value - low) / (high - low));

async function simplex(from: number[], error: (point: number[]) => Promise<number>, enough: () => boolean): Promise<void> {
  const points = [from, ...from.map((at, k) => from.map((x, j) => (j === k ? (at > 0.7 ? x - 0.2 : x + 0.2) : x)))];
  const rated: { point: number[]; error: number }[] = [];
  for (const point of points) rated.push({ point, error: await error(point) });
  const toward = (centre: number[], away: number[], by: number): number[] => centre.map((x, k) => clamp(x + by * (x - away[k]!)));
  while (!enough()) {
    rated.sort((a, b) => a.error - b.error);
    const worst = rated.at(-1)!, rest = rated.slice(0, -1);
    if (worst.error - rated[0]!.error < 1e-3) return;
    const centre = from.map((_, k) => rest.reduce((sum, one) => sum + one.point[k]!, 0) / rest.length);
    const trial = async (by: number): Promise<{ point: number[]; error: number }> => {
      const point = toward(centre, worst.point, by);
      return { point, error: await error(point) };
    };
    const reflected = await trial(1);
    let next = reflected;
    if (reflected.error < rated[0]!.error) {
      const expanded = await trial(2);
      if (expanded.error < reflected.error) next = expanded;
    } else if (reflected.error >= (rest.at(-1)?.error ?? 0)) {
      next = await trial(reflected.error < worst.error ? 0.5 : -0.5);
    }
    if (next.error < worst.error) { rated[rated.length - 1] = next; continue; }
    for (const one of rated.slice(1)) {
      one.point = one.point.map((x, k) => (x + rated[0]!.point[k]!) / 2);
      one.error = await error(one.point);
    }
  }
}

function shrink(image: Sized, pixels: number): Sized {
  const scale = Math.min(1, Math.sqrt(pixels / (image.width * image.height)));
  return shrinkTo(image, Math.max(8, Math.round(image.width * scale)), Math.max(8, Math.round(image.height * scale)));
}

function shrinkTo(image: Sized, width: number, height: number): Sized {
  const linear = new Float32Array(3 * width * height), n = image.width * image.height;
  for (let c = 0, o = 0; c < 3; c++) for (let y = 0; y < height; y++) {
    const top = Math.floor((y * image.height) / height), bottom = Math.max(top + 1, Math.floor(((y + 1) * image.height) / height));
    for (let x = 0; x < width; x++, o++) {
      const left = Math.floor((x * image.width) / width), right = Math.max(left + 1, Math.floor(((x + 1) * image.width) / width));
      let sum = 0;
      for (let v = top; v < bottom; v++) for (let u = left; u < right; u++) sum += image.linear[c * n + v * image.width + u]!;
      linear[o] = sum / ((bottom - top) * (right - left));
    }
  }
  return { width, height, linear };
}

const display = ({ linear }: Sized): Float32Array => linear.map((v) => 255 * encoded(v > 0 ? Math.min(1, v) : 0));

function distance(one: Float32Array, other: Float32Array): number {
  let sum = 0;
  for (let k = 0; k < one.length; k++) sum += (one[k]! - other[k]!) ** 2;
  return Number.isFinite(sum) ? Math.sqrt(sum / one.length) : 1e9;
}

// 64 quantiles of each channel.
function quantiles(image: Float32Array): Float32Array {
  const n = image.length / 3, found = new Float32Array(3 * 64);
  for (let c = 0; c < 3; c++) {
    const sorted = image.slice(c * n, (c + 1) * n).sort();
    for (let k = 0; k < 64; k++) found[64 * c + k] = sorted[Math.min(n - 1, Math.floor(((k + 0.5) * n) / 64))]!;
  }
  return found;
}
