/** Functions, calls and module-level declarations of the LLVM dialect. */
import {
  AnyArrayAttr,
  AnyAttr,
  AnyTypeAttr,
  attr,
  attrOf,
  AutomaticAllocationScope,
  type Attribute,
  BoolAttr,
  type AttrConstraint,
  DenseArrayAttr,
  DenseI32Array,
  defaultAttr,
  defineOp,
  FlatSymbolRef,
  I32Attr,
  I64Attr,
  i32,
  IntegerAttr,
  IntegerType,
  IsolatedFromAbove,
  lookupSymbol,
  NoTerminator,
  type Operation,
  optionalAttr,
  optionalResult,
  region,
  Region,
  type Report,
  StrAttr,
  StringAttr,
  SymbolNameAttr,
  SymbolRef,
  SymbolRefAttr,
  SymbolTableTrait,
  SymbolTrait,
  TypeAttr,
  unitAttr,
  UnitAttr,
  variadic,
} from "@strata/ir";
import { encodeUtf8 } from "@strata/support";
import { fastmath } from "./arith-ops.ts";
import { isConstantOf } from "./aggregate-ops.ts";
import {
  AsmDialect,
  CConvAttr,
  cconvNames,
  ComdatKind,
  FramePointerKindAttr,
  LinkageAttr,
  MemoryEffectsAttr,
  TailCallKindAttr,
  TailCallKindC,
  tailCallKindNames,
  TargetFeaturesAttr,
  UnnamedAddr,
  UWTableKindAttr,
  Visibility,
  VScaleRangeAttr,
} from "./attributes.ts";
import { AnyLLVM } from "./constraints.ts";
import {
  enumWord,
  functionTypeOf,
  parseComdat,
  parseFunction,
  parseLinkage,
  parseUnnamedAddr,
  printComdat,
  printFunction,
} from "./function-syntax.ts";
import { aliasAttrs } from "./memory-ops.ts";
import {
  dictionaries,
  parseAttributedResults,
  parseAttributedTypes,
  parseBundles,
  printAttributedTypes,
  printAttributedResults,
  printBundles,
} from "./signature-syntax.ts";
import { isLoadable, LLVMArrayType, LLVMFunctionType, LLVMPointerType } from "./types.ts";

const FunctionTypeC: AttrConstraint<TypeAttr> = attrOf(
  "LLVM function type",
  TypeAttr,
  (a) => a.value instanceof LLVMFunctionType,
);
const CConvC = attrOf("calling convention", CConvAttr);
const LinkageC = attrOf("linkage", LinkageAttr);
const noBundles = DenseArrayAttr.get(i32, []);

