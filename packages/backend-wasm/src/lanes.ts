/**
 * How values are represented in WebAssembly.
 *
 * Scalars: integers up to 32 bits and `index` are i32, sign-extended (`i1`: 0 or 1); f16 and bf16
 * are f32 values that the narrow format can hold.
 *
 * Memrefs are the address of their first element, then their dynamic extents, then (with a
 * strided layout) their dynamic strides, counted in elements.
 *
 * A vector of N elements lies in as many v128 registers as N containers of one size fill. Floats
 * have containers of their own size (f16 and bf16: f32). Integers and masks have containers of
 * 16/N bytes, so that a vector that fits one register fills it, but at least of the element's
 * size: narrower integers are sign-extended, a mask is all zeros or all ones. What a register
 * holds beyond the N-th container is unspecified.
 */
import {
  bf16,
  f16,
  f32,
  f64,
  FloatType,
  i1,
  IndexType,
  IntegerType,
  MemRefType,
  type Operation,
  spanOf,
  StridedLayoutAttr,
  type Type,
  VectorType,
} from "@strata/ir";
import { DiagnosticError, unsupported } from "@strata/support";

/** A WebAssembly value type. */
export type WasmKind = "i32" | "i64" | "f32" | "f64" | "v128";

/** The integer lanes, as WebAssembly names them. */
export type ContainerKind = "i8x16" | "i16x8" | "i32x4" | "i64x2";

/** The kind of lane of a vector. */
export type LaneKind = ContainerKind | "f32x4" | "f64x2";

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
  if (t instanceof IntegerType) {
    if (t.width === 0) return undefined;
    return t.width <= 32 ? "i32" : t.width === 64 ? "i64" : undefined;
  }
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

/** Bits of an integer element; `index` has 32. */
export function integerBits(t: Type): number {
  return t instanceof IntegerType ? t.width : 32;
}

/** How the elements of a vector lie in registers. */
export interface Layout {
  /** Number of elements. */
  readonly lanes: number;
  /** Bytes of a container: 1, 2, 4 or 8. */
  readonly bytes: number;
  readonly registers: number;
  /** Lanes that arithmetic on the elements uses. */
  readonly kind: LaneKind;
}

/** The integer lanes of containers of some bytes. */
export function containerKind(bytes: number): ContainerKind {
  return ({ 1: "i8x16", 2: "i16x8", 4: "i32x4", 8: "i64x2" } as const)[bytes as 1 | 2 | 4 | 8];
}

/** Containers in a register. */
export function perRegister(layout: Pick<Layout, "bytes">): number {
  return 16 / layout.bytes;
}

function naturalBytes(t: Type): number {
  if (isNarrowFloat(t)) return 4;
  const bits = t instanceof IndexType ? 32 : (t as IntegerType | FloatType).width;
  return bits <= 8 ? 1 : bits <= 16 ? 2 : bits <= 32 ? 4 : 8;
}

/** A layout of N containers of some bytes. */
export function containers(lanes: number, bytes: number): Layout {
  return { lanes, bytes, registers: Math.ceil((lanes * bytes) / 16), kind: containerKind(bytes) };
}

const layouts = new Map<VectorType, Layout>();

/** The layout of a vector type; undefined for what is no vector of the target. */
export function tryLayout(t: VectorType): Layout | undefined {
  const known = layouts.get(t);
  if (known !== undefined) return known;
  if (t.rank !== 1 || t.scalable[0] === true || scalarKind(t.elementType) === undefined) {
    return undefined;
  }
  const lanes = t.shape[0]!;
  const natural = naturalBytes(t.elementType);
  let layout: Layout;
  if (t.elementType instanceof FloatType) {
    layout = { ...containers(lanes, natural), kind: natural === 8 ? "f64x2" : "f32x4" };
  } else {
    let share = 8;
    while (share > 1 && share * lanes > 16) share /= 2;
    layout = containers(lanes, Math.max(natural, share));
  }
  layouts.set(t, layout);
  return layout;
}

/** The layout of a vector type that was checked before. */
export function layoutOf(t: VectorType): Layout {
  const layout = tryLayout(t);
  if (layout === undefined) throw new Error(`${t.toString()} has no layout`);
  return layout;
}

/** The strides that a memref's layout states; undefined for a dense one. */
export function statedStrides(t: MemRefType): readonly number[] | undefined {
  return t.layout instanceof StridedLayoutAttr ? t.layout.strides : undefined;
}

/** Number of dynamic strides among the components of a memref. */
export function dynamicStrides(t: MemRefType): number {
  return statedStrides(t)?.filter((s) => s === StridedLayoutAttr.dynamic).length ?? 0;
}

/** WebAssembly types that together represent a value of a type. */
export function componentKinds(t: Type, op: Operation): WasmKind[] {
  if (t instanceof MemRefType) {
    if (t.layout !== undefined && statedStrides(t) === undefined) {
      refuse(op, `the layout of \`${t.toString()}\``);
    }
    return new Array<WasmKind>(1 + t.numDynamicDims + dynamicStrides(t)).fill("i32");
  }
  if (t instanceof VectorType) {
    const layout = tryLayout(t) ?? refuse(op, `the type \`${t.toString()}\``);
    return new Array<WasmKind>(layout.registers).fill("v128");
  }
  return [scalarKind(t) ?? refuse(op, `the type \`${t.toString()}\``)];
}
