/**
 * Top-level constants: literal expressions, computed as JavaScript computes them.
 *
 * Invariant: what is reported here has the value undefined; nothing else is.
 */
import { integerRange, isScalarType, roundFloat, type ScalarType } from "@strata/support";
import type { BinaryOperator, Expression, Node } from "../syntax/ast.ts";
import type { Analysis, ConstantEntity, ConstantValue, Scope } from "./context.ts";
import { makeLiteral } from "./conversions.ts";
import { declaredType, importedName } from "./declared-types.ts";
import * as say from "./diagnostics.ts";
import type { Typed } from "./tree.ts";
import {
  BOOL,
  FLOATS,
  NUMBER_LITERALS,
  WIDE_INTEGERS,
  kindOf,
  scalarTy,
  type ScalarTy,
} from "./types.ts";

type Scalar = Extract<ConstantValue, { kind: "scalar" }>;

function scalar(
  value: number | bigint | boolean,
  decimal: boolean = false,
  type?: ScalarTy,
): Scalar {
  return { kind: "scalar", value, decimal, type };
}

/** Declares the constants of a module; those that are none are reported. */
export function declareConstants(cx: Analysis, scope: Scope): void {
  for (const { declarators } of cx.module.constants) {
    for (const { pattern, init, type } of declarators) {
      if (pattern.kind !== "name" || init === undefined) {
        cx.report(say.needsInitializer(cx.text(pattern), cx.span(pattern)));
        continue;
      }
      const value = evaluate(cx, scope, init);
      if (value === undefined) {
        const hint = "a top-level `const` is made of literals, operators and Math";
        cx.report(say.notConstant(`"${pattern.text}"`, cx.span(init), hint));
      }
      const declared =
        type === undefined
          ? undefined
          : declaredType(cx, type, { dims: new Map(), parameter: false });
      const annotated =
        declared?.kind === "scalar" && declared.type.kind === "scalar" ? declared.type : undefined;
      const typed = value?.kind === "scalar" && annotated !== undefined;
      const entity: ConstantEntity | undefined =
        value === undefined
          ? undefined
          : { kind: "constant", value: typed ? { ...value, type: annotated } : value };
      // One literal at the declaration, so that its range is checked there.
      if (typed) makeLiteral(cx, value.value, annotated, init, cx.text(init));
      if (!scope.declare(pattern.text, entity ?? { kind: "error" })) {
        cx.report(say.duplicateName(pattern.text, cx.span(pattern)));
      }
    }
  }
}

/** A constant at a use. */
export function constantExpression(cx: Analysis, constant: ConstantValue, at: Node): Typed {
  if (constant.kind === "list") {
    const elements = constant.elements.map((element) => constantExpression(cx, element, at));
    const type = { kind: "tuple" as const, elements: elements.map((element) => element.type) };
    return { kind: "tuple", elements, type, at };
  }
  const { value, decimal, type } = constant;
  if (typeof value === "boolean") return makeLiteral(cx, value, BOOL, at);
  if (type !== undefined) {
    const literal = makeLiteral(cx, value, type, at);
    cx.literals.delete(literal);
    return literal;
  }
  const whole = typeof value === "number" && Number.isInteger(value);
  const mask = typeof value === "bigint" ? WIDE_INTEGERS : whole ? NUMBER_LITERALS : FLOATS;
  return makeLiteral(cx, value, cx.fresh(mask, decimal), at);
}

function evaluate(cx: Analysis, scope: Scope, node: Expression): ConstantValue | undefined {
  switch (node.kind) {
    case "number":
      return scalar(node.value, !/^0[xXbBoO]/.test(node.raw) && /[.eE]/.test(node.raw));
    case "bigint":
    case "boolean":
      return scalar(node.value);
    case "identifier": {
      const entity = scope.lookup(node.name);
      if (entity?.kind === "constant") return entity.value;
      if (entity !== undefined) return undefined;
      if (node.name === "NaN") return scalar(NaN, true);
      return node.name === "Infinity" ? scalar(Infinity, true) : undefined;
    }
    case "array": {
      const elements = node.elements.map((element) => evaluate(cx, scope, element));
      const known = elements.filter((element) => element !== undefined);
      return known.length === elements.length ? { kind: "list", elements: known } : undefined;
    }
    case "unary":
      return unary(node.op, evaluate(cx, scope, node.operand));
    case "binary":
      return binary(node.op, evaluate(cx, scope, node.left), evaluate(cx, scope, node.right));
    case "conditional": {
      const test = evaluate(cx, scope, node.test);
      if (test?.kind !== "scalar" || typeof test.value !== "boolean") return undefined;
      return evaluate(cx, scope, test.value ? node.consequent : node.alternate);
    }
    case "member":
      return isMath(scope, node.object) ? mathConstant(node.name.text) : undefined;
    case "call": {
      const args = node.args.map((arg) => evaluate(cx, scope, arg));
      const { callee } = node;
      if (callee.kind === "member" && isMath(scope, callee.object)) {
        return mathCall(callee.name.text, args);
      }
      const [only] = args;
      const name = callee.kind === "identifier" ? importedName(cx, callee.name) : "";
      return isScalarType(name) && args.length === 1 ? converted(name, only) : undefined;
    }
    default:
      return undefined;
  }
}

function isMath(scope: Scope, node: Expression): boolean {
  return node.kind === "identifier" && node.name === "Math" && scope.lookup("Math") === undefined;
}