/** A function; without a body a declaration. */
export class FuncOp extends defineOp("llvm.func", {
  summary: "A function; without a body a declaration.",
  attributes: {
    sym_name: attr(SymbolNameAttr),
    sym_visibility: optionalAttr(StrAttr),
    function_type: attr(FunctionTypeC),
    linkage: defaultAttr(LinkageC, LinkageAttr.of("external")),
    dso_local: unitAttr(),
    CConv: defaultAttr(CConvC, CConvAttr.c),
    comdat: optionalAttr(SymbolRef),
    convergent: unitAttr(),
    personality: optionalAttr(FlatSymbolRef),
    garbageCollector: optionalAttr(StrAttr),
    passthrough: optionalAttr(AnyArrayAttr),
    arg_attrs: optionalAttr(AnyArrayAttr),
    res_attrs: optionalAttr(AnyArrayAttr),
    function_entry_count: optionalAttr(I64Attr),
    memory_effects: optionalAttr(attrOf("memory effects", MemoryEffectsAttr)),
    visibility_: defaultAttr(Visibility, Visibility.attr("")),
    section: optionalAttr(StrAttr),
    unnamed_addr: optionalAttr(UnnamedAddr),
    alignment: optionalAttr(I64Attr),
    vscale_range: optionalAttr(attrOf("range of vscale", VScaleRangeAttr)),
    frame_pointer: optionalAttr(attrOf("frame pointer kind", FramePointerKindAttr)),
    target_cpu: optionalAttr(StrAttr),
    tune_cpu: optionalAttr(StrAttr),
    target_features: optionalAttr(attrOf("target features", TargetFeaturesAttr)),
    reciprocal_estimates: optionalAttr(StrAttr),
    prefer_vector_width: optionalAttr(StrAttr),
    no_infs_fp_math: optionalAttr(BoolAttr),
    no_nans_fp_math: optionalAttr(BoolAttr),
    no_signed_zeros_fp_math: optionalAttr(BoolAttr),
    denormal_fp_math: optionalAttr(StrAttr),
    denormal_fp_math_f32: optionalAttr(StrAttr),
    fp_contract: optionalAttr(StrAttr),
    instrument_function_entry: optionalAttr(StrAttr),
    instrument_function_exit: optionalAttr(StrAttr),
    no_inline: unitAttr(),
    always_inline: unitAttr(),
    inline_hint: unitAttr(),
    no_unwind: unitAttr(),
    will_return: unitAttr(),
    optimize_none: unitAttr(),
    uwtable_kind: optionalAttr(attrOf("unwind table kind", UWTableKindAttr)),
    vec_type_hint: optionalAttr(AnyAttr),
    work_group_size_hint: optionalAttr(DenseI32Array),
    reqd_work_group_size: optionalAttr(DenseI32Array),
    intel_reqd_sub_group_size: optionalAttr(I32Attr),
    arm_streaming: unitAttr(),
    arm_locally_streaming: unitAttr(),
    arm_streaming_compatible: unitAttr(),
    arm_new_za: unitAttr(),
    arm_in_za: unitAttr(),
    arm_out_za: unitAttr(),
    arm_inout_za: unitAttr(),
    arm_preserves_za: unitAttr(),
  },
  regions: { body: region() },
  traits: [IsolatedFromAbove, SymbolTrait, AutomaticAllocationScope],
  verify: verifyFunction,
  parse: parseFunction,
  print: printFunction,
}) {
  get type(): LLVMFunctionType {
    return functionTypeOf(this);
  }

  get isDeclaration(): boolean {
    return this.body.isEmpty;
  }
}

function verifyFunction(op: Operation, report: Report): void {
  const type = functionTypeOf(op);
  const body = op.regions[0]!;
  const linkage = op.getAttr("linkage");
  if (body.isEmpty) {
    if (linkage instanceof LinkageAttr && !["external", "extern_weak"].includes(linkage.linkage)) {
      report("llvm.declaration-linkage", `a declaration is not \`${linkage.linkage}\``);
    }
    return;
  }
  const args = body.entry.args;
  if (args.length !== type.params.length || args.some((a, i) => a.type !== type.params[i])) {
    report("llvm.entry-arguments", "the entry block's arguments are not those of the function");
  }
  for (const b of body.blocks()) {
    const last = b.lastOp;
    if (last === null || last.name !== "llvm.return") continue;
    const types = last.operandTypes;
    if (types.length !== type.results.length || types[0] !== type.results[0]) {
      report("llvm.return-type", `the function returns \`${type.returnType.toString()}\``);
    }
  }
}

// --- calls ---------------------------------------------------------------------------------------

/** The callee's type as the call sees it: the declared type where arguments vary. */
export function calleeTypeOf(op: Operation): LLVMFunctionType | undefined {
  const a = op.getAttr("var_callee_type");
  return a instanceof TypeAttr && a.value instanceof LLVMFunctionType ? a.value : undefined;
}

