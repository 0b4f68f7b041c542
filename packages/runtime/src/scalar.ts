/**
 * Scalars as arguments: a value of a program brought to the type that a kernel declares.
 *
 * Invariants: nothing is rounded to an integer or wrapped; floats are rounded to the nearest value
 * of their type; i64 and u64 become bigints, `bool` 0 or 1, every other type a number.
 */
import {
  dtypeInfo,
  integerRange,
  readElement,
  roundFloat,
  type Diagnostic,
  type ScalarType,
} from "@strata/support";
import { scalarRange } from "./errors.ts";
import { isHostTensor } from "./tensor.ts";

/** A value of the wanted type, or what is wrong with it. */
export type Checked<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problem: Diagnostic };

/** What a person calls a value that is not what was asked for. */
export function describeValue(value: unknown): string {
  if (value === null) return "null";
  if (typeof value === "string") return `the text ${JSON.stringify(value.slice(0, 40))}`;
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  if (Array.isArray(value)) return "a plain array";
  if (typeof value === "function") return "a function";
  if (typeof value === "object") return `an object of class ${value.constructor?.name ?? "null"}`;
  return String(typeof value);
}

/** Whether a value may stand for a scalar: a number, bigint or boolean, or a tensor of rank 0. */
export function isScalarLike(value: unknown): boolean {
  const kind = typeof value;
  if (kind === "number" || kind === "bigint" || kind === "boolean") return true;
  return isHostTensor(value) && value.shape.length === 0;
}

/** The range of a type in words: `an i8 (−128 … 127)`. */
export function describeScalarType(type: ScalarType): string {
  if (type === "bool") return "a bool (true or false)";
  if (type !== "index" && dtypeInfo(type).kind === "float") return `a number for ${type}`;
  const { min, max } = integerRange(type);
  return `a whole number for ${type} (${min} … ${max})`;
}

/** The scalar a value stands for in a type; `name` is the argument it is for. */
export function checkScalar(
  name: string,
  type: ScalarType,
  value: unknown,
): Checked<number | bigint> {
  const raw =
    isHostTensor(value) && value.shape.length === 0
      ? readElement(value.dtype, value.data, 0)
      : value;
  const wrong = (): Checked<number | bigint> => ({
    ok: false,
    problem: scalarRange(name, describeScalarType(type), describeValue(raw)),
  });
  if (type === "bool") {
    const bit = Number(raw);
    const fits = typeof raw !== "string" && (bit === 0 || bit === 1) && isScalarLike(raw);
    return fits ? { ok: true, value: bit } : wrong();
  }
  if (type !== "index" && dtypeInfo(type).kind === "float") {
    if (typeof raw === "number") return { ok: true, value: roundFloat(type, raw) };
    // A bigint that a double holds exactly is the same number.
    const exact = typeof raw === "bigint" && BigInt(Number(raw)) === raw;
    return exact ? { ok: true, value: roundFloat(type, Number(raw)) } : wrong();
  }
  const integer =
    typeof raw === "bigint"
      ? raw
      : typeof raw === "number" && Number.isSafeInteger(raw)
        ? BigInt(raw)
        : undefined;
  if (integer === undefined) return wrong();
  const { min, max } = integerRange(type);
  if (integer < min || integer > max) return wrong();
  if (type === "index") {
    // Positions beyond 2^53 exist on no device.
    return Number.isSafeInteger(Number(integer)) ? { ok: true, value: Number(integer) } : wrong();
  }
  return { ok: true, value: dtypeInfo(type).isBigInt ? integer : Number(integer) };
}
