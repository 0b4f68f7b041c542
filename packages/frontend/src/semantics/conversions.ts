/**
 * Bringing values to the types that their places need.
 *
 * Invariants: a conversion is inserted only where the language converts by itself (`index` with
 * `i32`, and `index` where `i32`, `i64` or `u32` is expected); everything else is one type already
 * or is reported.
 */
import type { ScalarType } from "@strata/support";
import type { Node } from "../syntax/ast.ts";
import { isStatic, type Analysis, type Value } from "./context.ts";
import * as say from "./diagnostics.ts";
import { requireSameShape } from "./shapes.ts";
import type { LiteralT, Typed, Variable } from "./tree.ts";
import {
  ERROR,
  FLOATS,
  INDEX,
  INTEGERS,
  WIDE_INTEGERS,
  isScalarish,
  maskOf,
  resolve,
  resolveScalar,
  restrict,
  scalarMask,
  unifyScalars,
  type ScalarTy,
  type Scalarish,
  type TensorTy,
  type Ty,
} from "./types.ts";

/** The stand-in for something that has been reported. */
export function errorAt(at: Node): Typed {
  return { kind: "error", type: ERROR, at };
}

export function isError(expr: Typed): boolean {
  return resolve(expr.type).kind === "error";
}

/** A converted value; no node if the type is the same. */
export function convertTo(expr: Typed, type: Scalarish): Typed {
  return { kind: "convert", operand: expr, type, at: expr.at };
}

/** A literal of a type, registered for its range check. */
export function makeLiteral(
  cx: Analysis,
  value: number | bigint | boolean,
  type: Scalarish,
  at: Node,
  raw?: string,
): LiteralT {
  const literal: LiteralT = { kind: "literal", value, type, at };
  cx.literals.add(literal);
  if (raw !== undefined) cx.rawText.set(literal, raw);
  return literal;
}

/** Where an `index` is converted when it is declared or expected. */
const FROM_INDEX: ReadonlySet<ScalarType> = new Set(["i32", "i64", "u32"]);

/** A value as an expression; static values are reported. */
export function expectExpression(cx: Analysis, value: Value, at: Node): Typed {
  if (!isStatic(value)) return value;
  const what =
    value.kind === "boundary"
      ? `the boundary ${value.mode}`
      : value.kind === "accessor"
        ? `the accessor ${value.accessor.name}`
        : value.kind === "boundaries"
          ? "a list of boundaries"
          : value.kind === "function"
            ? `the function ${value.declaration.name.text}`
            : value.kind === "closure"
              ? "an arrow function"
              : `"${value.name}"`;
  cx.report(say.expectedValue(what, cx.span(at)));
  return errorAt(at);
}

/** The hint for a scalar that is not of the type a place needs. */
function mismatchHint(cx: Analysis, expr: Typed, expected: Scalarish): string | undefined {
  const to = resolveScalar(expected);
  const from = resolve(expr.type);
  if (!isScalarish(from)) return undefined;
  const text = cx.text(expr.at);
  const short = text.length <= 20 && !text.includes("\n") ? text : "x";
  const wide = scalarMask(to) !== 0 && (scalarMask(to) & ~WIDE_INTEGERS) === 0;
  if (expr.kind === "literal" && typeof expr.value === "number" && wide) {
    return `write it as a bigint: ${short}n`;
  }
  if (expr.kind === "literal" && typeof expr.value === "bigint" && !wide) {
    return `write it as a number: ${short.replace(/n$/, "")}`;
  }
  return to.kind === "scalar" ? `convert it: \`${to.name}(${short})\`` : undefined;
}

/**
 * The value where a type is expected, converted where the language does so; `what` begins the
 * message if it cannot be.
 */
