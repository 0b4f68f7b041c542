/** Making tensors and reaching their elements. */
import {
  AnyRankedTensor,
  AnyTensor,
  AnyType,
  bitWidthOf,
  type Block,
  defineOp,
  elementOf,
  elementTypeOf,
  index,
  Index,
  IsTerminator,
  operand,
  type Operation,
  type OpRef,
  Pure,
  RankedTensorType,
  RecursiveMemoryEffects,
  region,
  type Report,
  result,
  ReturnLike,
  SingleBlockImplicitTerminator,
  type Type,
  typeVar,
  variadic,
} from "@strata/ir";

const T = typeVar("T", AnyRankedTensor);

/** Reports unless there is a size operand for each dynamic extent. */
export function verifySizes(op: Operation, sizes: number, report: Report): void {
  const type = op.resultTypes[0];
  if (!(type instanceof RankedTensorType) || sizes === type.numDynamicDims) return;
  report(
    "tensor.dynamic-sizes",
    `\`${type.toString()}\` needs ${type.numDynamicDims} dynamic sizes, found ${sizes}`,
  );
}

function verifyIndices(op: Operation, type: Type, count: number, report: Report): void {
  if (!(type instanceof RankedTensorType) || count === type.rank) return;
  report(
    "tensor.index-count",
    `\`${op.name}\` on \`${type.toString()}\` needs ${type.rank} indices, found ${count}`,
  );
}

/** A tensor whose elements are unspecified. */
export class Empty extends defineOp("tensor.empty", {
  summary: "A tensor whose elements are unspecified.",
  operands: { dynamicSizes: variadic(Index) },
  results: { result: result(AnyRankedTensor) },
  traits: [Pure],
  assembly: "`(` $dynamicSizes `)` attr-dict `:` type($result)",
  verify: (op, report) => verifySizes(op, op.numOperands, report),
}) {}

/** The extent of a dimension. */
export class Dim extends defineOp("tensor.dim", {
  summary: "The extent of a dimension.",
  operands: { source: operand(AnyTensor), index: operand(Index) },
  results: { result: result(Index) },
  assembly: "attr-dict $source `,` $index `:` type($source)",
  resultNames: () => "dim",
}) {}

/** The number of dimensions. */
export class Rank extends defineOp("tensor.rank", {
  summary: "The number of dimensions.",
  operands: { tensor: operand(AnyTensor) },
  results: { result: result(Index) },
  traits: [Pure],
  assembly: "$tensor attr-dict `:` type($tensor)",
  resultNames: () => "rank",
}) {}

/** An element; indices must lie within the shape. */
export class Extract extends defineOp("tensor.extract", {
  summary: "An element.",
  operands: { tensor: operand(T), indices: variadic(Index) },
  results: { result: result(elementOf(T)) },
  assembly: "$tensor `[` $indices `]` attr-dict `:` type($tensor)",
  verify: (op, report) => verifyIndices(op, op.operand(0).type, op.numOperands - 1, report),
  resultNames: () => "extracted",
}) {}

/** A tensor with one element replaced. */
export class Insert extends defineOp("tensor.insert", {
  summary: "A tensor with one element replaced.",
  operands: { scalar: operand(elementOf(T)), dest: operand(T), indices: variadic(Index) },
  results: { result: result(T) },
  assembly: "$scalar `into` $dest `[` $indices `]` attr-dict `:` type($dest)",
  verify: (op, report) => verifyIndices(op, op.operand(1).type, op.numOperands - 2, report),
  resultNames: () => "inserted",
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
  resultNames: () => "from_elements",
}) {}

/** A tensor of equal elements. */
export class Splat extends defineOp("tensor.splat", {
  summary: "A tensor of equal elements.",
  operands: { input: operand(elementOf(T)), dynamicSizes: variadic(Index) },
  results: { aggregate: result(T) },
  traits: [Pure],
  assembly: "$input (`` `[` $dynamicSizes^ `]`)? attr-dict `:` type($aggregate)",
  verify: (op, report) => verifySizes(op, op.numOperands - 1, report),
  resultNames: () => "splat",
}) {}