function mathConstant(name: string): Scalar | undefined {
  const value: unknown = Object.getOwnPropertyDescriptor(Math, name)?.value;
  return typeof value === "number" ? scalar(value, true) : undefined;
}

function mathCall(name: string, args: readonly (ConstantValue | undefined)[]): Scalar | undefined {
  const fn: unknown = Object.getOwnPropertyDescriptor(Math, name)?.value;
  if (typeof fn !== "function" || name === "random") return undefined;
  const numbers: number[] = [];
  let decimal = false;
  for (const arg of args) {
    if (arg?.kind !== "scalar" || typeof arg.value !== "number") return undefined;
    numbers.push(arg.value);
    decimal ||= arg.decimal;
  }
  const result: unknown = Reflect.apply(fn, Math, numbers);
  return typeof result === "number" ? scalar(result, decimal) : undefined;
}

/** A converted literal: of that type, with the value the type holds. */
function converted(name: ScalarType, arg: ConstantValue | undefined): Scalar | undefined {
  if (arg?.kind !== "scalar") return undefined;
  const kind = kindOf(name);
  const type = scalarTy(name);
  const number = Number(arg.value);
  if (kind === "bool") return scalar(number !== 0);
  if (kind === "float" && name !== "index") return scalar(roundFloat(name, number), true, type);
  const whole = typeof arg.value === "bigint" ? arg.value : truncated(number, name);
  const wide = name === "i64" || name === "u64";
  if (whole === undefined) return undefined;
  const bits = name === "index" ? 64 : Number(name.slice(1));
  const wrapped = kind === "uint" ? BigInt.asUintN(bits, whole) : BigInt.asIntN(bits, whole);
  return scalar(wide ? wrapped : Number(wrapped), false, type);
}

/** A float cut towards zero and limited to the type; an integer literal is left to wrap. */
function truncated(value: number, name: ScalarType): bigint | undefined {
  if (Number.isNaN(value)) return 0n;
  if (Number.isSafeInteger(value)) return BigInt(value);
  const { min, max } = integerRange(name);
  if (value <= Number(min)) return min;
  if (value >= Number(max)) return max;
  return BigInt(Math.trunc(value));
}

function unary(op: "-" | "+" | "!" | "~", operand: ConstantValue | undefined): Scalar | undefined {
  if (operand?.kind !== "scalar") return undefined;
  const { value, decimal } = operand;
  if (typeof value === "boolean") return op === "!" ? scalar(!value) : undefined;
  if (op === "-") return scalar(-value, decimal);
  if (op === "~") return scalar(~value);
  return op === "+" && typeof value === "number" ? scalar(value, decimal) : undefined;
}

const NUMBERS: Readonly<Record<string, (a: number, b: number) => number | boolean>> = {
  "+": (a, b) => a + b,
  "-": (a, b) => a - b,
  "*": (a, b) => a * b,
  "/": (a, b) => a / b,
  "%": (a, b) => a % b,
  "**": (a, b) => a ** b,
  "<<": (a, b) => a << b,
  ">>": (a, b) => a >> b,
  ">>>": (a, b) => a >>> b,
  "&": (a, b) => a & b,
  "|": (a, b) => a | b,
  "^": (a, b) => a ^ b,
};

const BIGINTS: Readonly<Record<string, (a: bigint, b: bigint) => bigint>> = {
  "+": (a, b) => a + b,
  "-": (a, b) => a - b,
  "*": (a, b) => a * b,
  "/": (a, b) => a / b,
  "%": (a, b) => a % b,
  "**": (a, b) => a ** b,
  "<<": (a, b) => a << b,
  ">>": (a, b) => a >> b,
  "&": (a, b) => a & b,
  "|": (a, b) => a | b,
  "^": (a, b) => a ^ b,
};

function compared(op: BinaryOperator, a: number | bigint, b: number | bigint): boolean | undefined {
  switch (op) {
    case "==":
    case "===":
      return a === b;
    case "!=":
    case "!==":
      return a !== b;
    case "<":
      return a < b;
    case "<=":
      return a <= b;
    case ">":
      return a > b;
    case ">=":
      return a >= b;
    default:
      return undefined;
  }
}

function binary(
  op: BinaryOperator,
  left: ConstantValue | undefined,
  right: ConstantValue | undefined,
): Scalar | undefined {
  if (left?.kind !== "scalar" || right?.kind !== "scalar") return undefined;
  const [a, b] = [left.value, right.value];
  if (typeof a === "boolean" || typeof b === "boolean") {
    if (typeof a !== "boolean" || typeof b !== "boolean") return undefined;
    if (op === "&&") return scalar(a && b);
    return op === "||" ? scalar(a || b) : undefined;
  }
  if (typeof a !== typeof b) return undefined;
  const relation = compared(op, a, b);
  if (relation !== undefined) return scalar(relation);
  if (typeof a === "number" && typeof b === "number") {
    const result = NUMBERS[op]?.(a, b);
    return result === undefined ? undefined : scalar(result, left.decimal || right.decimal);
  }
  if (typeof a !== "bigint" || typeof b !== "bigint") return undefined;
  const huge = (op === "**" || op === "<<") && b > 4096n;
  const undefinedHere = ((op === "/" || op === "%") && b === 0n) || (op === "**" && b < 0n);
  const result = huge || undefinedHere ? undefined : BIGINTS[op]?.(a, b);
  return result === undefined ? undefined : scalar(result);
}
