/**
 * The host function: control flow and scalar code stay, loops over data become launches, buffers
 * become buffers of the device.
 *
 * Invariant: afterwards no operation of the host touches an element of a device buffer.
 */
import type { FuncOp } from "@strata/func";
import {
  type Block,
  Builder,
  isMemoryEffectFree,
  type Operation,
  type Value,
  walk,
} from "@strata/ir";
import * as memref from "@strata/memref";
import { For, If, IndexSwitch, Parallel, While } from "../ops.ts";
import { accessOf, Aliases } from "../alias.ts";
import { ApartBuffers } from "../apart.ts";
import { Code, known } from "./code.ts";
import { lowerColumns } from "./columns.ts";
import { type CombiningNest, tryCombiningNest } from "./combine.ts";
import { tryContraction } from "./contraction.ts";
import { lowerContraction } from "./contraction-kernel.ts";
import { allocateLike, copy, free } from "./device-memory.ts";
import { keepScalarsOnDevice } from "./device-scalars.ts";
import { lowerUpdates, tryUpdates } from "./histogram.ts";
import {
  type IndependentLoops,
  isIndependent,
  liesOutside,
  lowerIndependent,
  tryIndependent,
} from "./independent.ts";
import { Kernels } from "./kernel.ts";
import { joinsBorder, lowerMap } from "./map.ts";
import { lowerReduction } from "./reduce.ts";
import type { GpuForm, OnGpuRemark } from "./remark.ts";
import type { Group } from "./row-cost.ts";
import { lowerRowLoops, tryRowLoops } from "./row-loops.ts";
import { groupNests, groupOf, lowerRows } from "./rows.ts";
import { lowerScan, tryScan } from "./scan.ts";
import { makeInnerSequential, toCountedLoops } from "./sequential.ts";
import { givesBuffers, launchSerially } from "./serial.ts";
import type { GpuTarget } from "./target.ts";

/** Lowers a function in place; answers whether it launches kernels. */
export function lowerHostFunction(fn: FuncOp, target: GpuTarget, remark: OnGpuRemark): boolean {
  return new HostLowering(fn, target, remark).run();
}

class HostLowering {
  readonly #fn: FuncOp;
  readonly #kernels: Kernels;
  readonly #aliases = new Aliases();
  readonly #target: GpuTarget;
  readonly #apart: ApartBuffers;
  readonly #consumed = new Set<Operation>();
  readonly #remark: OnGpuRemark;

  constructor(fn: FuncOp, target: GpuTarget, remark: OnGpuRemark) {
    this.#remark = remark;
    this.#fn = fn;
    this.#target = target;
    this.#kernels = new Kernels(fn, target, this.#aliases);
    this.#apart = new ApartBuffers(fn, this.#aliases);
  }

