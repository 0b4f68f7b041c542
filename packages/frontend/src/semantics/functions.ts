/**
 * Inlining: helpers, local arrows, and the arrows of patterns.
 *
 * Invariants: a call never runs its callee twice at a time (recursion is reported); loops outside
 * a top-level function do not surround its body.
 */
import type { DimExpr } from "@strata/support";
import type { ArrowFunction, BindingPattern, Node, Parameter } from "../syntax/ast.ts";
import {
  MAX_INLINED,
  Scope,
  isStatic,
  type AccessorEntity,
  type Analysis,
  type BoundaryEntity,
  type ClosureEntity,
  type Entity,
  type Frame,
  type FunctionEntity,
  type Level,
  type Returns,
  type Value,
  type VariableEntity,
} from "./context.ts";
import { coerce, errorAt, expectExpression } from "./conversions.ts";
import {
  completeType,
  declaredDims,
  declaredType,
  type DeclaredType,
  type TypeScope,
} from "./declared-types.ts";
import * as say from "./diagnostics.ts";
import { requireEqual, tryDim } from "./shapes.ts";
import type { BlockT, InlineT, Lambda, Typed, Variable } from "./tree.ts";
import { resolve, type Ty } from "./types.ts";

/** A function that can be inlined. */
export type Callable = FunctionEntity | ClosureEntity;

const NO_DIMS: ReadonlyMap<string, DimExpr> = new Map();

/** Dimensions that annotations of local variables and arrows may name, by function frame. */
const frameDims = new WeakMap<Frame, ReadonlyMap<string, DimExpr>>();

/** The dimensions that types may name in a frame. */
export function dimsInFrame(frame: Frame): ReadonlyMap<string, DimExpr> {
  let current: Frame | undefined = frame;
  while (current !== undefined) {
    const dims = frameDims.get(current);
    if (dims !== undefined) return dims;
    current = current.parent;
  }
  return NO_DIMS;
}

/** Sets the dimensions that types may name in a function's body. */
export function setFrameDims(frame: Frame, dims: ReadonlyMap<string, DimExpr>): void {
  frameDims.set(frame, dims);
}

/** Declares a variable in a scope; a name that is taken is reported. */
export function declareVariable(cx: Analysis, scope: Scope, variable: Variable): VariableEntity {
  const entity: VariableEntity = {
    kind: "variable",
    variable,
    frame: scope.frame,
    loops: cx.loops,
    assignments: [],
    captures: [],
  };
  declareEntity(cx, scope, variable.name, entity, variable.at);
  cx.variables.push(entity);
  return entity;
}

/** Declares any name. */
export function declareEntity(
  cx: Analysis,
  scope: Scope,
  name: string,
  entity: Entity,
  at: Node,
): void {
  if (!scope.declare(name, entity)) cx.report(say.duplicateName(name, cx.span(at)));
}

/** Declares the names of a pattern that was reported, so that their uses are not. */
export function declareErrors(cx: Analysis, scope: Scope, pattern: BindingPattern): void {
  const names =
    pattern.kind === "name"
      ? [pattern]
      : pattern.kind === "arrayPattern"
        ? pattern.elements.filter((element) => element !== undefined)
        : pattern.fields.map(({ binding }) => binding);
  for (const name of names) declareEntity(cx, scope, name.text, { kind: "error" }, name);
}

/** The one name of a parameter; a pattern is reported and gives undefined. */
export function parameterName(cx: Analysis, scope: Scope, param: Parameter): string | undefined {
  const { pattern } = param;
  if (pattern.kind === "name") return pattern.text;
  cx.report(say.parameterPattern(cx.span(param)));
  declareErrors(cx, scope, pattern);
  return undefined;
}

/** The name by which messages call a function. */
export function calleeName(callee: Callable): string {
  return callee.kind === "function" ? callee.declaration.name.text : callee.name;
}

/** What is common to declarations and arrows. */
function codeOf(callee: Callable): Pick<ArrowFunction, "params" | "returnType" | "body"> & Node {
  return callee.kind === "function" ? callee.declaration : callee.arrow;
}

/** Runs `inside` as the body of a callee; undefined if the call was refused. */
function entering<T>(cx: Analysis, callee: Callable, at: Node, inside: () => T): T | undefined {
  const code = codeOf(callee);
  const name = calleeName(callee);
  const open = cx.calls.findIndex(({ node }) => node === code);
  if (open >= 0) {
    const chain = [...cx.calls.slice(open).map((call) => call.name), name];
    cx.report(say.recursion(chain, cx.span(at)));
    return undefined;
  }
  if (++cx.inlined > MAX_INLINED) {
    if (cx.inlined === MAX_INLINED + 1) cx.report(say.tooLarge(MAX_INLINED, cx.span(at)));
    return undefined;
  }
  const { loops } = cx;
  cx.calls.push({ name, node: code, at });
  cx.loops = callee.kind === "function" ? [] : callee.loops;
  try {
    return inside();
  } finally {
    cx.calls.pop();
    cx.loops = loops;
  }
}

