/** Operations of the tensor dialect: immutable arrays, named and written as MLIR's. */
import {
  AnyRankedTensor,
  AnyTensor,
  AnyType,
  defineOp,
  elementOf,
  HasParent,
  Index,
  IsTerminator,
  operand,
  type OpRef,
  Pure,
  type RankedTensorType,
  RecursiveMemoryEffects,
  region,
  result,
  ReturnLike,
  typeVar,
  variadic,
} from "@strata/ir";

const T = typeVar("T", AnyRankedTensor);

/** A tensor whose elements are unspecified. */
export class Empty extends defineOp("tensor.empty", {
  summary: "A tensor whose elements are unspecified.",
  operands: { dynamicSizes: variadic(Index) },
  results: { result: result(AnyRankedTensor) },
  traits: [Pure],
  assembly: "`(` $dynamicSizes `)` attr-dict `:` type($result)",
}) {}

/** The extent of a dimension. */
export class Dim extends defineOp("tensor.dim", {
  summary: "The extent of a dimension.",
  operands: { source: operand(AnyTensor), index: operand(Index) },
  results: { result: result(Index) },
  traits: [Pure],
  assembly: "attr-dict $source `,` $index `:` type($source)",
}) {}

/** An element; indices must lie within the shape. */
export class Extract extends defineOp("tensor.extract", {
  summary: "An element.",
  operands: { tensor: operand(T), indices: variadic(Index) },
  results: { result: result(elementOf(T)) },
  traits: [Pure],
  assembly: "$tensor `[` $indices `]` attr-dict `:` type($tensor)",
  verify(op, report) {
    const type = op.operand(0).type as RankedTensorType;
    if (op.numOperands - 1 !== type.rank) {
      report(
        "tensor.index-count",
        `\`${op.name}\` on \`${type.toString()}\` needs ${type.rank} indices, found ${op.numOperands - 1}`,
      );
    }
  },
}) {}

/** A tensor with one element replaced. */
export class Insert extends defineOp("tensor.insert", {
  summary: "A tensor with one element replaced.",
  operands: { scalar: operand(elementOf(T)), dest: operand(T), indices: variadic(Index) },
  results: { result: result(T) },
  traits: [Pure],
  assembly: "$scalar `into` $dest `[` $indices `]` attr-dict `:` type($dest)",
}) {}

/** A tensor from its elements in row-major order. */
export class FromElements extends defineOp("tensor.from_elements", {
  summary: "A tensor from its elements in row-major order.",
  operands: { elements: variadic(elementOf(T)) },
  results: { result: result(T) },
  traits: [Pure],
  assembly: "$elements attr-dict `:` type($result)",
  verify(op, report) {
    const type = op.resultTypes[0] as RankedTensorType;
    if (!type.hasStaticShape || type.numElements !== op.numOperands) {
      report(
        "tensor.element-count",
        `\`${type.toString()}\` does not have ${op.numOperands} elements`,
      );
    }
  },
}) {}

/** The same tensor with static extents forgotten or assumed. */
export class Cast extends defineOp("tensor.cast", {
  summary: "The same tensor with static extents forgotten or assumed.",
  operands: { source: operand(AnyTensor) },
  results: { dest: result(AnyTensor) },
  traits: [Pure],
  assembly: "$source attr-dict `:` type($source) `to` type($dest)",
}) {}

/** A tensor computed from its indices. */
export class Generate extends defineOp("tensor.generate", {
  summary: "A tensor computed from its indices.",
  operands: { dynamicExtents: variadic(Index) },
  results: { result: result(AnyRankedTensor) },
  regions: { body: region({ singleBlock: true }) },
  traits: [RecursiveMemoryEffects],
  assembly: "$dynamicExtents $body attr-dict `:` type($result)",
}) {}

/** Ends the body of `tensor.generate` with an element. */
export class Yield extends defineOp("tensor.yield", {
  summary: "Ends the body of `tensor.generate` with an element.",
  operands: { value: operand(AnyType) },
  traits: [IsTerminator, ReturnLike, Pure, HasParent((): OpRef => Generate)],
  assembly: "$value attr-dict `:` type($value)",
}) {}
