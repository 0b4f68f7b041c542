/** Making vectors and moving lanes. */
import {
  AnyType,
  AnyVector,
  type Attribute,
  attr,
  bitWidthOf,
  defineOp,
  DenseArrayAttr,
  DenseI64Array,
  dynamicIndex,
  elementOf,
  elementTypeOf,
  FloatType,
  I64Attr,
  Index,
  index,
  IntegerAttr,
  type MixedIndex,
  mixedCountOk,
  operand,
  type Operation,
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
  variadicResult,
  VectorType,
} from "@strata/ir";
import { partOf, V, vectorOf } from "./checks.ts";

/** Why a type does not broadcast to a vector type; undefined if it does. */
function broadcastProblem(from: Type, to: VectorType): string | undefined {
  if (elementTypeOf(from) !== to.elementType) return "the element types differ";
  if (!(from instanceof VectorType)) return undefined;
  const skip = to.rank - from.rank;
  if (skip < 0) return "the source has more dimensions";
  const bad = from.shape.findIndex((n, d) => n !== 1 && n !== to.shape[d + skip]);
  return bad < 0
    ? undefined
    : `dimension ${bad} of the source has neither extent 1 nor the result's`;
}

/** A vector of equal elements, or of equal parts. */
export class Broadcast extends defineOp("vector.broadcast", {
  summary: "A vector of equal elements, or of equal parts.",
  operands: { source: operand(AnyType) },
  results: { vector: result(AnyVector) },
  traits: [Pure],
  assembly: "$source attr-dict `:` type($source) `to` type($vector)",
  verify(op, report) {
    const [from, to] = [op.operand(0).type, op.resultTypes[0]!];
    const problem = to instanceof VectorType ? broadcastProblem(from, to) : undefined;
    if (problem === undefined) return;
    report(
      "vector.broadcast-type",
      `\`${from.toString()}\` does not broadcast to \`${to.toString()}\`: ${problem}`,
    );
  },
}) {}

function positionOf(op: Operation): DenseArrayAttr {
  const a = op.getAttr("static_position");
  return a instanceof DenseArrayAttr ? a : DenseArrayAttr.i64([]);
}

/** Checks a position in a vector and the type of what stands there. */
function verifyPosition(
  op: Operation,
  whole: Type,
  part: Type,
  values: readonly Value[],
  report: Report,
): void {
  const position = positionOf(op);
  if (!(whole instanceof VectorType)) return;
  if (!mixedCountOk(values, position) || position.values.length > whole.rank) {
    report(
      "vector.position-count",
      `a position in \`${whole.toString()}\` has at most ${whole.rank} entries, with an operand for each dynamic one`,
    );
    return;
  }
  position.values.forEach((p, d) => {
    // −1 stands for no position: the result is unspecified.
    if (p === dynamicIndex || (p >= -1n && (p < whole.shape[d]! || whole.scalable[d]))) return;
    report(
      "vector.position",
      `position ${p} is outside of dimension ${d} of \`${whole.toString()}\``,
    );
  });
  const wanted = partOf(whole, position.values.length);
  // A vector of rank 0 stands for its element.
  const scalar = part instanceof VectorType && part.rank === 0 ? part.elementType : part;
  if (scalar !== wanted) {
    report(
      "vector.part-type",
      `at this position \`${whole.toString()}\` has a \`${wanted.toString()}\`, not a \`${part.toString()}\``,
    );
  }
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
  assembly:
    "$source `` custom<DynamicIndexList>($dynamic_position, $static_position) attr-dict `:` type($result) `from` type($source)",
  verify(op, report) {
    verifyPosition(op, op.operand(0).type, op.resultTypes[0]!, op.operands.slice(1), report);
  },
}) {}

/** A vector with an element, or a part, replaced. */
export class Insert extends defineOp("vector.insert", {
  summary: "A vector with an element, or a part, replaced.",
  operands: { valueToStore: operand(AnyType), dest: operand(V), dynamic_position: variadic(Index) },
  results: { result: result(V) },
  attributes: { static_position: attr(DenseI64Array) },
  traits: [Pure],
  assembly:
    "$valueToStore `,` $dest custom<DynamicIndexList>($dynamic_position, $static_position) attr-dict `:` type($valueToStore) `into` type($dest)",
  verify(op, report) {
    verifyPosition(op, op.operand(1).type, op.operand(0).type, op.operands.slice(2), report);
  },
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
    return [vectorOf(t, [n, ...t.shape.slice(1)])];
  },
  assembly: "$v1 `,` $v2 $mask attr-dict `:` type($v1) `,` type($v2)",
  verify(op, report) {
    const [a, b, to] = [...op.operandTypes, ...op.resultTypes] as VectorType[];
    const mask = op.getAttr("mask");
    if (a === undefined || b === undefined || to === undefined) return;
    const rows = [a, b].map((t) => t.shape.slice(1).join());
    if (a.elementType !== b.elementType || a.rank !== b.rank || rows[0] !== rows[1]) {
      report("vector.shuffle-types", `\`${a.toString()}\` and \`${b.toString()}\` have other rows`);
    }
    if (!(mask instanceof DenseArrayAttr)) return;
    const wanted = vectorOf(a, [mask.values.length, ...a.shape.slice(1)]);
    if (to !== wanted) {
      report(
        "vector.shuffle-types",
        `the result is a \`${wanted.toString()}\`, not a \`${to.toString()}\``,
      );
    }
    const rowCount = (t: VectorType): number => t.shape[0] ?? 1;
    const total = rowCount(a) + rowCount(b);
    for (const i of mask.numbers) {
      if (i >= -1 && i < total) continue;
      report("vector.shuffle-mask", `the mask chooses ${i} of ${total}`, "-1 chooses nothing");
    }
  },
}) {}

