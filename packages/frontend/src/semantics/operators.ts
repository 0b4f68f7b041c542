/** Operators: which types they take and what they become. */
import type { AssignmentOperator, BinaryOperator, Node, UnaryOperator } from "../syntax/ast.ts";
import type { Analysis } from "./context.ts";
import { balance, coerce, errorAt, isError, makeLiteral } from "./conversions.ts";
import * as say from "./diagnostics.ts";
import type { ArithmeticOp, CompareOp, LiteralT, Typed } from "./tree.ts";
import {
  BOOL,
  FLOATS,
  INTEGERS,
  NUMBERS,
  WIDE_INTEGERS,
  isScalarish,
  maskOf,
  resolve,
  restrict,
  scalarMask,
  type Scalarish,
} from "./types.ts";

const ARITHMETIC: Readonly<Record<string, ArithmeticOp>> = {
  "+": "add",
  "-": "sub",
  "*": "mul",
  "/": "div",
  "%": "rem",
  "**": "pow",
  "<<": "shl",
  ">>": "shr",
  ">>>": "ushr",
  "&": "and",
  "|": "or",
  "^": "xor",
};

const COMPARISONS: Readonly<Record<string, CompareOp>> = {
  "==": "eq",
  "===": "eq",
  "!=": "ne",
  "!==": "ne",
  "<": "lt",
  "<=": "le",
  ">": "gt",
  ">=": "ge",
};

const BITS = INTEGERS | maskOf("bool");

/** What each operator takes: a set of types, and its name in messages. */
const TAKES: Readonly<Record<ArithmeticOp, readonly [number, string]>> = {
  add: [NUMBERS, "numbers"],
  sub: [NUMBERS, "numbers"],
  mul: [NUMBERS, "numbers"],
  div: [FLOATS | WIDE_INTEGERS, "floats, i64 or u64"],
  rem: [NUMBERS, "numbers"],
  pow: [FLOATS, "floats"],
  shl: [INTEGERS, "integers"],
  shr: [INTEGERS, "integers"],
  ushr: [INTEGERS, "integers"],
  and: [BITS, "integers or bool"],
  or: [BITS, "integers or bool"],
  xor: [BITS, "integers or bool"],
  min: [NUMBERS, "numbers"],
  max: [NUMBERS, "numbers"],
};

/** The operator of a compound assignment. */
export function compoundOperator(op: AssignmentOperator): BinaryOperator {
  return op.slice(0, -1) as BinaryOperator;
}

/** Restricts a scalar to what something takes; reports and returns false if it cannot be. */
export function requireMask(
  cx: Analysis,
  expr: Typed,
  mask: number,
  user: string,
  takes: string,
): boolean {
  const type = resolve(expr.type);
  if (type.kind === "error") return false;
  if (!isScalarish(type)) {
    cx.report(say.tensorOperand(user, type, cx.span(expr.at)));
    return false;
  }
  if (restrict(type, mask)) return true;
  cx.report(say.wrongOperand(user, takes, type, cx.span(expr.at), floatHint(cx, expr, mask)));
  return false;
}

function floatHint(cx: Analysis, expr: Typed, mask: number): string | undefined {
  const type = resolve(expr.type);
  const integer = isScalarish(type) && (scalarMask(type) & INTEGERS) !== 0;
  if (!integer || (mask & FLOATS) === 0) return undefined;
  const text = cx.text(expr.at);
  return `convert it: \`f32(${text.length <= 20 ? text : "x"})\``;
}

/** `left op right` for any binary operator. */
export function binary(
  cx: Analysis,
  op: BinaryOperator,
  left: Typed,
  right: Typed,
  at: Node,
): Typed {
  if (op === "&&" || op === "||") return logical(cx, op, left, right, at);
  const comparison = COMPARISONS[op];
  if (comparison !== undefined) return compare(cx, comparison, op, left, right, at);
  const arithmeticOp = ARITHMETIC[op];
  if (arithmeticOp === undefined) return errorAt(at);
  return arithmetic(cx, arithmeticOp, op, left, right, at);
}

function arithmetic(
  cx: Analysis,
  op: ArithmeticOp,
  shown: string,
  left: Typed,
  right: Typed,
  at: Node,
): Typed {
  const folded = op === "pow" ? foldPower(cx, left, right, at) : undefined;
  if (folded !== undefined) return folded;
  const both = balance(cx, left, right, shown, at);
  if (both === undefined) return errorAt(at);
  const [mask, takes] = TAKES[op];
  if (!restrict(both.type, mask)) {
    const span = cx.span(at);
    const integer = (scalarMask(both.type) & INTEGERS) !== 0;
    if (op === "div" && integer) cx.report(say.integerDivision(both.type, span));
    else if (op === "pow" && integer) cx.report(say.integerPower(both.type, span));
    else cx.report(say.wrongOperand(`"${shown}"`, takes, both.type, span));
    return errorAt(at);
  }
  return { kind: "binary", op, left: both.left, right: both.right, type: both.type, at };
}

