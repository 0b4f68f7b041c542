/** Scalar functions: `Math.*`, `idiv`, `erf` and the like, and the conversions. */
import type { ScalarType } from "@strata/support";
import type { Node } from "../syntax/ast.ts";
import type { Analysis } from "./context.ts";
import { balance, convertTo, errorAt, isError, makeLiteral } from "./conversions.ts";
import * as say from "./diagnostics.ts";
import { conditional, requireMask } from "./operators.ts";
import type { ArithmeticOp, MathFunction, Typed } from "./tree.ts";
import {
  BOOL,
  FLOATS,
  I32,
  INTEGERS,
  NUMBERS,
  isScalarish,
  kindOf,
  maskOf,
  resolve,
  scalarTy,
  type Scalarish,
  type Ty,
} from "./types.ts";

/** How a function types its arguments and its result. */
interface MathRule {
  readonly fn: MathFunction;
  readonly arity: number;
  readonly mask: number;
  readonly takes: string;
  /** The result: of the arguments' type unless given. */
  readonly result?: Ty;
}

function floats(fn: MathFunction, arity: number = 1): MathRule {
  return { fn, arity, mask: FLOATS, takes: "floats" };
}

const WORDS = maskOf("i32", "u32");
const UP_TO_WORDS = maskOf("i8", "i16", "i32", "u8", "u16", "u32");

const RULES: ReadonlyMap<string, MathRule> = new Map<string, MathRule>([
  ["abs", { fn: "abs", arity: 1, mask: NUMBERS, takes: "numbers" }],
  ["sign", { fn: "sign", arity: 1, mask: NUMBERS, takes: "numbers" }],
  ["imul", { fn: "imul", arity: 2, mask: WORDS, takes: "i32 or u32" }],
  [
    "clz32",
    { fn: "clz32", arity: 1, mask: UP_TO_WORDS, takes: "integers of up to 32 bits", result: I32 },
  ],
  ["atan2", floats("atan2", 2)],
  ...(
    [
      "sqrt",
      "cbrt",
      "exp",
      "expm1",
      "log",
      "log2",
      "log10",
      "log1p",
      "sin",
      "cos",
      "tan",
      "asin",
      "acos",
      "atan",
      "sinh",
      "cosh",
      "tanh",
      "floor",
      "ceil",
      "round",
      "trunc",
      "fround",
    ] as const
  ).map((fn): readonly [string, MathRule] => [fn, floats(fn)]),
]);

/** Functions of `@strata/kernel` on scalars. */
const KERNEL_RULES: ReadonlyMap<string, MathRule> = new Map<string, MathRule>([
  ["erf", floats("erf")],
  ["fma", floats("fma", 3)],
  ["popcount", { fn: "popcount", arity: 1, mask: INTEGERS, takes: "integers" }],
  ["isNaN", { fn: "isNaN", arity: 1, mask: FLOATS, takes: "floats", result: BOOL }],
]);

const CONSTANTS: ReadonlyMap<string, number> = new Map([
  ["PI", Math.PI],
  ["E", Math.E],
  ["LN2", Math.LN2],
  ["LN10", Math.LN10],
  ["LOG2E", Math.LOG2E],
  ["LOG10E", Math.LOG10E],
  ["SQRT2", Math.SQRT2],
  ["SQRT1_2", Math.SQRT1_2],
]);

const FUNCTIONS = [...RULES.keys(), "pow", "min", "max", "hypot"];

/** Whether `Math` has a function of that name here. */
export function isMathFunction(name: string): boolean {
  return FUNCTIONS.includes(name);
}

/** `Math.PI` and the like; reports unknown names. */
export function mathConstant(cx: Analysis, name: string, at: Node): Typed {
  const value = CONSTANTS.get(name);
  if (value !== undefined) return makeLiteral(cx, value, cx.fresh(FLOATS, true), at);
  if (isMathFunction(name)) cx.report(say.expectedValue(`Math.${name}`, cx.span(at)));
  else cx.report(say.unknownMath(name, [...FUNCTIONS, ...CONSTANTS.keys()], cx.span(at)));
  return errorAt(at);
}

