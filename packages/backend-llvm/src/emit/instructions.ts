/** How operations of the LLVM dialect read as instructions of LLVM IR. */
import {
  DenseArrayAttr,
  FloatType,
  IntegerAttr,
  type OpDefinition,
  type Operation,
  type OperationParts,
  type OpRef,
  StringAttr,
  SymbolRefAttr,
  type Type,
} from "@strata/ir";
import * as llvm from "@strata/llvm";
import { bundlesText, flagsOf } from "./call-text.ts";
import { functionAttributes, parameterAttributes } from "./attributes.ts";
import { intrinsicEmitters } from "./intrinsics.ts";
import type { FunctionScope } from "./scope.ts";
import { globalName, quoteString } from "./text.ts";

/** The text of an instruction without the result's name. */
export type Emitter = (op: Operation, s: FunctionScope) => string;

type OpClass<O extends Operation> = (new (parts: OperationParts) => O) & OpRef;

const isSet = (op: Operation, name: string): boolean => op.getAttr(name) !== undefined;
const word = (op: Operation, name: string, text: string): string => (isSet(op, name) ? text : "");

function wrapFlags(op: Operation): string {
  const a = op.getAttr("overflowFlags");
  const nuw = llvm.OverflowFlags.has(a, "nuw") ? "nuw " : "";
  return nuw + (llvm.OverflowFlags.has(a, "nsw") ? "nsw " : "");
}

const table = new Map<OpDefinition, Emitter>(intrinsicEmitters());

function emit<O extends Operation>(cls: OpClass<O>, f: (op: O, s: FunctionScope) => string): void {
  table.set(cls.definition, (op, s) => f(op as O, s));
}

/** The emitter of an op kind; undefined when it is no instruction. */
export function emitterOf(definition: OpDefinition): Emitter | undefined {
  return table.get(definition);
}

// --- arithmetic ----------------------------------------------------------------------------------

/** `add nsw i32 %a, %b`. */
function binary(cls: OpClass<Operation>, name: string, flags: (op: Operation) => string): void {
  emit(cls, (op, s) => {
    const [a, b] = [op.operand(0), op.operand(1)];
    return `${name} ${flags(op)}${s.typed(a)}, ${s.value(b)}`;
  });
}

const exact = (op: Operation): string => word(op, "isExact", "exact ");
const none = (): string => "";

for (const [cls, name, flags] of [
  [llvm.AddOp, "add", wrapFlags],
  [llvm.SubOp, "sub", wrapFlags],
  [llvm.MulOp, "mul", wrapFlags],
  [llvm.ShlOp, "shl", wrapFlags],
  [llvm.UDivOp, "udiv", exact],
  [llvm.SDivOp, "sdiv", exact],
  [llvm.LShrOp, "lshr", exact],
  [llvm.AShrOp, "ashr", exact],
  [llvm.URemOp, "urem", none],
  [llvm.SRemOp, "srem", none],
  [llvm.AndOp, "and", none],
  [llvm.OrOp, "or", (op: Operation) => word(op, "isDisjoint", "disjoint ")],
  [llvm.XOrOp, "xor", none],
  [llvm.FAddOp, "fadd", flagsOf],
  [llvm.FSubOp, "fsub", flagsOf],
  [llvm.FMulOp, "fmul", flagsOf],
  [llvm.FDivOp, "fdiv", flagsOf],
  [llvm.FRemOp, "frem", flagsOf],
] as const) {
  binary(cls, name, flags);
}

emit(llvm.FNegOp, (op, s) => `fneg ${flagsOf(op)}${s.typed(op.in)}`);
emit(llvm.ICmpOp, (op, s) => {
  const predicate = llvm.ICmpPredicate.nameOf(op.predicate);
  return `icmp ${predicate} ${s.typed(op.lhs)}, ${s.value(op.rhs)}`;
});
emit(llvm.FCmpOp, (op, s) => {
  const predicate = llvm.FCmpPredicate.nameOf(op.predicate).replace("_", "");
  return `fcmp ${flagsOf(op)}${predicate} ${s.typed(op.lhs)}, ${s.value(op.rhs)}`;
});
emit(llvm.SelectOp, (op, s) => {
  // Only a choice among floats has liberties to take.
  const flags = op.res.type instanceof FloatType || "elementType" in op.res.type ? flagsOf(op) : "";
  return `select ${flags}${op.operands.map((v) => s.typed(v)).join(", ")}`;
});
emit(llvm.FreezeOp, (op, s) => `freeze ${s.typed(op.val)}`);

