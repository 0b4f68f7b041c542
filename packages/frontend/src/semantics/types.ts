/**
 * Types during analysis, and their unification.
 *
 * Invariants: only scalars have type variables; a variable's `mask` is the set of scalar types it
 * may still become and is never empty; `resolve` follows links to the end.
 */
import {
  dtypeInfo,
  isScalarType,
  printDim,
  type DimExpr,
  type DTypeKind,
  type ScalarType,
} from "@strata/support";

/** A known scalar type. */
export interface ScalarTy {
  readonly kind: "scalar";
  readonly name: ScalarType;
}

/** A scalar type that uses will fix. */
export interface VarTy {
  readonly kind: "var";
  /** Bits of `maskOf`. */
  mask: number;
  /** Some literal in it was written with a point or an exponent. */
  decimal: boolean;
  link: ScalarTy | VarTy | undefined;
}

/** A scalar type, known or not. */
export type Scalarish = ScalarTy | VarTy;

export interface TensorTy {
  readonly kind: "tensor";
  readonly element: Scalarish;
  readonly dims: readonly DimExpr[];
}

export interface TupleTy {
  readonly kind: "tuple";
  readonly elements: readonly Ty[];
}

export interface ObjectTy {
  readonly kind: "object";
  readonly fields: readonly { readonly name: string; readonly type: Ty }[];
}

/** Of something that has been reported: agrees with everything. */
export interface ErrorTy {
  readonly kind: "error";
}

export type Ty = Scalarish | TensorTy | TupleTy | ObjectTy | ErrorTy;

const ORDER: readonly ScalarType[] = [
  "bool",
  "i8",
  "i16",
  "i32",
  "i64",
  "u8",
  "u16",
  "u32",
  "u64",
  "f16",
  "bf16",
  "f32",
  "f64",
  "index",
];

const SCALARS: ReadonlyMap<ScalarType, ScalarTy> = new Map(
  ORDER.map((name) => [name, { kind: "scalar", name }]),
);

/** The type of that name. */
export function scalarTy(name: ScalarType): ScalarTy {
  return SCALARS.get(name) ?? { kind: "scalar", name };
}

export const ERROR: ErrorTy = { kind: "error" };
export const BOOL: ScalarTy = scalarTy("bool");
export const I32: ScalarTy = scalarTy("i32");
export const INDEX: ScalarTy = scalarTy("index");

/** The mask of some scalar types. */
export function maskOf(...names: readonly ScalarType[]): number {
  let mask = 0;
  for (const name of names) mask |= 1 << ORDER.indexOf(name);
  return mask;
}

export const FLOATS: number = maskOf("f16", "bf16", "f32", "f64");
const WIDE = maskOf("i64", "u64");
const NARROW = maskOf("i8", "i16", "i32", "u8", "u16", "u32", "index");
export const INTEGERS: number = WIDE | NARROW;
export const NUMBERS: number = INTEGERS | FLOATS;
export const ANY_SCALAR: number = NUMBERS | maskOf("bool");
export const WIDE_INTEGERS: number = WIDE;
/** What a number literal may be; `i64` and `u64` are bigints. */
export const NUMBER_LITERALS: number = NARROW | FLOATS;

/** A new variable. */
export function freshVar(mask: number, decimal: boolean = false): VarTy {
  return { kind: "var", mask, decimal, link: undefined };
}

/** The representative of a scalar type. */
export function resolveScalar(type: Scalarish): Scalarish {
  let current = type;
  while (current.kind === "var" && current.link !== undefined) current = current.link;
  return current;
}

/** A type with a linked variable at its root replaced by what it stands for. */
export function resolve(type: Ty): Ty {
  return type.kind === "var" ? resolveScalar(type) : type;
}

/** Whether the type is a scalar, known or not. */
export function isScalarish(type: Ty): type is Scalarish {
  return type.kind === "scalar" || type.kind === "var";
}

/** The scalar types that a type may still be. */
export function scalarMask(type: Scalarish): number {
  const resolved = resolveScalar(type);
  return resolved.kind === "var" ? resolved.mask : maskOf(resolved.name);
}

