/**
 * Between which bounds the results of integer operations lie, by the bounds of the operands.
 *
 * Invariant: ranges are of canonical values (signed; i1: 0 and 1). Where the numbers of a range
 * wrap, the result is any number of the type.
 */
import { fullRange, hull, type IntegerRange, rangeIn, RangeInterface } from "@strata/analysis";
import {
  IndexType,
  type InterfaceBinding,
  IntegerAttr,
  IntegerType,
  type Operation,
  type OpRef,
  type Type,
} from "@strata/ir";
import { CmpIPredicate } from "./attributes.ts";
import * as ops from "./ops.ts";

type Bounds = readonly [low: bigint, high: bigint];
type Maybe = IntegerRange | undefined;

const widthOf = (t: Type): bigint => (t instanceof IntegerType ? BigInt(t.width) : 64n);
const isBit = (t: Type): boolean => t instanceof IntegerType && t.width === 1;

const least = (...n: readonly bigint[]): bigint => n.reduce((a, b) => (a < b ? a : b));
const greatest = (...n: readonly bigint[]): bigint => n.reduce((a, b) => (a > b ? a : b));

/** The range of the signed values of one of canonical values; they differ for i1. */
function signed(r: IntegerRange, type: Type): IntegerRange {
  return isBit(type) ? { low: -r.high, high: -r.low } : r;
}

/** The range of the unsigned values. */
function unsigned(r: IntegerRange, type: Type): IntegerRange {
  if (r.low >= 0n) return r;
  const modulus = 1n << widthOf(type);
  if (r.high < 0n) return { low: r.low + modulus, high: r.high + modulus };
  return { low: 0n, high: modulus - 1n };
}

/** The canonical range of unsigned values. */
function fromUnsigned(type: Type, low: bigint, high: bigint): Maybe {
  const full = fullRange(type);
  if (full === undefined || high <= full.high) return { low, high };
  const modulus = 1n << widthOf(type);
  return low > full.high && high < modulus ? { low: low - modulus, high: high - modulus } : full;
}

/** The canonical range of signed values. */
function fromSigned(type: Type, low: bigint, high: bigint): Maybe {
  if (!isBit(type)) return rangeIn(type, low, high);
  return low >= -1n && high <= 0n ? { low: -high, high: -low } : fullRange(type);
}

/** A function of two ranges; none where an operand has none. */
function binary(
  cls: OpRef,
  f: (a: IntegerRange, b: IntegerRange, type: Type) => Maybe,
): InterfaceBinding {
  return RangeInterface.on(cls, {
    infer: (op, [a, b]) => [
      a === undefined || b === undefined ? undefined : f(a, b, op.resultTypes[0]!),
    ],
  });
}

/** The hull of a function's values at the corners of two ranges, where it is monotonous in each. */
function corners(a: IntegerRange, b: IntegerRange, f: (x: bigint, y: bigint) => bigint): Bounds {
  const values = [f(a.low, b.low), f(a.low, b.high), f(a.high, b.low), f(a.high, b.high)];
  return [least(...values), greatest(...values)];
}

/** The parts of a divisor's range without zero. */
function nonZero(b: IntegerRange): IntegerRange[] {
  const parts: IntegerRange[] = [];
  if (b.low < 0n) parts.push({ low: b.low, high: least(b.high, -1n) });
  if (b.high > 0n) parts.push({ low: greatest(b.low, 1n), high: b.high });
  return parts;
}

function signedDivision(f: (x: bigint, y: bigint) => bigint) {
  return (a: IntegerRange, b: IntegerRange, type: Type): Maybe => {
    const [x, y] = [signed(a, type), signed(b, type)];
    const all = nonZero(y).flatMap((part) => corners(x, part, f));
    return all.length === 0 ? undefined : fromSigned(type, least(...all), greatest(...all));
  };
}

const floor = (x: bigint, y: bigint): bigint => {
  const q = x / y;
  return x % y !== 0n && x < 0n !== y < 0n ? q - 1n : q;
};
const ceil = (x: bigint, y: bigint): bigint => -floor(-x, y);