/** The frame of a callee's body. */
function frameOf(callee: Callable, level: Level, owner: string, returns: Returns): Frame {
  const closure = callee.kind === "closure" ? callee : undefined;
  return {
    arrow: closure?.arrow,
    parent: closure?.scope.frame,
    level,
    owner,
    loops: closure?.loops ?? [],
    returns,
  };
}

function outerScope(cx: Analysis, callee: Callable): Scope | undefined {
  return callee.kind === "closure" ? callee.scope : cx.moduleScope;
}

/** The dimensions of a function's type parameters, bound as its tensor arguments come. */
class DimBinder {
  readonly dims = new Map<string, DimExpr>();
  readonly #placeholders = new Map<string, DimExpr>();
  readonly #cx: Analysis;

  constructor(cx: Analysis, callee: Callable) {
    this.#cx = cx;
    const params = callee.kind === "function" ? callee.declaration.typeParams : [];
    for (const { name } of declaredDims(cx, params)) {
      this.#placeholders.set(name.text, { kind: "dim", name: name.text });
    }
  }

  typeScope(outer: ReadonlyMap<string, DimExpr>, parameter: boolean): TypeScope {
    return { dims: new Map([...outer, ...this.#placeholders, ...this.dims]), parameter };
  }

  /** Binds the dimensions that a parameter's type names to the extents of its argument. */
  bind(declared: DeclaredType, actual: Ty, what: string, at: Node): void {
    if (declared.kind !== "tensor" || actual.kind !== "tensor") return;
    if (declared.dims.length !== actual.dims.length) return;
    declared.dims.forEach((dim, axis) => {
      const extent = actual.dims[axis];
      if (dim === undefined || extent === undefined || dim.kind !== "dim") return;
      if (this.#placeholders.get(dim.name) !== dim) return;
      const bound = this.dims.get(dim.name);
      if (bound === undefined) this.dims.set(dim.name, extent);
      else requireEqual(this.#cx, bound, extent, `${what}, axis ${axis}`, at);
    });
  }

  /** A declared type with bound dimensions put in; `Dim` where one is not bound. */
  apply(declared: DeclaredType): DeclaredType {
    if (declared.kind !== "tensor") return declared;
    const dims = declared.dims.map((dim) =>
      dim?.kind === "dim" && this.#placeholders.get(dim.name) === dim
        ? this.dims.get(dim.name)
        : dim,
    );
    return { ...declared, dims };
  }
}

/** Binds an argument to a parameter in the callee's scope. */
function bindArgument(
  cx: Analysis,
  scope: Scope,
  param: Parameter,
  value: Value,
  binder: DimBinder,
  at: Node,
): { variable: Variable; value: Typed } | undefined {
  const name = parameterName(cx, scope, param);
  if (name === undefined) return undefined;
  const outer = scope.parent === undefined ? NO_DIMS : dimsInFrame(scope.parent.frame);
  const declared =
    param.type === undefined
      ? undefined
      : declaredType(cx, param.type, binder.typeScope(outer, true));
  if (isStatic(value) && (declared === undefined || declared.kind === "static")) {
    declareEntity(cx, scope, name, value, param);
    return undefined;
  }
  const given = expectExpression(cx, value, at);
  const what = `the argument "${name}"`;
  let bound = given;
  if (declared !== undefined && declared.kind !== "error") {
    const actual = resolve(given.type);
    binder.bind(declared, actual, what, given.at);
    bound = coerce(cx, given, completeType(binder.apply(declared), actual), what);
  }
  const dim = tryDim(bound);
  const variable: Variable = { name, type: bound.type, mutable: false, dim, at: param };
  declareVariable(cx, scope, variable);
  return { variable, value: bound };
}

/** A call of a helper or of a local arrow, inlined. */
export function callFunction(
  cx: Analysis,
  callee: Callable,
  args: readonly { readonly value: Value; readonly at: Node }[],
  level: Level,
  at: Node,
): Typed {
  const code = codeOf(callee);
  const name = calleeName(callee);
  const missing = callee.kind === "function" || args.length < code.params.length;
  if (args.length !== code.params.length && missing) {
    const count = code.params.length;
    const takes = count === 1 ? "1 argument" : `${count} arguments`;
    cx.report(say.argumentCount(name, takes, args.length, cx.span(at)));
    return errorAt(at);
  }
  const result = entering(cx, callee, at, (): Typed => {
    const binder = new DimBinder(cx, callee);
    const returns: Returns = { expected: undefined, adapt: undefined, type: undefined };
    const frame = frameOf(callee, level, name, returns);
    const scope = new Scope(outerScope(cx, callee), frame);
    const params: { variable: Variable; value: Typed }[] = [];
    code.params.forEach((param, k) => {
      const arg = args[k];
      if (arg === undefined) return;
      const bound = bindArgument(cx, scope, param, arg.value, binder, arg.at);
      if (bound !== undefined) params.push(bound);
    });
    const outer = scope.parent === undefined ? NO_DIMS : dimsInFrame(scope.parent.frame);
    const typeScope = binder.typeScope(outer, false);
    setFrameDims(frame, typeScope.dims);
    if (code.returnType !== undefined) {
      returns.expected = binder.apply(declaredType(cx, code.returnType, typeScope));
    }
    const { block, type } = cx.elaborate.body(cx, scope, code.body);
    if (resolve(type).kind === "error") return errorAt(at);
    const inline: InlineT = {
      kind: "inline",
      name,
      params,
      body: block,
      type,
      dim: dimOf(block),
      at,
    };
    return inline;
  });
  return result ?? errorAt(at);
}

/** The extent expression of a body that only returns one. */
function dimOf(block: BlockT): DimExpr | undefined {
  const [only] = block.statements;
  if (block.statements.length !== 1 || only?.kind !== "return") return undefined;
  return tryDim(only.value);
}

/** A parameter that a pattern gives to its arrow. */
export type LambdaParam =
  | { readonly kind: "value"; readonly type: Ty; readonly name: string }
  | (AccessorEntity & { readonly name?: never });

/** What a pattern wants of its arrow. */
export interface LambdaRequest {
  readonly pattern: string;
  readonly params: readonly LambdaParam[];
  readonly level: Level;
  /** What becomes of each result. */
  readonly adapt?: ((value: Typed) => Typed) | undefined;
}

/**
 * The arrow of a pattern, run once on parameters of the given types; all value parameters are in
 * the lambda, whether or not the arrow names them. Undefined if it was reported.
 */
export function applyArrow(
  cx: Analysis,
  value: Value | undefined,
  request: LambdaRequest,
  at: Node,
): Lambda | undefined {
  const { pattern, level } = request;
  if (value === undefined || (value.kind !== "closure" && value.kind !== "function")) {
    if (value === undefined || isStatic(value) || resolve(value.type).kind !== "error") {
      cx.report(say.expectedArrow(pattern, cx.span(at)));
    }
    return undefined;
  }
  const code = codeOf(value);
  if (code.params.length > request.params.length) {
    const most = request.params.length;
    cx.report(say.arrowParameters(pattern, most, code.params.length, cx.span(code)));
    return undefined;
  }
  return entering(cx, value, at, (): Lambda | undefined => {
    const binder = new DimBinder(cx, value);
    const outer = outerScope(cx, value);
    const outerDims = outer === undefined ? NO_DIMS : dimsInFrame(outer.frame);
    const returns: Returns = { expected: undefined, adapt: request.adapt, type: undefined };
    const frame = frameOf(value, level, pattern, returns);
    const scope = new Scope(outer, frame);
    const params: Variable[] = [];
    const conversions: { variable: Variable; value: Typed }[] = [];
    request.params.forEach((given, k) => {
      const param = code.params[k];
      const name = param === undefined ? undefined : parameterName(cx, scope, param);
      if (given.kind === "accessor") {
        if (param !== undefined && name !== undefined) declareEntity(cx, scope, name, given, param);
        return;
      }
      const variable: Variable = {
        name: name ?? given.name,
        type: given.type,
        mutable: false,
        at: param ?? code,
      };
      params.push(variable);
      if (param === undefined || name === undefined) return;
      if (param.type === undefined) {
        declareVariable(cx, scope, variable);
        return;
      }
      // An annotation may convert, as in `(i: i32) => …`.
      const use: Typed = { kind: "variable", variable, type: given.type, at: param };
      const bound = bindArgument(cx, scope, param, use, binder, param);
      if (bound !== undefined) conversions.push(bound);
    });
    const typeScope = binder.typeScope(outerDims, false);
    setFrameDims(frame, typeScope.dims);
    if (code.returnType !== undefined) {
      returns.expected = binder.apply(declaredType(cx, code.returnType, typeScope));
    }
    const { block, type } = cx.elaborate.body(cx, scope, code.body);
    if (resolve(type).kind === "error") return undefined;
    const declarations = conversions.map(({ variable, value: init }) => ({
      kind: "declare" as const,
      variable,
      init,
      at: variable.at,
    }));
    const statements = [...declarations, ...block.statements];
    return { params, body: { ...block, statements }, type, at: code };
  });
}

/** An arrow as written, not yet run. */
export function closureOf(cx: Analysis, scope: Scope, arrow: ArrowFunction): ClosureEntity {
  return { kind: "closure", name: "the arrow function", arrow, scope, loops: cx.loops };
}

/** A boundary as a static value. */
export function boundaryValue(
  mode: BoundaryEntity["mode"],
  value: Typed | undefined,
  at: Node,
): BoundaryEntity {
  return { kind: "boundary", mode, value, at };
}