/** `Math.name(args)`. */
export function mathCall(cx: Analysis, name: string, args: readonly Typed[], at: Node): Typed {
  const rule = RULES.get(name);
  if (rule !== undefined) return applyRule(cx, `Math.${name}`, rule, args, at);
  switch (name) {
    case "min":
    case "max":
      return foldMany(cx, `Math.${name}`, args, at, (a, b) => extremum(cx, name, a, b, at));
    case "hypot":
      return hypot(cx, args, at);
    case "pow": {
      const [base, exponent] = args;
      if (base === undefined || exponent === undefined || args.length !== 2) {
        return wrongCount(cx, "Math.pow", "2 arguments", args.length, at);
      }
      return sameType(cx, "Math.pow", args, FLOATS, "floats", at, ([a, b], type) =>
        arithmeticNode("pow", a ?? base, b ?? exponent, type, at),
      );
    }
    default:
      cx.report(say.unknownMath(name, [...FUNCTIONS, ...CONSTANTS.keys()], cx.span(at)));
      return errorAt(at);
  }
}

/** A scalar function of `@strata/kernel`; undefined if it is none. */
export function tryKernelFunction(
  cx: Analysis,
  name: string,
  args: readonly Typed[],
  at: Node,
): Typed | undefined {
  const rule = KERNEL_RULES.get(name);
  if (rule !== undefined) return applyRule(cx, name, rule, args, at);
  if (name === "idiv") {
    if (args.length !== 2) return wrongCount(cx, name, "2 arguments", args.length, at);
    return sameType(cx, name, args, INTEGERS, "integers", at, ([a, b], type) =>
      a === undefined || b === undefined ? errorAt(at) : arithmeticNode("div", a, b, type, at),
    );
  }
  if (name === "select") {
    const [test, consequent, alternate] = args;
    if (test === undefined || consequent === undefined || alternate === undefined || args[3]) {
      return wrongCount(cx, name, "3 arguments", args.length, at);
    }
    return conditional(cx, test, consequent, alternate, true, at);
  }
  return undefined;
}

export const KERNEL_FUNCTIONS: readonly string[] = [...KERNEL_RULES.keys(), "idiv", "select"];

function wrongCount(cx: Analysis, name: string, takes: string, given: number, at: Node): Typed {
  cx.report(say.argumentCount(name, takes, given, cx.span(at)));
  return errorAt(at);
}

function arithmeticNode(
  op: ArithmeticOp,
  left: Typed,
  right: Typed,
  type: Scalarish,
  at: Node,
): Typed {
  return { kind: "binary", op, left, right, type, at };
}

/** Brings arguments to one type out of a set and makes a node of them. */
function sameType(
  cx: Analysis,
  name: string,
  args: readonly Typed[],
  mask: number,
  takes: string,
  at: Node,
  make: (args: readonly Typed[], type: Scalarish) => Typed,
): Typed {
  for (const arg of args) {
    if (!requireMask(cx, arg, mask, name, takes)) return errorAt(at);
  }
  const balanced: Typed[] = [...args];
  // Pairs with the first one; `index` may convert an earlier `i32`, so twice.
  for (let round = 0; round < 2; round++) {
    for (let k = 1; k < balanced.length; k++) {
      const [first, other] = [balanced[0], balanced[k]];
      if (first === undefined || other === undefined) return errorAt(at);
      const both = balance(cx, first, other, name, at);
      if (both === undefined) return errorAt(at);
      balanced[0] = both.left;
      balanced[k] = both.right;
    }
  }
  const type = balanced[0] === undefined ? undefined : resolve(balanced[0].type);
  return type !== undefined && isScalarish(type) ? make(balanced, type) : errorAt(at);
}

