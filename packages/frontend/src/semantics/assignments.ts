/** Assignments, `x++` and the like, and expressions that stand as statements. */
import type { AssignmentExpression, Expression, Node, UpdateExpression } from "../syntax/ast.ts";
import type { Analysis, Scope, VariableEntity } from "./context.ts";
import { coerce, errorAt, isError, makeLiteral } from "./conversions.ts";
import * as say from "./diagnostics.ts";
import { elaborateValue, expression, lookup } from "./expressions.ts";
import { binary, compoundOperator } from "./operators.ts";
import type { StatementT, Typed } from "./tree.ts";
import { isScalarish, resolve, type Ty } from "./types.ts";

/** An expression as a statement: an assignment, or one without effect. */
export function effect(cx: Analysis, scope: Scope, node: Expression): StatementT[] {
  if (node.kind === "assignment" || node.kind === "update") return assignment(cx, scope, node);
  if (node.kind !== "error") {
    const value = elaborateValue(cx, scope, node);
    if (value.kind !== "error") cx.report(say.noEffect(cx.span(node)));
  }
  return [];
}

function assignment(
  cx: Analysis,
  scope: Scope,
  node: AssignmentExpression | UpdateExpression,
): StatementT[] {
  const { target } = node;
  const entity = assignable(cx, scope, target, node);
  if (entity === undefined) {
    // The value is still looked at, so that several errors are found at once.
    if (node.kind === "assignment") expression(cx, scope, node.value);
    return [];
  }
  const { variable } = entity;
  const value = newValue(cx, scope, node, entity);
  if (cx.unassigned.has(variable)) {
    cx.unassigned = new Set([...cx.unassigned].filter((one) => one !== variable));
  }
  const typed = coerce(cx, value, variable.type, `"${variable.name}"`);
  entity.assignments.push({ at: node, loops: cx.loops });
  return isError(typed) ? [] : [{ kind: "assign", variable, value: typed, at: node }];
}

/** The variable that a target names, if it may be assigned here. */
function assignable(
  cx: Analysis,
  scope: Scope,
  target: Expression,
  at: Node,
): VariableEntity | undefined {
  if (target.kind === "error") return undefined;
  if (target.kind !== "identifier") {
    const part = target.kind === "index" || target.kind === "member" || target.kind === "call";
    const span = cx.span(target);
    cx.report(part ? say.assignedElement(span) : say.assignedTarget(span));
    return undefined;
  }
  const entity = lookup(cx, scope, target.name, target);
  if (entity === undefined || entity.kind === "error") return undefined;
  if (entity.kind !== "variable") {
    cx.report(say.constAssigned(target.name, cx.span(target), undefined));
    return undefined;
  }
  const { variable } = entity;
  if (entity.frame !== scope.frame) {
    cx.report(say.closureAssigns(variable.name, cx.span(at)));
    return undefined;
  }
  if (variable.mutable) return entity;
  // A parameter's node has a pattern of its own; that of a declared name is the name.
  cx.report(
    "pattern" in variable.at
      ? say.assignedParameter(variable.name, cx.span(target))
      : say.constAssigned(variable.name, cx.span(target), cx.span(variable.at)),
  );
  return undefined;
}

/** What an assignment gives its variable. */
function newValue(
  cx: Analysis,
  scope: Scope,
  node: AssignmentExpression | UpdateExpression,
  { variable }: VariableEntity,
): Typed {
  if (node.kind === "assignment" && node.op === "=") return expression(cx, scope, node.value);
  const { target } = node;
  if (cx.unassigned.has(variable)) cx.report(say.unassigned(variable.name, cx.span(target)));
  const old: Typed = { kind: "variable", variable, type: variable.type, at: target };
  if (node.kind === "assignment") {
    const right = expression(cx, scope, node.value);
    return binary(cx, compoundOperator(node.op), old, right, node);
  }
  return binary(cx, node.op === "++" ? "+" : "-", old, oneOf(cx, variable.type, node), node);
}

/** The number 1 of a type. */
function oneOf(cx: Analysis, type: Ty, at: Node): Typed {
  const resolved = resolve(type);
  if (!isScalarish(resolved)) return errorAt(at);
  const wide = resolved.kind === "scalar" && (resolved.name === "i64" || resolved.name === "u64");
  return makeLiteral(cx, wide ? 1n : 1, resolved, at);
}
