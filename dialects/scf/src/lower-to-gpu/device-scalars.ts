/**
 * Scalars that only kernels need stay on the device, so that the host does not wait for them.
 *
 * ```mlir
 * gpu.memcpy %h, %sum                        // waits
 * %s = memref.load %h[]
 * %scale = arith.divf %one, %s
 * gpu.launch_func @f_gpu::@f_out … args(%scale : f32, %x : memref<?xf32>)
 * // becomes
 * gpu.launch_func @f_gpu::@f_out … args(%sum : memref<f32>, %x : memref<?xf32>)
 * // and the kernel begins with
 * %s = memref.load %sum[]
 * %scale = arith.divf %one, %s
 * ```
 */
import * as arith from "@strata/arith";
import type { FuncOp } from "@strata/func";
import * as gpu from "@strata/gpu";
import {
  ArrayAttr,
  type Attribute,
  Builder,
  collect,
  DictionaryAttr,
  FunctionType,
  IndexType,
  isMemoryEffectFree,
  MemRefType,
  nameHintOf,
  type Operation,
  setNameHint,
  TypeAttr,
  UnitAttr,
  type Value,
} from "@strata/ir";
import * as memref from "@strata/memref";
import { RewritingCopy } from "./rewriting-copy.ts";
import { Code } from "./code.ts";

/** A scalar that comes to the host: from a buffer of the device over one of the host. */
interface ReadBack {
  readonly source: Value;
  readonly copy: gpu.Memcpy;
  readonly load: memref.Load;
}

/** Operations between a scalar and the launches that need it, at most. */
const longestChain = 16;

/** Keeps the scalars of a host function on the device where the host itself needs none of them. */
export function keepScalarsOnDevice(fn: FuncOp): void {
  const kept = new Map<Value, ReadBack>();
  for (const copy of collect(fn, gpu.Memcpy)) {
    const found = tryReadBack(copy);
    if (found !== undefined && feedsOnlyLaunches(found.load.result, new Set())) {
      kept.set(found.load.result, found);
    }
  }
  if (kept.size === 0) return;
  for (const launch of collect(fn, gpu.LaunchFunc)) moveIntoKernel(launch, kept);
  for (const { source, copy, load } of kept.values()) {
    eraseUnused(load.result);
    const target = load.memref;
    load.erase();
    copy.erase();
    target.definingOp!.erase();
    const free = source.users().find((u) => u instanceof gpu.Dealloc)!;
    const block = source.definingOp!.parent!;
    free.parent!.remove(free);
    block.insertBefore(free, block.lastOp);
  }
}

function tryReadBack(copy: gpu.Memcpy): ReadBack | undefined {
  const { dst, src } = copy;
  if (!(dst.definingOp instanceof memref.Alloca) || !(src.definingOp instanceof gpu.Alloc)) {
    return undefined;
  }
  const load = dst.users().find((u) => u instanceof memref.Load);
  const frees = src.users().filter((u) => u instanceof gpu.Dealloc);
  const isAlone = dst.users().length === 2 && frees.length === 1;
  return load instanceof memref.Load && isAlone ? { source: src, copy, load } : undefined;
}

/** Whether all that depends on a scalar are arguments of launches. */
function feedsOnlyLaunches(v: Value, seen: Set<Operation>): boolean {
  return v.users().every((user) => {
    if (user instanceof gpu.LaunchFunc) {
      return ![...user.gridSizes, ...user.blockSizes].includes(v);
    }
    if (!isScalarStep(user) || seen.size > longestChain) return false;
    seen.add(user);
    return feedsOnlyLaunches(user.results[0]!, seen);
  });
}

function isScalarStep(op: Operation): boolean {
  const dialect = op.name.slice(0, op.name.indexOf("."));
  const [result] = op.results;
  return (
    (dialect === "arith" || dialect === "math") &&
    op.regions.length === 0 &&
    op.numResults === 1 &&
    isMemoryEffectFree(op) &&
    !(result!.type instanceof MemRefType || result!.type instanceof IndexType)
  );
}

/** Whether a value is, or is computed from, a scalar that is kept. */
function isDerived(v: Value, kept: ReadonlyMap<Value, ReadBack>): boolean {
  if (kept.has(v)) return true;
  const op = v.definingOp;
  return op !== undefined && isScalarStep(op) && op.operands.some((o) => isDerived(o, kept));
}

