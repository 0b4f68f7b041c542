/** Expressions: from syntax to typed trees and static values. */
import { isScalarType, type ScalarType } from "@strata/support";
import type {
  BinaryExpression,
  CallExpression,
  Expression,
  IndexExpression,
  MemberExpression,
  Node,
  NumberLiteral,
} from "../syntax/ast.ts";
import { BUILTINS, isBuiltin } from "./builtins.ts";
import type { Analysis, Entity, Scope, StaticValue, Value } from "./context.ts";
import {
  errorAt,
  expectExpression,
  fieldOf,
  isError,
  itemOf,
  makeLiteral,
  toIndex,
} from "./conversions.ts";
import { constantExpression } from "./constants.ts";
import { importedName, type DeclaredType } from "./declared-types.ts";
import * as say from "./diagnostics.ts";
import { boundaryValue, callFunction, closureOf, dimsInFrame } from "./functions.ts";
import { conversion, mathCall, mathConstant, tryKernelFunction } from "./math.ts";
import { binary, conditional, unary } from "./operators.ts";
import { tryPattern } from "./patterns.ts";
import { tryConstant } from "./shapes.ts";
import type { BoundaryMode, ReadT, Typed } from "./tree.ts";
import {
  BOOL,
  FLOATS,
  INDEX,
  NUMBER_LITERALS,
  WIDE_INTEGERS,
  resolve,
  type TensorTy,
  type Ty,
} from "./types.ts";

/** An expression that must be a value at run time; `wanted` is what its place is declared as. */
export function expression(
  cx: Analysis,
  scope: Scope,
  node: Expression,
  wanted?: DeclaredType,
): Typed {
  return expectExpression(cx, elaborateValue(cx, scope, node, wanted), node);
}

/** Any expression. */
export function elaborateValue(
  cx: Analysis,
  scope: Scope,
  node: Expression,
  wanted?: DeclaredType,
): Value {
  switch (node.kind) {
    case "number":
      return numberLiteral(cx, node);
    case "bigint":
      return makeLiteral(cx, node.value, cx.fresh(WIDE_INTEGERS), node, cx.text(node));
    case "boolean":
      return makeLiteral(cx, node.value, BOOL, node);
    case "identifier":
      return name(cx, scope, node.name, node);
    case "unary":
      return unary(cx, node.op, expression(cx, scope, node.operand), node);
    case "binary":
      return binaryChain(cx, scope, node);
    case "conditional":
      return conditional(
        cx,
        expression(cx, scope, node.test),
        expression(cx, scope, node.consequent, wanted),
        expression(cx, scope, node.alternate, wanted),
        false,
        node,
      );
    case "call":
      return call(cx, scope, node, wanted);
    case "member":
      return member(cx, scope, node);
    case "index":
      return indexed(cx, scope, node);
    case "arrow":
      return closureOf(cx, scope, node);
    case "array": {
      const elements = node.elements.map((element, k) => {
        const part = wanted?.kind === "tuple" ? wanted.elements[k] : undefined;
        return expression(cx, scope, element, part);
      });
      if (elements.some(isError)) return errorAt(node);
      const type: Ty = { kind: "tuple", elements: elements.map((element) => element.type) };
      return { kind: "tuple", elements, type, at: node };
    }
    case "object":
      return objectLiteral(cx, scope, node, wanted);
    case "assignment":
    case "update":
      cx.report(say.assignmentInExpression(cx.span(node)));
      return errorAt(node);
    case "error":
      return errorAt(node);
  }
}

function numberLiteral(cx: Analysis, node: NumberLiteral): Typed {
  const decimal = !/^0[xXbBoO]/.test(node.raw) && /[.eE]/.test(node.raw);
  const mask = Number.isInteger(node.value) ? NUMBER_LITERALS : FLOATS;
  return makeLiteral(cx, node.value, cx.fresh(mask, decimal), node, node.raw);
}

/** `a + b + c …` without one level of recursion per operator. */
function binaryChain(cx: Analysis, scope: Scope, node: BinaryExpression): Typed {
  const chain: BinaryExpression[] = [];
  let first: Expression = node;
  while (first.kind === "binary") {
    chain.push(first);
    first = first.left;
  }
  let left = expression(cx, scope, first);
  for (const link of chain.toReversed()) {
    const right = expression(cx, scope, link.right);
    left = binary(cx, link.op, left, right, link);
  }
  return left;
}

