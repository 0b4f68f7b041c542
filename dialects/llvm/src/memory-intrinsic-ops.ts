/** Intrinsics of LLVM that touch memory, as operations `llvm.intr.NAME`. */
import {
  AnyArrayAttr,
  ArrayAttr,
  attr,
  BoolAttr,
  DenseArrayAttr,
  DenseI32Array,
  defaultAttr,
  defineOp,
  exactly,
  I32Attr,
  i1,
  i32,
  i8,
  operand,
  type Operation,
  optionalAttr,
  type OpParser,
  type Report,
  result,
  StringAttr,
  type Type,
  unitAttr,
  type UnresolvedOperand,
  type Value,
  variadic,
  VectorType,
} from "@strata/ir";
import {
  AnyLLVM,
  AnyLLVMInteger,
  AnyPointer,
  BoolVector,
  LLVMVector,
  PointerVector,
} from "./constraints.ts";
import { aliasAttrs } from "./memory-ops.ts";
import { parseBundles, printBundles } from "./signature-syntax.ts";

// --- masked accesses -----------------------------------------------------------------------------

/** A vector with as many lanes as the mask and, for gathers, as the addresses. */
function checkLanes(op: Operation, types: readonly Type[], report: Report): void {
  const lanes = (t: Type): number | undefined => (t instanceof VectorType ? t.shape[0] : undefined);
  const n = lanes(types[0]!);
  if (types.some((t) => t instanceof VectorType && lanes(t) !== n)) {
    report("llvm.mask-lanes", `the vectors of \`${op.name}\` have one length`);
  }
}

const passThruOk = (op: Operation, report: Report): void => {
  const extra = op.operandGroup(2);
  if (extra.length > 1 || extra.some((v) => v.type !== op.resultAt(0).type)) {
    report("llvm.pass-through", "there is at most one pass-through, of the result's type");
  }
};

const loadAssembly =
  "$data `,` $mask (`,` $pass_thru^)? attr-dict `:` functional-type(operands, results)";

/** Reads the lanes of a vector that a mask selects; the others come from the pass-through. */
export class MaskedLoadOp extends defineOp("llvm.intr.masked.load", {
  summary: "Reads the lanes of a vector that a mask selects.",
  operands: {
    data: operand(AnyPointer),
    mask: operand(BoolVector),
    pass_thru: variadic(LLVMVector),
  },
  results: { res: result(LLVMVector) },
  attributes: { alignment: attr(I32Attr), nontemporal: unitAttr() },
  verify(op, report) {
    checkLanes(op, [op.operand(1).type, op.resultAt(0).type], report);
    passThruOk(op, report);
  },
  assembly: loadAssembly,
}) {}

/** Writes the lanes of a vector that a mask selects. */
export class MaskedStoreOp extends defineOp("llvm.intr.masked.store", {
  summary: "Writes the lanes of a vector that a mask selects.",
  operands: { value: operand(LLVMVector), data: operand(AnyPointer), mask: operand(BoolVector) },
  attributes: { alignment: attr(I32Attr), nontemporal: unitAttr() },
  verify: (op, report) => checkLanes(op, [op.operand(0).type, op.operand(2).type], report),
  assembly:
    "$value `,` $data `,` $mask attr-dict `:` type($value) `,` type($mask) `into` type($data)",
}) {}

/** Reads the lanes that a mask selects, each from its own address. */
export class MaskedGatherOp extends defineOp("llvm.intr.masked.gather", {
  summary: "Reads the lanes that a mask selects, each from its own address.",
  operands: {
    ptrs: operand(PointerVector),
    mask: operand(BoolVector),
    pass_thru: variadic(LLVMVector),
  },
  results: { res: result(LLVMVector) },
  attributes: { alignment: attr(I32Attr) },
  verify(op, report) {
    const types = [op.operand(0).type, op.operand(1).type, op.resultAt(0).type];
    checkLanes(op, types, report);
    passThruOk(op, report);
  },
  assembly: "$ptrs `,` $mask (`,` $pass_thru^)? attr-dict `:` functional-type(operands, results)",
}) {}

/** Writes the lanes that a mask selects, each to its own address, from the first to the last. */
export class MaskedScatterOp extends defineOp("llvm.intr.masked.scatter", {
  summary: "Writes the lanes that a mask selects, each to its own address.",
  operands: { value: operand(LLVMVector), ptrs: operand(PointerVector), mask: operand(BoolVector) },
  attributes: { alignment: attr(I32Attr) },
  verify: (op, report) => checkLanes(op, op.operandTypes, report),
  assembly:
    "$value `,` $ptrs `,` $mask attr-dict `:` type($value) `,` type($mask) `into` type($ptrs)",
}) {}

function checkExpandLoad(op: Operation, report: Report): void {
  checkLanes(op, [op.operand(1).type, op.operand(2).type, op.resultAt(0).type], report);
  if (op.operand(2).type !== op.resultAt(0).type) {
    report("llvm.pass-through", "the pass-through has the type of the result");
  }
}

