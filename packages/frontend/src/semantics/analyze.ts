/**
 * Analysis of one kernel: from the syntax tree to a typed tree and a signature.
 *
 * Invariants: what is returned has no unresolved types; every extent of a result is an expression
 * over named dimensions and parameters.
 */
import {
  DiagnosticError,
  DiagnosticSink,
  dimConst,
  integerRange,
  isDType,
  simplifyDim,
  dimNames,
  type DimExpr,
  type DType,
  type KernelParam,
  type KernelResult,
  type KernelSignature,
  type ScalarType,
  type ValueType,
} from "@strata/support";
import type { FunctionDeclaration, Module, Node } from "../syntax/ast.ts";
import { Analysis, Scope, type Frame } from "./context.ts";
import { declaredDims, declaredType, type DeclaredType } from "./declared-types.ts";
import * as say from "./diagnostics.ts";
import { elaborateValue } from "./expressions.ts";
import { declareVariable, setFrameDims } from "./functions.ts";
import { elaborateBody } from "./statements.ts";
import type { BlockT, Variable } from "./tree.ts";
import { defaultScalar, isOpaque, kindOf, resolve, scalarTy, type Ty } from "./types.ts";

/** The type of an actual argument; extents are known where they are to be fixed. */
export type ArgumentType =
  | { readonly kind: "scalar"; readonly dtype: ScalarType }
  | { readonly kind: "tensor"; readonly dtype: DType; readonly shape?: readonly number[] };

/** What a kernel is specialized to. */
export interface Bindings {
  /** By parameter; parameters without an annotation need one. */
  readonly args?: ReadonlyMap<string, ArgumentType>;
  /** Values of named dimensions. */
  readonly dims?: ReadonlyMap<string, number>;
}

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
  return module.functions.filter((f) => f.exported).map((f) => f.name.text);
}

/** Analyzes one exported function; errors are thrown together as a `DiagnosticError`. */
export function analyzeKernel(
  module: Module,
  name: string,
  bindings: Bindings = {},
): AnalyzedKernel {
  const declaration = module.functions.find((f) => f.exported && f.name.text === name);
  if (declaration === undefined) {
    throw new DiagnosticError(say.unknownKernel(name, kernelNames(module)));
  }
  const sink = new DiagnosticSink();
  const cx = new Analysis(module, sink, { value: elaborateValue, body: elaborateBody });
  const analyzed = new KernelAnalysis(cx, declaration, bindings).run();
  if (sink.errorCount > 0 || analyzed === undefined) throw new DiagnosticError(sink.diagnostics);
  return analyzed;
}

class KernelAnalysis {
  readonly #cx: Analysis;
  readonly #declaration: FunctionDeclaration;
  readonly #bindings: Bindings;
  readonly #dims: string[] = [];
  readonly #values = new Map<string, number>();

  constructor(cx: Analysis, declaration: FunctionDeclaration, bindings: Bindings) {
    this.#cx = cx;
    this.#declaration = declaration;
    this.#bindings = bindings;
  }

