/** Allocation, access and addresses of the LLVM dialect. */
import type { IntegerAttr } from "@strata/ir";
import {
  AnyArrayAttr,
  AnyAttr,
  AnyTypeAttr,
  attr,
  type Attribute,
  DenseArrayAttr,
  DenseI32Array,
  defaultAttr,
  defineOp,
  I64Attr,
  IntegerType,
  operand,
  type Operation,
  optionalAttr,
  Pure,
  result,
  StrAttr,
  type Type,
  TypeAttr,
  unitAttr,
  UnitAttr,
  type UnresolvedOperand,
  variadic,
  VectorType,
} from "@strata/ir";
import { AtomicBinOp, AtomicOrdering, GEPNoWrapFlags } from "./attributes.ts";
import {
  AnyLLVMInteger,
  AnyPointer,
  AtomicValue,
  IntegerOrVector,
  Loadable,
  PointerOrVector,
} from "./constraints.ts";
import { isLoadable, LLVMArrayType, LLVMStructType } from "./types.ts";

/** Stands in `rawConstantIndices` where an index is an operand. */
export const gepDynamicIndex = -(2 ** 31);

/** Facts about aliasing that accesses may carry. */
export const aliasAttrs = () => ({
  access_groups: optionalAttr(AnyArrayAttr),
  alias_scopes: optionalAttr(AnyArrayAttr),
  noalias_scopes: optionalAttr(AnyArrayAttr),
  tbaa: optionalAttr(AnyArrayAttr),
});

const typeOf = (a: Attribute | undefined): Type | undefined =>
  a instanceof TypeAttr ? a.value : undefined;

/** Memory on the stack for `arraySize` values of a type, released when the function returns. */
export class AllocaOp extends defineOp("llvm.alloca", {
  summary: "Memory on the stack, released when the function returns.",
  operands: { arraySize: operand(AnyLLVMInteger) },
  results: { res: result(AnyPointer) },
  attributes: {
    alignment: optionalAttr(I64Attr),
    elem_type: attr(AnyTypeAttr),
    inalloca: unitAttr(),
  },
  verify(op, report) {
    const t = typeOf(op.getAttr("elem_type"));
    if (t !== undefined && !isLoadable(t)) {
      report("llvm.alloca-type", `memory cannot hold values of \`${t.toString()}\``);
    }
  },
  print(op, p) {
    p.write(op.getAttr("inalloca") === undefined ? " " : " inalloca ");
    p.operand(op.operand(0));
    p.write(" x ");
    p.type(typeOf(op.getAttr("elem_type"))!);
    p.attrDict(op, new Set(["elem_type", "inalloca"]));
    p.write(" : (");
    p.type(op.operand(0).type);
    p.write(") -> ");
    p.type(op.resultAt(0).type);
  },
  parse(p) {
    if (p.asm.tryConsume("inalloca")) p.setAttr("inalloca", UnitAttr.instance);
    p.setOperands("arraySize", [p.parseOperand()]);
    p.asm.expect("x");
    p.setAttr("elem_type", TypeAttr.get(p.asm.parseType()));
    p.parseAttrDict();
    p.asm.expect(":");
    const start = p.asm.tokenStart();
    const f = p.asm.parseFunctionType();
    if (f.inputs.length !== 1 || f.results.length !== 1) {
      p.asm.fail("llvm.alloca-signature", "expected `(size) -> pointer`", start);
    }
    p.setOperandTypes("arraySize", f.inputs);
    p.setResultTypes("res", f.results);
  },
}) {}

// --- addresses -----------------------------------------------------------------------------------

/** The type an index list leads to; undefined when it leaves the structure. */
export function gepResultType(type: Type, indices: readonly number[]): Type | undefined {
  let t: Type | undefined = type;
  for (const i of indices.slice(1)) {
    if (t instanceof LLVMStructType) t = i === gepDynamicIndex ? undefined : t.body?.[i];
    else if (t instanceof LLVMArrayType) t = t.elementType;
    else if (t instanceof VectorType && t.rank === 1) t = t.elementType;
    else return undefined;
  }
  return t;
}

