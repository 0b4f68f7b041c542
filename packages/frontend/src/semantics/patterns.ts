/**
 * The patterns that make tensors point by point, and which name is which pattern.
 *
 * Invariant: patterns on tensors stand in tensor code; only reductions over an index range may
 * stand in the scalar body of another pattern.
 */
import type { DimExpr } from "@strata/support";
import type { CallExpression, Expression } from "../syntax/ast.ts";
import { isStatic, type Analysis, type Scope, type Value } from "./context.ts";
import { coerce, errorAt, isError, makeLiteral, toIndex } from "./conversions.ts";
import type { DeclaredType } from "./declared-types.ts";
import * as say from "./diagnostics.ts";
import type { LambdaParam } from "./functions.ts";
import { iterate, iterateUntil } from "./iteration.ts";
import { PatternCall, elementParams, indexParams } from "./pattern-call.ts";
import { dot, fold, histogram, rangeReduction, reduction, scan } from "./reductions.ts";
import { extentOf, requireExtent } from "./shapes.ts";
import type { Accessor, Lambda, Typed } from "./tree.ts";
import { resolve, type Scalarish, type TensorTy } from "./types.ts";

/** Types a call; undefined if it was reported. */
type Make = (call: PatternCall) => Typed | undefined;

const RANGES: ReadonlySet<string> = new Set(["sum", "prod", "min", "max"]);
const MAX_RANK = 6;

const PATTERNS: ReadonlyMap<string, Make> = new Map<string, Make>([
  ["map", map],
  ["zip", zip],
  ["build", build],
  ["stencil", stencil],
  ["sum", reduction("sum")],
  ["prod", reduction("prod")],
  ["min", reduction("min")],
  ["max", reduction("max")],
  ["any", reduction("any")],
  ["all", reduction("all")],
  ["mean", reduction("mean")],
  ["argmin", reduction("argmin")],
  ["argmax", reduction("argmax")],
  ["dot", dot],
  ["reduce", fold],
  ["scan", scan],
  ["histogram", histogram],
  ["iterate", iterate],
  ["iterateUntil", iterateUntil],
]);

/** A call of a pattern; undefined for other names. `wanted` is what its place is declared as. */
export function tryPattern(
  cx: Analysis,
  scope: Scope,
  name: string,
  node: CallExpression,
  wanted: DeclaredType | undefined,
): Typed | undefined {
  const make = PATTERNS.get(name);
  if (make === undefined) return undefined;
  const range = RANGES.has(name) && node.args.length === 2;
  const scalar = scope.frame.level === "scalar";
  if (scalar && !range) {
    cx.report(say.patternInBody(name, scope.frame.owner, cx.span(node)));
    return errorAt(node);
  }
  const args = node.args.map((arg) => cx.elaborate.value(cx, scope, arg));
  const call = new PatternCall(cx, scope, name, args, node, wanted);
  if (range && isArrow(args[1])) return rangeReduction(call) ?? errorAt(node);
  if (scalar) {
    cx.report(say.patternInBody(name, scope.frame.owner, cx.span(node)));
    return errorAt(node);
  }
  return make(call) ?? errorAt(node);
}

function isArrow(value: Value | undefined): boolean {
  return value?.kind === "closure" || value?.kind === "function";
}

/** The tensor of a lambda's results. */
function tensorOf(body: Lambda, dims: readonly DimExpr[]): TensorTy {
  return { kind: "tensor", element: resolve(body.type) as Scalarish, dims };
}

function map(call: PatternCall): Typed | undefined {
  if (!call.count(2, 2, "a tensor and an arrow")) return undefined;
  const tensor = call.tensor(0);
  return pointwise(call, call.sameShape(tensor === undefined ? [undefined] : [tensor]), 1);
}

function zip(call: PatternCall): Typed | undefined {
  if (!call.count(2, 9, "1 to 8 tensors and an arrow")) return undefined;
  const last = call.args.length - 1;
  return pointwise(
    call,
    call.sameShape(call.args.slice(0, last).map((_, k) => call.tensor(k))),
    last,
  );
}

