// An image at the two sizes that the worker computes, as planar linear Rec709.
import { decoded, fromBytes, toBytes } from "./colour";
import type { Size, Source } from "./types";

export interface Sized {
  width: number;
  height: number;
  linear: Float32Array;
}

export interface Image {
  sizes: Record<Size, Sized>;
  pixels: number; // of the file
}

export function readImage(source: Source, pixels: Record<Size, number>): Image {
  const whole = source.kind === "bitmap" ? source.bitmap : source;
  const sized = (most: number): Sized => {
    const scale = Math.min(1, Math.sqrt(most / (whole.width * whole.height)));
    const width = Math.max(1, Math.round(whole.width * scale)), height = Math.max(1, Math.round(whole.height * scale));
    return source.kind === "bitmap" ? drawn(source.bitmap, width, height) : averaged(source, width, height);
  };
  const image = { sizes: { full: sized(pixels.full), preview: sized(pixels.preview) }, pixels: whole.width * whole.height };
  if (source.kind === "bitmap") source.bitmap.close();
  return image;
}

function drawn(bitmap: ImageBitmap, width: number, height: number): Sized {
  const context = new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true })!;
  context.imageSmoothingQuality = "high";
  context.drawImage(bitmap, 0, 0, width, height);
  return { width, height, linear: fromBytes(context.getImageData(0, 0, width, height).data, width * height) };
}

// Each pixel is the mean, in linear light, of the pixels of the file that it covers.
function averaged(source: Source & { kind: "samples" }, width: number, height: number): Sized {
  const { channels, values } = source, n = width * height, linear = new Float32Array(3 * n);
  const most = values instanceof Float32Array ? 1 : values instanceof Uint16Array ? 65535 : 255;
  const light = most === 1 ? null : new Float32Array(most + 1).map((_, k) => (source.linear ? k / most : decoded(k / most)));
  for (let y = 0; y < height; y++) {
    const top = Math.floor((y * source.height) / height), bottom = Math.max(top + 1, Math.floor(((y + 1) * source.height) / height));
    for (let x = 0; x < width; x++) {
      const left = Math.floor((x * source.width) / width), right = Math.max(left + 1, Math.floor(((x + 1) * source.width) / width));
      for (let c = 0; c < 3; c++) {
        let sum = 0;
        for (let v = top; v < bottom; v++) for (let u = left; u < right; u++) {
          const value = values[(v * source.width + u) * channels + (channels < 3 ? 0 : c)]!;
          sum += light ? light[value]! : value;
        }
        linear[c * n + y * width + x] = sum / ((bottom - top) * (right - left));
      }
    }
  }
  return { width, height, linear };
}

// Draws an image; returns its histogram (256 bins of red, green, blue) and the shares of pixels beyond white and black.
export function paint(canvas: OffscreenCanvas, linear: Float32Array, width: number, height: number, clipping: boolean): { histogram: Uint32Array; over: number; under: number } {
  const n = width * height, rgba = new Uint8ClampedArray(4 * n), histogram = new Uint32Array(768);
  toBytes(linear, n, rgba);
  let over = 0, under = 0;
  for (let p = 0, o = 0; p < n; p++, o += 4) {
    histogram[rgba[o]!]!++;
    histogram[256 + rgba[o + 1]!]!++;
    histogram[512 + rgba[o + 2]!]!++;
    const r = linear[p]!, g = linear[p + n]!, b = linear[p + 2 * n]!;
    const bright = r > 1.0001 || g > 1.0001 || b > 1.0001, dark = r <= 0 && g <= 0 && b <= 0;
    if (bright) over++;
    else if (dark) under++;
    if (clipping && (bright || dark)) rgba.set(bright ? [255, 40, 40] : [40, 80, 255], o);
  }
  if (canvas.width !== width || canvas.height !== height) { canvas.width = width; canvas.height = height; }
  canvas.getContext("2d")!.putImageData(new ImageData(rgba as Uint8ClampedArray<ArrayBuffer>, width, height), 0, 0);
  return { histogram, over: over / n, under: under / n };
}
