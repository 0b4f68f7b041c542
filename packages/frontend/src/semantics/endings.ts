/** Where control can get to in typed blocks. */
import type { BlockT, StatementT } from "./tree.ts";

/** Whether control can reach the end of a block. */
export function canEnd(block: BlockT): boolean {
  return block.statements.every((s) => {
    switch (s.kind) {
      case "return":
      case "break":
      case "continue":
        return false;
      case "if":
        return s.alternate === undefined || canEnd(s.consequent) || canEnd(s.alternate);
      case "block":
        return canEnd(s);
      case "while": {
        const forever = s.condition.kind === "literal" && s.condition.value === true;
        return !forever || leaves(s.body, ["break"]);
      }
      case "doWhile":
        // The body runs at least once.
        return canEnd(s.body) || leaves(s.body, ["break", "continue"]);
      default:
        return true;
    }
  });
}

/** Whether a `break` or `continue` of the loop around it stands in a block. */
export function leavesLoop(block: BlockT): boolean {
  return leaves(block, ["break", "continue"]);
}

function leaves(block: BlockT, kinds: readonly StatementT["kind"][]): boolean {
  return block.statements.some((s) => {
    if (kinds.includes(s.kind)) return true;
    if (s.kind === "if") {
      const alternate = s.alternate !== undefined && leaves(s.alternate, kinds);
      return leaves(s.consequent, kinds) || alternate;
    }
    return s.kind === "block" && leaves(s, kinds);
  });
}
