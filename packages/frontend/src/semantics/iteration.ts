/** `iterate` and `iterateUntil`: steps of tensor code. */
import { coerce, isError, toIndex } from "./conversions.ts";
import { applyArrow, type LambdaParam } from "./functions.ts";
import { condition } from "./operators.ts";
import { valueParam, type PatternCall } from "./pattern-call.ts";
import type { Lambda, Typed } from "./tree.ts";
import { resolve, type Ty } from "./types.ts";

/** The arrow of a step: its results have the type of the state. */
function step(
  call: PatternCall,
  k: number,
  params: readonly LambdaParam[],
  type: Ty,
): Lambda | undefined {
  const { cx, name } = call;
  const adapt = (value: Typed): Typed => coerce(cx, value, type, `the next state of ${name}`);
  const request = { pattern: name, params, level: "tensor" as const, adapt };
  return applyArrow(cx, call.args[k], request, call.at(k));
}

/** `iterate(n, x, (x) => next)`, `iterate(n, [u, v], (u, v) => [u2, v2])`. */
export function iterate(call: PatternCall): Typed | undefined {
  if (!call.count(3, 3, "a count, a state and an arrow")) return undefined;
  const given = call.expr(0);
  const state = call.expr(1);
  if (given === undefined || state === undefined) return undefined;
  const count = toIndex(call.cx, given, "the number of steps");
  if (isError(count)) return undefined;
  const type = resolve(state.type);
  const states = type.kind === "tuple" ? type.elements : [type];
  const params = states.map((one, position) => valueParam(one, `x${position}`));
  const body = step(call, 2, params, state.type);
  if (body === undefined) return undefined;
  return { kind: "iterate", count, state, body, type: state.type, at: call.node };
}

/** `iterateUntil(x, (x) => next, (prev, next) => done, max)`. */
export function iterateUntil(call: PatternCall): Typed | undefined {
  if (!call.count(4, 4, "a state, an arrow, a condition and the most steps")) return undefined;
  const { cx, name } = call;
  const state = call.expr(0);
  const most = call.expr(3);
  if (state === undefined || most === undefined) return undefined;
  const limit = toIndex(cx, most, "the most steps");
  if (isError(limit)) return undefined;
  const { type } = state;
  const body = step(call, 1, [valueParam(type, "x")], type);
  const request = {
    pattern: name,
    params: [valueParam(type, "prev"), valueParam(type, "next")],
    level: "tensor" as const,
    adapt: (value: Typed): Typed => condition(cx, value, "the condition of iterateUntil"),
  };
  const done = applyArrow(cx, call.args[2], request, call.at(2));
  if (body === undefined || done === undefined) return undefined;
  return { kind: "iterateUntil", state, body, done, limit, type, at: call.node };
}
