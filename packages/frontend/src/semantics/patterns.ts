/**
 * The patterns: calls of `map`, `stencil`, `sum` … made into typed nodes.
 *
 * Invariant: patterns on tensors stand in tensor code; only reductions over an index range may
 * stand in the scalar body of another pattern.
 */
import type { DimExpr } from "@strata/support";
import type { CallExpression, Expression, Node } from "../syntax/ast.ts";
import { isStatic, type Analysis, type Scope, type Value } from "./context.ts";
import {
  coerce,
  errorAt,
  expectExpression,
  isError,
  makeLiteral,
  storable,
  toIndex,
} from "./conversions.ts";
import * as say from "./diagnostics.ts";
import { applyArrow, type LambdaParam } from "./functions.ts";
import { requireExtent, requireSameShape, resolveAxis, extentOf, tryConstant } from "./shapes.ts";
import type { Accessor, Lambda, Reduction, Typed, Variable } from "./tree.ts";
import {
  BOOL,
  FLOATS,
  I32,
  INDEX,
  NUMBERS,
  isScalarish,
  resolve,
  restrict,
  scalarMask,
  type Scalarish,
  type TensorTy,
  type Ty,
} from "./types.ts";

const RANGES = new Set(["sum", "prod", "min", "max"]);
const MAX_RANK = 6;

/** A call of a pattern; undefined for other names. */
export function tryPattern(
  cx: Analysis,
  scope: Scope,
  name: string,
  node: CallExpression,
): Typed | undefined {
  const make = patterns[name];
  if (make === undefined) return undefined;
  const args = node.args.map((arg) => cx.elaborate.value(cx, scope, arg));
  const call = new PatternCall(cx, scope, name, args, node);
  const range = RANGES.has(name) && args.length === 2 && isArrow(args[1]);
  if (range) return rangeReduction(call);
  if (scope.frame.level === "scalar") {
    cx.report(say.patternInBody(name, scope.frame.owner, cx.span(node)));
    return errorAt(node);
  }
  return make(call) ?? errorAt(node);
}

function isArrow(value: Value | undefined): boolean {
  return value?.kind === "closure" || value?.kind === "function";
}

/** A call with its arguments, and what most patterns do with them. */
class PatternCall {
  readonly cx: Analysis;
  readonly scope: Scope;
  readonly name: string;
  readonly args: readonly Value[];
  readonly node: CallExpression;

  constructor(
    cx: Analysis,
    scope: Scope,
    name: string,
    args: readonly Value[],
    node: CallExpression,
  ) {
    this.cx = cx;
    this.scope = scope;
    this.name = name;
    this.args = args;
    this.node = node;
  }

  at(k: number): Node {
    return this.node.args[k] ?? this.node;
  }

  /** Whether the number of arguments lies in a range; reports if not. */
  count(min: number, max: number, takes: string): boolean {
    if (this.args.length >= min && this.args.length <= max) return true;
    this.cx.report(say.argumentCount(this.name, takes, this.args.length, this.cx.span(this.node)));
    return false;
  }

  expr(k: number): Typed | undefined {
    const value = this.args[k];
    if (value === undefined) return undefined;
    const e = expectExpression(this.cx, value, this.at(k));
    return isError(e) ? undefined : e;
  }

  tensor(k: number): { expr: Typed; type: TensorTy } | undefined {
    const e = this.expr(k);
    return e === undefined ? undefined : this.asTensor(e, this.at(k));
  }

  asTensor(expr: Typed, at: Node): { expr: Typed; type: TensorTy } | undefined {
    const type = resolve(expr.type);
    if (type.kind === "tensor") return { expr, type };
    if (type.kind !== "error")
      this.cx.report(say.expectedTensor(this.name, type, this.cx.span(at)));
    return undefined;
  }

  /** A tensor, or a list of tensors of equal shape. */
  tensors(k: number): { exprs: Typed[]; types: TensorTy[] } | undefined {
    const e = this.expr(k);
    if (e === undefined) return undefined;
    const list = e.kind === "tuple" ? e.elements : [e];
    return this.sameShape(list.map((one) => this.asTensor(one, one.at)));
  }

