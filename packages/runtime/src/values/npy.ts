/**
 * NumPy's `.npy` format, versions 1 to 3: little-endian numbers in C order.
 *
 * Invariants: what is written has version 1 (2 where the header is long), elements aligned to 64
 * bytes; f16 is `<f2`; bf16, which numpy has not, is written as the two-byte void `|V2` that the
 * `ml_dtypes` package uses, and read only where bf16 is wanted.
 */
import { dtypeInfo, tryDecodeUtf8, type DType, type StorageArray } from "@strata/support";
import { elementCount, type HostTensor } from "../tensor.ts";
import { badNpy, fileTooLarge, truncated, unsupportedNpy } from "./errors.ts";
import { wantedDType, type ValueFormat, type Wanted } from "./format.ts";

const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];

const BY_CODE: ReadonlyMap<string, DType> = new Map<string, DType>([
  ["b1", "bool"],
  ["i1", "i8"],
  ["i2", "i16"],
  ["i4", "i32"],
  ["i8", "i64"],
  ["u1", "u8"],
  ["u2", "u16"],
  ["u4", "u32"],
  ["u8", "u64"],
  ["f2", "f16"],
  ["f4", "f32"],
  ["f8", "f64"],
]);

interface Header {
  readonly descr: string;
  readonly fortran: boolean;
  readonly shape: readonly number[];
}

/** Reads a tensor; the elements are those of the file, shared with `bytes` where aligned. */
export function decodeNpy(bytes: Uint8Array, path: string, wanted?: Wanted): HostTensor {
  const { text, dataStart } = headerText(bytes, path);
  const header = parseHeader(text, path);
  const dtype = elementType(header.descr, path, wanted);
  if (header.fortran && header.shape.filter((extent) => extent > 1).length > 1) {
    throw unsupportedNpy(
      path,
      "elements in Fortran order (columns first)",
      "save it in C order: numpy.save(path, numpy.ascontiguousarray(a))",
    );
  }
  const { array: Storage, bytes: size } = dtypeInfo(dtype);
  const count = elementCount(header.shape);
  const needed = dataStart + count * size;
  if (needed > bytes.length) throw truncated(path, needed, bytes.length);
  const at = bytes.byteOffset + dataStart;
  const data: StorageArray =
    at % size === 0
      ? new Storage(bytes.buffer, at, count)
      : new Storage(bytes.slice(dataStart, needed).buffer, 0, count);
  if (dtype === "bool") for (let k = 0; k < count; k++) data[k] = data[k] === 0 ? 0 : 1;
  return { dtype, shape: header.shape, data };
}

function headerText(bytes: Uint8Array, path: string): { text: string; dataStart: number } {
  if (MAGIC.some((byte, k) => k < bytes.length && bytes[k] !== byte)) {
    throw badNpy(path, "it does not start with \\x93NUMPY");
  }
  if (bytes.length < 12) throw truncated(path, 12, bytes.length);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const major = bytes[6] ?? 0;
  if (major < 1 || major > 3) throw badNpy(path, `its format version is ${major}, not 1 to 3`);
  const start = major === 1 ? 10 : 12;
  const length = major === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  const dataStart = start + length;
  if (dataStart > bytes.length) throw truncated(path, dataStart, bytes.length);
  const text = tryDecodeUtf8(bytes.subarray(start, dataStart));
  if (text === undefined) throw badNpy(path, "its header is not text");
  return { text, dataStart };
}

/** Takes apart the header, a Python dictionary of three known entries. */
function parseHeader(text: string, path: string): Header {
  const structured = /'descr'\s*:\s*\[/.test(text);
  if (structured) {
    throw unsupportedNpy(path, "records of several fields", "save each field as an array");
  }
  const descr = /['"]descr['"]\s*:\s*(?:'([^']*)'|"([^"]*)")/.exec(text);
  const order = /['"]fortran_order['"]\s*:\s*(True|False)/.exec(text);
  const shape = /['"]shape['"]\s*:\s*\(([^)]*)\)/.exec(text);
  if (descr === null || order === null || shape === null) {
    throw badNpy(path, "its header lacks descr, fortran_order or shape");
  }
  const extents = (shape[1] ?? "")
    .split(",")
    .map((part) => part.trim().replace(/L$/, ""))
    .filter((part) => part !== "");
  const bad = extents.find((part) => !/^\d+$/.test(part) || !Number.isSafeInteger(Number(part)));
  if (bad !== undefined) throw badNpy(path, `its header states the extent ${bad}`);
  return {
    descr: descr[1] ?? descr[2] ?? "",
    fortran: order[1] === "True",
    shape: extents.map(Number),
  };
}

function elementType(descr: string, path: string, wanted: Wanted): DType {
  const order = descr[0] ?? "";
  const code = descr.slice(1);
  if (code === "V2" && wantedDType(wanted) === "bf16") return "bf16";
  const dtype = BY_CODE.get(code);
  if (dtype === undefined || !"<>|=".includes(order)) {
    throw unsupportedNpy(
      path,
      `elements of type "${descr}"`,
      "save numbers: bool, int8 to int64, uint8 to uint64, float16, float32 or float64",
    );
  }
  if (order === ">" && dtypeInfo(dtype).bytes > 1) {
    throw unsupportedNpy(
      path,
      "big-endian elements",
      `save them little-endian: numpy.save(path, a.astype("<${code}"))`,
    );
  }
  return dtype;
}

function codeOf(dtype: DType): string {
  if (dtype === "bf16") return "|V2";
  for (const [code, known] of BY_CODE) {
    if (known === dtype) return `${dtypeInfo(dtype).bytes === 1 ? "|" : "<"}${code}`;
  }
  throw new RangeError(`no .npy code for ${dtype}`);
}

/** Writes a tensor. */
export function encodeNpy(tensor: HostTensor, path: string): Uint8Array {
  const { shape, dtype, data } = tensor;
  const extents = shape.length === 1 ? `${shape[0]},` : shape.join(", ");
  const dict = `{'descr': '${codeOf(dtype)}', 'fortran_order': False, 'shape': (${extents}), }`;
  const major = dict.length + 75 > 0xffff ? 2 : 1;
  const start = major === 1 ? 10 : 12;
  const dataStart = Math.ceil((start + dict.length + 1) / 64) * 64;
  const header = dict.padEnd(dataStart - start - 1) + "\n";
  let bytes: Uint8Array;
  try {
    bytes = new Uint8Array(dataStart + data.byteLength);
  } catch {
    throw fileTooLarge(path, `a file of ${dataStart + data.byteLength} bytes`);
  }
  bytes.set(MAGIC);
  bytes[6] = major;
  const view = new DataView(bytes.buffer);
  if (major === 1) view.setUint16(8, header.length, true);
  else view.setUint32(8, header.length, true);
  for (let k = 0; k < header.length; k++) bytes[start + k] = header.charCodeAt(k);
  bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), dataStart);
  return bytes;
}

/** The `.npy` format. */
export const format: ValueFormat = {
  decode: async (bytes, path, wanted) => decodeNpy(bytes, path, wanted),
  encode: async (tensor, path) => encodeNpy(tensor, path),
};