/** Calls a function, by name or through a pointer, which is then the first operand. */
export class CallOp extends defineOp("llvm.call", {
  summary: "Calls a function, by name or through a pointer.",
  operands: { callee_operands: variadic(AnyLLVM), op_bundle_operands: variadic(AnyLLVM) },
  results: { result: optionalResult(AnyLLVM) },
  attributes: {
    var_callee_type: optionalAttr(FunctionTypeC),
    callee: optionalAttr(FlatSymbolRef),
    fastmathFlags: fastmath(),
    branch_weights: optionalAttr(DenseI32Array),
    CConv: defaultAttr(CConvC, CConvAttr.c),
    TailCallKind: defaultAttr(TailCallKindC, TailCallKindAttr.none),
    memory_effects: optionalAttr(attrOf("memory effects", MemoryEffectsAttr)),
    convergent: unitAttr(),
    no_unwind: unitAttr(),
    will_return: unitAttr(),
    no_inline: unitAttr(),
    always_inline: unitAttr(),
    inline_hint: unitAttr(),
    op_bundle_sizes: defaultAttr(DenseI32Array, noBundles),
    op_bundle_tags: optionalAttr(AnyArrayAttr),
    arg_attrs: optionalAttr(AnyArrayAttr),
    res_attrs: optionalAttr(AnyArrayAttr),
    ...aliasAttrs(),
  },
  verify: verifyCall,
  parse(p) {
    const { asm } = p;
    const cconv = cconvNames.find((n) => asm.tryConsume(n)) ?? "ccc";
    p.setAttr("CConv", CConvAttr.get({ cconv }));
    const kind = tailCallKindNames.find((n) => asm.tryConsume(n)) ?? "none";
    p.setAttr("TailCallKind", TailCallKindAttr.get({ kind }));
    const pointer = p.tryOperand();
    if (pointer === undefined) p.setAttr("callee", SymbolRefAttr.get(asm.parseSymbolName()));
    asm.expect("(");
    const args = p.parseOperandList();
    asm.expect(")");
    if (asm.tryConsume("vararg")) {
      asm.expect("(");
      p.setAttr("var_callee_type", TypeAttr.get(asm.parseType()));
      asm.expect(")");
    }
    parseBundles(p);
    p.parseAttrDict();
    asm.expect(":");
    const pointerTypes = pointer === undefined ? [] : [asm.parseType()];
    if (pointer !== undefined) asm.expect(",");
    const inputs = parseAttributedTypes(p);
    asm.expect("->");
    const results = parseAttributedResults(p);
    const operands = pointer === undefined ? args : [pointer, ...args];
    p.setOperands("callee_operands", p.resolveAll(operands, [...pointerTypes, ...inputs.types]));
    p.setResultTypes("result", results.types);
    const argAttrs = dictionaries(inputs);
    const resAttrs = dictionaries(results);
    if (argAttrs !== undefined) p.setAttr("arg_attrs", argAttrs);
    if (resAttrs !== undefined) p.setAttr("res_attrs", resAttrs);
  },
  print(op, p) {
    const cconv = op.getAttr("CConv");
    const kind = op.getAttr("TailCallKind");
    const callee = op.getAttr("callee");
    const varType = calleeTypeOf(op);
    const operands = op.operandGroup(0);
    const args = callee === undefined ? operands.slice(1) : operands;
    p.write(" ");
    if (cconv instanceof CConvAttr && cconv !== CConvAttr.c) p.write(`${cconv.cconv} `);
    if (kind instanceof TailCallKindAttr && kind !== TailCallKindAttr.none) {
      p.write(`${kind.kind} `);
    }
    if (callee === undefined) p.operand(operands[0]!);
    else p.attribute(callee);
    p.write("(");
    p.operands(args);
    p.write(")");
    if (varType !== undefined) p.write(` vararg(${varType.toString()})`);
    printBundles(op, op.operandGroup(1), p);
    const names = ["callee", "CConv", "TailCallKind", "var_callee_type", "op_bundle_sizes"];
    p.attrDict(op, new Set([...names, "op_bundle_tags", "arg_attrs", "res_attrs"]));
    p.write(" : ");
    if (callee === undefined) {
      p.type(operands[0]!.type);
      p.write(", ");
    }
    printAttributedTypes(
      p,
      args.map((a) => a.type),
      op.getAttr("arg_attrs"),
    );
    p.write(" -> ");
    printAttributedResults(p, op.resultTypes, op.getAttr("res_attrs"));
  },
}) {}