function objectLiteral(
  cx: Analysis,
  scope: Scope,
  node: Expression & { kind: "object" },
  wanted: DeclaredType | undefined,
): Typed {
  const fields: { name: string; value: Typed }[] = [];
  for (const { name: field, value } of node.fields) {
    if (fields.some((one) => one.name === field.text)) {
      cx.report(say.duplicateName(field.text, cx.span(field)));
      continue;
    }
    const declared = wanted?.kind === "object" ? wanted.fields : [];
    const part = declared.find((one) => one.name === field.text);
    fields.push({ name: field.text, value: expression(cx, scope, value, part?.type) });
  }
  if (fields.some(({ value }) => isError(value))) return errorAt(node);
  const types = fields.map(({ name: field, value }) => ({ name: field, type: value.type }));
  return { kind: "object", fields, type: { kind: "object", fields: types }, at: node };
}

// Names

/** What a name stands for here; undefined if it was reported. */
export function lookup(cx: Analysis, scope: Scope, text: string, at: Node): Entity | undefined {
  const found = scope.lookup(text);
  if (found !== undefined) return found;
  const original = importedName(cx, text);
  if (isBuiltin(original)) return { kind: "builtin", name: original };
  if (dimsInFrame(scope.frame).has(text)) {
    cx.report(say.dimensionAsValue(text, cx.span(at)));
    return undefined;
  }
  const visible = [...scope.visibleNames(), ...BUILTINS];
  cx.report(say.unknownName(text, visible, cx.span(at)));
  return undefined;
}

function name(cx: Analysis, scope: Scope, text: string, at: Node): Value {
  if (text === "NaN" || text === "Infinity") {
    if (scope.lookup(text) === undefined) {
      return makeLiteral(cx, text === "NaN" ? NaN : Infinity, cx.fresh(FLOATS, true), at);
    }
  }
  const entity = lookup(cx, scope, text, at);
  return entity === undefined ? errorAt(at) : useEntity(cx, scope, entity, at);
}

/** The value of a name at a use. */
function useEntity(cx: Analysis, scope: Scope, entity: Entity, at: Node): Value {
  switch (entity.kind) {
    case "variable": {
      const { variable } = entity;
      if (cx.unassigned.has(variable)) cx.report(say.unassigned(variable.name, cx.span(at)));
      if (variable.mutable && entity.frame !== scope.frame) {
        let frame = scope.frame;
        while (frame.parent !== undefined && frame.parent !== entity.frame) frame = frame.parent;
        const { arrow, loops } = frame;
        if (arrow !== undefined) entity.captures.push({ arrow, use: at, loops });
      }
      return { kind: "variable", variable, type: variable.type, at };
    }
    case "constant":
      return constantExpression(cx, entity.value, at);
    case "builtin":
      return builtinValue(entity.name, at) ?? entity;
    case "error":
      return errorAt(at);
    default:
      return entity;
  }
}

const BOUNDARIES: ReadonlySet<string> = new Set(["clamp", "zero", "wrap", "reflect", "copy"]);

function isBoundaryName(text: string): text is BoundaryMode {
  return BOUNDARIES.has(text);
}

function builtinValue(text: string, at: Node): StaticValue | undefined {
  return isBoundaryName(text) ? boundaryValue(text, undefined, at) : undefined;
}

// Members and indices

/** The builtin that `x.name` is in a captured function whose imports were rewritten. */
function tryNamespaced(cx: Analysis, scope: Scope, node: MemberExpression): Entity | undefined {
  if (!cx.captured || node.object.kind !== "identifier") return undefined;
  if (scope.lookup(node.object.name) !== undefined || node.object.name === "Math") return undefined;
  return isBuiltin(node.name.text) ? { kind: "builtin", name: node.name.text } : undefined;
}

function isMath(scope: Scope, node: Expression): boolean {
  return node.kind === "identifier" && node.name === "Math" && scope.lookup("Math") === undefined;
}

