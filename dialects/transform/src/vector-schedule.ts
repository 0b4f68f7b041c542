/**
 * The default vector schedule of a program, as a program of its own: what `vectorizeLoops` would do,
 * step by step.
 */
import {
  Block,
  Builder,
  cloneOp,
  DenseArrayAttr,
  FunctionType,
  i64,
  IntegerAttr,
  ModuleOp,
  type Operation,
  Region,
  setNameHint,
  StringAttr,
  TypeAttr,
  UnitAttr,
  type Value,
} from "@strata/ir";
import {
  choiceOf,
  mergeDimensions,
  NotVectorizable,
  planVectorization,
  type VectorDecision,
  type VectorTarget,
} from "@strata/scf/lower-to-vector";
import { mainSequence } from "./apply/apply.ts";
import {
  MatchNestsOp,
  MergeDimensionsOp,
  NamedSequenceOp,
  SplitHandleOp,
  VectorizeNestOp,
  YieldOp,
} from "./ops.ts";
import { AnyOpType } from "./types.ts";

/** Computes the default schedule of a program of the loop level, which is left as it is. */
export function defaultVectorSchedule(program: Operation, target: VectorTarget): ModuleOp {
  const merged = cloneOp(program);
  mergeDimensions(merged);
  return scheduleOf(planVectorization(merged, target));
}

/** A module with one sequence that carries out decisions. */
function scheduleOf(decisions: readonly VectorDecision[]): ModuleOp {
  const handle = AnyOpType.get({});
  const entry = new Block([handle]);
  const root = entry.args[0]!;
  setNameHint(root, "root");
  const b = Builder.atEnd(entry);
  b.insert(MergeDimensionsOp.of({ target: root }));
  const nests = splitNests(b, root, decisions.length);
  decisions.forEach(({ loop, plan }, i) => {
    if (plan instanceof NotVectorizable) return;
    const { lanes, unroll, jam, laneLoop } = choiceOf(loop, plan);
    b.insert(
      VectorizeNestOp.of({
        target: nests[i]!,
        lanes: IntegerAttr.get(lanes, i64),
        unroll: IntegerAttr.get(unroll, i64),
        jam: DenseArrayAttr.i64([...jam]),
        reduction: laneLoop === undefined ? undefined : IntegerAttr.get(laneLoop, i64),
      }),
    );
  });
  b.insert(YieldOp.of({ inputs: [] }));
  const schedule = ModuleOp.create();
  schedule.setAttr("transform.with_named_sequence", UnitAttr.instance);
  schedule.add(
    NamedSequenceOp.of({
      sym_name: StringAttr.get(mainSequence),
      function_type: TypeAttr.get(FunctionType.get([handle], [])),
      body: new Region([entry]),
    }),
  );
  return schedule;
}

function splitNests(b: Builder, root: Value, count: number): readonly Value[] {
  const handle = AnyOpType.get({});
  if (count === 0) return [];
  const found = b.insert(MatchNestsOp.of({ target: root }, { types: { nests: handle } })).nests;
  if (count === 1) return [found];
  const types = { types: { outputs: Array.from({ length: count }, () => handle) } };
  const split = b.insert(SplitHandleOp.of({ handle: found }, types));
  split.results.forEach((r, i) => setNameHint(r, `nest${i}`));
  return split.results;
}
