/**
 * What the integer operations compute, at any width and for index.
 *
 * Invariants: operands and results are canonical run-time values (see `@strata/interpret`); an
 * index is computed in 64 bits. Up to 32 bits the work is done in numbers, beyond in bigints.
 * Overflow flags and `exact` are promises that nobody checks: results wrap or round as without.
 */
import { expectSafeIndex, failAt, type ScalarFunction, type ScalarValue } from "@strata/interpret";
import { elementTypeOf, IndexType, IntegerType, type Operation, type Type } from "@strata/ir";

/** A binary integer operation, three ways. */
interface Semantics {
  /** On canonical numbers of at most 32 bits; the result is canonical. */
  readonly small: (width: number, op: Operation) => (a: number, b: number) => number;
  /** On signed bigints; the result may exceed the width. */
  readonly wide: (a: bigint, b: bigint, width: number, op: Operation) => bigint;
  /** On indices where that is exact and safe; undefined: `wide` decides. */
  readonly index: (a: number, b: number, op: Operation) => number | undefined;
}

/** Brings a number, exact modulo 2^32, into the canonical range of a width up to 32. */
export function wrapperOf(width: number): (n: number) => number {
  if (width === 32) return (n) => n | 0;
  if (width === 1) return (n) => n & 1;
  const k = 32 - width;
  return (n) => (n << k) >> k;
}

const mask = (width: number): number => (width === 32 ? -1 : (1 << width) - 1);

/** The unsigned number with the bits of a canonical one. */
export function unsignedOf(width: number): (n: number) => number {
  const m = mask(width);
  return (n) => (n & m) >>> 0;
}

/** The signed number with the bits of a canonical one, which differs only for i1. */
export function signedOf(width: number): (n: number) => number {
  return width === 1 ? (n) => 0 - n : (n) => n;
}

type NumberOp = (a: number, b: number) => number;

/** `f` on signed numbers, wrapped. */
function onSigned(f: (op: Operation, width: number) => NumberOp): Semantics["small"] {
  return (width, op) => {
    const g = f(op, width);
    if (width === 32) return (a, b) => g(a, b) | 0;
    if (width === 1) return (a, b) => g(0 - a, 0 - b) & 1;
    const k = 32 - width;
    return (a, b) => (g(a, b) << k) >> k;
  };
}

/** `f` on unsigned numbers, wrapped. */
function onUnsigned(f: (op: Operation, width: number) => NumberOp): Semantics["small"] {
  return (width, op) => {
    const g = f(op, width);
    const wrap = wrapperOf(width);
    const m = mask(width);
    return (a, b) => wrap(g((a & m) >>> 0, (b & m) >>> 0));
  };
}

function failDivision(op: Operation): never {
  return failAt(op, "arith.division-by-zero", `\`${op.name}\` divides by zero`);
}

function failOverflow(op: Operation): never {
  return failAt(
    op,
    "arith.division-overflow",
    `the result of \`${op.name}\` does not fit its type`,
  );
}

function failShift(op: Operation, amount: ScalarValue, width: number): never {
  return failAt(
    op,
    "arith.shift-amount",
    `\`${op.name}\` shifts by ${amount}, but the type has ${width} bits`,
  );
}

const isSmallIndex = (a: number, b: number): boolean =>
  a >= -0x80000000 && a < 0x80000000 && b >= -0x80000000 && b < 0x80000000;
const safe = (n: number): number | undefined => (Number.isSafeInteger(n) ? n + 0 : undefined);

/** An operation on bits or sums: the same for signed and unsigned. */
function neutral(f: NumberOp, wide: (a: bigint, b: bigint) => bigint, index: NumberOp): Semantics {
  return {
    small: (width) => {
      if (width === 32) return (a, b) => f(a, b) | 0;
      const wrap = wrapperOf(width);
      return (a, b) => wrap(f(a, b));
    },
    wide,
    index: (a, b) => safe(index(a, b)),
  };
}