  sameShape(
    list: readonly ({ expr: Typed; type: TensorTy } | undefined)[],
  ): { exprs: Typed[]; types: TensorTy[] } | undefined {
    const exprs: Typed[] = [];
    const types: TensorTy[] = [];
    for (const one of list) {
      if (one === undefined) return undefined;
      exprs.push(one.expr);
      types.push(one.type);
    }
    const [first] = types;
    if (first === undefined) {
      this.cx.report(say.argumentCount(this.name, "at least 1 tensor", 0, this.cx.span(this.node)));
      return undefined;
    }
    const what = `${this.name} needs tensors of equal shape`;
    for (const [i, type] of types.entries()) {
      if (i > 0 && !requireSameShape(this.cx, first, type, what, exprs[i]?.at ?? this.node)) {
        return undefined;
      }
    }
    return { exprs, types };
  }

  /** An arrow on scalars, its result a scalar that can be stored. */
  scalarArrow(k: number, params: readonly LambdaParam[]): Lambda | undefined {
    const lambda = applyArrow(
      this.cx,
      this.args[k],
      { pattern: this.name, params, level: "scalar" },
      this.at(k),
    );
    return lambda === undefined ? undefined : this.scalarBody(lambda);
  }

  scalarBody(lambda: Lambda): Lambda | undefined {
    const type = resolve(lambda.type);
    if (!isScalarish(type)) {
      if (type.kind !== "error") {
        this.cx.report(say.scalarResult(this.name, type, this.cx.span(lambda.at)));
      }
      return undefined;
    }
    return lambda;
  }

  /** A scalar arrow whose results are stored: `index` becomes `i32`. */
  storedArrow(k: number, params: readonly LambdaParam[]): Lambda | undefined {
    const lambda = this.scalarArrow(k, params);
    return lambda === undefined ? undefined : storedLambda(this.cx, lambda);
  }

  /** A scalar arrow whose result has a given type. */
  typedArrow(k: number, params: readonly LambdaParam[], type: Scalarish): Lambda | undefined {
    const lambda = applyArrow(
      this.cx,
      this.args[k],
      { pattern: this.name, params, level: "scalar", expected: { kind: "scalar", type } },
      this.at(k),
    );
    return lambda === undefined ? undefined : this.scalarBody(lambda);
  }

  /** An axis given as argument k: a literal. */
  axis(k: number, rank: number): number | undefined {
    const e = this.expr(k);
    if (e === undefined) return undefined;
    const value = tryConstant(this.cx, e);
    if (e.kind === "literal") this.cx.literals.delete(e);
    return resolveAxis(this.cx, value, rank, this.at(k));
  }
}

/** Replaces `index` results by `i32`. */
function storedLambda(cx: Analysis, lambda: Lambda): Lambda {
  const type = resolve(lambda.type);
  if (type.kind !== "scalar" || type.name !== "index") {
    if (type.kind === "var") storable(cx, { kind: "error", type, at: lambda.at });
    return lambda;
  }
  const rewrite = (s: Lambda["body"]): Lambda["body"] => ({
    ...s,
    statements: s.statements.map((one) => convertReturns(cx, one)),
  });
  return { ...lambda, body: rewrite(lambda.body), type: I32 };
}

type Statement = Lambda["body"]["statements"][number];

function convertReturns(cx: Analysis, s: Statement): Statement {
  switch (s.kind) {
    case "return":
      return { ...s, value: coerce(cx, s.value, I32, "the result") };
    case "block":
      return { ...s, statements: s.statements.map((one) => convertReturns(cx, one)) };
    case "if": {
      const block = (b: Lambda["body"]): Lambda["body"] => ({
        ...b,
        statements: b.statements.map((one) => convertReturns(cx, one)),
      });
      const alternate = s.alternate === undefined ? undefined : block(s.alternate);
      return { ...s, consequent: block(s.consequent), alternate };
    }
    case "for":
    case "while":
    case "doWhile": {
      const body = {
        ...s.body,
        statements: s.body.statements.map((one) => convertReturns(cx, one)),
      };
      return { ...s, body };
    }
    case "unrolled":
      return {
        ...s,
        iterations: s.iterations.map((b) => ({
          ...b,
          statements: b.statements.map((one) => convertReturns(cx, one)),
        })),
      };
    default:
      return s;
  }
}

function valueParam(type: Ty, name: string): LambdaParam {
  return { kind: "value", type, name };
}

