/**
 * Parallel loops that reduce, with a group of threads for each point.
 *
 * ```mlir
 * scf.parallel (%i) { %m = scf.for %j … maximumf … ; memref.store %m, %top[%i] }
 * // becomes, for each %i
 * // each thread of a warp or block combines a part of the row; they combine their parts
 * // one of them stores
 * ```
 *
 * Invariant: code outside of the distributed loops runs alike in all threads of a group; one of them
 * stores.
 */
import { type Builder, type Operation, type Value, walk } from "@strata/ir";
import * as memref from "@strata/memref";
import type { For, Parallel } from "../ops.ts";
import { accessOf } from "../alias.ts";
import { Code, type Idx } from "./code.ts";
import { type CombiningNest, tryCombiningNest } from "./combine.ts";
import { combineBlock, combineWarp } from "./group.ts";
import type { Kernel, Kernels } from "./kernel.ts";
import { kernelHint, powerOfTwo } from "./map.ts";
import { nestExtents, positionAt } from "./nest.ts";
import { RewritingCopy } from "./rewriting-copy.ts";
import { chooseGroup, type Group, tripsOf } from "./row-cost.ts";
import { combineShare } from "./span.ts";
import { type GpuTarget, threadsAtMost } from "./target.ts";

/** The nests of a loop's body that combine; undefined when its code cannot run in a group. */
export function groupNests(op: Parallel): Map<Operation, CombiningNest> | undefined {
  const nests = new Map<Operation, CombiningNest>();
  const written = new Set<Value>();
  for (const o of op.body.ops()) {
    const isNest = o.name === "scf.for" ? tryCombiningNest(o as For) : undefined;
    if (isNest !== undefined) nests.set(o, isNest);
    else if (o instanceof memref.Store) written.add(o.memref);
    else if (o.regions.length > 0) {
      let stores = false;
      walk(o, (x) => {
        stores ||= accessOf(x)?.writes === true;
      });
      if (stores) return undefined;
    }
  }
  let readsWritten = false;
  walk(op, (x) => {
    readsWritten ||= x instanceof memref.Load && written.has(x.memref);
  });
  return readsWritten ? undefined : nests;
}

/** Who works on a point of a loop. */
export function groupOf(op: Parallel, target: GpuTarget): Group {
  const nests = groupNests(op);
  if (nests === undefined || nests.size === 0) return "thread";
  return chooseGroup(op, [...nests.values()], target);
}

/** Threads of a block for rows of so many elements. */
export function threadsForRow(trips: number, target: GpuTarget): number {
  const wanted = powerOfTwo(Math.max(1, Math.ceil(trips / 16)));
  return threadsAtMost(target, Math.max(target.warpSize, Math.min(wanted, 512)));
}

/** Lowers a loop that reduces in front of itself, with a warp or block for each point. */
export function lowerRows(
  host: Builder,
  op: Parallel,
  group: "warp" | "block",
  kernels: Kernels,
): void {
  const code = new Code(host);
  const { target } = kernels;
  const nests = groupNests(op)!;
  const extents = op.lowerBound.map((l, d) => code.trips(l, op.upperBound[d]!, op.step[d]!));
  const count = code.product(extents);
  const longest = Math.max(...[...nests.values()].map(tripsOf));
  const warp = target.warpSize;
  const threads =
    group === "block" ? threadsForRow(longest, target) : threadsAtMost(target, 8 * warp);
  const perBlock = group === "block" ? 1 : threads / warp;
  const shape = {
    grid: [code.ceilDiv(count, perBlock), 1, 1],
    block: [threads, 1, 1],
    isParallel: true,
  } as const;
  kernels.launch(host, kernelHint(op), shape, (k) => {
    const c = k.code;
    const t = k.thread(0);
    const inGroup = group === "block" ? t : c.rem(t, warp);
    const own = group === "block" ? k.block(0) : c.add(c.mul(k.block(0), perBlock), c.div(t, warp));
    const emit = (): void => {
      const at = positionAt(c, own, extents);
      const env = groupCopy(k, group, inGroup, nests);
      op.inductionVars.forEach((iv, d) => {
        env.define(iv, c.value(c.add(op.lowerBound[d]!, c.mul(at[d]!, op.step[d]!))));
      });
      env.emit(op.body);
    };
    if (perBlock === 1) emit();
    else c.if(c.compare("slt", own, count), emit);
  });
}

/** Stores of code that a whole group runs; true: it is done. */
export type OnStore = (op: memref.Store, value: Value) => boolean;

/** A copy of code that all threads of a group run. */
export function groupCopy(
  k: Kernel,
  group: "warp" | "block",
  inGroup: Idx,
  nests: ReadonlyMap<Operation, CombiningNest>,
  onStore: OnStore = () => false,
): RewritingCopy {
  const { code } = k;
  return new RewritingCopy(code, (op, copy) => {
    const nest = nests.get(op);
    if (nest !== undefined) {
      const all = combineInGroup(k, nest, group, inGroup, (v) => copy.get(v));
      op.results.forEach((r, i) => copy.define(r, all[i]!));
      return true;
    }
    if (!(op instanceof memref.Store)) return false;
    if (onStore(op, copy.get(op.value))) return true;
    code.if(code.compare("eq", inGroup, 0), () => {
      code.store(copy.get(op.value), copy.get(op.memref), copy.getAll(op.indices));
    });
    return true;
  });
}

/** The results of a nest, computed by a group. */
function combineInGroup(
  k: Kernel,
  nest: CombiningNest,
  group: "warp" | "block",
  inGroup: Idx,
  outside: (v: Value) => Value,
): Value[] {
  const { code, threads, target } = k;
  const extents = nestExtents(code, nest.loops, outside);
  const stride = group === "block" ? threads : target.warpSize;
  const mine = combineShare(code, nest, extents, { first: inGroup, stride }, outside);
  const total =
    group === "block" ? combineBlock(k, nest.combiner, mine) : combineWarp(k, nest.combiner, mine);
  if (nest.combiner.initIsNeutral) return total;
  return nest.combiner.combine(code, nest.inits.map(outside), total);
}
