/**
 * The text of `gpu.func`: `@name(arguments) [-> results] [workgroup(…)] [private(…)] [kernel]
 * [attributes {…}] body`.
 *
 * Invariants: the entry block's arguments are those of the function, then the workgroup buffers,
 * then the private ones; `workgroup_attributions` says how many are workgroup buffers. As upstream
 * keeps them, it, the name and `gpu.kernel` are discardable attributes.
 */
import { parseSignature, printSignature } from "@strata/func";
import {
  ArrayAttr,
  type AsmPrinter,
  type Attribute,
  type BlockArgument,
  DictionaryAttr,
  FunctionType,
  i64,
  IntegerAttr,
  type Operation,
  type OpParser,
  type ParsedArgument,
  Region,
  StringAttr,
  TypeAttr,
  UnitAttr,
} from "@strata/ir";

/** Marks functions that are launched from the host. */
export const kernelAttr = "gpu.kernel";
/** How many of the arguments behind a function's own are workgroup buffers. */
export const workgroupCountAttr = "workgroup_attributions";

/** Number of workgroup buffers of a `gpu.func` or `gpu.launch`. */
export function workgroupCount(op: Operation): number {
  const a = op.getAttr(workgroupCountAttr);
  return a instanceof IntegerAttr ? Number(a.value) : 0;
}

/** The entry block's arguments of a function, by what they are. */
export interface FunctionArguments {
  readonly own: readonly BlockArgument[];
  readonly workgroup: readonly BlockArgument[];
  readonly private: readonly BlockArgument[];
}

/** Splits entry arguments behind the first `own` into workgroup and private buffers. */
export function splitArguments(op: Operation, own: number): FunctionArguments {
  const args = op.regions[0]?.firstBlock?.args ?? [];
  const end = own + workgroupCount(op);
  return { own: args.slice(0, own), workgroup: args.slice(own, end), private: args.slice(end) };
}

/** Reads `keyword(%name : type {…}, …)` if it comes next; the dictionaries go to `attribute`. */
export function parseAttributions(
  p: OpParser,
  keyword: string,
  attribute: string | undefined,
): ParsedArgument[] {
  const args: ParsedArgument[] = [];
  if (!p.asm.tryConsume(keyword)) return args;
  p.asm.parseCommaSeparated("(", ")", () => args.push(p.parseArgument(true)));
  if (attribute === undefined || args.every((a) => (a.attributes?.size ?? 0) === 0)) return args;
  const none: ReadonlyMap<string, Attribute> = new Map();
  p.setAttr(attribute, ArrayAttr.get(args.map((a) => DictionaryAttr.get(a.attributes ?? none))));
  return args;
}

/** Prints ` keyword(%name : type {…}, …)`; nothing for no buffers. */
export function printAttributions(
  p: AsmPrinter,
  keyword: string,
  args: readonly BlockArgument[],
  attributes?: Attribute,
): void {
  if (args.length === 0) return;
  p.write(` ${keyword}(`);
  p.list(args.keys(), (i) => {
    const arg = args[i]!;
    p.operand(arg);
    p.write(" : ");
    p.type(arg.type);
    const d = attributes instanceof ArrayAttr ? attributes.values[i] : undefined;
    if (!(d instanceof DictionaryAttr) || d.entries.size === 0) return;
    p.write(" ");
    p.attribute(d);
  });
  p.write(")");
}

/** Reads what follows `gpu.func`. */
export function parseGpuFunction(p: OpParser): void {
  p.setAttr("sym_name", StringAttr.get(p.asm.parseSymbolName()));
  const start = p.asm.tokenStart();
  const own = parseSignature(p);
  const type = p.getAttr("function_type");
  const inputs =
    type instanceof TypeAttr && type.value instanceof FunctionType ? type.value.inputs.length : 0;
  if (own.length !== inputs) {
    p.asm.fail("gpu.func-arguments", "the arguments of `gpu.func` have names", start);
  }
  const workgroup = parseAttributions(p, "workgroup", "workgroup_attrib_attrs");
  p.setAttr(workgroupCountAttr, IntegerAttr.get(workgroup.length, i64));
  const privates = parseAttributions(p, "private", "private_attrib_attrs");
  if (p.asm.tryConsume("kernel")) p.setAttr(kernelAttr, UnitAttr.instance);
  p.parseAttrDict(true);
  const body = p.asm.tokenStart();
  const region = p.parseRegion(new Region(), [...own, ...workgroup, ...privates]);
  if (region.isEmpty || region.entry.isEmpty) {
    p.asm.fail("gpu.empty-body", "the body of `gpu.func` begins with an operation", body);
  }
}

const elided = new Set([
  "sym_name",
  "function_type",
  "arg_attrs",
  "res_attrs",
  "workgroup_attrib_attrs",
  "private_attrib_attrs",
  workgroupCountAttr,
  kernelAttr,
]);

/** Prints what follows `gpu.func`. */
export function printGpuFunction(op: Operation, p: AsmPrinter): void {
  const name = op.getAttr("sym_name");
  const type = op.getAttr("function_type");
  const inputs =
    type instanceof TypeAttr && type.value instanceof FunctionType ? type.value.inputs.length : 0;
  const args = splitArguments(op, inputs);
  p.write(" ");
  p.symbolName(name instanceof StringAttr ? name.value : "");
  p.isolatedRegion(op.regions[0] ?? new Region(), () => {
    printSignature(op, p);
    printAttributions(p, "workgroup", args.workgroup, op.getAttr("workgroup_attrib_attrs"));
    printAttributions(p, "private", args.private, op.getAttr("private_attrib_attrs"));
    if (op.getAttr(kernelAttr) !== undefined) p.write(" kernel");
    p.attrDict(op, elided, true);
  });
}
