/**
 * Pictures: `.png` files as tensors.
 *
 * Reading: gray is `[h, w]`, colour `[h, w, 3]`, with transparency `[h, w, 4]` (gray with
 * transparency becomes that too); palettes are resolved, 1, 2 and 4 bits spread over 0 … 255. The
 * elements are u8 (u16 for 16 bits); where a float is wanted, they are divided by 255 (65535).
 * A single transparent colour (`tRNS` of gray and colour pictures) is ignored.
 *
 * Writing: shapes as above, also `[h, w, 1]`. u8 and u16 as they are; bool as 0 and 255; floats
 * are limited to 0 … 1, scaled to 0 … 255 and rounded, NaN becomes 0.
 */
import {
  dtypeInfo,
  readElement,
  writeElement,
  type DType,
  type StorageArray,
} from "@strata/support";
import type { DecodedPng } from "fast-png";
import { formatTensorType, zeros, type HostTensor } from "../tensor.ts";
import { badPng, fileTooLarge, notAPicture } from "./errors.ts";
import { wantedDType, type ValueFormat, type Wanted } from "./format.ts";

const MAX_BYTES = 2 ** 32;
// What one byte of deflate can stand for, at most: more pixels than that are not in the file.
const DEFLATE_RATIO = 1040;

interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  readonly data: Uint8Array | Uint16Array;
}

async function decode(bytes: Uint8Array, path: string, wanted: Wanted): Promise<HostTensor> {
  checkHeader(bytes, path);
  const png = await import("fast-png");
  let pixels: Pixels;
  try {
    const image = png.decode(bytes, { checkCrc: true });
    pixels = image.palette === undefined ? unpack(image) : resolved(image, png);
  } catch (error) {
    throw badPng(path, error instanceof Error ? lowerFirst(error.message) : String(error));
  }
  const { width, height, channels, data } = pixels;
  if (data.length !== width * height * channels) {
    throw badPng(path, `its pixels end after ${data.length} of ${width * height * channels}`);
  }
  const shape = channels === 1 ? [height, width] : [height, width, channels];
  const natural: DType = data.BYTES_PER_ELEMENT === 2 ? "u16" : "u8";
  const float = wantedDType(wanted);
  if (float === undefined || dtypeInfo(float).kind !== "float") {
    return { dtype: natural, shape, data };
  }
  const out = zeros(float, shape);
  const scale = natural === "u16" ? 65535 : 255;
  for (let k = 0; k < data.length; k++) writeElement(float, out.data, k, (data[k] ?? 0) / scale);
  return out;
}

const lowerFirst = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);

/** Refuses, before anything is allocated, what is no PNG or claims more than the file can hold. */
function checkHeader(bytes: Uint8Array, path: string): void {
  const signature = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
  if (signature.some((byte, k) => bytes[k] !== byte)) {
    throw badPng(path, "it does not start with the PNG signature");
  }
  if (bytes.length < 33) throw badPng(path, "it ends within its header");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const width = view.getUint32(16);
  const height = view.getUint32(20);
  if (width === 0 || height === 0) throw badPng(path, `it states a size of ${width} × ${height}`);
  const raw = (width * height * (bytes[24] ?? 8)) / 8;
  if (raw > bytes.length * DEFLATE_RATIO) {
    throw badPng(path, `it states ${width} × ${height} pixels, more than it has data for`);
  }
  if (raw * 4 > MAX_BYTES) throw fileTooLarge(path, `a picture of ${width} × ${height} pixels`);
}

function resolved(image: DecodedPng, png: typeof import("fast-png")): Pixels {
  const { width, height, palette } = image;
  return {
    width,
    height,
    channels: palette?.[0]?.length ?? 3,
    data: png.convertIndexedToRgb(image),
  };
}

/** Spreads 1, 2 and 4 bits per sample over bytes, and gray with transparency over 4 channels. */
function unpack(image: DecodedPng): Pixels {
  const { width, height, channels, depth } = image;
  if (depth < 8) {
    const stride = Math.ceil((width * depth) / 8);
    if (image.data.length !== stride * height) throw new Error("its pixels are incomplete");
    const top = 2 ** depth - 1;
    const data = new Uint8Array(width * height);
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const bit = x * depth;
        const byte = image.data[y * stride + (bit >> 3)] ?? 0;
        data[y * width + x] = (((byte >> (8 - depth - (bit & 7))) & top) * 255) / top;
      }
    }
    return { width, height, channels, data };
  }
  const wide = image.data instanceof Uint16Array;
  if (channels !== 2) {
    const data = wide ? image.data : new Uint8Array(image.data);
    return { width, height, channels, data: data as Uint8Array | Uint16Array };
  }
  const count = width * height;
  if (image.data.length !== 2 * count) throw new Error("its pixels are incomplete");
  const data = wide ? new Uint16Array(4 * count) : new Uint8Array(4 * count);
  for (let k = 0; k < count; k++) {
    data.fill(image.data[2 * k] ?? 0, 4 * k, 4 * k + 3);
    data[4 * k + 3] = image.data[2 * k + 1] ?? 0;
  }
  return { width, height, channels: 4, data };
}

async function encode(tensor: HostTensor, path: string): Promise<Uint8Array> {
  const { dtype, shape } = tensor;
  const [height, width, channels = 1] = shape;
  const type = formatTensorType(dtype, shape);
  if (height === undefined || width === undefined || shape.length > 3) {
    throw notAPicture(path, type, "a picture is [h, w], [h, w, 3] or [h, w, 4]");
  }
  if (channels !== 1 && channels !== 3 && channels !== 4) {
    throw notAPicture(path, type, "the last of three axes must have extent 1, 3 or 4");
  }
  if (height === 0 || width === 0) throw notAPicture(path, type, "a PNG has at least one pixel");
  const samples = toSamples(tensor, path, type);
  const { encode: encodePng } = await import("fast-png");
  const depth = samples.BYTES_PER_ELEMENT === 2 ? 16 : 8;
  return encodePng({ width, height, channels, depth, data: samples });
}

function toSamples(tensor: HostTensor, path: string, type: string): Uint8Array | Uint16Array {
  const { dtype, data } = tensor;
  if (dtype === "u8") return bytesOf(data);
  if (dtype === "u16" && data instanceof Uint16Array) return data;
  const out = new Uint8Array(data.length);
  if (dtype === "bool") {
    for (let k = 0; k < out.length; k++) out[k] = data[k] === 0 ? 0 : 255;
    return out;
  }
  if (dtypeInfo(dtype).kind !== "float") {
    throw notAPicture(path, type, "convert it to u8 or to a float from 0 to 1 first");
  }
  for (let k = 0; k < out.length; k++) {
    // Assigning to a byte array turns NaN into 0.
    const value = Number(readElement(dtype, data, k));
    out[k] = Math.round(Math.min(Math.max(value, 0), 1) * 255);
  }
  return out;
}

function bytesOf(data: StorageArray): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

/** The `.png` format. */
export const format: ValueFormat = { decode, encode };
