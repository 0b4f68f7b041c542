/**
 * Elementwise operations on vectors: SIMD instructions where WebAssembly has them, else one lane
 * after another with the scalar operation.
 *
 * Invariant: an emitter gets the registers of each operand and gives those of the result; where
 * containers of operands and result differ in size, it brings them to one.
 */
import * as arith from "@strata/arith";
import {
  f64,
  i1,
  IndexType,
  type OpDefinition,
  type Operation,
  type OpRef,
  type Type,
  type Value,
  VectorType,
} from "@strata/ir";
import * as math from "@strata/math";
import * as vector from "@strata/vector";
import type { Arg, Emission, Expr } from "./emission.ts";
import { containerKind, integerBits, type Layout, layoutOf } from "./lanes.ts";
import {
  extractElement,
  insertElement,
  integerSplat,
  resizeLanes,
  roundNarrowLanes,
  wrapLanes,
  zero,
  zeroExtendLanes,
} from "./registers.ts";
import { constantInteger } from "./scalar-integers.ts";
import { tryEmitScalar } from "./scalar-ops.ts";
import { castEmitters } from "./vector-casts.ts";

/** One elementwise operation on vectors; operands may be scalars. */
export interface VectorContext {
  readonly em: Emission;
  readonly m: Emission["m"];
  readonly op: Operation;
  readonly types: readonly Type[];
  readonly result: VectorType;
}

/** The registers of each operand. */
export type Registers = readonly (readonly Arg[])[];

/** Emits the registers of the result; undefined where SIMD has no way. */
export type VectorEmit = (cx: VectorContext, args: Registers) => Expr[] | undefined;

/** The same instruction for every register. */
function each(f: (cx: VectorContext, layout: Layout, ...args: readonly Arg[]) => Expr): VectorEmit {
  return (cx, args) => {
    const layout = layoutOf(cx.types[0] as VectorType);
    return args[0]!.map((_, r) => f(cx, layout, ...args.map((a) => a[r]!)));
  };
}

const bitsOf = (t: VectorType): number => integerBits(t.elementType);

function integer(name: "add" | "sub"): VectorEmit {
  return each(({ m, result }, { bytes }, a, b) =>
    result.elementType === i1
      ? m.v128.xor(a!(), b!())
      : wrapLanes(m, bytes, bitsOf(result), m[containerKind(bytes)][name](a!(), b!())),
  );
}

const evenBytes = Array.from({ length: 16 }, (_, i) => 2 * i);

const multiply: VectorEmit = each(({ em, m, result }, { bytes }, a, b) => {
  if (result.elementType === i1) return m.v128.and(a!(), b!());
  const kind = containerKind(bytes);
  if (kind !== "i8x16") return wrapLanes(m, bytes, bitsOf(result), m[kind].mul(a!(), b!()));
  const low = em.hold("v128", m.i16x8.extmul_low_i8x16_s(a!(), b!()));
  const product = m.i8x16.shuffle(low(), m.i16x8.extmul_high_i8x16_s(a!(), b!()), evenBytes);
  return wrapLanes(m, bytes, bitsOf(result), product);
});

function bitwise(name: "and" | "or" | "xor"): VectorEmit {
  return each(({ m }, _, a, b) => m.v128[name](a!(), b!()));
}

/** Of 64-bit lanes, and of masks, the one that a comparison picks. */
function minMax(name: "min" | "max", signed: boolean): VectorEmit {
  return each(({ m, result }, { bytes }, a, b) => {
    const kind = containerKind(bytes);
    if (result.elementType === i1) {
      // Of single bits the signed order is the other way round: 1 stands for −1.
      return (name === "min") === signed ? m.v128.or(a!(), b!()) : m.v128.and(a!(), b!());
    }
    if (kind === "i64x2") {
      const less = compareLanes(m, bytes, bitsOf(result), "lt", signed, a!, b!);
      return name === "min"
        ? m.v128.bitselect(a!(), b!(), less)
        : m.v128.bitselect(b!(), a!(), less);
    }
    // Sign-extended elements compare alike as wider unsigned ones.
    return m[kind][`${name}_${signed ? "s" : "u"}`](a!(), b!());
  });
}