  run(): boolean {
    walk(this.#fn, (op) => {
      if (op instanceof Parallel && op.parentOfType(Parallel) === undefined) {
        makeInnerSequential(op);
      }
    });
    const reducing: Parallel[] = [];
    walk(this.#fn, (op) => {
      if (op instanceof Parallel && op.initVals.length > 0) reducing.push(op);
    });
    reducing.forEach(toCountedLoops);
    for (const block of this.#fn.body.blocks()) this.#block(block);
    keepScalarsOnDevice(this.#fn);
    return this.#kernels.hasKernels;
  }

  #block(block: Block): void {
    let serial: Operation[] = [];
    const flush = (): void => {
      if (serial.length > 0) {
        this.#remark({ op: serial[0]!, form: "one thread" });
        launchSerially(serial, this.#kernels);
      }
      serial = [];
    };
    const own = [...block.ops()];
    for (const op of own) {
      if (this.#consumed.has(op)) continue;
      if (this.#isSerial(op)) {
        serial.push(op);
        continue;
      }
      const uses = serial.some((s) => s.results.some((r) => usesInside(op, r)));
      // Scalar code that only happens to stand between does not end a launch.
      const isScalar = op.regions.length === 0 && !op.definition.isTerminator;
      if (serial.length > 0 && !uses && isScalar && isMemoryEffectFree(op)) {
        this.#moveBefore(op, serial[0]!);
        continue;
      }
      flush();
      this.#operation(op);
    }
    flush();
  }

  #moveBefore(op: Operation, anchor: Operation): void {
    const block = op.parent!;
    block.remove(op);
    block.insertBefore(op, anchor);
  }

  /** Whether an operation touches memory in an order that only one thread keeps. */
  #isSerial(op: Operation): boolean {
    if (op instanceof memref.Load || op instanceof memref.Store) return true;
    const isControl = op instanceof For || op instanceof If || op instanceof While;
    if (!(isControl || op instanceof IndexSwitch) || givesBuffers(op)) return false;
    if (op instanceof For && this.#tryLoop(op)) return false;
    return touchesMemory(op) && !this.#hasLaunches(op);
  }

  /** Whether a loop has a parallel form. */
  #tryLoop(op: For): boolean {
    return (
      tryCombiningNest(op) !== undefined ||
      tryUpdates(op, this.#aliases, this.#target) !== undefined ||
      tryScan(op, this.#aliases) !== undefined ||
      isIndependent(op, this.#apart)
    );
  }

  /** Whether something inside is worth a launch of its own, or must be done by the host. */
  #hasLaunches(op: Operation): boolean {
    let found = false;
    walk(op, (o) => {
      if (o === op || found) return;
      found =
        o instanceof Parallel ||
        o instanceof memref.Alloc ||
        o instanceof memref.Copy ||
        givesBuffers(o) ||
        (o instanceof For && this.#tryLoop(o));
    });
    return found;
  }

  #operation(op: Operation): void {
    const host = Builder.before(op);
    if (op instanceof Parallel) this.#parallel(op, host);
    else if (op instanceof memref.Alloc) {
      this.#replace(op, [allocateLike(host, op)]);
      this.#aliases.clear();
    } else if (op instanceof memref.Dealloc) {
      free(host, op.memref);
      this.#replace(op, []);
    } else if (op instanceof memref.Copy) {
      copy(host, op.source, op.target);
      this.#replace(op, []);
    } else if (op instanceof For && touchesMemory(op)) this.#for(op, host);
    else if (op.regions.length > 0) {
      for (const r of op.regions) for (const b of r.blocks()) this.#block(b);
    }
  }

  #parallel(op: Parallel, host: Builder): void {
    const rows = tryRowLoops(op, this.#target, this.#aliases);
    if (rows !== undefined) {
      this.#remark({ op, form: "rows" });
      for (const o of rows.between) this.#moveBefore(o, op);
      const privates = lowerRowLoops(host, rows, this.#kernels);
      for (const l of rows.loops) this.#replace(l, []);
      for (const p of privates) {
        // Only what frees the buffer is left.
        if (p.users().some((u) => !(u instanceof memref.Dealloc))) continue;
        for (const u of p.users()) this.#replace(u, []);
        this.#replace(p.definingOp!, []);
      }
      return;
    }
    const contraction = tryContraction(op, this.#target);
    const group = groupOf(op, this.#target);
    const border = contraction === undefined && group === "thread" ? this.#border(op) : undefined;
    const form = contraction === undefined ? groupForms[group] : "tiles";
    this.#remark({ op, form: border === undefined ? form : "points and border" });
    if (border !== undefined) {
      for (const o of border.between) this.#moveBefore(o, op);
      lowerMap(host, op, this.#kernels, border.loops);
      this.#replace(border.op, []);
    } else if (contraction !== undefined) lowerContraction(host, contraction, this.#kernels);
    else if (group === "column") {
      const [[loop, nest]] = [...groupNests(op)!] as [[Operation, CombiningNest]];
      lowerColumns(host, op, loop, nest, this.#kernels);
    } else if (group === "thread") lowerMap(host, op, this.#kernels);
    else lowerRows(host, op, group, this.#kernels);
    this.#replace(op, []);
  }

  /** Independent loops behind a parallel one that can share its launch, where that saves time. */
  #border(op: Parallel): Border | undefined {
    const between: Operation[] = [];
    let next = op.next;
    while (next !== null && isScalarCode(next)) {
      between.push(next);
      next = next.next;
    }
    if (!(next instanceof For)) return undefined;
    const loops = tryIndependent(next, this.#apart);
    if (loops === undefined || !this.#areApart(op, next)) return undefined;
    // Long launches hide the start of the next one.
    const points = op.upperBound.reduce((n, v) => n * (known(v) ?? Infinity), 1);
    const { bandwidth, launchSeconds } = this.#target;
    if ((points * bytesPerPoint) / bandwidth > launchSeconds * longLaunch) return undefined;
    // Bounds may be computed between the two; they are tried on a copy of the place.
    const scratch = Builder.before(next);
    const code = new Code(scratch);
    const fits = liesOutside(code, loops, op) && joinsBorder(scratch, op, loops, this.#kernels);
    return fits ? { op: next, loops, between } : undefined;
  }

  /** Whether neither loop touches what the other writes, the buffers that both write excepted. */
  #areApart(a: Operation, b: Operation): boolean {
    const [xs, ys] = [accessesIn(a), accessesIn(b)];
    return xs.every((x) =>
      ys.every((y) => {
        if (!x.writes && !y.writes) return true;
        if (x.writes && y.writes)
          return x.buffer === y.buffer || this.#apart.are(x.buffer, y.buffer);
        return this.#apart.are(x.buffer, y.buffer);
      }),
    );
  }

  #for(op: For, host: Builder): void {
    const nest = tryCombiningNest(op);
    if (nest !== undefined) {
      this.#remark({ op, form: "reduction" });
      this.#replace(op, lowerReduction(host, nest, this.#kernels));
      return;
    }
    const updates = tryUpdates(op, this.#aliases, this.#target);
    if (updates !== undefined) {
      this.#remark({ op, form: "atomic updates" });
      lowerUpdates(host, updates, this.#kernels);
      this.#replace(op, []);
      return;
    }
    const scan = tryScan(op, this.#aliases);
    if (scan !== undefined) {
      this.#remark({ op, form: "scan" });
      this.#replace(op, lowerScan(host, scan, this.#kernels));
      return;
    }
    const independent = tryIndependent(op, this.#apart);
    if (independent !== undefined) {
      this.#remark({ op, form: "points" });
      lowerIndependent(host, independent, this.#kernels);
      this.#replace(op, []);
      return;
    }
    this.#block(op.body);
  }

  #replace(op: Operation, values: readonly Value[]): void {
    op.results.forEach((r, i) => r.replaceAllUsesWith(values[i]!));
    op.dropAllReferences();
    op.erase();
    this.#consumed.add(op);
  }
}

/** Loops behind a parallel one, with the scalar code between. */
interface Border {
  readonly op: For;
  readonly loops: IndependentLoops;
  readonly between: readonly Operation[];
}

const groupForms: Readonly<Record<Group, GpuForm>> = {
  thread: "points",
  warp: "warps",
  block: "blocks",
  column: "columns",
};

/** Bytes that a point moves at least: an element read, one written. */
const bytesPerPoint = 8;
/** A launch that takes this many times as long as starting one gains nothing from saving one. */
const longLaunch = 50;

const isScalarCode = (op: Operation): boolean =>
  op.regions.length === 0 && !op.definition.isTerminator && op.name.startsWith("arith.");

function accessesIn(root: Operation): NonNullable<ReturnType<typeof accessOf>>[] {
  const out: NonNullable<ReturnType<typeof accessOf>>[] = [];
  walk(root, (o) => {
    const a = accessOf(o);
    if (a !== undefined) out.push(a);
  });
  return out;
}

function usesInside(op: Operation, v: Value): boolean {
  return v.users().some((u) => u === op || op.isAncestorOf(u));
}

/** Whether an operation reads or writes elements. */
export function touchesMemory(op: Operation): boolean {
  let touches = false;
  walk(op, (o) => {
    touches ||= o instanceof memref.Load || o instanceof memref.Store || o instanceof Parallel;
    touches ||= o instanceof memref.Copy;
  });
  return touches;
}