const wrapText = (flags: bigint): string =>
  [
    (flags & 3n) === 3n ? ["inbounds"] : (flags & 2n) !== 0n ? ["nusw"] : [],
    (flags & 4n) !== 0n ? ["nuw"] : [],
  ]
    .flat()
    .join("|");

const indicesOf = (op: Operation): number[] => {
  const a = op.getAttr("rawConstantIndices");
  return a instanceof DenseArrayAttr ? a.numbers : [];
};

/** The address of a part: steps through a type by constant and computed indices. */
export class GEPOp extends defineOp("llvm.getelementptr", {
  summary: "The address of a part, by constant and computed indices.",
  operands: { base: operand(PointerOrVector), dynamicIndices: variadic(IntegerOrVector) },
  results: { res: result(PointerOrVector) },
  attributes: {
    rawConstantIndices: attr(DenseI32Array),
    elem_type: attr(AnyTypeAttr),
    noWrapFlags: defaultAttr(GEPNoWrapFlags, GEPNoWrapFlags.attr()),
  },
  traits: [Pure],
  verify(op, report) {
    const indices = indicesOf(op);
    const dynamic = indices.filter((i) => i === gepDynamicIndex).length;
    if (dynamic !== op.numOperands - 1) {
      report(
        "llvm.gep-indices",
        `${dynamic} indices are computed, but ${op.numOperands - 1} given`,
      );
    }
    const t = typeOf(op.getAttr("elem_type"));
    if (t === undefined || gepResultType(t, indices) === undefined) {
      report(
        "llvm.gep-indices",
        "the indices lead out of the type",
        "fields have constant indices",
      );
    }
  },
  print(op, p) {
    const flags = op.getAttr("noWrapFlags") as IntegerAttr;
    const words = wrapText(flags.value);
    p.write(words === "" ? " " : ` ${words} `);
    p.operand(op.operand(0));
    let next = 1;
    p.write("[");
    p.list(indicesOf(op), (i) => {
      if (i === gepDynamicIndex) p.operand(op.operand(next++));
      else p.write(String(i));
    });
    p.write("]");
    p.attrDict(op, new Set(["elem_type", "noWrapFlags", "rawConstantIndices"]));
    p.write(" : (");
    p.types(op.operandTypes);
    p.write(") -> ");
    p.type(op.resultAt(0).type);
    p.write(", ");
    p.type(typeOf(op.getAttr("elem_type"))!);
  },
  parse(p) {
    const flags: ("inbounds" | "nusw" | "nuw")[] = [];
    while (!p.asm.at("%")) {
      flags.push(p.asm.parseKeywordOf(["inbounds", "nusw", "nuw"], "a no-wrap flag"));
      if (!p.asm.tryConsume("|")) break;
    }
    p.setAttr("noWrapFlags", GEPNoWrapFlags.attr(...flags));
    const base = p.parseOperand();
    const dynamic: UnresolvedOperand[] = [];
    const indices: number[] = [];
    p.asm.parseCommaSeparated("[", "]", () => {
      const v = p.tryOperand();
      if (v !== undefined) dynamic.push(v);
      indices.push(v === undefined ? p.asm.parseSmallInteger() : gepDynamicIndex);
    });
    p.setAttr("rawConstantIndices", DenseArrayAttr.i32(indices));
    p.parseAttrDict();
    p.asm.expect(":");
    const f = p.asm.parseFunctionType();
    p.setOperands("base", [base]);
    p.setOperands("dynamicIndices", dynamic);
    p.setOperandTypes("base", f.inputs.slice(0, 1));
    p.setOperandTypes("dynamicIndices", f.inputs.slice(1));
    p.setResultTypes("res", f.results);
    p.asm.expect(",");
    p.setAttr("elem_type", TypeAttr.get(p.asm.parseType()));
  },
}) {}

