/**
 * Running `scf.forall` and `scf.index_switch`. The iterations of a forall run in row-major order;
 * what one has inserted into a result is seen by the next.
 */
import { interpretOf, type RuntimeValue, type TensorValue } from "@strata/interpret";
import type { InterfaceBinding, MixedIndex } from "@strata/ir";
import { expectTensor, parallelInsertions } from "@strata/tensor";
import * as ops from "./ops.ts";

/** Static and dynamic bounds as numbers; takes the dynamic ones from the front of `args`. */
function numbers(mixed: readonly MixedIndex[], args: RuntimeValue[]): number[] {
  return mixed.map((x) => (typeof x === "number" ? x : (args.shift() as number)));
}

/** How the operations of this file run. */
export const forallInterpretation: readonly InterfaceBinding[] = [
  interpretOf(
    ops.IndexSwitch,
    (op, [arg], cx) => {
      const at = op.caseValues.indexOf(arg as number);
      return cx.runRegion(at < 0 ? op.defaultRegion : op.caseRegions[at]!, []);
    },
    (op, [arg], cx) => {
      const at = op.caseValues.indexOf(arg as number);
      return cx.runSuspendable(at < 0 ? op.defaultRegion : op.caseRegions[at]!, []);
    },
  ),
  interpretOf(ops.InParallel, (op, _, cx) => {
    if (op.insertions().length > 0) cx.runRegion(op.region, []);
    return { kind: "yield", values: [] };
  }),
  interpretOf(ops.Forall, (op, args, cx) => {
    const rest = [...args];
    const lower = numbers(op.lowerBounds, rest);
    const upper = numbers(op.upperBounds, rest);
    const step = numbers(op.steps, rest);
    if (step.some((s) => s <= 0)) {
      cx.fail(op, "scf.step", "a step of `scf.forall` is not positive");
    }
    let outs: TensorValue[] = rest.map(expectTensor);
    const inserted = parallelInsertions(cx);
    const level = (d: number, ivs: readonly number[]): void => {
      if (d < op.rank) {
        for (let i = lower[d]!; i < upper[d]!; i += step[d]!) level(d + 1, [...ivs, i]);
        return;
      }
      cx.runRegion(op.region, [...ivs, ...outs]);
      outs = outs.map((t, k) => inserted.get(op.outArgs[k]!) ?? t);
    };
    level(0, []);
    for (const a of op.outArgs) inserted.delete(a);
    return outs;
  }),
];
