/** The patterns that combine elements: reductions, scans, histograms. */
import type { Node } from "../syntax/ast.ts";
import { coerce, isError, storable, toIndex } from "./conversions.ts";
import * as say from "./diagnostics.ts";
import { elementParams, valueParam, type PatternCall } from "./pattern-call.ts";
import { extentOf, requireExtent, resolveAxis, tryConstant } from "./shapes.ts";
import type { Lambda, RangeT, Reduction, Typed, Variable } from "./tree.ts";
import {
  FLOATS,
  I32,
  INDEX,
  NUMBERS,
  isScalarish,
  maskOf,
  resolve,
  restrict,
  type Scalarish,
  type TensorTy,
  type Ty,
} from "./types.ts";

/** What a reduction gives: a scalar, or along an axis a tensor without it. */
function reducedType(element: Scalarish, type: TensorTy, axis: number | undefined): Ty {
  if (axis === undefined) return element;
  return { kind: "tensor", element, dims: type.dims.filter((_, d) => d !== axis) };
}

/** What each reduction takes. */
function takes(op: string): readonly [number, string] {
  if (op === "any" || op === "all") return [maskOf("bool"), "booleans"];
  return op === "mean" ? [FLOATS, "floats"] : [NUMBERS, "numbers"];
}

/** `sum(t)`, `argmax(t, 0)` and the like. */
export function reduction(
  op: Reduction | "mean" | "argmin" | "argmax",
): (call: PatternCall) => Typed | undefined {
  return (call) => {
    const { cx, node } = call;
    if (!call.count(1, 2, "a tensor and an axis if one is meant")) return undefined;
    const tensor = call.tensor(0);
    if (tensor === undefined) return undefined;
    const { expr, type } = tensor;
    const along = call.args.length === 2;
    const axis = along ? call.axis(1, type.dims.length) : undefined;
    if (along && axis === undefined) return undefined;
    const [mask, wanted] = takes(op);
    if (!restrict(type.element, mask)) {
      cx.report(say.wrongOperand(op, wanted, type.element, cx.span(call.at(0))));
      return undefined;
    }
    const element = op === "argmin" || op === "argmax" ? I32 : type.element;
    return {
      kind: "reduce",
      op,
      input: expr,
      axis,
      type: reducedType(element, type, axis),
      at: node,
    };
  };
}

/** `dot(a, b)` is `sum(zip(a, b, (x, y) => x * y))`. */
export function dot(call: PatternCall): Typed | undefined {
  if (!call.count(2, 2, "2 tensors")) return undefined;
  const { cx, node } = call;
  const list = call.sameShape([call.tensor(0), call.tensor(1)]);
  const [element, other] = list?.elements ?? [];
  if (list === undefined || element === undefined || other === undefined) return undefined;
  if (!call.requireNumbers(element)) return undefined;
  const param = (name: string, type: Ty): Variable => ({ name, type, mutable: false, at: node });
  const use = (variable: Variable): Typed => {
    return { kind: "variable", variable, type: variable.type, at: node };
  };
  const [x, y] = [param("x", element), param("y", other)];
  const at = call.at(1);
  const right = coerce(cx, { ...use(y), at }, element, "an element of the second tensor");
  if (isError(right)) return undefined;
  const value: Typed = { kind: "binary", op: "mul", left: use(x), right, type: element, at: node };
  const positions = list.dims.map((_, axis) => param(`i${axis}`, INDEX));
  const body: Lambda = {
    params: [x, y, ...positions],
    body: { kind: "block", statements: [{ kind: "return", value, at: node }], at: node },
    type: element,
    at: node,
  };
  const type: Ty = { kind: "tensor", element, dims: list.dims };
  const product: Typed = { kind: "map", inputs: list.exprs, body, type, at: node };
  return { kind: "reduce", op: "sum", input: product, axis: undefined, type: element, at: node };
}

/** `reduce(t, init, f)` and `reduce(t, axis, init, f)`. */
export function fold(call: PatternCall): Typed | undefined {
  const { cx, node } = call;
  if (!call.count(3, 4, "a tensor, an axis if one is meant, an init and an arrow")) {
    return undefined;
  }
  const tensor = call.tensor(0);
  if (tensor === undefined) return undefined;
  const { expr, type } = tensor;
  const { element } = type;
  const along = call.args.length === 4;
  const axis = along ? call.axis(1, type.dims.length) : undefined;
  if (along && axis === undefined) return undefined;
  const k = along ? 2 : 1;
  const given = call.expr(k);
  if (given === undefined) return undefined;
  const init = coerce(cx, given, element, "the init of reduce");
  if (isError(init)) return undefined;
  const params = [valueParam(element, "acc"), valueParam(element, "x")];
  const body = call.typedArrow(k + 1, params, element);
  if (body === undefined) return undefined;
  const result = reducedType(element, type, axis);
  return { kind: "fold", input: expr, axis, init, body, type: result, at: node };
}

