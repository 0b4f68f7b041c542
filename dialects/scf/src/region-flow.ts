/** How control moves through the regions of loops and conditions, and bounds of loop counters. */
import {
  CountedLoopInterface,
  type FlowEdge,
  type IntegerRange,
  RangeInterface,
  type RegionFlow,
  RegionFlowInterface,
} from "@strata/analysis";
import {
  type Attribute,
  IntegerAttr,
  type InterfaceBinding,
  type Operation,
  type Region,
  type Value,
} from "@strata/ir";
import * as ops from "./ops.ts";

const into = (to: Region, values: readonly Value[] = [], from = 0): FlowEdge => ({
  to,
  values,
  targets: to.firstBlock?.args.slice(from) ?? [],
});

const out = (op: Operation, values: readonly Value[]): FlowEdge => ({
  to: "results",
  values,
  targets: op.results,
});

const truth = (c: Attribute | undefined): boolean | undefined =>
  c instanceof IntegerAttr ? c.isTrue : undefined;

/** The body runs any number of times; what is carried goes round and out. */
const counted: RegionFlow = {
  edges(op, terminator) {
    const carried = terminator === undefined ? op.operands.slice(3) : terminator.operands;
    return [into(op.regions[0]!, carried, 1), out(op, carried)];
  },
};

const conditional: RegionFlow = {
  edges(op, terminator) {
    if (terminator !== undefined) return [out(op, terminator.operands)];
    const [then, otherwise] = op.regions;
    const no = otherwise === undefined || otherwise.isEmpty ? out(op, []) : into(otherwise);
    return [into(then!), no];
  },
  decidedEdges(op, terminator, [condition]) {
    const taken = terminator === undefined ? truth(condition) : undefined;
    if (taken === undefined) return undefined;
    return [this.edges(op, undefined)[taken ? 0 : 1]!];
  },
};

const whileLoop: RegionFlow = {
  edges(op, terminator) {
    const [before, after] = op.regions;
    if (terminator === undefined) return [into(before!, op.operands)];
    if (!(terminator instanceof ops.Condition)) return [into(before!, terminator.operands)];
    const passed = terminator.operands.slice(1);
    return [into(after!, passed), out(op, passed)];
  },
  decidedEdges(op, terminator, [condition]) {
    const taken = terminator instanceof ops.Condition ? truth(condition) : undefined;
    if (taken === undefined) return undefined;
    return [this.edges(op, terminator)[taken ? 0 : 1]!];
  },
};

const executed: RegionFlow = {
  edges: (op, terminator) =>
    terminator === undefined ? [into(op.regions[0]!)] : [out(op, terminator.operands)],
};

/** The body runs any number of times; counters and results are the loop's own. */
const parallel: RegionFlow = {
  edges: (op) => [
    { to: op.regions[0]!, values: [], targets: [] },
    { to: "results", values: [], targets: [] },
  ],
};

/** The first value to the last one below the upper bound. */
function counterRange(
  lower: IntegerRange | undefined,
  upper: IntegerRange | undefined,
): IntegerRange | undefined {
  if (lower === undefined || upper === undefined) return undefined;
  // A body that never runs has no counter: any range is right.
  return { low: lower.low, high: upper.high - 1n < lower.low ? lower.low : upper.high - 1n };
}

/** What analyses ask of the operations. */
export const analyses: readonly InterfaceBinding[] = [
  RegionFlowInterface.on(ops.For, counted),
  RegionFlowInterface.on(ops.If, conditional),
  RegionFlowInterface.on(ops.While, whileLoop),
  RegionFlowInterface.on(ops.ExecuteRegion, executed),
  RegionFlowInterface.on(ops.Parallel, parallel),
  CountedLoopInterface.on(ops.For, {
    loops(op) {
      const [lower, upper, step] = op.operands;
      const counter = op.regions[0]!.entry.args[0]!;
      return [{ op, counter, lower: lower!, upper: upper!, step: step! }];
    },
  }),
  CountedLoopInterface.on(ops.Parallel, {
    loops: (op) =>
      op.regions[0]!.entry.args.map((counter, d) => {
        const bound = (g: number): Value => op.operandGroup(g)[d]!;
        return { op, counter, lower: bound(0), upper: bound(1), step: bound(2) };
      }),
  }),
  RangeInterface.on(ops.For, {
    argument(op, argument, [lower, upper]) {
      // Compared as unsigned numbers, bounds say nothing of the signed ones unless none is negative.
      const isUnsigned = op.getAttr("unsignedCmp") !== undefined;
      if (argument.index !== 0 || (isUnsigned && !((lower?.low ?? -1n) >= 0n))) return undefined;
      if (isUnsigned && !((upper?.low ?? -1n) >= 0n)) return undefined;
      return counterRange(lower, upper);
    },
  }),
  RangeInterface.on(ops.Parallel, {
    argument(op, argument, operands) {
      const rank = op instanceof ops.Parallel ? op.lowerBound.length : 0;
      return counterRange(operands[argument.index], operands[rank + argument.index]);
    },
  }),
];
