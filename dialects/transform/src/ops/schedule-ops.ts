/**
 * Steps of Strata's own schedules, for which upstream has no operation: what they transform are nests
 * of `scf.parallel`, not structured operations.
 */
import { attr, DenseI64Array, defineOp, I64Attr, operand, optionalAttr, result } from "@strata/ir";
import { OpHandle } from "../types.ts";

/**
 * Makes SIMD lanes of a parallel nest's last dimension, or of a reduction.
 *
 * ```mlir
 * scf.parallel (%i, %j) = … step (%c1, %c1) { … }
 * transform.strata.vectorize %nest {jam = array<i64: 4, 1>, lanes = 8 : i64, unroll = 2 : i64}
 * scf.parallel (%i) = … step (%c4) { scf.for %j = … step %c16 { … } … }
 * ```
 */
export class VectorizeNestOp extends defineOp("transform.strata.vectorize", {
  summary: "Makes SIMD lanes of a parallel nest's last dimension, or of a reduction.",
  operands: { target: operand(OpHandle) },
  attributes: {
    lanes: attr(I64Attr, "Elements of a vector: a power of two above 1."),
    unroll: attr(I64Attr, "Vectors along the lanes' dimension that are computed together."),
    jam: attr(
      DenseI64Array,
      "Copies of the body along each dimension of the nest; none for a loop.",
    ),
    reduction: optionalAttr(I64Attr, "Which nested reduction has the lanes, counted from 0."),
  },
  assembly: "$target attr-dict `:` type($target)",
}) {}

/** Joins dimensions of nests that walk memory without a gap. */
export class MergeDimensionsOp extends defineOp("transform.strata.merge_dimensions", {
  summary: "Joins dimensions of parallel nests that walk memory without a gap.",
  operands: { target: operand(OpHandle) },
  assembly: "$target attr-dict `:` type($target)",
}) {}

/** The nests that vectorization is for. */
export class MatchNestsOp extends defineOp("transform.strata.match_nests", {
  summary:
    "The outermost parallel nests, then the innermost reductions outside of nests, in order.",
  operands: { target: operand(OpHandle) },
  results: { nests: result(OpHandle) },
  assembly: "`in` $target attr-dict `:` functional-type($target, $nests)",
}) {}

/** The operations of this file. */
export const scheduleOps = [VectorizeNestOp, MergeDimensionsOp, MatchNestsOp] as const;