function bitwise(f: NumberOp, wide: (a: bigint, b: bigint) => bigint): Semantics {
  return {
    ...neutral(f, wide, f),
    index: (a, b) => (isSmallIndex(a, b) ? f(a, b) : undefined),
  };
}

/** Division with rounding by `round` of the exact quotient; `wide` gets non-zero divisors. */
function signedDivision(
  round: (quotient: number) => number,
  wide: (a: bigint, b: bigint) => bigint,
): Semantics {
  return {
    small: onSigned((op, width) => {
      const min = -(2 ** (width - 1));
      return (a, b) => {
        if (b === 0) failDivision(op);
        if (b === -1 && a === min) failOverflow(op);
        return round(a / b);
      };
    }),
    wide: (a, b, width, op) => {
      if (b === 0n) failDivision(op);
      if (b === -1n && a === -(1n << BigInt(width - 1))) failOverflow(op);
      return wide(a, b);
    },
    index: (a, b) => (b !== 0 && isSmallIndex(a, b) ? round(a / b) + 0 : undefined),
  };
}

function unsignedDivision(f: NumberOp, wide: (a: bigint, b: bigint) => bigint): Semantics {
  return {
    small: onUnsigned((op) => (a, b) => (b === 0 ? failDivision(op) : f(a, b))),
    wide: (a, b, width, op) => {
      if (b === 0n) failDivision(op);
      return wide(BigInt.asUintN(width, a), BigInt.asUintN(width, b));
    },
    index: (a, b) => (a >= 0 && b > 0 && isSmallIndex(a, b) ? f(a, b) : undefined),
  };
}

function shift(
  small: (width: number) => NumberOp,
  wide: (a: bigint, amount: bigint, width: number) => bigint,
  index: NumberOp,
): Semantics {
  return {
    small: (width, op) => {
      const f = small(width);
      const wrap = wrapperOf(width);
      const unsigned = unsignedOf(width);
      return (a, b) => {
        const amount = unsigned(b);
        return amount < width ? wrap(f(a, amount)) : failShift(op, amount, width);
      };
    },
    wide: (a, b, width, op) => {
      const amount = BigInt.asUintN(width, b);
      return amount < BigInt(width) ? wide(a, amount, width) : failShift(op, amount, width);
    },
    index: (a, b) => (a >= 0 && b >= 0 && b < 64 ? safe(index(a, b)) : undefined),
  };
}

function signedChoice(pick: NumberOp, first: (a: bigint, b: bigint) => boolean): Semantics {
  return {
    small: onSigned(() => pick),
    wide: (a, b) => (first(a, b) ? a : b),
    index: (a, b) => pick(a, b),
  };
}

function unsignedChoice(pick: NumberOp, first: (a: bigint, b: bigint) => boolean): Semantics {
  return {
    small: onUnsigned(() => pick),
    wide: (a, b, w) => (first(BigInt.asUintN(w, a), BigInt.asUintN(w, b)) ? a : b),
    index: (a, b) => (a >= 0 && b >= 0 ? pick(a, b) : undefined),
  };
}

/** Quotient of bigints rounded down; the divisor is not zero. */
function floorDivide(a: bigint, b: bigint): bigint {
  const q = a / b;
  return a % b !== 0n && a < 0n !== b < 0n ? q - 1n : q;
}

/** Quotient of bigints rounded up; the divisor is not zero. */
function ceilDivide(a: bigint, b: bigint): bigint {
  const q = a / b;
  return a % b !== 0n && a < 0n === b < 0n ? q + 1n : q;
}

const max = Math.max;
const min = Math.min;

