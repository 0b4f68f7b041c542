/** The same elements in another shape, or at positions that a tensor holds. */
import {
  AnyRankedTensor,
  AnyTensor,
  type ArrayAttr,
  attr,
  defineOp,
  DenseArrayAttr,
  DenseI64Array,
  dynamic,
  elementTypeOf,
  Index,
  IndexType,
  IntegerType,
  joinMixed,
  mergedExtent,
  type MixedIndex,
  mixedCountOk,
  operand,
  type Operation,
  Pure,
  RankedTensorType,
  type Reassociation,
  ReassociationAttr,
  reassociationOf,
  reassociationProblem,
  type Report,
  result,
  typeVar,
  typeWhere,
  unitAttr,
  variadic,
} from "@strata/ir";

const groupsOf = (op: Operation): Reassociation =>
  reassociationOf(op.getAttr("reassociation") as ArrayAttr);

function verifyElements(op: Operation, report: Report): void {
  const [from, to] = [op.operand(0).type, op.resultTypes[0]!];
  if (elementTypeOf(from) !== elementTypeOf(to)) {
    report(
      "tensor.reshape-type",
      `\`${from.toString()}\` and \`${to.toString()}\` have other elements`,
    );
  }
}

/** The type of a tensor with groups of dimensions merged. */
export function collapsedType(source: RankedTensorType, groups: Reassociation): RankedTensorType {
  return source.withShape(groups.map((g) => mergedExtent(g.map((d) => source.shape[d]!))));
}

/** Merges neighbouring dimensions. */
export class CollapseShape extends defineOp("tensor.collapse_shape", {
  summary: "Merges neighbouring dimensions.",
  operands: { src: operand(AnyRankedTensor) },
  results: { result: result(AnyRankedTensor) },
  attributes: { reassociation: attr(ReassociationAttr) },
  traits: [Pure],
  assembly: "$src $reassociation attr-dict `:` type($src) `into` type($result)",
  verify(op, report) {
    const [from, to] = [op.operand(0).type, op.resultTypes[0]!];
    if (!(from instanceof RankedTensorType && to instanceof RankedTensorType)) return;
    const problem = reassociationProblem(groupsOf(op), from.shape, to.shape);
    if (problem !== undefined) report("tensor.reassociation", problem);
    verifyElements(op, report);
  },
  resultNames: () => "collapsed",
}) {
  get groups(): Reassociation {
    return reassociationOf(this.reassociation);
  }
}

/** Divides dimensions. */
export class ExpandShape extends defineOp("tensor.expand_shape", {
  summary: "Divides dimensions.",
  operands: { src: operand(AnyRankedTensor), output_shape: variadic(Index) },
  results: { result: result(AnyRankedTensor) },
  attributes: {
    reassociation: attr(ReassociationAttr),
    static_output_shape: attr(DenseI64Array),
  },
  traits: [Pure],
  assembly:
    "$src $reassociation `output_shape` custom<DynamicIndexList>($output_shape, $static_output_shape) attr-dict `:` type($src) `into` type($result)",
  verify(op, report) {
    const [from, to] = [op.operand(0).type, op.resultTypes[0]!];
    const shape = op.getAttr("static_output_shape");
    if (!(from instanceof RankedTensorType && to instanceof RankedTensorType)) return;
    if (!(shape instanceof DenseArrayAttr)) return;
    if (shape.values.length !== to.rank || !mixedCountOk(op.operands.slice(1), shape)) {
      report("tensor.output-shape", `the output shape must state ${to.rank} extents`);
      return;
    }
    const stated = joinMixed(op.operands.slice(1), shape);
    if (stated.some((n, d) => (typeof n === "number" ? n : dynamic) !== to.shape[d])) {
      report("tensor.output-shape", `the output shape is not that of \`${to.toString()}\``);
    }
    const problem = reassociationProblem(groupsOf(op), to.shape, from.shape);
    if (problem !== undefined) report("tensor.reassociation", problem);
    verifyElements(op, report);
  },
  resultNames: () => "expanded",
}) {
  get groups(): Reassociation {
    return reassociationOf(this.reassociation);
  }

  /** The extents of the result. */
  get mixedShape(): MixedIndex[] {
    return joinMixed(this.output_shape, this.static_output_shape);
  }
}

const ShapeTensor = typeWhere<RankedTensorType>(
  "tensor of rank 1 of integers or indices",
  (t) =>
    t instanceof RankedTensorType &&
    t.rank === 1 &&
    (t.elementType instanceof IndexType || t.elementType instanceof IntegerType),
);