// --- accesses ------------------------------------------------------------------------------------

const isAtomic = (op: Operation): boolean => op.getAttr("ordering") !== notAtomic;
const notAtomic = AtomicOrdering.attr("not_atomic");

function verifyAtomic(op: Operation, type: Type, report: (c: string, m: string) => void): void {
  if (!isAtomic(op)) {
    if (op.getAttr("syncscope") !== undefined) {
      report("llvm.syncscope", "only an atomic access has a synchronization scope");
    }
    return;
  }
  const ok = type instanceof IntegerType || "width" in type || "addressSpace" in type;
  if (!ok) report("llvm.atomic-type", `\`${type.toString()}\` is not accessed atomically`);
  if (op.getAttr("alignment") === undefined) {
    report("llvm.atomic-alignment", "an atomic access needs an alignment");
  }
}

/** Reads a value from memory. */
export class LoadOp extends defineOp("llvm.load", {
  summary: "Reads a value from memory.",
  operands: { addr: operand(AnyPointer) },
  results: { res: result(Loadable) },
  attributes: {
    alignment: optionalAttr(I64Attr),
    volatile_: unitAttr(),
    nontemporal: unitAttr(),
    invariant: unitAttr("the memory never changes"),
    invariantGroup: unitAttr(),
    ordering: defaultAttr(AtomicOrdering, notAtomic),
    syncscope: optionalAttr(StrAttr),
    dereferenceable: optionalAttr(AnyAttr),
    noundef: unitAttr(),
    ...aliasAttrs(),
  },
  verify: (op, report) => verifyAtomic(op, op.resultAt(0).type, report),
  assembly:
    "(`volatile` $volatile_^)? $addr (`atomic` (`syncscope` `(` $syncscope^ `)`)? $ordering^)? " +
    "(`invariant` $invariant^)? (`invariant_group` $invariantGroup^)? " +
    "attr-dict `:` type($addr) `->` type($res)",
}) {}

/** Writes a value to memory. */
export class StoreOp extends defineOp("llvm.store", {
  summary: "Writes a value to memory.",
  operands: { value: operand(Loadable), addr: operand(AnyPointer) },
  attributes: {
    alignment: optionalAttr(I64Attr),
    volatile_: unitAttr(),
    nontemporal: unitAttr(),
    invariantGroup: unitAttr(),
    ordering: defaultAttr(AtomicOrdering, notAtomic),
    syncscope: optionalAttr(StrAttr),
    ...aliasAttrs(),
  },
  verify: (op, report) => verifyAtomic(op, op.operand(0).type, report),
  assembly:
    "(`volatile` $volatile_^)? $value `,` $addr " +
    "(`atomic` (`syncscope` `(` $syncscope^ `)`)? $ordering^)? " +
    "(`invariant_group` $invariantGroup^)? attr-dict `:` type($value) `,` type($addr)",
}) {}

/** Reads, changes and writes memory in one step; yields what was there before. */
export class AtomicRMWOp extends defineOp("llvm.atomicrmw", {
  summary: "Reads, changes and writes memory in one step.",
  operands: { ptr: operand(AnyPointer), val: operand(AtomicValue) },
  results: { res: result(AtomicValue) },
  attributes: {
    bin_op: attr(AtomicBinOp),
    ordering: attr(AtomicOrdering),
    syncscope: optionalAttr(StrAttr),
    alignment: optionalAttr(I64Attr),
    volatile_: unitAttr(),
    ...aliasAttrs(),
  },
  inferResults: ([, val]) => [val!.type],
  verify(op, report) {
    if (op.resultAt(0).type !== op.operand(1).type) {
      report("llvm.atomic-type", "the result has the type of the value");
    }
  },
  assembly:
    "(`volatile` $volatile_^)? $bin_op $ptr `,` $val (`syncscope` `(` $syncscope^ `)`)? " +
    "$ordering attr-dict `:` type($ptr) `,` type($val)",
}) {}

