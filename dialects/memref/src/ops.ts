/**
 * Operations of the memref dialect: buffers and accesses to them, named and written as MLIR's.
 * A memref without a layout is row-major and dense.
 */
import {
  AnyArrayAttr,
  AnyMemRef,
  AnyRankedOrUnrankedMemRef,
  attr,
  BoolAttr,
  defineOp,
  elementOf,
  I64Attr,
  Index,
  MemRefType,
  operand,
  type Operation,
  optionalAttr,
  Pure,
  type Report,
  result,
  typeVar,
  variadic,
} from "@strata/ir";

const M = typeVar("M", AnyMemRef);
const U = typeVar("U", AnyRankedOrUnrankedMemRef);

function verifyAllocation(op: Operation, report: Report): void {
  const type = op.resultTypes[0] as MemRefType;
  const sizes = op.operandGroup(0).length;
  if (sizes !== type.numDynamicDims) {
    report(
      "memref.alloc-sizes",
      `\`${type.toString()}\` needs ${type.numDynamicDims} dynamic sizes, found ${sizes}`,
    );
  }
}

function verifyIndices(m: MemRefType, count: number, op: Operation, report: Report): void {
  if (count !== m.rank) {
    report(
      "memref.index-count",
      `\`${op.name}\` on \`${m.toString()}\` needs ${m.rank} indices, found ${count}`,
    );
  }
}

const allocation = {
  operands: { dynamicSizes: variadic(Index), symbolOperands: variadic(Index) },
  results: { memref: result(AnyMemRef) },
  attributes: { alignment: optionalAttr(I64Attr, "bytes") },
  assembly: "`(` $dynamicSizes `)` (`` `[` $symbolOperands^ `]`)? attr-dict `:` type($memref)",
  verify: verifyAllocation,
};

/** Allocates a buffer, to be freed by `memref.dealloc`. */
export class Alloc extends defineOp("memref.alloc", {
  summary: "Allocates a buffer, to be freed by `memref.dealloc`.",
  ...allocation,
}) {}

/** Allocates a buffer that is freed when the enclosing function returns. */
export class Alloca extends defineOp("memref.alloca", {
  summary: "Allocates a buffer that is freed when the enclosing function returns.",
  ...allocation,
}) {}

/** Frees a buffer made by `memref.alloc`. */
export class Dealloc extends defineOp("memref.dealloc", {
  summary: "Frees a buffer made by `memref.alloc`.",
  operands: { memref: operand(AnyRankedOrUnrankedMemRef) },
  assembly: "$memref attr-dict `:` type($memref)",
}) {}

/** Reads an element; indices must lie within the shape. */
export class Load extends defineOp("memref.load", {
  summary: "Reads an element.",
  operands: { memref: operand(M), indices: variadic(Index) },
  results: { result: result(elementOf(M)) },
  attributes: { nontemporal: optionalAttr(BoolAttr), alignment: optionalAttr(I64Attr) },
  assembly: "$memref `[` $indices `]` attr-dict `:` type($memref)",
  verify(op, report) {
    verifyIndices(op.operand(0).type as MemRefType, op.numOperands - 1, op, report);
  },
}) {}

/** Writes an element; indices must lie within the shape. */
export class Store extends defineOp("memref.store", {
  summary: "Writes an element.",
  operands: { value: operand(elementOf(M)), memref: operand(M), indices: variadic(Index) },
  attributes: { nontemporal: optionalAttr(BoolAttr), alignment: optionalAttr(I64Attr) },
  assembly: "$value `,` $memref `[` $indices `]` attr-dict `:` type($memref)",
  verify(op, report) {
    verifyIndices(op.operand(1).type as MemRefType, op.numOperands - 2, op, report);
  },
}) {}

/** The extent of a dimension. */
export class Dim extends defineOp("memref.dim", {
  summary: "The extent of a dimension.",
  operands: { source: operand(AnyRankedOrUnrankedMemRef), index: operand(Index) },
  results: { result: result(Index) },
  traits: [Pure],
  assembly: "attr-dict $source `,` $index `:` type($source)",
}) {}

/** The number of dimensions. */
export class Rank extends defineOp("memref.rank", {
  summary: "The number of dimensions.",
  operands: { memref: operand(AnyRankedOrUnrankedMemRef) },
  results: { result: result(Index) },
  traits: [Pure],
  assembly: "$memref attr-dict `:` type($memref)",
}) {}

/** The same buffer with static extents forgotten or assumed. */
export class Cast extends defineOp("memref.cast", {
  summary: "The same buffer with static extents forgotten or assumed.",
  operands: { source: operand(U) },
  results: { dest: result(AnyRankedOrUnrankedMemRef) },
  traits: [Pure],
  assembly: "$source attr-dict `:` type($source) `to` type($dest)",
  verify(op, report) {
    const [from, to] = [op.operand(0).type, op.resultTypes[0]!];
    if (!(from instanceof MemRefType && to instanceof MemRefType)) return;
    const fits =
      from.rank === to.rank &&
      from.elementType === to.elementType &&
      from.shape.every((n, d) => n < 0 || to.shape[d]! < 0 || n === to.shape[d]);
    if (!fits) {
      report("memref.cast-types", `\`${from.toString()}\` cannot be cast to \`${to.toString()}\``);
    }
  },
}) {}

/** Copies all elements; shapes and element types agree. */
export class Copy extends defineOp("memref.copy", {
  summary: "Copies all elements.",
  operands: {
    source: operand(AnyRankedOrUnrankedMemRef),
    target: operand(AnyRankedOrUnrankedMemRef),
  },
  assembly: "$source `,` $target attr-dict `:` type($source) `to` type($target)",
  verify(op, report) {
    const [from, to] = op.operandTypes;
    if (!(from instanceof MemRefType && to instanceof MemRefType)) return;
    if (from.elementType !== to.elementType || from.rank !== to.rank) {
      report(
        "memref.copy-types",
        `\`${from.toString()}\` cannot be copied to \`${to.toString()}\``,
      );
    }
  },
}) {}

/** Merges neighbouring dimensions of a dense buffer; the same storage. */
export class CollapseShape extends defineOp("memref.collapse_shape", {
  summary: "Merges neighbouring dimensions of a dense buffer.",
  operands: { src: operand(M) },
  results: { result: result(AnyMemRef) },
  attributes: { reassociation: attr(AnyArrayAttr) },
  traits: [Pure],
  assembly: "$src $reassociation attr-dict `:` type($src) `into` type($result)",
}) {}
