/**
 * Outlining: a kernel's body is built in place, with values of the host function at hand, and then
 * becomes a `gpu.func` whose parameters are the values it used.
 *
 * Invariants: constants are repeated in the kernel, all else is passed; parameters come in the order
 * of first use; names of kernels are unique in their module.
 */
import * as arith from "@strata/arith";
import type { FuncOp } from "@strata/func";
import * as gpu from "@strata/gpu";
import {
  type Attribute,
  Block,
  Builder,
  MemRefType,
  nameHintOf,
  type Operation,
  setNameHint,
  SymbolRefAttr,
  type Type,
  type Value,
  walk,
} from "@strata/ir";
import { aliasAttributes, type Aliases } from "../alias.ts";
import { Code, type Idx } from "./code.ts";
import { checkDeviceCode } from "./device-code.ts";
import { createKernel, dimension, workgroupType } from "./gpu-ops.ts";
import { indexBits } from "./index-width.ts";
import type { GpuTarget } from "./target.ts";

/** Blocks of the grid (values of the host) and threads of a block. */
export interface LaunchShape {
  readonly grid: readonly [Idx, Idx, Idx];
  readonly block: readonly [number, number, number];
  /** Whether the body runs the iterations of one parallel loop, or of loops apart from each other. */
  readonly isParallel: boolean;
}

/** Memory that the threads of a block share: elements of a type. */
export interface Shared {
  readonly shape: readonly number[];
  readonly element: Type;
}

type Axis = 0 | 1 | 2;

/** A kernel under construction. */
export class Kernel {
  readonly code: Code;
  readonly shape: LaunchShape;
  readonly target: GpuTarget;
  /** Memory shared by the threads of a block, as asked for so far. */
  readonly shared: Shared[] = [];
  readonly #block: Block;
  readonly #ids = new Map<string, Value>();

  constructor(block: Block, shape: LaunchShape, target: GpuTarget) {
    this.#block = block;
    this.code = new Code(Builder.atEnd(block));
    this.shape = shape;
    this.target = target;
  }

  /** A buffer of the block. */
  share(shape: readonly number[], element: Type): Value {
    this.shared.push({ shape, element });
    return this.#block.addArgument(workgroupType(shape, element));
  }

  #id(name: string, make: () => Operation): Value {
    let v = this.#ids.get(name);
    if (v === undefined) {
      v = Builder.atStart(this.#block).insert(make()).results[0]!;
      this.#ids.set(name, v);
    }
    return v;
  }

  /** The number of this thread in its block along an axis; 0 where a block has one. */
  thread(axis: Axis): Idx {
    if (this.shape.block[axis] === 1) return 0;
    return this.#id(`t${axis}`, () => gpu.ThreadId.of({ dimension: dimension(axis) }));
  }

  /** The number of this block in the grid along an axis. */
  block(axis: Axis): Idx {
    if (this.shape.grid[axis] === 1) return 0;
    return this.#id(`b${axis}`, () => gpu.BlockId.of({ dimension: dimension(axis) }));
  }

  /** The number of blocks of the grid along an axis. */
  blocks(axis: Axis): Idx {
    const n = this.shape.grid[axis];
    if (typeof n === "number") return n;
    return this.#id(`g${axis}`, () => gpu.GridDim.of({ dimension: dimension(axis) }));
  }

  /** Threads of a block. */
  get threads(): number {
    const [x, y, z] = this.shape.block;
    return x * y * z;
  }

  barrier(): void {
    this.code.b.insert(gpu.Barrier.of({}));
  }
}

/** The kernels of one host function. */
export class Kernels {
  readonly target: GpuTarget;
  readonly aliases: Aliases;
  readonly #fn: FuncOp;
  readonly #names = new Set<string>();
  #module: gpu.GpuModule | undefined;

  constructor(fn: FuncOp, target: GpuTarget, aliases: Aliases) {
    this.#fn = fn;
    this.target = target;
    this.aliases = aliases;
  }

  get hasKernels(): boolean {
    return this.#module !== undefined;
  }