/** The binary integer operations by the part of their name behind `arith.`. */
const semantics = {
  addi: neutral(
    (a, b) => a + b,
    (a, b) => a + b,
    (a, b) => a + b,
  ),
  subi: neutral(
    (a, b) => a - b,
    (a, b) => a - b,
    (a, b) => a - b,
  ),
  muli: neutral(
    Math.imul,
    (a, b) => a * b,
    (a, b) => a * b,
  ),
  divsi: signedDivision(Math.trunc, (a, b) => a / b),
  ceildivsi: signedDivision(Math.ceil, ceilDivide),
  floordivsi: signedDivision(Math.floor, floorDivide),
  divui: unsignedDivision(
    (a, b) => Math.floor(a / b),
    (a, b) => a / b,
  ),
  ceildivui: unsignedDivision((a, b) => Math.ceil(a / b), ceilDivide),
  remsi: {
    small: onSigned((op) => (a, b) => (b === 0 ? failDivision(op) : a % b)),
    wide: (a, b, _width, op) => (b === 0n ? failDivision(op) : a % b),
    index: (a, b) => (b === 0 ? undefined : (a % b) + 0),
  },
  remui: unsignedDivision(
    (a, b) => a % b,
    (a, b) => a % b,
  ),
  andi: bitwise(
    (a, b) => a & b,
    (a, b) => a & b,
  ),
  ori: bitwise(
    (a, b) => a | b,
    (a, b) => a | b,
  ),
  xori: bitwise(
    (a, b) => a ^ b,
    (a, b) => a ^ b,
  ),
  shli: shift(
    () => (a, n) => a << n,
    (a, n) => a << n,
    (a, n) => a * 2 ** n,
  ),
  shrsi: shift(
    (width) => {
      const signed = signedOf(width);
      return (a, n) => signed(a) >> n;
    },
    (a, n) => a >> n,
    (a, n) => Math.floor(a / 2 ** n),
  ),
  shrui: shift(
    (width) => {
      const unsigned = unsignedOf(width);
      return (a, n) => unsigned(a) >>> n;
    },
    (a, n, width) => BigInt.asUintN(width, a) >> n,
    (a, n) => Math.floor(a / 2 ** n),
  ),
  maxsi: signedChoice(max, (a, b) => a > b),
  minsi: signedChoice(min, (a, b) => a < b),
  maxui: unsignedChoice(max, (a, b) => a > b),
  minui: unsignedChoice(min, (a, b) => a < b),
} satisfies Readonly<Record<string, Semantics>>;

/** Names of the binary integer operations, without `arith.`. */
export type IntegerOpName = keyof typeof semantics;

/** The scalar function of a binary integer operation on values of a type's elements. */
export function integerFunction(name: IntegerOpName, type: Type, op: Operation): ScalarFunction {
  const s: Semantics = semantics[name];
  const element = elementTypeOf(type);
  if (element instanceof IndexType) {
    const { index, wide } = s;
    return (a, b) =>
      index(a as number, b as number, op) ??
      expectSafeIndex(BigInt.asIntN(64, wide(BigInt(a as number), BigInt(b as number), 64, op)));
  }
  const width = widthOf(element);
  if (width <= 32) return s.small(width, op) as ScalarFunction;
  return (a, b) => BigInt.asIntN(width, s.wide(a as bigint, b as bigint, width, op));
}

/** Width of an integer element type; 64 for index. */
export function widthOf(element: Type): number {
  if (element instanceof IntegerType) return element.width;
  if (element instanceof IndexType) return 64;
  throw new Error(`${element.toString()} is no integer type`);
}

/** The value of an element as a signed bigint, whatever its type. */
export function toBigInt(value: ScalarValue, element: Type): bigint {
  return BigInt.asIntN(widthOf(element), BigInt(value));
}

/** The canonical value of an element type with the low bits of a bigint. */
export function fromBigInt(value: bigint, element: Type): ScalarValue {
  if (element instanceof IndexType) return expectSafeIndex(BigInt.asIntN(64, value));
  const width = widthOf(element);
  if (width > 32) return BigInt.asIntN(width, value);
  return Number(width === 1 ? value & 1n : BigInt.asIntN(width, value));
}
