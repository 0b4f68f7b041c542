/**
 * Analysis of one kernel: from the syntax tree to a typed tree and a signature.
 *
 * Invariants: what is returned has no unresolved types; every extent of a result is an expression
 * over named dimensions and parameters; the signature is that of the kernel for all extents, also
 * where the analysis is specialized to some.
 */
import {
  DiagnosticError,
  DiagnosticSink,
  dimNames,
  isDType,
  simplifyDim,
  type DimExpr,
  type KernelParam,
  type KernelResult,
  type KernelSignature,
  type ValueType,
} from "@strata/support";
import type { FunctionDeclaration, Module, Node } from "../syntax/ast.ts";
import { ParameterBinder, type Bindings } from "./bindings.ts";
import { checkCaptures } from "./captures.ts";
import { declareConstants } from "./constants.ts";
import { Analysis, Scope, type Frame, type Returns } from "./context.ts";
import { declaredDims, declaredType } from "./declared-types.ts";
import * as say from "./diagnostics.ts";
import { elaborateValue } from "./expressions.ts";
import { declareEntity, declareVariable, setFrameDims } from "./functions.ts";
import { finishTypes } from "./finish.ts";
import { elaborateBlock, elaborateBody } from "./statements.ts";
import type { BlockT, Variable } from "./tree.ts";
import { isOpaque, resolve, type Ty } from "./types.ts";

export type { ArgumentType, Bindings } from "./bindings.ts";

/** A kernel, ready to be emitted. */
export interface AnalyzedKernel {
  readonly name: string;
  readonly signature: KernelSignature;
  readonly params: readonly Variable[];
  readonly body: BlockT;
  readonly result: Ty;
  readonly module: Module;
  /** Extents that are fixed. */
  readonly dims: ReadonlyMap<string, number>;
}

/** Names of the exported functions, in order. */
export function kernelNames(module: Module): string[] {
  return module.functions.filter(({ exported }) => exported).map(({ name }) => name.text);
}

/** Analyzes one exported function; errors are thrown together as a `DiagnosticError`. */
export function analyzeKernel(
  module: Module,
  name: string,
  bindings: Bindings = {},
): AnalyzedKernel {
  const declaration = module.functions.find((fn) => fn.exported && fn.name.text === name);
  if (declaration === undefined) {
    throw new DiagnosticError(say.unknownKernel(name, kernelNames(module)));
  }
  const sink = new DiagnosticSink();
  const elaborate = { value: elaborateValue, body: elaborateBody, block: elaborateBlock };
  const cx = new Analysis(module, sink, elaborate);
  let analyzed: AnalyzedKernel | undefined;
  try {
    analyzed = new KernelAnalysis(cx, declaration, bindings).run();
  } catch (error) {
    // The call stack ended: expressions nested some thousand levels deep.
    if (!(error instanceof RangeError)) throw error;
    cx.report(say.tooDeep(cx.span(declaration.name)));
  }
  if (sink.hasErrors || analyzed === undefined) throw new DiagnosticError(sink.diagnostics);
  return analyzed;
}

class KernelAnalysis {
  readonly #cx: Analysis;
  readonly #declaration: FunctionDeclaration;
  readonly #binder: ParameterBinder;

  constructor(cx: Analysis, declaration: FunctionDeclaration, bindings: Bindings) {
    this.#cx = cx;
    this.#declaration = declaration;
    this.#binder = new ParameterBinder(cx, declaration, bindings);
  }