function moveIntoKernel(launch: gpu.LaunchFunc, kept: ReadonlyMap<Value, ReadBack>): void {
  const operands = [...launch.kernelOperands];
  const derived = operands.filter((v) => isDerived(v, kept));
  const kernel = launch.tryKernel();
  if (derived.length === 0 || !(kernel instanceof gpu.GpuFunc)) return;
  const staying = operands.filter((v) => !derived.includes(v));
  const leaves = new Set<Value>();
  for (const v of derived) collectLeaves(v, kept, leaves);
  const added = [...leaves].filter((v) => !staying.includes(v));
  const entry = kernel.body.entry;
  const params = new Map(operands.map((v, i) => [v, entry.args[i]!] as const));
  added.forEach((v, i) => {
    const arg = entry.insertArgument(operands.length + i, v.type);
    const hint = nameHintOf(v);
    if (hint !== undefined) setNameHint(arg, hint);
    params.set(v, arg);
  });
  const code = new Code(Builder.atStart(entry));
  const copy = new RewritingCopy(code, (op, self) => {
    const back = op.results.length === 1 ? kept.get(op.results[0]!) : undefined;
    if (back === undefined) return false;
    self.define(op.results[0]!, code.load(params.get(back.source)!, []));
    return true;
  });
  for (const v of [...leaves, ...staying]) copy.define(v, params.get(v)!);
  const emitted = new Set<Operation>();
  for (const v of derived) {
    emitChain(v, copy, kept, emitted);
    params.get(v)!.replaceAllUsesWith(copy.get(v));
  }
  const attributes = argumentAttributes(kernel, operands.length);
  for (let i = operands.length - 1; i >= 0; i--) {
    if (derived.includes(operands[i]!)) {
      entry.eraseArgument(i);
      attributes.splice(i, 1);
    }
  }
  attributes.push(...added.map((v) => attributesOf(v)));
  const args = [...staying, ...added];
  const type = FunctionType.get(
    args.map((v) => v.type),
    [],
  );
  kernel.setAttr("function_type", TypeAttr.get(type));
  kernel.setAttr("arg_attrs", ArrayAttr.get(attributes));
  const { location } = launch;
  const next = gpu.LaunchFunc.to(launch.kernel, launch.gridSizes, launch.blockSizes, {
    args,
    location,
  });
  Builder.before(launch).insert(next);
  launch.erase();
}

/** The buffers and host values that a value is computed from. */
function collectLeaves(v: Value, kept: ReadonlyMap<Value, ReadBack>, out: Set<Value>): void {
  const back = kept.get(v);
  if (back !== undefined) out.add(back.source);
  else if (isDerived(v, kept)) {
    for (const o of v.definingOp!.operands) collectLeaves(o, kept, out);
  } else if (!(v.definingOp instanceof arith.ConstantOp)) out.add(v);
}

/** Emits the code that computes a value, its operands first. */
function emitChain(
  v: Value,
  copy: RewritingCopy,
  kept: ReadonlyMap<Value, ReadBack>,
  emitted: Set<Operation>,
): void {
  const op = v.definingOp;
  const isConstant = op instanceof arith.ConstantOp;
  if (op === undefined || emitted.has(op) || !(isDerived(v, kept) || isConstant)) return;
  emitted.add(op);
  if (!kept.has(v)) for (const o of op.operands) emitChain(o, copy, kept, emitted);
  copy.emitOp(op);
}

function argumentAttributes(kernel: gpu.GpuFunc, count: number): Attribute[] {
  const all = kernel.getAttr("arg_attrs");
  if (all instanceof ArrayAttr) return [...all.values];
  return Array.from({ length: count }, () => DictionaryAttr.get([]));
}

/** What is known of a buffer that an earlier launch wrote and this one reads. */
function attributesOf(v: Value): Attribute {
  const names = v.type instanceof MemRefType ? ["llvm.noalias", "llvm.readonly"] : [];
  return DictionaryAttr.get(names.map((n) => [n, UnitAttr.instance] as const));
}

/** Erases what depends on a value and is not used by anything that stays. */
function eraseUnused(v: Value): void {
  for (const user of v.users()) {
    if (user.parent === null) continue;
    eraseUnused(user.results[0]!);
    if (user.results[0]!.isUnused) user.erase();
  }
}
