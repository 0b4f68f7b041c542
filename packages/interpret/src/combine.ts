/** How reductions and atomic updates combine two elements, as the arithmetic of their type does. */
import { FloatType, IndexType, IntegerType, type Type } from "@strata/ir";
import { expectSafeIndex } from "./element-store.ts";
import { maxNum, minNum } from "./float-functions.ts";
import { roundingOf } from "./rounding.ts";
import type { RuntimeValue } from "./value.ts";

/** How two elements are combined, named as in `vector`. */
export const combiningKinds = [
  "add",
  "mul",
  "minui",
  "minsi",
  "minnumf",
  "maxui",
  "maxsi",
  "maxnumf",
  "and",
  "or",
  "xor",
  "minimumf",
  "maximumf",
] as const;

export type CombiningKind = (typeof combiningKinds)[number];

/** Combines two elements. */
export type Combine = (a: RuntimeValue, b: RuntimeValue) => RuntimeValue;

const floatFunctions: Partial<Record<CombiningKind, (a: number, b: number) => number>> = {
  add: (a, b) => a + b,
  mul: (a, b) => a * b,
  minimumf: Math.min,
  maximumf: Math.max,
  minnumf: minNum,
  maxnumf: maxNum,
};

const integerFunctions: Partial<Record<CombiningKind, (a: bigint, b: bigint) => bigint>> = {
  add: (a, b) => a + b,
  mul: (a, b) => a * b,
  and: (a, b) => a & b,
  or: (a, b) => a | b,
  xor: (a, b) => a ^ b,
};

/** Whether a kind combines elements of a type. */
export function canCombine(kind: CombiningKind, type: Type): boolean {
  if (type instanceof FloatType) return floatFunctions[kind] !== undefined;
  if (!(type instanceof IntegerType || type instanceof IndexType)) return false;
  return /^(?:min|max)[su]i$/u.test(kind) || integerFunctions[kind] !== undefined;
}

/** The function of a kind on an element type; an error for types it does not combine. */
export function combinerOf(kind: CombiningKind, type: Type): Combine {
  if (!canCombine(kind, type)) throw new Error(`${kind} does not combine ${type.toString()}`);
  if (!(type instanceof FloatType)) return integerCombiner(kind, type);
  const f = floatFunctions[kind]!;
  const round = roundingOf(type);
  return (a, b) => round(f(a as number, b as number));
}

function integerCombiner(kind: CombiningKind, type: Type): Combine {
  const width = type instanceof IntegerType ? type.width : 64;
  // Of one bit, the signed number is −1 although its run-time value is 1.
  const read = kind.endsWith("ui") ? BigInt.asUintN : BigInt.asIntN;
  const isLess = (a: bigint, b: bigint): boolean => read(width, a) < read(width, b);
  const f = kind.startsWith("min")
    ? (a: bigint, b: bigint) => (isLess(a, b) ? a : b)
    : kind.startsWith("max")
      ? (a: bigint, b: bigint) => (isLess(a, b) ? b : a)
      : integerFunctions[kind]!;
  return (a, b) => {
    const exact = f(BigInt(a as number), BigInt(b as number));
    const wrapped = width === 1 ? exact & 1n : BigInt.asIntN(width, exact);
    if (type instanceof IndexType) return expectSafeIndex(wrapped);
    return width <= 32 ? Number(wrapped) : wrapped;
  };
}