  #moduleOf(): gpu.GpuModule {
    if (this.#module === undefined) {
      const name = `${this.#fn.symbolName}_gpu`;
      this.#module = gpu.GpuModule.create(name, this.#fn.location);
      Builder.after(this.#fn).insert(this.#module);
    }
    return this.#module;
  }

  #uniqueName(hint: string): string {
    const base = `${this.#fn.symbolName}_${hint}`.replace(/[^A-Za-z0-9_]/g, "_");
    let name = base;
    for (let n = 1; this.#names.has(name); n++) name = `${base}_${n}`;
    this.#names.add(name);
    return name;
  }

  /** Builds a kernel and inserts its launch where the host's builder stands. */
  launch(host: Builder, hint: string, shape: LaunchShape, body: (k: Kernel) => void): void {
    const block = new Block();
    const kernel = new Kernel(block, shape, this.target);
    kernel.code.b.location = host.location;
    body(kernel);
    kernel.code.b.insert(gpu.Return.of({ inputs: [] }));
    const captured = captureValues(block);
    checkDeviceCode(block);
    const name = this.#uniqueName(hint);
    const entry = new Block([...captured.map((v) => v.type), ...block.args.map((a) => a.type)]);
    captured.forEach((v, i) => {
      const arg = entry.args[i]!;
      const hinted = nameHintOf(v);
      if (hinted !== undefined) setNameHint(arg, hinted);
      v.replaceUsesIf(arg, (use) => block === topBlock(use.owner, block));
    });
    block.args.forEach((a, i) => {
      setNameHint(entry.args[captured.length + i]!, "shared");
      a.replaceAllUsesWith(entry.args[captured.length + i]!);
    });
    while (block.firstOp !== null) {
      const op = block.firstOp;
      block.remove(op);
      entry.append(op);
    }
    const attributes = aliasAttributes(entry, captured, this.aliases, shape.isParallel);
    const fn = createKernel(name, entry, captured.length, {
      argAttributes: attributes,
      block: shape.block,
      indexBits: indexBits(entry, captured, shape),
    });
    fn.location = host.location;
    const module = this.#moduleOf();
    module.add(fn);
    const code = new Code(host);
    const [gx, gy, gz] = shape.grid;
    const [bx, by, bz] = shape.block;
    host.insert(
      gpu.LaunchFunc.to(
        SymbolRefAttr.get(module.symbolName, [name]),
        [code.value(gx), code.value(gy), code.value(gz)],
        [code.value(bx), code.value(by), code.value(bz)],
        { args: captured },
      ),
    );
  }
}

/** Whether `op` stands in `block`, at any depth: the block itself if so. */
function topBlock(op: Operation, block: Block): Block | null {
  let at: Block | null = op.parent;
  while (at !== null && at !== block) at = at.parentOp?.parent ?? null;
  return at;
}

/** Values from outside that a block uses; constants among them are repeated in the block. */
function captureValues(block: Block): Value[] {
  const inside = new Set<Value>(block.args);
  const captured = new Set<Value>();
  const constants = new Map<Type, Map<Attribute, Value>>();
  const start = Builder.atStart(block);
  const repeat = (op: arith.ConstantOp): Value => {
    let known = constants.get(op.result.type);
    if (known === undefined) constants.set(op.result.type, (known = new Map()));
    let v = known.get(op.value);
    if (v === undefined) {
      v = start.insert(arith.ConstantOp.of({ value: op.value })).results[0]!;
      known.set(op.value, v);
      inside.add(v);
    }
    return v;
  };
  const see = (op: Operation): void => {
    op.operands.forEach((v, i) => {
      if (inside.has(v)) return;
      if (v.definingOp instanceof arith.ConstantOp) op.setOperand(i, repeat(v.definingOp));
      else captured.add(v);
    });
    for (const r of op.results) inside.add(r);
    for (const r of op.regions) {
      for (const b of r.blocks()) for (const a of b.args) inside.add(a);
    }
  };
  const own = [...block.ops()];
  for (const op of own) walk(op, see, "pre");
  return [...captured];
}

/** Whether a type is a buffer. */
export function isBuffer(v: Value): v is Value<MemRefType> {
  return v.type instanceof MemRefType;
}
