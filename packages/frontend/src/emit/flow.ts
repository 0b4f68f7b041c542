/** What statements do to control and variables, and which expressions may be evaluated freely. */
import type { BlockT, StatementT, Typed, Variable } from "../semantics/tree.ts";
import { isIntegerType, resolve } from "../semantics/types.ts";

/** Ways in which control leaves a statement other than behind it. */
export interface Leaves {
  readonly returns: boolean;
  readonly breaks: boolean;
  readonly continues: boolean;
}

const STAYS: Leaves = { returns: false, breaks: false, continues: false };

function union(all: readonly Leaves[]): Leaves {
  if (all.length === 0) return STAYS;
  return {
    returns: all.some((one) => one.returns),
    breaks: all.some((one) => one.breaks),
    continues: all.some((one) => one.continues),
  };
}

const known = new WeakMap<StatementT, Leaves>();

/** How control may leave a statement; `break` and `continue` of loops inside it do not count. */
export function leavesOf(s: StatementT): Leaves {
  let found = known.get(s);
  if (found === undefined) {
    found = compute(s);
    known.set(s, found);
  }
  return found;
}

/** How control may leave a list of statements. */
export function leavesOfAll(list: readonly StatementT[]): Leaves {
  return union(list.map(leavesOf));
}

function compute(s: StatementT): Leaves {
  switch (s.kind) {
    case "return":
      return { ...STAYS, returns: true };
    case "break":
      return { ...STAYS, breaks: true };
    case "continue":
      return { ...STAYS, continues: true };
    case "if":
      return union(
        [s.consequent, ...(s.alternate === undefined ? [] : [s.alternate])].map(leavesOf),
      );
    case "block":
      return leavesOfAll(s.statements);
    case "for":
    case "while":
    case "doWhile":
      return { ...STAYS, returns: leavesOf(s.body).returns };
    case "unrolled":
      return { ...STAYS, returns: s.iterations.some((body) => leavesOf(body).returns) };
    default:
      return STAYS;
  }
}

/** Whether control leaves in any of the ways. */
export function mayLeave(leaves: Leaves): boolean {
  return leaves.returns || leaves.breaks || leaves.continues;
}

/** Whether control may reach the end of a list of statements. */
export function mayEnd(list: readonly StatementT[]): boolean {
  return list.every((s) => {
    switch (s.kind) {
      case "return":
      case "break":
      case "continue":
        return false;
      case "if":
        return s.alternate === undefined || mayEnd([s.consequent]) || mayEnd([s.alternate]);
      case "block":
        return mayEnd(s.statements);
      case "while": {
        const forever = s.condition.kind === "literal" && s.condition.value === true;
        return !forever || leavesOf(s.body).breaks;
      }
      case "doWhile": {
        const { breaks, continues } = leavesOf(s.body);
        return mayEnd([s.body]) || breaks || continues;
      }
      default:
        return true;
    }
  });
}

const assigned = new WeakMap<StatementT, ReadonlySet<Variable>>();

/** The variables that a statement assigns. */
export function assignedBy(s: StatementT): ReadonlySet<Variable> {
  let found = assigned.get(s);
  if (found === undefined) {
    const set = new Set<Variable>();
    if (s.kind === "assign") set.add(s.variable);
    for (const inner of blocksOf(s)) for (const v of assignedByAll(inner.statements)) set.add(v);
    found = set;
    assigned.set(s, found);
  }
  return found;
}

/** The variables that statements assign, in the order of their first assignment. */
export function assignedByAll(list: readonly StatementT[]): Set<Variable> {
  const all = new Set<Variable>();
  for (const s of list) for (const variable of assignedBy(s)) all.add(variable);
  return all;
}

/** The blocks directly inside a statement. */
function blocksOf(s: StatementT): readonly BlockT[] {
  switch (s.kind) {
    case "if":
      return s.alternate === undefined ? [s.consequent] : [s.consequent, s.alternate];
    case "for":
    case "doWhile":
      return [s.body];
    case "while":
      return s.update === undefined ? [s.body] : [s.body, s.update];
    case "unrolled":
      return s.iterations;
    case "block":
      return [s];
    default:
      return [];
  }
}

/** Most operations that are computed without need rather than branched around. */
const CHEAP = 12;

/** Whether evaluating an expression without need is harmless and short. */
export function isCheap(e: Typed): boolean {
  return cost(e) <= CHEAP;
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
      const type = resolve(e.type);
      const divides = e.op === "div" || e.op === "rem";
      // An integer division by zero stops the interpreter.
      if (divides && type.kind === "scalar" && isIntegerType(type.name)) return Infinity;
      return (e.op === "pow" ? 20 : 1) + cost(e.left) + cost(e.right);
    }
    case "compare":
    case "logical":
      return 1 + cost(e.left) + cost(e.right);
    case "conditional":
      return 1 + cost(e.condition) + cost(e.consequent) + cost(e.alternate);
    case "math":
      return e.args.reduce((sum, arg) => sum + cost(arg), 2);
    case "inline": {
      const [only] = e.body.statements;
      if (e.body.statements.length !== 1 || only?.kind !== "return") return Infinity;
      return e.params.reduce((sum, { value }) => sum + cost(value), cost(only.value));
    }
    case "field":
      return cost(e.object);
    case "item":
      return cost(e.tuple);
    case "tuple":
      return e.elements.reduce((sum, element) => sum + cost(element), 0);
    default:
      return Infinity;
  }
}
