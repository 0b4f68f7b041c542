/** The same elements in other shapes, and slices of vectors. */
import {
  AnyArrayAttr,
  AnyVector,
  ArrayAttr,
  type Attribute,
  attr,
  defineOp,
  DenseArrayAttr,
  DenseI64Array,
  IntegerAttr,
  operand,
  type Operation,
  Pure,
  type Report,
  result,
  VectorType,
} from "@strata/ir";
import { V, vectorOf } from "./checks.ts";

/** The same elements in another shape, in row-major order. */
export class ShapeCast extends defineOp("vector.shape_cast", {
  summary: "The same elements in another shape.",
  operands: { source: operand(AnyVector) },
  results: { result: result(AnyVector) },
  traits: [Pure],
  assembly: "$source attr-dict `:` type($source) `to` type($result)",
  verify(op, report) {
    const [from, to] = [op.operand(0).type as VectorType, op.resultTypes[0] as VectorType];
    const lanes = (t: VectorType): number => t.scalable.filter(Boolean).length;
    const fits =
      from.elementType === to.elementType &&
      from.numElements === to.numElements &&
      lanes(from) === lanes(to);
    if (!fits) {
      report(
        "vector.shape-cast-types",
        `\`${from.toString()}\` cannot be cast to \`${to.toString()}\``,
        "both have as many elements, of one type",
      );
    }
  },
}) {}

function permutedType(t: VectorType, permutation: readonly number[]): VectorType {
  const pick = <T>(list: readonly T[]): T[] => permutation.map((d) => list[d]!);
  return VectorType.get(pick(t.shape), t.elementType, pick(t.scalable));
}

const permutationOf = (a: Attribute | undefined): number[] =>
  a instanceof DenseArrayAttr ? a.numbers : [];

/** A vector with its dimensions permuted: dimension `i` of the result is `permutation[i]`. */
export class Transpose extends defineOp("vector.transpose", {
  summary: "A vector with its dimensions permuted.",
  operands: { vector: operand(AnyVector) },
  results: { result: result(AnyVector) },
  attributes: { permutation: attr(DenseI64Array) },
  traits: [Pure],
  inferResults: ([v], props) => [
    permutedType(v!.type as VectorType, permutationOf(props.get("permutation"))),
  ],
  assembly: "$vector `,` $permutation attr-dict `:` type($vector) `to` type($result)",
  verify(op, report) {
    const from = op.operand(0).type as VectorType;
    const permutation = permutationOf(op.getAttr("permutation"));
    const sorted = [...permutation].sort((a, b) => a - b);
    if (sorted.length !== from.rank || sorted.some((d, i) => d !== i)) {
      report(
        "vector.permutation",
        `[${permutation.join(", ")}] is no permutation of the dimensions of \`${from.toString()}\``,
      );
      return;
    }
    const wanted = permutedType(from, permutation);
    if (op.resultTypes[0] !== wanted) {
      report(
        "vector.transpose-type",
        `the result is a \`${wanted.toString()}\`, not a \`${op.resultTypes[0]!.toString()}\``,
      );
    }
  },
}) {}

/** The integers of an array attribute. */
export function integersOf(a: Attribute | undefined): number[] {
  if (!(a instanceof ArrayAttr)) return [];
  return a.values.map((v) => (v instanceof IntegerAttr ? Number(v.value) : Number.NaN));
}

/** Reports offsets and sizes that leave a shape. */
function verifySlice(
  op: Operation,
  shape: readonly number[],
  offsets: readonly number[],
  sizes: readonly number[],
  strides: readonly number[],
  report: Report,
): boolean {
  const fits =
    offsets.every((o, d) => o >= 0 && sizes[d]! >= 1 && o + sizes[d]! <= shape[d]!) &&
    strides.every((s) => s === 1);
  if (!fits) {
    report(
      "vector.slice",
      `offsets [${offsets.join(", ")}], sizes [${sizes.join(", ")}], strides [${strides.join(", ")}] of \`${op.name}\` are not inside of [${shape.join(", ")}]`,
      "strides are 1",
    );
  }
  return fits;
}

/** A box of a vector: `sizes` from `offsets` on; what is not stated is kept whole. */
export class ExtractStridedSlice extends defineOp("vector.extract_strided_slice", {
  summary: "A box of a vector.",
  operands: { source: operand(AnyVector) },
  results: { result: result(AnyVector) },
  attributes: {
    offsets: attr(AnyArrayAttr),
    sizes: attr(AnyArrayAttr),
    strides: attr(AnyArrayAttr),
  },
  traits: [Pure],
  inferResults: ([v], props) => {
    const t = v!.type as VectorType;
    const sizes = integersOf(props.get("sizes"));
    return [vectorOf(t, [...sizes, ...t.shape.slice(sizes.length)])];
  },
  assembly: "$source attr-dict `:` type($source) `to` type($result)",
  verify(op, report) {
    const from = op.operand(0).type as VectorType;
    const [offsets, sizes, strides] = ["offsets", "sizes", "strides"].map((n) =>
      integersOf(op.getAttr(n)),
    ) as [number[], number[], number[]];
    const lengths = [sizes.length, strides.length];
    if (lengths.some((n) => n !== offsets.length) || offsets.length > from.rank) {
      report("vector.slice-lists", "offsets, sizes and strides must be as long, at most the rank");
      return;
    }
    if (!verifySlice(op, from.shape, offsets, sizes, strides, report)) return;
    const wanted = vectorOf(from, [...sizes, ...from.shape.slice(sizes.length)]);
    if (op.resultTypes[0] !== wanted) {
      report(
        "vector.slice-type",
        `the result is a \`${wanted.toString()}\`, not a \`${op.resultTypes[0]!.toString()}\``,
      );
    }
  },
}) {}

/** A vector with a box replaced. */
export class InsertStridedSlice extends defineOp("vector.insert_strided_slice", {
  summary: "A vector with a box replaced.",
  operands: { valueToStore: operand(AnyVector), dest: operand(V) },
  results: { res: result(V) },
  attributes: { offsets: attr(AnyArrayAttr), strides: attr(AnyArrayAttr) },
  traits: [Pure],
  assembly: "$valueToStore `,` $dest attr-dict `:` type($valueToStore) `into` type($dest)",
  verify(op, report) {
    const [part, whole] = op.operandTypes as [VectorType, VectorType];
    const [offsets, strides] = ["offsets", "strides"].map((n) => integersOf(op.getAttr(n))) as [
      number[],
      number[],
    ];
    const skip = whole.rank - part.rank;
    if (offsets.length !== whole.rank || strides.length !== part.rank || skip < 0) {
      report(
        "vector.slice-lists",
        "an offset is needed for each dimension, a stride for each of the part",
      );
      return;
    }
    if (part.elementType !== whole.elementType) {
      report("vector.slice-type", "both vectors must have one element type");
    }
    const sizes = whole.shape.map((_, d) => (d < skip ? 1 : part.shape[d - skip]!));
    verifySlice(op, whole.shape, offsets, sizes, strides, report);
  },
}) {}
