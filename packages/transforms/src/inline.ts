/**
 * Inlining: a call is replaced by what the function does.
 *
 * Functions are inlined callees first, so that a caller gets them with their own calls inlined; a
 * function that may call itself stays a call, and so does one of several blocks where the call is in
 * a region that has one.
 */
import { CallGraph, leavesRegion } from "@strata/analysis";
import {
  CallInterface,
  cloneRegion,
  lookupSymbol,
  type Operation,
  Region,
  type Value,
} from "@strata/ir";
import { definePass } from "@strata/pass";
import { Rewriter } from "@strata/rewrite";

/** The body that a call runs, if it may be inlined there. */
function inlinableBody(call: Operation, graph: CallGraph): Region | undefined {
  const callee = CallInterface.of(call)?.callee(call);
  const target = callee === undefined ? undefined : lookupSymbol(call, callee);
  const body = target?.regions[0];
  if (target === undefined || body === undefined || body.isEmpty) return undefined;
  if (graph.isRecursive(target) || target.isAncestorOf(call)) return undefined;
  const exits = [...body.blocks()].flatMap((b) => (b.lastOp && leavesRegion(b.lastOp) ? [b] : []));
  if (exits.length === 0) return undefined;
  if (body.hasOneBlock) return body;
  // Several blocks need a region that may have some; only functions and the like have.
  return undefined;
}

function inlineCall(call: Operation, body: Region): void {
  const args: readonly Value[] = CallInterface.of(call)!.arguments(call);
  const copy = new Region();
  copy.takeBody(cloneRegion(body));
  const block = copy.entry;
  const rewriter = Rewriter.at(call);
  rewriter.inlineBlock(block, call.parent!, call, args);
  const end = call.prev!;
  const values = [...end.operands];
  rewriter.eraseOp(end);
  rewriter.replaceOp(call, values);
}

/** Replaces calls inside of a module by what they call; returns how many. */
export function inlineCalls(module: Operation): number {
  const graph = new CallGraph(module);
  let inlined = 0;
  for (const group of graph.components()) {
    for (const f of group) {
      for (const call of graph.callsIn(f)) {
        const body = inlinableBody(call, graph);
        if (body === undefined) continue;
        inlineCall(call, body);
        inlined++;
      }
    }
  }
  return inlined;
}

/** The pass `inline`. */
export const inline = definePass("inline", {
  summary: "Replace calls by the bodies of the functions they call.",
  on: "any",
  run(op, _, cx) {
    const inlined = inlineCalls(op);
    if (inlined > 0) cx.count("inlined", inlined);
    return inlined > 0;
  },
});
