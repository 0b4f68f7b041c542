/** How reductions combine two elements, exactly as the arithmetic of the element type does. */
import { roundingOf, type RuntimeValue } from "@strata/interpret";
import { FloatType, IndexType, IntegerType, type Type } from "@strata/ir";
import { fmaOf } from "@strata/math";
import type { CombiningKind } from "./attributes.ts";

type Combine = (a: RuntimeValue, b: RuntimeValue) => RuntimeValue;

/** The function of a kind on an element type. */
export function combinerOf(kind: CombiningKind, t: Type): Combine {
  return t instanceof FloatType ? floatCombiner(kind, t) : integerCombiner(kind, t);
}

function floatCombiner(kind: CombiningKind, t: FloatType): Combine {
  const round = roundingOf(t);
  const on =
    (f: (a: number, b: number) => number): Combine =>
    (a, b) =>
      round(f(a as number, b as number));
  switch (kind) {
    case "add":
      return on((a, b) => a + b);
    case "mul":
      return on((a, b) => a * b);
    case "minimumf":
      return on(Math.min);
    case "maximumf":
      return on(Math.max);
    case "minnumf":
      return on((a, b) => (Number.isNaN(a) ? b : Number.isNaN(b) ? a : Math.min(a, b)));
    case "maxnumf":
      return on((a, b) => (Number.isNaN(a) ? b : Number.isNaN(b) ? a : Math.max(a, b)));
    default:
      throw new Error(`${kind} does not combine floats`);
  }
}

function integerCombiner(kind: CombiningKind, t: Type): Combine {
  const width = t instanceof IntegerType ? t.width : 64;
  const wide = t instanceof IntegerType && width > 32;
  const back = (v: bigint): RuntimeValue => {
    const wrapped = width === 1 ? v & 1n : BigInt.asIntN(width, v);
    return wide ? wrapped : Number(wrapped);
  };
  const on =
    (f: (a: bigint, b: bigint) => bigint): Combine =>
    (a, b) =>
      back(f(BigInt(a as number), BigInt(b as number)));
  const unsigned = (v: bigint): bigint => BigInt.asUintN(width, v);
  switch (kind) {
    case "add":
      return on((a, b) => a + b);
    case "mul":
      return on((a, b) => a * b);
    case "and":
      return on((a, b) => a & b);
    case "or":
      return on((a, b) => a | b);
    case "xor":
      return on((a, b) => a ^ b);
    case "minsi":
      return on((a, b) => (a < b ? a : b));
    case "maxsi":
      return on((a, b) => (a > b ? a : b));
    case "minui":
      return on((a, b) => (unsigned(a) < unsigned(b) ? a : b));
    case "maxui":
      return on((a, b) => (unsigned(a) > unsigned(b) ? a : b));
    default:
      throw new Error(
        `${kind} does not combine ${t instanceof IndexType ? "indices" : "integers"}`,
      );
  }
}

/** Multiplies and adds with one rounding in an element type. */
export function fusedMultiplyAdd(t: Type): (a: number, b: number, c: number) => number {
  if (!(t instanceof FloatType)) throw new Error("a fused multiply-add of integers");
  return fmaOf(t);
}
