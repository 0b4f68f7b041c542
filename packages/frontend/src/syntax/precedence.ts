/** Precedence of binary operators: flat runs become trees. */
import type { BinaryOperator, Expression } from "./ast.ts";

/** An operator in a run; undefined is a refused one. */
export interface OperatorToken {
  readonly op: BinaryOperator | undefined;
  readonly start: number;
}

/** JavaScript's precedences; a higher one binds tighter. */
export const PRECEDENCE: Readonly<Record<BinaryOperator, number>> = {
  "||": 1,
  "&&": 2,
  "|": 3,
  "^": 4,
  "&": 5,
  "==": 6,
  "===": 6,
  "!=": 6,
  "!==": 6,
  "<": 7,
  "<=": 7,
  ">": 7,
  ">=": 7,
  "<<": 8,
  ">>": 8,
  ">>>": 8,
  "+": 9,
  "-": 9,
  "*": 10,
  "/": 10,
  "%": 10,
  "**": 11,
};

function precedenceOf(operator: OperatorToken): number {
  return operator.op === undefined ? 1 : PRECEDENCE[operator.op];
}

function join(left: Expression, operator: OperatorToken, right: Expression): Expression {
  const { op, start: opStart } = operator;
  const { start } = left;
  const { end } = right;
  if (op === undefined) return { kind: "error", start, end };
  return { kind: "binary", op, opStart, left, right, start, end };
}

/** The tree of `operands[0] operators[0] operands[1] …`; `**` groups to the right. */
export function buildBinary(
  operands: readonly Expression[],
  operators: readonly OperatorToken[],
): Expression {
  const values: Expression[] = [];
  const pending: OperatorToken[] = [];
  const reduce = (): void => {
    const right = values.pop();
    const left = values.pop();
    const operator = pending.pop();
    if (left !== undefined && right !== undefined && operator !== undefined) {
      values.push(join(left, operator, right));
    }
  };
  operands.forEach((operand, at) => {
    values.push(operand);
    const operator = operators[at];
    if (operator === undefined) return;
    const level = precedenceOf(operator);
    for (let top = pending.at(-1); top !== undefined; top = pending.at(-1)) {
      const above = precedenceOf(top);
      if (above < level || (above === level && operator.op === "**")) break;
      reduce();
    }
    pending.push(operator);
  });
  while (pending.length > 0) reduce();
  const [result] = values;
  return result ?? { kind: "error", start: 0, end: 0 };
}
