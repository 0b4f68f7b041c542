/** Walking over syntax trees. */
import type { Expression, Statement } from "./ast.ts";

/** The expressions directly inside an expression; of an arrow, those of its body. */
function innerExpressions(node: Expression): readonly Expression[] {
  switch (node.kind) {
    case "unary":
      return [node.operand];
    case "binary":
      return [node.left, node.right];
    case "conditional":
      return [node.test, node.consequent, node.alternate];
    case "call":
      return [node.callee, ...node.args];
    case "member":
      return [node.object];
    case "index":
      return [node.object, node.index];
    case "array":
      return node.elements;
    case "object":
      return node.fields.map((field) => field.value);
    case "assignment":
      return [node.target, node.value];
    case "update":
      return [node.target];
    case "arrow":
      return node.body.kind === "block" ? [] : [node.body];
    default:
      return [];
  }
}

/** Whether something holds for an expression or for one inside it, arrows included. */
export function someExpression(root: Expression, holds: (node: Expression) => boolean): boolean {
  if (holds(root)) return true;
  if (root.kind === "arrow" && root.body.kind === "block") return someWithin(root.body, holds);
  return innerExpressions(root).some((inner) => someExpression(inner, holds));
}

/** Whether something holds for an expression inside a statement, arrows included. */
export function someWithin(root: Statement, holds: (node: Expression) => boolean): boolean {
  const inExpression = (node: Expression | undefined): boolean =>
    node !== undefined && someExpression(node, holds);
  const inStatement = (node: Statement | undefined): boolean =>
    node !== undefined && someWithin(node, holds);
  switch (root.kind) {
    case "variable":
      return root.declarators.some(({ init }) => inExpression(init));
    case "expression":
      return inExpression(root.expression);
    case "if":
      return inExpression(root.test) || inStatement(root.consequent) || inStatement(root.alternate);
    case "for":
      return (
        inStatement(root.init) ||
        inExpression(root.test) ||
        inExpression(root.update) ||
        inStatement(root.body)
      );
    case "while":
    case "doWhile":
      return inExpression(root.test) || inStatement(root.body);
    case "return":
      return inExpression(root.value);
    case "block":
      return root.statements.some(inStatement);
    default:
      return false;
  }
}

/** Whether an expression reads a name. */
export function mentions(root: Expression, name: string): boolean {
  return someExpression(root, (node) => node.kind === "identifier" && node.name === name);
}

/** The names that a statement assigns, whatever they refer to. */
export function assignedNames(root: Statement): Set<string> {
  const names = new Set<string>();
  someWithin(root, (node) => {
    const assigns = node.kind === "assignment" || node.kind === "update";
    if (assigns && node.target.kind === "identifier") names.add(node.target.name);
    return false;
  });
  return names;
}
