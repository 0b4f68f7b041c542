/**
 * How values are represented in WebAssembly.
 *
 * Scalars: integers up to 32 bits and `index` are i32, sign-extended (`i1`: 0 or 1); f16 and bf16
 * are f32 values that the narrow format can hold. Memrefs are their address and dynamic extents.
 *
 * A vector of N elements is one v128 of N equal containers of 16/N bytes: integers are
 * sign-extended to the container, masks are all zeros or all ones. Floats fill the container, or
 * (f32 in two lanes) stand in the low half.
 */
import {
  f16,
  bf16,
  f32,
  f64,
  FloatType,
  i1,
  IndexType,
  IntegerType,
  MemRefType,
  type Operation,
  spanOf,
  type Type,
  VectorType,
} from "@strata/ir";
import { DiagnosticError, unsupported } from "@strata/support";

/** A WebAssembly value type. */
export type WasmKind = "i32" | "i64" | "f32" | "f64" | "v128";

/** The kind of lane of a vector, as WebAssembly names them. */
export type LaneKind = ContainerKind | "f32x4" | "f64x2";

/** The integer lanes. */
export type ContainerKind = "i8x16" | "i16x8" | "i32x4" | "i64x2";

/** Refuses what the target cannot represent. */
export function refuse(op: Operation, what: string): never {
  throw new DiagnosticError(
    unsupported("wasm.unsupported", `\`${op.name}\`: ${what} has no WebAssembly form`, {
      span: spanOf(op),
    }),
  );
}

export function isNarrowFloat(t: Type): boolean {
  return t === f16 || t === bf16;
}

/** The WebAssembly type of a scalar; undefined for what is no scalar of the target. */
export function scalarKind(t: Type): WasmKind | undefined {
  if (t instanceof IndexType) return "i32";
  if (t instanceof IntegerType) return t.width <= 32 ? "i32" : t.width === 64 ? "i64" : undefined;
  if (t === f32 || isNarrowFloat(t)) return "f32";
  return t === f64 ? "f64" : undefined;
}

/** Bytes of an element in memory; `i1` takes one. */
export function elementBytes(t: Type): number | undefined {
  if (t instanceof IndexType) return 4;
  if (t === i1) return 1;
  if (t instanceof IntegerType) return [8, 16, 32, 64].includes(t.width) ? t.width / 8 : undefined;
  return t instanceof FloatType && scalarKind(t) !== undefined ? t.width / 8 : undefined;
}

/** Number of lanes of a vector that fits one register; undefined for others. */
export function laneCount(t: VectorType): number | undefined {
  const n = t.rank === 1 && !t.scalable[0] ? t.shape[0]! : 0;
  if (![2, 4, 8, 16].includes(n)) return undefined;
  const kind = scalarKind(t.elementType);
  if (kind === undefined || isNarrowFloat(t.elementType)) return undefined;
  if (t.elementType instanceof FloatType)
    return n * (t.elementType.width / 8) <= 16 ? n : undefined;
  const bytes =
    t.elementType instanceof IndexType ? 4 : Math.max(1, elementBytes(t.elementType) ?? 99);
  return n * bytes <= 16 ? n : undefined;
}

/** The integer containers of a vector of N lanes. */
export function containerKind(lanes: number): ContainerKind {
  return ({ 2: "i64x2", 4: "i32x4", 8: "i16x8", 16: "i8x16" } as const)[lanes as 2 | 4 | 8 | 16];
}

/** The lanes that arithmetic on a vector's elements uses. */
export function laneKind(t: VectorType): LaneKind {
  if (t.elementType === f32) return "f32x4";
  if (t.elementType === f64) return "f64x2";
  return containerKind(t.shape[0]!);
}

/** Bits of an integer element; `index` has 32. */
export function integerBits(t: Type): number {
  return t instanceof IntegerType ? t.width : 32;
}

/** WebAssembly types that together represent a value of a type. */
export function componentKinds(t: Type, op: Operation): WasmKind[] {
  if (t instanceof MemRefType) {
    if (t.layout !== undefined) refuse(op, `the layout of \`${t.toString()}\``);
    return new Array<WasmKind>(1 + t.numDynamicDims).fill("i32");
  }
  if (t instanceof VectorType) {
    if (laneCount(t) === undefined) refuse(op, `the type \`${t.toString()}\``);
    return ["v128"];
  }
  return [scalarKind(t) ?? refuse(op, `the type \`${t.toString()}\``)];
}
