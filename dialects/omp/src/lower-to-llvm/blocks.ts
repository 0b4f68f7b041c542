/** Blocks and branches around regions that are inlined. */
import type { Block, Operation, Region, Value } from "@strata/ir";
import * as llvm from "@strata/llvm";
import * as ops from "../ops.ts";
import type { Runtime } from "./runtime.ts";

/** Goes to a block. */
export function goTo(t: Runtime, dest: Block, destOperands: readonly Value[] = []): void {
  t.insert(llvm.BrOp.of({ dest, destOperands }));
}

/** Goes to one of two blocks. */
export function decide(t: Runtime, condition: Value, trueDest: Block, falseDest: Block): void {
  t.insert(
    llvm.CondBrOp.of({
      condition,
      trueDest,
      falseDest,
      trueDestOperands: [],
      falseDestOperands: [],
    }),
  );
}

/** Moves a region in front of `before`; where it ended, it goes on to `exit`. Returns its entry. */
export function inlineBefore(t: Runtime, source: Region, before: Block, exit: Block): Block {
  const { entry } = source;
  for (const block of source.blocks()) {
    const last = block.lastOp;
    if (!(last instanceof ops.Terminator || last instanceof ops.Yield)) continue;
    t.r.setBefore(last);
    goTo(t, exit);
    t.r.eraseOp(last);
  }
  t.r.inlineRegion(source, before.parent!, before);
  return entry;
}

/** Splits in front of `op` and erases it when `fill` has built what stands between. */
export function replaceByBlocks(
  t: Runtime,
  op: Operation,
  fill: (from: Block, rest: Block) => void,
): void {
  const from = op.parent!;
  const rest = t.r.splitBlock(op);
  t.r.setToEnd(from);
  fill(from, rest);
  t.r.setToStart(rest);
  t.r.eraseOp(op);
}
