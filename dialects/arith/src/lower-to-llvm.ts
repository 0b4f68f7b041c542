/**
 * `arith` to the LLVM dialect. Most operations have one counterpart; the others are spelled out.
 * Meaning is kept exactly, flags and fast-math liberties included; `index` is 64 bits.
 */
import {
  type Attribute,
  DenseElementsAttr,
  elementTypeOf,
  f64,
  IndexType,
  IntegerAttr,
  IntegerType,
  type Operation,
  type OpRef,
  type Type,
  type Value,
  VectorType,
} from "@strata/ir";
import * as llvm from "@strata/llvm";
import {
  type AnyOpClass,
  type Attributes,
  buildElementwise,
  computeWide,
  constantAttrOf,
  constantOf,
  directConversion,
  elementwiseConversion,
  fastmathOf,
  fieldOf,
  insertOne,
  isNarrowFloat,
  stickyInteger,
  truncateFloat,
  withElement,
} from "@strata/llvm/lowering";
import {
  conversionPattern,
  type RewritePattern,
  type Rewriter,
  type TypeConverter,
} from "@strata/rewrite";
import {
  CmpFPredicate,
  CmpIPredicate,
  FastMathAttr,
  OverflowAttr,
  RoundingMode,
} from "./attributes.ts";
import { compareIntegers, divisionPatterns, exactness } from "./lower-to-llvm/division.ts";
import * as ops from "./ops.ts";

function overflow(op: Operation): Attributes {
  const flags = op.getAttr("overflowFlags");
  if (!(flags instanceof OverflowAttr)) return {};
  return { overflowFlags: llvm.OverflowFlags.attr(...flags.flags) };
}

function fastmath(op: Operation): Attributes {
  const flags = op.getAttr("fastmath");
  return flags instanceof FastMathAttr ? { fastmathFlags: fastmathOf(flags.flags) } : {};
}

type Direct = readonly [AnyOpClass, OpRef, ((op: Operation) => Attributes)?];

/** Operations with one counterpart of the same operands. */
const direct: readonly Direct[] = [
  [ops.AddI, llvm.AddOp, overflow],
  [ops.SubI, llvm.SubOp, overflow],
  [ops.MulI, llvm.MulOp, overflow],
  [ops.AndI, llvm.AndOp],
  [ops.OrI, llvm.OrOp],
  [ops.XOrI, llvm.XOrOp],
  [ops.ShLI, llvm.ShlOp, overflow],
  [ops.ShRSI, llvm.AShrOp, exactness],
  [ops.ShRUI, llvm.LShrOp, exactness],
  [ops.MaxSI, llvm.SMaxOp],
  [ops.MinSI, llvm.SMinOp],
  [ops.MaxUI, llvm.UMaxOp],
  [ops.MinUI, llvm.UMinOp],
  [ops.AddF, llvm.FAddOp, fastmath],
  [ops.SubF, llvm.FSubOp, fastmath],
  [ops.MulF, llvm.FMulOp, fastmath],
  [ops.DivF, llvm.FDivOp, fastmath],
  [ops.RemF, llvm.FRemOp, fastmath],
  [ops.MaximumF, llvm.MaximumOp, fastmath],
  [ops.MinimumF, llvm.MinimumOp, fastmath],
  [ops.MaxNumF, llvm.MaxNumOp, fastmath],
  [ops.MinNumF, llvm.MinNumOp, fastmath],
  [ops.NegF, llvm.FNegOp, fastmath],
  [ops.ExtSI, llvm.SExtOp],
  [ops.ExtUI, llvm.ZExtOp],
  [ops.TruncI, llvm.TruncOp, overflow],
  // The nearest value in range where the float is out of it (docs/adr/0006).
  [ops.FPToSI, llvm.FPToSISatOp],
  [ops.FPToUI, llvm.FPToUISatOp],
];

// --- constants -----------------------------------------------------------------------------------

