/**
 * Facts about points of a program, from its beginning on: what holds before and after an operation.
 *
 * Invariants: a fact holds at a point if it may hold on some way to it (the lattice's join is over
 * ways). Of an operation whose regions say nothing of their flow, each may run any number of times.
 */
import { type Block, IsolatedFromAbove, type Operation, type Region } from "@strata/ir";
import type { Lattice } from "./lattice.ts";
import {
  exitsOfRegion,
  type FlowEdge,
  type RegionFlow,
  RegionFlowInterface,
} from "./region-flow.ts";

/** What is computed of points. */
export interface DenseForwardProblem<T> {
  readonly lattice: Lattice<T>;
  /** What holds where a function, or another isolated region, begins. */
  readonly entry: T;
  /**
   * What holds behind an operation, by what does before it, or behind its regions if it has some.
   */
  transfer(op: Operation, before: T): T;
}

/** The facts at points. */
export class DenseForward<T> {
  readonly #problem: DenseForwardProblem<T>;
  readonly #entries = new Map<Block, T>();
  readonly #before = new Map<Operation, T>();
  readonly #after = new Map<Operation, T>();

  constructor(root: Operation, problem: DenseForwardProblem<T>) {
    this.#problem = problem;
    for (const region of root.regions) this.#solveRegion(region, problem.entry);
  }

  /** What may hold before an operation; `bottom` where it is never reached. */
  before(op: Operation): T {
    return this.#before.get(op) ?? this.#problem.lattice.bottom;
  }

  /** What may hold after an operation. */
  after(op: Operation): T {
    return this.#after.get(op) ?? this.#problem.lattice.bottom;
  }

  /** Lets more hold where a block begins; whether that is new. */
  #allow(block: Block, state: T): boolean {
    const { lattice } = this.#problem;
    if (!this.#entries.has(block)) {
      this.#entries.set(block, state);
      return true;
    }
    const known = this.#entries.get(block) as T;
    const joined = lattice.join(known, state);
    if (lattice.equals(known, joined)) return false;
    this.#entries.set(block, lattice.widen?.(known, joined) ?? joined);
    return true;
  }

  #solveRegion(region: Region, entry: T): void {
    const first = region.firstBlock;
    if (first === null) return;
    this.#allow(first, entry);
    const queue = new Set<Block>([first]);
    for (const block of queue) {
      queue.delete(block);
      let state = this.#entries.get(block) as T;
      for (const op of block.ops()) state = this.#step(op, state);
      for (const to of block.successors) {
        if (this.#allow(to, state)) queue.add(to);
      }
    }
  }

  #step(op: Operation, before: T): T {
    this.#before.set(op, before);
    const after = this.#problem.transfer(op, this.#throughRegions(op, before));
    this.#after.set(op, after);
    return after;
  }

  #throughRegions(op: Operation, before: T): T {
    if (op.regions.length === 0) return before;
    if (op.definition.hasTrait(IsolatedFromAbove)) {
      for (const region of op.regions) this.#solveRegion(region, this.#problem.entry);
      return before;
    }
    const flow = RegionFlowInterface.of(op) ?? anyFlow;
    const { join } = this.#problem.lattice;
    let out = this.#problem.lattice.bottom;
    // Regions are solved again as long as what enters them grows.
    const queue = new Set<Region>();
    const follow = (edges: readonly FlowEdge[], state: T): void => {
      for (const { to } of edges) {
        if (to === "results") out = join(out, state);
        else if (to.firstBlock !== null && this.#allow(to.firstBlock, state)) queue.add(to);
      }
    };
    follow(flow.edges(op, undefined), before);
    for (const region of op.regions) if (this.#isEntered(region)) queue.add(region);
    for (const region of queue) {
      queue.delete(region);
      this.#solveRegion(region, this.#entries.get(region.firstBlock!) as T);
      for (const exit of exitsOfRegion(region)) {
        if (this.#after.has(exit)) follow(flow.edges(op, exit), this.after(exit));
      }
    }
    return out;
  }

  #isEntered(region: Region): boolean {
    return region.firstBlock !== null && this.#entries.has(region.firstBlock);
  }
}

/** Any region may follow any other, or none. */
export const anyFlow: RegionFlow = {
  edges: (op) => [
    ...op.regions.map((to): FlowEdge => ({ to, values: [], targets: [] })),
    { to: "results", values: [], targets: [] },
  ],
};
