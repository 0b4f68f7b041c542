/**
 * Operations of the vector dialect: SIMD values, named and written as MLIR's. Memory is accessed
 * along the innermost dimension of a memref.
 */
import { FastMathAttr, FastMathFlags } from "@strata/arith";
import {
  AnyMemRef,
  AnyType,
  AnyVector,
  type AsmPrinter,
  type Attribute,
  attr,
  defaultAttr,
  defineOp,
  DenseArrayAttr,
  DenseI64Array,
  elementOf,
  elementTypeOf,
  i1,
  Index,
  type MixedIndex,
  operand,
  type Operation,
  type OpParser,
  optionalOperand,
  parseDynamicIndexList,
  printDynamicIndexList,
  Pure,
  type Report,
  result,
  SameOperandsAndResultType,
  splitMixed,
  type Type,
  typeVar,
  typeWhere,
  type Value,
  variadic,
  VectorType,
} from "@strata/ir";
import { CombiningKindAttr, type CombiningKind, CombiningKindC } from "./attributes.ts";

const V = typeVar("V", AnyVector);
const AnyMask = typeWhere<VectorType>(
  "vector of i1",
  (t) => t instanceof VectorType && t.elementType === i1,
);
const AnyIndexVector = typeWhere<VectorType>("vector", (t) => t instanceof VectorType);

function verifyAccess(op: Operation, base: Type, vector: Type, report: Report): void {
  if (elementTypeOf(base) !== elementTypeOf(vector)) {
    report(
      "vector.element-type",
      `\`${op.name}\` moves \`${vector.toString()}\` to or from \`${base.toString()}\``,
    );
  }
}

/** Reads neighbouring elements. */
export class Load extends defineOp("vector.load", {
  summary: "Reads neighbouring elements.",
  operands: { base: operand(AnyMemRef), indices: variadic(Index) },
  results: { result: result(AnyVector) },
  assembly: "$base `[` $indices `]` attr-dict `:` type($base) `,` type($result)",
  verify: (op, report) => verifyAccess(op, op.operand(0).type, op.resultTypes[0]!, report),
}) {}

/** Writes neighbouring elements. */
export class Store extends defineOp("vector.store", {
  summary: "Writes neighbouring elements.",
  operands: {
    valueToStore: operand(AnyVector),
    base: operand(AnyMemRef),
    indices: variadic(Index),
  },
  assembly:
    "$valueToStore `,` $base `[` $indices `]` attr-dict `:` type($base) `,` type($valueToStore)",
  verify: (op, report) => verifyAccess(op, op.operand(1).type, op.operand(0).type, report),
}) {}

/** Reads the neighbouring elements whose mask is set; the others come from `pass_thru`. */
export class MaskedLoad extends defineOp("vector.maskedload", {
  summary: "Reads the neighbouring elements whose mask is set.",
  operands: {
    base: operand(AnyMemRef),
    indices: variadic(Index),
    mask: operand(AnyMask),
    pass_thru: operand(V),
  },
  results: { result: result(V) },
  assembly:
    "$base `[` $indices `]` `,` $mask `,` $pass_thru attr-dict `:` type($base) `,` type($mask) `,` type($pass_thru) `into` type($result)",
}) {}

/** Writes the neighbouring elements whose mask is set. */
export class MaskedStore extends defineOp("vector.maskedstore", {
  summary: "Writes the neighbouring elements whose mask is set.",
  operands: {
    base: operand(AnyMemRef),
    indices: variadic(Index),
    mask: operand(AnyMask),
    valueToStore: operand(AnyVector),
  },
  assembly:
    "$base `[` $indices `]` `,` $mask `,` $valueToStore attr-dict `:` type($base) `,` type($mask) `,` type($valueToStore)",
}) {}

/** Reads elements at positions of their own; those without a mask come from `pass_thru`. */
export class Gather extends defineOp("vector.gather", {
  summary: "Reads elements at positions of their own.",
  operands: {
    base: operand(AnyMemRef),
    offsets: variadic(Index),
    index_vec: operand(AnyIndexVector),
    mask: operand(AnyMask),
    pass_thru: operand(V),
  },
  results: { result: result(V) },
  assembly:
    "$base `[` $offsets `]` `[` $index_vec `]` `,` $mask `,` $pass_thru attr-dict `:` type($base) `,` type($index_vec) `,` type($mask) `,` type($pass_thru) `into` type($result)",
}) {}