/** A constant attribute with `index` as i64. */
function convertAttribute(value: Attribute, type: Type): Attribute {
  const element = elementTypeOf(type);
  if (value instanceof IntegerAttr && value.type instanceof IndexType) {
    return IntegerAttr.get(value.value, element as IntegerType);
  }
  if (value instanceof DenseElementsAttr) {
    const scalars = value.elements.map((e) => convertAttribute(e, rowElement(type)));
    const shape = value.type.rank === 0 ? [1] : value.type.shape;
    const vector = VectorType.get(shape, rowElement(type));
    return DenseElementsAttr.get(vector, scalars as (IntegerAttr | never)[]);
  }
  return value;
}

/** The scalar that vectors and arrays of vectors hold. */
function rowElement(type: Type): Type {
  let t = type;
  while (t instanceof llvm.LLVMArrayType) t = t.elementType;
  return elementTypeOf(t);
}

// --- casts ---------------------------------------------------------------------------------------

const widthOf = (type: Type): number => (elementTypeOf(type) as IntegerType).width;

/** A cast between `index` (64 bits) and an integer type. */
function indexCast(signed: boolean) {
  return (r: Rewriter, [v]: readonly Value[], type: Type): Value => {
    const [from, to] = [widthOf(v!.type), widthOf(type)];
    if (from === to) return v!;
    if (from > to) return insertOne(r, llvm.TruncOp, [v!], type);
    return insertOne(r, signed ? llvm.SExtOp : llvm.ZExtOp, [v!], type);
  };
}

/** An integer as a float, rounded once. */
function toFloat(signed: boolean) {
  return (r: Rewriter, [v]: readonly Value[], type: Type): Value => {
    const cls = signed ? llvm.SIToFPOp : llvm.UIToFPOp;
    if (!isNarrowFloat(type)) return insertOne(r, cls, [v!], type);
    const wide = withElement(type, f64);
    return truncateFloat(r, insertOne(r, cls, [stickyInteger(r, v!, signed)], wide), type);
  };
}

function refuseRounding(op: ops.TruncF): string | undefined {
  const mode = op.roundingmode;
  if (mode === undefined || RoundingMode.nameOf(mode) === "to_nearest_even") return undefined;
  return "LLVM rounds to nearest even only";
}

const isMemory = (op: Operation): string | undefined =>
  "shape" in op.operand(0).type && !(op.operand(0).type instanceof VectorType)
    ? "only scalars and vectors are cast"
    : undefined;

// --- operations with two results -----------------------------------------------------------------

function addExtended(converter: TypeConverter): RewritePattern {
  return conversionPattern(
    "arith.addui_extended-to-llvm",
    ops.AddUIExtended,
    (op, adaptor, r) => {
      const type = converter.convertOne(op.sum.type);
      const flag = converter.convertOne(op.overflow.type);
      if (type === undefined || flag === undefined) return r.fail("the type has no form in LLVM");
      const { operands } = adaptor;
      const sumWith = (rows: readonly Value[]): Value =>
        r.insert(llvm.UAddWithOverflowOp.of({ a: rows[0]!, b: rows[1]! })).res;
      const sum = buildElementwise(r, type, operands, (rows) => fieldOf(r, sumWith(rows), 0));
      const carry = buildElementwise(r, flag, operands, (rows) => fieldOf(r, sumWith(rows), 1));
      r.replaceOp(op, [sum, carry]);
      return true;
    },
    { converter },
  );
}

/** Both halves of a product, computed at twice the width. */
function mulExtended(
  cls: typeof ops.MulSIExtended | typeof ops.MulUIExtended,
  signed: boolean,
  converter: TypeConverter,
): RewritePattern {
  return conversionPattern(
    `${cls.definition.name}-to-llvm`,
    cls as AnyOpClass,
    (op, adaptor, r) => {
      const type = converter.convertOne(op.resultAt(0).type);
      if (type === undefined) return r.fail("the type has no form in LLVM");
      const half = (rows: readonly Value[], row: Type, high: boolean): Value => {
        const width = widthOf(row);
        const twice = IntegerType.get(2 * width);
        const wide = row instanceof VectorType ? row.withElementType(twice) : twice;
        const extend = signed ? llvm.SExtOp : llvm.ZExtOp;
        const [a, b] = rows.map((v) => insertOne(r, extend, [v], wide));
        let product = insertOne(r, llvm.MulOp, [a!, b!], wide);
        if (high) product = insertOne(r, llvm.LShrOp, [product, constantOf(r, wide, width)], wide);
        return insertOne(r, llvm.TruncOp, [product], row);
      };
      const { operands } = adaptor;
      r.replaceOp(op, [
        buildElementwise(r, type, operands, (rows, row) => half(rows, row, false)),
        buildElementwise(r, type, operands, (rows, row) => half(rows, row, true)),
      ]);
      return true;
    },
    { converter },
  );
}

