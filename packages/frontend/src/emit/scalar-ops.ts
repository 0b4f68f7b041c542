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
  type Type,
  type Value,
} from "@strata/ir";
import * as math from "@strata/math";
import type { ScalarType } from "@strata/support";
import type { ArithmeticOp, CompareOp, MathFunction } from "../semantics/tree.ts";
import { emitMath } from "./scalar-functions.ts";
import { isFloatName, isUnsignedName, scalarIrType } from "./ir-types.ts";

/** Builds scalar code at a builder's insertion point. */
export class ScalarBuilder {
  readonly b: Builder;
  /** Whether additions and multiplications of floats may be reordered. */
  #reassociate = false;

  constructor(b: Builder) {
    this.b = b;
  }

  /** Inserts an operation of one result. */
  insert(op: Operation): Value {
    return this.result(this.b.insert(op));
  }

  /** The first result of an operation. */
  result(op: Operation): Value {
    const [result] = op.results;
    if (result === undefined) throw new Error(`${op.name} has no result`);
    return result;
  }

  literal(value: number | bigint | boolean, type: ScalarType): Value {
    const t = scalarIrType(type);
    const a =
      t instanceof FloatType
        ? FloatAttr.get(Number(value), t)
        : IntegerAttr.get(BigInt(value), t as IntegerType);
    return this.insert(arith.ConstantOp.of({ value: a }));
  }

  index(n: number): Value {
    return this.literal(n, "index");
  }

  #flags(): { fastmath?: arith.FastMathAttr } {
    return this.#reassociate ? { fastmath: arith.FastMathAttr.of("reassoc") } : {};
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
    if (to === "bool") return this.compare("ne", x, this.zero(x.type), from);
    if (ff && tf) {
      const [a, b] = [x.type as FloatType, out as FloatType];
      if (a.width < b.width) return this.insert(arith.ExtF.of({ in: x }, types));
      if (a.width > b.width) return this.insert(arith.TruncF.of({ in: x }, types));
      // f16 and bf16: through f32, which holds both exactly.
      return this.convert(this.convert(x, from, "f32"), "f32", to);
    }
    if (ff) {
      if (to === "index") return this.convert(this.convert(x, from, "i64"), "i64", "index");
      const op = isUnsignedName(to) ? arith.FPToUI : arith.FPToSI;
      return this.insert(op.of({ in: x }, types));
    }
    if (tf) {
      if (from === "index") return this.convert(this.convert(x, "index", "i64"), "i64", to);
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

  /** The zero of a scalar type of the IR. */
  zero(type: Type): Value {
    const value = constantAttr(type, 0);
    if (!(value instanceof IntegerAttr || value instanceof FloatAttr)) {
      throw new Error("no zero of this type");
    }
    return this.insert(arith.ConstantOp.of({ value }));
  }

  isNaN(x: Value): Value {
    return this.#compareFloats("uno", x, x);
  }

  math(fn: MathFunction, args: readonly Value[], type: ScalarType): Value {
    return emitMath(this, fn, args, type);
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
    return this.reassociating(() => this.binary(kinds[op], a, b, type));
  }

  /** Runs `emit` with float additions and multiplications that may be reordered. */
  reassociating<T>(emit: () => T): T {
    const before = this.#reassociate;
    this.#reassociate = true;
    try {
      return emit();
    } finally {
      this.#reassociate = before;
    }
  }
}

function isWide(type: ScalarType): boolean {
  return type === "i64" || type === "u64";
}
