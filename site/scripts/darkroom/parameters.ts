// Parameter structs of modules as bytes and as text, as darktable's sidecars hold them.
import type { Field } from "./types";

const LONGEST_PLAIN = 100; // bytes that are written as hexadecimal digits; darktable reads both forms
const LARGEST = 1 << 20;

async function through(bytes: Uint8Array, stream: ReadableWritablePair<Uint8Array, BufferSource>, limit: number): Promise<Uint8Array> {
  const reader = new Blob([bytes as BlobPart]).stream().pipeThrough(stream).getReader();
  const parts: Uint8Array[] = [];
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    length += value.length;
    if (length > limit) {
      await reader.cancel();
      throw new Error("its parameters are larger than those of any module");
    }
    parts.push(value);
  }
  const whole = new Uint8Array(length);
  let at = 0;
  for (const part of parts) { whole.set(part, at); at += part.length; }
  return whole;
}

export async function decode(text: string): Promise<Uint8Array> {
  if (text.startsWith("gz")) {
    const packed = Uint8Array.from(atob(text.slice(4)), (letter) => letter.charCodeAt(0));
    return through(packed, new DecompressionStream("deflate") as ReadableWritablePair<Uint8Array, BufferSource>, LARGEST);
  }
  return fromHex(text);
}

export function fromHex(text: string): Uint8Array {
  if (text.length % 2 || !/^[0-9a-f]*$/i.test(text)) throw new Error("its parameters are neither hexadecimal nor compressed");
  return Uint8Array.from({ length: text.length / 2 }, (_, k) => parseInt(text.slice(2 * k, 2 * k + 2), 16));
}

export async function encode(bytes: Uint8Array): Promise<string> {
  if (bytes.length <= LONGEST_PLAIN) return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  const packed = await through(bytes, new CompressionStream("deflate") as ReadableWritablePair<Uint8Array, BufferSource>, LARGEST);
  const ratio = Math.min(Math.floor(bytes.length / packed.length) + 1, 99);
  return `gz${String(ratio).padStart(2, "0")}${btoa(String.fromCharCode(...packed))}`;
}

const view = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

export function read(bytes: Uint8Array, field: Field): number {
  const data = view(bytes);
  switch (field.type) {
    case "float": return data.getFloat32(field.offset, true);
    case "uint": return data.getUint32(field.offset, true);
    case "short": return data.getInt16(field.offset, true);
    case "ushort": return data.getUint16(field.offset, true);
    case "int8": return data.getInt8(field.offset);
    case "uint8": return data.getUint8(field.offset);
    default: return data.getInt32(field.offset, true);
  }
}

export function write(bytes: Uint8Array, field: Field, value: number): void {
  const data = view(bytes);
  switch (field.type) {
    case "float": data.setFloat32(field.offset, value, true); break;
    case "uint": data.setUint32(field.offset, value, true); break;
    case "short": data.setInt16(field.offset, value, true); break;
    case "ushort": data.setUint16(field.offset, value, true); break;
    case "int8": data.setInt8(field.offset, value); break;
    case "uint8": data.setUint8(field.offset, value); break;
    default: data.setInt32(field.offset, value, true);
  }
}

// Whether blending changes the output of a module: struct dt_develop_blend_params_t, versions as in darktable's blend.c.
export function blends(bytes: Uint8Array, version: number): boolean {
  if (bytes.length < 4) return false;
  const data = view(bytes), first = data.getUint32(0, true);
  if (version < 5) return first !== 0;
  if (!(first & 1) || bytes.length < 20) return false;
  const at = version >= 10 ? 8 : 4;
  return !(first === 1 && data.getUint32(at, true) === 0x18 && data.getFloat32(version >= 10 ? 16 : 8, true) === 100);
}
