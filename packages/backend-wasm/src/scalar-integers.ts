/**
 * Integer operations on scalars.
 *
 * Invariants: integers narrower than 32 bits are wrapped again after every operation that may
 * leave their range; what is undefined in the IR (division by zero, shifts by the width or more)
 * gives some value and never traps. An index is 32 bits wide, and operations whose result shows
 * the width (shifts, bit counts) behave as in 64 bits where both sides fit 32.
 */
import * as arith from "@strata/arith";
import {
  DenseElementsAttr,
  i1,
  i64,
  IndexType,
  IntegerAttr,
  IntegerType,
  type OpRef,
  type Type,
} from "@strata/ir";
import * as math from "@strata/math";
import type binaryen from "binaryen";
import type { Arg, Expr, ScalarContext } from "./emission.ts";
import { integerBits } from "./lanes.ts";

/** Emits one operation: an expression for each result. */
export type ScalarEmit = (cx: ScalarContext, args: readonly Arg[]) => Expr[];

export const is64 = (t: Type): boolean => t instanceof IntegerType && t.width === 64;

/** An integer constant of an element type. */
export function integerConstant(m: binaryen.Module, t: Type, value: bigint): Expr {
  return is64(t) ? m.i64.const(value) : m.i32.const(Number(BigInt.asIntN(32, value)));
}

/** Wraps an i32 to the range of an integer type. */
export function wrap(m: binaryen.Module, t: Type, e: Expr): Expr {
  const bits = integerBits(t);
  if (bits >= 32) return e;
  if (bits === 1) return m.i32.and(e, m.i32.const(1));
  if (bits === 8) return m.i32.extend8_s(e);
  if (bits === 16) return m.i32.extend16_s(e);
  return m.i32.shr_s(m.i32.shl(e, m.i32.const(32 - bits)), m.i32.const(32 - bits));
}

/** The unsigned value of a sign-extended integer. */
export function zeroExtended(m: binaryen.Module, t: Type, e: Expr): Expr {
  const bits = integerBits(t);
  return bits >= 32 || bits === 1 ? e : m.i32.and(e, m.i32.const(2 ** bits - 1));
}

/** The signed value: a single bit stands for −1. */
export function signExtended(m: binaryen.Module, t: Type, e: Expr): Expr {
  return t === i1 ? m.i32.sub(m.i32.const(0), e) : e;
}

const one = (e: Expr): Expr[] => [e];

function binary(name: "add" | "sub" | "mul"): ScalarEmit {
  return ({ m, results: [t] }, [a, b]) =>
    one(wrap(m, t!, (is64(t!) ? m.i64 : m.i32)[name](a!(), b!())));
}

function bitwise(name: "and" | "or" | "xor"): ScalarEmit {
  return ({ m, results: [t] }, [a, b]) => one((is64(t!) ? m.i64 : m.i32)[name](a!(), b!()));
}

/** A shift; of an index by 32 or more as in 64 bits. */
function shift(name: "shl" | "shr_s" | "shr_u"): ScalarEmit {
  return ({ m, op, results: [t] }, [a, b]) => {
    const read = (): Expr =>
      name === "shr_u"
        ? zeroExtended(m, t!, a!())
        : name === "shr_s"
          ? signExtended(m, t!, a!())
          : a!();
    const amount = constantInteger(op.operand(1));
    if (t instanceof IndexType && !(amount !== undefined && amount >= 0n && amount < 32n)) {
      const wide = m.i64[name](m.i64.extend_s(a!()), m.i64.extend_s(b!()));
      return one(m.i32.wrap(wide));
    }
    return one(wrap(m, t!, (is64(t!) ? m.i64 : m.i32)[name](read(), b!())));
  };
}

/** The value of a constant integer, or of every element of a constant vector. */
export function constantInteger(v: { readonly definingOp: unknown }): bigint | undefined {
  const op = v.definingOp;
  if (!(op instanceof arith.ConstantOp)) return undefined;
  const a = op.value;
  const scalar = a instanceof DenseElementsAttr && a.isSplat ? a.at(0) : a;
  return scalar instanceof IntegerAttr ? scalar.value : undefined;
}

type DivisionName = "div_s" | "div_u" | "rem_s" | "rem_u";

