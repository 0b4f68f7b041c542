/**
 * What the operations of `scf` do when a program runs. Parallel loops run in row-major order, and
 * their reductions combine in that order.
 */
import { type InterpreterContext, interpretOf, type RuntimeValue } from "@strata/interpret";
import { IndexType, type InterfaceBinding, IntegerType, type Type } from "@strata/ir";
import { forallInterpretation } from "./interpret-forall.ts";
import * as ops from "./ops.ts";

type Int = number | bigint;

/** Compares loop bounds as the loop does. */
function isBelow(a: Int, b: Int, type: Type, unsigned: boolean): boolean {
  if (!unsigned) return a < b;
  const width = type instanceof IntegerType ? type.width : 64;
  return BigInt.asUintN(width, BigInt(a)) < BigInt.asUintN(width, BigInt(b));
}

function add(a: Int, b: Int, type: Type): Int {
  if (typeof a === "bigint") return BigInt.asIntN(64, a + BigInt(b));
  const sum = a + Number(b);
  return type instanceof IndexType
    ? sum
    : Number(BigInt.asIntN((type as IntegerType).width, BigInt(sum)));
}

/** The values of a counted loop's induction variable. */
function* inductionValues(
  op: ops.For,
  [lower, upper, step]: readonly RuntimeValue[],
): Generator<Int> {
  const type = op.lowerBound.type;
  const [last, by] = [upper as Int, step as Int];
  for (let i = lower as Int; isBelow(i, last, type, op.unsignedCmp); i = add(i, by, type)) yield i;
}

function checkStep(op: ops.For, step: RuntimeValue | undefined, cx: InterpreterContext): void {
  if (!((step as Int) > 0)) cx.fail(op, "scf.step", "the step of `scf.for` is not positive");
}

/** How the operations run; those with regions also where a region waits for other threads. */
export const interpretation: readonly InterfaceBinding[] = [
  ...forallInterpretation,
  interpretOf(
    ops.For,
    (op, [lower, upper, step, ...inits], cx) => {
      const type = op.lowerBound.type;
      checkStep(op, step, cx);
      let carried: readonly RuntimeValue[] = inits;
      for (
        let i = lower as Int;
        isBelow(i, upper as Int, type, op.unsignedCmp);
        i = add(i, step as Int, type)
      ) {
        carried = cx.runRegion(op.region, [i, ...carried]);
      }
      return carried;
    },
    function* (op, args, cx) {
      checkStep(op, args[2], cx);
      let carried: readonly RuntimeValue[] = args.slice(3);
      for (const i of inductionValues(op, args)) {
        carried = yield* cx.runSuspendable(op.region, [i, ...carried]);
      }
      return carried;
    },
  ),
  interpretOf(
    ops.If,
    (op, [condition], cx) => {
      const region = condition === 0 ? op.elseRegion : op.thenRegion;
      return region.isEmpty ? [] : cx.runRegion(region, []);
    },
    function* (op, [condition], cx) {
      const region = condition === 0 ? op.elseRegion : op.thenRegion;
      return region.isEmpty ? [] : yield* cx.runSuspendable(region, []);
    },
  ),
  interpretOf(ops.Condition, (_, values) => ({ kind: "yield", values })),
  interpretOf(
    ops.While,
    (op, inits, cx) => {
      let state: readonly RuntimeValue[] = inits;
      for (;;) {
        const [condition, ...passed] = cx.runRegion(op.before, state);
        if (condition === 0) return passed;
        state = cx.runRegion(op.after, passed);
      }
    },
    function* (op, inits, cx) {
      let state: readonly RuntimeValue[] = inits;
      for (;;) {
        const [condition, ...passed] = yield* cx.runSuspendable(op.before, state);
        if (condition === 0) return passed;
        state = yield* cx.runSuspendable(op.after, passed);
      }
    },
  ),
  interpretOf(
    ops.ExecuteRegion,
    (op, _, cx) => cx.runRegion(op.regions[0]!, []),
    (op, _, cx) => cx.runSuspendable(op.regions[0]!, []),
  ),
  interpretOf(ops.Reduce, (_, values) => ({ kind: "yield", values })),
  interpretOf(ops.Parallel, (op, args, cx) => {
    const rank = op.lowerBound.length;
    const [lower, upper, step] = [0, 1, 2].map(
      (g) => args.slice(g * rank, (g + 1) * rank) as number[],
    );
    if (step!.some((s) => s <= 0))
      cx.fail(op, "scf.step", "a step of `scf.parallel` is not positive");
    const results = args.slice(3 * rank);
    const reductions = op.region.entry.lastOp!.regions;
    const level = (d: number, ivs: readonly number[]): void => {
      if (d === rank) {
        const values = cx.runRegion(op.region, ivs);
        values.forEach((v, i) => {
          results[i] = cx.runRegion(reductions[i]!, [results[i]!, v])[0]!;
        });
        return;
      }
      for (let i = lower![d]!; i < upper![d]!; i += step![d]!) level(d + 1, [...ivs, i]);
    };
    level(0, []);
    return results;
  }),
];
