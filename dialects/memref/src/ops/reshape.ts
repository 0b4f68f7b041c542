/** The same elements in another shape. */
import {
  AnyMemRef,
  AnyRankedOrUnrankedMemRef,
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
  MemRefType,
  type MixedIndex,
  mixedCountOk,
  operand,
  type Operation,
  Pure,
  type Reassociation,
  ReassociationAttr,
  reassociationOf,
  reassociationProblem,
  type Report,
  result,
  type Type,
  typeWhere,
  variadic,
} from "@strata/ir";
import { collapsedStrides, expandedStrides, isDense, layoutFor, tryStrides } from "../layout.ts";
import { sameStrides } from "./views.ts";

const groupsOf = (op: Operation): Reassociation =>
  reassociationOf(op.getAttr("reassociation") as ArrayAttr);

/** The type of a buffer with groups of dimensions merged; undefined where they do not lie together. */
export function tryCollapsedType(
  source: MemRefType,
  groups: Reassociation,
): MemRefType | undefined {
  const shape = groups.map((g) =>
    g.reduce(
      (n, d) => (n === dynamic || source.shape[d] === dynamic ? dynamic : n * source.shape[d]!),
      1,
    ),
  );
  if (source.layout === undefined) {
    return MemRefType.get(shape, source.elementType, undefined, source.memorySpace);
  }
  const own = tryStrides(source);
  const to = own && collapsedStrides(own, groups, source.shape);
  if (to === undefined) return undefined;
  return MemRefType.get(shape, source.elementType, layoutFor(shape, to), source.memorySpace);
}

/** The type of a buffer with dimensions divided; undefined where it has no strides. */
export function tryExpandedType(
  source: MemRefType,
  groups: Reassociation,
  shape: readonly number[],
): MemRefType | undefined {
  if (source.layout === undefined) {
    return MemRefType.get(shape, source.elementType, undefined, source.memorySpace);
  }
  const own = tryStrides(source);
  if (own === undefined) return undefined;
  const to = expandedStrides(own, groups, shape);
  return MemRefType.get(shape, source.elementType, layoutFor(shape, to), source.memorySpace);
}

function verifyResult(
  op: Operation,
  found: MemRefType,
  wanted: MemRefType | undefined,
  report: Report,
): void {
  if (wanted === undefined) {
    report("memref.reshape-layout", `the layout of the source of \`${op.name}\` does not allow it`);
    return;
  }
  const same =
    found.elementType === wanted.elementType &&
    found.memorySpace === wanted.memorySpace &&
    found.shape.join() === wanted.shape.join() &&
    sameStrides(found, wanted);
  if (!same) {
    report(
      "memref.reshape-type",
      `the result is a \`${wanted.toString()}\`, not a \`${found.toString()}\``,
    );
  }
}

/** Merges neighbouring dimensions; the same memory. */
export class CollapseShape extends defineOp("memref.collapse_shape", {
  summary: "Merges neighbouring dimensions of a buffer.",
  operands: { src: operand(AnyMemRef) },
  results: { result: result(AnyMemRef) },
  attributes: { reassociation: attr(ReassociationAttr) },
  traits: [Pure],
  assembly: "$src $reassociation attr-dict `:` type($src) `into` type($result)",
  verify(op, report) {
    const [from, to] = [op.operand(0).type, op.resultTypes[0]!];
    if (!(from instanceof MemRefType && to instanceof MemRefType)) return;
    const groups = groupsOf(op);
    const problem = reassociationProblem(groups, from.shape, to.shape);
    if (problem !== undefined) report("memref.reassociation", problem);
    else if (groups.length > 0) verifyResult(op, to, tryCollapsedType(from, groups), report);
  },
  resultNames: () => "collapse_shape",
}) {
  get groups(): Reassociation {
    return reassociationOf(this.reassociation);
  }
}

/** Divides dimensions; the same memory. */
export class ExpandShape extends defineOp("memref.expand_shape", {
  summary: "Divides dimensions of a buffer.",
  operands: { src: operand(AnyMemRef), output_shape: variadic(Index) },
  results: { result: result(AnyMemRef) },
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
    if (!(from instanceof MemRefType && to instanceof MemRefType)) return;
    if (!(shape instanceof DenseArrayAttr)) return;
    if (shape.values.length !== to.rank || !mixedCountOk(op.operands.slice(1), shape)) {
      report("memref.output-shape", `the output shape must state ${to.rank} extents`);
      return;
    }
    const stated = joinMixed(op.operands.slice(1), shape);
    if (stated.some((n, d) => (typeof n === "number" ? n : dynamic) !== to.shape[d])) {
      report("memref.output-shape", `the output shape is not that of \`${to.toString()}\``);
    }
    const groups = groupsOf(op);
    const problem = reassociationProblem(groups, to.shape, from.shape);
    if (problem !== undefined) report("memref.reassociation", problem);
    else if (groups.length > 0) {
      verifyResult(op, to, tryExpandedType(from, groups, to.shape), report);
    }
  },
  resultNames: () => "expand_shape",
}) {
  get groups(): Reassociation {
    return reassociationOf(this.reassociation);
  }

  /** The extents of the result. */
  get mixedShape(): MixedIndex[] {
    return joinMixed(this.output_shape, this.static_output_shape);
  }
}

const ShapeBuffer = typeWhere<MemRefType>(
  "memref of rank 1 of integers or indices",
  (t) =>
    t instanceof MemRefType &&
    t.rank === 1 &&
    (t.elementType instanceof IndexType || t.elementType instanceof IntegerType),
);

/** A dense buffer with the extents that another buffer holds. */
export class Reshape extends defineOp("memref.reshape", {
  summary: "A dense buffer with the extents that another buffer holds.",
  operands: { source: operand(AnyRankedOrUnrankedMemRef), shape: operand(ShapeBuffer) },
  results: { result: result(AnyRankedOrUnrankedMemRef) },
  assembly: "$source `(` $shape `)` attr-dict `:` functional-type(operands, results)",
  verify(op, report) {
    const [from, to] = [op.operand(0).type, op.resultTypes[0]!];
    const dense = (t: Type): boolean => !(t instanceof MemRefType) || isDense(t);
    if (elementTypeOf(from) !== elementTypeOf(to) || !dense(from) || !dense(to)) {
      report(
        "memref.reshape-type",
        `\`${from.toString()}\` cannot be reshaped to \`${to.toString()}\``,
        "both are dense and have one element type",
      );
    }
    const shape = op.operand(1).type;
    if (!(to instanceof MemRefType) || !(shape instanceof MemRefType)) return;
    if (shape.shape[0] !== to.rank) {
      report("memref.reshape-rank", `the shape must hold ${to.rank} extents`);
    }
  },
  resultNames: () => "reshape",
}) {}