// --- selection -----------------------------------------------------------------------------------

function select(converter: TypeConverter): RewritePattern {
  return conversionPattern(
    "arith.select-to-llvm",
    ops.SelectOp,
    (op, adaptor, r) => {
      const [conditions, yes, no] = adaptor.convertedOperands;
      const condition = conditions?.[0];
      if (condition === undefined || yes === undefined || no === undefined) return false;
      // A value of several parts, such as a memref, is selected part by part.
      const parts = yes.map((a, i) => {
        const pick = (c: Value, x: Value, y: Value): Value =>
          r.insert(llvm.SelectOp.of({ condition: c, trueValue: x, falseValue: y })).res;
        if (!(op.condition.type instanceof VectorType)) return pick(condition, a, no[i]!);
        return buildElementwise(r, a.type, [condition, a, no[i]!], ([c, x, y]) => pick(c!, x!, y!));
      });
      r.replaceOp(op, [parts]);
      return true;
    },
    { converter },
  );
}

/** Patterns that convert every operation of the dialect but the scaling casts. */
export function arithToLLVM(converter: TypeConverter): RewritePattern[] {
  return [
    ...direct.map(([from, to, attributes]) => directConversion(from, to, converter, attributes)),
    conversionPattern(
      "arith.constant-to-llvm",
      ops.ConstantOp,
      (op, _adaptor, r) => {
        const type = converter.convertOne(op.result.type);
        if (type === undefined) return r.fail(`\`${op.result.type}\` has no form in LLVM`);
        r.replaceOp(op, [constantAttrOf(r, type, convertAttribute(op.value, type))]);
        return true;
      },
      { converter },
    ),
    ...divisionPatterns(converter),
    elementwiseConversion(ops.SIToFP, converter, toFloat(true)),
    elementwiseConversion(ops.UIToFP, converter, toFloat(false)),
    elementwiseConversion(ops.CmpI, converter, (r, [a, b], _type, op) =>
      compareIntegers(r, CmpIPredicate.nameOf(op.predicate), a!, b!),
    ),
    elementwiseConversion(ops.CmpF, converter, (r, operands, type, op) => {
      const name = CmpFPredicate.nameOf(op.predicate);
      const predicate = llvm.FCmpPredicate.attr(
        name === "false" ? "_false" : name === "true" ? "_true" : name,
      );
      const fastmathFlags = fastmathOf(op.fastmath.flags);
      return computeWide(
        r,
        operands,
        type,
        ([lhs, rhs]) =>
          r.insert(llvm.FCmpOp.of({ lhs: lhs!, rhs: rhs!, predicate, fastmathFlags })).res,
      );
    }),
    // Exact whatever the type: nothing is computed in a wider one first.
    elementwiseConversion(ops.ExtF, converter, (r, [v], type) =>
      insertOne(r, llvm.FPExtOp, [v!], type),
    ),
    elementwiseConversion(
      ops.TruncF,
      converter,
      (r, [v], type) => truncateFloat(r, v!, type),
      refuseRounding,
    ),
    elementwiseConversion(ops.IndexCast, converter, indexCast(true), isMemory),
    elementwiseConversion(ops.IndexCastUI, converter, indexCast(false), isMemory),
    elementwiseConversion(
      ops.BitcastOp,
      converter,
      (r, [v], type) => (v!.type === type ? v! : insertOne(r, llvm.BitcastOp, [v!], type)),
      isMemory,
    ),
    addExtended(converter),
    mulExtended(ops.MulSIExtended, true, converter),
    mulExtended(ops.MulUIExtended, false, converter),
    select(converter),
  ];
}
