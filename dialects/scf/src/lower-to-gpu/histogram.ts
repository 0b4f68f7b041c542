/**
 * Loops that add to elements chosen by data: parallel, with atomic additions. Where the result is
 * small each block counts in its own memory and adds that to the result at the end.
 *
 * ```mlir
 * scf.for %i = … {
 *   %old = memref.load %bins[%b]
 *   %new = arith.addi %old, %w
 *   memref.store %new, %bins[%b]
 * }
 * // becomes, for every %i at once
 * memref.atomic_rmw addi %w, %bins[%b]
 * ```
 */
import * as arith from "@strata/arith";
import {
  type Builder,
  elementTypeOf,
  FloatType,
  i32,
  IntegerType,
  type MemRefType,
  type Operation,
  type Type,
  type Value,
  walk,
} from "@strata/ir";
import * as memref from "@strata/memref";
import { neutralElement, type ReductionKind, reductionKind } from "../reduction.ts";
import type { For } from "../ops.ts";
import type { Aliases } from "../alias.ts";
import { Code, type Idx, known } from "./code.ts";
import { readsOnly } from "./combine.ts";
import { allocate, free } from "./device-memory.ts";
import type { Kernel, Kernels } from "./kernel.ts";
import { emitNest, nestExtents, perfectLoops, positionAt } from "./nest.ts";
import { type Replace, RewritingCopy } from "./rewriting-copy.ts";
import { emitLanes, nestLanes } from "./span.ts";
import { TileEmitter } from "./tile.ts";
import { type GpuTarget, threadsAtMost, usualBlock } from "./target.ts";

/** A nest whose iterations each update one element, in any order. */
export interface Updates {
  readonly loops: readonly For[];
  readonly buffer: Value;
  readonly kind: ReductionKind;
  readonly load: memref.Load;
  readonly update: Operation;
  readonly store: memref.Store;
  /** The operand of the update that is not the element. */
  readonly amount: Value;
}

const atomicKinds: Partial<Record<ReductionKind, string>> = {
  add: "addi",
  minsi: "mins",
  maxsi: "maxs",
  minui: "minu",
  maxui: "maxu",
  and: "andi",
  or: "ori",
};

/** The nest as one that updates elements; undefined when its order matters otherwise. */
export function tryUpdates(op: For, aliases: Aliases, target: GpuTarget): Updates | undefined {
  if (op.outs.length > 0) return undefined;
  const loops = perfectLoops(op);
  const stores: memref.Store[] = [];
  const loads: memref.Load[] = [];
  let isFine = true;
  for (const top of loops[loops.length - 1]!.body.ops()) {
    walk(top, (o) => {
      if (o instanceof memref.Store) stores.push(o);
      else if (o instanceof memref.Load) loads.push(o);
      else if (o.regions.length === 0 && !readsOnly(o)) isFine = false;
    });
  }
  const [store] = stores;
  if (!isFine || stores.length !== 1 || store === undefined) return undefined;
  const update = store.value.definingOp;
  const kind = update === undefined ? undefined : reductionKind(update);
  if (update === undefined || kind === undefined || !store.value.hasOneUse) return undefined;
  const load = update.operands.map((v) => v.definingOp).find((o) => isElement(o, store));
  if (!(load instanceof memref.Load) || !load.result.hasOneUse) return undefined;
  if (load.parent !== store.parent || update.parent !== store.parent) return undefined;
  const others = loads.filter((l) => l !== load);
  if (others.some((l) => aliases.may(l.memref, store.memref))) return undefined;
  const amount = update.operand(0) === load.result ? update.operand(1) : update.operand(0);
  if (!hasAtomic(kind, elementTypeOf(store.memref.type), target)) return undefined;
  return { loops, buffer: store.memref, kind, load, update, store, amount };
}

function isElement(op: Operation | undefined, store: memref.Store): boolean {
  return (
    op instanceof memref.Load &&
    op.memref === store.memref &&
    op.indices.every((v, d) => v === store.indices[d])
  );
}

function hasAtomic(kind: ReductionKind, t: Type, target: GpuTarget): boolean {
  if (t instanceof FloatType) return kind === "add" && target.hasFloatAtomics && t.width >= 32;
  if (!(t instanceof IntegerType) || atomicKinds[kind] === undefined) return false;
  if (t.width === 32 || (t.width === 64 && target.hasWideAtomics)) return true;
  return kind === "add" && t.width < 32;
}

/** The type in which a buffer's updates are collected: narrow integers have no atomics. */
function workType(t: Type): Type {
  return t instanceof IntegerType && t.width < 32 ? i32 : t;
}

function atomic(code: Code, u: Updates, value: Value, buffer: Value, at: readonly Idx[]): void {
  const t = value.type;
  const name = t instanceof FloatType ? "addf" : atomicKinds[u.kind]!;
  code.b.insert(
    memref.AtomicRMW.of({
      kind: memref.AtomicRMWKind.attr(name as "addi"),
      value,
      memref: buffer,
      indices: code.values(at),
    }),
  );
}

/** Elements that a block may count in its own memory. */
function privateElements(t: MemRefType, target: GpuTarget): boolean {
  if (!t.hasStaticShape) return false;
  const width = workType(t.elementType) as IntegerType | FloatType;
  const bytes = (t.shape.reduce((a, n) => a * n, 1) * width.width) / 8;
  return bytes > 0 && bytes <= target.sharedBytes / 2;
}

