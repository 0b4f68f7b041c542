/** Modules and functions of device code. */
import { FuncOp } from "@strata/func";
import {
  AnyArrayAttr,
  AnyAttr,
  AnyType,
  attr,
  AutomaticAllocationScope,
  Block,
  type BlockArgument,
  defineOp,
  FunctionType,
  FunctionTypeAttr,
  HasParent,
  i64,
  IntegerAttr,
  IsolatedFromAbove,
  IsTerminator,
  type Location,
  NoTerminator,
  type OpRef,
  type Operation,
  optionalAttr,
  Pure,
  Region,
  region,
  type Report,
  ReturnLike,
  StringAttr,
  SymbolNameAttr,
  SymbolTableTrait,
  SymbolTrait,
  type Type,
  TypeAttr,
  UnitAttr,
  unknownLoc,
  variadic,
} from "@strata/ir";
import { SizesC } from "../attributes.ts";
import {
  kernelAttr,
  parseGpuFunction,
  printGpuFunction,
  splitArguments,
  workgroupCountAttr,
} from "../function-syntax.ts";
import { verifyAttributions } from "../verify-attributions.ts";

/** A compilation unit of device code. */
export class GpuModule extends defineOp("gpu.module", {
  summary: "A compilation unit of device code.",
  attributes: {
    sym_name: attr(SymbolNameAttr),
    targets: optionalAttr(AnyArrayAttr, "what the module is compiled for"),
    offloadingHandler: optionalAttr(AnyAttr, "how the compiled module is embedded"),
  },
  regions: { bodyRegion: region({ singleBlock: true, graph: true }) },
  traits: [IsolatedFromAbove, NoTerminator, SymbolTableTrait, SymbolTrait],
  print(op, p) {
    const name = op.getAttr("sym_name");
    p.write(" ");
    p.symbolName(name instanceof StringAttr ? name.value : "");
    const handler = op.getAttr("offloadingHandler");
    if (handler !== undefined) p.write(` <${handler.toString()}>`);
    const targets = op.getAttr("targets");
    if (targets !== undefined) p.write(` ${targets.toString()}`);
    p.attrDict(op, new Set(["sym_name", "targets", "offloadingHandler"]), true);
    p.write(" ");
    p.region(op.regions[0]!);
  },
  parse(p) {
    p.setAttr("sym_name", StringAttr.get(p.asm.parseSymbolName()));
    if (p.asm.tryConsume("<")) {
      p.setAttr("offloadingHandler", p.asm.parseAttribute());
      p.asm.expect(">");
    }
    if (p.asm.at("[")) p.setAttr("targets", p.asm.parseAttribute());
    p.parseAttrDict(true);
    const body = p.parseRegion(new Region());
    if (body.isEmpty) body.append(new Block());
  },
}) {
  /** An empty module. */
  static create(name: string, location: Location = unknownLoc): GpuModule {
    return GpuModule.of(
      { sym_name: StringAttr.get(name), bodyRegion: new Region([new Block()]) },
      { location },
    );
  }

  /** The symbol's name. */
  get symbolName(): string {
    return this.sym_name.value;
  }

  /** The module's operations. */
  ops(): Generator<Operation, void> {
    return this.bodyRegion.entry.ops();
  }

  /** Adds an operation at the end. */
  add(op: Operation): void {
    this.bodyRegion.entry.append(op);
  }
}

function verifyFunction(op: Operation, report: Report): void {
  const attribute = op.getAttr("function_type");
  const type = attribute instanceof TypeAttr ? attribute.value : undefined;
  if (!(op.getAttr("sym_name") instanceof StringAttr)) {
    report("gpu.func-name", "`gpu.func` needs a name", "set the string attribute `sym_name`");
  }
  if (!(type instanceof FunctionType)) return;
  if (op.getAttr(kernelAttr) !== undefined && type.results.length > 0) {
    report(
      "gpu.kernel-results",
      `a kernel returns nothing, this one returns (${type.results.join(", ")})`,
      "write results to memory, or leave out `kernel`",
    );
  }
  const count = op.getAttr(workgroupCountAttr);
  if (count !== undefined && !(count instanceof IntegerAttr && count.value >= 0n)) {
    report("gpu.workgroup-count", `\`${workgroupCountAttr}\` must be a number of buffers`);
    return;
  }
  const entry = op.regions[0]?.firstBlock;
  if (!entry) {
    report("gpu.func-body", "`gpu.func` needs a body", "functions of a device are not declared");
    return;
  }
  const args = splitArguments(op, type.inputs.length);
  const wanted = type.inputs.length + Number(count?.value ?? 0n);
  if (entry.args.length < wanted || args.own.some((a, i) => a.type !== type.inputs[i])) {
    report(
      "gpu.entry-arguments",
      `the entry block has arguments (${entry.args.map((a) => a.type).join(", ")}) but the ` +
        `function takes (${type.inputs.join(", ")}) and then workgroup and private buffers`,
    );
    return;
  }
  verifyAttributions(args.workgroup, "workgroup", report);
  verifyAttributions(args.private, "private", report);
}