/** A power of whole literals is a literal: `2 ** 10`. */
function foldPower(cx: Analysis, left: Typed, right: Typed, at: Node): LiteralT | undefined {
  if (left.kind !== "literal" || right.kind !== "literal") return undefined;
  if (typeof left.value !== "number" || typeof right.value !== "number") return undefined;
  if (!Number.isInteger(left.value) || !Number.isInteger(right.value) || right.value < 0) {
    return undefined;
  }
  const value = left.value ** right.value;
  if (!Number.isSafeInteger(value)) return undefined;
  cx.literals.delete(left);
  cx.literals.delete(right);
  return makeLiteral(cx, value, isScalarish(left.type) ? left.type : BOOL, at);
}

function compare(
  cx: Analysis,
  op: CompareOp,
  shown: string,
  left: Typed,
  right: Typed,
  at: Node,
): Typed {
  const both = balance(cx, left, right, shown, at);
  if (both === undefined) return errorAt(at);
  const equality = op === "eq" || op === "ne";
  if (!equality && !restrict(both.type, NUMBERS)) {
    cx.report(say.wrongOperand(`"${shown}"`, "numbers", both.type, cx.span(at)));
    return errorAt(at);
  }
  return { kind: "compare", op, left: both.left, right: both.right, type: BOOL, at };
}

/** A condition: anything but bool is reported. */
export function condition(cx: Analysis, expr: Typed, what: string): Typed {
  const type = resolve(expr.type);
  if (type.kind === "error") return expr;
  if (isScalarish(type) && restrict(type, maskOf("bool"))) return expr;
  cx.report(say.notBool(what, type, cx.span(expr.at)));
  return errorAt(expr.at);
}

function logical(cx: Analysis, op: "&&" | "||", left: Typed, right: Typed, at: Node): Typed {
  const what = `an operand of "${op}"`;
  const [a, b] = [condition(cx, left, what), condition(cx, right, what)];
  return { kind: "logical", op: op === "&&" ? "and" : "or", left: a, right: b, type: BOOL, at };
}

/** `op operand`. */
export function unary(cx: Analysis, op: UnaryOperator, operand: Typed, at: Node): Typed {
  if (isError(operand)) return errorAt(at);
  if (op === "!") {
    const checked = condition(cx, operand, 'the operand of "!"');
    return { kind: "unary", op: "not", operand: checked, type: BOOL, at };
  }
  if (op === "~") {
    if (!requireMask(cx, operand, BITS, '"~"', "integers or bool")) return errorAt(at);
    return { kind: "unary", op: "not", operand, type: operand.type, at };
  }
  if (!requireMask(cx, operand, NUMBERS, `"${op}"`, "numbers")) return errorAt(at);
  if (op === "+") return operand;
  return (
    negateLiteral(cx, operand, at) ?? { kind: "unary", op: "neg", operand, type: operand.type, at }
  );
}

/** A negative literal is one literal, so that its range is checked as written. */
function negateLiteral(cx: Analysis, operand: Typed, at: Node): Typed | undefined {
  if (operand.kind !== "literal" || typeof operand.value === "boolean") return undefined;
  cx.literals.delete(operand);
  const type: Scalarish = isScalarish(operand.type) ? operand.type : BOOL;
  return makeLiteral(cx, -operand.value, type, at, `-${cx.rawText.get(operand) ?? ""}`);
}

/** `condition ? consequent : alternate`, or `select`. */
export function conditional(
  cx: Analysis,
  test: Typed,
  consequent: Typed,
  alternate: Typed,
  strict: boolean,
  at: Node,
): Typed {
  const checked = condition(cx, test, "the condition");
  const [a, b] = [resolve(consequent.type), resolve(alternate.type)];
  if (a.kind === "error" || b.kind === "error") return errorAt(at);
  if (isScalarish(a) && isScalarish(b)) {
    const both = balance(cx, consequent, alternate, "?:", at);
    if (both === undefined) return errorAt(at);
    const { left, right, type } = both;
    return {
      kind: "conditional",
      condition: checked,
      consequent: left,
      alternate: right,
      strict,
      type,
      at,
    };
  }
  const right = coerce(cx, alternate, a, "the other side");
  if (isError(right)) return errorAt(at);
  return {
    kind: "conditional",
    condition: checked,
    consequent,
    alternate: right,
    strict,
    type: a,
    at,
  };
}