export function coerce(cx: Analysis, expr: Typed, expected: Ty, what: string): Typed {
  const to = resolve(expected);
  const from = resolve(expr.type);
  if (to.kind === "error" || from.kind === "error") return expr;
  if (isScalarish(to) && isScalarish(from)) {
    if (unifyScalars(from, to)) return expr;
    if (to.kind === "scalar" && from.kind === "scalar") {
      const fromIndex = from.name === "index" && FROM_INDEX.has(to.name);
      if (fromIndex || (from.name === "i32" && to.name === "index")) return convertTo(expr, to);
    }
    if (from.kind === "var" && to.kind === "scalar" && reportLiteral(cx, expr, to.name)) {
      return errorAt(expr.at);
    }
    const hint = mismatchHint(cx, expr, to);
    cx.report(say.notAssignable(what, to, from, cx.span(expr.at), hint));
    return errorAt(expr.at);
  }
  if (to.kind === "tensor" && from.kind === "tensor") return coerceTensor(cx, expr, from, to, what);
  if (to.kind === "tuple" && from.kind === "tuple" && to.elements.length === from.elements.length) {
    return withWhole(expr, to, (whole) => {
      const elements = to.elements.map((element, k) =>
        coerce(cx, itemOf(whole, k, from.elements[k] ?? ERROR), element, what),
      );
      return { kind: "tuple", elements, type: to, at: expr.at };
    });
  }
  if (to.kind === "object" && from.kind === "object") {
    const names = from.fields.map(({ name }) => name);
    if (names.length === to.fields.length && to.fields.every(({ name }) => names.includes(name))) {
      return withWhole(expr, to, (whole) => {
        const fields = to.fields.map(({ name, type }) => {
          const value = coerce(cx, fieldOf(whole, name), type, `the field "${name}"`);
          return { name, value };
        });
        return { kind: "object", fields, type: to, at: expr.at };
      });
    }
  }
  cx.report(say.notAssignable(what, to, from, cx.span(expr.at), undefined));
  return errorAt(expr.at);
}

/** A fraction, or a number literal that cannot be the integer a place needs. */
function reportLiteral(cx: Analysis, expr: Typed, expected: ScalarType): boolean {
  if (expr.kind !== "literal" || typeof expr.value !== "number") return false;
  if (Number.isInteger(expr.value) || (maskOf(expected) & (FLOATS | maskOf("bool"))) !== 0) {
    return false;
  }
  cx.report(say.literalFraction(cx.text(expr.at), expected, cx.span(expr.at)));
  return true;
}

function coerceTensor(
  cx: Analysis,
  expr: Typed,
  from: TensorTy,
  to: TensorTy,
  what: string,
): Typed {
  if (!unifyScalars(from.element, to.element)) {
    const element = resolveScalar(to.element);
    const hint =
      element.kind === "scalar"
        ? `convert the elements: \`map(t, (x) => ${element.name}(x))\``
        : undefined;
    cx.report(say.notAssignable(what, to, from, cx.span(expr.at), hint));
    return errorAt(expr.at);
  }
  return requireSameShape(cx, to, from, what, expr.at) ? expr : errorAt(expr.at);
}

/** Makes an expression of the parts of another, which is evaluated once. */
function withWhole(expr: Typed, type: Ty, make: (whole: Typed) => Typed): Typed {
  const inParts = expr.kind === "tuple" || expr.kind === "object" || expr.kind === "variable";
  if (inParts) return make(expr);
  const { at } = expr;
  const variable: Variable = { name: "parts", type: expr.type, mutable: false, at };
  const value = make({ kind: "variable", variable, type: expr.type, at });
  if (isError(value)) return value;
  const body = { kind: "block" as const, statements: [{ kind: "return" as const, value, at }], at };
  const params = [{ variable, value: expr }];
  return { kind: "inline", name: "parts", params, body, type, dim: undefined, at };
}

/** An element of a tuple expression. */
export function itemOf(tuple: Typed, position: number, type: Ty): Typed {
  const given = tuple.kind === "tuple" ? tuple.elements[position] : undefined;
  return given ?? { kind: "item", tuple, position, type, at: tuple.at };
}

/** A field of an object expression. */
export function fieldOf(object: Typed, name: string): Typed {
  if (object.kind === "object") {
    const given = object.fields.find((field) => field.name === name);
    if (given !== undefined) return given.value;
  }
  const type = resolve(object.type);
  const field = type.kind === "object" ? type.fields.find((one) => one.name === name) : undefined;
  return { kind: "field", object, name, type: field?.type ?? ERROR, at: object.at };
}

