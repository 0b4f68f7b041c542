/**
 * Extents: which expressions they are, and agreement between them.
 *
 * Invariant: what cannot be decided now becomes a check for the call, each once; checks and
 * results never mention an opaque extent.
 */
import {
  compareDims,
  dimBinary,
  dimConst,
  isNonNegativeDim,
  substituteDim,
  type DimExpr,
  type DimOperator,
  type ScalarType,
} from "@strata/support";
import type { Node } from "../syntax/ast.ts";
import type { Analysis } from "./context.ts";
import * as say from "./diagnostics.ts";
import type { ArithmeticOp, BinaryT, Typed } from "./tree.ts";
import {
  INTEGERS,
  isIntegerType,
  isOpaque,
  opaqueDim,
  printExtent,
  resolve,
  type TensorTy,
  type Ty,
} from "./types.ts";

/** An extent with the values put in that this analysis knows. */
export function knownExtent(cx: Analysis, dim: DimExpr): DimExpr {
  return substituteDim(dim, (name, kind) => {
    const value = cx.knownDim(name, kind);
    return value === undefined ? undefined : dimConst(value);
  });
}

/** Demands that two extents agree; `reason` begins the message if they do not. */
export function requireEqual(
  cx: Analysis,
  left: DimExpr,
  right: DimExpr,
  reason: string,
  at: Node,
): void {
  if (compareDims(left, right) === "equal") return;
  const [a, b] = [knownExtent(cx, left), knownExtent(cx, right)];
  const relation = compareDims(a, b);
  if (relation === "equal") return;
  if (relation === "different") {
    // The same disagreement is said once, at its first place.
    const pair = `${printExtent(left)} / ${printExtent(right)}`;
    if (cx.disagreements.has(pair)) return;
    cx.disagreements.add(pair);
    cx.report(say.extentMismatch(reason, describe(left, a), describe(right, b), cx.span(at)));
  } else if (isOpaque(a) || isOpaque(b)) {
    cx.report(say.unknownExtent(reason, cx.span(at)));
  } else {
    addCheck(cx, "equal", left, right, reason, at);
  }
}

function describe(dim: DimExpr, known: DimExpr): string {
  const [text, value] = [printExtent(dim), printExtent(known)];
  return text === value ? text : `${text} = ${value}`;
}

/** Demands that an extent is not negative. */
export function requireExtent(cx: Analysis, dim: DimExpr, reason: string, at: Node): void {
  const known = knownExtent(cx, dim);
  if (isOpaque(known) || isNonNegativeDim(known)) return;
  if (known.kind === "const") cx.report(say.negativeExtent(describe(dim, known), cx.span(at)));
  else addCheck(cx, "at-least", dim, dimConst(0), reason, at);
}

function addCheck(
  cx: Analysis,
  relation: "equal" | "at-least",
  left: DimExpr,
  right: DimExpr,
  reason: string,
  at: Node,
): void {
  const same = (a: DimExpr, b: DimExpr): boolean => compareDims(a, b) === "equal";
  const known = cx.checks.some(
    (check) =>
      check.relation === relation &&
      ((same(check.left, left) && same(check.right, right)) ||
        (relation === "equal" && same(check.left, right) && same(check.right, left))),
  );
  if (!known) cx.checks.push({ relation, left, right, reason, span: cx.span(at) });
}

/** Demands that two tensors are of one shape; false if the ranks differ. */
export function requireSameShape(
  cx: Analysis,
  left: TensorTy,
  right: TensorTy,
  what: string,
  at: Node,
): boolean {
  if (left.dims.length !== right.dims.length) {
    cx.report(say.rankMismatch(what, left.dims.length, right.dims.length, cx.span(at)));
    return false;
  }
  left.dims.forEach((dim, axis) => {
    const other = right.dims[axis];
    if (other !== undefined) requireEqual(cx, dim, other, `${what}, axis ${axis}`, at);
  });
  return true;
}

/** Types whose arithmetic is taken as exact in extents: 32 bits or more. */
const EXACT: ReadonlySet<ScalarType> = new Set(["index", "i32", "u32", "i64", "u64"]);