/** A tensor with the extents that another tensor holds. */
export class Reshape extends defineOp("tensor.reshape", {
  summary: "A tensor with the extents that another tensor holds.",
  operands: { source: operand(AnyTensor), shape: operand(ShapeTensor) },
  results: { result: result(AnyTensor) },
  assembly: "$source `(` $shape `)` attr-dict `:` functional-type(operands, results)",
  verify(op, report) {
    verifyElements(op, report);
    const [from, to] = [op.operand(0).type, op.resultTypes[0]!];
    const shape = op.operand(1).type;
    if (!(to instanceof RankedTensorType) || !(shape instanceof RankedTensorType)) return;
    if (shape.shape[0] !== to.rank) {
      report("tensor.reshape-rank", `the shape must hold ${to.rank} extents`);
    }
    if (!(from instanceof RankedTensorType)) return;
    if (from.hasStaticShape && to.hasStaticShape && from.numElements !== to.numElements) {
      report(
        "tensor.reshape-size",
        `\`${from.toString()}\` and \`${to.toString()}\` have different numbers of elements`,
      );
    }
  },
  resultNames: () => "reshape",
}) {}

const T = typeVar("T", AnyRankedTensor);

const PositionTensor = typeWhere<RankedTensorType>(
  "tensor of integers or indices",
  (t) =>
    t instanceof RankedTensorType &&
    (t.elementType instanceof IndexType || t.elementType instanceof IntegerType),
);

/** Shapes of the parts at positions: with the dimensions taken kept as 1, or dropped. */
export function gatheredShapes(
  whole: RankedTensorType,
  positions: RankedTensorType,
  dims: readonly number[],
): number[][] {
  const leading = positions.shape.slice(0, -1);
  const kept = whole.shape.map((n, d) => (dims.includes(d) ? 1 : n));
  const dropped = whole.shape.filter((_, d) => !dims.includes(d));
  return [
    [...leading, ...kept],
    [...leading, ...dropped],
  ];
}

function verifyPositions(
  op: Operation,
  whole: RankedTensorType,
  part: RankedTensorType,
  positions: RankedTensorType,
  name: string,
  report: Report,
): void {
  const list = op.getAttr(name);
  const dims = list instanceof DenseArrayAttr ? list.numbers : [];
  const sorted = dims.every((d, i) => d >= 0 && d < whole.rank && (i === 0 || d > dims[i - 1]!));
  if (dims.length === 0 || !sorted || positions.shape[positions.rank - 1] !== dims.length) {
    report(
      "tensor.gather-dims",
      `\`${name}\` must be dimensions of \`${whole.toString()}\` in order, as many as \`${positions.toString()}\` has last`,
    );
    return;
  }
  const shapes = gatheredShapes(whole, positions, dims).map((s) => s.join());
  if (part.elementType !== whole.elementType || !shapes.includes(part.shape.join())) {
    report("tensor.gather-type", `\`${part.toString()}\` does not fit the positions`);
  }
}

/** Parts of a tensor at positions that another tensor holds. */
export class Gather extends defineOp("tensor.gather", {
  summary: "Parts of a tensor at positions that another tensor holds.",
  operands: { source: operand(AnyRankedTensor), indices: operand(PositionTensor) },
  results: { result: result(AnyRankedTensor) },
  attributes: {
    gather_dims: attr(DenseI64Array),
    unique: unitAttr("no position occurs twice"),
  },
  assembly:
    "$source `[` $indices `]` `gather_dims` `(` $gather_dims `)` (`unique` $unique^)? attr-dict `:` functional-type(operands, results)",
  verify(op, report) {
    const [whole, positions] = op.operandTypes as [RankedTensorType, RankedTensorType];
    const part = op.resultTypes[0] as RankedTensorType;
    verifyPositions(op, whole, part, positions, "gather_dims", report);
  },
  resultNames: () => "gather",
}) {}

/** A tensor with parts replaced at positions that another tensor holds. */
export class Scatter extends defineOp("tensor.scatter", {
  summary: "A tensor with parts replaced at positions that another tensor holds.",
  operands: {
    source: operand(AnyRankedTensor),
    dest: operand(T),
    indices: operand(PositionTensor),
  },
  results: { result: result(T) },
  attributes: {
    scatter_dims: attr(DenseI64Array),
    unique: unitAttr("no position occurs twice"),
  },
  assembly:
    "$source `into` $dest `[` $indices `]` `scatter_dims` `(` $scatter_dims `)` (`unique` $unique^)? attr-dict `:` functional-type(operands, results)",
  verify(op, report) {
    const [part, whole, positions] = op.operandTypes as [
      RankedTensorType,
      RankedTensorType,
      RankedTensorType,
    ];
    verifyPositions(op, whole, part, positions, "scatter_dims", report);
    if (op.getAttr("unique") === undefined) {
      report("tensor.scatter-unique", "the positions of `tensor.scatter` must be `unique`");
    }
  },
  resultNames: () => "scatter",
}) {}
