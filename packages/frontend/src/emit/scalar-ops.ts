/** Operators, conversions and functions on scalars as operations of arith and math. */
import * as arith from "@strata/arith";
import {
  type Builder,
  constantAttr,
  FloatAttr,
  FloatType,
  IntegerAttr,
  type IntegerType,
  type Operation,
  type Value,
} from "@strata/ir";
import * as math from "@strata/math";
import type { ScalarType } from "@strata/support";
import type { ArithmeticOp, CompareOp, MathFunction } from "../semantics/tree.ts";
import { isFloatName, isUnsignedName, scalarIrType } from "./ir-types.ts";

/** Builds scalar code at a builder's insertion point. */
export class ScalarBuilder {
  readonly b: Builder;
  /** Whether additions and multiplications of floats may be reordered. */
  reassociate = false;

  constructor(b: Builder) {
    this.b = b;
  }

  insert(op: Operation): Value {
    return this.b.insert(op).results[0]!;
  }

  literal(value: number | bigint | boolean, type: ScalarType): Value {
    const t = scalarIrType(type);
    const a =
      t instanceof FloatType
        ? FloatAttr.get(Number(value), t)
        : IntegerAttr.get(
            typeof value === "boolean" ? BigInt(value) : BigInt(value),
            t as IntegerType,
          );
    return this.insert(arith.ConstantOp.of({ value: a }));
  }

  index(n: number): Value {
    return this.literal(n, "index");
  }