/** A division that gives some number for a divisor of 0 and wraps on overflow. */
function divide(
  m: binaryen.Module,
  t: Type,
  name: DivisionName,
  a: Arg,
  b: Arg,
  divisor: bigint | undefined,
): Expr {
  const unsigned = name.endsWith("_u");
  if (unsigned && t instanceof IndexType) {
    // A negative index is a large number of 64 bits.
    const wide =
      (x: Arg): Arg =>
      (): Expr =>
        m.i64.extend_s(x());
    return m.i32.wrap(divide(m, i64, name, wide(a), wide(b), divisor));
  }
  const ns = is64(t) ? m.i64 : m.i32;
  const constant = (n: bigint): Expr => integerConstant(m, t, n);
  const read = (x: Arg): Expr => (unsigned ? zeroExtended(m, t, x()) : signExtended(m, t, x()));
  // A divisor that is known to be neither 0 nor −1 needs no guard.
  if (divisor !== undefined && divisor !== 0n && (unsigned || divisor !== -1n) && t !== i1) {
    return wrap(m, t, ns[name](read(a), read(b)));
  }
  const guarded = m.select(ns.eq(read(b), constant(0n)), constant(1n), read(b));
  if (unsigned) return wrap(m, t, ns[name](read(a), guarded));
  // x / −1 is −x, which wraps where the division would trap.
  const isMinusOne = ns.eq(read(b), constant(-1n));
  const safe = m.select(ns.eq(read(b), constant(-1n)), constant(1n), guarded);
  const special = name === "div_s" ? ns.sub(constant(0n), read(a)) : constant(0n);
  return wrap(m, t, m.select(isMinusOne, special, ns[name](read(a), safe)));
}

function division(name: DivisionName): ScalarEmit {
  return ({ m, op, results: [t] }, [a, b]) =>
    one(divide(m, t!, name, a!, b!, constantInteger(op.operand(1))));
}

/** Floor and ceiling division, from the truncated one and the remainder's sign. */
function roundedDivision(up: boolean, signed: boolean): ScalarEmit {
  return ({ em, m, op, results: [t] }, [a, b]) => {
    const ns = is64(t!) ? m.i64 : m.i32;
    const kind = is64(t!) ? "i64" : "i32";
    const divisor = constantInteger(op.operand(1));
    const constant = (n: bigint): Expr => integerConstant(m, t!, n);
    const rest = em.hold(kind, divide(m, t!, signed ? "rem_s" : "rem_u", a!, b!, divisor));
    const quotient = divide(m, t!, signed ? "div_s" : "div_u", a!, b!, divisor);
    const inexact = ns.ne(rest(), constant(0n));
    const negative = signed
      ? ns.lt_s(ns.xor(signExtended(m, t!, a!()), signExtended(m, t!, b!())), constant(0n))
      : m.i32.const(0);
    const adjust = up ? m.i32.eqz(negative) : negative;
    const step = m.select(m.i32.and(inexact, adjust), constant(up ? 1n : -1n), constant(0n));
    return one(wrap(m, t!, ns.add(quotient, step)));
  };
}

function minMax(signed: boolean, less: boolean): ScalarEmit {
  return ({ m, results: [t] }, [a, b]) => {
    const ns = is64(t!) ? m.i64 : m.i32;
    const read = (x: Arg): Expr => (signed ? signExtended(m, t!, x()) : zeroExtended(m, t!, x()));
    const compare = less ? (signed ? ns.lt_s : ns.lt_u) : signed ? ns.gt_s : ns.gt_u;
    return one(m.select(compare(read(a!), read(b!)), a!(), b!()));
  };
}

const predicates = {
  eq: ["eq", true],
  ne: ["ne", true],
  slt: ["lt_s", true],
  sle: ["le_s", true],
  sgt: ["gt_s", true],
  sge: ["ge_s", true],
  ult: ["lt_u", false],
  ule: ["le_u", false],
  ugt: ["gt_u", false],
  uge: ["ge_u", false],
} as const;

const compare: ScalarEmit = ({ m, op, types: [t] }, [a, b]) => {
  const [name, signed] = predicates[arith.CmpIPredicate.nameOf((op as arith.CmpI).predicate)];
  const read = (x: Arg): Expr => (signed ? signExtended(m, t!, x()) : zeroExtended(m, t!, x()));
  return one((is64(t!) ? m.i64 : m.i32)[name](read(a!), read(b!)));
};

/** An integer as another integer type, sign- or zero-extended or cut; `index` has its sign. */
function resize(signed: boolean): ScalarEmit {
  return ({ m, types: [from], results: [to] }, [a]) => {
    const value = signed ? signExtended(m, from!, a!()) : zeroExtended(m, from!, a!());
    if (is64(from!)) return one(is64(to!) ? value : wrap(m, to!, m.i32.wrap(value)));
    if (!is64(to!)) return one(wrap(m, to!, value));
    const asSigned = signed || from instanceof IndexType;
    return one(asSigned ? m.i64.extend_s(value) : m.i64.extend_u(value));
  };
}

/** Leading or trailing zeros, or ones, within the type's width. */
function bitCount(name: "clz" | "ctz" | "popcnt"): ScalarEmit {
  return ({ m, results: [t] }, [a]) => {
    if (is64(t!)) return one(m.i64[name](a!()));
    if (t instanceof IndexType) return one(m.i32.wrap(m.i64[name](m.i64.extend_s(a!()))));
    const bits = integerBits(t!);
    const x = zeroExtended(m, t!, a!());
    const count = ((): Expr => {
      if (name === "popcnt") return m.i32.popcnt(x);
      if (name === "clz") return m.i32.sub(m.i32.clz(x), m.i32.const(32 - bits));
      return m.i32.ctz(bits === 32 ? x : m.i32.or(x, m.i32.const(2 ** bits)));
    })();
    return one(wrap(m, t!, count));
  };
}

