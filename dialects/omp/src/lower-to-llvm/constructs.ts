/** Constructs that some threads of a team run, and waiting for each other. */
import { i32, type Operation, type Region, type Value } from "@strata/ir";
import * as llvm from "@strata/llvm";
import { insertOne } from "@strata/llvm/lowering";
import * as ops from "../ops.ts";
import { decide, goTo, inlineBefore, replaceByBlocks } from "./blocks.ts";
import type { Runtime } from "./runtime.ts";

/** Runs a region on the threads that a function of the runtime chooses. */
function chosen(
  t: Runtime,
  op: Operation,
  region: Region,
  name: string,
  args: readonly Value[] = [],
): void {
  replaceByBlocks(t, op, (from, rest) => {
    t.r.setToEnd(from);
    const condition = t.askHere(`__kmpc_${name}`, args);
    const exit = t.r.createBlockBefore(rest.parent!, rest);
    t.callHere(`__kmpc_end_${name}`);
    goTo(t, rest);
    const entry = inlineBefore(t, region, exit, exit);
    t.r.setToEnd(from);
    decide(t, condition, entry, rest);
  });
}

/** The number of a thread as i32. */
function asI32(t: Runtime, v: Value): Value {
  const { width } = v.type as typeof i32;
  if (width === 32) return v;
  return insertOne(t.r, width < 32 ? llvm.SExtOp : llvm.TruncOp, [v], i32);
}

/** Replaces a construct by blocks and calls; false for ops that are none. */
export function lowerConstruct(t: Runtime, op: Operation): boolean {
  t.r.setBefore(op);
  t.r.location = op.location;
  if (op instanceof ops.Barrier) {
    t.callHere("__kmpc_barrier");
    t.r.eraseOp(op);
  } else if (op instanceof ops.Flush) {
    t.call("__kmpc_flush", llvm.voidType, [t.location()]);
    t.r.eraseOp(op);
  } else if (op instanceof ops.Master) chosen(t, op, op.region, "master");
  else if (op instanceof ops.Masked) {
    const thread = op.filtered_thread_id;
    chosen(t, op, op.region, "masked", [thread === undefined ? t.i32(0) : asI32(t, thread)]);
  } else if (op instanceof ops.Single) {
    const waits = !op.nowait;
    const after = op.next!;
    chosen(t, op, op.region, "single");
    t.r.setBefore(after);
    if (waits) t.callHere("__kmpc_barrier");
  } else if (op instanceof ops.Critical) {
    const lock = t.lock(op.lock === undefined ? "unnamed" : `named_${op.lock.leaf}`);
    replaceByBlocks(t, op, (from, rest) => {
      t.callHere("__kmpc_critical", [lock]);
      const exit = t.r.createBlockBefore(rest.parent!, rest);
      t.callHere("__kmpc_end_critical", [lock]);
      goTo(t, rest);
      const entry = inlineBefore(t, op.region, exit, exit);
      t.r.setToEnd(from);
      goTo(t, entry);
    });
  } else return false;
  return true;
}