/** Writes elements at positions of their own, in lane order, where the mask is set. */
export class Scatter extends defineOp("vector.scatter", {
  summary: "Writes elements at positions of their own, in lane order.",
  operands: {
    base: operand(AnyMemRef),
    offsets: variadic(Index),
    index_vec: operand(AnyIndexVector),
    mask: operand(AnyMask),
    valueToStore: operand(AnyVector),
  },
  assembly:
    "$base `[` $offsets `]` `[` $index_vec `]` `,` $mask `,` $valueToStore attr-dict `:` type($base) `,` type($index_vec) `,` type($mask) `,` type($valueToStore)",
}) {}

/** A vector of equal elements, or of equal parts. */
export class Broadcast extends defineOp("vector.broadcast", {
  summary: "A vector of equal elements.",
  operands: { source: operand(AnyType) },
  results: { vector: result(AnyVector) },
  traits: [Pure],
  assembly: "$source attr-dict `:` type($source) `to` type($vector)",
  verify(op, report) {
    if (elementTypeOf(op.operand(0).type) !== elementTypeOf(op.resultTypes[0]!)) {
      report("vector.broadcast-type", "the source must have the result's element type");
    }
  },
}) {}

/** What remains of a vector after `n` positions. */
function partOf(t: VectorType, n: number): Type {
  const rest = t.shape.slice(n);
  return rest.length === 0 ? t.elementType : VectorType.get(rest, t.elementType);
}

function parsePosition(p: OpParser): void {
  const { values, constants } = parseDynamicIndexList(p);
  p.setOperands("dynamic_position", values);
  p.setAttr("static_position", constants);
}

function printPosition(op: Operation, values: readonly Value[], p: AsmPrinter): void {
  printDynamicIndexList(p, values, op.getAttr("static_position") as DenseArrayAttr);
}

function positionCount(props: ReadonlyMap<string, Attribute>): number {
  const a = props.get("static_position");
  return a instanceof DenseArrayAttr ? a.values.length : 0;
}

/** An element, or a part, of a vector. */
export class Extract extends defineOp("vector.extract", {
  summary: "An element, or a part, of a vector.",
  operands: { source: operand(AnyVector), dynamic_position: variadic(Index) },
  results: { result: result(AnyType) },
  attributes: { static_position: attr(DenseI64Array) },
  traits: [Pure],
  inferResults: (operands, props) => [
    partOf(operands[0]!.type as VectorType, positionCount(props)),
  ],
  print(op, p) {
    p.write(" ");
    p.operand(op.operand(0));
    printPosition(op, op.operands.slice(1), p);
    p.attrDict(op, new Set(["static_position"]));
    p.write(" : ");
    p.type(op.resultTypes[0]!);
    p.write(" from ");
    p.type(op.operand(0).type);
  },
  parse(p) {
    p.setOperands("source", [p.parseOperand()]);
    parsePosition(p);
    p.parseAttrDict();
    p.asm.expect(":");
    p.setResultTypes("result", [p.asm.parseType()]);
    p.asm.expect("from");
    p.setOperandTypes("source", [p.asm.parseType()]);
  },
}) {}

/** A vector with an element, or a part, replaced. */
export class Insert extends defineOp("vector.insert", {
  summary: "A vector with an element, or a part, replaced.",
  operands: { valueToStore: operand(AnyType), dest: operand(V), dynamic_position: variadic(Index) },
  results: { result: result(V) },
  attributes: { static_position: attr(DenseI64Array) },
  traits: [Pure],
  print(op, p) {
    p.write(" ");
    p.operands(op.operands.slice(0, 2));
    p.write(" ");
    printPosition(op, op.operands.slice(2), p);
    p.attrDict(op, new Set(["static_position"]));
    p.write(" : ");
    p.type(op.operand(0).type);
    p.write(" into ");
    p.type(op.operand(1).type);
  },
  parse(p) {
    p.setOperands("valueToStore", [p.parseOperand()]);
    p.asm.expect(",");
    p.setOperands("dest", [p.parseOperand()]);
    parsePosition(p);
    p.parseAttrDict();
    p.asm.expect(":");
    p.setOperandTypes("valueToStore", [p.asm.parseType()]);
    p.asm.expect("into");
    p.setOperandTypes("dest", [p.asm.parseType()]);
  },
}) {}

