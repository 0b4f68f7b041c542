/** What arrows may read of the variables around them. */
import type { Node } from "../syntax/ast.ts";
import type { Analysis } from "./context.ts";
import * as say from "./diagnostics.ts";

function contains(outer: Node, inner: Node): boolean {
  return outer.start <= inner.start && inner.end <= outer.end;
}

/**
 * An arrow may read a `let` that is not assigned after the arrow was made: neither behind it, nor
 * by a later round of a loop around it. The assignment that the arrow itself is a part of does
 * not count: the arrow has done its work by then.
 */
export function checkCaptures(cx: Analysis): void {
  for (const { variable, assignments, captures, loops } of cx.variables) {
    for (const { arrow, use, loops: around } of captures) {
      const rounds = around.filter((loop) => !loops.includes(loop));
      const later = assignments.find(({ at }) => {
        if (contains(at, arrow)) return false;
        return at.start > arrow.start || rounds.some((loop) => contains(loop, at));
      });
      if (later === undefined) continue;
      cx.report(say.closureReads(variable.name, cx.span(use), cx.span(later.at)));
    }
  }
}