  run(): AnalyzedKernel | undefined {
    const cx = this.#cx;
    const declaration = this.#declaration;
    const { name, typeParams, returnType, body, doc } = declaration;
    const returns: Returns = { expected: undefined, adapt: undefined, type: undefined };
    const frame: Frame = {
      arrow: undefined,
      parent: undefined,
      level: "tensor",
      owner: name.text,
      loops: [],
      returns,
    };
    cx.moduleScope = moduleScope(cx, frame);
    const named = new Map<string, DimExpr>();
    for (const param of declaredDims(cx, typeParams)) {
      named.set(param.name.text, { kind: "dim", name: param.name.text });
    }
    setFrameDims(frame, named);
    const scope = new Scope(cx.moduleScope, frame);
    const { variables, params } = this.#parameters(scope, named);
    this.#checkNamed();
    if (returnType !== undefined) {
      returns.expected = declaredType(cx, returnType, { dims: named, parameter: false });
    }
    cx.calls.push({ name: name.text, node: declaration, at: declaration });
    const { block, type } = elaborateBody(cx, scope, body);
    cx.calls.pop();
    checkCaptures(cx);
    finishTypes(cx);
    const results = this.#results(type, returnType ?? name);
    if (results === undefined) return undefined;
    const signature: KernelSignature = {
      name: name.text,
      doc,
      params,
      ...results,
      dims: this.#binder.dims,
      checks: cx.checks,
    };
    const { module, dimValues: dims } = cx;
    const result = resolve(type);
    return { name: name.text, signature, params: variables, body: block, result, module, dims };
  }

  #parameters(
    scope: Scope,
    named: ReadonlyMap<string, DimExpr>,
  ): { variables: Variable[]; params: KernelParam[] } {
    const cx = this.#cx;
    const variables: Variable[] = [];
    const params: KernelParam[] = [];
    for (const param of this.#declaration.params) {
      const bound = this.#binder.bind(param, named, scope);
      if (bound === undefined) {
        const { pattern } = param;
        if (pattern.kind === "name") {
          declareEntity(cx, scope, pattern.text, { kind: "error" }, pattern);
        }
        continue;
      }
      variables.push(bound.variable);
      params.push({ name: bound.variable.name, type: bound.type, span: cx.span(param) });
      declareVariable(cx, scope, bound.variable);
    }
    return { variables, params };
  }

  /** A named dimension is the extent of some parameter. */
  #checkNamed(): void {
    const cx = this.#cx;
    // Parameters that were reported may have named it.
    if (cx.sink.hasErrors) return;
    for (const { name } of this.#declaration.typeParams) {
      if (!this.#binder.dims.includes(name.text)) {
        cx.report(say.unboundDimension(name.text, cx.span(name)));
      }
    }
  }

  #results(type: Ty, at: Node): { form: "single" | "object"; results: KernelResult[] } | undefined {
    const resolved = resolve(type);
    if (resolved.kind === "error") return undefined;
    if (resolved.kind !== "object") {
      const only = this.#resultType(resolved, "the result", at);
      return only && { form: "single", results: [{ name: undefined, type: only }] };
    }
    if (resolved.fields.length === 0) {
      this.#cx.report(say.resultForm(resolved, this.#cx.span(at)));
      return undefined;
    }
    const results: KernelResult[] = [];
    for (const { name, type: field } of resolved.fields) {
      const result = this.#resultType(resolve(field), `the result "${name}"`, at);
      if (result === undefined) return undefined;
      results.push({ name, type: result });
    }
    return { form: "object", results };
  }

  #resultType(type: Ty, what: string, at: Node): ValueType | undefined {
    const cx = this.#cx;
    if (type.kind === "scalar") return { kind: "scalar", dtype: type.name };
    if (type.kind !== "tensor") {
      if (type.kind !== "error") cx.report(say.resultForm(type, cx.span(at)));
      return undefined;
    }
    const element = resolve(type.element);
    if (element.kind !== "scalar" || !isDType(element.name)) return undefined;
    // An extent may be unknown because of what was reported.
    if (cx.sink.hasErrors) return undefined;
    const { dims } = this.#binder;
    const open = type.dims.some(
      (dim) => isOpaque(dim) || [...dimNames(dim).dims].some((name) => !dims.includes(name)),
    );
    if (open) {
      cx.report(say.resultExtent(what, cx.span(at)));
      return undefined;
    }
    return { kind: "tensor", dtype: element.name, dims: type.dims.map(simplifyDim) };
  }
}

/** The module's functions and constants. */
function moduleScope(cx: Analysis, frame: Frame): Scope {
  const scope = new Scope(undefined, frame);
  for (const declaration of cx.module.functions) {
    const { text } = declaration.name;
    declareEntity(cx, scope, text, { kind: "function", declaration }, declaration.name);
  }
  declareConstants(cx, scope);
  return scope;
}
