/** Parallel loops as sequential ones: inside of a thread, and where they reduce. */
import { Builder, type Operation, type Value, walk } from "@strata/ir";
import { buildFor } from "../build.ts";
import { ScalarCopy } from "../scalar-copy.ts";
import { type For, Parallel } from "../ops.ts";

/** Replaces a parallel loop by a nest of counted ones that combines in row-major order. */
export function toCountedLoops(op: Parallel): void {
  const b = Builder.before(op);
  const rank = op.lowerBound.length;
  const level = (d: number, ivs: readonly Value[], carried: readonly Value[]): readonly Value[] => {
    if (d === rank) {
      const copy = new ScalarCopy(b, (v) => v);
      op.inductionVars.forEach((arg, i) => copy.define(arg, ivs[i]!));
      copy.emit(op.body);
      return op.reduce.regions.map((r, i) => {
        const [lhs, rhs] = r.entry.args;
        copy.define(lhs!, carried[i]!);
        copy.define(rhs!, copy.get(op.reduce.operand(i)));
        copy.emit(r.entry);
        return copy.get(r.entry.lastOp!.operand(0));
      });
    }
    const [lower, upper, step] = [op.lowerBound[d]!, op.upperBound[d]!, op.step[d]!];
    const loop: For = buildFor(b, lower, upper, step, carried, (iv, inner) =>
      level(d + 1, [...ivs, iv], inner),
    );
    return loop.results;
  };
  const results = level(0, [], op.initVals);
  op.outs.forEach((r, i) => r.replaceAllUsesWith(results[i]!));
  op.dropAllReferences();
  op.erase();
}

/** Makes the parallel loops inside of an operation's regions sequential. */
export function makeInnerSequential(root: Operation): void {
  const inner: Parallel[] = [];
  walk(root, (op) => {
    if (op instanceof Parallel && op !== root) inner.push(op);
  });
  for (const op of inner.reverse()) toCountedLoops(op);
}
