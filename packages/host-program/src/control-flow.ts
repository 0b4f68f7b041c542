/** Loops, branches and calls of host code. */
import { CallOp } from "@strata/func";
import { DenseArrayAttr, type Operation, type Region } from "@strata/ir";
import * as scf from "@strata/scf";
import type { HostCompiler } from "./compile.ts";
import { refuse } from "./refuse.ts";
import { direct, type Frame, move, type Step } from "./steps.ts";

/** A region that ends by handing its operands to slots. */
function handing<M, K>(
  cx: HostCompiler<M, K>,
  region: Region,
  targets: readonly number[],
): Step<M, K> {
  const block = region.firstBlock!;
  const body = cx.block(block);
  const from = cx.slots.all(block.lastOp?.operands ?? []);
  const hand = move(from, targets);
  if (!body.wait) {
    return direct((frame) => {
      body.run(frame);
      hand(frame.slots);
    });
  }
  return {
    wait: true,
    *run(frame) {
      yield* body.run(frame);
      hand(frame.slots);
    },
  };
}

const isBelow = (a: unknown, b: unknown): boolean => (a as number) < (b as number);

/** `a + b` of two numbers or two bigints. */
function sum(a: unknown, b: unknown): number | bigint {
  return typeof a === "bigint" ? a + (b as bigint) : (a as number) + (b as number);
}

function compileFor<M, K>(cx: HostCompiler<M, K>, op: scf.For): Step<M, K> {
  if (op.getAttr("unsignedCmp") !== undefined) refuse(op, "an unsigned loop");
  const [lower, upper, step, ...inits] = cx.slots.all(op.operands);
  const iv = cx.slots.of(op.inductionVar);
  const carried = cx.slots.all(op.iterArgs);
  const enter = move(inits, carried);
  const leave = move(carried, cx.slots.all(op.results));
  const body = handing(cx, op.regions[0]!, carried);
  if (!body.wait) {
    return direct((frame) => {
      const { slots } = frame;
      enter(slots);
      const [end, by] = [slots[upper!], slots[step!]];
      for (let i = slots[lower!]; isBelow(i, end); i = sum(i, by)) {
        slots[iv] = i;
        body.run(frame);
      }
      leave(slots);
    });
  }
  return {
    wait: true,
    *run(frame) {
      const { slots } = frame;
      enter(slots);
      const [end, by] = [slots[upper!], slots[step!]];
      for (let i = slots[lower!]; isBelow(i, end); i = sum(i, by)) {
        slots[iv] = i;
        yield* body.run(frame);
      }
      leave(slots);
    },
  };
}

/** One of several regions, chosen at run time. */
function choosing<M, K>(
  branches: readonly Step<M, K>[],
  choose: (frame: Frame<M, K>) => Step<M, K> | undefined,
): Step<M, K> {
  if (branches.every((b) => !b.wait)) {
    return direct((frame) => {
      const taken = choose(frame);
      if (taken?.wait === false) taken.run(frame);
    });
  }
  return {
    wait: true,
    *run(frame) {
      const taken = choose(frame);
      if (taken === undefined) return;
      if (taken.wait) yield* taken.run(frame);
      else taken.run(frame);
    },
  };
}

function compileIf<M, K>(cx: HostCompiler<M, K>, op: scf.If): Step<M, K> {
  const condition = cx.slots.of(op.operand(0));
  const results = cx.slots.all(op.results);
  const branches = op.regions.filter((r) => r.firstBlock).map((r) => handing(cx, r, results));
  const [then, otherwise] = branches;
  return choosing(branches, ({ slots }) => (slots[condition] === 0 ? otherwise : then));
}

function compileSwitch<M, K>(cx: HostCompiler<M, K>, op: scf.IndexSwitch): Step<M, K> {
  const choice = cx.slots.of(op.operand(0));
  const results = cx.slots.all(op.results);
  const [fallback, ...cases] = op.regions.map((r) => handing(cx, r, results));
  const attr = op.getAttr("cases");
  const table = new Map(
    (attr instanceof DenseArrayAttr ? attr.numbers : []).map((n, k) => [n, cases[k]!]),
  );
  return choosing(
    [fallback!, ...cases],
    ({ slots }) => table.get(slots[choice] as number) ?? fallback,
  );
}

function compileWhile<M, K>(cx: HostCompiler<M, K>, op: scf.While): Step<M, K> {
  const [before, after] = op.regions;
  const state = cx.slots.all(before!.firstBlock!.args);
  const passed = cx.slots.all(after!.firstBlock!.args);
  const enter = move(cx.slots.all(op.operands), state);
  const condition = cx.slots.of(op.conditionOp.operand(0));
  const test = cx.block(before!.firstBlock!);
  const hand = move(cx.slots.all(op.conditionOp.operands.slice(1)), passed);
  const leave = move(passed, cx.slots.all(op.results));
  const body = handing(cx, after!, state);
  if (!test.wait && !body.wait) {
    return direct((frame) => {
      const { slots } = frame;
      enter(slots);
      for (;;) {
        test.run(frame);
        hand(slots);
        if (slots[condition] === 0) break;
        body.run(frame);
      }
      leave(slots);
    });
  }
  return {
    wait: true,
    *run(frame) {
      const { slots } = frame;
      enter(slots);
      for (;;) {
        if (test.wait) yield* test.run(frame);
        else test.run(frame);
        hand(slots);
        if (slots[condition] === 0) break;
        if (body.wait) yield* body.run(frame);
        else body.run(frame);
      }
      leave(slots);
    },
  };
}

/** A call, whose callee is compiled in place: slots of its own, as host code does not recurse. */
function compileCall<M, K>(cx: HostCompiler<M, K>, op: CallOp): Step<M, K> {
  const callee = cx.functionNamed(op.callee.root);
  if (callee === undefined) return refuse(op, `a call of @${op.callee.root}`);
  const enter = move(cx.slots.all(op.operands), cx.slots.all(callee.entry.args));
  const body = handing(cx, callee.body, cx.slots.all(op.results));
  if (!body.wait) {
    return direct((frame) => {
      enter(frame.slots);
      body.run(frame);
    });
  }
  return {
    wait: true,
    *run(frame) {
      enter(frame.slots);
      yield* body.run(frame);
    },
  };
}

/** Compiles loops, branches and calls; undefined for other operations. */
export function compileControlFlow<M, K>(
  cx: HostCompiler<M, K>,
  op: Operation,
): Step<M, K> | undefined {
  if (op instanceof scf.For) return compileFor(cx, op);
  if (op instanceof scf.If) return compileIf(cx, op);
  if (op instanceof scf.While) return compileWhile(cx, op);
  if (op instanceof scf.IndexSwitch) return compileSwitch(cx, op);
  if (op instanceof CallOp) return compileCall(cx, op);
  return undefined;
}
