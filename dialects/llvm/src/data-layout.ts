/**
 * Sizes and alignments of LLVM types on a 64-bit little-endian machine, as C compilers for x86-64,
 * aarch64 and riscv64 have them. Unit: bytes.
 */
import { FloatType, IntegerType, type Type, VectorType } from "@strata/ir";
import { LLVMArrayType, LLVMPointerType, LLVMPPCFP128Type, LLVMStructType } from "./types.ts";

/** Bytes of a pointer. */
export const pointerBytes = 8;

function roundUp(n: number, to: number): number {
  return Math.ceil(n / to) * to;
}

function nextPowerOfTwo(n: number): number {
  let p = 1;
  while (p < n) p *= 2;
  return p;
}

/** Bits of a scalar; undefined for aggregates. */
function scalarBits(type: Type): number | undefined {
  if (type instanceof IntegerType || type instanceof FloatType) return type.width;
  if (type instanceof LLVMPointerType) return 8 * pointerBytes;
  return type instanceof LLVMPPCFP128Type ? 128 : undefined;
}

/** Bytes that a store of the type writes; an error for types without a size. */
export function storeSizeOf(type: Type): number {
  const bits = scalarBits(type);
  if (bits !== undefined) return Math.ceil(bits / 8);
  if (type instanceof VectorType) {
    return Math.ceil((type.numElements * scalarBits(type.elementType)!) / 8);
  }
  return sizeOf(type);
}

/** The alignment that the machine wants for a type. */
export function alignmentOfType(type: Type): number {
  const bits = scalarBits(type);
  if (bits !== undefined) return Math.min(nextPowerOfTwo(Math.ceil(bits / 8)), 16);
  if (type instanceof VectorType) return nextPowerOfTwo(storeSizeOf(type));
  if (type instanceof LLVMArrayType) return alignmentOfType(type.elementType);
  if (type instanceof LLVMStructType && type.body !== undefined) {
    return type.isPacked ? 1 : Math.max(1, ...type.body.map(alignmentOfType));
  }
  throw new Error(`${type.toString()} has no alignment`);
}

/** Bytes from one array element of the type to the next. */
export function sizeOf(type: Type): number {
  if (type instanceof LLVMArrayType) return type.size * sizeOf(type.elementType);
  if (type instanceof LLVMStructType && type.body !== undefined) return layoutOf(type).size;
  return roundUp(storeSizeOf(type), alignmentOfType(type));
}

interface StructLayout {
  readonly offsets: readonly number[];
  readonly size: number;
}

const layouts = new WeakMap<LLVMStructType, StructLayout>();

function layoutOf(type: LLVMStructType): StructLayout {
  let layout = layouts.get(type);
  if (layout !== undefined) return layout;
  const offsets: number[] = [];
  let at = 0;
  for (const t of type.body ?? []) {
    if (!type.isPacked) at = roundUp(at, alignmentOfType(t));
    offsets.push(at);
    at += sizeOf(t);
  }
  layout = { offsets, size: roundUp(at, alignmentOfType(type)) };
  layouts.set(type, layout);
  return layout;
}

/** Byte offset of a field in its structure. */
export function fieldOffset(type: LLVMStructType, field: number): number {
  const offset = layoutOf(type).offsets[field];
  if (offset === undefined) throw new Error(`${type.toString()} has no field ${field}`);
  return offset;
}
