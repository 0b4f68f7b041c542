/**
 * What is known of integers when a kernel is emitted: constants, and bounds of positions.
 *
 * Invariant: bounds hold for every run of the kernel with the extents it is emitted for.
 */
import { evaluateDim, dimNames, type DimExpr } from "@strata/support";
import { tryDim } from "../semantics/shapes.ts";
import type { Typed, Variable } from "../semantics/tree.ts";
import { isIntegerType, isOpaque, resolve, type Ty } from "../semantics/types.ts";

/** Inclusive bounds. */
export interface Bounds {
  readonly low: number;
  readonly high: number;
}

/** Facts about the place where an expression is emitted. */
export interface Facts {
  /** Extents that are fixed. */
  readonly dims: ReadonlyMap<string, number>;
  /** Bounds of loop counters and of the positions that patterns give. */
  readonly bounds: ReadonlyMap<Variable, Bounds>;
}

/** The value of an extent, if the fixed dimensions give it. */
export function tryExtent(dim: DimExpr, dims: ReadonlyMap<string, number>): number | undefined {
  if (isOpaque(dim)) return undefined;
  const names = dimNames(dim);
  if (names.params.size > 0) return undefined;
  for (const name of names.dims) if (!dims.has(name)) return undefined;
  try {
    return evaluateDim(dim, { dims });
  } catch {
    // A division by zero or an overflow: the runtime's checks report it.
    return undefined;
  }
}

/** The value of an integer expression, if it is known. */
export function tryInteger(e: Typed, facts: Facts): number | undefined {
  const dim = tryDim(e);
  return dim === undefined ? undefined : tryExtent(dim, facts.dims);
}

/** Whether a condition certainly holds or certainly does not; undefined if it depends. */
export function tryTruth(e: Typed, facts: Facts): boolean | undefined {
  switch (e.kind) {
    case "literal":
      return typeof e.value === "boolean" ? e.value : undefined;
    case "unary": {
      const operand = tryTruth(e.operand, facts);
      return e.op === "not" && operand !== undefined ? !operand : undefined;
    }
    case "logical": {
      const [left, right] = [tryTruth(e.left, facts), tryTruth(e.right, facts)];
      const decides = e.op === "or";
      if (left === decides || right === decides) return decides;
      return left === undefined || right === undefined ? undefined : !decides;
    }
    case "compare": {
      // Literals of floats are rounded; only integers are what they say.
      if (!isIntegral(e.left.type)) return undefined;
      const [left, right] = [tryInteger(e.left, facts), tryInteger(e.right, facts)];
      if (left === undefined || right === undefined) return undefined;
      switch (e.op) {
        case "eq":
          return left === right;
        case "ne":
          return left !== right;
        case "lt":
          return left < right;
        case "le":
          return left <= right;
        case "gt":
          return left > right;
        case "ge":
          return left >= right;
      }
    }
    // The switch above is exhaustive.
    // eslint-disable-next-line no-fallthrough
    default:
      return undefined;
  }
}

/** Bounds of an index expression, if any are known. */
export function tryBounds(e: Typed, facts: Facts): Bounds | undefined {
  const value = tryInteger(e, facts);
  if (value !== undefined) return { low: value, high: value };
  switch (e.kind) {
    case "variable":
      return facts.bounds.get(e.variable);
    case "convert":
      return isWide(e.type) && isIntegral(e.operand.type) ? tryBounds(e.operand, facts) : undefined;
    case "binary": {
      if (!isWide(e.type)) return undefined;
      const [a, b] = [tryBounds(e.left, facts), tryBounds(e.right, facts)];
      if (a === undefined || b === undefined) return undefined;
      if (e.op === "add") return { low: a.low + b.low, high: a.high + b.high };
      if (e.op === "sub") return { low: a.low - b.high, high: a.high - b.low };
      if (e.op !== "mul") return undefined;
      const products = [a.low * b.low, a.low * b.high, a.high * b.low, a.high * b.high];
      return { low: Math.min(...products), high: Math.max(...products) };
    }
    default:
      return undefined;
  }
}

function isIntegral(type: Ty): boolean {
  const resolved = resolve(type);
  return resolved.kind === "scalar" && isIntegerType(resolved.name);
}

/** Types in which arithmetic on positions does not wrap. */
function isWide(type: Ty): boolean {
  const resolved = resolve(type);
  return resolved.kind === "scalar" && (resolved.name === "index" || resolved.name === "i64");
}

/** Whether an index expression certainly fits in 32 signed bits. */
export function fitsWord(e: Typed, facts: Facts): boolean {
  const bounds = tryBounds(e, facts);
  return bounds !== undefined && bounds.low >= -(2 ** 31) && bounds.high < 2 ** 31;
}
