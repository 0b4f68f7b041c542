/**
 * Prints the kernels of a `gpu.module` as one program.
 *
 * Invariants: a kernel's parameters are those of its `gpu.func`, a memref as its pointer followed by its
 * dynamic extents; helpers stand in front of whoever calls them; every line knows the source it is from.
 */
import {
  ArrayAttr,
  DenseArrayAttr,
  DictionaryAttr,
  MemRefType,
  type BlockArgument,
  type Operation,
} from "@strata/ir";
import { GpuFunc, type GpuModule } from "@strata/gpu";
import type { SourceFile } from "@strata/support";
import type { ProgramScope } from "./emission.ts";
import { atom, type CKind } from "./expression.ts";
import type { CFlavour, Feature, Helper } from "./flavour.ts";
import { castTo } from "./emission.ts";
import { FunctionEmitter, type Line } from "./function-emitter.ts";
import { integerOf } from "./integer-attribute.ts";
import { integerLiteral } from "./helpers.ts";
import { storageOf } from "./memory.ts";
import { refuse } from "./types.ts";

/** What a launch passes for one parameter of the IR. */
export type KernelParam =
  | { readonly kind: "scalar"; readonly type: CKind }
  | {
      readonly kind: "memref";
      /** Dimensions whose extents follow the pointer, as the kernel's index kind. */
      readonly dynamicDims: readonly number[];
      /** Whether the kernel writes there. */
      readonly isWritten: boolean;
    };

/** A kernel of the program. */
export interface EmittedKernel {
  readonly name: string;
  readonly params: readonly KernelParam[];
  readonly indexBits: 32 | 64;
  /** Threads of a block along x, y and z, if every launch has the same. */
  readonly blockSize: readonly number[] | undefined;
  /** Bytes of memory that the threads of a block share. */
  readonly workgroupBytes: number;
}

/** Where a line of the program comes from. */
export interface LineOrigin {
  readonly file: SourceFile;
  readonly offset: number;
}

/** A program. */
export interface EmittedProgram {
  readonly source: string;
  readonly kernels: readonly EmittedKernel[];
  readonly features: ReadonlySet<Feature>;
  /** The origin of each line, counted from 0; undefined for lines that are nobody's. */
  readonly origins: readonly (LineOrigin | undefined)[];
}

/** Helpers and features of a program while it is printed. */
class Program implements ProgramScope {
  readonly flavour: CFlavour;
  readonly features = new Set<Feature>();
  readonly helpers = new Map<string, string>();

  constructor(flavour: CFlavour) {
    this.flavour = flavour;
  }

  use(helper: Helper): string {
    if (this.helpers.has(helper.name)) return helper.name;
    for (const called of helper.calls ?? []) this.use(called);
    this.helpers.set(helper.name, helper.text);
    return helper.name;
  }

  need(feature: Feature): void {
    this.features.add(feature);
  }
}

/** Prints all kernels of a module; refuses what the language has no form for. */
export function emitKernels(module: GpuModule, flavour: CFlavour): EmittedProgram {
  const program = new Program(flavour);
  const kernels: EmittedKernel[] = [];
  const bodies: Line[] = [];
  for (const op of module.ops()) {
    if (!(op instanceof GpuFunc)) {
      if (op.definition.isTerminator) continue;
      refuse(op, "the operation outside of a kernel");
    }
    if (!op.isKernel) refuse(op, "a function that is no kernel");
    if (!op.body.hasOneBlock) refuse(op, "a body of several blocks");
    const { kernel, lines } = emitKernel(program, op);
    kernels.push(kernel);
    bodies.push({ text: "" }, ...lines);
  }
  const head = [
    ...flavour.preamble(program.features),
    ...[...program.helpers.values()].flatMap((text) => ["", ...text.split("\n")]),
  ];
  const lines: Line[] = [...head.map((text) => ({ text })), ...bodies];
  return {
    source: `${lines.map(({ text }) => text).join("\n")}\n`,
    kernels,
    features: program.features,
    origins: lines.map(({ file, offset }) =>
      file === undefined || offset === undefined ? undefined : { file, offset },
    ),
  };
}

