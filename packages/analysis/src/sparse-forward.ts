/**
 * Facts about values, from operands to results: the solver behind constants, ranges and the like.
 *
 * Invariants: a block counts only once it can be reached, and of a branch on constants only what is
 * taken; an operation is looked at when all its operands are reached. What nothing is known of
 * (arguments of functions, results of operations that the problem does not know) is `unknown`.
 */
import {
  type Attribute,
  type Block,
  type BlockArgument,
  BranchInterface,
  type Operation,
  type Region,
  type Value,
} from "@strata/ir";
import type { Lattice } from "./lattice.ts";
import {
  type FlowEdge,
  leavesRegion,
  type OwnValues,
  ownValues,
  type RegionFlow,
  RegionFlowInterface,
} from "./region-flow.ts";

/** What is computed of values. */
export interface ForwardProblem<T> {
  readonly lattice: Lattice<T>;
  /** What is known of a value that nothing says anything of. */
  unknown(value: Value): T;
  /** The facts of an operation's results, by those of its operands; `stateOf` gives the latter. */
  transfer(
    op: Operation,
    operands: readonly T[],
    stateOf: (value: Value) => T,
  ): readonly T[] | undefined;
  /** The facts of an entry argument that an operation sets itself, e.g. an induction variable. */
  ownArgument?(op: Operation, argument: BlockArgument, operands: readonly T[]): T | undefined;
  /** The constant that a fact leaves only; undefined for others. */
  constantOf?(state: T, value: Value): Attribute | undefined;
}

/** The facts that were found. */
export interface ForwardResult<T> {
  /** What is known of a value; `bottom` for one that is never computed. */
  get(value: Value): T;
  /** Whether a block can be reached. */
  isReachable(block: Block): boolean;
}

/** Changes of one value after which it is widened. */
const patience = 6;

class Solver<T> implements ForwardResult<T> {
  readonly #problem: ForwardProblem<T>;
  readonly #states = new Map<Value, T>();
  readonly #changes = new Map<Value, number>();
  readonly #reached = new Set<Block>();
  readonly #queue = new Set<Operation>();
  readonly #own = new Map<Operation, OwnValues>();

  constructor(problem: ForwardProblem<T>) {
    this.#problem = problem;
  }

  get(value: Value): T {
    return this.#states.get(value) ?? this.#problem.lattice.bottom;
  }

  isReachable(block: Block): boolean {
    return this.#reached.has(block);
  }

  solve(root: Operation): this {
    for (const region of root.regions) this.#enterUnknown(region);
    for (const op of this.#queue) {
      this.#queue.delete(op);
      this.#visit(op);
    }
    return this;
  }

  /** Lets more be possible for a value. */
  #allow(value: Value, state: T): void {
    const { lattice } = this.#problem;
    const before = this.#states.get(value);
    let after = before === undefined ? state : lattice.join(before, state);
    if (before !== undefined) {
      if (lattice.equals(before, after)) return;
      const changes = (this.#changes.get(value) ?? 0) + 1;
      this.#changes.set(value, changes);
      if (changes > patience && lattice.widen !== undefined) after = lattice.widen(before, after);
    } else if (lattice.equals(lattice.bottom, after)) return;
    this.#states.set(value, after);
    for (const user of value.users()) {
      if (user.parent !== null && this.#reached.has(user.parent)) this.#queue.add(user);
    }
  }

  #reach(block: Block): void {
    if (this.#reached.has(block)) return;
    this.#reached.add(block);
    for (const op of block.ops()) this.#queue.add(op);
  }

  #enterUnknown(region: Region): void {
    const entry = region.firstBlock;
    if (entry === null) return;
    for (const a of entry.args) this.#allow(a, this.#problem.unknown(a));
    this.#reach(entry);
  }

  #visit(op: Operation): void {
    const { bottom, equals } = this.#problem.lattice;
    const operands = op.operandUses.map((u) => this.get(u.value));
    if (operands.some((s) => equals(s, bottom))) return;
    if (op.successors.length > 0) return this.#visitBranch(op, operands);
    const around = op.parentOp;
    const outer = around !== null && leavesRegion(op) ? RegionFlowInterface.of(around) : undefined;
    if (outer !== undefined) {
      for (const region of op.regions) this.#enterUnknown(region);
      return this.#follow(around!, outer, op, operands);
    }
    const flow = RegionFlowInterface.of(op);
    if (flow !== undefined) return this.#visitRegions(op, flow, operands);
    for (const region of op.regions) this.#enterUnknown(region);
    const known = this.#problem.transfer(op, operands, (v) => this.get(v));
    op.results.forEach((r, i) => this.#allow(r, known?.[i] ?? this.#problem.unknown(r)));
  }

  #constants(op: Operation, operands: readonly T[]): (Attribute | undefined)[] {
    return operands.map((s, i) => this.#problem.constantOf?.(s, op.operand(i)));
  }

  #visitBranch(op: Operation, operands: readonly T[]): void {
    const branching = BranchInterface.of(op);
    const taken = branching?.constantSuccessor?.(op, this.#constants(op, operands));
    op.successors.forEach((block, i) => {
      if (taken !== undefined && taken !== i) return;
      const values = branching?.successorOperands(op, i);
      block.args.forEach((a, k) => {
        const v = values?.[k];
        this.#allow(a, v === undefined ? this.#problem.unknown(a) : this.get(v));
      });
      this.#reach(block);
    });
  }

  #visitRegions(op: Operation, flow: RegionFlow, operands: readonly T[]): void {
    let own = this.#own.get(op);
    if (own === undefined) this.#own.set(op, (own = ownValues(op, flow)));
    for (const a of own.args) {
      const known = this.#problem.ownArgument?.(op, a, operands);
      this.#allow(a, known ?? this.#problem.unknown(a));
    }
    for (const r of own.results) this.#allow(r, this.#problem.unknown(r));
    this.#follow(op, flow, undefined, operands);
  }

  #follow(
    op: Operation,
    flow: RegionFlow,
    terminator: Operation | undefined,
    operands: readonly T[],
  ): void {
    const constants = this.#constants(terminator ?? op, operands);
    const decided = flow.decidedEdges?.(op, terminator, constants);
    const edges: readonly FlowEdge[] = decided ?? flow.edges(op, terminator);
    for (const { to, values, targets } of edges) {
      targets.forEach((t, i) => this.#allow(t, this.get(values[i]!)));
      if (to !== "results" && to.firstBlock !== null) this.#reach(to.firstBlock);
    }
  }
}

/** Solves a problem for everything inside of an operation. */
export function solveForward<T>(root: Operation, problem: ForwardProblem<T>): ForwardResult<T> {
  return new Solver(problem).solve(root);
}
