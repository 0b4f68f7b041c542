/** Arithmetic on floats and their bits, for scalars and vectors of any shape alike. */
import * as arith from "@strata/arith";
import {
  type Builder,
  DenseElementsAttr,
  elementTypeOf,
  f64,
  FloatAttr,
  type FloatType,
  IntegerAttr,
  IntegerType,
  type Operation,
  type ShapedType,
  type Type,
  type Value,
  withElementTypeOf,
} from "@strata/ir";
import { AbsF, CopySign, Fma, Sqrt } from "../ops.ts";

/** Builds operations of one float type. */
export class Calc {
  readonly b: Builder;
  readonly type: Type;
  readonly element: FloatType;
  /** The integers with the same bits. */
  readonly bitsType: Type;
  /** Bits of the fraction. */
  readonly fraction: number;
  /** What is added to exponents. */
  readonly bias: number;

  constructor(b: Builder, type: Type) {
    this.b = b;
    this.type = type;
    this.element = elementTypeOf(type) as FloatType;
    this.bitsType = withElementTypeOf(type, IntegerType.get(this.element.width));
    this.fraction = this.element === f64 ? 52 : 23;
    this.bias = this.element === f64 ? 1023 : 127;
  }

  #one(op: Operation): Value {
    return this.b.insert(op).results[0]!;
  }

  #splat(type: Type, scalar: FloatAttr | IntegerAttr): Value {
    const value =
      type === scalar.type ? scalar : DenseElementsAttr.splat(type as ShapedType, scalar);
    return this.#one(arith.ConstantOp.of({ value }));
  }

  number(n: number): Value {
    return this.#splat(this.type, FloatAttr.get(n, this.element));
  }

  integer(n: number | bigint): Value {
    const type = elementTypeOf(this.bitsType) as IntegerType;
    return this.#splat(this.bitsType, IntegerAttr.get(n, type));
  }

  add(lhs: Value, rhs: Value): Value {
    return this.#one(arith.AddF.of({ lhs, rhs }));
  }

  sub(lhs: Value, rhs: Value): Value {
    return this.#one(arith.SubF.of({ lhs, rhs }));
  }

  mul(lhs: Value, rhs: Value): Value {
    return this.#one(arith.MulF.of({ lhs, rhs }));
  }

  div(lhs: Value, rhs: Value): Value {
    return this.#one(arith.DivF.of({ lhs, rhs }));
  }

  neg(input: Value): Value {
    return this.#one(arith.NegF.of({ input }));
  }

  /** a · b + c, rounded once. */
  fma(a: Value, b: Value, c: Value): Value {
    return this.#one(Fma.of({ a, b, c }));
  }

  abs(input: Value): Value {
    return this.#one(AbsF.of({ input }));
  }

  sqrt(input: Value): Value {
    return this.#one(Sqrt.of({ input }));
  }

  /** The magnitude of one with the sign of the other. */
  copySign(lhs: Value, rhs: Value): Value {
    return this.#one(CopySign.of({ lhs, rhs }));
  }

  compare(predicate: (typeof arith.CmpFPredicate.cases)[number], lhs: Value, rhs: Value): Value {
    return this.#one(arith.CmpF.of({ predicate: arith.CmpFPredicate.attr(predicate), lhs, rhs }));
  }

  select(condition: Value, yes: Value, no: Value): Value {
    return this.#one(arith.SelectOp.of({ condition, true_value: yes, false_value: no }));
  }

  bits(v: Value): Value {
    return this.#one(arith.BitcastOp.of({ in: v }, { types: { out: this.bitsType } }));
  }

  fromBits(v: Value): Value {
    return this.#one(arith.BitcastOp.of({ in: v }, { types: { out: this.type } }));
  }

  addBits(lhs: Value, rhs: Value): Value {
    return this.#one(arith.AddI.of({ lhs, rhs }));
  }

  andBits(lhs: Value, rhs: Value): Value {
    return this.#one(arith.AndI.of({ lhs, rhs }));
  }

  orBits(lhs: Value, rhs: Value): Value {
    return this.#one(arith.OrI.of({ lhs, rhs }));
  }

  shiftLeft(lhs: Value, n: number): Value {
    return this.#one(arith.ShLI.of({ lhs, rhs: this.integer(n) }));
  }

  shiftRight(lhs: Value, n: number): Value {
    return this.#one(arith.ShRUI.of({ lhs, rhs: this.integer(n) }));
  }

  /** c₀ + c₁ x + c₂ x² + … after Horner. */
  polynomial(x: Value, coefficients: readonly number[]): Value {
    return coefficients
      .slice(0, -1)
      .reduceRight((sum, c) => this.fma(sum, x, this.number(c)), this.number(coefficients.at(-1)!));
  }

  /**
   * The nearest whole number, and the same in a float whose low bits are that number: adding
   * 1.5 · 2^fraction leaves no bits for anything else. For magnitudes below 2^(fraction − 2).
   */
  nearest(v: Value): { readonly whole: Value; readonly shifted: Value } {
    const magic = this.number(1.5 * 2 ** this.fraction);
    const shifted = this.add(v, magic);
    return { whole: this.sub(shifted, magic), shifted };
  }

  /** 2^n for the n that `nearest` has put into the low bits of a float; n within normal range. */
  powerOfTwo(shifted: Value): Value {
    const biased = this.addBits(this.bits(shifted), this.integer(this.bias));
    return this.fromBits(this.shiftLeft(biased, this.fraction));
  }
}