function verifyCall(op: Operation, report: Report): void {
  const callee = op.getAttr("callee");
  const operands = op.operandGroup(0);
  if (!(callee instanceof SymbolRefAttr)) {
    if (!(operands[0]?.type instanceof LLVMPointerType)) {
      report("llvm.call-callee", "an indirect call begins with a pointer to the function");
    }
    return;
  }
  const f = lookupSymbol(op, callee);
  const type = f instanceof FuncOp ? f.type : undefined;
  if (f === undefined) report("llvm.call-callee", `the module defines no ${callee.toString()}`);
  if (type === undefined) return;
  const types = operands.map((a) => a.type);
  const fixed = types.slice(0, type.params.length);
  const results = op.resultTypes;
  if (
    fixed.length !== type.params.length ||
    (types.length > fixed.length && !type.isVarArg) ||
    fixed.some((t, i) => t !== type.params[i]) ||
    results.length !== type.results.length ||
    results[0] !== type.results[0]
  ) {
    report("llvm.call-type", `${callee.toString()} is a \`${type.toString()}\``);
  }
}

/** Calls an intrinsic of LLVM by its name. */
export class CallIntrinsicOp extends defineOp("llvm.call_intrinsic", {
  summary: "Calls an intrinsic of LLVM by its name.",
  operands: { args: variadic(AnyLLVM), op_bundle_operands: variadic(AnyLLVM) },
  results: { res: optionalResult(AnyLLVM) },
  attributes: {
    intrin: attr(StrAttr),
    fastmathFlags: fastmath(),
    op_bundle_sizes: defaultAttr(DenseI32Array, noBundles),
    op_bundle_tags: optionalAttr(AnyArrayAttr),
    arg_attrs: optionalAttr(AnyArrayAttr),
    res_attrs: optionalAttr(AnyArrayAttr),
  },
  verify(op, report) {
    const name = op.getAttr("intrin");
    if (!(name instanceof StringAttr) || !name.value.startsWith("llvm.")) {
      report("llvm.intrinsic-name", "the name of an intrinsic begins with `llvm.`");
    }
  },
  parse(p) {
    const { asm } = p;
    p.setAttr("intrin", StringAttr.get(asm.parseString()));
    asm.expect("(");
    const args = p.parseOperandList();
    asm.expect(")");
    parseBundles(p);
    p.parseAttrDict();
    asm.expect(":");
    const inputs = parseAttributedTypes(p);
    asm.expect("->");
    const results = parseAttributedResults(p);
    p.setOperands("args", p.resolveAll(args, inputs.types));
    p.setResultTypes("res", results.types);
    const argAttrs = dictionaries(inputs);
    const resAttrs = dictionaries(results);
    if (argAttrs !== undefined) p.setAttr("arg_attrs", argAttrs);
    if (resAttrs !== undefined) p.setAttr("res_attrs", resAttrs);
  },
  print(op, p) {
    p.write(" ");
    p.attribute(op.getAttr("intrin")!);
    p.write("(");
    p.operands(op.operandGroup(0));
    p.write(")");
    printBundles(op, op.operandGroup(1), p);
    const names = ["intrin", "op_bundle_sizes", "op_bundle_tags", "arg_attrs", "res_attrs"];
    p.attrDict(op, new Set(names));
    p.write(" : ");
    printAttributedTypes(
      p,
      op.operandGroup(0).map((v) => v.type),
      op.getAttr("arg_attrs"),
    );
    p.write(" -> ");
    printAttributedResults(p, op.resultTypes, op.getAttr("res_attrs"));
  },
}) {}

/** Assembly of the target in the place of a call. */
export class InlineAsmOp extends defineOp("llvm.inline_asm", {
  summary: "Assembly of the target in the place of a call.",
  operands: { inputs: variadic(AnyLLVM) },
  results: { res: optionalResult(AnyLLVM) },
  attributes: {
    asm_string: attr(StrAttr),
    constraints: attr(StrAttr),
    has_side_effects: unitAttr(),
    is_align_stack: unitAttr(),
    tail_call_kind: defaultAttr(TailCallKindC, TailCallKindAttr.none),
    asm_dialect: optionalAttr(AsmDialect),
    operand_attrs: optionalAttr(AnyArrayAttr),
  },
  assembly:
    "(`has_side_effects` $has_side_effects^)? (`is_align_stack` $is_align_stack^)? " +
    "(`tail_call_kind` `=` $tail_call_kind^)? (`asm_dialect` `=` $asm_dialect^)? " +
    "(`operand_attrs` `=` $operand_attrs^)? attr-dict " +
    "$asm_string `,` $constraints $inputs `:` functional-type($inputs, results)",
}) {}