  #flags(): { fastmath?: arith.FastMathAttr } {
    return this.reassociate ? { fastmath: arith.FastMathAttr.of("reassoc") } : {};
  }

  binary(op: ArithmeticOp, lhs: Value, rhs: Value, type: ScalarType): Value {
    const o = { lhs, rhs };
    if (isFloatName(type)) return this.insert(this.#float(op, o));
    const unsigned = isUnsignedName(type);
    switch (op) {
      case "add":
        return this.insert(arith.AddI.of(o));
      case "sub":
        return this.insert(arith.SubI.of(o));
      case "mul":
        return this.insert(arith.MulI.of(o));
      case "div":
        return this.insert(unsigned ? arith.DivUI.of(o) : arith.DivSI.of(o));
      case "rem":
        return this.insert(unsigned ? arith.RemUI.of(o) : arith.RemSI.of(o));
      case "and":
        return this.insert(arith.AndI.of(o));
      case "or":
        return this.insert(arith.OrI.of(o));
      case "xor":
        return this.insert(arith.XOrI.of(o));
      case "min":
        return this.insert(unsigned ? arith.MinUI.of(o) : arith.MinSI.of(o));
      case "max":
        return this.insert(unsigned ? arith.MaxUI.of(o) : arith.MaxSI.of(o));
      case "shl":
        return this.insert(arith.ShLI.of({ lhs, rhs: this.#shiftCount(rhs, type) }));
      case "shr": {
        const count = { lhs, rhs: this.#shiftCount(rhs, type) };
        return this.insert(unsigned ? arith.ShRUI.of(count) : arith.ShRSI.of(count));
      }
      case "ushr":
        return this.insert(arith.ShRUI.of({ lhs, rhs: this.#shiftCount(rhs, type) }));
      case "pow":
        throw new Error("integer powers are refused by the analysis");
    }
  }

  #float(op: ArithmeticOp, o: { lhs: Value; rhs: Value }): Operation {
    switch (op) {
      case "add":
        return arith.AddF.of({ ...o, ...this.#flags() });
      case "sub":
        return arith.SubF.of(o);
      case "mul":
        return arith.MulF.of({ ...o, ...this.#flags() });
      case "div":
        return arith.DivF.of(o);
      case "rem":
        return arith.RemF.of(o);
      case "min":
        return arith.MinimumF.of(o);
      case "max":
        return arith.MaximumF.of(o);
      case "pow":
        return math.PowF.of(o);
      default:
        throw new Error(`${op} on floats is refused by the analysis`);
    }
  }

  /** Shift counts are taken modulo the width. */
  #shiftCount(count: Value, type: ScalarType): Value {
    const width = type === "index" ? 64 : (scalarIrType(type) as IntegerType).width;
    const def = count.definingOp;
    if (def instanceof arith.ConstantOp && def.value instanceof IntegerAttr) {
      const n = BigInt.asUintN(64, def.value.value) % BigInt(width);
      return this.insert(arith.ConstantOp.of({ value: IntegerAttr.get(n, def.value.type) }));
    }
    const mask = this.literal(width - 1, type);
    return this.insert(arith.AndI.of({ lhs: count, rhs: mask }));
  }

  compare(op: CompareOp, lhs: Value, rhs: Value, type: ScalarType): Value {
    if (isFloatName(type)) {
      const names = { eq: "oeq", ne: "une", lt: "olt", le: "ole", gt: "ogt", ge: "oge" } as const;
      return this.#compareFloats(names[op], lhs, rhs);
    }
    const equality = op === "eq" || op === "ne";
    const name = equality ? op : (`${isUnsignedName(type) ? "u" : "s"}${op}` as const);
    const predicate = arith.CmpIPredicate.attr(name);
    return this.insert(arith.CmpI.of({ predicate, lhs, rhs }));
  }

  #compareFloats(name: arith.CmpFPredicateName, lhs: Value, rhs: Value): Value {
    const predicate = arith.CmpFPredicate.attr(name);
    return this.insert(arith.CmpF.of({ predicate, lhs, rhs }));
  }

  select(condition: Value, a: Value, c: Value): Value {
    return this.insert(arith.SelectOp.of({ condition, true_value: a, false_value: c }));
  }

  not(x: Value): Value {
    return this.insert(arith.XOrI.of({ lhs: x, rhs: this.literal(true, "bool") }));
  }

  negate(x: Value, type: ScalarType): Value {
    if (isFloatName(type)) return this.insert(arith.NegF.of({ input: x }));
    return this.insert(arith.SubI.of({ lhs: this.literal(0, type), rhs: x }));
  }

  /** `~x` is `x ^ −1`; `!x` on `bool`. */
  complement(x: Value, type: ScalarType): Value {
    if (type === "bool") return this.not(x);
    return this.insert(arith.XOrI.of({ lhs: x, rhs: this.literal(-1, type) }));
  }

  convert(x: Value, from: ScalarType, to: ScalarType): Value {
    if (from === to) return x;
    const out = scalarIrType(to);
    const types = { types: { out } };
    const [ff, tf] = [isFloatName(from), isFloatName(to)];
    if (to === "bool") return this.compare("ne", x, this.#zero(from), from);
    if (ff && tf) {
      const [a, b] = [x.type as FloatType, out as FloatType];
      if (a.width < b.width) return this.insert(arith.ExtF.of({ in: x }, types));
      if (a.width > b.width) return this.insert(arith.TruncF.of({ in: x }, types));
      // f16 and bf16: through f32, which holds both exactly.
      return this.convert(this.convert(x, from, "f32"), "f32", to);
    }
    if (ff) {
      if (to === "index") return this.convert(this.convert(x, from, "i32"), "i32", "index");
      const op = isUnsignedName(to) ? arith.FPToUI : arith.FPToSI;
      return this.insert(op.of({ in: x }, types));
    }
    if (tf) {
      if (from === "index") return this.convert(this.convert(x, "index", "i32"), "i32", to);
      const op = isUnsignedName(from) ? arith.UIToFP : arith.SIToFP;
      return this.insert(op.of({ in: x }, types));
    }
    if (from === "index" || to === "index") {
      const unsigned = to === "index" && isUnsignedName(from);
      const op = unsigned ? arith.IndexCastUI : arith.IndexCast;
      return this.insert(op.of({ in: x }, types));
    }
    const [a, b] = [(x.type as IntegerType).width, (out as IntegerType).width];
    if (a === b) return x;
    if (a > b) return this.insert(arith.TruncI.of({ in: x }, types));
    const op = isUnsignedName(from) ? arith.ExtUI : arith.ExtSI;
    return this.insert(op.of({ in: x }, types));
  }

  #zero(type: ScalarType): Value {
    return this.insert(
      arith.ConstantOp.of({ value: constantAttr(scalarIrType(type), 0) as IntegerAttr }),
    );
  }

  math(fn: MathFunction, args: readonly Value[], type: ScalarType): Value {
    const x = args[0]!;
    const float = isFloatName(type);
    switch (fn) {
      case "abs":
        if (float) return this.insert(math.AbsF.of({ input: x }));
        return isUnsignedName(type) ? x : this.insert(math.AbsI.of({ input: x }));
      case "sign":
        return this.#sign(x, type);
      case "round":
        return float ? this.#round(x, type) : x;
      case "hypot":
        return this.#hypot(args, type);
      case "fround":
        return type === "f64" ? this.convert(this.convert(x, "f64", "f32"), "f32", "f64") : x;
      case "imul":
        return this.binary("mul", x, args[1]!, type);
      case "clz32":
        return this.insert(math.Ctlz.of({ input: x }));
      case "popcount":
        return this.insert(math.CtPop.of({ input: x }));
      case "fma":
        return this.insert(math.Fma.of({ a: x, b: args[1]!, c: args[2]! }));
      case "atan2":
        return this.insert(math.Atan2.of({ lhs: x, rhs: args[1]! }));
      case "isNaN":
        return this.#compareFloats("uno", x, x);
      case "floor":
      case "ceil":
      case "trunc":
        if (!float) return x;
        return this.insert(unary[fn].of({ input: x }));
      default:
        return this.insert(unary[fn].of({ input: x }));
    }
  }

  /** −1, 0 or 1; a zero or NaN is itself. */
  #sign(x: Value, type: ScalarType): Value {
    const zero = this.literal(0, type);
    const positive = this.compare("gt", x, zero, type);
    const one = this.literal(1, type);
    if (isUnsignedName(type)) return this.select(positive, one, zero);
    const negative = this.compare("lt", x, zero, type);
    return this.select(positive, one, this.select(negative, this.literal(-1, type), x));
  }

  /** Halves go up, as in JavaScript; the sign of zero is the operand's. */
  #round(x: Value, type: ScalarType): Value {
    const down = this.insert(math.Floor.of({ input: x }));
    const rest = this.insert(arith.SubF.of({ lhs: x, rhs: down }));
    const up = this.insert(arith.AddF.of({ lhs: down, rhs: this.literal(1, type) }));
    const high = this.compare("ge", rest, this.literal(0.5, type), type);
    const nearest = this.select(high, up, down);
    return this.insert(math.CopySign.of({ lhs: nearest, rhs: x }));
  }

  /** Narrow floats are squared in f64, where nothing overflows. */
  #hypot(args: readonly Value[], type: ScalarType): Value {
    let sum: Value | undefined;
    for (const a of args) {
      const x = this.convert(a, type, "f64");
      const square = this.insert(arith.MulF.of({ lhs: x, rhs: x }));
      sum = sum === undefined ? square : this.insert(arith.AddF.of({ lhs: sum, rhs: square }));
    }
    const root = this.insert(math.Sqrt.of({ input: sum ?? this.literal(0, "f64") }));
    return this.convert(root, "f64", type);
  }

  /** The value that starts a reduction. */
  neutral(op: "sum" | "prod" | "min" | "max" | "any" | "all", type: ScalarType): Value {
    if (op === "sum") return this.literal(isWide(type) ? 0n : 0, type);
    if (op === "prod") return this.literal(isWide(type) ? 1n : 1, type);
    if (op === "any") return this.literal(false, "bool");
    if (op === "all") return this.literal(true, "bool");
    if (isFloatName(type)) return this.literal(op === "min" ? Infinity : -Infinity, type);
    const width = type === "index" ? 64n : BigInt((scalarIrType(type) as IntegerType).width);
    const unsigned = isUnsignedName(type);
    const max = unsigned ? (1n << width) - 1n : (1n << (width - 1n)) - 1n;
    const min = unsigned ? 0n : -(1n << (width - 1n));
    return this.literal(op === "min" ? max : min, type);
  }

  /** Combines two values as a reduction does; the order is free. */
  combine(
    op: "sum" | "prod" | "min" | "max" | "any" | "all",
    a: Value,
    b: Value,
    type: ScalarType,
  ): Value {
    const kinds = {
      sum: "add",
      prod: "mul",
      min: "min",
      max: "max",
      any: "or",
      all: "and",
    } as const;
    const before = this.reassociate;
    this.reassociate = true;
    try {
      return this.binary(kinds[op], a, b, type);
    } finally {
      this.reassociate = before;
    }
  }
}

function isWide(type: ScalarType): boolean {
  return type === "i64" || type === "u64";
}

const unary = {
  sqrt: math.Sqrt,
  cbrt: math.Cbrt,
  exp: math.Exp,
  expm1: math.ExpM1,
  exp2: math.Exp2,
  log: math.Log,
  log2: math.Log2,
  log10: math.Log10,
  log1p: math.Log1p,
  sin: math.Sin,
  cos: math.Cos,
  tan: math.Tan,
  asin: math.ASin,
  acos: math.ACos,
  sinh: math.SinH,
  cosh: math.CosH,
  tanh: math.TanH,
  floor: math.Floor,
  ceil: math.Ceil,
  trunc: math.Trunc,
  atan: math.ATan,
  erf: math.Erf,
} as const;