function indexParams(rank: number): LambdaParam[] {
  return Array.from({ length: rank }, (_, d) => valueParam(INDEX, `i${d}`));
}

function tensorOf(element: Ty, dims: readonly DimExpr[]): TensorTy {
  return { kind: "tensor", element: element as Scalarish, dims };
}

type Make = (call: PatternCall) => Typed | undefined;

const patterns: Readonly<Record<string, Make>> = {
  map(call) {
    if (!call.count(2, 2, "a tensor and an arrow")) return undefined;
    const t = call.tensor(0);
    if (t === undefined) return undefined;
    const params = [valueParam(t.type.element, "x"), ...indexParams(t.type.dims.length)];
    const body = call.storedArrow(1, params);
    if (body === undefined) return undefined;
    const type = tensorOf(body.type, t.type.dims);
    return { kind: "map", inputs: [t.expr], body, type, at: call.node };
  },

  zip(call) {
    if (!call.count(2, 9, "1 to 8 tensors and an arrow")) return undefined;
    const last = call.args.length - 1;
    const list = call.sameShape(call.args.slice(0, last).map((_, k) => call.tensor(k)));
    if (list === undefined) return undefined;
    const dims = list.types[0]!.dims;
    const params = [
      ...list.types.map((t, k) => valueParam(t.element, `x${k}`)),
      ...indexParams(dims.length),
    ];
    const body = call.storedArrow(last, params);
    if (body === undefined) return undefined;
    return {
      kind: "map",
      inputs: list.exprs,
      body,
      type: tensorOf(body.type, dims),
      at: call.node,
    };
  },

  build(call) {
    if (!call.count(2, 2, "a list of extents and an arrow")) return undefined;
    const e = call.expr(0);
    if (e === undefined) return undefined;
    const list = e.kind === "tuple" ? e.elements : [e];
    if (list.length > MAX_RANK) {
      call.cx.report(say.rankLimit(list.length, call.cx.span(call.at(0))));
      return undefined;
    }
    const extents = list.map((one) => toIndex(call.cx, one, "an extent"));
    if (extents.some(isError)) return undefined;
    const dims = extents.map((one) => extentOf(call.cx, one));
    dims.forEach((d, k) => requireExtent(call.cx, d, `build, axis ${k}`, list[k]?.at ?? call.node));
    const body = call.storedArrow(1, indexParams(dims.length));
    if (body === undefined) return undefined;
    return { kind: "build", extents, body, type: tensorOf(body.type, dims), at: call.node };
  },

  stencil(call) {
    if (!call.count(3, 3, "a tensor, a boundary and an arrow")) return undefined;
    const list = call.tensors(0);
    const boundary = call.args[1];
    if (list === undefined || boundary === undefined) return undefined;
    if (boundary.kind !== "boundary") {
      if (isStatic(boundary) || !isError(boundary)) {
        call.cx.report(say.expectedBoundary(call.cx.span(call.at(1))));
      }
      return undefined;
    }
    const dims = list.types[0]!.dims;
    const accessors: Accessor[] = list.types.map((t, input) => ({
      name: accessorName(call.node.args[2], input),
      input,
      rank: dims.length,
      type: t.element,
    }));
    const values: Typed[] = [];
    if (boundary.mode === "zero" || boundary.mode === "constant") {
      for (const t of list.types) {
        const value =
          boundary.value ?? makeLiteral(call.cx, zeroOf(t.element), t.element, boundary.at);
        values.push(coerce(call.cx, value, t.element, "the boundary's value"));
      }
      if (values.some(isError)) return undefined;
    }
    const params: LambdaParam[] = [
      ...accessors.map((accessor): LambdaParam => ({ kind: "accessor", accessor })),
      ...indexParams(dims.length),
    ];
    const copies = boundary.mode === "copy";
    const body = copies
      ? call.typedArrow(2, params, list.types[0]!.element)
      : call.storedArrow(2, params);
    if (body === undefined) return undefined;
    return {
      kind: "stencil",
      inputs: list.exprs,
      boundary: boundary.mode,
      values,
      accessors,
      body,
      type: tensorOf(body.type, dims),
      at: call.node,
    };
  },

  sum: reduction("sum"),
  prod: reduction("prod"),
  min: reduction("min"),
  max: reduction("max"),
  any: reduction("any"),
  all: reduction("all"),
  mean: reduction("mean"),
  argmin: reduction("argmin"),
  argmax: reduction("argmax"),

  dot(call) {
    if (!call.count(2, 2, "2 tensors")) return undefined;
    const list = call.sameShape([call.tensor(0), call.tensor(1)]);
    if (list === undefined) return undefined;
    const { cx, node } = call;
    const [x, y] = list.types.map((t, k): Variable => {
      return { name: k === 0 ? "x" : "y", type: t.element, mutable: false, at: node };
    }) as [Variable, Variable];
    const use = (variable: Variable): Typed => {
      return { kind: "variable", variable, type: variable.type, at: node };
    };
    const right = coerce(cx, use(y), x.type, "dot: the second tensor's elements");
    if (isError(right) || !requireNumbers(call, list.types[0]!.element)) return undefined;
    const value: Typed = { kind: "binary", op: "mul", left: use(x), right, type: x.type, at: node };
    const body: Lambda = {
      params: [x, y, ...indexVariables(list.types[0]!.dims.length, node)],
      body: { kind: "block", statements: [{ kind: "return", value, at: node }], at: node },
      type: x.type,
      at: node,
    };
    const type = tensorOf(x.type, list.types[0]!.dims);
    const product: Typed = { kind: "map", inputs: list.exprs, body, type, at: node };
    return { kind: "reduce", op: "sum", input: product, axis: undefined, type: x.type, at: node };
  },

  reduce(call) {
    if (!call.count(3, 4, "a tensor, an axis if one is meant, an init and an arrow"))
      return undefined;
    const t = call.tensor(0);
    if (t === undefined) return undefined;
    const alongAxis = call.args.length === 4;
    const axis = alongAxis ? call.axis(1, t.type.dims.length) : undefined;
    if (alongAxis && axis === undefined) return undefined;
    const k = alongAxis ? 2 : 1;
    const given = call.expr(k);
    if (given === undefined) return undefined;
    const init = coerce(call.cx, given, t.type.element, "the init of reduce");
    if (isError(init)) return undefined;
    const params = [valueParam(t.type.element, "acc"), valueParam(t.type.element, "x")];
    const body = call.typedArrow(k + 1, params, t.type.element);
    if (body === undefined) return undefined;
    const type = reducedType(t.type.element, t.type, axis);
    return { kind: "fold", input: t.expr, axis, init, body, type, at: call.node };
  },

  scan(call) {
    if (!call.count(3, 4, "a tensor, an init, an arrow and options")) return undefined;
    const t = call.tensor(0);
    const given = call.expr(1);
    if (t === undefined || given === undefined) return undefined;
    const rank = t.type.dims.length;
    const options = scanOptions(call, rank);
    if (options === undefined) return undefined;
    const declared = resolve(given.type);
    if (!isScalarish(declared)) {
      call.cx.report(
        say.notAssignable(
          "the init of scan",
          t.type.element,
          declared,
          call.cx.span(given.at),
          undefined,
        ),
      );
      return undefined;
    }
    // An init that is a plain literal takes the type of the elements if it can.
    const init =
      declared.kind === "var" && (scalarMask(declared) & scalarMask(t.type.element)) !== 0
        ? coerce(call.cx, given, t.type.element, "the init of scan")
        : storable(call.cx, given);
    const accumulator = resolve(init.type) as Scalarish;
    const params = [
      valueParam(accumulator, "acc"),
      valueParam(t.type.element, "x"),
      ...indexParams(rank),
    ];
    const body = call.typedArrow(2, params, accumulator);
    if (body === undefined) return undefined;
    const type = tensorOf(accumulator, t.type.dims);
    return { kind: "scan", input: t.expr, init, body, ...options, type, at: call.node };
  },

  histogram(call) {
    if (
      !call.count(3, 4, "tensors, the number of bins, an arrow for the bin and one for the weight")
    ) {
      return undefined;
    }
    const list = call.tensors(0);
    const count = call.expr(1);
    if (list === undefined || count === undefined) return undefined;
    const bins = toIndex(call.cx, count, "the number of bins");
    if (isError(bins)) return undefined;
    const extent = extentOf(call.cx, bins);
    requireExtent(call.cx, extent, "histogram, bins", call.at(1));
    const params = [
      ...list.types.map((t, k) => valueParam(t.element, `x${k}`)),
      ...indexParams(list.types[0]!.dims.length),
    ];
    const found = call.scalarArrow(2, params);
    const weight = call.args.length === 4 ? call.storedArrow(3, params) : undefined;
    if (found === undefined || (call.args.length === 4 && weight === undefined)) return undefined;
    if (weight !== undefined && !requireNumbers(call, weight.type as Scalarish)) return undefined;
    const bin = asIndex(call.cx, found);
    if (bin === undefined) return undefined;
    const type = tensorOf(weight?.type ?? I32, [extent]);
    return { kind: "histogram", inputs: list.exprs, bins, bin, weight, type, at: call.node };
  },

  iterate(call) {
    if (!call.count(3, 3, "a count, a state and an arrow")) return undefined;
    const given = call.expr(0);
    const state = call.expr(1);
    if (given === undefined || state === undefined) return undefined;
    const count = toIndex(call.cx, given, "the number of steps");
    if (isError(count)) return undefined;
    const states = state.kind === "tuple" ? state.elements : [state];
    const names = states.map((s, k) => valueParam(s.type, `x${k}`));
    const body = stateArrow(call, 2, names, state.type);
    if (body === undefined) return undefined;
    return { kind: "iterate", count, states, body, type: state.type, at: call.node };
  },

  iterateUntil(call) {
    if (!call.count(4, 4, "a state, an arrow, a condition and the most steps")) return undefined;
    const state = call.expr(0);
    const most = call.expr(3);
    if (state === undefined || most === undefined) return undefined;
    const limit = toIndex(call.cx, most, "the most steps");
    if (isError(limit)) return undefined;
    const body = stateArrow(call, 1, [valueParam(state.type, "x")], state.type);
    const done = applyArrow(
      call.cx,
      call.args[2],
      {
        pattern: call.name,
        params: [valueParam(state.type, "prev"), valueParam(state.type, "next")],
        level: "tensor",
        expected: { kind: "scalar", type: BOOL },
      },
      call.at(2),
    );
    if (body === undefined || done === undefined) return undefined;
    return { kind: "iterateUntil", state, body, done, limit, type: state.type, at: call.node };
  },
};