/** Restricts a scalar to a set of types; false, with nothing changed, if none is left. */
export function restrict(type: Scalarish, mask: number): boolean {
  const resolved = resolveScalar(type);
  const left = scalarMask(resolved) & mask;
  if (left === 0) return false;
  if (resolved.kind === "var") narrow(resolved, left);
  return true;
}

function narrow(type: VarTy, mask: number): void {
  type.mask = mask;
  // One bit left: the type is known.
  if ((mask & (mask - 1)) === 0) type.link = scalarTy(ORDER[31 - Math.clz32(mask)] ?? "i32");
}

/** Makes two scalars one type; false, with nothing changed, if they cannot be. */
export function unifyScalars(a: Scalarish, b: Scalarish): boolean {
  const left = resolveScalar(a);
  const right = resolveScalar(b);
  if (left === right) return true;
  if (left.kind === "scalar" && right.kind === "scalar") return left.name === right.name;
  const mask = scalarMask(left) & scalarMask(right);
  if (mask === 0) return false;
  if (left.kind === "var") {
    if (right.kind === "var") {
      right.decimal ||= left.decimal;
      narrow(right, mask);
    }
    left.link = right;
  } else if (right.kind === "var") {
    right.link = left;
  }
  return true;
}

/** Fixes a variable that no use has fixed: `i32`, or `f64` where a point was written. */
export function defaultScalar(type: Scalarish): ScalarTy {
  const resolved = resolveScalar(type);
  if (resolved.kind === "scalar") return resolved;
  const preferred: readonly ScalarType[] = resolved.decimal
    ? ["f64", "i32", "i64", "u64", "index", "bool"]
    : ["i32", "f64", "i64", "u64", "index", "bool"];
  const name = [...preferred, ...ORDER].find((one) => (resolved.mask & maskOf(one)) !== 0);
  const chosen = scalarTy(name ?? "i32");
  resolved.link = chosen;
  return chosen;
}

/** The family of a scalar type; `index` counts as a signed integer. */
export function kindOf(name: ScalarType): DTypeKind {
  return name === "index" ? "int" : dtypeInfo(name).kind;
}

/** Whether a known scalar type is one of integers (`index` included, `bool` not). */
export function isIntegerType(name: ScalarType): boolean {
  const kind = kindOf(name);
  return kind === "int" || kind === "uint";
}

/** A type as messages show it. */
export function printTy(type: Ty): string {
  const resolved = resolve(type);
  switch (resolved.kind) {
    case "scalar":
      return resolved.name;
    case "var":
      return printMask(resolved);
    case "tensor": {
      const element = printTy(resolved.element);
      return `Tensor<${element}, [${resolved.dims.map(printExtent).join(", ")}]>`;
    }
    case "tuple":
      return `[${resolved.elements.map(printTy).join(", ")}]`;
    case "object": {
      const fields = resolved.fields.map(({ name, type: field }) => `${name}: ${printTy(field)}`);
      return `{ ${fields.join(", ")} }`;
    }
    case "error":
      return "?";
  }
}

function printMask(type: VarTy): string {
  if ((type.mask & ~FLOATS) === 0) return "a float";
  if ((type.mask & ~WIDE) === 0) return "a bigint";
  if ((type.mask & ~INTEGERS) === 0) return "an integer";
  if ((type.mask & maskOf("bool")) === 0) return "a number";
  return "a scalar";
}

/** Prefix of the names of extents that are known only while the kernel runs. */
const OPAQUE = "#";

/** An extent that no expression over parameters gives. */
export function opaqueDim(id: number): DimExpr {
  return { kind: "dim", name: `${OPAQUE}${id}` };
}

/** Whether an extent depends on one that is known only while the kernel runs. */
export function isOpaque(dim: DimExpr): boolean {
  if (dim.kind === "dim") return dim.name.startsWith(OPAQUE);
  return dim.kind === "binary" && (isOpaque(dim.left) || isOpaque(dim.right));
}

/** An extent as messages show it. */
export function printExtent(dim: DimExpr): string {
  return isOpaque(dim) ? "Dim" : printDim(dim);
}

/** Whether a name is that of a scalar type. */
export function isScalarName(name: string): name is ScalarType {
  return isScalarType(name);
}