function member(cx: Analysis, scope: Scope, node: MemberExpression): Value {
  const text = node.name.text;
  if (isMath(scope, node.object)) return mathConstant(cx, text, node);
  const namespaced = tryNamespaced(cx, scope, node);
  if (namespaced !== undefined) return useEntity(cx, scope, namespaced, node);
  const object = expression(cx, scope, node.object);
  const type = resolve(object.type);
  switch (type.kind) {
    case "error":
      return errorAt(node);
    case "tensor":
      if (text === "shape") return shapeOf(object, type, node);
      if (text === "at") cx.report(say.expectedValue("the method at", cx.span(node)));
      else reportProperty(cx, node, "a tensor", ["at", "shape"]);
      return errorAt(node);
    case "object": {
      const names = type.fields.map((field) => field.name);
      if (names.includes(text)) return { ...fieldOf(object, text) };
      reportProperty(cx, node, "this object", names);
      return errorAt(node);
    }
    default:
      reportProperty(cx, node, type.kind === "tuple" ? "a list" : "a scalar", []);
      return errorAt(node);
  }
}

function reportProperty(
  cx: Analysis,
  node: MemberExpression,
  owner: string,
  known: readonly string[],
): void {
  cx.report(say.unknownProperty(node.name.text, owner, known, cx.span(node.name)));
}

/** `t.shape`: a list of extents. */
function shapeOf(tensor: Typed, type: TensorTy, at: Node): Typed {
  const elements = type.dims.map((_, axis): Typed => ({
    kind: "extent",
    tensor,
    axis,
    type: INDEX,
    at,
  }));
  return {
    kind: "tuple",
    elements,
    type: { kind: "tuple", elements: elements.map(() => INDEX) },
    at,
  };
}

function indexed(cx: Analysis, scope: Scope, node: IndexExpression): Value {
  const object = expression(cx, scope, node.object);
  const type = resolve(object.type);
  if (type.kind === "error") return errorAt(node);
  if (type.kind !== "tuple") {
    cx.report(say.dynamicIndex(cx.span(node), type));
    return errorAt(node);
  }
  const index = expression(cx, scope, node.index);
  if (isError(index)) return errorAt(node);
  const position = tryConstant(cx, index);
  if (index.kind === "literal") cx.literals.delete(index);
  if (position === undefined) {
    cx.report(say.notConstant("a position in a list", cx.span(node.index)));
    return errorAt(node);
  }
  const element = type.elements[position];
  if (element === undefined) {
    cx.report(say.axisRange(position, type.elements.length, cx.span(node.index)));
    return errorAt(node);
  }
  return itemOf(object, position, element);
}

// Calls

function call(
  cx: Analysis,
  scope: Scope,
  node: CallExpression,
  wanted: DeclaredType | undefined,
): Value {
  if (node.typeArgs.length > 0) cx.report(say.typeArguments(cx.span(node)));
  const { callee } = node;
  if (callee.kind === "member") {
    if (isMath(scope, callee.object)) {
      return mathCall(cx, callee.name.text, expressions(cx, scope, node.args), node);
    }
    const namespaced = tryNamespaced(cx, scope, callee);
    if (namespaced?.kind === "builtin")
      return callBuiltin(cx, scope, namespaced.name, node, wanted);
    return methodCall(cx, scope, callee, node);
  }
  const value =
    callee.kind === "identifier"
      ? calledName(cx, scope, callee.name, callee)
      : elaborateValue(cx, scope, callee);
  switch (value.kind) {
    case "closure":
    case "function":
      return callFunction(cx, value, values(cx, scope, node.args), scope.frame.level, node);
    case "accessor":
      return readAccessor(cx, scope, value.accessor, node);
    case "builtin":
      return callBuiltin(cx, scope, value.name, node, wanted);
    case "boundary":
      cx.report(say.notCallable(`the boundary ${value.mode}`, cx.span(callee)));
      return errorAt(node);
    case "boundaries":
      cx.report(say.notCallable("a list of boundaries", cx.span(callee)));
      return errorAt(node);
    case "error":
      // The arguments are still looked at, so that several errors are found at once.
      values(cx, scope, node.args);
      return errorAt(node);
    default:
      if (!isError(value)) cx.report(say.notCallable("this value", cx.span(callee)));
      return errorAt(node);
  }
}