function pointwise(
  call: PatternCall,
  list: ReturnType<PatternCall["tensors"]>,
  arrow: number,
): Typed | undefined {
  if (list === undefined) return undefined;
  const { dims, exprs } = list;
  const body = call.storedArrow(arrow, [...elementParams(list), ...indexParams(dims.length)]);
  if (body === undefined) return undefined;
  return { kind: "map", inputs: exprs, body, type: tensorOf(body, dims), at: call.node };
}

function build(call: PatternCall): Typed | undefined {
  if (!call.count(2, 2, "a list of extents and an arrow")) return undefined;
  const { cx } = call;
  const given = call.expr(0);
  if (given === undefined) return undefined;
  if (given.kind !== "tuple") {
    cx.report(say.wrongOperand("build", "a list of extents first", given.type, cx.span(given.at)));
    return undefined;
  }
  if (given.elements.length > MAX_RANK) {
    cx.report(say.rankLimit(given.elements.length, cx.span(call.at(0))));
    return undefined;
  }
  const extents = given.elements.map((element) => toIndex(cx, element, "an extent"));
  if (extents.some(isError)) return undefined;
  const dims = extents.map((extent) => extentOf(cx, extent));
  dims.forEach((dim, axis) => {
    requireExtent(cx, dim, `build, axis ${axis}`, extents[axis]?.at ?? call.node);
  });
  const body = call.storedArrow(1, indexParams(dims.length));
  if (body === undefined) return undefined;
  return { kind: "build", extents, body, type: tensorOf(body, dims), at: call.node };
}

function stencil(call: PatternCall): Typed | undefined {
  if (!call.count(3, 3, "a tensor, a boundary and an arrow")) return undefined;
  const { cx } = call;
  const list = call.tensors(0);
  const [, boundary] = call.args;
  if (boundary?.kind !== "boundary") {
    if (boundary === undefined || isStatic(boundary) || !isError(boundary)) {
      cx.report(say.expectedBoundary(cx.span(call.at(1))));
    }
    return undefined;
  }
  if (list === undefined) return undefined;
  const { exprs, elements, dims } = list;
  const values = boundaryValues(call, boundary.mode, boundary.value, elements);
  if (values === undefined) return undefined;
  const accessors: Accessor[] = elements.map((type, input) => {
    return { name: accessorName(call.node.args[2], input), input, rank: dims.length, type };
  });
  const params: LambdaParam[] = [
    ...accessors.map((accessor): LambdaParam => ({ kind: "accessor", accessor })),
    ...indexParams(dims.length),
  ];
  const [element] = elements;
  const copies = boundary.mode === "copy" && element !== undefined;
  const body = copies ? call.typedArrow(2, params, element) : call.storedArrow(2, params);
  if (body === undefined) return undefined;
  return {
    kind: "stencil",
    inputs: exprs,
    boundary: boundary.mode,
    values,
    accessors,
    body,
    type: tensorOf(body, dims),
    at: call.node,
  };
}

/** What is read outside, per input; empty where the boundary remaps, undefined if reported. */
function boundaryValues(
  call: PatternCall,
  mode: string,
  value: Typed | undefined,
  elements: readonly Scalarish[],
): Typed[] | undefined {
  if (mode !== "zero" && mode !== "constant") return [];
  const { cx } = call;
  const at = call.at(1);
  const values = elements.map((element) => {
    const given = value ?? makeLiteral(cx, zeroOf(element), element, at);
    // A literal takes the type of each input by itself.
    const fresh =
      given.kind === "literal" && typeof given.value === "number" && elements.length > 1
        ? makeLiteral(cx, given.value, element, at)
        : given;
    return coerce(cx, fresh, element, "the boundary's value");
  });
  return values.some(isError) ? undefined : values;
}

function accessorName(arrow: Expression | undefined, k: number): string {
  const pattern = arrow?.kind === "arrow" ? arrow.params[k]?.pattern : undefined;
  return pattern?.kind === "name" ? pattern.text : `c${k}`;
}

/** The zero of an element type, in the form its literals have. */
function zeroOf(element: Scalarish): number | bigint | boolean {
  const resolved = resolve(element);
  if (resolved.kind !== "scalar") return 0;
  if (resolved.name === "bool") return false;
  return resolved.name === "i64" || resolved.name === "u64" ? 0n : 0;
}