/** Lowers a nest of updates in front of itself. */
export function lowerUpdates(host: Builder, u: Updates, kernels: Kernels): void {
  const code = new Code(host);
  const { target } = kernels;
  const type = u.buffer.type as MemRefType;
  const work = workType(type.elementType);
  const extents = nestExtents(code, u.loops);
  const count = code.product(extents);
  const isPrivate = privateElements(type, target);
  const threads = threadsAtMost(target, isPrivate ? 512 : 256);
  const perThread = isPrivate ? 16 : 4;
  const resident = Math.max(1, Math.floor(target.maxThreadsPerProcessor / threads));
  const most = isPrivate ? target.processors * resident : 2 ** 31 - 1;
  const blocks = code.min(code.max(code.ceilDiv(count, threads * perThread), 1), most);
  const result = work === type.elementType ? u.buffer : workspace(host, u, work, kernels);
  kernels.launch(
    host,
    "histogram",
    { grid: [blocks, 1, 1], block: [threads, 1, 1], isParallel: true },
    (k) => {
      const own = isPrivate ? k.share(type.shape, work) : result;
      if (isPrivate) eachElement(k, type, (at) => k.code.store(neutral(k, u, work), own, at));
      if (isPrivate) k.barrier();
      countInto(k, u, extents, count, own);
      if (!isPrivate) return;
      k.barrier();
      eachElement(k, type, (at) => {
        atomic(k.code, u, k.code.load(own, at), result, at);
      });
    },
  );
  if (result !== u.buffer) addWorkspace(host, u, result, kernels);
}

function neutral(k: Kernel, u: Updates, t: Type): Value {
  return k.code.constant(neutralElement(u.kind, t)!);
}

/** Visits the elements of a buffer, spread over the threads of a block. */
function eachElement(k: Kernel, type: MemRefType, visit: (at: Idx[]) => void): void {
  const { code } = k;
  const count = type.shape.reduce((a, n) => a * n, 1);
  code.for(k.thread(0), count, k.threads, [], (i) => visit(positionAt(code, i, type.shape)));
}

function countInto(
  k: Kernel,
  u: Updates,
  extents: readonly Idx[],
  count: Idx,
  buffer: Value,
): void {
  const { code } = k;
  const replace: Replace = (op, self) => {
    if (op === u.load || op === u.update) return true;
    if (op !== u.store) return false;
    let amount = self.get(u.amount);
    const to = (buffer.type as MemRefType).elementType;
    if (amount.type !== to) amount = code.insert(extend(amount, to));
    atomic(code, u, amount, buffer, self.getAll(u.store.indices));
    return true;
  };
  const first = code.add(code.mul(k.block(0), k.threads), k.thread(0));
  const stride = code.mul(k.blocks(0), k.threads);
  const last = extents.length - 1;
  const lanes = known(extents[last]!) === undefined ? 1 : nestLanes(u.loops, extents, true);
  const groups = extents.map((n, d): Idx => (d === last ? code.div(n, lanes) : n));
  const end = lanes === 1 ? count : code.product(groups);
  code.for(first, end, stride, [], (position) => {
    if (lanes === 1) {
      emitNest(new RewritingCopy(code, replace), code, u.loops, extents, position);
    } else {
      const emitter = new TileEmitter(code, lanes, lanes, (v) => v, replace);
      emitLanes(emitter, code, u.loops, groups, position, lanes);
    }
  });
}

const extend = (v: Value, to: Type): Operation => arith.ExtUI.of({ in: v }, { types: { out: to } });

/** A zeroed buffer of wider elements. */
function workspace(host: Builder, u: Updates, work: Type, kernels: Kernels): Value {
  const { sizes, launch } = overElements(host, u, kernels);
  const buffer = allocate(host, sizes, work);
  launch("clear", (code, at) => code.store(code.number(0, work), buffer, at));
  return buffer;
}

/** Adds what was collected in wider elements to the result. */
function addWorkspace(host: Builder, u: Updates, work: Value, kernels: Kernels): void {
  const { launch } = overElements(host, u, kernels);
  const type = elementTypeOf(u.buffer.type);
  launch("narrow", (code, at) => {
    const sum = code.insert(arith.TruncI.of({ in: code.load(work, at) }, { types: { out: type } }));
    const old = code.load(u.buffer, at);
    code.store(code.insert(arith.AddI.of({ lhs: old, rhs: sum })), u.buffer, at);
  });
  free(host, work);
}

function overElements(
  host: Builder,
  u: Updates,
  kernels: Kernels,
): {
  readonly sizes: Idx[];
  readonly launch: (name: string, body: (code: Code, at: Idx[]) => void) => void;
} {
  const outer = new Code(host);
  const type = u.buffer.type as MemRefType;
  const sizes = type.shape.map((n, d): Idx =>
    n >= 0 ? n : outer.insert(memref.Dim.of({ source: u.buffer, index: outer.value(d) })),
  );
  const count = outer.product(sizes);
  const threads = usualBlock(kernels.target);
  const blocks = outer.ceilDiv(count, threads);
  return {
    sizes,
    launch: (name, body) =>
      kernels.launch(
        host,
        name,
        { grid: [blocks, 1, 1], block: [threads, 1, 1], isParallel: true },
        (k) => {
          const i = k.code.add(k.code.mul(k.block(0), threads), k.thread(0));
          k.code.if(k.code.compare("ult", i, count), () =>
            body(k.code, positionAt(k.code, i, sizes)),
          );
        },
      ),
  };
}
