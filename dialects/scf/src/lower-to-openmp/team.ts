/** Building loops that a team of threads shares. */
import { Block, type BlockArgument, Builder, IntegerAttr, Region, type Value } from "@strata/ir";
import * as omp from "@strata/omp";

/** Ranges of a loop nest, dimension by dimension. */
export interface TeamBounds {
  readonly lower: readonly Value[];
  readonly upper: readonly Value[];
  readonly step: readonly Value[];
}

/** What every thread does before and after its part of the loop. */
export interface ThreadFrame {
  readonly begin: (b: Builder) => void;
  readonly end: (b: Builder) => void;
}

/** What threads reduce into. */
export interface TeamReductions {
  readonly variables: readonly Value[];
  readonly attributes: Pick<omp.Wsloop, "reduction_syms" | "reduction_byref"> | undefined;
}

const none: TeamReductions = { variables: [], attributes: undefined };

/**
 * Inserts `omp.parallel` around one work-sharing loop; alone where the condition is false. The body
 * gets the positions and the thread's own copies of what is reduced.
 */
export function buildTeamLoop(
  b: Builder,
  { lower, upper, step }: TeamBounds,
  condition: Value | undefined,
  body: (b: Builder, ivs: readonly BlockArgument[], own: readonly BlockArgument[]) => void,
  { variables, attributes }: TeamReductions = none,
  frame?: ThreadFrame,
): omp.Parallel {
  const rank = lower.length;
  const nest = new Block(lower.map((v) => v.type));
  const team = new Block();
  const shared = new Block(variables.map((v) => v.type));
  const at = (block: Block): Builder => {
    const inner = Builder.atEnd(block);
    inner.location = b.location;
    return inner;
  };
  const parallel = b.insert(
    omp.Parallel.of({
      allocate_vars: [],
      allocator_vars: [],
      if_expr: condition,
      num_threads: [],
      private_vars: [],
      reduction_vars: [],
      region: new Region([team]),
    }),
  );
  const t = at(team);
  frame?.begin(t);
  t.insert(
    omp.Wsloop.of({
      allocate_vars: [],
      allocator_vars: [],
      linear_vars: [],
      linear_step_vars: [],
      private_vars: [],
      reduction_vars: variables,
      // The team's end is the next thing to wait for.
      nowait: true,
      ...attributes,
      region: new Region([shared]),
    }),
  );
  frame?.end(t);
  t.insert(omp.Terminator.of({}));
  const collapse_num_loops = rank > 1 ? IntegerAttr.i64(rank) : undefined;
  const bounds = [...lower, ...upper, ...step];
  at(shared).insert(omp.LoopNest.of({ bounds, collapse_num_loops, region: new Region([nest]) }));
  const n = at(nest);
  body(n, nest.args, shared.args);
  n.insert(omp.Yield.of({ results_: [] }));
  return parallel;
}
