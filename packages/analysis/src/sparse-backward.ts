/**
 * Facts about values, from their uses to what they are computed of: is a value needed, how many of
 * its bits, and the like.
 *
 * Invariants: the fact of a value allows what each of its uses asks. Values that pass along a
 * branch or an edge of regions get what their targets are asked; all other operands of such
 * operations are asked by `control`.
 */
import { BranchInterface, type Operation, type OpResult, type Value, walk } from "@strata/ir";
import type { Lattice } from "./lattice.ts";
import { exitsOf, type FlowEdge, leavesRegion, RegionFlowInterface } from "./region-flow.ts";

/** What is computed of values. */
export interface BackwardProblem<T> {
  readonly lattice: Lattice<T>;
  /** What an operation asks of its operands, by what is asked of its results. */
  transfer(op: Operation, results: readonly T[]): readonly T[];
  /** What is asked of an operand that decides where control goes, or leaves what is analysed. */
  control(op: Operation, operand: number): T;
}

class Solver<T> {
  readonly #problem: BackwardProblem<T>;
  readonly #states = new Map<Value, T>();
  readonly #queue = new Set<Operation>();

  constructor(problem: BackwardProblem<T>) {
    this.#problem = problem;
  }

  get(value: Value): T {
    return this.#states.get(value) ?? this.#problem.lattice.bottom;
  }

  solve(root: Operation): this {
    const all: Operation[] = [];
    walk(root, (op) => {
      all.push(op);
      return undefined;
    });
    for (const op of all.reverse()) this.#queue.add(op);
    for (const op of this.#queue) {
      this.#queue.delete(op);
      this.#visit(op);
    }
    return this;
  }

  #ask(value: Value, state: T): void {
    const { lattice } = this.#problem;
    const before = this.get(value);
    const after = lattice.join(before, state);
    if (lattice.equals(before, after)) return;
    this.#states.set(value, after);
    for (const op of givers(value)) this.#queue.add(op);
  }

  #visit(op: Operation): void {
    const edges = edgesFrom(op);
    if (edges === undefined) {
      const states = this.#problem.transfer(
        op,
        op.results.map((r) => this.get(r)),
      );
      op.operandUses.forEach((u, i) => this.#ask(u.value, states[i]!));
      return;
    }
    for (const { values, targets } of edges) {
      values.forEach((v, i) => this.#ask(v, this.get(targets[i]!)));
    }
    op.operandUses.forEach(({ value }, i) => {
      // An operand that stands more often than an edge passes it may decide something as well.
      const times = op.operandUses.filter((u) => u.value === value).length;
      const isPassed = edges.some((e) => e.values.filter((v) => v === value).length === times);
      if (!isPassed) this.#ask(value, this.#problem.control(op, i));
    });
  }
}

/** The ways that values take from a branch, a terminator or an operation with regions. */
function edgesFrom(op: Operation): readonly Passing[] | undefined {
  const branching = BranchInterface.of(op);
  if (branching !== undefined) {
    return op.successors.map((to, i) => ({
      values: branching.successorOperands(op, i),
      targets: to.args,
    }));
  }
  const around = op.parentOp;
  const outer = around !== null && leavesRegion(op) ? RegionFlowInterface.of(around) : undefined;
  if (outer !== undefined) return outer.edges(around!, op);
  const flow = RegionFlowInterface.of(op);
  if (flow !== undefined) return flow.edges(op, undefined);
  return op.definition.isTerminator ? [] : undefined;
}

/** Values and what they are given to. */
type Passing = Pick<FlowEdge, "values" | "targets">;

/** The operations that give a value: what defines it, or what passes it along an edge. */
function givers(value: Value): Operation[] {
  const made = value.definingOp;
  const owner = made ?? value.parentBlock?.parentOp;
  if (owner === null || owner === undefined) return [];
  const through = RegionFlowInterface.has(owner) ? [owner, ...exitsOf(owner)] : [];
  if (made !== undefined) return [(value as OpResult).definingOp, ...through];
  const branches = value.parentBlock!.predecessors().flatMap((b) => b.terminator ?? []);
  return [...branches, ...through];
}

/** Solves a problem for everything inside of an operation; gives what is asked of a value. */
export function solveBackward<T>(
  root: Operation,
  problem: BackwardProblem<T>,
): (value: Value) => T {
  const solver = new Solver(problem).solve(root);
  return (value) => solver.get(value);
}
