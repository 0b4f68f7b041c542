/**
 * What the integer operations compute, at any width.
 *
 * Invariants: operands and results are canonical run-time values (see `@strata/interpret`). Poison
 * (a shift by the width or more, the remainder of promises that do not hold) reads as zero or as
 * the wrapped result; division by zero and its overflow are undefined behavior and end the run.
 */
import { failAt, type ScalarFunction, type ScalarValue } from "@strata/interpret";
import type { Operation } from "@strata/ir";
import { canonical } from "./memory-codec.ts";

/** A function of bits: `u` are the unsigned, `s` the signed readings of two operands. */
type Wide = (
  x: { readonly u: bigint; readonly s: bigint },
  y: { readonly u: bigint; readonly s: bigint },
  width: number,
  op: Operation,
) => bigint;

/** A function of numbers of at most 32 bits, signed (i1: 0 or −1); the result is wrapped. */
type Small = (x: number, y: number, width: number, op: Operation) => number;

interface Semantics {
  readonly wide: Wide;
  readonly small?: Small;
}

function divide(op: Operation, divisor: bigint): void {
  if (divisor === 0n) failAt(op, "llvm.division-by-zero", `\`${op.name}\` divides by zero`);
}

function checkQuotient(op: Operation, x: bigint, y: bigint, width: number): void {
  divide(op, y);
  if (y === -1n && x === -(1n << BigInt(width - 1))) {
    failAt(op, "llvm.division-overflow", `the quotient of \`${op.name}\` does not fit its type`);
  }
}

const limit = (x: bigint, low: bigint, high: bigint): bigint =>
  x < low ? low : x > high ? high : x;
const signedLimit = (x: bigint, width: number): bigint => {
  const bound = 1n << BigInt(width - 1);
  return limit(x, -bound, bound - 1n);
};
const unsignedLimit = (x: bigint, width: number): bigint =>
  limit(x, 0n, (1n << BigInt(width)) - 1n);

const semantics = {
  add: { wide: (x, y) => x.s + y.s, small: (x, y) => (x + y) | 0 },
  sub: { wide: (x, y) => x.s - y.s, small: (x, y) => (x - y) | 0 },
  mul: { wide: (x, y) => x.s * y.s, small: Math.imul },
  and: { wide: (x, y) => x.s & y.s, small: (x, y) => x & y },
  or: { wide: (x, y) => x.s | y.s, small: (x, y) => x | y },
  xor: { wide: (x, y) => x.s ^ y.s, small: (x, y) => x ^ y },
  sdiv: {
    wide: (x, y, width, op) => {
      checkQuotient(op, x.s, y.s, width);
      return x.s / y.s;
    },
  },
  srem: {
    wide: (x, y, width, op) => {
      checkQuotient(op, x.s, y.s, width);
      return x.s % y.s;
    },
  },
  udiv: {
    wide: (x, y, _width, op) => {
      divide(op, y.u);
      return x.u / y.u;
    },
  },
  urem: {
    wide: (x, y, _width, op) => {
      divide(op, y.u);
      return x.u % y.u;
    },
  },
  shl: {
    wide: (x, y, width) => (y.u < BigInt(width) ? x.u << y.u : 0n),
    small: (x, y, width) => (y >= 0 && y < width ? x << y : 0),
  },
  lshr: { wide: (x, y, width) => (y.u < BigInt(width) ? x.u >> y.u : 0n) },
  ashr: {
    wide: (x, y, width) => (y.u < BigInt(width) ? x.s >> y.u : 0n),
    small: (x, y, width) => (y >= 0 && y < width ? x >> y : 0),
  },
  smax: { wide: (x, y) => (x.s > y.s ? x.s : y.s), small: (x, y) => (x > y ? x : y) },
  smin: { wide: (x, y) => (x.s < y.s ? x.s : y.s), small: (x, y) => (x < y ? x : y) },
  umax: { wide: (x, y) => (x.u > y.u ? x.u : y.u) },
  umin: { wide: (x, y) => (x.u < y.u ? x.u : y.u) },
  sadd_sat: { wide: (x, y, width) => signedLimit(x.s + y.s, width) },
  uadd_sat: { wide: (x, y, width) => unsignedLimit(x.u + y.u, width) },
  ssub_sat: { wide: (x, y, width) => signedLimit(x.s - y.s, width) },
  usub_sat: { wide: (x, y, width) => unsignedLimit(x.u - y.u, width) },
  sshl_sat: {
    wide: (x, y, width) => (y.u < BigInt(width) ? signedLimit(x.s << y.u, width) : 0n),
  },
  ushl_sat: {
    wide: (x, y, width) => (y.u < BigInt(width) ? unsignedLimit(x.u << y.u, width) : 0n),
  },
  scmp: { wide: (x, y) => (x.s < y.s ? -1n : x.s > y.s ? 1n : 0n) },
  ucmp: { wide: (x, y) => (x.u < y.u ? -1n : x.u > y.u ? 1n : 0n) },
} satisfies Readonly<Record<string, Semantics>>;

/** Names of the binary operations on integers; `.` of intrinsics is `_`. */
export type IntegerName = keyof typeof semantics;

const readings = (v: ScalarValue, width: number): { u: bigint; s: bigint } => {
  const n = BigInt(v);
  return { u: BigInt.asUintN(width, n), s: BigInt.asIntN(width, n) };
};