function emitKernel(program: Program, func: GpuFunc): { kernel: EmittedKernel; lines: Line[] } {
  const { flavour } = program;
  const indexBits = integerOf(func, "index_bitwidth") === 32 ? 32 : 64;
  const em = new FunctionEmitter(program, func, indexBits);
  const name = func.symbolName;
  em.names.fresh(name);
  const params: KernelParam[] = [];
  const declared: string[] = [];
  func.arguments.forEach((arg, k) => {
    params.push(bindParameter(em, func, arg, k, declared));
  });
  let workgroupBytes = 0;
  for (const [space, buffers] of [
    ["workgroup", func.workgroupAttributions],
    ["private", func.privateAttributions],
  ] as const) {
    for (const buffer of buffers) workgroupBytes += bindBuffer(em, func, buffer, space);
  }
  em.block(func.entry);
  const known = func.getAttr("known_block_size");
  const blockSize = known instanceof DenseArrayAttr ? known.numbers : undefined;
  const list = declared.map((d, k) => `    ${d}${k === declared.length - 1 ? ") {" : ","}`);
  const head = `${flavour.kernelHead(name, blockSize)}(`;
  const oneLine = `${head}${declared.join(", ")}) {`;
  const opening = oneLine.length <= 100 ? [oneLine] : [head, ...list];
  return {
    kernel: { name, params, indexBits, blockSize, workgroupBytes },
    lines: [...opening.map((text) => ({ text })), ...em.lines, { text: "}" }],
  };
}

/** Declares a parameter and makes it known to the body. */
function bindParameter(
  em: FunctionEmitter,
  func: GpuFunc,
  arg: BlockArgument,
  index: number,
  declared: string[],
): KernelParam {
  const { flavour } = em;
  const name = em.names.forValue(arg, `arg${index}`);
  const { type } = arg;
  if (!(type instanceof MemRefType)) {
    const kind = em.kindOf(type, func);
    // A bool has no size of its own among a kernel's arguments.
    const passed = kind === "bool" ? "u8" : kind;
    declared.push(`const ${flavour.types[passed]} ${name}`);
    em.bind(arg, [kind === "bool" ? castTo(atom(name, "u8"), "bool", flavour) : atom(name, kind)]);
    return { kind: "scalar", type: passed };
  }
  if (type.layout !== undefined) refuse(func, `a parameter of \`${type.toString()}\``);
  const restrict = hasArgAttr(func, index, "llvm.noalias");
  const isWritten = !hasArgAttr(func, index, "llvm.readonly") && isStoredTo(arg);
  const storage = storageOf(func, type.elementType);
  if (storage === "f64") em.need("fp64");
  declared.push(flavour.pointer(flavour.types[storage], name, { constant: !isWritten, restrict }));
  const dynamicDims: number[] = [];
  const sizes = type.shape.map((n, d) => {
    if (n >= 0) return atom(integerLiteral(BigInt(n), em.indexKind, flavour), em.indexKind);
    dynamicDims.push(d);
    const size = em.names.fresh(`${name}_${d}`);
    declared.push(`const ${flavour.types[em.indexKind]} ${size}`);
    return atom(size, em.indexKind);
  });
  em.bindMemRef(arg, { type, pointer: name, space: "global", sizes });
  return { kind: "memref", dynamicDims, isWritten };
}

/** Declares an array of a block or a thread; gives the bytes that count against a block's memory. */
function bindBuffer(
  em: FunctionEmitter,
  func: GpuFunc,
  buffer: BlockArgument,
  space: "workgroup" | "private",
): number {
  const { type } = buffer;
  if (!(type instanceof MemRefType) || !type.hasStaticShape) {
    return refuse(func, `a buffer of \`${type.toString()}\``);
  }
  const { flavour } = em;
  const storage = storageOf(func, type.elementType);
  const name = em.names.forValue(buffer, space === "workgroup" ? "shared" : "own");
  const length = Math.max(1, type.numElements);
  em.line(flavour.array(space, flavour.types[storage], name, length));
  em.bindMemRef(buffer, {
    type,
    pointer: name,
    space,
    sizes: type.shape.map((n) =>
      atom(integerLiteral(BigInt(n), em.indexKind, flavour), em.indexKind),
    ),
  });
  return space === "workgroup" ? (length * Number(storage.slice(1))) / 8 : 0;
}

function hasArgAttr(func: Operation, index: number, name: string): boolean {
  const all = func.getAttr("arg_attrs");
  const own = all instanceof ArrayAttr ? all.values[index] : undefined;
  return own instanceof DictionaryAttr && own.get(name) !== undefined;
}

/** Whether something may be written through a memref, directly or under another name. */
function isStoredTo(v: BlockArgument | ReturnType<Operation["resultAt"]>): boolean {
  return [...v.uses()].some(({ owner }) => {
    if (
      owner.name === "memref.load" ||
      owner.name === "memref.dim" ||
      owner.name === "vector.load"
    ) {
      return false;
    }
    if (owner.numResults === 0 || !(owner.resultTypes[0] instanceof MemRefType)) return true;
    return owner.results.some((r) => isStoredTo(r));
  });
}