// --- casts ---------------------------------------------------------------------------------------

for (const [cls, name, flags] of [
  [llvm.SExtOp, "sext", none],
  [llvm.ZExtOp, "zext", (op: Operation) => word(op, "nonNeg", "nneg ")],
  [llvm.TruncOp, "trunc", wrapFlags],
  [llvm.FPExtOp, "fpext", none],
  [llvm.FPTruncOp, "fptrunc", none],
  [llvm.SIToFPOp, "sitofp", none],
  [llvm.UIToFPOp, "uitofp", (op: Operation) => word(op, "nonNeg", "nneg ")],
  [llvm.FPToSIOp, "fptosi", none],
  [llvm.FPToUIOp, "fptoui", none],
  [llvm.PtrToIntOp, "ptrtoint", none],
  [llvm.IntToPtrOp, "inttoptr", none],
  [llvm.AddrSpaceCastOp, "addrspacecast", none],
  [llvm.BitcastOp, "bitcast", none],
] as const) {
  const base: OpClass<Operation> = cls;
  emit(base, (op, s) => {
    return `${name} ${flags(op)}${s.typed(op.operand(0))} to ${s.type(op.resultAt(0).type)}`;
  });
}

// --- parts ---------------------------------------------------------------------------------------

emit(llvm.ExtractValueOp, (op, s) => {
  return `extractvalue ${s.typed(op.container)}, ${op.position.numbers.join(", ")}`;
});
emit(llvm.InsertValueOp, (op, s) => {
  const position = op.position.numbers.join(", ");
  return `insertvalue ${s.typed(op.container)}, ${s.typed(op.value)}, ${position}`;
});
emit(llvm.ExtractElementOp, (op, s) => {
  return `extractelement ${s.typed(op.vector)}, ${s.typed(op.position)}`;
});
emit(llvm.InsertElementOp, (op, s) => {
  return `insertelement ${[op.vector, op.value, op.position].map((v) => s.typed(v)).join(", ")}`;
});
emit(llvm.ShuffleVectorOp, (op, s) => {
  const lanes = op.mask.numbers;
  const mask = lanes.every((i) => i === 0)
    ? "zeroinitializer"
    : `<${lanes.map((i) => (i < 0 ? "i32 poison" : `i32 ${i}`)).join(", ")}>`;
  return `shufflevector ${s.typed(op.v1)}, ${s.typed(op.v2)}, <${lanes.length} x i32> ${mask}`;
});

// --- memory --------------------------------------------------------------------------------------

const alignText = (op: Operation): string => {
  const align = llvm.alignmentOf(op);
  return align === undefined || align === 0 ? "" : `, align ${align}`;
};

const scopeText = (op: Operation): string => {
  const scope = op.getAttr("syncscope");
  return scope instanceof StringAttr ? ` syncscope(${quoteString(scope.value)})` : "";
};

const orderingText = (op: Operation, name = "ordering"): string => {
  const a = op.getAttr(name);
  return a instanceof IntegerAttr ? llvm.AtomicOrdering.nameOf(a) : "not_atomic";
};

/** `atomic`, `volatile` in front, scope and ordering behind. */
function accessWords(op: Operation): { before: string; behind: string } {
  const ordering = orderingText(op);
  const isAtomic = ordering !== "not_atomic";
  const before = `${isAtomic ? "atomic " : ""}${word(op, "volatile_", "volatile ")}`;
  return { before, behind: isAtomic ? `${scopeText(op)} ${ordering}` : "" };
}

