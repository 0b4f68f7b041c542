/**
 * `for` loops: counted ones, written-out ones, and all others.
 *
 * Invariant: a counted loop's bounds do not change while it runs and its counter is not assigned
 * in its body; its counter is an `index`.
 */
import { dimConst } from "@strata/support";
import type { Expression, ForStatement, Name, Node } from "../syntax/ast.ts";
import { assignedNames, mentions, someExpression, someWithin } from "../syntax/walk.ts";
import { effect } from "./assignments.ts";
import { MAX_UNROLLED, Scope, type Analysis } from "./context.ts";
import { isError, makeLiteral, toIndex } from "./conversions.ts";
import { declaration } from "./declarations.ts";
import * as say from "./diagnostics.ts";
import { leavesLoop } from "./endings.ts";
import { expression } from "./expressions.ts";
import { declareVariable } from "./functions.ts";
import { condition } from "./operators.ts";
import { tryConstant } from "./shapes.ts";
import type { BlockT, ForS, StatementT, Typed, Variable } from "./tree.ts";
import { BOOL, INDEX, maskOf, isScalarish, resolve, scalarMask } from "./types.ts";

/** Runs `inside` with a loop around the current place. */
export function inLoop<T>(cx: Analysis, loop: Node, inside: () => T): T {
  const outer = cx.loops;
  cx.loops = [...outer, loop];
  try {
    return inside();
  } finally {
    cx.loops = outer;
  }
}

/** A `for` statement. */
export function forLoop(cx: Analysis, scope: Scope, s: ForStatement): StatementT[] {
  const counted = countedLoop(s);
  if (counted === undefined) return [generalLoop(cx, scope, s)];
  // Typed in a trial of their own, since a general loop types them again.
  const from = expression(cx, scope, counted.from);
  const to = expression(cx, scope, counted.to);
  if (isError(from) || isError(to)) {
    declareBrokenLoop(cx, scope, s, counted);
    return [];
  }
  if (!isCount(from) || !isCount(to)) {
    forget(cx, from);
    forget(cx, to);
    return [generalLoop(cx, scope, s)];
  }
  const [low, high] = [tryConstant(cx, from), tryConstant(cx, to)];
  if (low !== undefined && high !== undefined && drivesOffsets(scope, s, counted.name.text)) {
    forget(cx, from);
    forget(cx, to);
    return unrolledLoop(cx, scope, s, counted, low, high);
  }
  const start = toIndex(cx, from, "a counter");
  const end = toIndex(cx, to, "a bound");
  const { name, relation, step } = counted;
  const counter: Variable = { name: name.text, type: INDEX, mutable: false, at: name };
  return inLoop(cx, s, () => {
    const inner = new Scope(scope, scope.frame);
    declareVariable(cx, inner, counter);
    const before = cx.unassigned;
    const body = cx.elaborate.block(cx, inner, s.body);
    cx.unassigned = before;
    return [{ kind: "for", counter, from: start, to: end, relation, step, body, at: s }];
  });
}

/** Looks at the body of a loop whose bounds were reported. */
function declareBrokenLoop(
  cx: Analysis,
  scope: Scope,
  s: ForStatement,
  { name }: CountedLoop,
): void {
  inLoop(cx, s, () => {
    const inner = new Scope(scope, scope.frame);
    declareVariable(cx, inner, { name: name.text, type: INDEX, mutable: false, at: name });
    cx.elaborate.block(cx, inner, s.body);
  });
}

const COUNTS = maskOf("index", "i32");

/** Whether a bound makes the loop count in `index`: `index`, `i32`, or a whole literal. */
function isCount(expr: Typed): boolean {
  const type = resolve(expr.type);
  if (!isScalarish(type)) return false;
  if (expr.kind === "literal" && type.kind === "var") return Number.isInteger(Number(expr.value));
  return (scalarMask(type) & COUNTS) !== 0;
}

/** Takes back a literal that is not used after all. */
function forget(cx: Analysis, expr: Typed): void {
  if (expr.kind === "literal") cx.literals.delete(expr);
}

// Which loops are counted

/** The parts of `for (let i = from; i < to; i += step)`. */
interface CountedLoop {
  readonly name: Name;
  readonly from: Expression;
  readonly to: Expression;
  readonly relation: ForS["relation"];
  readonly step: number;
}

function isName(node: Expression, name: string): boolean {
  return node.kind === "identifier" && node.name === name;
}

/** The parts of a counted loop; undefined for other forms. */
function countedLoop(s: ForStatement): CountedLoop | undefined {
  const { init, test } = s;
  if (init?.kind !== "variable" || init.keyword !== "let") return undefined;
  const [only, ...more] = init.declarators;
  if (only === undefined || more.length > 0 || only.init === undefined) return undefined;
  const { pattern, type } = only;
  // An annotated counter is what it says; only `index` counts.
  const annotated = type !== undefined && !(type.kind === "reference" && type.name === "index");
  if (pattern.kind !== "name" || annotated) return undefined;
  const name = pattern.text;
  if (test?.kind !== "binary" || !isName(test.left, name)) return undefined;
  const { op: relation, right: to } = test;
  if (relation !== "<" && relation !== "<=" && relation !== ">" && relation !== ">=") {
    return undefined;
  }
  const step = stepOf(s, name);
  const up = relation === "<" || relation === "<=";
  if (step === undefined || step === 0 || step > 0 !== up) return undefined;
  const assigned = assignedNames(s.body);
  const changes = someExpression(
    to,
    (node) => node.kind === "identifier" && (node.name === name || assigned.has(node.name)),
  );
  if (changes || assigned.has(name)) return undefined;
  return { name: pattern, from: only.init, to, relation, step: Math.abs(step) };
}