const FV = typeVar(
  "F",
  typeWhere<VectorType>(
    "vector of floats",
    (t) => t instanceof VectorType && t.elementType instanceof FloatType,
  ),
);

/** `lhs · rhs + acc`, rounded once. */
export class FMA extends defineOp("vector.fma", {
  summary: "Fused multiply and add, rounded once.",
  operands: { lhs: operand(FV), rhs: operand(FV), acc: operand(FV) },
  results: { result: result(FV) },
  traits: [Pure, SameOperandsAndResultType],
  assembly: "$lhs `,` $rhs `,` $acc attr-dict `:` type($lhs)",
}) {}

/** `[0, 1, 2, …]`. */
export class Step extends defineOp("vector.step", {
  summary: "The vector of lane numbers.",
  results: {
    result: result(
      typeWhere<VectorType>(
        "vector of rank 1 of index",
        (t) => t instanceof VectorType && t.rank === 1 && t.elementType === index,
      ),
    ),
  },
  traits: [Pure],
  assembly: "attr-dict `:` type($result)",
}) {}

/** A vector from its elements in row-major order. */
export class FromElements extends defineOp("vector.from_elements", {
  summary: "A vector from its elements in row-major order.",
  operands: { elements: variadic(elementOf(V)) },
  results: { dest: result(V) },
  traits: [Pure],
  assembly: "$elements attr-dict `:` type($dest)",
  verify(op, report) {
    const type = op.resultTypes[0] as VectorType;
    if (type.numElements !== op.numOperands || type.scalable.includes(true)) {
      report(
        "vector.element-count",
        `\`${type.toString()}\` does not have ${op.numOperands} elements`,
      );
    }
  },
}) {}

/** The elements of a vector in row-major order. */
export class ToElements extends defineOp("vector.to_elements", {
  summary: "The elements of a vector in row-major order.",
  operands: { source: operand(AnyVector) },
  results: { elements: variadicResult(AnyType) },
  traits: [Pure],
  inferResults: ([source]) => {
    const t = source!.type as VectorType;
    return Array.from({ length: t.numElements }, () => t.elementType);
  },
  assembly: "$source attr-dict `:` type($source)",
  verify(op, report) {
    const type = op.operand(0).type as VectorType;
    const fits = op.numResults === type.numElements && !type.scalable.includes(true);
    if (!fits || op.resultTypes.some((t) => t !== type.elementType)) {
      report(
        "vector.element-count",
        `\`${type.toString()}\` does not have ${op.numResults} such elements`,
      );
    }
  },
}) {}

const lastExtent = (t: VectorType): number => t.shape.at(-1) ?? 1;

/** The shape of a vector type with another innermost extent. */
const withLast = (t: VectorType, extent: number): number[] => [...t.shape.slice(0, -1), extent];

/** The lanes of two vectors in turn. */
export class Interleave extends defineOp("vector.interleave", {
  summary: "The lanes of two vectors in turn.",
  operands: { lhs: operand(V), rhs: operand(V) },
  results: { result: result(AnyVector) },
  traits: [Pure],
  inferResults: ([lhs]) => {
    const t = lhs!.type as VectorType;
    return [
      t.rank === 0 ? vectorOf(t, [2]) : vectorOf(t, withLast(t, 2 * lastExtent(t)), t.scalable),
    ];
  },
  assembly: "$lhs `,` $rhs attr-dict `:` type($lhs) `->` type($result)",
  verify(op, report) {
    const [from, to] = [op.operand(0).type as VectorType, op.resultTypes[0] as VectorType];
    const shape = from.rank === 0 ? [2] : withLast(from, 2 * lastExtent(from));
    if (to.elementType !== from.elementType || to.shape.join() !== shape.join()) {
      report(
        "vector.interleave-type",
        `\`${to.toString()}\` has not twice the lanes of \`${from.toString()}\``,
      );
    }
  },
}) {}

