/** Loops made of blocks, for lowerings that run when structured control flow is gone. */
import { i64, type Operation, type Value } from "@strata/ir";
import type { Rewriter } from "@strata/rewrite";
import { AddOp, ICmpOp } from "../arith-ops.ts";
import { ICmpPredicate, OverflowFlags } from "../attributes.ts";
import { BrOp, CondBrOp } from "../control-ops.ts";
import { i64Constant } from "./build.ts";

/**
 * Runs `body` for all indices below the bounds (i64), innermost fastest, in front of `op`:
 *
 *     before: br ^head(0)
 *     ^head(%i): cond_br %i < %n, ^body, ^next
 *     ^body: …; br ^head(%i + 1)
 *     ^next: op …
 *
 * Afterwards the rewriter inserts in front of `op`.
 */
export function emitLoop(
  r: Rewriter,
  op: Operation,
  bounds: readonly Value[],
  body: (indices: readonly Value[]) => void,
): void {
  nest(r, op, bounds, [], body);
  r.setBefore(op);
}

function nest(
  r: Rewriter,
  op: Operation,
  bounds: readonly Value[],
  indices: readonly Value[],
  body: (indices: readonly Value[]) => void,
): void {
  const [bound, ...rest] = bounds;
  if (bound === undefined) {
    r.setBefore(op);
    body(indices);
    return;
  }
  const before = op.parent!;
  const region = before.parent!;
  const next = r.splitBlock(op);
  const head = r.createBlockBefore(region, next, [i64]);
  const inside = r.createBlockBefore(region, next);
  const index = head.args[0]!;
  r.setToEnd(before);
  r.insert(BrOp.of({ destOperands: [i64Constant(r, 0)], dest: head }));
  r.setToEnd(head);
  const predicate = ICmpPredicate.attr("slt");
  const condition = r.insert(ICmpOp.of({ lhs: index, rhs: bound, predicate })).res;
  r.insert(
    CondBrOp.of({
      condition,
      trueDestOperands: [],
      falseDestOperands: [],
      trueDest: inside,
      falseDest: next,
    }),
  );
  r.setToEnd(inside);
  const overflowFlags = OverflowFlags.attr("nsw", "nuw");
  const following = AddOp.of({ lhs: index, rhs: i64Constant(r, 1), overflowFlags });
  r.insert(following);
  const back = r.insert(BrOp.of({ destOperands: [following.res], dest: head }));
  nest(r, back, rest, [...indices, index], body);
}
