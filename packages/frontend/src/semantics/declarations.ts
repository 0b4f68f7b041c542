/** Declarations of local variables, arrows and other names. */
import type { BindingPattern, Declarator, Node, VariableStatement } from "../syntax/ast.ts";
import { isStatic, type Analysis, type Scope } from "./context.ts";
import { coerce, errorAt, fieldOf, isError, itemOf } from "./conversions.ts";
import { completeType, declaredType, type DeclaredType } from "./declared-types.ts";
import * as say from "./diagnostics.ts";
import { elaborateValue } from "./expressions.ts";
import { declareEntity, declareErrors, declareVariable, dimsInFrame } from "./functions.ts";
import { tryDim } from "./shapes.ts";
import type { StatementT, Typed, Variable } from "./tree.ts";
import { ANY_SCALAR, ERROR, resolve, type Ty } from "./types.ts";

/** `const` and `let`. */
export function declaration(cx: Analysis, scope: Scope, s: VariableStatement): StatementT[] {
  const mutable = s.keyword === "let";
  return s.declarators.flatMap((declarator): StatementT[] => {
    const { pattern, type, init } = declarator;
    const declared =
      type === undefined
        ? undefined
        : declaredType(cx, type, { dims: dimsInFrame(scope.frame), parameter: false });
    if (init === undefined) return uninitialized(cx, scope, declarator, declared, mutable);
    const given = elaborateValue(cx, scope, init, declared);
    if (isStatic(given)) {
      if (pattern.kind !== "name" || mutable) {
        cx.report(say.staticVariable(cx.text(pattern), cx.span(declarator)));
        declareErrors(cx, scope, pattern);
      } else {
        const named = given.kind === "closure" ? { ...given, name: pattern.text } : given;
        declareEntity(cx, scope, pattern.text, named, pattern);
      }
      return [];
    }
    let value: Typed = given;
    if (declared?.kind === "error" || declared?.kind === "static") {
      value = errorAt(init);
    } else if (declared !== undefined) {
      const expected = completeType(declared, resolve(value.type));
      value = coerce(cx, value, expected, `"${cx.text(pattern)}"`);
      // What is said of the variable's type holds even if this value does not fit.
      if (isError(value) && pattern.kind === "name" && declared.kind === "scalar") {
        declareVariable(cx, scope, { name: pattern.text, type: expected, mutable, at: pattern });
        return [];
      }
      // The variable has the extents that its annotation names.
      if (!isError(value)) return bind(cx, scope, pattern, value, expected, mutable);
    }
    return bind(cx, scope, pattern, value, value.type, mutable);
  });
}

/** A `let` that is assigned later. */
function uninitialized(
  cx: Analysis,
  scope: Scope,
  declarator: Declarator,
  declared: DeclaredType | undefined,
  mutable: boolean,
): StatementT[] {
  const { pattern } = declarator;
  const open = declared?.kind === "tensor" && declared.dims.includes(undefined);
  if (pattern.kind !== "name" || !mutable || open) {
    cx.report(say.needsInitializer(cx.text(pattern), cx.span(declarator)));
    declareErrors(cx, scope, pattern);
    return [];
  }
  const type = declared === undefined ? cx.fresh(ANY_SCALAR) : completeType(declared, ERROR);
  const variable: Variable = { name: pattern.text, type, mutable, at: pattern };
  declareVariable(cx, scope, variable);
  cx.unassigned = new Set([...cx.unassigned, variable]);
  return [{ kind: "declare", variable, init: undefined, at: declarator }];
}

function bind(
  cx: Analysis,
  scope: Scope,
  pattern: BindingPattern,
  init: Typed,
  type: Ty,
  mutable: boolean,
): StatementT[] {
  if (pattern.kind === "name") {
    const dim = mutable || isError(init) ? undefined : tryDim(init);
    const variable: Variable = { name: pattern.text, type, mutable, dim, at: pattern };
    declareVariable(cx, scope, variable);
    return [{ kind: "declare", variable, init, at: pattern }];
  }
  if (isError(init)) {
    declareErrors(cx, scope, pattern);
    return [];
  }
  return pattern.kind === "arrayPattern"
    ? bindElements(cx, scope, pattern, init, type, mutable)
    : bindFields(cx, scope, pattern, init, type, mutable);
}

/** The whole of a pattern's value, evaluated once; a literal list or object is in parts already. */
function wholeOf(init: Typed, type: Ty, at: Node): { use: Typed; declare: StatementT[] } {
  if (init.kind === "tuple" || init.kind === "object") return { use: init, declare: [] };
  const variable: Variable = { name: "parts", type, mutable: false, at };
  return {
    use: { kind: "variable", variable, type, at },
    declare: [{ kind: "declare", variable, init, at }],
  };
}

function bindElements(
  cx: Analysis,
  scope: Scope,
  pattern: BindingPattern & { kind: "arrayPattern" },
  init: Typed,
  type: Ty,
  mutable: boolean,
): StatementT[] {
  const resolved = resolve(type);
  const { elements } = pattern;
  const count = resolved.kind === "tuple" ? resolved.elements.length : 0;
  if (resolved.kind !== "tuple" || elements.length > count) {
    cx.report(say.wrongPattern(elements.length, resolved, cx.span(pattern)));
    declareErrors(cx, scope, pattern);
    return [];
  }
  const { use, declare } = wholeOf(init, type, pattern);
  const parts = elements.flatMap((name, k): StatementT[] => {
    if (name === undefined) return [];
    const part = itemOf(use, k, resolved.elements[k] ?? ERROR);
    const named = { kind: "name" as const, ...name };
    return bind(cx, scope, named, part, part.type, mutable);
  });
  return [...declare, ...parts];
}

function bindFields(
  cx: Analysis,
  scope: Scope,
  pattern: BindingPattern & { kind: "objectPattern" },
  init: Typed,
  type: Ty,
  mutable: boolean,
): StatementT[] {
  const resolved = resolve(type);
  const known = resolved.kind === "object" ? resolved.fields.map((field) => field.name) : [];
  const { use, declare } = wholeOf(init, type, pattern);
  const parts = pattern.fields.flatMap(({ property, binding }): StatementT[] => {
    if (!known.includes(property.text)) {
      cx.report(say.unknownProperty(property.text, "this value", known, cx.span(property)));
      declareEntity(cx, scope, binding.text, { kind: "error" }, binding);
      return [];
    }
    const part = fieldOf(use, property.text);
    return bind(cx, scope, { kind: "name", ...binding }, part, part.type, mutable);
  });
  return [...declare, ...parts];
}