/** A called name: a boundary's name is not yet its value, for `constant(v)`. */
function calledName(cx: Analysis, scope: Scope, text: string, at: Node): Value {
  const entity = lookup(cx, scope, text, at);
  return entity === undefined ? errorAt(at) : useEntity(cx, scope, entity, at);
}

function expressions(cx: Analysis, scope: Scope, nodes: readonly Expression[]): Typed[] {
  return nodes.map((node) => expression(cx, scope, node));
}

function values(
  cx: Analysis,
  scope: Scope,
  nodes: readonly Expression[],
): { readonly value: Value; readonly at: Node }[] {
  return nodes.map((node) => ({ value: elaborateValue(cx, scope, node), at: node }));
}

function callBuiltin(
  cx: Analysis,
  scope: Scope,
  text: string,
  node: CallExpression,
  wanted: DeclaredType | undefined,
): Value {
  if (isScalarType(text)) return convertCall(cx, scope, text, node);
  if (text === "constant") {
    const args = expressions(cx, scope, node.args);
    const [value] = args;
    if (value === undefined || args.length !== 1) {
      cx.report(say.argumentCount("constant", "1 argument", args.length, cx.span(node)));
      return errorAt(node);
    }
    return isError(value) ? errorAt(node) : boundaryValue("constant", value, node);
  }
  const pattern = tryPattern(cx, scope, text, node, wanted);
  if (pattern !== undefined) return pattern;
  const result = tryKernelFunction(cx, text, expressions(cx, scope, node.args), node);
  if (result !== undefined) return result;
  cx.report(say.notCallable(`"${text}"`, cx.span(node.callee)));
  return errorAt(node);
}

function convertCall(cx: Analysis, scope: Scope, to: ScalarType, node: CallExpression): Typed {
  return conversion(cx, to, expressions(cx, scope, node.args), node);
}

/** `t.at(i, j)`. */
function methodCall(
  cx: Analysis,
  scope: Scope,
  callee: MemberExpression,
  node: CallExpression,
): Typed {
  const object = expression(cx, scope, callee.object);
  const type = resolve(object.type);
  const args = expressions(cx, scope, node.args);
  if (type.kind === "error") return errorAt(node);
  if (type.kind !== "tensor" || callee.name.text !== "at") {
    const known = type.kind === "tensor" ? ["at", "shape"] : [];
    reportProperty(cx, callee, type.kind === "tensor" ? "a tensor" : "this value", known);
    return errorAt(node);
  }
  const rank = type.dims.length;
  if (args.length !== rank) {
    const takes = `${rank} ${rank === 1 ? "index" : "indices"} (the tensor's rank)`;
    cx.report(say.argumentCount("at", takes, args.length, cx.span(node)));
    return errorAt(node);
  }
  const indices = args.map((arg) => toIndex(cx, arg, "at"));
  if (indices.some(isError)) return errorAt(node);
  return { kind: "at", tensor: object, indices, type: type.element, at: node };
}

/** `c(di, dj)`. */
function readAccessor(
  cx: Analysis,
  scope: Scope,
  accessor: ReadT["accessor"],
  node: CallExpression,
): Typed {
  const args = expressions(cx, scope, node.args);
  if (args.some(isError)) return errorAt(node);
  if (args.length !== accessor.rank) {
    const takes = `${accessor.rank} ${accessor.rank === 1 ? "offset" : "offsets"} (the tensor's rank)`;
    cx.report(say.argumentCount(accessor.name, takes, args.length, cx.span(node)));
    return errorAt(node);
  }
  const offsets: number[] = [];
  for (const arg of args) {
    const offset = tryConstant(cx, arg);
    if (arg.kind === "literal") cx.literals.delete(arg);
    if (offset === undefined) {
      const hint = "use literals, or counters of loops with literal bounds; else read `t.at(i, j)`";
      cx.report(say.notConstant("a stencil's offset", cx.span(arg.at), hint));
      return errorAt(node);
    }
    offsets.push(offset);
  }
  return { kind: "read", accessor, offsets, type: accessor.type, at: node };
}
