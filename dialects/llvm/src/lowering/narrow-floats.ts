/**
 * Floats of 16 bits. Machines convert them at best: bf16 is computed in f32 and rounded, which is
 * exact for one operation because f32 has more than twice as many digits. What no machine converts
 * is rounded with integers, so that code needs no library function.
 */
import {
  bf16,
  elementTypeOf,
  f16,
  f32,
  f64,
  FloatType,
  i16,
  i32,
  type IntegerType,
  type Type,
  type Value,
  VectorType,
} from "@strata/ir";
import type { Rewriter } from "@strata/rewrite";
import {
  AddOp,
  AndOp,
  BitcastOp,
  FCmpOp,
  FPExtOp,
  FPTruncOp,
  ICmpOp,
  LShrOp,
  OrOp,
  SelectOp,
  SExtOp,
  TruncOp,
  ZExtOp,
} from "../ops.ts";
import { FCmpPredicate, ICmpPredicate } from "../attributes.ts";
import { FAbsOp } from "../intrinsic-ops.ts";
import { constantOf } from "./build.ts";
import { insertOne } from "./insert-one.ts";

/** A type with another element type. */
export function withElement(type: Type, element: Type): Type {
  return type instanceof VectorType ? type.withElementType(element) : element;
}

/** Whether an operation on a type is computed in f32 and rounded. */
export function isComputedWide(type: Type): boolean {
  return elementTypeOf(type) === bf16;
}

/**
 * A value of f64 in f32 such that rounding it again gives what rounding the f64 gives: rounded
 * toward zero, with the last bit set where that is not exact.
 */
function roundToOdd(r: Rewriter, v: Value): Value {
  const type = withElement(v.type, f32);
  const bitsType = withElement(v.type, i32);
  const nearest = insertOne(r, FPTruncOp, [v], type);
  const back = insertOne(r, FPExtOp, [nearest], v.type);
  const compare = (name: "ogt" | "une", lhs: Value, rhs: Value): Value =>
    r.insert(FCmpOp.of({ lhs, rhs, predicate: FCmpPredicate.attr(name) })).res;
  const magnitude = (x: Value): Value => insertOne(r, FAbsOp, [x], x.type);
  const over = compare("ogt", magnitude(back), magnitude(v));
  const inexact = compare("une", back, v);
  const bits = insertOne(r, BitcastOp, [nearest], bitsType);
  const back1 = insertOne(r, SExtOp, [over], bitsType);
  const toward = insertOne(r, AddOp, [bits, back1], bitsType);
  const sticky = insertOne(r, ZExtOp, [inexact], bitsType);
  return insertOne(r, BitcastOp, [insertOne(r, OrOp, [toward, sticky], bitsType)], type);
}

/** A value of f32 rounded to bf16, to nearest even. */
function roundToBF16(r: Rewriter, v: Value): Value {
  const bitsType = withElement(v.type, i32);
  const op = (cls: Parameters<typeof insertOne>[1], a: Value, n: Value | number): Value =>
    insertOne(r, cls, [a, typeof n === "number" ? constantOf(r, bitsType, n) : n], bitsType);
  const bits = insertOne(r, BitcastOp, [v], bitsType);
  const odd = op(AndOp, op(LShrOp, bits, 16), 1);
  const rounded = op(AddOp, bits, op(AddOp, odd, 0x7fff));
  // A NaN stays one, whatever its low bits are.
  const quiet = op(OrOp, bits, 0x400000);
  const isNaN = r.insert(FCmpOp.of({ lhs: v, rhs: v, predicate: FCmpPredicate.attr("uno") })).res;
  const chosen = r.insert(
    SelectOp.of({ condition: isNaN, trueValue: quiet, falseValue: rounded }),
  ).res;
  const half = insertOne(r, TruncOp, [op(LShrOp, chosen, 16)], withElement(v.type, i16));
  return insertOne(r, BitcastOp, [half], withElement(v.type, bf16));
}

/** A float rounded to a narrower type, to nearest even. */
export function truncateFloat(r: Rewriter, v: Value, type: Type): Value {
  const [from, to] = [elementTypeOf(v.type), elementTypeOf(type)];
  if (from === to) return v;
  if (from === f64 && (to === f16 || to === bf16)) return truncateFloat(r, roundToOdd(r, v), type);
  if (from === f32 && to === bf16) return roundToBF16(r, v);
  return insertOne(r, FPTruncOp, [v], type);
}

/** Builds an operation on floats, in f32 where its own type is not computed in. */
export function computeWide(
  r: Rewriter,
  operands: readonly Value[],
  type: Type,
  build: (operands: readonly Value[], type: Type) => Value,
): Value {
  if (!isComputedWide(type) && !operands.some((v) => isComputedWide(v.type))) {
    return build(operands, type);
  }
  const wide = operands.map((v) =>
    isComputedWide(v.type) ? insertOne(r, FPExtOp, [v], withElement(v.type, f32)) : v,
  );
  if (!isComputedWide(type)) return build(wide, type);
  return truncateFloat(r, build(wide, withElement(type, f32)), type);
}

/**
 * An integer of up to 64 bits as one whose value f64 has exactly, and which rounds to a narrow float
 * as the given one does: beyond 2^53 the bits that f64 lacks are gathered in one.
 */
export function stickyInteger(r: Rewriter, v: Value, signed: boolean): Value {
  const { type } = v;
  if ((elementTypeOf(type) as IntegerType).width <= 53) return v;
  const number = (n: bigint): Value => constantOf(r, type, n);
  const low = insertOne(r, AndOp, [v, number(0x7ffn)], type);
  const carry = insertOne(r, AddOp, [low, number(0x7ffn)], type);
  const gathered = insertOne(
    r,
    OrOp,
    [v, insertOne(r, AndOp, [carry, number(0x800n)], type)],
    type,
  );
  const short = insertOne(r, AndOp, [gathered, number(-0x800n)], type);
  const from = signed ? insertOne(r, AddOp, [v, number(1n << 52n)], type) : v;
  const predicate = ICmpPredicate.attr("ult");
  const fits = r.insert(ICmpOp.of({ lhs: from, rhs: number(1n << 53n), predicate })).res;
  return r.insert(SelectOp.of({ condition: fits, trueValue: v, falseValue: short })).res;
}

/** Whether a type is a float of 16 bits, or a vector of such. */
export function isNarrowFloat(type: Type): boolean {
  const e = elementTypeOf(type);
  return e instanceof FloatType && e.width === 16;
}
