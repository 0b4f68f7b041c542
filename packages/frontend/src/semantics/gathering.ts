/** The patterns that read or write at computed places: gather, scatter, segments, sparse products. */
import { dimBinary, dimConst, type DimExpr } from "@strata/support";
import { coerce, isError } from "./conversions.ts";
import * as say from "./diagnostics.ts";
import { valueParam, type PatternCall, type TensorArgument } from "./pattern-call.ts";
import { requireExtent, requireSameShape } from "./shapes.ts";
import type { Typed } from "./tree.ts";
import {
  INTEGERS,
  resolve,
  restrict,
  type Scalarish,
  type TensorTy,
  unifyScalars,
} from "./types.ts";

const MAX_RANK = 6;

/** An argument that must be a tensor of integers, of a rank where one is given. */
function integers(call: PatternCall, k: number, rank?: number): TensorArgument | undefined {
  const tensor = call.tensor(k);
  if (tensor === undefined) return undefined;
  const { cx } = call;
  if (!restrict(tensor.type.element, INTEGERS)) {
    const span = cx.span(call.at(k));
    cx.report(say.wrongOperand(call.name, "integers", tensor.type.element, span));
    return undefined;
  }
  return rank === undefined ? tensor : ofRank(call, tensor, rank, k);
}

function ofRank(
  call: PatternCall,
  tensor: TensorArgument,
  rank: number,
  k: number,
): TensorArgument | undefined {
  if (tensor.type.dims.length === rank) return tensor;
  const { cx } = call;
  cx.report(say.wrongRank(call.name, rank, tensor.type.dims.length, cx.span(call.at(k))));
  return undefined;
}

/** Whether an argument's elements are of a type; reports if not. */
function sameElement(call: PatternCall, type: Scalarish, given: Scalarish, k: number): boolean {
  if (unifyScalars(type, given)) return true;
  const span = call.cx.span(call.at(k));
  call.cx.report(say.notAssignable("an element of this tensor", type, given, span, undefined));
  return false;
}

/** `gather(t, indices)`: the shape of the indices, then that of `t` without its first axis. */
export function gather(call: PatternCall): Typed | undefined {
  if (!call.count(2, 2, "a tensor and indices")) return undefined;
  const { cx } = call;
  const source = call.tensor(0);
  const indices = integers(call, 1);
  if (source === undefined || indices === undefined) return undefined;
  const dims = [...indices.type.dims, ...source.type.dims.slice(1)];
  if (source.type.dims.length === 0) {
    cx.report(say.wrongRank("gather", 1, 0, cx.span(call.at(0))));
    return undefined;
  }
  if (dims.length > MAX_RANK) {
    cx.report(say.rankLimit(dims.length, cx.span(call.node)));
    return undefined;
  }
  const type: TensorTy = { kind: "tensor", element: source.type.element, dims };
  return { kind: "gather", source: source.expr, indices: indices.expr, type, at: call.node };
}

/** `scatter(target, indices, values)`, `scatter(target, indices, values, (old, value) => e)`. */
export function scatter(call: PatternCall): Typed | undefined {
  if (!call.count(3, 4, "a tensor, indices, values, and an arrow that combines them")) {
    return undefined;
  }
  const { cx } = call;
  const target = call.tensor(0);
  const indices = integers(call, 1);
  const values = call.tensor(2);
  if (target === undefined || indices === undefined || values === undefined) return undefined;
  if (target.type.dims.length === 0) {
    cx.report(say.wrongRank("scatter", 1, 0, cx.span(call.at(0))));
    return undefined;
  }
  const { element } = target.type;
  const dims = [...indices.type.dims, ...target.type.dims.slice(1)];
  const wanted: TensorTy = { kind: "tensor", element: values.type.element, dims };
  if (!requireSameShape(cx, wanted, values.type, "scatter's values", call.at(2))) return undefined;
  const params = [valueParam(element, "old"), valueParam(values.type.element, "value")];
  const combines = call.args.length === 4;
  const body = combines ? call.typedArrow(3, params, element) : undefined;
  if (combines && body === undefined) return undefined;
  if (!combines && !sameElement(call, element, values.type.element, 2)) return undefined;
  return {
    kind: "scatter",
    target: target.expr,
    indices: indices.expr,
    values: values.expr,
    body,
    type: target.type,
    at: call.node,
  };
}