/** The arrow of an iteration: tensor code whose result has the type of the state. */
function stateArrow(
  call: PatternCall,
  k: number,
  params: readonly LambdaParam[],
  type: Ty,
): Lambda | undefined {
  const lambda = applyArrow(
    call.cx,
    call.args[k],
    { pattern: call.name, params, level: "tensor" },
    call.at(k),
  );
  if (lambda === undefined) return undefined;
  const what = `the next state of ${call.name}`;
  const statements = lambda.body.statements.map((s): Statement =>
    s.kind === "return" ? { ...s, value: coerce(call.cx, s.value, type, what) } : s,
  );
  return { ...lambda, body: { ...lambda.body, statements }, type };
}

function indexVariables(rank: number, at: Node): Variable[] {
  return Array.from({ length: rank }, (_, d) => ({
    name: `i${d}`,
    type: INDEX,
    mutable: false,
    at,
  }));
}

function accessorName(arrow: Expression | undefined, k: number): string {
  const pattern = arrow?.kind === "arrow" ? arrow.params[k]?.pattern : undefined;
  return pattern?.kind === "name" ? pattern.text : `c${k}`;
}

/** The zero of an element type, in the form its literals have. */
function zeroOf(element: Scalarish): number | bigint | boolean {
  const t = resolve(element);
  if (t.kind !== "scalar") return 0;
  if (t.name === "bool") return false;
  return t.name === "i64" || t.name === "u64" ? 0n : 0;
}