/** What `GpuFunc.create` takes besides the signature. */
export interface GpuFuncOptions {
  /** Whether the function is launched from the host; it then has no results. */
  readonly kernel?: boolean;
  /** Types of buffers that the threads of a block share. */
  readonly workgroup?: readonly Type[];
  /** Types of buffers of each thread. */
  readonly private?: readonly Type[];
  readonly location?: Location;
}

/** A function of device code, a kernel if it is marked as such. */
export class GpuFunc extends defineOp("gpu.func", {
  summary: "A function of device code; a kernel is launched from the host.",
  attributes: {
    function_type: attr(FunctionTypeAttr),
    arg_attrs: optionalAttr(AnyArrayAttr),
    res_attrs: optionalAttr(AnyArrayAttr),
    workgroup_attrib_attrs: optionalAttr(AnyArrayAttr),
    private_attrib_attrs: optionalAttr(AnyArrayAttr),
    known_block_size: optionalAttr(SizesC, "the block size of every launch"),
    known_grid_size: optionalAttr(SizesC, "the grid size of every launch"),
    known_cluster_size: optionalAttr(SizesC, "the cluster size of every launch"),
  },
  regions: { body: region() },
  traits: [
    HasParent((): OpRef => GpuModule),
    IsolatedFromAbove,
    SymbolTrait,
    AutomaticAllocationScope,
  ],
  parse: parseGpuFunction,
  print: printGpuFunction,
  verify: verifyFunction,
}) {
  /** A function with an empty entry block whose arguments are the inputs, then the buffers. */
  static create(name: string, type: FunctionType, options: GpuFuncOptions = {}): GpuFunc {
    const { workgroup = [], private: privates = [], location = unknownLoc } = options;
    const body = new Region([new Block([...type.inputs, ...workgroup, ...privates])]);
    const discardable: [string, UnitAttr | StringAttr | IntegerAttr][] = [
      ["sym_name", StringAttr.get(name)],
      [workgroupCountAttr, IntegerAttr.get(workgroup.length, i64)],
    ];
    if (options.kernel === true) discardable.push([kernelAttr, UnitAttr.instance]);
    return GpuFunc.of({ function_type: TypeAttr.get(type), body }, { location, discardable });
  }

  /** The symbol's name. */
  get symbolName(): string {
    const name = this.getAttr("sym_name");
    if (!(name instanceof StringAttr)) throw new Error("the `gpu.func` has no name");
    return name.value;
  }

  get type(): FunctionType {
    const t = this.function_type.value;
    if (!(t instanceof FunctionType)) throw new Error(`@${this.symbolName} has no function type`);
    return t;
  }

  /** Whether the function is launched from the host. */
  get isKernel(): boolean {
    return this.getAttr(kernelAttr) !== undefined;
  }

  get entry(): Block {
    return this.body.entry;
  }

  /** The entry block's arguments that callers give. */
  get arguments(): readonly BlockArgument[] {
    return splitArguments(this, this.type.inputs.length).own;
  }

  /** Buffers that the threads of a block share. */
  get workgroupAttributions(): readonly BlockArgument[] {
    return splitArguments(this, this.type.inputs.length).workgroup;
  }

  /** Buffers of each thread. */
  get privateAttributions(): readonly BlockArgument[] {
    return splitArguments(this, this.type.inputs.length).private;
  }

  /** Adds a buffer that the threads of a block share, behind the others of its kind. */
  addWorkgroupAttribution(type: Type): BlockArgument {
    const own = splitArguments(this, this.type.inputs.length);
    const at = own.own.length + own.workgroup.length;
    this.setAttr(workgroupCountAttr, IntegerAttr.get(own.workgroup.length + 1, i64));
    return this.entry.insertArgument(at, type);
  }

  /** Adds a buffer of each thread, behind the others of its kind. */
  addPrivateAttribution(type: Type): BlockArgument {
    return this.entry.addArgument(type);
  }
}

/** Ends a function of device code with its results. */
export class Return extends defineOp("gpu.return", {
  summary: "Ends a function of device code with its results.",
  operands: { inputs: variadic(AnyType) },
  traits: [Pure, IsTerminator, ReturnLike, HasParent((): OpRef => GpuFunc)],
  assembly: "attr-dict ($inputs^ `:` type($inputs))?",
  verify(op, report) {
    const parent = op.parentOp;
    if (!(parent instanceof GpuFunc)) return;
    const expected = parent.type.results;
    const given = op.operandTypes;
    if (given.length === expected.length && given.every((t, i) => t === expected[i])) return;
    report(
      "gpu.return-types",
      `\`gpu.return\` gives (${given.join(", ")}) but the function returns ` +
        `(${expected.join(", ")})`,
    );
  },
}) {}

/** Whether an operation is a function that may be launched. */
export function isKernel(op: Operation): boolean {
  return (op instanceof GpuFunc || op instanceof FuncOp) && op.getAttr(kernelAttr) !== undefined;
}