/** Reads consecutive elements into the lanes that a mask selects. */
export class MaskedExpandLoadOp extends defineOp("llvm.intr.masked.expandload", {
  summary: "Reads consecutive elements into the lanes that a mask selects.",
  operands: {
    ptr: operand(AnyPointer),
    mask: operand(BoolVector),
    passthru: operand(LLVMVector),
  },
  results: { res: result(LLVMVector) },
  attributes: { arg_attrs: optionalAttr(AnyArrayAttr), res_attrs: optionalAttr(AnyArrayAttr) },
  verify: checkExpandLoad,
}) {}

/** Writes the lanes that a mask selects to consecutive elements. */
export class MaskedCompressStoreOp extends defineOp("llvm.intr.masked.compressstore", {
  summary: "Writes the lanes that a mask selects to consecutive elements.",
  operands: { value: operand(LLVMVector), ptr: operand(AnyPointer), mask: operand(BoolVector) },
  attributes: { arg_attrs: optionalAttr(AnyArrayAttr), res_attrs: optionalAttr(AnyArrayAttr) },
  verify: (op, report) => checkLanes(op, [op.operand(0).type, op.operand(2).type], report),
}) {}

// --- whole ranges --------------------------------------------------------------------------------

const rangeAttrs = () => ({
  isVolatile: attr(BoolAttr),
  arg_attrs: optionalAttr(AnyArrayAttr),
  res_attrs: optionalAttr(AnyArrayAttr),
  ...aliasAttrs(),
});

function copy(name: string, summary: string) {
  return defineOp(`llvm.intr.${name}`, {
    summary,
    operands: { dst: operand(AnyPointer), src: operand(AnyPointer), len: operand(AnyLLVMInteger) },
    attributes: rangeAttrs(),
  });
}

/** Copies bytes between ranges that are equal or do not overlap. */
export class MemcpyOp extends copy("memcpy", "Copies bytes between separate ranges.") {}
/** Copies bytes between ranges that may overlap. */
export class MemmoveOp extends copy("memmove", "Copies bytes between ranges that may overlap.") {}
/** Sets bytes. */
export class MemsetOp extends defineOp("llvm.intr.memset", {
  summary: "Sets bytes.",
  operands: { dst: operand(AnyPointer), val: operand(exactly(i8)), len: operand(AnyLLVMInteger) },
  attributes: rangeAttrs(),
}) {}

// --- hints and the stack -------------------------------------------------------------------------

/** Promises that a condition holds, or what the operand bundles say. */
export class AssumeOp extends defineOp("llvm.intr.assume", {
  summary: "Promises that a condition holds.",
  operands: { cond: operand(exactly(i1)), op_bundle_operands: variadic(AnyLLVM) },
  attributes: {
    op_bundle_sizes: defaultAttr(DenseI32Array, DenseArrayAttr.get(i32, [])),
    op_bundle_tags: optionalAttr(AnyArrayAttr),
  },
  print(op, p) {
    p.write(" ");
    p.operand(op.operand(0));
    printBundles(op, op.operandGroup(1), p);
    p.attrDict(op, new Set(["op_bundle_sizes", "op_bundle_tags"]));
    p.write(" : ");
    p.type(op.operand(0).type);
  },
  parse(p: OpParser) {
    const cond: UnresolvedOperand = p.parseOperand();
    parseBundles(p);
    p.parseAttrDict();
    p.asm.expect(":");
    p.setOperands("cond", [p.resolve(cond, p.asm.parseType())]);
  },
}) {}

/** The top of the stack. */
export class StackSaveOp extends defineOp("llvm.intr.stacksave", {
  summary: "The top of the stack.",
  results: { res: result(AnyPointer) },
  assembly: "attr-dict `:` type($res)",
}) {}

/** Releases stack memory allocated since the top was saved. */
export class StackRestoreOp extends defineOp("llvm.intr.stackrestore", {
  summary: "Releases stack memory allocated since the top was saved.",
  operands: { ptr: operand(AnyPointer) },
  assembly: "$ptr attr-dict `:` type($ptr)",
}) {}

/** Begins the life of a stack allocation. */
export class LifetimeStartOp extends defineOp("llvm.intr.lifetime.start", {
  summary: "Begins the life of a stack allocation.",
  operands: { ptr: operand(AnyPointer) },
  assembly: "$ptr attr-dict `:` type($ptr)",
}) {}

/** Ends the life of a stack allocation. */
export class LifetimeEndOp extends defineOp("llvm.intr.lifetime.end", {
  summary: "Ends the life of a stack allocation.",
  operands: { ptr: operand(AnyPointer) },
  assembly: "$ptr attr-dict `:` type($ptr)",
}) {}

/** Asks for a cache line before it is needed. */
export class PrefetchOp extends defineOp("llvm.intr.prefetch", {
  summary: "Asks for a cache line before it is needed.",
  operands: { addr: operand(AnyPointer) },
  attributes: { rw: attr(I32Attr), hint: attr(I32Attr), cache: attr(I32Attr) },
}) {}

/** The assumption that a pointer is aligned: `condition` is true, `bytes` an i64. */
export function assumeAligned(condition: Value, pointer: Value, bytes: Value): AssumeOp {
  return AssumeOp.of({
    cond: condition,
    op_bundle_operands: [pointer, bytes],
    op_bundle_sizes: DenseArrayAttr.i32([2]),
    op_bundle_tags: ArrayAttr.get([StringAttr.get("align")]),
  });
}