function requireNumbers(call: PatternCall, type: Scalarish): boolean {
  if (restrict(type, NUMBERS)) return true;
  call.cx.report(say.wrongOperand(call.name, "numbers", type, call.cx.span(call.node)));
  return false;
}

function reducedType(element: Scalarish, t: TensorTy, axis: number | undefined): Ty {
  if (axis === undefined) return element;
  const dims = t.dims.filter((_, d) => d !== axis);
  return dims.length === 0 ? element : tensorOf(element, dims);
}

function reduction(op: Reduction | "mean" | "argmin" | "argmax"): Make {
  return (call) => {
    if (!call.count(1, 2, "a tensor and an axis if one is meant")) return undefined;
    const t = call.tensor(0);
    if (t === undefined) return undefined;
    const along = call.args.length === 2;
    const axis = along ? call.axis(1, t.type.dims.length) : undefined;
    if (along && axis === undefined) return undefined;
    const { element } = t.type;
    const wanted = op === "any" || op === "all" ? "booleans" : op === "mean" ? "floats" : "numbers";
    const fits =
      wanted === "booleans"
        ? scalarMask(element) === scalarMask(BOOL)
        : restrict(element, wanted === "floats" ? FLOATS : NUMBERS);
    if (!fits) {
      call.cx.report(say.wrongOperand(op, wanted, element, call.cx.span(call.at(0))));
      return undefined;
    }
    const result = op === "argmin" || op === "argmax" ? I32 : element;
    const type = reducedType(result, t.type, axis);
    return { kind: "reduce", op, input: t.expr, axis, type, at: call.node };
  };
}