/** Whether `tensor.cast` may turn a value of one type into the other. */
export function isCastable(from: Type, to: Type): boolean {
  if (elementTypeOf(from) !== elementTypeOf(to)) return false;
  if (!(from instanceof RankedTensorType && to instanceof RankedTensorType)) {
    return from instanceof RankedTensorType || to instanceof RankedTensorType;
  }
  return (
    from.rank === to.rank &&
    from.encoding === to.encoding &&
    from.shape.every((n, d) => n < 0 || to.shape[d]! < 0 || n === to.shape[d])
  );
}

/** The same tensor with static extents forgotten or assumed. */
export class Cast extends defineOp("tensor.cast", {
  summary: "The same tensor with static extents forgotten or assumed.",
  operands: { source: operand(AnyTensor) },
  results: { dest: result(AnyTensor) },
  traits: [Pure],
  assembly: "$source attr-dict `:` type($source) `to` type($dest)",
  verify(op, report) {
    const [from, to] = [op.operand(0).type, op.resultTypes[0]!];
    if (!isCastable(from, to)) {
      report("tensor.cast-types", `\`${from.toString()}\` cannot be cast to \`${to.toString()}\``);
    }
  },
  resultNames: () => "cast",
}) {}

/** The same bits as elements of another type of the same width. */
export class Bitcast extends defineOp("tensor.bitcast", {
  summary: "The same bits as elements of another type of the same width.",
  operands: { source: operand(AnyTensor) },
  results: { dest: result(AnyTensor) },
  traits: [Pure],
  assembly: "$source attr-dict `:` type($source) `to` type($dest)",
  verify(op, report) {
    const [from, to] = [op.operand(0).type, op.resultTypes[0]!];
    const width = (t: Type): number | undefined => bitWidthOf(elementTypeOf(t));
    const shape = (t: Type): string => (t instanceof RankedTensorType ? t.shape.join("x") : "*");
    const isIndex = [from, to].some((t) => elementTypeOf(t) === index);
    const fits = !isIndex && width(from) !== undefined && width(from) === width(to);
    if (!fits || shape(from) !== shape(to)) {
      report(
        "tensor.bitcast-types",
        `\`${from.toString()}\` cannot be seen as \`${to.toString()}\``,
        "both have one shape, and elements of one width",
      );
    }
  },
}) {}

/** Reports unless a body has an index argument for each dimension and yields an element. */
export function verifyBody(op: Operation, type: Type, report: Report): void {
  if (!(type instanceof RankedTensorType)) return;
  const body: Block | null | undefined = op.regions[0]?.firstBlock;
  const args = body?.args ?? [];
  if (args.length !== type.rank || args.some((a) => a.type !== index)) {
    report("tensor.body-args", `the body of \`${op.name}\` needs ${type.rank} index arguments`);
  }
  const last = body?.lastOp;
  if (last instanceof Yield && last.operand(0).type !== type.elementType) {
    report(
      "tensor.body-yield",
      `the body of \`${op.name}\` must yield \`${type.elementType.toString()}\`, found \`${last.operand(0).type.toString()}\``,
    );
  }
}

/** A tensor computed from its indices. */
export class Generate extends defineOp("tensor.generate", {
  summary: "A tensor computed from its indices.",
  operands: { dynamicExtents: variadic(Index) },
  results: { result: result(AnyRankedTensor) },
  regions: { body: region({ singleBlock: true }) },
  traits: [RecursiveMemoryEffects, SingleBlockImplicitTerminator((): OpRef => Yield)],
  assembly: "$dynamicExtents $body attr-dict `:` type($result)",
  verify(op, report) {
    verifySizes(op, op.numOperands, report);
    verifyBody(op, op.resultTypes[0]!, report);
  },
  resultNames: () => "generated",
}) {}

const bodies = new Set(["tensor.generate", "tensor.pad"]);

/** Ends the body of `tensor.generate` or `tensor.pad` with an element. */
export class Yield extends defineOp("tensor.yield", {
  summary: "Ends the body of `tensor.generate` or `tensor.pad` with an element.",
  operands: { value: operand(AnyType) },
  traits: [IsTerminator, ReturnLike, Pure],
  assembly: "$value attr-dict `:` type($value)",
  verify(op, report) {
    const parent = op.parentOp;
    if (parent === null || !parent.definition.isRegistered || bodies.has(parent.name)) return;
    report(
      "tensor.yield-parent",
      `\`tensor.yield\` must stand inside \`tensor.generate\` or \`tensor.pad\`, not \`${parent.name}\``,
    );
  },
}) {}