/** The function of canonical values of a width; a result of another width for comparisons. */
export function integerFunction(
  name: IntegerName,
  width: number,
  op: Operation,
  resultWidth = width,
): ScalarFunction {
  const s: Semantics = semantics[name];
  const { small } = s;
  if (small !== undefined && width <= 32 && width > 1) {
    if (width === 32) return (a, b) => small(a as number, b as number, width, op) | 0;
    const k = 32 - width;
    return (a, b) => (small(a as number, b as number, width, op) << k) >> k;
  }
  return (a, b) => {
    const x = readings(a as ScalarValue, width);
    const y = readings(b as ScalarValue, width);
    return canonical(s.wide(x, y, width, op), resultWidth);
  };
}

/** The exact result of an addition, subtraction or product, and whether it fits. */
export function overflowFunction(
  name: "add" | "sub" | "mul",
  signed: boolean,
  width: number,
): (a: ScalarValue, b: ScalarValue) => { value: ScalarValue; overflows: 0 | 1 } {
  return (a, b) => {
    const key = signed ? "s" : "u";
    const x = readings(a, width)[key];
    const y = readings(b, width)[key];
    const exact = name === "add" ? x + y : name === "sub" ? x - y : x * y;
    const wrapped = signed ? BigInt.asIntN(width, exact) : BigInt.asUintN(width, exact);
    return { value: canonical(exact, width), overflows: wrapped === exact ? 0 : 1 };
  };
}

const bitLength = (n: bigint): number => (n === 0n ? 0 : n.toString(2).length);

/** Functions of one integer's unsigned bits. */
export const bitFunctions = {
  ctpop: (n: bigint): bigint => BigInt(n.toString(2).replaceAll("0", "").length),
  ctlz: (n: bigint, width: number): bigint => BigInt(width - bitLength(n)),
  cttz: (n: bigint, width: number): bigint => BigInt(n === 0n ? width : bitLength(n & -n) - 1),
  abs: (n: bigint, width: number): bigint => {
    const signed = BigInt.asIntN(width, n);
    return signed < 0n ? -signed : signed;
  },
  bitreverse: (n: bigint, width: number): bigint =>
    BigInt(`0b${[...n.toString(2).padStart(width, "0")].reverse().join("")}`),
  bswap: (n: bigint, width: number): bigint => {
    const digits = n.toString(16).padStart(width / 4, "0");
    return BigInt(`0x${(digits.match(/../g) ?? []).reverse().join("")}`);
  },
} satisfies Readonly<Record<string, (bits: bigint, width: number) => bigint>>;

/** `f` on canonical values of a width. */
export function bitFunction(name: keyof typeof bitFunctions, width: number): ScalarFunction {
  const f = bitFunctions[name];
  return (a) => canonical(f(BigInt.asUintN(width, BigInt(a as ScalarValue)), width), width);
}

/** High half of a:b shifted left (`left`), or low half of it shifted right, by c modulo width. */
export function funnelShift(left: boolean, width: number): ScalarFunction {
  const bits = BigInt(width);
  const u = (v: unknown): bigint => BigInt.asUintN(width, BigInt(v as ScalarValue));
  return (a, b, c) => {
    const both = (u(a) << bits) | u(b);
    const by = u(c) % bits;
    return canonical(left ? (both << by) >> bits : both >> by, width);
  };
}

type Comparison = (order: -1 | 0 | 1) => boolean;
const comparisons: Readonly<Record<string, Comparison>> = {
  eq: (o) => o === 0,
  ne: (o) => o !== 0,
  lt: (o) => o < 0,
  le: (o) => o <= 0,
  gt: (o) => o > 0,
  ge: (o) => o >= 0,
};

/** An integer predicate on canonical values of a width. */
export function icmpFunction(predicate: string, width: number): ScalarFunction {
  const unsigned = predicate.startsWith("u");
  const holds = comparisons[predicate] ?? comparisons[predicate.slice(1)]!;
  if (width > 1 && !unsigned) {
    return (a, b) => (holds(a < b ? -1 : a > b ? 1 : 0) ? 1 : 0);
  }
  const read = unsigned ? BigInt.asUintN : BigInt.asIntN;
  return (a, b) => {
    const x = read(width, BigInt(a as ScalarValue));
    const y = read(width, BigInt(b as ScalarValue));
    return holds(x < y ? -1 : x > y ? 1 : 0) ? 1 : 0;
  };
}

/** A floating-point predicate: `o…` are false and `u…` true when an operand is NaN. */
export function fcmpFunction(predicate: string): ScalarFunction {
  if (predicate === "_false") return () => 0;
  if (predicate === "_true") return () => 1;
  const isNaN = (a: unknown, b: unknown): boolean => Number.isNaN(a) || Number.isNaN(b);
  if (predicate === "ord") return (a, b) => (isNaN(a, b) ? 0 : 1);
  if (predicate === "uno") return (a, b) => (isNaN(a, b) ? 1 : 0);
  const holds = comparisons[predicate.slice(1)]!;
  const onNaN = predicate.startsWith("u") ? 1 : 0;
  return (a, b) => (isNaN(a, b) ? onNaN : holds(a < b ? -1 : a > b ? 1 : 0) ? 1 : 0);
}