/** `sum(n, (p) => e)`. */
function rangeReduction(call: PatternCall): Typed {
  const given = call.expr(0);
  if (given === undefined) return errorAt(call.node);
  const count = toIndex(call.cx, given, "the number of terms");
  if (isError(count)) return errorAt(call.node);

  const lambda = applyArrow(
    call.cx,
    call.args[1],
    { pattern: call.name, params: [valueParam(INDEX, "p")], level: "scalar" },
    call.at(1),
  );

  const body = lambda === undefined ? undefined : call.scalarBody(lambda);
  if (body === undefined || !requireNumbers(call, body.type as Scalarish))
    return errorAt(call.node);
  const op = call.name as "sum" | "prod" | "min" | "max";
  return { kind: "range", op, count, body, type: body.type, at: call.node };
}

/** A lambda whose results become `index`. */
function asIndex(cx: Analysis, lambda: Lambda): Lambda | undefined {
  let ok = true;
  const visit = (s: Statement): Statement => {
    if (s.kind === "return") {
      const value = toIndex(cx, s.value, "a bin");
      if (isError(value)) ok = false;
      return { ...s, value };
    }
    if (s.kind === "block") return { ...s, statements: s.statements.map(visit) };
    if (s.kind === "if") {
      const consequent = { ...s.consequent, statements: s.consequent.statements.map(visit) };
      const alternate =
        s.alternate === undefined
          ? undefined
          : { ...s.alternate, statements: s.alternate.statements.map(visit) };
      return { ...s, consequent, alternate };
    }
    if (s.kind === "for" || s.kind === "while" || s.kind === "doWhile") {
      return { ...s, body: { ...s.body, statements: s.body.statements.map(visit) } };
    }
    return s;
  };
  const body = { ...lambda.body, statements: lambda.body.statements.map(visit) };
  return ok ? { ...lambda, body, type: INDEX } : undefined;
}

function scanOptions(
  call: PatternCall,
  rank: number,
): { axis: number; exclusive: boolean; reverse: boolean } | undefined {
  const known = ["axis", "exclusive", "reverse"];
  const options = { axis: 0, exclusive: false, reverse: false };
  const value = call.args.length === 4 ? call.expr(3) : undefined;
  if (call.args.length === 4 && value === undefined) return undefined;
  if (value !== undefined && value.kind !== "object") {
    call.cx.report(
      say.notConstant(
        "the options of scan",
        call.cx.span(call.at(3)),
        "write an object: `{ axis: 1 }`",
      ),
    );
    return undefined;
  }
  for (const { name, value: given } of value?.kind === "object" ? value.fields : []) {
    if (given.kind === "literal") call.cx.literals.delete(given);
    if (name === "axis") {
      const axis = resolveAxis(call.cx, tryConstant(call.cx, given), rank, given.at);
      if (axis === undefined) return undefined;
      options.axis = axis;
    } else if (name === "exclusive" || name === "reverse") {
      if (given.kind !== "literal" || typeof given.value !== "boolean") {
        call.cx.report(
          say.notConstant(`the option ${name}`, call.cx.span(given.at), "write `true` or `false`"),
        );
        return undefined;
      }
      options[name] = given.value;
    } else {
      call.cx.report(say.unknownOption(name, known, call.cx.span(given.at)));
      return undefined;
    }
  }
  if (value === undefined && rank === 0) {
    resolveAxis(call.cx, 0, rank, call.node);
    return undefined;
  }
  return options;
}
