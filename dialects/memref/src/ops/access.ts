/** Reading and writing elements, and facts about buffers. */
import {
  AnyMemRef,
  AnyRankedOrUnrankedMemRef,
  attr,
  BoolAttr,
  defineOp,
  elementOf,
  elementTypeOf,
  I32Attr,
  I64Attr,
  Index,
  IntegerAttr,
  MemRefType,
  operand,
  type Operation,
  optionalAttr,
  Pure,
  type Report,
  result,
  type Type,
  typeVar,
  variadic,
  variadicResult,
} from "@strata/ir";
import { verifyAlignment } from "./allocation.ts";

const M = typeVar("M", AnyMemRef);

/** Reports unless there is one index for each dimension. */
export function verifyIndices(type: Type, count: number, op: Operation, report: Report): void {
  if (!(type instanceof MemRefType) || count === type.rank) return;
  report(
    "memref.index-count",
    `\`${op.name}\` on \`${type.toString()}\` needs ${type.rank} indices, found ${count}`,
  );
}

/** Reads an element; indices must lie within the shape. */
export class Load extends defineOp("memref.load", {
  summary: "Reads an element.",
  operands: { memref: operand(M), indices: variadic(Index) },
  results: { result: result(elementOf(M)) },
  attributes: {
    nontemporal: optionalAttr(BoolAttr, "not worth keeping in a cache"),
    alignment: optionalAttr(I64Attr, "bytes"),
  },
  assembly: "$memref `[` $indices `]` attr-dict `:` type($memref)",
  verify(op, report) {
    verifyIndices(op.operand(0).type, op.numOperands - 1, op, report);
    verifyAlignment(op, report);
  },
}) {}

/** Writes an element; indices must lie within the shape. */
export class Store extends defineOp("memref.store", {
  summary: "Writes an element.",
  operands: { value: operand(elementOf(M)), memref: operand(M), indices: variadic(Index) },
  attributes: {
    nontemporal: optionalAttr(BoolAttr, "not worth keeping in a cache"),
    alignment: optionalAttr(I64Attr, "bytes"),
  },
  assembly: "$value `,` $memref `[` $indices `]` attr-dict `:` type($memref)",
  verify(op, report) {
    verifyIndices(op.operand(1).type, op.numOperands - 2, op, report);
    verifyAlignment(op, report);
  },
}) {}

/** The extent of a dimension. */
export class Dim extends defineOp("memref.dim", {
  summary: "The extent of a dimension.",
  operands: { source: operand(AnyRankedOrUnrankedMemRef), index: operand(Index) },
  results: { result: result(Index) },
  // Pure but for the range of the dimension: unused it may go, but it must not be moved.
  assembly: "attr-dict $source `,` $index `:` type($source)",
  resultNames: () => "dim",
}) {}

/** The number of dimensions. */
export class Rank extends defineOp("memref.rank", {
  summary: "The number of dimensions.",
  operands: { memref: operand(AnyRankedOrUnrankedMemRef) },
  results: { result: result(Index) },
  traits: [Pure],
  assembly: "$memref attr-dict `:` type($memref)",
}) {}

/** Copies all elements; shapes and element types agree, the buffers do not overlap in part. */
export class Copy extends defineOp("memref.copy", {
  summary: "Copies all elements.",
  operands: {
    source: operand(AnyRankedOrUnrankedMemRef),
    target: operand(AnyRankedOrUnrankedMemRef),
  },
  assembly: "$source `,` $target attr-dict `:` type($source) `to` type($target)",
  verify(op, report) {
    const [from, to] = op.operandTypes as [Type, Type];
    const shapes =
      !(from instanceof MemRefType && to instanceof MemRefType) ||
      (from.rank === to.rank &&
        from.shape.every((n, d) => n < 0 || to.shape[d]! < 0 || n === to.shape[d]));
    if (elementTypeOf(from) !== elementTypeOf(to) || !shapes) {
      report(
        "memref.copy-types",
        `\`${from.toString()}\` cannot be copied to \`${to.toString()}\``,
      );
    }
  },
}) {}

