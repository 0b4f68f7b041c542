/**
 * Parameters of a kernel and the types of actual arguments.
 *
 * Invariants: a parameter without an annotation takes its type from its argument; extents that
 * arguments fix are known to the analysis, but stand in types by name.
 */
import {
  dimConst,
  dimName,
  isDType,
  type DimExpr,
  type DType,
  type ScalarType,
  type ValueType,
} from "@strata/support";
import type { FunctionDeclaration, Parameter } from "../syntax/ast.ts";
import type { Analysis, Scope } from "./context.ts";
import { declaredType } from "./declared-types.ts";
import * as say from "./diagnostics.ts";
import { parameterName } from "./functions.ts";
import type { Variable } from "./tree.ts";
import { ERROR, isIntegerType, resolve, scalarTy, type Ty } from "./types.ts";

/** The type of an actual argument. */
export type ArgumentType =
  | { readonly kind: "scalar"; readonly dtype: ScalarType }
  | {
      readonly kind: "tensor";
      readonly dtype: DType;
      /** Extents, undefined where they are left open. */
      readonly shape: readonly (number | undefined)[];
    };

/** What a kernel is specialized to. */
export interface Bindings {
  /** By parameter; parameters without an annotation need one. */
  readonly args?: ReadonlyMap<string, ArgumentType>;
  /** Values of named dimensions. */
  readonly dims?: ReadonlyMap<string, number>;
}

/** A parameter with its type. */
export interface BoundParameter {
  readonly variable: Variable;
  readonly type: ValueType;
}

export class ParameterBinder {
  readonly #cx: Analysis;
  readonly #args: ReadonlyMap<string, ArgumentType>;
  readonly #dims: string[] = [];

  constructor(cx: Analysis, { params, name }: FunctionDeclaration, bindings: Bindings) {
    this.#cx = cx;
    this.#args = bindings.args ?? new Map();
    for (const [dim, value] of bindings.dims ?? []) cx.dimValues.set(dim, value);
    const known = new Set(
      params.map(({ pattern }) => (pattern.kind === "name" ? pattern.text : "")),
    );
    for (const given of this.#args.keys()) {
      if (!known.has(given)) cx.report(say.unknownArgument(given, known, cx.span(name)));
    }
  }

  /** Named dimensions, in the order of their first use by a parameter. */
  get dims(): readonly string[] {
    return this.#dims;
  }

  /** A parameter's variable and type; undefined if it was reported. */
  bind(
    param: Parameter,
    named: ReadonlyMap<string, DimExpr>,
    scope: Scope,
  ): BoundParameter | undefined {
    const cx = this.#cx;
    const name = parameterName(cx, scope, param);
    if (name === undefined) return undefined;
    const argument = this.#args.get(name);
    const type =
      param.type === undefined
        ? this.#argumentType(name, argument, param)
        : this.#declaredType(name, param, named);
    switch (type.kind) {
      case "error":
        return undefined;
      case "scalar": {
        if (argument !== undefined && !isScalarOf(argument, type.name)) {
          cx.report(say.boundType(name, type.name, describe(argument), cx.span(param)));
        }
        const dim: DimExpr | undefined = isIntegerType(type.name)
          ? { kind: "param", name }
          : undefined;
        const variable: Variable = { name, type, mutable: false, dim, at: param };
        return { variable, type: { kind: "scalar", dtype: type.name } };
      }
      case "tensor": {
        const element = resolve(type.element);
        if (element.kind !== "scalar" || !isDType(element.name)) return undefined;
        const { dims } = type;
        for (const dim of dims) {
          if (dim.kind === "dim" && !this.#dims.includes(dim.name)) this.#dims.push(dim.name);
        }
        if (argument !== undefined) this.#bindShape(name, element.name, dims, argument, param);
        const variable: Variable = { name, type, mutable: false, at: param };
        return { variable, type: { kind: "tensor", dtype: element.name, dims } };
      }
      default:
        cx.report(say.parameterType(name, type, cx.span(param)));
        return undefined;
    }
  }

  #declaredType(name: string, param: Parameter, named: ReadonlyMap<string, DimExpr>): Ty {
    const cx = this.#cx;
    if (param.type === undefined) return ERROR;
    const declared = declaredType(cx, param.type, { dims: named, parameter: true });
    switch (declared.kind) {
      case "scalar":
        return declared.type;
      case "tensor": {
        const dims = declared.dims.filter((dim) => dim !== undefined);
        return { kind: "tensor", element: declared.element, dims };
      }
      case "error":
        return ERROR;
      case "tuple":
      case "object":
      case "static":
        cx.report(say.parameterForm(name, cx.text(param.type), cx.span(param.type)));
        return ERROR;
    }
  }

  /** The type of a parameter without an annotation: its argument's. */
  #argumentType(name: string, argument: ArgumentType | undefined, param: Parameter): Ty {
    if (argument === undefined) {
      this.#cx.report(say.untypedParameter(name, this.#cx.span(param)));
      return ERROR;
    }
    if (argument.kind === "scalar") return scalarTy(argument.dtype);
    const dims = argument.shape.map((extent, axis) =>
      extent === undefined ? dimName(`${name}${axis}`) : dimConst(extent),
    );
    return { kind: "tensor", element: scalarTy(argument.dtype), dims };
  }

  /** Fixes named dimensions to the extents of an argument. */
  #bindShape(
    name: string,
    dtype: DType,
    dims: readonly DimExpr[],
    argument: ArgumentType,
    param: Parameter,
  ): void {
    const cx = this.#cx;
    const span = cx.span(param);
    if (argument.kind !== "tensor" || argument.dtype !== dtype) {
      cx.report(say.boundType(name, `a tensor of ${dtype}`, describe(argument), span));
      return;
    }
    const { shape } = argument;
    if (shape.length !== dims.length) {
      const [wanted, given] = [dims.length, shape.length].map((rank) => `of rank ${rank}`);
      cx.report(say.boundType(name, wanted ?? "", given ?? "", span));
      return;
    }
    dims.forEach((dim, axis) => {
      const extent = shape[axis];
      if (extent === undefined || (dim.kind !== "dim" && dim.kind !== "const")) return;
      const known = dim.kind === "const" ? dim.value : cx.dimValues.get(dim.name);
      if (known === undefined && dim.kind === "dim") {
        cx.dimValues.set(dim.name, extent);
      } else if (known !== undefined && known !== extent) {
        const expected = dim.kind === "dim" ? `${dim.name} = ${known}` : String(known);
        const reason = `the argument "${name}", axis ${axis}`;
        cx.report(say.extentMismatch(reason, String(extent), expected, span));
      }
    });
  }
}

function isScalarOf(argument: ArgumentType, name: ScalarType): boolean {
  return argument.kind === "scalar" && argument.dtype === name;
}

function describe(argument: ArgumentType): string {
  if (argument.kind === "scalar") return `a scalar of type ${argument.dtype}`;
  return `a tensor of ${argument.dtype}`;
}