/** Writes memory if it holds an expected value; yields what was there and whether it was that. */
export class AtomicCmpXchgOp extends defineOp("llvm.cmpxchg", {
  summary: "Writes memory if it holds an expected value.",
  operands: { ptr: operand(AnyPointer), cmp: operand(AtomicValue), val: operand(AtomicValue) },
  results: { res: result(Loadable) },
  attributes: {
    success_ordering: attr(AtomicOrdering),
    failure_ordering: attr(AtomicOrdering),
    syncscope: optionalAttr(StrAttr),
    alignment: optionalAttr(I64Attr),
    weak: unitAttr(),
    volatile_: unitAttr(),
    ...aliasAttrs(),
  },
  inferResults: ([, , val]) => [LLVMStructType.literal([val!.type, IntegerType.get(1)])],
  verify(op, report) {
    const want = LLVMStructType.literal([op.operand(2).type, IntegerType.get(1)]);
    if (op.operand(1).type !== op.operand(2).type || op.resultAt(0).type !== want) {
      report("llvm.atomic-type", "the expected and the new value and the result's field agree");
    }
  },
  print(op, p) {
    const flag = (name: string, word: string): void => {
      if (op.getAttr(name) !== undefined) p.write(` ${word}`);
    };
    flag("weak", "weak");
    flag("volatile_", "volatile");
    p.write(" ");
    p.operands(op.operands);
    const scope = op.getAttr("syncscope");
    if (scope !== undefined) p.write(` syncscope(${scope.toString()})`);
    for (const o of ["success_ordering", "failure_ordering"]) {
      p.write(" ");
      AtomicOrdering.print!(p, op.getAttr(o) as IntegerAttr);
    }
    const written = ["weak", "volatile_", "syncscope", "success_ordering", "failure_ordering"];
    p.attrDict(op, new Set(written));
    p.write(" : ");
    p.type(op.operand(0).type);
    p.write(", ");
    p.type(op.operand(2).type);
  },
  parse(p) {
    if (p.asm.tryConsume("weak")) p.setAttr("weak", UnitAttr.instance);
    if (p.asm.tryConsume("volatile")) p.setAttr("volatile_", UnitAttr.instance);
    const names = p.parseOperandList();
    const [ptr, cmp, val] = names;
    if (ptr === undefined || cmp === undefined || val === undefined || names.length !== 3) {
      return p.asm.fail("parse.operand-count", "expected an address and two values", p.start);
    }
    if (p.asm.tryConsume("syncscope")) {
      p.asm.expect("(");
      p.setAttr("syncscope", StrAttr.parse!(p.asm));
      p.asm.expect(")");
    }
    p.setAttr("success_ordering", AtomicOrdering.parse!(p.asm));
    p.setAttr("failure_ordering", AtomicOrdering.parse!(p.asm));
    p.parseAttrDict();
    p.asm.expect(":");
    const pointer = p.asm.parseType();
    p.asm.expect(",");
    const type = p.asm.parseType();
    p.setOperands("ptr", [p.resolve(ptr, pointer)]);
    p.setOperands("cmp", [p.resolve(cmp, type)]);
    p.setOperands("val", [p.resolve(val, type)]);
  },
}) {}

/** Orders the accesses before and after it as other threads see them. */
export class FenceOp extends defineOp("llvm.fence", {
  summary: "Orders accesses as other threads see them.",
  attributes: { ordering: attr(AtomicOrdering), syncscope: optionalAttr(StrAttr) },
  verify(op, report) {
    const name = AtomicOrdering.nameOf(op.getAttr("ordering") as IntegerAttr);
    if (["not_atomic", "unordered", "monotonic"].includes(name)) {
      report("llvm.fence-ordering", `a fence is not \`${name}\``);
    }
  },
  assembly: "(`syncscope` `(` $syncscope^ `)`)? $ordering attr-dict",
}) {}
