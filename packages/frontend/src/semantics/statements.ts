/**
 * Statements: bodies of functions and arrows as typed blocks.
 *
 * Invariants: loops that drive a stencil's offsets are written out; a `for` that is not a counted
 * loop has become a `while`; every path of a body returns.
 */
import type { ArrowFunction, Expression, Node, Statement } from "../syntax/ast.ts";
import { effect } from "./assignments.ts";
import { Scope, type Analysis } from "./context.ts";
import { coerce, errorAt, isError } from "./conversions.ts";
import { declaration } from "./declarations.ts";
import { completeType } from "./declared-types.ts";
import * as say from "./diagnostics.ts";
import { expression } from "./expressions.ts";
import { canEnd, leavesLoop } from "./endings.ts";
import { forLoop, inLoop } from "./loops.ts";
import { condition } from "./operators.ts";
import type { BlockT, StatementT, Typed } from "./tree.ts";
import { ERROR, resolve, type Ty } from "./types.ts";

/** The body of a function or arrow, and the type of what it returns. */
export function elaborateBody(
  cx: Analysis,
  scope: Scope,
  body: ArrowFunction["body"],
): { block: BlockT; type: Ty } {
  const { returns } = scope.frame;
  if (body.kind !== "block") {
    const value = returned(cx, scope, body);
    const block: BlockT = {
      kind: "block",
      statements: [{ kind: "return", value, at: body }],
      at: body,
    };
    return { block, type: returns.type ?? ERROR };
  }
  const { unassigned } = cx;
  const block = statements(cx, new Scope(scope, scope.frame), body.statements, body);
  cx.unassigned = unassigned;
  if (canEnd(block)) {
    // A `return` that was reported does not count as missing.
    if (returns.type === undefined || resolve(returns.type).kind !== "error") {
      cx.report(say.missingReturn(scope.frame.owner, cx.span(endOf(body))));
    }
    return { block, type: ERROR };
  }
  return { block, type: returns.type ?? ERROR };
}

/** The closing brace of a block. */
function endOf(body: Node): Node {
  return { start: body.end - 1, end: body.end };
}

/** A returned value, brought to the type of the body's results. */
function returned(cx: Analysis, scope: Scope, node: Expression): Typed {
  const { returns } = scope.frame;
  const { expected, adapt } = returns;
  let value = expression(cx, scope, node, expected);
  if (expected !== undefined && expected.kind !== "error" && expected.kind !== "static") {
    value = coerce(cx, value, completeType(expected, resolve(value.type)), "the result");
  }
  if (adapt !== undefined && !isError(value)) value = adapt(value);
  if (returns.type !== undefined) value = coerce(cx, value, returns.type, "the result");
  if (isError(value)) {
    returns.type = ERROR;
    return errorAt(node);
  }
  returns.type ??= value.type;
  return value;
}

function statements(cx: Analysis, scope: Scope, list: readonly Statement[], at: Node): BlockT {
  return { kind: "block", statements: list.flatMap((s) => statement(cx, scope, s)), at };
}

/** A statement as a block with names of its own. */
export function elaborateBlock(cx: Analysis, scope: Scope, s: Statement): BlockT {
  const inner = new Scope(scope, scope.frame);
  return s.kind === "block"
    ? statements(cx, inner, s.statements, s)
    : statements(cx, inner, [s], s);
}

function statement(cx: Analysis, scope: Scope, s: Statement): StatementT[] {
  switch (s.kind) {
    case "variable":
      return declaration(cx, scope, s);
    case "expression":
      return effect(cx, scope, s.expression);
    case "if":
      return [ifStatement(cx, scope, s)];
    case "for":
      return forLoop(cx, scope, s);
    case "while":
      return [whileLoop(cx, scope, s)];
    case "doWhile":
      return [doWhileLoop(cx, scope, s)];
    case "break":
    case "continue":
      if (cx.loops.length > scope.frame.loops.length) return [{ kind: s.kind, at: s }];
      cx.report(say.outsideLoop(s.kind, cx.span(s)));
      return [];
    case "return":
      if (s.value === undefined) {
        cx.report(say.emptyReturn(cx.span(s)));
        scope.frame.returns.type = ERROR;
        return [];
      }
      return [{ kind: "return", value: returned(cx, scope, s.value), at: s }];
    case "block":
      return [elaborateBlock(cx, scope, s)];
    case "empty":
    case "error":
      return [];
  }
}

function ifStatement(cx: Analysis, scope: Scope, s: Statement & { kind: "if" }): StatementT {
  const tested = condition(cx, expression(cx, scope, s.test), "the condition of `if`");
  const before = cx.unassigned;
  const consequent = elaborateBlock(cx, scope, s.consequent);
  const afterConsequent = cx.unassigned;
  cx.unassigned = before;
  const alternate = s.alternate === undefined ? undefined : elaborateBlock(cx, scope, s.alternate);
  const afterAlternate = cx.unassigned;
  // Without a value behind the statement is what has none on some side that goes on.
  const open = [
    ...(canEnd(consequent) ? afterConsequent : []),
    ...(alternate === undefined || canEnd(alternate) ? afterAlternate : []),
  ];
  cx.unassigned = new Set(open);
  return { kind: "if", condition: tested, consequent, alternate, at: s };
}

function whileLoop(cx: Analysis, scope: Scope, s: Statement & { kind: "while" }): StatementT {
  return inLoop(cx, s, () => {
    const tested = condition(cx, expression(cx, scope, s.test), "the condition of `while`");
    const before = cx.unassigned;
    const body = elaborateBlock(cx, scope, s.body);
    cx.unassigned = before;
    return { kind: "while", condition: tested, body, update: undefined, at: s };
  });
}

function doWhileLoop(cx: Analysis, scope: Scope, s: Statement & { kind: "doWhile" }): StatementT {
  return inLoop(cx, s, () => {
    const before = cx.unassigned;
    const body = elaborateBlock(cx, scope, s.body);
    // After `break` or `continue` the rest of the body has not run.
    if (leavesLoop(body)) cx.unassigned = before;
    const tested = condition(cx, expression(cx, scope, s.test), "the condition of `while`");
    return { kind: "doWhile", body, condition: tested, at: s };
  });
}