function signedRemainder(a: IntegerRange, b: IntegerRange, type: Type): Maybe {
  const [x, y] = [signed(a, type), signed(b, type)];
  const largest = greatest(y.high, -y.low) - 1n;
  if (largest < 0n) return undefined;
  const low = x.low >= 0n ? 0n : greatest(x.low, -largest);
  const high = x.high <= 0n ? 0n : least(x.high, largest);
  return fromSigned(type, low, high);
}

/** All ones up to the highest bit of a number. */
const filled = (n: bigint): bigint => (1n << BigInt(n.toString(2).length)) - 1n;

function shiftBy(
  f: (x: bigint, by: bigint) => bigint,
  as: typeof signed,
  back: (type: Type, low: bigint, high: bigint) => Maybe,
) {
  return (a: IntegerRange, b: IntegerRange, type: Type): Maybe => {
    const by = unsigned(b, type);
    // Shifts by the width and more have no result that counts.
    const most = least(by.high, widthOf(type) - 1n);
    if (by.low > most) return undefined;
    return back(type, ...corners(as(a, type), { low: by.low, high: most }, f));
  };
}

/** How a cast reads its operand and what becomes of the number. */
function cast(cls: OpRef, as: typeof signed): InterfaceBinding {
  return RangeInterface.on(cls, {
    infer: (op, [a]) => {
      if (a === undefined) return [undefined];
      const r = as(a, op.operand(0).type);
      return [truncated(op.resultTypes[0]!, r)];
    },
  });
}

/** A range of numbers in a type that may be narrower. */
function truncated(type: Type, r: IntegerRange): Maybe {
  const full = fullRange(type);
  if (full === undefined || (r.low >= full.low && r.high <= full.high)) return full && r;
  const modulus = 1n << widthOf(type);
  if (r.high - r.low >= modulus) return full;
  const wrap = (n: bigint): bigint => {
    const bits = ((n % modulus) + modulus) % modulus;
    return bits > full.high ? bits - modulus : bits;
  };
  const [low, high] = [wrap(r.low), wrap(r.high)];
  return low <= high ? { low, high } : full;
}

function compare(op: Operation, a: Maybe, b: Maybe): Maybe {
  if (a === undefined || b === undefined) return undefined;
  const type = op.operand(0).type;
  const predicate = op instanceof ops.CmpI ? CmpIPredicate.nameOf(op.predicate) : "eq";
  const [x, y] = predicate.startsWith("u")
    ? [unsigned(a, type), unsigned(b, type)]
    : [signed(a, type), signed(b, type)];
  const disjoint = x.high < y.low || y.high < x.low;
  const same = x.low === x.high && y.low === y.high && x.low === y.low;
  const [always, never] = {
    eq: [same, disjoint],
    ne: [disjoint, same],
    lt: [x.high < y.low, x.low >= y.high],
    le: [x.high <= y.low, x.low > y.high],
    gt: [x.low > y.high, x.high <= y.low],
    ge: [x.low >= y.high, x.high < y.low],
  }[predicate.replace(/^[su]/, "") as "eq" | "ne" | "lt" | "le" | "gt" | "ge"];
  return { low: always ? 1n : 0n, high: never ? 0n : 1n };
}

const isScalar = (t: Type): boolean => t instanceof IntegerType || t instanceof IndexType;

