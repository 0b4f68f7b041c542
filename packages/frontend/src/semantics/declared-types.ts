/**
 * Types as written, made into types of the analysis.
 *
 * Invariant: an extent written `Dim` is undefined in a declared type: it agrees with any extent
 * and is taken from the value.
 */
import { DTYPES, dimConst, isDType, type DimExpr, type ScalarType } from "@strata/support";
import type { TypeAlias, TypeNode, TypeParameter } from "../syntax/ast.ts";
import type { Analysis } from "./context.ts";
import * as say from "./diagnostics.ts";
import { isScalarName, scalarTy, type Scalarish, type Ty } from "./types.ts";

/** What an annotation says. */
export type DeclaredType =
  | { readonly kind: "scalar"; readonly type: Scalarish }
  | {
      readonly kind: "tensor";
      readonly element: Scalarish;
      readonly dims: readonly (DimExpr | undefined)[];
    }
  | { readonly kind: "tuple"; readonly elements: readonly DeclaredType[] }
  | {
      readonly kind: "object";
      readonly fields: readonly { readonly name: string; readonly type: DeclaredType }[];
    }
  /** `Boundary`, `Accessor`: known when compiled. */
  | { readonly kind: "static" }
  | { readonly kind: "error" };

/** Names that types may use. */
export interface TypeScope {
  /** Dimensions by name. */
  readonly dims: ReadonlyMap<string, DimExpr>;
  /** Types that parameters of an alias stand for. */
  readonly args?: ReadonlyMap<string, TypeNode> | undefined;
  /** Where the arguments of an alias are read. */
  readonly outer?: TypeScope | undefined;
  /** A parameter's type: `Dim` is refused. */
  readonly parameter: boolean;
}

const ERROR: DeclaredType = { kind: "error" };
const TYPE_NAMES = [...DTYPES, "index", "Tensor", "Dim", "Boundary", "Accessor"];
const INEXACT = new Set(["number", "bigint", "boolean", "string", "object", "any", "unknown"]);
const NOTHING = new Set(["void", "null", "undefined", "never", "this"]);

function aliasOf(cx: Analysis, name: string): TypeAlias | undefined {
  return cx.module.aliases.find((alias) => alias.name.text === name);
}

/** The type an annotation stands for. */
export function declaredType(
  cx: Analysis,
  node: TypeNode,
  scope: TypeScope,
  depth: number = 0,
): DeclaredType {
  switch (node.kind) {
    case "error":
      return ERROR;
    case "tuple":
      return {
        kind: "tuple",
        elements: node.elements.map((element) => declaredType(cx, element, scope, depth)),
      };
    case "object":
      return {
        kind: "object",
        fields: node.fields.map(({ name, type }) => ({
          name: name.text,
          type: declaredType(cx, type, scope, depth),
        })),
      };
    case "array":
    case "literal":
    case "function": {
      const what = node.kind === "literal" ? String(node.value) : cx.text(node);
      cx.report(say.unknownType(what, [], cx.span(node)));
      return ERROR;
    }
    case "reference":
      break;
  }
  const { name, args } = node;
  const substituted = scope.args?.get(name);
  if (substituted !== undefined && args.length === 0) {
    return declaredType(cx, substituted, scope.outer ?? scope, depth);
  }
  const alias = aliasOf(cx, name);
  if (alias !== undefined) return aliasedType(cx, alias, node, scope, depth);
  const imported = importedName(cx, name);
  if (isScalarName(imported)) {
    return args.length === 0 ? scalarDeclared(imported) : arity(cx, node, "no type arguments");
  }
  if (imported === "Tensor") return tensorType(cx, node, scope, depth);
  if (imported === "Boundary" || imported === "Accessor") return { kind: "static" };
  if (cx.wrongTypeParameters.has(name)) return ERROR;
  if (scope.dims.has(name) || imported === "Dim") {
    cx.report(say.dimensionAsValue(name, cx.span(node)));
  } else if (INEXACT.has(name) || NOTHING.has(name)) {
    cx.report(say.numberType(name, cx.span(node)));
  } else {
    const known = [...TYPE_NAMES, ...cx.module.aliases.map((one) => one.name.text)];
    cx.report(say.unknownType(name, known, cx.span(node)));
  }
  return ERROR;
}

function scalarDeclared(name: ScalarType): DeclaredType {
  return { kind: "scalar", type: scalarTy(name) };
}

/** The original name of an imported one. */
export function importedName(cx: Analysis, local: string): string {
  for (const { names } of cx.module.imports) {
    const found = names.find((one) => one.local.text === local);
    if (found !== undefined) return found.imported.text;
  }
  return local;
}

function arity(cx: Analysis, node: TypeNode & { kind: "reference" }, takes: string): DeclaredType {
  const { name, args } = node;
  cx.report(say.argumentCount(`the type ${name}`, takes, args.length, cx.span(node)));
  return ERROR;
}

function aliasedType(
  cx: Analysis,
  alias: TypeAlias,
  node: TypeNode & { kind: "reference" },
  scope: TypeScope,
  depth: number,
): DeclaredType {
  if (depth > 20) {
    cx.report(say.recursion([alias.name.text, alias.name.text], cx.span(alias.name)));
    return ERROR;
  }
  const { params } = alias;
  if (params.length !== node.args.length) {
    const takes = params.length === 1 ? "1 type argument" : `${params.length} type arguments`;
    return arity(cx, node, takes);
  }
  const args = new Map<string, TypeNode>();
  params.forEach((param, k) => {
    const arg = node.args[k];
    if (arg !== undefined) args.set(param.name.text, arg);
  });
  const inner = { dims: scope.dims, args, outer: scope, parameter: scope.parameter };
  return declaredType(cx, alias.type, inner, depth + 1);
}