// --- globals -------------------------------------------------------------------------------------

const globalWritten = new Set([
  "sym_name",
  "global_type",
  "constant",
  "value",
  "linkage",
  "visibility_",
  "unnamed_addr",
  "thread_local_",
  "comdat",
]);

/** A variable or constant of the module. */
export class GlobalOp extends defineOp("llvm.mlir.global", {
  summary: "A variable or constant of the module.",
  attributes: {
    global_type: attr(AnyTypeAttr),
    constant: unitAttr(),
    sym_name: attr(SymbolNameAttr),
    linkage: attr(LinkageC),
    dso_local: unitAttr(),
    thread_local_: unitAttr(),
    externally_initialized: unitAttr(),
    value: optionalAttr(AnyAttr),
    alignment: optionalAttr(I64Attr),
    addr_space: defaultAttr(I32Attr, IntegerAttr.get(0, i32)),
    unnamed_addr: optionalAttr(UnnamedAddr),
    section: optionalAttr(StrAttr),
    comdat: optionalAttr(SymbolRef),
    dbg_exprs: optionalAttr(AnyArrayAttr),
    visibility_: defaultAttr(Visibility, Visibility.attr("")),
    target_specific_attrs: optionalAttr(AnyArrayAttr),
  },
  regions: { initializer: region() },
  traits: [IsolatedFromAbove, SymbolTrait],
  verify: verifyGlobal,
  parse(p) {
    const { asm } = p;
    parseLinkage(p);
    if (asm.tryConsume("thread_local")) p.setAttr("thread_local_", UnitAttr.instance);
    parseUnnamedAddr(p);
    if (asm.tryConsume("constant")) p.setAttr("constant", UnitAttr.instance);
    p.setAttr("sym_name", StringAttr.get(asm.parseSymbolName()));
    asm.expect("(");
    const value: Attribute | undefined = asm.at(")") ? undefined : asm.parseAttribute();
    if (value !== undefined) p.setAttr("value", value);
    asm.expect(")");
    parseComdat(p);
    p.parseAttrDict();
    if (asm.tryConsume(":")) p.setAttr("global_type", TypeAttr.get(asm.parseType()));
    else if (value instanceof StringAttr) {
      const bytes = LLVMArrayType.get(stringBytes(value.value).length, IntegerType.get(8));
      p.setAttr("global_type", TypeAttr.get(bytes));
    } else asm.expect(":");
    if (asm.at("{")) p.parseRegion(new Region());
    else p.addRegion(new Region());
  },
  print(op, p) {
    const linkage = op.getAttr("linkage") as LinkageAttr;
    p.write(` ${linkage.linkage} `);
    p.write(enumWord(Visibility, op.getAttr("visibility_")));
    if (op.getAttr("thread_local_") !== undefined) p.write("thread_local ");
    p.write(enumWord(UnnamedAddr, op.getAttr("unnamed_addr")));
    if (op.getAttr("constant") !== undefined) p.write("constant ");
    p.symbolName((op.getAttr("sym_name") as StringAttr).value);
    p.write("(");
    const value = op.getAttr("value");
    if (value !== undefined) p.attribute(value);
    p.write(")");
    printComdat(op, p);
    p.attrDict(op, globalWritten);
    p.write(" : ");
    p.attribute(op.getAttr("global_type")!);
    if (op.regions[0]!.isEmpty) return;
    p.write(" ");
    p.region(op.regions[0]!);
  },
}) {}

/** The bytes of a string attribute: its characters where they are bytes, else UTF-8. */
export function stringBytes(text: string): number[] {
  const codes = [...text].map((c) => c.codePointAt(0)!);
  return codes.every((c) => c < 128) ? codes : [...encodeUtf8(text)];
}

function verifyGlobal(op: Operation, report: Report): void {
  const type = (op.getAttr("global_type") as TypeAttr).value;
  const value = op.getAttr("value");
  const body = op.regions[0]!;
  if (!isLoadable(type)) {
    report("llvm.global-type", `memory cannot hold values of \`${type.toString()}\``);
  }
  if (value !== undefined && !body.isEmpty) {
    report("llvm.global-initializer", "a global has a value or an initializer, not both");
  }
  if (value !== undefined && !isConstantOf(value, type)) {
    report(
      "llvm.constant-type",
      `\`${value.toString()}\` is no constant of type \`${type.toString()}\``,
    );
  }
  if (body.isEmpty) return;
  const last = body.firstBlock!.lastOp;
  if (body.firstBlock!.next !== null || last?.operandTypes[0] !== type) {
    report("llvm.global-initializer", `the initializer returns a \`${type.toString()}\``);
  }
}