/** Bounds of the results. */
export const ranges: readonly InterfaceBinding[] = [
  RangeInterface.on(ops.ConstantOp, {
    infer: (op) => {
      const value = op.getAttr("value");
      return [value instanceof IntegerAttr ? { low: value.value, high: value.value } : undefined];
    },
  }),
  binary(ops.AddI, (a, b, t) => rangeIn(t, a.low + b.low, a.high + b.high)),
  binary(ops.SubI, (a, b, t) => rangeIn(t, a.low - b.high, a.high - b.low)),
  binary(ops.MulI, (a, b, t) => rangeIn(t, ...corners(a, b, (x, y) => x * y))),
  binary(
    ops.DivSI,
    signedDivision((x, y) => x / y),
  ),
  binary(ops.FloorDivSI, signedDivision(floor)),
  binary(ops.CeilDivSI, signedDivision(ceil)),
  binary(ops.DivUI, (a, b, t) => {
    const [x, y] = [unsigned(a, t), unsigned(b, t)];
    return y.high === 0n
      ? undefined
      : fromUnsigned(t, x.low / y.high, x.high / greatest(y.low, 1n));
  }),
  binary(ops.CeilDivUI, (a, b, t) => {
    const [x, y] = [unsigned(a, t), unsigned(b, t)];
    if (y.high === 0n) return undefined;
    return fromUnsigned(t, ceil(x.low, y.high), ceil(x.high, greatest(y.low, 1n)));
  }),
  binary(ops.RemSI, signedRemainder),
  binary(ops.RemUI, (a, b, t) => {
    const [x, y] = [unsigned(a, t), unsigned(b, t)];
    if (y.high === 0n) return undefined;
    if (x.high < y.low) return fromUnsigned(t, x.low, x.high);
    return fromUnsigned(t, 0n, least(x.high, y.high - 1n));
  }),
  binary(ops.AndI, (a, b, t) => {
    // A number that is not negative bounds what is left of the other.
    const bounds = [a, b].filter((r) => r.low >= 0n).map((r) => r.high);
    return bounds.length === 0 ? fullRange(t) : { low: 0n, high: least(...bounds) };
  }),
  binary(ops.OrI, (a, b, t) =>
    a.low < 0n || b.low < 0n
      ? fullRange(t)
      : { low: greatest(a.low, b.low), high: filled(greatest(a.high, b.high)) },
  ),
  binary(ops.XOrI, (a, b, t) =>
    a.low < 0n || b.low < 0n ? fullRange(t) : { low: 0n, high: filled(greatest(a.high, b.high)) },
  ),
  binary(
    ops.ShLI,
    shiftBy((x, by) => x << by, signed, fromSigned),
  ),
  binary(
    ops.ShRSI,
    shiftBy((x, by) => x >> by, signed, fromSigned),
  ),
  binary(
    ops.ShRUI,
    shiftBy((x, by) => x >> by, unsigned, fromUnsigned),
  ),
  binary(ops.MaxSI, (a, b, t) => {
    const [x, y] = [signed(a, t), signed(b, t)];
    return fromSigned(t, greatest(x.low, y.low), greatest(x.high, y.high));
  }),
  binary(ops.MinSI, (a, b, t) => {
    const [x, y] = [signed(a, t), signed(b, t)];
    return fromSigned(t, least(x.low, y.low), least(x.high, y.high));
  }),
  binary(ops.MaxUI, (a, b, t) => {
    const [x, y] = [unsigned(a, t), unsigned(b, t)];
    return fromUnsigned(t, greatest(x.low, y.low), greatest(x.high, y.high));
  }),
  binary(ops.MinUI, (a, b, t) => {
    const [x, y] = [unsigned(a, t), unsigned(b, t)];
    return fromUnsigned(t, least(x.low, y.low), least(x.high, y.high));
  }),
  cast(ops.ExtSI, signed),
  cast(ops.ExtUI, unsigned),
  cast(ops.TruncI, (r) => r),
  cast(ops.IndexCast, signed),
  cast(ops.IndexCastUI, unsigned),
  RangeInterface.on(ops.CmpI, {
    infer: (op, [a, b]) => [isScalar(op.operand(0).type) ? compare(op, a, b) : undefined],
  }),
  RangeInterface.on(ops.SelectOp, {
    infer: (_, [condition, a, b]) => {
      if (a === undefined || b === undefined) return [undefined];
      if (condition?.low === 1n) return [a];
      return [condition?.high === 0n ? b : hull(a, b)];
    },
  }),
];
