/**
 * Facts about points of a program, from its end on: what will happen behind an operation.
 *
 * Invariants: as for the forward analysis, along the ways in the other direction.
 */
import { type Block, IsolatedFromAbove, type Operation, type Region, type Value } from "@strata/ir";
import { anyFlow } from "./dense-forward.ts";
import type { Lattice } from "./lattice.ts";
import { leavesRegion, RegionFlowInterface } from "./region-flow.ts";

/** What is computed of points. */
export interface DenseBackwardProblem<T> {
  readonly lattice: Lattice<T>;
  /** What holds where a function, or another isolated region, ends. */
  readonly exit: T;
  /** What holds before an operation, by what does after it, or where its regions begin. */
  transfer(op: Operation, after: T): T;
  /**
   * What holds where control leaves, by what holds where it arrives and gives values to `targets`.
   */
  edge(state: T, targets: readonly Value[]): T;
}

/** The facts at points. */
export class DenseBackward<T> {
  readonly #problem: DenseBackwardProblem<T>;
  readonly #ends = new Map<Block, T>();
  readonly #starts = new Map<Block, T>();
  readonly #after = new Map<Operation, T>();

  constructor(root: Operation, problem: DenseBackwardProblem<T>) {
    this.#problem = problem;
    for (const region of root.regions) this.#solveRegion(region, () => problem.exit);
  }

  /** What holds where a block begins, its arguments set. */
  atStart(block: Block): T {
    return this.#starts.get(block) ?? this.#problem.lattice.bottom;
  }

  /** What holds where a block ends, behind its terminator. */
  atEnd(block: Block): T {
    return this.#ends.get(block) ?? this.#problem.lattice.bottom;
  }

  /** What holds after an operation. */
  after(op: Operation): T {
    return this.#after.get(op) ?? this.#problem.lattice.bottom;
  }

  /**
   * Solves a region, given what holds behind the terminators that leave it; whether a start grew.
   */
  #solveRegion(region: Region, behind: (exit: Operation) => T): boolean {
    const { lattice, edge } = this.#problem;
    let hasGrown = false;
    const blocks = [...region.blocks()].reverse();
    const queue = new Set<Block>(blocks);
    for (const block of queue) {
      queue.delete(block);
      const last = block.lastOp;
      let end = this.atEnd(block);
      if (last !== null && leavesRegion(last)) end = lattice.join(end, behind(last));
      // A block without terminator ends its region.
      if (last === null || !last.mayBeTerminator) end = lattice.join(end, this.#problem.exit);
      for (const to of block.successors) {
        end = lattice.join(end, edge(this.atStart(to), to.args));
      }
      this.#ends.set(block, end);
      let state = end;
      for (let op = last; op !== null; op = op.prev) state = this.#step(op, state);
      const before = this.#starts.get(block);
      if (before !== undefined && lattice.equals(before, state)) continue;
      this.#starts.set(block, before === undefined ? state : lattice.join(before, state));
      hasGrown = true;
      for (const from of block.predecessors()) queue.add(from);
    }
    return hasGrown;
  }

  #step(op: Operation, after: T): T {
    this.#after.set(op, after);
    return this.#problem.transfer(op, this.#throughRegions(op, after));
  }

  #throughRegions(op: Operation, after: T): T {
    if (op.regions.length === 0) return after;
    if (op.definition.hasTrait(IsolatedFromAbove)) {
      for (const region of op.regions) this.#solveRegion(region, () => this.#problem.exit);
      return after;
    }
    const { lattice, edge } = this.#problem;
    const flow = RegionFlowInterface.of(op) ?? anyFlow;
    const from = (terminator: Operation | undefined): T => {
      let state = lattice.bottom;
      for (const { to, targets } of flow.edges(op, terminator)) {
        const there =
          to === "results" ? after : to.firstBlock === null ? after : this.atStart(to.firstBlock);
        // What a region sets itself is no fact of the way into it.
        const set = to === "results" ? targets : (to.firstBlock?.args ?? []);
        state = lattice.join(state, edge(there, set));
      }
      return state;
    };
    for (let grows = true; grows;) {
      grows = false;
      for (const region of [...op.regions].reverse()) {
        if (this.#solveRegion(region, from)) grows = true;
      }
    }
    return from(undefined);
  }
}