function isExact(type: Ty): boolean {
  const resolved = resolve(type);
  // A whole number that nothing has fixed yet is exact: it is what it says.
  if (resolved.kind === "var") return (resolved.mask & INTEGERS) !== 0;
  return resolved.kind === "scalar" && EXACT.has(resolved.name);
}

const DIM_OPERATORS: Partial<Record<ArithmeticOp, DimOperator>> = {
  add: "+",
  sub: "-",
  mul: "*",
  div: "div",
  rem: "rem",
  min: "min",
  max: "max",
};

/** An integer expression over extents, parameters and constants, or undefined. */
export function tryDim(expr: Typed): DimExpr | undefined {
  switch (expr.kind) {
    case "literal": {
      const value = typeof expr.value === "boolean" ? NaN : Number(expr.value);
      return Number.isSafeInteger(value) ? dimConst(value + 0) : undefined;
    }
    case "variable":
      return expr.variable.dim;
    case "extent": {
      const type = resolve(expr.tensor.type);
      return type.kind === "tensor" ? type.dims[expr.axis] : undefined;
    }
    case "inline":
      return expr.dim;
    case "convert": {
      const integers = isIntegral(expr.type) && isIntegral(expr.operand.type);
      return integers && isExact(expr.type) ? tryDim(expr.operand) : undefined;
    }
    case "unary": {
      const operand = expr.op === "neg" && isExact(expr.type) ? tryDim(expr.operand) : undefined;
      return operand === undefined ? undefined : dimBinary("-", dimConst(0), operand);
    }
    case "binary":
      return isExact(expr.type) ? tryBinary(expr) : undefined;
    default:
      return undefined;
  }
}

function isIntegral(type: Ty): boolean {
  const resolved = resolve(type);
  if (resolved.kind === "var") return (resolved.mask & INTEGERS) !== 0;
  return resolved.kind === "scalar" && isIntegerType(resolved.name);
}

function tryBinary(expr: BinaryT): DimExpr | undefined {
  const left = tryDim(expr.left);
  const right = tryDim(expr.right);
  if (left === undefined || right === undefined) return undefined;
  if (expr.op === "shl" || expr.op === "shr") {
    const shift = right.kind === "const" ? right.value : -1;
    if (shift < 0 || shift > 30) return undefined;
    return dimBinary(expr.op === "shl" ? "*" : "floordiv", left, dimConst(2 ** shift));
  }
  const op = DIM_OPERATORS[expr.op];
  if (op === undefined) return undefined;
  if (op !== "div" && op !== "rem") return dimBinary(op, left, right);
  if (right.kind === "const" && right.value === 0) return undefined;
  // Truncation and rounding down agree where nothing is negative; the latter is better known.
  const positive = right.kind === "const" && right.value > 0;
  if (positive && isNonNegativeDim(left)) {
    return dimBinary(op === "div" ? "floordiv" : "mod", left, right);
  }
  return dimBinary(op, left, right);
}

/** A constant integer, or undefined. */
export function tryConstant(cx: Analysis, expr: Typed): number | undefined {
  const dim = tryDim(expr);
  if (dim === undefined) return undefined;
  const known = knownExtent(cx, dim);
  return known.kind === "const" ? known.value : undefined;
}

/** The extent that an index expression gives: an expression, or a new opaque one. */
export function extentOf(cx: Analysis, expr: Typed): DimExpr {
  return tryDim(expr) ?? opaqueDim(cx.nextOpaque());
}

/** An axis in 0 … rank−1 from a literal, negative ones from the end; undefined if reported. */
export function resolveAxis(
  cx: Analysis,
  axis: number | undefined,
  rank: number,
  at: Node,
): number | undefined {
  if (axis === undefined) {
    cx.report(say.notConstant("an axis", cx.span(at), "write a literal: 0, 1, −1 …"));
    return undefined;
  }
  const resolved = axis < 0 ? axis + rank : axis;
  if (resolved >= 0 && resolved < rank) return resolved;
  cx.report(say.axisRange(axis, rank, cx.span(at)));
  return undefined;
}