/** `sum(n, (p) => e)`. */
export function rangeReduction(call: PatternCall): Typed | undefined {
  const { cx, node } = call;
  const given = call.expr(0);
  if (given === undefined) return undefined;
  const count = toIndex(cx, given, "the number of terms");
  if (isError(count)) return undefined;
  const body = call.arrow(1, [valueParam(INDEX, "p")]);
  if (body === undefined || !call.requireNumbers(body.type)) return undefined;
  const op = call.name as RangeT["op"];
  return { kind: "range", op, count, body, type: body.type, at: node };
}

/** `scan(t, init, f, options)`. */
export function scan(call: PatternCall): Typed | undefined {
  const { cx, node } = call;
  if (!call.count(3, 4, "a tensor, an init, an arrow and options")) return undefined;
  const tensor = call.tensor(0);
  const given = call.expr(1);
  if (tensor === undefined || given === undefined) return undefined;
  const { expr, type } = tensor;
  const options = scanOptions(call, type.dims.length);
  if (options === undefined) return undefined;
  const init = storable(cx, given, I32);
  const accumulator = resolve(init.type);
  if (!isScalarish(accumulator)) {
    const what = "the init of scan";
    cx.report(say.notAssignable(what, type.element, accumulator, cx.span(given.at), undefined));
    return undefined;
  }
  const params = [valueParam(accumulator, "acc"), valueParam(type.element, "x")];
  const body = call.typedArrow(2, params, accumulator);
  if (body === undefined) return undefined;
  const result: Ty = { kind: "tensor", element: accumulator, dims: type.dims };
  return { kind: "scan", input: expr, init, body, ...options, type: result, at: node };
}

interface ScanOptions {
  readonly axis: number;
  readonly exclusive: boolean;
  readonly reverse: boolean;
}

function scanOptions(call: PatternCall, rank: number): ScanOptions | undefined {
  const { cx } = call;
  const known = ["axis", "exclusive", "reverse"];
  const given = call.args.length === 4 ? call.expr(3) : undefined;
  if (call.args.length === 4 && given === undefined) return undefined;
  if (given !== undefined && given.kind !== "object") {
    const hint = "write an object: `{ axis: 1 }`";
    cx.report(say.notConstant("the options of scan", cx.span(call.at(3)), hint));
    return undefined;
  }
  const options = { axis: 0, exclusive: false, reverse: false };
  let at: Node = call.node;
  for (const { name, value } of given?.fields ?? []) {
    if (value.kind === "literal") cx.literals.delete(value);
    if (name === "axis") {
      const axis = tryConstant(cx, value);
      if (axis === undefined) {
        resolveAxis(cx, undefined, rank, value.at);
        return undefined;
      }
      options.axis = axis;
      ({ at } = value);
    } else if (name === "exclusive" || name === "reverse") {
      if (value.kind !== "literal" || typeof value.value !== "boolean") {
        const hint = "write `true` or `false`";
        cx.report(say.notConstant(`the option ${name}`, cx.span(value.at), hint));
        return undefined;
      }
      options[name] = value.value;
    } else {
      cx.report(say.unknownOption("scan", name, known, cx.span(value.at)));
      return undefined;
    }
  }
  const axis = resolveAxis(cx, options.axis, rank, at);
  return axis === undefined ? undefined : { ...options, axis };
}

/** `histogram(t, bins, bin, weight)`. */
export function histogram(call: PatternCall): Typed | undefined {
  const { cx, node } = call;
  const wanted = "tensors, the number of bins, an arrow for the bin and one for the weight";
  if (!call.count(3, 4, wanted)) return undefined;
  const list = call.tensors(0);
  const count = call.expr(1);
  if (list === undefined || count === undefined) return undefined;
  const bins = toIndex(cx, count, "the number of bins");
  if (isError(bins)) return undefined;
  const extent = extentOf(cx, bins);
  requireExtent(cx, extent, "histogram, bins", call.at(1));
  const params = elementParams(list);
  const bin = call.arrow(2, params, (value) => toIndex(cx, value, "a bin"));
  const weighted = call.args.length === 4;
  const weight = weighted ? call.storedArrow(3, params) : undefined;
  if (bin === undefined || (weighted && weight === undefined)) return undefined;
  if (weight !== undefined && !call.requireNumbers(weight.type)) return undefined;
  const element = resolve(weight?.type ?? I32) as Scalarish;
  const type: Ty = { kind: "tensor", element, dims: [extent] };
  return { kind: "histogram", inputs: list.exprs, bins, bin, weight, type, at: node };
}
