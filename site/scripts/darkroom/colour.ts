// Colour conversions of planar float32 images [3 * n]: linear Rec709, linear Rec2020, Lab under D50, sRGB-encoded.
import type { Space } from "./types";

type Row = [number, number, number];
type Matrix = [Row, Row, Row];

const multiply = (a: Matrix, b: Matrix): Matrix =>
  a.map((row) => [0, 1, 2].map((j) => row[0] * b[0][j]! + row[1] * b[1][j]! + row[2] * b[2][j]!)) as Matrix;

function inverse([[a, b, c], [d, e, f], [g, h, i]]: Matrix): Matrix {
  const A = e * i - f * h, B = f * g - d * i, C = d * h - e * g;
  const determinant = a * A + b * B + c * C;
  return [[A, c * h - b * i, b * f - c * e], [B, a * i - c * g, c * d - a * f], [C, b * g - a * h, a * e - b * d]]
    .map((row) => row.map((value) => value / determinant)) as Matrix;
}

const REC2020: Matrix = [[0.6274, 0.3293, 0.0433], [0.0691, 0.9195, 0.0114], [0.0164, 0.088, 0.8956]]; // ITU-R BT.2087-0
const D50: Row = [0.9642, 1, 0.8249];
const IDENTITY: Matrix = [[1, 0, 0], [0, 1, 0], [0, 0, 1]];

// Linear Rec709 to XYZ under D50: primaries of BT.709, white D65, adapted by Bradford's matrix.
function xyzUnderD50(): Matrix {
  const x = [0.64, 0.3, 0.15], y = [0.33, 0.6, 0.06];
  const white: Row = [0.3127 / 0.329, 1, (1 - 0.3127 - 0.329) / 0.329];
  const primaries = [x.map((v, k) => v / y[k]!), [1, 1, 1], x.map((v, k) => (1 - v - y[k]!) / y[k]!)] as Matrix;
  const dot = (row: Row, v: Row): number => row[0] * v[0] + row[1] * v[1] + row[2] * v[2];
  const scale = inverse(primaries).map((row) => dot(row, white)) as Row;
  const xyz = primaries.map((row) => row.map((value, k) => value * scale[k]!)) as Matrix;
  const bradford: Matrix = [[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]];
  const cones = multiply(bradford, xyz).map((row, k) => row.map((v) => (v * dot(bradford[k]!, D50)) / dot(bradford[k]!, white)));
  return multiply(inverse(bradford), cones as Matrix);
}

const XYZ = xyzUnderD50();
const FROM_LINEAR: Record<"input-rgb" | "work-rgb", Matrix> = { "input-rgb": IDENTITY, "work-rgb": REC2020 };
const TO_LINEAR: Record<"input-rgb" | "work-rgb", Matrix> = { "input-rgb": IDENTITY, "work-rgb": inverse(REC2020) };

function transform(from: Float32Array, to: Float32Array, n: number, [[a, b, c], [d, e, f], [g, h, i]]: Matrix): void {
  for (let p = 0, q = n, r = 2 * n; p < n; p++, q++, r++) {
    const x = from[p]!, y = from[q]!, z = from[r]!;
    to[p] = a * x + b * y + c * z;
    to[q] = d * x + e * y + f * z;
    to[r] = g * x + h * y + i * z;
  }
}

const EPSILON = 216 / 24389, KAPPA = 24389 / 27;
const float = new Float32Array(1), bits = new Int32Array(float.buffer);

// Cube root of a positive number: an estimate from its bits, then Newton's steps; faster than Math.cbrt.
function cubeRoot(x: number): number {
  float[0] = x;
  bits[0] = ((bits[0]! / 3) | 0) + 709921077;
  let y = float[0]!;
  for (let step = 0; step < 3; step++) y -= (y * y * y - x) / (3 * y * y);
  return y;
}

const forward = (v: number): number => (v > EPSILON ? cubeRoot(v) : (KAPPA * v + 16) / 116);
const backward = (t: number): number => { const cube = t * t * t; return cube > EPSILON ? cube : (116 * t - 16) / KAPPA; };

function toLab(from: Float32Array, to: Float32Array, n: number, source: "input-rgb" | "work-rgb"): void {
  const scaled = XYZ.map((row, k) => row.map((value) => value / D50[k]!)) as Matrix;
  transform(from, to, n, multiply(scaled, TO_LINEAR[source]));
  for (let p = 0, q = n, r = 2 * n; p < n; p++, q++, r++) {
    const x = forward(to[p]!), y = forward(to[q]!), z = forward(to[r]!);
    to[p] = 116 * y - 16;
    to[q] = 500 * (x - y);
    to[r] = 200 * (y - z);
  }
}

function fromLab(from: Float32Array, to: Float32Array, n: number, target: "input-rgb" | "work-rgb"): void {
  for (let p = 0, q = n, r = 2 * n; p < n; p++, q++, r++) {
    const y = (from[p]! + 16) / 116, x = y + from[q]! / 500, z = y - from[r]! / 200;
    to[p] = backward(x);
    to[q] = backward(y);
    to[r] = backward(z);
  }
  const white: Matrix = [[D50[0], 0, 0], [0, D50[1], 0], [0, 0, D50[2]]];
  transform(to, to, n, multiply(FROM_LINEAR[target], multiply(inverse(XYZ), white)));
}

export const encoded = (v: number): number => (v <= 0.0031308 ? v * 12.92 : 1.055 * v ** (1 / 2.4) - 0.055);
export const decoded = (v: number): number => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);

// The image in another space: the same array where nothing changes.
export function convert(image: Float32Array, n: number, from: Space, to: Space): Float32Array {
  if (from === to) return image;
  const result = new Float32Array(3 * n);
  if (from === "display") return convert(image.map(decoded), n, "input-rgb", to);
  if (to === "display") return convert(image, n, from, "input-rgb").map(encoded);
  if (to === "lab" && from !== "lab") toLab(image, result, n, from);
  else if (from === "lab" && to !== "lab") fromLab(image, result, n, to);
  else if (from !== "lab" && to !== "lab") transform(image, result, n, multiply(FROM_LINEAR[to], TO_LINEAR[from]));
  return result;
}

const ENCODE = new Uint8ClampedArray(65537).map((_, k) => Math.round(255 * encoded(k / 65536)));
const DECODE = new Float32Array(256).map((_, k) => decoded(k / 255));

const index = (v: number): number => (v > 0 ? (v >= 1 ? 65536 : (v * 65536 + 0.5) | 0) : 0);

// Linear Rec709 as 8-bit sRGB with alpha. Not a number is black.
export function toBytes(linear: Float32Array, n: number, rgba: Uint8ClampedArray): void {
  for (let p = 0, q = n, r = 2 * n, o = 0; p < n; p++, q++, r++, o += 4) {
    rgba[o] = ENCODE[index(linear[p]!)]!;
    rgba[o + 1] = ENCODE[index(linear[q]!)]!;
    rgba[o + 2] = ENCODE[index(linear[r]!)]!;
    rgba[o + 3] = 255;
  }
}

export function fromBytes(rgba: Uint8ClampedArray, n: number): Float32Array {
  const linear = new Float32Array(3 * n);
  for (let p = 0, o = 0; p < n; p++, o += 4) {
    linear[p] = DECODE[rgba[o]!]!;
    linear[p + n] = DECODE[rgba[o + 1]!]!;
    linear[p + 2 * n] = DECODE[rgba[o + 2]!]!;
  }
  return linear;
}