/** Another name of a global or function. */
export class AliasOp extends defineOp("llvm.mlir.alias", {
  summary: "Another name of a global or function.",
  attributes: {
    alias_type: attr(AnyTypeAttr),
    sym_name: attr(SymbolNameAttr),
    linkage: attr(LinkageC),
    dso_local: unitAttr(),
    thread_local_: unitAttr(),
    unnamed_addr: optionalAttr(UnnamedAddr),
    visibility_: defaultAttr(Visibility, Visibility.attr("")),
  },
  regions: { initializer: region() },
  traits: [IsolatedFromAbove, SymbolTrait],
  parse(p) {
    parseLinkage(p);
    if (p.asm.tryConsume("thread_local")) p.setAttr("thread_local_", UnitAttr.instance);
    parseUnnamedAddr(p);
    p.setAttr("sym_name", StringAttr.get(p.asm.parseSymbolName()));
    p.parseAttrDict();
    p.asm.expect(":");
    p.setAttr("alias_type", TypeAttr.get(p.asm.parseType()));
    p.parseRegion(new Region());
  },
  print(op, p) {
    p.write(` ${(op.getAttr("linkage") as LinkageAttr).linkage} `);
    p.write(enumWord(Visibility, op.getAttr("visibility_")));
    if (op.getAttr("thread_local_") !== undefined) p.write("thread_local ");
    p.write(enumWord(UnnamedAddr, op.getAttr("unnamed_addr")));
    p.symbolName((op.getAttr("sym_name") as StringAttr).value);
    p.attrDict(op, new Set([...globalWritten, "alias_type"]));
    p.write(" : ");
    p.attribute(op.getAttr("alias_type")!);
    p.write(" ");
    p.region(op.regions[0]!);
  },
}) {}

/** Functions to run when the module is loaded. */
export class GlobalCtorsOp extends defineOp("llvm.mlir.global_ctors", {
  summary: "Functions to run when the module is loaded.",
  attributes: {
    ctors: attr(AnyArrayAttr),
    priorities: attr(AnyArrayAttr),
    data: attr(AnyArrayAttr),
  },
  assembly: "`ctors` `=` $ctors `,` `priorities` `=` $priorities `,` `data` `=` $data attr-dict",
}) {}

/** Functions to run when the module is unloaded. */
export class GlobalDtorsOp extends defineOp("llvm.mlir.global_dtors", {
  summary: "Functions to run when the module is unloaded.",
  attributes: {
    dtors: attr(AnyArrayAttr),
    priorities: attr(AnyArrayAttr),
    data: attr(AnyArrayAttr),
  },
  assembly: "`dtors` `=` $dtors `,` `priorities` `=` $priorities `,` `data` `=` $data attr-dict",
}) {}

/** A group of which the linker keeps one section. */
export class ComdatSelectorOp extends defineOp("llvm.comdat_selector", {
  summary: "A group of which the linker keeps one section.",
  attributes: { sym_name: attr(SymbolNameAttr), comdat: attr(ComdatKind) },
  traits: [SymbolTrait],
  assembly: "$sym_name $comdat attr-dict",
}) {}

/** Holds comdat selectors. */
export class ComdatOp extends defineOp("llvm.comdat", {
  summary: "Holds comdat selectors.",
  attributes: { sym_name: attr(SymbolNameAttr) },
  regions: { body: region() },
  traits: [NoTerminator, SymbolTableTrait, SymbolTrait],
  assembly: "$sym_name $body attr-dict",
}) {}

/** Options for the linker. */
export class LinkerOptionsOp extends defineOp("llvm.linker_options", {
  summary: "Options for the linker.",
  attributes: { options: attr(AnyArrayAttr) },
  assembly: "$options attr-dict",
}) {}