type Order = "eq" | "ne" | "lt" | "le" | "gt" | "ge";

/** A comparison of integer containers. */
function compareLanes(
  m: Emission["m"],
  bytes: number,
  bits: number,
  order: Order,
  signed: boolean,
  a: Arg,
  b: Arg,
): Expr {
  const kind = containerKind(bytes);
  if (order === "eq" || order === "ne") return m[kind][order](a(), b());
  if (signed) return m[kind][`${order}_s`](a(), b());
  if (kind !== "i64x2") return m[kind][`${order}_u`](a(), b());
  if (bits < 64) {
    const [x, y] = [a, b].map((v) => zeroExtendLanes(m, bytes, bits, v()));
    return m.i64x2[`${order}_s`](x!, y!);
  }
  // With the sign bit flipped the unsigned order is the signed one.
  const flip = (e: Expr): Expr => m.v128.xor(e, integerSplat(m, 8, 1n << 63n));
  return m.i64x2[`${order}_s`](flip(a()), flip(b()));
}

const predicates = {
  eq: ["eq", true],
  ne: ["ne", true],
  slt: ["lt", true],
  sle: ["le", true],
  sgt: ["gt", true],
  sge: ["ge", true],
  ult: ["lt", false],
  ule: ["le", false],
  ugt: ["gt", false],
  uge: ["ge", false],
} as const;

/** Masks in containers of `bytes` as those of a mask type. */
function asMask(cx: VectorContext, bytes: number, masks: readonly Expr[]): Expr[] {
  const { lanes, bytes: to } = layoutOf(cx.result);
  if (bytes === to) return [...masks];
  const held = masks.map((e) => cx.em.hold("v128", e));
  return resizeLanes(cx.em, held, lanes, bytes, to).map((r) => r());
}

const compareIntegers: VectorEmit = (cx, [a, b]) => {
  const t = cx.types[0] as VectorType;
  const { bytes } = layoutOf(t);
  const [order, signed] = predicates[arith.CmpIPredicate.nameOf((cx.op as arith.CmpI).predicate)];
  const masks = a!.map((x, r) => compareLanes(cx.m, bytes, bitsOf(t), order, signed, x, b![r]!));
  return asMask(cx, bytes, masks);
};

function compareRegister(
  m: Emission["m"],
  isDouble: boolean,
  name: arith.CmpFPredicateName,
  a: Arg,
  b: Arg,
): Expr {
  const ns = isDouble ? m.f64x2 : m.f32x4;
  const unordered = (): Expr => m.v128.or(ns.ne(a(), a()), ns.ne(b(), b()));
  const unequal = (): Expr => m.v128.or(ns.lt(a(), b()), ns.gt(a(), b()));
  switch (name) {
    case "false":
      return zero(m);
    case "true":
      return m.v128.not(zero(m));
    case "oeq":
      return ns.eq(a(), b());
    case "ogt":
      return ns.gt(a(), b());
    case "oge":
      return ns.ge(a(), b());
    case "olt":
      return ns.lt(a(), b());
    case "ole":
      return ns.le(a(), b());
    case "one":
      return unequal();
    case "ord":
      return m.v128.not(unordered());
    case "ueq":
      return m.v128.not(unequal());
    case "ugt":
      return m.v128.not(ns.le(a(), b()));
    case "uge":
      return m.v128.not(ns.lt(a(), b()));
    case "ult":
      return m.v128.not(ns.ge(a(), b()));
    case "ule":
      return m.v128.not(ns.gt(a(), b()));
    case "une":
      return ns.ne(a(), b());
    case "uno":
      return unordered();
  }
}

const compareFloats: VectorEmit = (cx, [a, b]) => {
  const t = cx.types[0] as VectorType;
  const name = arith.CmpFPredicate.nameOf((cx.op as arith.CmpF).predicate);
  const masks = a!.map((x, r) => compareRegister(cx.m, t.elementType === f64, name, x, b![r]!));
  return asMask(cx, layoutOf(t).bytes, masks);
};

