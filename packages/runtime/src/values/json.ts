/**
 * Values as JSON: a number, true or false, or nested arrays of them.
 *
 * Invariants: i64 and u64 keep every digit, both ways; what JSON has no number for is the text
 * "NaN", "Infinity" or "-Infinity"; read without a wanted type, whole numbers and fractions alike
 * are f64, true and false are bool.
 */
import {
  dtypeInfo,
  encodeUtf8,
  readElement,
  tryDecodeUtf8,
  writeElement,
  type DType,
} from "@strata/support";
import { checkScalar, describeScalarType, describeValue } from "../scalar.ts";
import { zeros, type HostTensor, type HostValue } from "../tensor.ts";
import { badJson } from "./errors.ts";
import type { ValueFormat, Wanted } from "./format.ts";

/** Reads a value from JSON text; `path` is for messages. */
export function decodeJson(text: string, path: string, wanted?: Wanted): HostValue {
  const exact = wanted !== undefined && wanted.dtype !== "bool" && needsExact(wanted.dtype);
  let parsed: unknown;
  try {
    parsed = exact ? JSON.parse(text, keepDigits) : JSON.parse(text);
  } catch (error) {
    throw badJson(path, error instanceof Error ? error.message : String(error));
  }
  if (!Array.isArray(parsed)) return scalarOf(parsed, path, wanted);
  const shape = shapeOf(parsed);
  const leaves: unknown[] = [];
  flatten(parsed, shape, 0, "", leaves, path);
  const dtype: DType =
    wanted !== undefined && wanted.dtype !== "index" ? wanted.dtype : naturalDType(leaves);
  const tensor = zeros(dtype, shape);
  for (const [k, leaf] of leaves.entries()) {
    writeElement(dtype, tensor.data, k, leafValue(leaf, dtype, path));
  }
  return tensor;
}

const needsExact = (dtype: string): boolean => dtype === "i64" || dtype === "u64";

/** Keeps the digits of whole numbers that a double would round. */
function keepDigits(_key: string, value: unknown, context?: { readonly source?: string }): unknown {
  const source = context?.source;
  if (typeof value !== "number" || source === undefined) return value;
  return /^-?\d+$/.test(source) ? BigInt(source) : value;
}

function scalarOf(value: unknown, path: string, wanted: Wanted): HostValue {
  const raw = numeric(value);
  if (raw === undefined) throw badJson(path, `it holds ${describeValue(value)}`);
  if (wanted === undefined) return raw;
  const checked = checkScalar(path, wanted.dtype, raw);
  if (checked.ok) return checked.value;
  const expected = describeScalarType(wanted.dtype);
  throw badJson(path, `expected ${expected}, found ${describeValue(value)}`);
}

function numeric(value: unknown): number | bigint | boolean | undefined {
  if (value === "NaN") return NaN;
  if (value === "Infinity") return Infinity;
  if (value === "-Infinity") return -Infinity;
  if (typeof value === "number" || typeof value === "bigint" || typeof value === "boolean") {
    return value;
  }
  return undefined;
}

function leafValue(leaf: unknown, dtype: DType, path: string): number | bigint {
  const raw = numeric(leaf);
  const checked = raw === undefined ? undefined : checkScalar(path, dtype, raw);
  if (checked?.ok === true) return checked.value;
  throw badJson(path, `expected ${describeScalarType(dtype)}, found ${describeValue(leaf)}`);
}

function naturalDType(leaves: readonly unknown[]): DType {
  return leaves.length > 0 && leaves.every((leaf) => typeof leaf === "boolean") ? "bool" : "f64";
}

/** The extents down the first elements; an empty array ends them. */
function shapeOf(value: unknown): number[] {
  const shape: number[] = [];
  for (let level = value; Array.isArray(level); level = level[0] as unknown) {
    shape.push(level.length);
  }
  return shape;
}

function flatten(
  value: unknown,
  shape: readonly number[],
  axis: number,
  place: string,
  leaves: unknown[],
  path: string,
): void {
  const extent = shape[axis];
  if (extent === undefined) {
    if (Array.isArray(value)) throw badJson(path, `there is an array too many at ${place}`);
    leaves.push(value);
    return;
  }
  if (!Array.isArray(value) || value.length !== extent) {
    const found = Array.isArray(value) ? `${value.length} elements` : describeValue(value);
    throw badJson(path, `expected ${extent} elements at ${place || "the top"}, found ${found}`);
  }
  for (let k = 0; k < extent; k++) {
    flatten(value[k], shape, axis + 1, `${place}[${k}]`, leaves, path);
  }
}

/** Writes a tensor (of rank 0: a single value) as JSON text, innermost axis on one line. */
export function encodeJson(tensor: HostTensor): string {
  const { dtype, shape, data } = tensor;
  let position = 0;
  const level = (axis: number): string => {
    if (axis === shape.length) return leafText(dtype, readElement(dtype, data, position++));
    const parts = Array.from({ length: shape[axis] ?? 0 }, () => level(axis + 1));
    if (axis === shape.length - 1 || parts.length === 0) return `[${parts.join(", ")}]`;
    const indent = " ".repeat(axis + 1);
    return `[\n${indent}${parts.join(`,\n${indent}`)}\n${" ".repeat(axis)}]`;
  };
  return `${level(0)}\n`;
}

function leafText(dtype: DType, value: number | bigint): string {
  if (dtype === "bool") return value === 0 ? "false" : "true";
  if (typeof value === "bigint") return String(value);
  if (!Number.isFinite(value)) return `"${value}"`;
  if (Object.is(value, -0)) return "-0";
  return dtypeInfo(dtype).kind === "float" ? shortest(dtype, value) : String(value);
}

/** The fewest digits that read back as the same element. */
function shortest(dtype: DType, value: number): string {
  if (dtype !== "f32") return String(value);
  for (let digits = 1; digits <= 9; digits++) {
    const text = value.toPrecision(digits);
    if (Math.fround(Number(text)) === value) return String(Number(text));
  }
  return String(value);
}

/** The `.json` format. */
export const format: ValueFormat = {
  async decode(bytes, path, wanted) {
    const text = tryDecodeUtf8(bytes);
    if (text === undefined) throw badJson(path, "it is not UTF-8 text");
    return decodeJson(text, path, wanted);
  },
  encode: async (tensor) => encodeUtf8(encodeJson(tensor)),
};