/**
 * Two operands as one type; undefined if that was reported. `index` wins over `i32`.
 */
export function balance(
  cx: Analysis,
  left: Typed,
  right: Typed,
  op: string,
  at: Node,
): { left: Typed; right: Typed; type: Scalarish } | undefined {
  const [a, b] = [resolve(left.type), resolve(right.type)];
  if (a.kind === "error" || b.kind === "error") return undefined;
  for (const [expr, type] of [
    [left, a],
    [right, b],
  ] as const) {
    if (isScalarish(type)) continue;
    cx.report(say.tensorOperand(`"${op}"`, type, cx.span(expr.at)));
    return undefined;
  }
  if (!isScalarish(a) || !isScalarish(b)) return undefined;
  if (unifyScalars(a, b)) return { left, right, type: resolveScalar(a) };
  if (a.kind === "scalar" && b.kind === "scalar") {
    if (a.name === "index" && b.name === "i32") {
      return { left, right: convertTo(right, INDEX), type: INDEX };
    }
    if (a.name === "i32" && b.name === "index") {
      return { left: convertTo(left, INDEX), right, type: INDEX };
    }
  }
  if (a.kind === "scalar" && b.kind === "var" && reportLiteral(cx, right, a.name)) {
    return undefined;
  }
  if (b.kind === "scalar" && a.kind === "var" && reportLiteral(cx, left, b.name)) {
    return undefined;
  }
  cx.report(say.operandsDiffer(op, a, b, cx.span(at), operandHint(cx, left, right)));
  return undefined;
}

/** Converts the operand that loses least: to the float, else to the wider integer. */
function operandHint(cx: Analysis, left: Typed, right: Typed): string | undefined {
  const [a, b] = [resolve(left.type), resolve(right.type)];
  if (!isScalarish(a) || !isScalarish(b)) return undefined;
  const literal = [left, right].find((one) => one.kind === "literal");
  const other = literal === left ? b : a;
  if (literal !== undefined) return mismatchHint(cx, literal, other);
  const leftFloat = (scalarMask(a) & FLOATS) !== 0;
  const rightFloat = (scalarMask(b) & FLOATS) !== 0;
  if (rightFloat && !leftFloat) return mismatchHint(cx, left, b);
  if (leftFloat && !rightFloat) return mismatchHint(cx, right, a);
  return mismatchHint(cx, right, a);
}

/** A value as it is stored in a tensor: an `index` becomes `to`. */
export function storable(cx: Analysis, expr: Typed, to: ScalarTy): Typed {
  const type = resolve(expr.type);
  if (type.kind === "var") {
    restrict(type, ~maskOf("index"));
    return expr;
  }
  const isIndex = type.kind === "scalar" && type.name === "index";
  return isIndex ? coerce(cx, expr, to, "the element") : expr;
}

/** A position, an extent or a count: an integer of any type, as `index`. */
export function toIndex(cx: Analysis, expr: Typed, what: string): Typed {
  const type = resolve(expr.type);
  if (type.kind === "error") return expr;
  if (isScalarish(type)) {
    if (type.kind === "scalar") {
      if (type.name === "index") return expr;
      if ((maskOf(type.name) & INTEGERS) !== 0) return convertTo(expr, INDEX);
    } else if (expr.kind === "literal" && Number.isInteger(Number(expr.value))) {
      if (unifyScalars(type, INDEX)) return expr;
      if (restrict(type, INTEGERS)) return convertTo(expr, INDEX);
    } else if (expr.kind !== "literal" && restrict(type, INTEGERS)) {
      return convertTo(expr, INDEX);
    }
  }
  const float = isScalarish(type) && (scalarMask(type) & FLOATS) !== 0;
  const hint = float ? "convert it: `i32(Math.floor(x))`" : undefined;
  cx.report(say.wrongOperand(what, "an integer", type, cx.span(expr.at), hint));
  return errorAt(expr.at);
}