function accessMetadata(op: Operation, s: FunctionScope): string {
  const { metadata } = s.tables;
  let text = "";
  if (isSet(op, "nontemporal")) text += `, !nontemporal ${metadata.node(["i32 1"])}`;
  if (isSet(op, "invariant")) text += `, !invariant.load ${metadata.node([])}`;
  if (isSet(op, "invariantGroup")) text += `, !invariant.group ${metadata.node([])}`;
  if (isSet(op, "noundef")) text += `, !noundef ${metadata.node([])}`;
  return text;
}

emit(llvm.AllocaOp, (op, s) => {
  const inalloca = op.inalloca ? "inalloca " : "";
  const space = op.res.type.addressSpace;
  const where = space === 0 ? "" : `, addrspace(${space})`;
  const type = s.type(op.elem_type.value);
  return `alloca ${inalloca}${type}, ${s.typed(op.arraySize)}${alignText(op)}${where}`;
});
emit(llvm.LoadOp, (op, s) => {
  const { before, behind } = accessWords(op);
  const what = `${s.type(op.res.type)}, ${s.typed(op.addr)}`;
  return `load ${before}${what}${behind}${alignText(op)}${accessMetadata(op, s)}`;
});
emit(llvm.StoreOp, (op, s) => {
  const { before, behind } = accessWords(op);
  const what = `${s.typed(op.value)}, ${s.typed(op.addr)}`;
  return `store ${before}${what}${behind}${alignText(op)}${accessMetadata(op, s)}`;
});
emit(llvm.GEPOp, (op, s) => {
  const flags = op.noWrapFlags;
  const inbounds = llvm.GEPNoWrapFlags.has(flags, "inbounds");
  const words = [
    inbounds ? "inbounds " : llvm.GEPNoWrapFlags.has(flags, "nusw") ? "nusw " : "",
    llvm.GEPNoWrapFlags.has(flags, "nuw") ? "nuw " : "",
  ].join("");
  let next = 0;
  const indices = op.rawConstantIndices.numbers.map((i) =>
    i === llvm.gepDynamicIndex ? s.typed(op.dynamicIndices[next++]!) : `i32 ${i}`,
  );
  const parts = [s.type(op.elem_type.value), s.typed(op.base), ...indices];
  return `getelementptr ${words}${parts.join(", ")}`;
});
emit(llvm.AtomicRMWOp, (op, s) => {
  const volatile = word(op, "volatile_", "volatile ");
  const name = llvm.AtomicBinOp.nameOf(op.bin_op).replace(/^_/, "");
  const what = `${s.typed(op.ptr)}, ${s.typed(op.val)}`;
  return `atomicrmw ${volatile}${name} ${what}${scopeText(op)} ${orderingText(op)}${alignText(op)}`;
});
emit(llvm.AtomicCmpXchgOp, (op, s) => {
  const words = word(op, "weak", "weak ") + word(op, "volatile_", "volatile ");
  const what = op.operands.map((v) => s.typed(v)).join(", ");
  const orderings = `${orderingText(op, "success_ordering")} ${orderingText(op, "failure_ordering")}`;
  return `cmpxchg ${words}${what}${scopeText(op)} ${orderings}${alignText(op)}`;
});
emit(llvm.FenceOp, (op) => `fence${scopeText(op)} ${orderingText(op)}`);

// --- calls ---------------------------------------------------------------------------------------

function calleeType(op: llvm.CallOp, s: FunctionScope): string {
  const declared = op.var_callee_type?.value;
  if (declared instanceof llvm.LLVMFunctionType) return s.type(declared);
  return s.type(op.result?.type ?? llvm.voidType);
}

const spaced = (words: readonly string[]): string => words.map((w) => `${w} `).join("");