function tensorType(
  cx: Analysis,
  node: TypeNode & { kind: "reference" },
  scope: TypeScope,
  depth: number,
): DeclaredType {
  const [elementNode, shapeNode] = node.args;
  if (node.args.length !== 2 || elementNode === undefined || shapeNode === undefined) {
    return arity(cx, node, "an element type and a shape, as in Tensor<f32, [n, m]>,");
  }
  const element = declaredType(cx, elementNode, scope, depth);
  const shape = substitute(shapeNode, scope);
  if (shape.node.kind !== "tuple") {
    if (shape.node.kind !== "error") {
      cx.report(say.unknownType(cx.text(shapeNode), [], cx.span(shapeNode)));
    }
    return ERROR;
  }
  const { elements } = shape.node;
  if (elements.length > 6) {
    cx.report(say.rankLimit(elements.length, cx.span(shapeNode)));
    return ERROR;
  }
  const dims = elements.map((one) => declaredDim(cx, one, shape.scope));
  if (element.kind !== "scalar") {
    if (element.kind !== "error") {
      cx.report(
        say.wrongOperand("Tensor", "a scalar type first", { kind: "error" }, cx.span(elementNode)),
      );
    }
    return ERROR;
  }
  const { type } = element;
  if (type.kind === "scalar" && !isDType(type.name)) {
    const hint = "positions are stored as i32 or i64";
    cx.report(say.wrongOperand("Tensor", "an element type", type, cx.span(elementNode), hint));
    return ERROR;
  }
  if (dims.includes(null)) return ERROR;
  return { kind: "tensor", element: type, dims: dims.map((dim) => dim ?? undefined) };
}

/** What a parameter of an alias stands for, with the scope to read it in. */
function substitute(node: TypeNode, scope: TypeScope): { node: TypeNode; scope: TypeScope } {
  if (node.kind !== "reference" || node.args.length > 0) return { node, scope };
  const arg = scope.args?.get(node.name);
  return arg === undefined ? { node, scope } : substitute(arg, scope.outer ?? scope);
}

/** An extent in a type; undefined for `Dim`, null if it was reported. */
function declaredDim(cx: Analysis, given: TypeNode, given_: TypeScope): DimExpr | undefined | null {
  const { node, scope } = substitute(given, given_);
  if (node.kind === "literal") {
    if (Number.isSafeInteger(node.value) && node.value >= 0) return dimConst(node.value);
    cx.report(say.negativeExtent(String(node.value), cx.span(node)));
    return null;
  }
  if (node.kind === "reference" && node.args.length === 0) {
    const dim = scope.dims.get(node.name);
    if (dim !== undefined) return dim;
    if (importedName(cx, node.name) === "Dim") {
      if (!scope.parameter) return undefined;
      cx.report(say.anyExtentInParameter(cx.span(node)));
      return null;
    }
    const known = [...scope.dims.keys(), "Dim"];
    cx.report(say.unknownName(node.name, known, cx.span(node)));
    return null;
  }
  if (node.kind !== "error") cx.report(say.unknownType(cx.text(node), [], cx.span(node)));
  return null;
}

/** The dimensions that a function's type parameters name. */
export function declaredDims(
  cx: Analysis,
  params: readonly TypeParameter[],
): readonly TypeParameter[] {
  const dims: TypeParameter[] = [];
  for (const param of params) {
    const { constraint, name } = param;
    const named = constraint?.kind === "reference" ? importedName(cx, constraint.name) : undefined;
    if (dims.some((one) => one.name.text === name.text)) {
      cx.report(say.duplicateName(name.text, cx.span(name)));
    } else if (named === "Dim" || constraint?.kind === "error") {
      dims.push(param);
    } else {
      cx.report(say.notDimConstraint(name.text, cx.span(param)));
      cx.wrongTypeParameters.add(name.text);
      dims.push(param);
    }
  }
  return dims;
}

/** The type of a value that an annotation describes, with open extents from the value's type. */
export function completeType(declared: DeclaredType, actual: Ty): Ty {
  switch (declared.kind) {
    case "scalar":
      return declared.type;
    case "tensor": {
      const given = actual.kind === "tensor" ? actual.dims : [];
      const dims = declared.dims.map((dim, axis) => dim ?? given[axis] ?? dimConst(0));
      return { kind: "tensor", element: declared.element, dims };
    }
    case "tuple": {
      const given = actual.kind === "tuple" ? actual.elements : [];
      const elements = declared.elements.map((element, k) =>
        completeType(element, given[k] ?? { kind: "error" }),
      );
      return { kind: "tuple", elements };
    }
    case "object": {
      const given = actual.kind === "object" ? actual.fields : [];
      const fields = declared.fields.map(({ name, type }) => {
        const field = given.find((one) => one.name === name);
        return { name, type: completeType(type, field?.type ?? { kind: "error" }) };
      });
      return { kind: "object", fields };
    }
    case "static":
    case "error":
      return { kind: "error" };
  }
}