/** Combines all elements, and `acc` if given. In order unless `fastmath` allows to reassociate. */
export class Reduction extends defineOp("vector.reduction", {
  summary: "Combines all elements of a vector.",
  operands: { vector: operand(V), acc: optionalOperand(elementOf(V)) },
  results: { dest: result(elementOf(V)) },
  attributes: {
    kind: attr(CombiningKindC),
    fastmath: defaultAttr(FastMathFlags, FastMathAttr.none),
  },
  traits: [Pure],
  assembly:
    "$kind `,` $vector (`,` $acc^)? (`fastmath` `` $fastmath^)? attr-dict `:` type($vector) `into` type($dest)",
}) {}

/** Elements of two vectors, chosen by position; those of the second follow the first's. */
export class Shuffle extends defineOp("vector.shuffle", {
  summary: "Elements of two vectors, chosen by position.",
  operands: { v1: operand(AnyVector), v2: operand(AnyVector) },
  results: { vector: result(AnyVector) },
  attributes: { mask: attr(DenseI64Array) },
  traits: [Pure],
  inferResults: (operands, props) => {
    const t = operands[0]!.type as VectorType;
    const mask = props.get("mask");
    const n = mask instanceof DenseArrayAttr ? mask.values.length : 0;
    return [VectorType.get([n, ...t.shape.slice(1)], t.elementType)];
  },
  assembly: "$v1 `,` $v2 $mask attr-dict `:` type($v1) `,` type($v2)",
}) {}

/** `lhs · rhs + acc`, rounded once. */
export class FMA extends defineOp("vector.fma", {
  summary: "Fused multiply and add, rounded once.",
  operands: { lhs: operand(V), rhs: operand(V), acc: operand(V) },
  results: { result: result(V) },
  traits: [Pure, SameOperandsAndResultType],
  assembly: "$lhs `,` $rhs `,` $acc attr-dict `:` type($lhs)",
}) {}

/** `[0, 1, 2, …]`. */
export class Step extends defineOp("vector.step", {
  summary: "The vector of lane numbers.",
  results: { result: result(AnyVector) },
  traits: [Pure],
  assembly: "attr-dict `:` type($result)",
}) {}

/** A mask whose first `n` lanes are set, per dimension. */
export class CreateMask extends defineOp("vector.create_mask", {
  summary: "A mask whose first lanes are set.",
  operands: { bounds: variadic(Index) },
  results: { mask: result(AnyMask) },
  traits: [Pure],
  assembly: "$bounds attr-dict `:` type($mask)",
}) {}

/** A constant mask whose first lanes are set, per dimension. */
export class ConstantMask extends defineOp("vector.constant_mask", {
  summary: "A constant mask whose first lanes are set.",
  results: { mask: result(AnyMask) },
  attributes: { mask_dim_sizes: attr(DenseI64Array) },
  traits: [Pure],
  assembly: "$mask_dim_sizes attr-dict `:` type($mask)",
}) {}

/** Extracts one lane of a vector of rank 1. */
export function extractAt(source: Value, lane: MixedIndex): Extract {
  const { values, constants } = splitMixed([lane]);
  return Extract.of({ source, dynamic_position: values, static_position: constants });
}

/** Replaces one lane of a vector of rank 1. */
export function insertAt(scalar: Value, dest: Value, lane: MixedIndex): Insert {
  const { values, constants } = splitMixed([lane]);
  return Insert.of({
    valueToStore: scalar,
    dest,
    dynamic_position: values,
    static_position: constants,
  });
}

/** Combines the lanes of a vector with the liberties of the operation `like`. */
export function reductionOf(kind: CombiningKind, vector: Value, like?: Operation): Reduction {
  const flags = like?.getAttr("fastmath");
  return Reduction.of({
    kind: CombiningKindAttr.get({ kind }),
    vector,
    fastmath: flags instanceof FastMathAttr ? flags : undefined,
  });
}