/** The constant that a loop's update adds to its counter. */
function stepOf(s: ForStatement, name: string): number | undefined {
  const { update } = s;
  if (update?.kind === "update" && isName(update.target, name)) return update.op === "++" ? 1 : -1;
  if (update?.kind !== "assignment" || !isName(update.target, name)) return undefined;
  const { op, value } = update;
  const by = value.kind === "number" && Number.isSafeInteger(value.value) ? value.value : undefined;
  if (op === "+=") return by;
  if (op === "-=") return by === undefined ? undefined : -by;
  // `i = i + 2`.
  if (op !== "=" || value.kind !== "binary" || !isName(value.left, name)) return undefined;
  const { right } = value;
  if (right.kind !== "number" || !Number.isSafeInteger(right.value)) return undefined;
  return value.op === "+" ? right.value : value.op === "-" ? -right.value : undefined;
}

// Written-out loops

/** Whether a body reads through an accessor at offsets that depend on the counter. */
function drivesOffsets(scope: Scope, s: ForStatement, counter: string): boolean {
  const derived = derivedNames(s, counter);
  const depends = (node: Expression): boolean =>
    someExpression(node, (one) => one.kind === "identifier" && derived.has(one.name));
  return someWithin(s.body, (node) => {
    if (node.kind !== "call" || node.callee.kind !== "identifier") return false;
    const entity = scope.lookup(node.callee.name);
    if (!node.args.some(depends)) return false;
    if (entity?.kind === "accessor") return true;
    // A helper that is given the accessor, or a local arrow that reads it.
    if (node.args.some((arg) => isAccessor(scope, arg))) return true;
    return entity?.kind === "closure" && readsAccessor(entity.scope, entity.arrow);
  });
}

/** The counter and the names whose initial values depend on it. */
function derivedNames(s: ForStatement, counter: string): Set<string> {
  const names = new Set([counter]);
  const visit = (statement: ForStatement["body"]): void => {
    switch (statement.kind) {
      case "variable":
        for (const { pattern, init } of statement.declarators) {
          if (init === undefined || pattern.kind !== "name") continue;
          if ([...names].some((name) => mentions(init, name))) names.add(pattern.text);
        }
        return;
      case "block":
        statement.statements.forEach(visit);
        return;
      case "if":
        visit(statement.consequent);
        if (statement.alternate !== undefined) visit(statement.alternate);
        return;
      case "for":
        if (statement.init !== undefined) visit(statement.init);
        visit(statement.body);
        return;
      case "while":
      case "doWhile":
        visit(statement.body);
        return;
      default:
    }
  };
  visit(s.body);
  return names;
}

function isAccessor(scope: Scope, node: Expression): boolean {
  return node.kind === "identifier" && scope.lookup(node.name)?.kind === "accessor";
}

function readsAccessor(scope: Scope, arrow: Expression): boolean {
  return someExpression(arrow, (node) => node.kind === "call" && isAccessor(scope, node.callee));
}

function unrolledLoop(
  cx: Analysis,
  scope: Scope,
  s: ForStatement,
  { name, relation, step }: CountedLoop,
  low: number,
  high: number,
): StatementT[] {
  const holds = (i: number): boolean => {
    switch (relation) {
      case "<":
        return i < high;
      case "<=":
        return i <= high;
      case ">":
        return i > high;
      case ">=":
        return i >= high;
    }
  };
  const by = relation.startsWith("<") ? step : -step;
  const iterations: BlockT[] = [];
  const before = cx.unassigned;
  for (let i = low; holds(i); i += by) {
    if (++cx.unrolled > MAX_UNROLLED) {
      if (cx.unrolled === MAX_UNROLLED + 1) cx.report(say.unrollLimit(MAX_UNROLLED, cx.span(s)));
      return [];
    }
    inLoop(cx, s, () => {
      const inner = new Scope(scope, scope.frame);
      const counter: Variable = {
        name: name.text,
        type: INDEX,
        mutable: false,
        dim: dimConst(i),
        at: name,
      };
      declareVariable(cx, inner, counter);
      const init = makeLiteral(cx, i, INDEX, name);
      const body = cx.elaborate.block(cx, inner, s.body);
      const declare: StatementT = { kind: "declare", variable: counter, init, at: name };
      iterations.push({ ...body, statements: [declare, ...body.statements] });
    });
  }
  if (iterations.some(leavesLoop)) cx.unassigned = before;
  return [{ kind: "unrolled", iterations, at: s }];
}

// All other loops

/** A `for` of any form, as a `while` with an update. */
function generalLoop(cx: Analysis, scope: Scope, s: ForStatement): StatementT {
  const inner = new Scope(scope, scope.frame);
  const { init, test, update } = s;
  const statements: StatementT[] =
    init === undefined
      ? []
      : init.kind === "variable"
        ? declaration(cx, inner, init)
        : effect(cx, inner, init.expression);
  const loop = inLoop(cx, s, (): StatementT => {
    const tested =
      test === undefined
        ? makeLiteral(cx, true, BOOL, s)
        : condition(cx, expression(cx, inner, test), "the condition of `for`");
    const before = cx.unassigned;
    const body = cx.elaborate.block(cx, inner, s.body);
    const after: BlockT | undefined =
      update === undefined
        ? undefined
        : { kind: "block", statements: effect(cx, inner, update), at: update };
    cx.unassigned = before;
    return { kind: "while", condition: tested, body, update: after, at: s };
  });
  return { kind: "block", statements: [...statements, loop], at: s };
}
