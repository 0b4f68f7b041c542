/**
 * How control moves between an operation and its regions, and which values go with it.
 *
 * Invariants: an edge gives its values to as many targets: arguments of the region's entry block,
 * or results of the operation. Entry arguments that no edge targets (induction variables) are set
 * by the operation itself.
 */
import {
  type Attribute,
  type BlockArgument,
  OpInterface,
  type Operation,
  type Region,
  type Value,
} from "@strata/ir";

/** One way on: into a region, or out of the operation. */
export interface FlowEdge {
  readonly to: Region | "results";
  readonly values: readonly Value[];
  readonly targets: readonly Value[];
}

/** The ways that control takes through the regions of an operation. */
export interface RegionFlow {
  /** Ways on from where the operation begins, or from a terminator of one of its regions. */
  edges(op: Operation, terminator: Operation | undefined): readonly FlowEdge[];
  /**
   * Those that are taken for constant operands, of the operation or the terminator; undefined where
   * they do not decide.
   */
  decidedEdges?(
    op: Operation,
    terminator: Operation | undefined,
    constants: readonly (Attribute | undefined)[],
  ): readonly FlowEdge[] | undefined;
}

export const RegionFlowInterface: OpInterface<RegionFlow> = new OpInterface("RegionFlow");

/** Whether a terminator leaves its region, and so follows the edges of the operation around. */
export function leavesRegion(op: Operation): boolean {
  return op.definition.isTerminator && op.successors.length === 0;
}

/** The terminators of an operation's regions that leave them. */
export function* exitsOf(op: Operation): Generator<Operation, void> {
  for (const region of op.regions) yield* exitsOfRegion(region);
}

/** The terminators that leave a region. */
export function* exitsOfRegion(region: Region): Generator<Operation, void> {
  for (const block of region.blocks()) {
    const last = block.lastOp;
    if (last !== null && leavesRegion(last)) yield last;
  }
}

/** What no edge of an operation gives a value: entry arguments of its regions, and results. */
export interface OwnValues {
  readonly args: readonly BlockArgument[];
  readonly results: readonly Value[];
}

/** Finds what no edge of an operation gives a value. */
export function ownValues(op: Operation, flow: RegionFlow): OwnValues {
  const targets = new Set<Value>();
  const from = [undefined, ...exitsOf(op)];
  for (const f of from)
    for (const e of flow.edges(op, f)) for (const t of e.targets) targets.add(t);
  const isOwn = (v: Value): boolean => !targets.has(v);
  return {
    args: op.regions.flatMap((r) => r.firstBlock?.args.filter(isOwn) ?? []),
    results: op.results.filter(isOwn),
  };
}
