/** What statements do to control and variables, and which expressions may be evaluated freely. */
import type { BlockT, StatementT, Typed, Variable } from "../semantics/tree.ts";
import { isIntegerType, resolve } from "../semantics/types.ts";

/** Whether control may leave the statement other than behind it. */
export function mayLeave(s: StatementT): boolean {
  switch (s.kind) {
    case "return":
    case "break":
    case "continue":
      return true;
    case "if":
      return mayLeave(s.consequent) || (s.alternate !== undefined && mayLeave(s.alternate));
    case "block":
      return s.statements.some(mayLeave);
    case "unrolled":
      return s.iterations.some(mayLeave);
    case "for":
    case "while":
    case "doWhile":
      return returns(s.body);
    default:
      return false;
  }
}

/** Whether a `return` stands inside, loops included. */
function returns(block: BlockT): boolean {
  return block.statements.some((s) => {
    switch (s.kind) {
      case "return":
        return true;
      case "if":
        return returns(s.consequent) || (s.alternate !== undefined && returns(s.alternate));
      case "block":
        return returns(s);
      case "for":
      case "while":
      case "doWhile":
        return returns(s.body);
      case "unrolled":
        return s.iterations.some(returns);
      default:
        return false;
    }
  });
}

/** The variables that statements assign. */
export function assignedVariables(list: readonly StatementT[]): Set<Variable> {
  const out = new Set<Variable>();
  const visit = (s: StatementT): void => {
    switch (s.kind) {
      case "assign":
        out.add(s.variable);
        return;
      case "if":
        visit(s.consequent);
        if (s.alternate !== undefined) visit(s.alternate);
        return;
      case "for":
      case "doWhile":
        visit(s.body);
        return;
      case "while":
        visit(s.body);
        if (s.update !== undefined) visit(s.update);
        return;
      case "unrolled":
        s.iterations.forEach(visit);
        return;
      case "block":
        s.statements.forEach(visit);
        return;
      default:
    }
  };
  list.forEach(visit);
  return out;
}

/** Most operations that are computed without need rather than branched around. */
const cheapLimit = 12;

/** Whether evaluating an expression without need is harmless and short. */
export function isCheap(e: Typed): boolean {
  return cost(e) <= cheapLimit;
}

function cost(e: Typed): number {
  switch (e.kind) {
    case "literal":
    case "variable":
    case "extent":
      return 0;
    case "read":
      return 1;
    case "unary":
    case "convert":
      return 1 + cost(e.operand);
    case "binary": {
      const t = resolve(e.type);
      const divides = e.op === "div" || e.op === "rem";
      if (divides && t.kind === "scalar" && isIntegerType(t.name)) return Infinity;
      return (e.op === "pow" ? 20 : 1) + cost(e.left) + cost(e.right);
    }
    case "compare":
    case "logical":
      return 1 + cost(e.left) + cost(e.right);
    case "conditional":
      return 1 + cost(e.condition) + cost(e.consequent) + cost(e.alternate);
    case "math":
      return e.args.reduce((n, a) => n + cost(a), 2);
    case "field":
      return cost(e.object);
    case "item":
      return cost(e.tuple);
    default:
      return Infinity;
  }
}
