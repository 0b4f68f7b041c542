/**
 * Values of the language during emission: one of the IR, or several with positions or names.
 *
 * Invariant: the flat form lists the parts in the order of the type: positions, then fields as
 * the object's type lists them.
 */
import type { Value } from "@strata/ir";
import type { Variable } from "../semantics/tree.ts";
import { resolve, type Ty } from "../semantics/types.ts";

export type Val =
  | { readonly kind: "one"; readonly value: Value }
  | { readonly kind: "tuple"; readonly elements: readonly Val[] }
  | { readonly kind: "object"; readonly fields: ReadonlyMap<string, Val> };

/** What the variables hold at a place; undefined for one that was declared without a value. */
export type Env = Map<Variable, Val | undefined>;

/** A single value of the IR. */
export function one(value: Value): Val {
  return { kind: "one", value };
}

/** The single value; an error for several. */
export function expectOne(val: Val): Value {
  if (val.kind !== "one") throw new Error("expected a single value");
  return val.value;
}

/** The parts of a value of a type, in the type's order. */
export function flatten(val: Val, type: Ty): Value[] {
  if (val.kind === "one") return [val.value];
  const resolved = resolve(type);
  if (val.kind === "tuple" && resolved.kind === "tuple") {
    return val.elements.flatMap((element, k) => flatten(element, expectType(resolved.elements[k])));
  }
  if (val.kind === "object" && resolved.kind === "object") {
    return resolved.fields.flatMap(({ name, type: field }) => {
      const part = val.fields.get(name);
      if (part === undefined) throw new Error(`no field ${name}`);
      return flatten(part, field);
    });
  }
  throw new Error("a value is not of the form of its type");
}

/** The types of the parts of a value, in the same order. */
export function flatTypes(type: Ty): Ty[] {
  const resolved = resolve(type);
  if (resolved.kind === "tuple") return resolved.elements.flatMap(flatTypes);
  if (resolved.kind === "object") return resolved.fields.flatMap((field) => flatTypes(field.type));
  return [resolved];
}

/** The value of a type that has the given parts. */
export function unflatten(type: Ty, parts: readonly Value[]): Val {
  let next = 0;
  const take = (part: Ty): Val => {
    const resolved = resolve(part);
    if (resolved.kind === "tuple") return { kind: "tuple", elements: resolved.elements.map(take) };
    if (resolved.kind === "object") {
      const fields = resolved.fields.map(({ name, type: field }) => [name, take(field)] as const);
      return { kind: "object", fields: new Map(fields) };
    }
    const value = parts[next++];
    if (value === undefined) throw new Error("too few values");
    return one(value);
  };
  return take(type);
}

function expectType(type: Ty | undefined): Ty {
  if (type === undefined) throw new Error("a value has more parts than its type");
  return type;
}
