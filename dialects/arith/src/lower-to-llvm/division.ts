/**
 * Integer divisions to the LLVM dialect.
 *
 * Dividing by zero is undefined in `arith`, and so is a quotient that does not fit; machines stop
 * the process there. Code made here goes on with some number instead: a division by zero divides
 * by 1, a division by −1 negates and wraps. Known divisors need no guard.
 */
import {
  DenseElementsAttr,
  elementTypeOf,
  IntegerAttr,
  type IntegerType,
  type Operation,
  type OpRef,
  type Type,
  type Value,
} from "@strata/ir";
import * as llvm from "@strata/llvm";
import {
  type AnyOpClass,
  type Attributes,
  constantOf,
  elementwiseConversion,
  insertOne,
} from "@strata/llvm/lowering";
import type { RewritePattern, Rewriter, TypeConverter } from "@strata/rewrite";
import * as ops from "../ops.ts";

/** Whether an operation promises that nothing is lost. */
export const exactness = (op: Operation): Attributes => ({
  isExact: op.getAttr("isExact") !== undefined,
});

/** Compares two integers, or vectors of them. */
export function compareIntegers(
  r: Rewriter,
  predicate: (typeof llvm.ICmpPredicate.cases)[number],
  lhs: Value,
  rhs: Value,
): Value {
  return r.insert(llvm.ICmpOp.of({ lhs, rhs, predicate: llvm.ICmpPredicate.attr(predicate) })).res;
}

const select = (r: Rewriter, condition: Value, trueValue: Value, falseValue: Value): Value =>
  r.insert(llvm.SelectOp.of({ condition, trueValue, falseValue })).res;

/** The value of a constant, or of every element of a constant vector. */
function knownInteger(v: Value): bigint | undefined {
  const op = v.definingOp;
  if (!(op instanceof llvm.ConstantOp)) return undefined;
  const scalar =
    op.value instanceof DenseElementsAttr && op.value.isSplat ? op.value.at(0) : op.value;
  return scalar instanceof IntegerAttr ? scalar.value : undefined;
}

const widthOf = (type: Type): number => (elementTypeOf(type) as IntegerType).width;

/** Divides without stopping the process, whatever the divisor. */
function divideBy(
  cls: OpRef,
  [a, b]: readonly Value[],
  r: Rewriter,
  type: Type,
  attributes: Attributes = {},
): Value {
  const signed = cls === llvm.SDivOp || cls === llvm.SRemOp;
  const isQuotient = cls === llvm.SDivOp || cls === llvm.UDivOp;
  const known = knownInteger(b!);
  const safe = known !== undefined && known !== 0n && (!signed || known !== -1n);
  if (safe && widthOf(type) > 1) return insertOne(r, cls, [a!, b!], type, attributes);
  const [zero, one] = [constantOf(r, type, 0), constantOf(r, type, 1)];
  const isZero = compareIntegers(r, "eq", b!, zero);
  // One bit: the only divisor is 1, which signed operations read as −1.
  if (widthOf(type) === 1) return isQuotient ? a! : zero;
  const divisor = select(r, isZero, one, b!);
  if (!signed) return insertOne(r, cls, [a!, divisor], type, attributes);
  const minus = compareIntegers(r, "eq", b!, constantOf(r, type, -1));
  const guarded = insertOne(r, cls, [a!, select(r, minus, one, divisor)], type, attributes);
  const special = isQuotient ? insertOne(r, llvm.SubOp, [zero, a!], type) : zero;
  return select(r, minus, special, guarded);
}

interface Division {
  readonly quotient: Value;
  /** Whether there is a remainder. */
  readonly inexact: Value;
}

/** The quotient toward zero, and whether there is a remainder. */
function divide(cls: OpRef, r: Rewriter, operands: readonly Value[], type: Type): Division {
  const quotient = divideBy(cls, operands, r, type);
  const product = insertOne(r, llvm.MulOp, [quotient, operands[1]!], type);
  return { quotient, inexact: compareIntegers(r, "ne", product, operands[0]!) };
}

/** Whether two integers have different signs. */
function signsDiffer(r: Rewriter, [a, b]: readonly Value[], type: Type): Value {
  const mixed = insertOne(r, llvm.XOrOp, [a!, b!], type);
  return compareIntegers(r, "slt", mixed, constantOf(r, type, 0));
}

/** `value + step` where a condition holds. */
function adjust(r: Rewriter, value: Value, when: Value, step: 1 | -1): Value {
  const extended = insertOne(r, step === 1 ? llvm.ZExtOp : llvm.SExtOp, [when], value.type);
  return insertOne(r, llvm.AddOp, [value, extended], value.type);
}

const both = (r: Rewriter, a: Value, b: Value): Value => insertOne(r, llvm.AndOp, [a, b], a.type);

function ceilDivSigned(r: Rewriter, operands: readonly Value[], type: Type): Value {
  const { quotient, inexact } = divide(llvm.SDivOp, r, operands, type);
  const differ = signsDiffer(r, operands, type);
  const one = constantOf(r, differ.type, 1);
  const agree = insertOne(r, llvm.XOrOp, [differ, one], differ.type);
  return adjust(r, quotient, both(r, inexact, agree), 1);
}

function floorDivSigned(r: Rewriter, operands: readonly Value[], type: Type): Value {
  const { quotient, inexact } = divide(llvm.SDivOp, r, operands, type);
  return adjust(r, quotient, both(r, inexact, signsDiffer(r, operands, type)), -1);
}

function ceilDivUnsigned(r: Rewriter, operands: readonly Value[], type: Type): Value {
  const { quotient, inexact } = divide(llvm.UDivOp, r, operands, type);
  return adjust(r, quotient, inexact, 1);
}

/** Patterns for quotients and remainders. */
export function divisionPatterns(converter: TypeConverter): RewritePattern[] {
  const plain = (
    from: AnyOpClass,
    to: OpRef,
    attributes: (op: Operation) => Attributes = () => ({}),
  ): RewritePattern =>
    elementwiseConversion(from, converter, (r, operands, type, op) =>
      divideBy(to, operands, r, type, attributes(op)),
    );
  return [
    plain(ops.DivSI, llvm.SDivOp, exactness),
    plain(ops.DivUI, llvm.UDivOp, exactness),
    plain(ops.RemSI, llvm.SRemOp),
    plain(ops.RemUI, llvm.URemOp),
    elementwiseConversion(ops.CeilDivSI, converter, ceilDivSigned),
    elementwiseConversion(ops.CeilDivUI, converter, ceilDivUnsigned),
    elementwiseConversion(ops.FloorDivSI, converter, floorDivSigned),
  ];
}