  run(): AnalyzedKernel | undefined {
    const cx = this.#cx;
    const declaration = this.#declaration;
    for (const [n, v] of this.#bindings.dims ?? []) this.#values.set(n, v);
    const frame: Frame = {
      arrow: undefined,
      parent: undefined,
      level: "tensor",
      owner: declaration.name.text,
      loops: [],
      returns: { expected: undefined, type: undefined },
    };
    cx.moduleScope = this.#moduleScope(frame);
    const named = new Map<string, DimExpr>();
    for (const { name } of declaredDims(cx, declaration.typeParams)) {
      named.set(name.text, { kind: "dim", name: name.text });
    }
    setFrameDims(frame, named);
    const scope = new Scope(cx.moduleScope, frame);
    const params: Variable[] = [];
    const signature: KernelParam[] = [];
    for (const param of declaration.params) {
      const made = this.#parameter(param, named);
      if (made === undefined) continue;
      params.push(made.variable);
      signature.push({ name: made.variable.name, type: made.type, span: cx.span(param) });
      declareVariable(cx, scope, made.variable);
    }
    for (const [n, v] of this.#values) cx.dimValues.set(n, v);
    if (declaration.returnType !== undefined) {
      const expected = declaredType(cx, declaration.returnType, { dims: named, parameter: false });
      (frame.returns as { expected: DeclaredType | undefined }).expected = expected;
    }
    cx.calls.push({ name: declaration.name.text, node: declaration, at: declaration });
    const { block, type } = elaborateBody(cx, scope, declaration.body);
    cx.calls.pop();
    this.#checkCaptures();
    finishTypes(cx);
    const results = this.#results(type, declaration.name);
    if (results === undefined) return undefined;
    return {
      name: declaration.name.text,
      signature: {
        name: declaration.name.text,
        doc: declaration.doc,
        params: signature,
        ...results,
        dims: this.#dims,
        checks: cx.checks.map((c) => ({
          ...c,
          left: this.#fixed(c.left),
          right: this.#fixed(c.right),
        })),
      },
      params,
      body: block,
      result: resolve(type),
      module: cx.module,
      dims: this.#values,
    };
  }

  /** The module's functions and constants. */
  #moduleScope(frame: Frame): Scope {
    const cx = this.#cx;
    const scope = new Scope(undefined, frame);
    for (const f of cx.module.functions) {
      if (!scope.declare(f.name.text, { kind: "function", declaration: f })) {
        cx.report(say.duplicateName(f.name.text, cx.span(f.name)));
      }
    }
    for (const statement of cx.module.constants) {
      for (const d of statement.declarators) {
        if (d.pattern.kind !== "name" || d.init === undefined) continue;
        const value = elaborateValue(cx, scope, d.init);
        const declared =
          d.type === undefined
            ? undefined
            : declaredType(cx, d.type, { dims: new Map(), parameter: true });
        const constant = constantOf(value);
        if (constant === undefined) {
          cx.report(
            say.notConstant(`"${d.pattern.text}"`, cx.span(d), "write a literal expression"),
          );
          scope.declare(d.pattern.text, { kind: "error" });
          continue;
        }
        scope.declare(d.pattern.text, {
          kind: "constant",
          value: constant.value,
          decimal: constant.decimal,
          type: declared?.kind === "scalar" ? declared.type : undefined,
        });
      }
    }
    return scope;
  }

  #parameter(
    param: FunctionDeclaration["params"][number],
    named: ReadonlyMap<string, DimExpr>,
  ): { variable: Variable; type: ValueType } | undefined {
    const cx = this.#cx;
    if (param.pattern.kind !== "name") {
      cx.report(say.parameterPattern(cx.span(param)));
      return undefined;
    }
    const name = param.pattern.text;
    const actual = this.#bindings.args?.get(name);
    const ty =
      param.type === undefined
        ? this.#boundType(name, actual, param)
        : this.#declaredParameter(name, param, named);
    if (ty === undefined) return undefined;
    if (ty.kind === "scalar") {
      if (actual !== undefined && (actual.kind !== "scalar" || actual.dtype !== ty.name)) {
        cx.report(say.boundType(name, ty.name, describe(actual), cx.span(param)));
      }
      const integer = kindOf(ty.name) === "int" || kindOf(ty.name) === "uint";
      const dim: DimExpr | undefined = integer ? { kind: "param", name } : undefined;
      const variable: Variable = { name, type: ty, mutable: false, dim, at: param };
      return { variable, type: { kind: "scalar", dtype: ty.name } };
    }
    if (ty.kind !== "tensor") {
      if (ty.kind !== "error") cx.report(say.parameterType(name, ty, cx.span(param)));
      return undefined;
    }
    const element = resolve(ty.element);
    const dtype = element.kind === "scalar" ? element.name : "f64";
    if (!isDType(dtype)) return undefined;
    if (actual !== undefined) this.#bindShape(name, dtype, ty.dims, actual, param);
    for (const d of ty.dims) {
      if (d.kind === "dim" && !this.#dims.includes(d.name)) this.#dims.push(d.name);
    }
    const variable: Variable = { name, type: ty, mutable: false, at: param };
    return { variable, type: { kind: "tensor", dtype, dims: ty.dims } };
  }

  #declaredParameter(
    name: string,
    param: FunctionDeclaration["params"][number],
    named: ReadonlyMap<string, DimExpr>,
  ): Ty | undefined {
    const declared = declaredType(this.#cx, param.type!, { dims: named, parameter: true });
    switch (declared.kind) {
      case "scalar":
        return declared.type;
      case "tensor": {
        const dims = declared.dims.filter((d) => d !== undefined);
        return dims.length === declared.dims.length
          ? { kind: "tensor", element: declared.element, dims }
          : undefined;
      }
      case "error":
        return undefined;
      default:
        this.#cx.report(
          say.parameterType(name, { kind: "tuple", elements: [] }, this.#cx.span(param)),
        );
        return undefined;
    }
  }

  /** The type of a parameter without an annotation: its argument's. */
  #boundType(name: string, actual: ArgumentType | undefined, at: Node): Ty | undefined {
    if (actual === undefined) {
      this.#cx.report(say.untypedParameter(name, this.#cx.span(at)));
      return undefined;
    }
    if (actual.kind === "scalar") return scalarTy(actual.dtype);
    const dims = (actual.shape ?? []).map((n) => dimConst(n));
    return { kind: "tensor", element: scalarTy(actual.dtype), dims };
  }