const select: VectorEmit = ({ em, m, types, result }, [c, a, b]) => {
  if (!(types[0] instanceof VectorType)) {
    return a!.map((x, r) => m.select(c![0]!(), x(), b![r]!()));
  }
  const { lanes, bytes } = layoutOf(result);
  const masks = resizeLanes(em, c!, lanes, layoutOf(types[0]).bytes, bytes);
  return a!.map((x, r) => m.v128.bitselect(x(), b![r]!(), masks[r]!()));
};

function float(name: "add" | "sub" | "mul" | "div"): VectorEmit {
  return each(({ em, m, result }, _, a, b) =>
    roundNarrowLanes(
      em,
      result.elementType,
      (result.elementType === f64 ? m.f64x2 : m.f32x4)[name](a!(), b!()),
    ),
  );
}

function exactBinary(name: "min" | "max"): VectorEmit {
  return each(({ m, result }, _, a, b) =>
    (result.elementType === f64 ? m.f64x2 : m.f32x4)[name](a!(), b!()),
  );
}

function exactUnary(name: "abs" | "neg" | "ceil" | "floor" | "trunc" | "nearest"): VectorEmit {
  return each(({ m, result }, _, a) =>
    (result.elementType === f64 ? m.f64x2 : m.f32x4)[name](a!()),
  );
}

const squareRoot: VectorEmit = each(({ em, m, result }, _, a) =>
  roundNarrowLanes(
    em,
    result.elementType,
    (result.elementType === f64 ? m.f64x2 : m.f32x4).sqrt(a!()),
  ),
);

function numberMinMax(name: "min" | "max"): VectorEmit {
  return each(({ m, result }, _, a, b) => {
    const ns = result.elementType === f64 ? m.f64x2 : m.f32x4;
    const aIfNumber = m.v128.bitselect(ns[name](a!(), b!()), a!(), ns.eq(b!(), b!()));
    return m.v128.bitselect(aIfNumber, b!(), ns.eq(a!(), a!()));
  });
}

const clamp: VectorEmit = each(({ m, result }, _, x, low, high) => {
  const ns = result.elementType === f64 ? m.f64x2 : m.f32x4;
  return ns.min(ns.max(x!(), low!()), high!());
});

const signs = (m: Emission["m"], { bytes }: Layout): Expr =>
  integerSplat(m, bytes, 1n << BigInt(bytes * 8 - 1));

const copySign: VectorEmit = each(({ m, result }, layout, a, b) => {
  const ns = result.elementType === f64 ? m.f64x2 : m.f32x4;
  // NaN counts as positive.
  const signed = m.v128.and(b!(), ns.eq(b!(), b!()));
  return m.v128.bitselect(signed, a!(), signs(m, layout));
});

const roundAway: VectorEmit = each(({ em, m, result }, layout, a) => {
  const isDouble = result.elementType === f64;
  const ns = isDouble ? m.f64x2 : m.f32x4;
  const constant = (x: number): Expr =>
    isDouble ? m.f64x2.splat(m.f64.const(x)) : m.f32x4.splat(m.f32.const(x));
  const whole = em.hold("v128", ns.trunc(a!()));
  const isAway = ns.ge(ns.abs(ns.sub(a!(), whole())), constant(0.5));
  const unit = m.v128.bitselect(a!(), constant(1), signs(m, layout));
  return m.v128.bitselect(ns.add(whole(), unit), whole(), isAway);
});

const absolute: VectorEmit = each(({ m, result }, { bytes }, a) =>
  wrapLanes(m, bytes, bitsOf(result), m[containerKind(bytes)].abs(a!())),
);

/** Shifts by one amount for all lanes: a constant or a broadcast scalar. */
function shift(name: "shl" | "shr_s" | "shr_u"): VectorEmit {
  return (cx, args) => {
    const { em, m, op, result } = cx;
    const amount = commonAmount(em, op.operand(1), bitsOf(result));
    if (amount === undefined || result.elementType === i1) return undefined;
    const { bytes } = layoutOf(result);
    const kind = containerKind(bytes);
    return args[0]!.map((a) => {
      const x = name === "shr_u" ? zeroExtendLanes(m, bytes, bitsOf(result), a()) : a();
      return wrapLanes(m, bytes, bitsOf(result), m[kind][name](x, amount()));
    });
  };
}