/** The even lanes of a vector, and the odd ones. */
export class Deinterleave extends defineOp("vector.deinterleave", {
  summary: "The even lanes of a vector, and the odd ones.",
  operands: { source: operand(AnyVector) },
  results: { res1: result(typeVar("R", AnyVector)), res2: result(AnyVector) },
  traits: [Pure],
  print(op, p) {
    p.write(" ");
    p.operand(op.operand(0));
    p.attrDict(op);
    p.write(" : ");
    p.type(op.operand(0).type);
    p.write(" -> ");
    p.type(op.resultTypes[0]!);
  },
  parse(p) {
    p.setOperands("source", [p.parseOperand()]);
    p.parseAttrDict();
    p.asm.expect(":");
    p.setOperandTypes("source", [p.asm.parseType()]);
    p.asm.expect("->");
    const type = p.asm.parseType();
    p.setResultTypes("res1", [type]);
    p.setResultTypes("res2", [type]);
  },
  inferResults: ([source]) => {
    const t = source!.type as VectorType;
    const half = vectorOf(t, withLast(t, lastExtent(t) / 2), t.scalable);
    return [half, half];
  },
  verify(op, report) {
    const from = op.operand(0).type as VectorType;
    const [a, b] = op.resultTypes as [VectorType, VectorType];
    const shape = from.rank === 0 ? undefined : withLast(from, lastExtent(from) / 2).join();
    if (a !== b || a.elementType !== from.elementType || a.shape.join() !== shape) {
      report(
        "vector.deinterleave-type",
        `\`${a.toString()}\` has not half the lanes of \`${from.toString()}\``,
      );
    }
  },
  resultNames: () => "res1",
}) {}

const bits = (t: VectorType): number => (bitWidthOf(t.elementType) ?? 0) * lastExtent(t);

/** The same bits as lanes of another type; the innermost dimension keeps its size in bits. */
export class Bitcast extends defineOp("vector.bitcast", {
  summary: "The same bits as lanes of another type.",
  operands: { source: operand(AnyVector) },
  results: { result: result(AnyVector) },
  traits: [Pure],
  assembly: "$source attr-dict `:` type($source) `to` type($result)",
  verify(op, report) {
    const [from, to] = [op.operand(0).type as VectorType, op.resultTypes[0] as VectorType];
    const outer = (t: VectorType): string => `${t.rank}:${t.shape.slice(0, -1).join()}`;
    if (bits(from) === 0 || bits(from) !== bits(to) || outer(from) !== outer(to)) {
      report(
        "vector.bitcast-types",
        `\`${from.toString()}\` cannot be seen as \`${to.toString()}\``,
        "the innermost dimension keeps its size in bits, the others their extents",
      );
    }
  },
}) {}

/** Reports a slice of scalable lanes that does not fit. */
function verifyScalable(op: Operation, fixed: Type, scalable: Type, report: Report): void {
  if (!(fixed instanceof VectorType) || !(scalable instanceof VectorType)) return;
  const at = op.getAttr("pos");
  const pos = at instanceof IntegerAttr ? Number(at.value) : -1;
  const isSlice =
    fixed.elementType === scalable.elementType &&
    fixed.rank === 1 &&
    scalable.rank === 1 &&
    scalable.scalable[0] === true;
  if (!isSlice) {
    report(
      "vector.scalable-types",
      `\`${fixed.toString()}\` is no slice of \`${scalable.toString()}\``,
      "a slice has rank 1, like the vector of scalable lanes",
    );
  } else if (pos < 0 || pos % fixed.shape[0]! !== 0) {
    report(
      "vector.scalable-position",
      `${pos} is no multiple of the ${fixed.shape[0]} lanes of the slice`,
    );
  }
}

/** A slice of fixed length from a vector of scalable length. */
export class ScalableExtract extends defineOp("vector.scalable.extract", {
  summary: "A slice of fixed length from a vector of scalable length.",
  operands: { source: operand(AnyVector) },
  results: { res: result(AnyVector) },
  attributes: { pos: attr(I64Attr, "first lane") },
  traits: [Pure],
  assembly: "$source `[` $pos `]` attr-dict `:` type($res) `from` type($source)",
  verify: (op, report) => verifyScalable(op, op.resultTypes[0]!, op.operand(0).type, report),
}) {}

/** A vector of scalable length with a slice of fixed length replaced. */
export class ScalableInsert extends defineOp("vector.scalable.insert", {
  summary: "A vector of scalable length with a slice of fixed length replaced.",
  operands: { valueToStore: operand(AnyVector), dest: operand(V) },
  results: { res: result(V) },
  attributes: { pos: attr(I64Attr, "first lane") },
  traits: [Pure],
  assembly:
    "$valueToStore `,` $dest `[` $pos `]` attr-dict `:` type($valueToStore) `into` type($dest)",
  verify: (op, report) => verifyScalable(op, op.operand(0).type, op.operand(1).type, report),
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