function applyRule(
  cx: Analysis,
  name: string,
  rule: MathRule,
  args: readonly Typed[],
  at: Node,
): Typed {
  if (args.length !== rule.arity) {
    const takes = rule.arity === 1 ? "1 argument" : `${rule.arity} arguments`;
    return wrongCount(cx, name, takes, args.length, at);
  }
  return sameType(cx, name, args, rule.mask, rule.takes, at, (same, type) => ({
    kind: "math",
    fn: rule.fn,
    args: same,
    type: rule.result ?? type,
    at,
  }));
}

/** `min` or `max` of two numbers of one type. */
function extremum(cx: Analysis, op: "min" | "max", a: Typed, b: Typed, at: Node): Typed {
  return sameType(cx, `Math.${op}`, [a, b], NUMBERS, "numbers", at, ([left, right], type) =>
    left === undefined || right === undefined
      ? errorAt(at)
      : arithmeticNode(op, left, right, type, at),
  );
}

function foldMany(
  cx: Analysis,
  name: string,
  args: readonly Typed[],
  at: Node,
  combine: (a: Typed, b: Typed) => Typed,
): Typed {
  const [first, ...rest] = args;
  if (first === undefined) return wrongCount(cx, name, "at least 1 argument", 0, at);
  if (!requireMask(cx, first, NUMBERS, name, "numbers")) return errorAt(at);
  return rest.reduce((acc, arg) => (isError(acc) ? acc : combine(acc, arg)), first);
}

function hypot(cx: Analysis, args: readonly Typed[], at: Node): Typed {
  const name = "Math.hypot";
  const [first] = args;
  if (first === undefined) return wrongCount(cx, name, "at least 1 argument", 0, at);
  return sameType(cx, name, args, FLOATS, "floats", at, (same, type) => {
    const [head, ...rest] = same;
    if (head === undefined) return errorAt(at);
    if (rest.length === 0) return { kind: "math", fn: "abs", args: [head], type, at };
    return rest.reduce(
      (acc, arg) => ({ kind: "math", fn: "hypot", args: [acc, arg], type, at }),
      head,
    );
  });
}

/** `f32(x)`, `bool(x)` and the like. */
export function conversion(
  cx: Analysis,
  name: ScalarType,
  args: readonly Typed[],
  at: Node,
): Typed {
  const [arg] = args;
  if (arg === undefined || args.length !== 1) {
    return wrongCount(cx, name, "1 argument", args.length, at);
  }
  if (isError(arg)) return errorAt(at);
  const type = resolve(arg.type);
  if (!isScalarish(type)) {
    cx.report(say.tensorOperand(name, type, cx.span(arg.at)));
    return errorAt(at);
  }
  const to = scalarTy(name);
  if (type.kind === "scalar" && type.name === name) return arg;
  return convertLiteral(cx, arg, name, at) ?? { ...convertTo(arg, to), at };
}

/** A converted number literal that the type holds as it stands is a literal of that type. */
function convertLiteral(cx: Analysis, arg: Typed, name: ScalarType, at: Node): Typed | undefined {
  if (arg.kind !== "literal" || typeof arg.value === "boolean") return undefined;
  const kind = kindOf(name);
  if (kind === "bool") return undefined;
  const { value } = arg;
  const wide = name === "i64" || name === "u64";
  if (kind === "float") {
    // A bigint that a double cannot hold would be rounded twice.
    if (typeof value === "bigint" && BigInt(Number(value)) !== value) return undefined;
    cx.literals.delete(arg);
    return makeLiteral(cx, Number(value), scalarTy(name), at);
  }
  const whole = typeof value === "bigint" || Number.isSafeInteger(value);
  if (!whole || !fits(BigInt(value), name)) return undefined;
  cx.literals.delete(arg);
  return makeLiteral(cx, wide ? BigInt(value) : Number(value), scalarTy(name), at);
}

function fits(value: bigint, name: ScalarType): boolean {
  const bits = name === "index" ? 64n : BigInt(name.slice(1));
  const low = kindOf(name) === "uint" ? 0n : -(1n << (bits - 1n));
  const high = kindOf(name) === "uint" ? 1n << bits : 1n << (bits - 1n);
  return value >= low && value < high;
}