emit(llvm.CallOp, (op, s) => {
  const { callee } = op;
  const [first, ...rest] = op.callee_operands;
  const args = callee === undefined ? rest : op.callee_operands;
  const target = callee instanceof SymbolRefAttr ? globalName(callee.root) : s.value(first!);
  const kind = op.TailCallKind.kind;
  const tail = kind === "none" ? "" : `${kind} `;
  const cconv = llvm.cconvs[op.CConv.cconv];
  const results = parameterAttributes(op, llvm.dictionaryAt(op.res_attrs, 0), s.types);
  const list = args.map((a, i) => {
    const own = parameterAttributes(op, llvm.dictionaryAt(op.arg_attrs, i), s.types);
    return `${s.type(a.type)} ${spaced(own)}${s.value(a)}`;
  });
  const behind = functionAttributes(op)
    .map((w) => ` ${w}`)
    .join("");
  const weights = op.branch_weights;
  const profile = weights === undefined ? "" : `, !prof ${s.tables.metadata.weights(weights)}`;
  // Only calls that yield floats may take liberties.
  const flags = isFloat(op.result?.type) ? flagsOf(op) : "";
  const convention = cconv === "" ? "" : `${cconv} `;
  const head = `${tail}call ${flags}${convention}${spaced(results)}${calleeType(op, s)}`;
  return `${head} ${target}(${list.join(", ")})${behind}${bundlesText(op, s)}${profile}`;
});

/** Whether a type is a float, or a vector or array of floats. */
function isFloat(type: Type | undefined): boolean {
  if (type === undefined) return false;
  const element = "elementType" in type ? (type.elementType as Type) : type;
  return llvm.isLLVMFloat(element);
}

emit(llvm.InlineAsmOp, (op, s) => {
  const words = [
    op.has_side_effects ? "sideeffect " : "",
    op.is_align_stack ? "alignstack " : "",
    op.asm_dialect !== undefined && op.asm_dialect.value === 1n ? "inteldialect " : "",
  ].join("");
  const kind = op.tail_call_kind.kind;
  const tail = kind === "none" ? "" : `${kind} `;
  const code = `asm ${words}${quoteString(op.asm_string.value)}, ${quoteString(op.constraints.value)}`;
  const args = op.inputs.map((v) => s.typed(v)).join(", ");
  return `${tail}call ${s.type(op.res?.type ?? llvm.voidType)} ${code}(${args})`;
});

// --- terminators ---------------------------------------------------------------------------------

/** The label of a terminator's edge: the successor's, or that of a block on the way to it. */
export type EdgeLabels = (i: number) => string;

/** The text of a terminator; `edge` gives the labels it goes to. */
export function terminatorText(op: Operation, s: FunctionScope, edge: EdgeLabels): string {
  if (op instanceof llvm.ReturnOp)
    return op.arg === undefined ? "ret void" : `ret ${s.typed(op.arg)}`;
  if (op instanceof llvm.UnreachableOp) return "unreachable";
  if (op instanceof llvm.BrOp) return `br label %${edge(0)}${loopText(op, s)}`;
  if (op instanceof llvm.CondBrOp) {
    const target = `br ${s.typed(op.condition)}, label %${edge(0)}, label %${edge(1)}`;
    return `${target}${profileText(op, s)}${loopText(op, s)}`;
  }
  if (op instanceof llvm.SwitchOp) {
    const type = s.type(op.value.type);
    const cases = llvm
      .caseValuesOf(op)
      .map((v, i) => `\n    ${type} ${v}, label %${edge(i + 1)}`)
      .join("");
    const body = cases === "" ? "[]" : `[${cases}\n  ]`;
    return `switch ${s.typed(op.value)}, label %${edge(0)} ${body}${profileText(op, s)}`;
  }
  throw new Error(`\`${op.name}\` is no terminator of LLVM IR`);
}

function profileText(op: Operation, s: FunctionScope): string {
  const a = op.getAttr("branch_weights");
  return a instanceof DenseArrayAttr ? `, !prof ${s.tables.metadata.weights(a)}` : "";
}

function loopText(op: Operation, s: FunctionScope): string {
  const a = op.getAttr("loop_annotation");
  return a instanceof llvm.LoopAnnotationAttr ? `, !llvm.loop ${s.tables.metadata.loop(a)}` : "";
}
