/**
 * The patterns that make tensors point by point, and which name is which pattern.
 *
 * Invariant: patterns on tensors stand in tensor code; only reductions over an index range may
 * stand in the scalar body of another pattern.
 */
import type { DimExpr } from "@strata/support";
import type { CallExpression, Expression } from "../syntax/ast.ts";
import type { Analysis, Scope, Value } from "./context.ts";
import { errorAt, isError, toIndex } from "./conversions.ts";
import type { DeclaredType } from "./declared-types.ts";
import * as say from "./diagnostics.ts";
import { gather, scatter, segmentedReduce, sparseProduct } from "./gathering.ts";
import { iterate, iterateUntil } from "./iteration.ts";
import { PatternCall, elementParams, indexParams } from "./pattern-call.ts";
import { dot, fold, histogram, rangeReduction, reduction, scan } from "./reductions.ts";
import { stencil } from "./stencils.ts";
import { extentOf, requireExtent } from "./shapes.ts";
import type { Lambda, Typed } from "./tree.ts";
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
  ["gather", gather],
  ["scatter", scatter],
  ["segmentedReduce", segmentedReduce],
  ["sparseProduct", sparseProduct],
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
  const args = node.args.map((arg, k): Value => {
    const one = (item: Expression): Value => cx.elaborate.value(cx, scope, item);
    if (name !== "stencil" || k !== 1 || arg.kind !== "array") return one(arg);
    return { kind: "boundaries", list: arg.elements.map(one) };
  });
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
