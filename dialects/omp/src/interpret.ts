/**
 * What the operations of `omp` do when a program runs: they run as with a team of one thread, which
 * is one of the orders that OpenMP allows. Reductions combine into the variables themselves.
 */
import { failAt, interpretOf, type RuntimeValue } from "@strata/interpret";
import { IndexType, type InterfaceBinding, type Operation } from "@strata/ir";
import * as ops from "./ops.ts";

type Int = number | bigint;

function positiveSteps(op: Operation, steps: readonly RuntimeValue[]): void {
  if (steps.every((s) => (s as Int) > 0)) return;
  failAt(op, "omp.step", "a step of `omp.loop_nest` is not positive");
}

/** How the operations run. */
export const interpretation: readonly InterfaceBinding[] = [
  interpretOf(ops.Terminator, () => ({ kind: "yield", values: [] })),
  interpretOf(ops.Yield, (_, values) => ({ kind: "yield", values })),
  interpretOf(ops.Barrier, () => []),
  interpretOf(ops.Flush, () => []),
  interpretOf(ops.CriticalDeclare, () => []),
  interpretOf(ops.DeclareReduction, () => []),
  interpretOf(ops.Parallel, (op, args, cx) => {
    const before = args.length - op.reduction_vars.length;
    cx.runRegion(op.region, args.slice(before));
    return [];
  }),
  ...([ops.Single, ops.Master, ops.Critical] as const).map((cls) =>
    interpretOf<ops.Single | ops.Master | ops.Critical>(cls, (op, _, cx) => {
      cx.runRegion(op.region, []);
      return [];
    }),
  ),
  interpretOf(ops.Masked, (op, [thread], cx) => {
    if (thread === undefined || BigInt(thread as Int) === 0n) cx.runRegion(op.region, []);
    return [];
  }),
  interpretOf(ops.Wsloop, (op, args, cx) => {
    const first = op.definition.operandStart(op, 5);
    cx.runRegion(op.region, args.slice(first, first + op.reduction_vars.length));
    return [];
  }),
  interpretOf(ops.LoopNest, (op, args, cx) => {
    const { rank } = op;
    const [lower, upper, step] = [0, 1, 2].map(
      (g) => args.slice(g * rank, (g + 1) * rank) as Int[],
    );
    positiveSteps(op, step!);
    const isIndex = op.operand(0).type instanceof IndexType;
    const plus = (a: Int, b: Int): Int => (typeof a === "bigint" ? a + BigInt(b) : a + Number(b));
    const inRange = (i: Int, d: number): boolean =>
      op.loop_inclusive ? i <= upper![d]! : i < upper![d]!;
    const level = (d: number, ivs: readonly Int[]): void => {
      if (d === rank) {
        cx.runRegion(op.region, isIndex ? ivs.map(Number) : ivs);
        return;
      }
      for (let i = lower![d]!; inRange(i, d); i = plus(i, step![d]!)) level(d + 1, [...ivs, i]);
    };
    level(0, []);
    return [];
  }),
];