function commonAmount(em: Emission, v: Value, bits: number): Arg | undefined {
  const { m } = em;
  const constant = constantInteger(v);
  if (constant !== undefined) {
    const fits = constant >= 0n && constant < BigInt(bits);
    return fits ? (): Expr => m.i32.const(Number(constant)) : undefined;
  }
  const op = v.definingOp;
  if (!(op instanceof vector.Broadcast) || op.source.type instanceof VectorType) return undefined;
  // Shifts of an index by 32 and more behave as in 64 bits.
  if (bits === 64 || op.source.type instanceof IndexType) return undefined;
  return em.scalar(op.source);
}

const entries: readonly (readonly [OpRef, VectorEmit])[] = [
  [arith.AddI, integer("add")],
  [arith.SubI, integer("sub")],
  [arith.MulI, multiply],
  [arith.AndI, bitwise("and")],
  [arith.OrI, bitwise("or")],
  [arith.XOrI, bitwise("xor")],
  [arith.ShLI, shift("shl")],
  [arith.ShRSI, shift("shr_s")],
  [arith.ShRUI, shift("shr_u")],
  [arith.MinSI, minMax("min", true)],
  [arith.MaxSI, minMax("max", true)],
  [arith.MinUI, minMax("min", false)],
  [arith.MaxUI, minMax("max", false)],
  [arith.AddF, float("add")],
  [arith.SubF, float("sub")],
  [arith.MulF, float("mul")],
  [arith.DivF, float("div")],
  [arith.MinimumF, exactBinary("min")],
  [arith.MaximumF, exactBinary("max")],
  [arith.MinNumF, numberMinMax("min")],
  [arith.MaxNumF, numberMinMax("max")],
  [arith.NegF, exactUnary("neg")],
  [arith.CmpI, compareIntegers],
  [arith.CmpF, compareFloats],
  [arith.SelectOp, select],
  [math.AbsF, exactUnary("abs")],
  [math.Ceil, exactUnary("ceil")],
  [math.Floor, exactUnary("floor")],
  [math.Trunc, exactUnary("trunc")],
  [math.RoundEven, exactUnary("nearest")],
  [math.Round, roundAway],
  [math.Sqrt, squareRoot],
  [math.CopySign, copySign],
  [math.ClampF, clamp],
  [math.AbsI, absolute],
];

const table: ReadonlyMap<OpDefinition, VectorEmit> = new Map(
  [...entries, ...castEmitters].map(([ref, emit]) => [ref.definition, emit]),
);

/** The registers of each result; undefined when even the scalar form is unknown. */
export function tryEmitVector(em: Emission, op: Operation, args: Registers): Expr[][] | undefined {
  const types = op.operandTypes;
  const results = op.resultTypes as VectorType[];
  const [result] = results;
  if (results.length === 1) {
    const direct = table.get(op.definition)?.({ em, m: em.m, op, types, result: result! }, args);
    if (direct !== undefined) return [direct];
  }
  return laneByLane(em, op, args);
}

function laneByLane(em: Emission, op: Operation, args: Registers): Expr[][] | undefined {
  const { m } = em;
  const types = op.operandTypes;
  const results = op.resultTypes as VectorType[];
  const elements = types.map((t) => (t instanceof VectorType ? t.elementType : t));
  const out = results.map((t) =>
    Array.from({ length: layoutOf(t).registers }, () => em.hold("v128", zero(m))),
  );
  const cx = { em, m, op, types: elements, results: results.map((t) => t.elementType) };
  for (let lane = 0; lane < results[0]!.shape[0]!; lane++) {
    const scalars = args.map((a, i): Arg => {
      const t = types[i]!;
      return t instanceof VectorType ? (): Expr => extractElement(m, t, a, lane) : a[0]!;
    });
    const values = tryEmitScalar(cx, scalars);
    if (values === undefined) return undefined;
    values.forEach((value, k) => {
      const t = results[k]!;
      const r = Math.floor((lane * layoutOf(t).bytes) / 16);
      const before = out[k]![r]!;
      out[k]![r] = em.hold("v128", insertElement(m, t, before(), lane, value));
    });
  }
  return out.map((registers) => registers.map((r) => r()));
}