const absolute: ScalarEmit = ({ m, results: [t] }, [a]) => {
  const ns = is64(t!) ? m.i64 : m.i32;
  const zero = (): Expr => integerConstant(m, t!, 0n);
  return one(wrap(m, t!, m.select(ns.lt_s(a!(), zero()), ns.sub(zero(), a!()), a!())));
};

/** The sum and whether it left the unsigned range. */
const addExtended: ScalarEmit = ({ m, results: [t] }, [a, b]) => {
  const ns = is64(t!) ? m.i64 : m.i32;
  const sum = (): Expr => wrap(m, t!, ns.add(a!(), b!()));
  if (t instanceof IndexType) {
    // An index is 64 bits wide: the carry out of them is that of the sign-extended operands.
    const wide = (x: Arg): Expr => m.i64.extend_s(x());
    return [sum(), m.i64.lt_u(m.i64.add(wide(a!), wide(b!)), wide(a!))];
  }
  return [sum(), ns.lt_u(zeroExtended(m, t!, sum()), zeroExtended(m, t!, a!()))];
};

/** The low and the high half of a product. */
function mulExtended(signed: boolean): ScalarEmit {
  return ({ em, m, results: [t] }, [a, b]) => {
    const bits = integerBits(t!);
    if (!is64(t!) && !(t instanceof IndexType)) {
      const read = (x: Arg): Expr =>
        signed
          ? m.i64.extend_s(signExtended(m, t!, x()))
          : m.i64.extend_u(zeroExtended(m, t!, x()));
      const product = em.hold("i64", m.i64.mul(read(a!), read(b!)));
      const high = m.i64.shr_u(product(), m.i64.const(BigInt(bits)));
      return [wrap(m, t!, m.i32.wrap(product())), wrap(m, t!, m.i32.wrap(high))];
    }
    const wide = (x: Arg): Arg => (is64(t!) ? x : (): Expr => m.i64.extend_s(x()));
    const [x, y] = [wide(a!), wide(b!)];
    let high = em.helper("mul_high_u64", [x(), y()]);
    if (signed) {
      // The unsigned high half, less each operand whose other one is negative.
      const sign = (v: Arg): Expr => m.i64.shr_s(v(), m.i64.const(63n));
      high = m.i64.sub(high, m.i64.and(sign(x), y()));
      high = m.i64.sub(high, m.i64.and(sign(y), x()));
    }
    if (is64(t!)) return [m.i64.mul(x(), y()), high];
    return [m.i32.mul(a!(), b!()), m.i32.wrap(high)];
  };
}

const power: ScalarEmit = ({ em, m, results: [t] }, [a, b]) => {
  if (is64(t!)) return one(em.helper("power_i64", [a!(), b!()]));
  const read = (x: Arg): Expr => m.i64.extend_s(signExtended(m, t!, x()));
  return one(wrap(m, t!, m.i32.wrap(em.helper("power_i64", [read(a!), read(b!)]))));
};

/** Emitters by operation. */
export const integerEmitters: readonly (readonly [OpRef, ScalarEmit])[] = [
  [arith.AddI, binary("add")],
  [arith.SubI, binary("sub")],
  [arith.MulI, binary("mul")],
  [arith.AndI, bitwise("and")],
  [arith.OrI, bitwise("or")],
  [arith.XOrI, bitwise("xor")],
  [arith.ShLI, shift("shl")],
  [arith.ShRSI, shift("shr_s")],
  [arith.ShRUI, shift("shr_u")],
  [arith.DivSI, division("div_s")],
  [arith.DivUI, division("div_u")],
  [arith.RemSI, division("rem_s")],
  [arith.RemUI, division("rem_u")],
  [arith.FloorDivSI, roundedDivision(false, true)],
  [arith.CeilDivSI, roundedDivision(true, true)],
  [arith.CeilDivUI, roundedDivision(true, false)],
  [arith.MaxSI, minMax(true, false)],
  [arith.MinSI, minMax(true, true)],
  [arith.MaxUI, minMax(false, false)],
  [arith.MinUI, minMax(false, true)],
  [arith.AddUIExtended, addExtended],
  [arith.MulSIExtended, mulExtended(true)],
  [arith.MulUIExtended, mulExtended(false)],
  [arith.CmpI, compare],
  [arith.ExtSI, resize(true)],
  [arith.ExtUI, resize(false)],
  [arith.TruncI, resize(true)],
  [arith.IndexCast, resize(true)],
  [arith.IndexCastUI, resize(false)],
  [math.AbsI, absolute],
  [math.Ctlz, bitCount("clz")],
  [math.Cttz, bitCount("ctz")],
  [math.CtPop, bitCount("popcnt")],
  [math.IPowI, power],
];