/** One less than an extent: offsets have one more element than there are segments. */
function segmentsOf(call: PatternCall, offsets: TensorArgument, k: number): DimExpr {
  const [extent] = offsets.type.dims;
  const segments = dimBinary("-", extent ?? dimConst(1), dimConst(1));
  requireExtent(call.cx, segments, `${call.name}: offsets have an element more`, call.at(k));
  return segments;
}

/** `segmentedReduce(values, offsets, init, (acc, x) => e)`. */
export function segmentedReduce(call: PatternCall): Typed | undefined {
  if (!call.count(4, 4, "values, offsets, an init and an arrow")) return undefined;
  const { cx } = call;
  const given = call.tensor(0);
  const values = given === undefined ? undefined : ofRank(call, given, 1, 0);
  const offsets = integers(call, 1, 1);
  const start = call.expr(2);
  if (values === undefined || offsets === undefined || start === undefined) return undefined;
  const { element } = values.type;
  const init = coerce(cx, start, element, "the init of segmentedReduce");
  if (isError(init)) return undefined;
  const body = call.typedArrow(3, [valueParam(element, "acc"), valueParam(element, "x")], element);
  if (body === undefined) return undefined;
  const type: TensorTy = { kind: "tensor", element, dims: [segmentsOf(call, offsets, 1)] };
  return {
    kind: "segmented",
    values: values.expr,
    offsets: offsets.expr,
    init,
    body,
    type,
    at: call.node,
  };
}

/** `sparseProduct(offsets, columns, values, x)`, with `init, times, plus` of another semiring. */
export function sparseProduct(call: PatternCall): Typed | undefined {
  const { length } = call.args;
  if (!call.count(4, 7, "offsets, columns, values, a dense tensor, and an init and two arrows")) {
    return undefined;
  }
  const { cx } = call;
  if (length === 5 || length === 6) {
    const wanted = "4 arguments, or 7 with an init, an arrow that multiplies and one that adds";
    cx.report(say.argumentCount(call.name, wanted, length, cx.span(call.node)));
    return undefined;
  }
  const offsets = integers(call, 0, 1);
  const columns = integers(call, 1, 1);
  const given = call.tensor(2);
  const values = given === undefined ? undefined : ofRank(call, given, 1, 2);
  const dense = call.tensor(3);
  if (offsets === undefined || columns === undefined) return undefined;
  if (values === undefined || dense === undefined) return undefined;
  const rank = dense.type.dims.length;
  if (rank !== 1 && rank !== 2) return void ofRank(call, dense, 1, 3);
  const what = "sparseProduct needs a value for each column";
  if (!requireSameShape(cx, columns.type, values.type, what, call.at(2))) return undefined;
  const dims = [segmentsOf(call, offsets, 0), ...dense.type.dims.slice(1)];
  const parts = {
    kind: "sparse" as const,
    offsets: offsets.expr,
    columns: columns.expr,
    values: values.expr,
    dense: dense.expr,
    at: call.node,
  };
  const [v, x] = [values.type.element, dense.type.element];
  if (length === 4) {
    if (!call.requireNumbers(v) || !sameElement(call, v, x, 3)) return undefined;
    return { ...parts, semiring: undefined, type: { kind: "tensor", element: v, dims } };
  }
  const init = call.expr(4);
  if (init === undefined) return undefined;
  const times = call.storedArrow(5, [valueParam(v, "value"), valueParam(x, "x")]);
  if (times === undefined) return undefined;
  const element = resolve(times.type) as Scalarish;
  const start = coerce(cx, init, element, "the init of sparseProduct");
  const plus = call.typedArrow(6, [valueParam(element, "acc"), valueParam(element, "y")], element);
  if (plus === undefined || isError(start)) return undefined;
  const semiring = { init: start, times, plus };
  return { ...parts, semiring, type: { kind: "tensor", element, dims } };
}