/** Promises that the buffer begins at a multiple of `alignment` bytes. */
export class AssumeAlignment extends defineOp("memref.assume_alignment", {
  summary: "Promises that the buffer begins at a multiple of so many bytes.",
  operands: { memref: operand(M) },
  results: { result: result(M) },
  attributes: { alignment: attr(I32Attr, "bytes, a power of two") },
  traits: [Pure],
  assembly: "$memref `,` $alignment attr-dict `:` type($memref)",
  verify: verifyAlignment,
  resultNames: () => "assume_align",
}) {}

/** Promises that its operands lie in memory without overlap. */
export class DistinctObjects extends defineOp("memref.distinct_objects", {
  summary: "Promises that buffers do not overlap.",
  operands: { inputs: variadic(AnyMemRef) },
  results: { outs: variadicResult(AnyMemRef) },
  traits: [Pure],
  inferResults: (operands) => operands.map((v) => v.type),
  print(op, p) {
    p.write(" ");
    p.operands(op.operands);
    p.attrDict(op);
    p.write(" : ");
    p.types(op.operandTypes);
  },
  parse(p) {
    p.setOperands("inputs", p.parseOperandList());
    p.parseAttrDict();
    p.asm.expect(":");
    p.setOperandTypes("inputs", p.asm.parseTypeList());
  },
  verify(op, report) {
    const same =
      op.numOperands === op.numResults && op.operandTypes.every((t, i) => t === op.resultTypes[i]);
    if (!same) report("memref.distinct-types", "results must have the types of the operands");
    if (op.numOperands === 0) report("memref.distinct-types", "at least one buffer is needed");
  },
}) {}

/** Tells the cache that an element will be used. */
export class Prefetch extends defineOp("memref.prefetch", {
  summary: "Tells the cache that an element will be used.",
  operands: { memref: operand(M), indices: variadic(Index) },
  attributes: {
    isWrite: attr(BoolAttr),
    localityHint: attr(I32Attr, "0 (used once) to 3 (keep)"),
    isDataCache: attr(BoolAttr),
  },
  print(op, p) {
    const flag = (name: string): boolean => op.getAttr(name)?.toString() === "true";
    const hint = op.getAttr("localityHint");
    p.write(" ");
    p.operand(op.operand(0));
    p.write("[");
    p.operands(op.operands.slice(1));
    p.write(`], ${flag("isWrite") ? "write" : "read"}, locality<`);
    p.write(hint instanceof IntegerAttr ? String(hint.value) : "0");
    p.write(`>, ${flag("isDataCache") ? "data" : "instr"}`);
    p.attrDict(op, new Set(["isWrite", "localityHint", "isDataCache"]));
    p.write(" : ");
    p.type(op.operand(0).type);
  },
  parse(p) {
    p.setOperands("memref", [p.parseOperand()]);
    p.asm.expect("[");
    p.setOperands("indices", p.parseOperandList());
    p.asm.expect("]");
    p.asm.expect(",");
    const access = p.asm.parseKeywordOf(["read", "write"], "a kind of access");
    p.setAttr("isWrite", IntegerAttr.bool(access === "write"));
    p.asm.expect(",");
    p.asm.expect("locality");
    p.asm.expect("<");
    p.setAttr("localityHint", I32Attr.parse!(p.asm));
    p.asm.expect(">");
    p.asm.expect(",");
    const cache = p.asm.parseKeywordOf(["data", "instr"], "a kind of cache");
    p.setAttr("isDataCache", IntegerAttr.bool(cache === "data"));
    p.parseAttrDict();
    p.asm.expect(":");
    p.setOperandTypes("memref", [p.asm.parseType()]);
  },
  verify(op, report) {
    verifyIndices(op.operand(0).type, op.numOperands - 1, op, report);
    const hint = op.getAttr("localityHint");
    if (hint instanceof IntegerAttr && (hint.value < 0n || hint.value > 3n)) {
      report("memref.locality", `the locality must be 0 to 3, found ${hint.value}`);
    }
  },
}) {}

/** The address of the aligned start of a buffer, as a number. */
export class ExtractAlignedPointerAsIndex extends defineOp(
  "memref.extract_aligned_pointer_as_index",
  {
    summary: "The address of a buffer as a number.",
    operands: { source: operand(AnyRankedOrUnrankedMemRef) },
    results: { aligned_pointer: result(Index) },
    traits: [Pure],
    assembly: "$source `:` type($source) `->` type(results) attr-dict",
    resultNames: () => "intptr",
  },
) {}
