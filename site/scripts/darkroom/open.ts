// Opening a photograph: what it is and how large is read from its first bytes, before anything is decoded.
import type { Source } from "./types";

const LARGEST = 100e6; // pixels
export interface Opened { source: Source; linear: boolean; note: string }

interface Header { kind: "jpeg" | "png" | "tiff"; width: number; height: number; deep: boolean; components: number }

export async function openImage(file: Blob): Promise<Opened> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  const header = readHeader(bytes);
  if (header.width * header.height > LARGEST) {
    throw new Error(`it has ${Math.round((header.width * header.height) / 1e6)} megapixels, and the page takes 100. Scale it down first`);
  }
  if (header.kind === "jpeg" && header.components === 4) throw new Error("it is CMYK, for print. Convert it to sRGB first");
  if (header.kind === "tiff") return openTiff(bytes);
  if (header.deep) return openPng(bytes);
  try {
    const bitmap = await createImageBitmap(file, { imageOrientation: "from-image", colorSpaceConversion: "default" });
    return { source: { kind: "bitmap", bitmap }, linear: false, note: "" };
  } catch {
    throw new Error("its data are damaged. Export it again");
  }
}

function readHeader(bytes: Uint8Array): Header {
  const data = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  try {
    if (data.getUint32(0) === 0x89504e47) return { kind: "png", width: data.getUint32(16), height: data.getUint32(20), deep: bytes[24] === 16, components: 3 };
    if (data.getUint16(0) === 0xffd8) return readJpeg(data);
    if ([0x49492a00, 0x4d4d002a].includes(data.getUint32(0))) return readTiff(data);
  } catch (error) {
    if (error instanceof RangeError) throw new Error("it is cut off. Copy it again");
    throw error;
  }
  throw new Error("it is no JPEG, PNG or TIFF. Export one of these; raw files need darktable");
}

function readJpeg(data: DataView): Header {
  for (let at = 2; ;) {
    const marker = data.getUint16(at);
    if (marker >= 0xffc0 && marker <= 0xffcf && ![0xffc4, 0xffc8, 0xffcc].includes(marker)) {
      return { kind: "jpeg", height: data.getUint16(at + 5), width: data.getUint16(at + 7), components: data.getUint8(at + 9), deep: false };
    }
    if (marker >> 8 !== 0xff) throw new Error("its data are damaged. Export it again");
    at += marker === 0xffff ? 1 : 2 + data.getUint16(at + 2);
  }
}

function readTiff(data: DataView): Header {
  const little = data.getUint16(0) === 0x4949;
  const first = data.getUint32(4, little), count = data.getUint16(first, little);
  const tags = new Map<number, number>();
  for (let k = 0; k < count; k++) {
    const at = first + 2 + 12 * k;
    tags.set(data.getUint16(at, little), data.getUint16(at + 2, little) === 3 ? data.getUint16(at + 8, little) : data.getUint32(at + 8, little));
  }
  return { kind: "tiff", width: tags.get(256) ?? 0, height: tags.get(257) ?? 0, deep: true, components: tags.get(277) ?? 1 };
}

async function openPng(bytes: Uint8Array): Promise<Opened> {
  const { decode } = await import("fast-png");
  try {
    const image = decode(bytes);
    const values = image.data as Uint8Array | Uint16Array;
    const note = image.iccEmbeddedProfile ? "Its colour profile is not read: the values are taken as sRGB." : "";
    return { source: { kind: "samples", width: image.width, height: image.height, channels: image.channels, values, linear: false }, linear: false, note };
  } catch {
    throw new Error("its data are damaged. Export it again");
  }
}

async function openTiff(bytes: Uint8Array): Promise<Opened> {
  const { default: UTIF } = await import("utif2");
  const buffer = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
  let page: Record<string, number[] | undefined> & { width: number; height: number; data: Uint8Array };
  try {
    const pages = UTIF.decode(buffer);
    page = pages[0] as unknown as typeof page;
    UTIF.decodeImage(buffer, pages[0]!);
  } catch {
    throw new Error("its data are damaged, or packed in a way this page does not read. Export it with deflate or without compression");
  }
  const bits = page.t258?.[0] ?? 1, format = page.t339?.[0] ?? 1, channels = page.t277?.[0] ?? 1, colours = page.t262?.[0] ?? 2;
  if (colours === 5) throw new Error("it is CMYK, for print. Convert it to sRGB first");
  if (![1, 2].includes(colours) || (page.t284?.[0] ?? 1) !== 1) throw new Error("it is a TIFF of a kind this page does not read. Export it as RGB with interleaved channels");
  const data = page.data;
  const copy = data.buffer.slice(data.byteOffset, data.byteOffset + data.byteLength) as ArrayBuffer;
  const linear = format === 3 && bits === 32;
  if (!linear && !(format === 1 && (bits === 8 || bits === 16))) throw new Error(`it has ${bits} bits a value; 8 and 16, and 32 as floating point, are read`);
  const values = linear ? new Float32Array(copy) : bits === 16 ? new Uint16Array(copy) : new Uint8Array(copy);
  if (values.length < page.width * page.height * channels) throw new Error("it is cut off. Copy it again");
  const notes = [page.t34675 ? `Its colour profile is not read: the values are taken as ${linear ? "linear Rec709" : "sRGB"}.` : "", (page.t274?.[0] ?? 1) === 1 ? "" : "It is shown unrotated."];
  return { source: { kind: "samples", width: page.width, height: page.height, channels, values, linear }, linear, note: notes.filter(Boolean).join(" ") };
}