  #bindShape(
    name: string,
    dtype: DType,
    dims: readonly DimExpr[],
    actual: ArgumentType,
    at: Node,
  ): void {
    const cx = this.#cx;
    if (actual.kind !== "tensor" || actual.dtype !== dtype) {
      cx.report(say.boundType(name, `a tensor of ${dtype}`, describe(actual), cx.span(at)));
      return;
    }
    const { shape } = actual;
    if (shape === undefined) return;
    if (shape.length !== dims.length) {
      cx.report(
        say.boundType(name, `of rank ${dims.length}`, `of rank ${shape.length}`, cx.span(at)),
      );
      return;
    }
    dims.forEach((d, k) => {
      const n = shape[k]!;
      const known =
        d.kind === "const" ? d.value : d.kind === "dim" ? this.#values.get(d.name) : undefined;
      if (d.kind === "dim" && known === undefined) this.#values.set(d.name, n);
      else if (known !== undefined && known !== n) {
        const what = d.kind === "dim" ? `${d.name} = ${known}` : String(known);
        cx.report(
          say.extentMismatch(`the argument "${name}", axis ${k}`, what, String(n), cx.span(at)),
        );
      }
    });
  }

  /** An extent with the known dimensions put in. */
  #fixed(d: DimExpr): DimExpr {
    return simplifyDim(d);
  }

  #results(type: Ty, at: Node): { form: "single" | "object"; results: KernelResult[] } | undefined {
    const ty = resolve(type);
    if (ty.kind === "error") return undefined;
    if (ty.kind !== "object") {
      const one = this.#resultType(ty, "the result", at);
      return one && { form: "single", results: [{ name: undefined, type: one }] };
    }
    const results: KernelResult[] = [];
    for (const { name, type: field } of ty.fields) {
      const one = this.#resultType(resolve(field), `the result "${name}"`, at);
      if (one === undefined) return undefined;
      results.push({ name, type: one });
    }
    return { form: "object", results };
  }

  #resultType(ty: Ty, what: string, at: Node): ValueType | undefined {
    const cx = this.#cx;
    if (ty.kind === "scalar") return { kind: "scalar", dtype: ty.name };
    if (ty.kind !== "tensor") {
      if (ty.kind !== "error") cx.report(say.resultForm(ty, cx.span(at)));
      return undefined;
    }
    const element = resolve(ty.element);
    if (element.kind !== "scalar" || !isDType(element.name)) return undefined;
    const bad = ty.dims.some(
      (d) => isOpaque(d) || [...dimNames(d).dims].some((n) => !this.#dims.includes(n)),
    );
    if (bad) {
      cx.report(say.resultExtent(what, cx.span(at)));
      return undefined;
    }
    return { kind: "tensor", dtype: element.name, dims: ty.dims.map((d) => this.#fixed(d)) };
  }

  /** An arrow may read a `let` only if it is not assigned afterwards. */
  #checkCaptures(): void {
    const cx = this.#cx;
    for (const v of cx.variables) {
      for (const capture of v.captures) {
        const later = v.assignments.find(
          (a) =>
            a.at.start > capture.use.start ||
            a.loops.some((l) => capture.loops.includes(l) && !v.loops.includes(l)),
        );
        if (later !== undefined) {
          cx.report(say.closureReads(v.variable.name, cx.span(capture.use), cx.span(later.at)));
        }
      }
    }
  }
}

function describe(a: ArgumentType): string {
  return a.kind === "scalar" ? `a scalar ${a.dtype}` : `a tensor of ${a.dtype}`;
}

/** The literal a constant expression is: a literal, or one with a sign. */
function constantOf(
  value: ReturnType<typeof elaborateValue>,
): { value: number | bigint | boolean; decimal: boolean } | undefined {
  if (value.kind === "literal") {
    const t = value.type;
    return { value: value.value, decimal: t.kind === "var" && t.decimal };
  }
  if (value.kind === "unary" && value.op === "neg") {
    const inner = constantOf(value.operand);
    if (inner === undefined || typeof inner.value === "boolean") return undefined;
    return { ...inner, value: -inner.value };
  }
  if (value.kind === "binary") {
    const [l, r] = [constantOf(value.left), constantOf(value.right)];
    if (typeof l?.value !== "number" || typeof r?.value !== "number") return undefined;
    const [a, b] = [l.value, r.value];
    const results: Partial<Record<typeof value.op, number>> = {
      add: a + b,
      sub: a - b,
      mul: a * b,
      div: a / b,
      pow: a ** b,
    };
    const n = results[value.op];
    return n === undefined ? undefined : { value: n, decimal: l.decimal || r.decimal };
  }
  return undefined;
}

/** Fixes what no use has fixed, and checks that literals fit their types. */
function finishTypes(cx: Analysis): void {
  for (const v of cx.typeVariables) if (v.link === undefined) defaultScalar(v);
  for (const literal of cx.literals) {
    const t = resolve(literal.type);
    if (t.kind !== "scalar" || typeof literal.value === "boolean") continue;
    const kind = kindOf(t.name);
    if (kind !== "int" && kind !== "uint") continue;
    if (typeof literal.value === "number" && !Number.isInteger(literal.value)) continue;
    const name = t.name === "index" ? "i64" : t.name;
    if (!isDType(name)) continue;
    const { min, max } = integerRange(name);
    const v = BigInt(literal.value);
    // A hexadecimal literal may name all bits of a signed type; a minus may stand in front.
    const bits = cx.rawText.get(literal)?.startsWith("0x") === true;
    const top = bits ? max - min : kind === "int" ? -min : max;
    if (v < min || v > top) {
      const text = cx.text(literal.at);
      cx.report(say.literalRange(text, t.name, `${min} … ${max}`, cx.span(literal.at)));
    }
  }
}
