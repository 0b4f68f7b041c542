/**
 * Parallel loops that reduce along rows of threads: neighbouring threads take neighbouring points,
 * and several of them, along y and in several blocks, share the iterations of each point.
 *
 * ```mlir
 * scf.parallel (%j) { %s = scf.for %i … addf %x[%i, %j] ; memref.store %s, %out[%j] }
 * // becomes, with 32 × 8 threads to a block and blocks along y for parts of the iterations
 * launch: %parts[block, j] = the sum over every (8 · blocks)-th %i, combined in the block
 * launch: %out[j] = the sum of %parts[…, j]
 * ```
 */
import type { Builder, Operation, Value } from "@strata/ir";
import type { Parallel } from "../ops.ts";
import { Code, type Idx, known } from "./code.ts";
import type { CombiningNest } from "./combine.ts";
import { allocate, free } from "./device-memory.ts";
import type { Kernel, Kernels } from "./kernel.ts";
import { kernelHint } from "./map.ts";
import { nestExtents, positionAt } from "./nest.ts";
import { nestElement } from "./reduce-element.ts";
import { RewritingCopy } from "./rewriting-copy.ts";
import { columnSplits, rowsOfThreads } from "./row-cost.ts";
import { threadsAtMost } from "./target.ts";

/** Lowers a loop with one combining nest in front of itself. */
export function lowerColumns(
  host: Builder,
  op: Parallel,
  loop: Operation,
  nest: CombiningNest,
  kernels: Kernels,
): void {
  new ColumnLowering(host, op, loop, nest, kernels).run();
}

class ColumnLowering {
  readonly #host: Builder;
  readonly #op: Parallel;
  readonly #loop: Operation;
  readonly #nest: CombiningNest;
  readonly #kernels: Kernels;
  readonly #extents: readonly Idx[];
  readonly #count: Idx;
  /** Threads of a block along x, one for each point. */
  readonly #width: number;

  constructor(host: Builder, op: Parallel, loop: Operation, nest: CombiningNest, kernels: Kernels) {
    const code = new Code(host);
    this.#host = host;
    this.#op = op;
    this.#loop = loop;
    this.#nest = nest;
    this.#kernels = kernels;
    this.#extents = op.lowerBound.map((l, d) => code.trips(l, op.upperBound[d]!, op.step[d]!));
    this.#count = code.product(this.#extents);
    this.#width = kernels.target.warpSize;
  }

  run(): void {
    const code = new Code(this.#host);
    const { target } = this.#kernels;
    const splits = columnSplits(known(this.#count), this.#nest, target);
    const blocks = code.ceilDiv(this.#count, this.#width);
    const shape = {
      grid: [blocks, splits, 1],
      block: [this.#width, rowsOfThreads, 1],
      isParallel: true,
    } as const;
    const hint = kernelHint(this.#op);
    if (splits === 1) {
      this.#kernels.launch(this.#host, hint, shape, (k) => {
        this.#part(k, (_, totals, copy) => this.#finish(copy, totals));
      });
      return;
    }
    const { types } = this.#nest.combiner;
    const parts = types.map((t) => allocate(this.#host, [splits, this.#count], t));
    this.#kernels.launch(this.#host, `${hint}_parts`, shape, (k) => {
      this.#part(k, (point, totals) => {
        totals.forEach((v, i) => k.code.store(v, parts[i]!, [k.block(1), point]));
      });
    });
    const threads = threadsAtMost(target, 4 * this.#width);
    const single = {
      grid: [code.ceilDiv(this.#count, threads), 1, 1],
      block: [threads, 1, 1],
      isParallel: true,
    } as const;
    this.#kernels.launch(this.#host, hint, single, (k) => {
      const c = k.code;
      const point = c.add(c.mul(k.block(0), threads), k.thread(0));
      c.if(c.compare("slt", point, this.#count), () => {
        const copy = this.#before(c, point);
        const { combiner } = this.#nest;
        const totals = c.for(0, splits, 1, combiner.neutral(c), (s, carried) =>
          combiner.combine(
            c,
            carried,
            parts.map((p) => c.load(p, [s, point])),
          ),
        );
        this.#finish(copy, totals);
      });
    });
    parts.forEach((p) => free(this.#host, p));
  }

  /** Combines a block's part of the iterations; the first row of threads goes on with the totals. */
  #part(
    k: Kernel,
    then: (point: Idx, totals: readonly Value[], copy: RewritingCopy) => void,
  ): void {
    const { code } = k;
    const { combiner } = this.#nest;
    const point = code.add(code.mul(k.block(0), this.#width), k.thread(0));
    const isInside = code.compare("slt", point, this.#count);
    const row = k.thread(1);
    const first = code.add(code.mul(k.block(1), rowsOfThreads), row);
    const stride = code.mul(k.blocks(1), rowsOfThreads);
    const mine = code.if(
      isInside,
      () => {
        const copy = this.#before(code, point);
        const outside = (v: Value): Value => copy.get(v);
        const extents = nestExtents(code, this.#nest.loops, outside);
        const end = code.product(extents);
        return code.for(first, end, stride, combiner.neutral(code), (i, carried) =>
          combiner.combine(code, carried, nestElement(code, this.#nest, extents, i, outside)),
        );
      },
      () => combiner.neutral(code),
    );
    const slots = combiner.types.map((t) => k.share([rowsOfThreads, this.#width], t));
    slots.forEach((s, i) => code.store(mine[i]!, s, [row, k.thread(0)]));
    k.barrier();
    code.if(code.and(isInside, code.compare("eq", row, 0)), () => {
      let totals: Value[] = [...mine];
      for (let r = 1; r < rowsOfThreads; r++) {
        const others = slots.map((s) => code.load(s, [r, k.thread(0)]));
        totals = combiner.combine(code, totals, others);
      }
      then(point, totals, this.#before(code, point));
    });
  }

  /** The code in front of the nest, at a point. */
  #before(code: Code, point: Idx): RewritingCopy {
    const copy = new RewritingCopy(code, () => false);
    positionAt(code, point, this.#extents).forEach((p, d) => {
      const iv = code.add(this.#op.lowerBound[d]!, code.mul(p, this.#op.step[d]!));
      copy.define(this.#op.inductionVars[d]!, code.value(iv));
    });
    for (const o of this.#op.body.ops()) {
      if (o === this.#loop) break;
      copy.emitOp(o);
    }
    return copy;
  }

  /** The code behind the nest. */
  #finish(copy: RewritingCopy, totals: readonly Value[]): void {
    const { combiner, inits } = this.#nest;
    const all = combiner.initIsNeutral
      ? totals
      : combiner.combine(copy.code, copy.getAll(inits), totals);
    this.#loop.results.forEach((r, i) => copy.define(r, all[i]!));
    for (let o = this.#loop.next; o !== null && o !== this.#op.body.lastOp; o = o.next) {
      copy.emitOp(o);
    }
  }
}
