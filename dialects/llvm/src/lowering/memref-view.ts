/**
 * A memref as the values that stand for it: a pointer to its first element, its dynamic extents,
 * and its dynamic strides where it is not dense.
 */
import {
  DenseArrayAttr,
  dynamic,
  i64,
  IntegerAttr,
  IntegerType,
  type MemRefType,
  type Type,
  TypeAttr,
  type Value,
  VectorType,
} from "@strata/ir";
import type { Rewriter, TypeConverter } from "@strata/rewrite";
import { SExtOp, TruncOp, ZExtOp } from "../arith-ops.ts";
import { GEPNoWrapFlags } from "../attributes.ts";
import { boolTypeLike } from "../constraints.ts";
import { GEPOp, gepDynamicIndex } from "../memory-ops.ts";
import type { LLVMPointerType } from "../types.ts";
import { add, i64Constant, type IndexFlags, multiply } from "./build.ts";
import { isDense, memoryTypeOf, stridesOf } from "./type-converter.ts";

/** A memref in pieces. */
export class MemRefView {
  readonly type: MemRefType;
  readonly pointer: Value;
  /** Converted type of an element. */
  readonly elementType: Type;
  readonly #extents: readonly Value[];
  readonly #strides: readonly Value[];

  constructor(type: MemRefType, values: readonly Value[], converter: TypeConverter) {
    const element = converter.convertOne(type.elementType);
    if (element === undefined || values.length === 0) {
      throw new Error(`${type.toString()} has no form in LLVM`);
    }
    this.type = type;
    this.elementType = element;
    this.pointer = values[0]!;
    this.#extents = values.slice(1, 1 + type.numDynamicDims);
    this.#strides = values.slice(1 + type.numDynamicDims);
  }

  /** The type of an element in memory. */
  get memoryType(): Type {
    return memoryTypeOf(this.elementType);
  }

  /** The extent of a dimension, as i64. */
  extent(r: Rewriter, d: number): Value {
    const n = this.type.shape[d]!;
    if (n !== dynamic) return i64Constant(r, n);
    const before = this.type.shape.slice(0, d).filter((x) => x === dynamic).length;
    return this.#extents[before]!;
  }

  extents(r: Rewriter): Value[] {
    return this.type.shape.map((_, d) => this.extent(r, d));
  }

  /** Elements from one to the next along a dimension, as i64. */
  stride(r: Rewriter, d: number): Value {
    const strides = stridesOf(this.type)!;
    const s = strides[d]!;
    if (s !== dynamic) return i64Constant(r, s);
    if (!isDense(this.type)) {
      return this.#strides[strides.slice(0, d).filter((x) => x === dynamic).length]!;
    }
    let step = this.extent(r, this.type.rank - 1);
    for (let k = this.type.rank - 2; k > d; k--) {
      step = multiply(r, step, this.extent(r, k), ["nsw", "nuw"]);
    }
    return step;
  }

  /** Whether neighbours along the innermost dimension are neighbours in memory. */
  get hasUnitStride(): boolean {
    return this.type.rank === 0 || stridesOf(this.type)!.at(-1) === 1;
  }

  /** Number of elements, as i64. */
  numElements(r: Rewriter): Value {
    if (this.type.hasStaticShape) return i64Constant(r, this.type.numElements);
    return this.extents(r).reduce((n, e) => multiply(r, n, e, ["nsw", "nuw"]));
  }

  /**
   * The position of an element, in elements from the first. With `inBounds` the indices are known
   * to lie within the shape, so that nothing overflows.
   */
  position(r: Rewriter, indices: readonly Value[], inBounds: boolean): Value {
    const flags: IndexFlags = !inBounds ? [] : isDense(this.type) ? ["nsw", "nuw"] : ["nsw"];
    const [first, ...rest] = indices;
    if (first === undefined) return i64Constant(r, 0);
    if (isDense(this.type)) {
      // Horner's scheme: ((i · n1 + j) · n2 + k).
      return rest.reduce((at, index, k) => {
        const scaled = multiply(r, at, this.extent(r, k + 1), flags);
        return add(r, scaled, index, flags);
      }, first);
    }
    let at = multiply(r, first, this.stride(r, 0), flags);
    rest.forEach((index, k) => {
      at = add(r, at, multiply(r, index, this.stride(r, k + 1), flags), flags);
    });
    return at;
  }

  /** The address of an element. */
  address(r: Rewriter, indices: readonly Value[], inBounds = true): Value {
    return this.addressAt(r, this.position(r, indices, inBounds), inBounds);
  }

  /** The address of the element at a position, or addresses for a vector of positions. */
  addressAt(r: Rewriter, position: Value, inBounds: boolean): Value {
    return offsetPointer(r, this.pointer, this.memoryType, position, {
      inBounds,
      nonNegative: isDense(this.type),
    });
  }
}

/**
 * The values that stand for a memref type: of extents and strides those that the type leaves open.
 * Strides are computed only if they are needed.
 */
export function assembleView(
  type: MemRefType,
  pointer: Value,
  extents: readonly Value[],
  strides: () => readonly Value[],
): Value[] {
  const sizes = extents.filter((_, d) => type.shape[d] === dynamic);
  if (isDense(type)) return [pointer, ...sizes];
  const open = stridesOf(type)!.map((s) => s === dynamic);
  const steps = open.includes(true) ? strides().filter((_, d) => open[d]) : [];
  return [pointer, ...sizes, ...steps];
}

/** `pointer + position` elements; a vector of pointers for a vector of positions. */
export function offsetPointer(
  r: Rewriter,
  pointer: Value,
  element: Type,
  position: Value,
  facts: { readonly inBounds: boolean; readonly nonNegative?: boolean },
): Value {
  const flags = !facts.inBounds
    ? []
    : (["inbounds", ...(facts.nonNegative ? ["nuw"] : [])] as const);
  const type = position.type;
  const result =
    type instanceof VectorType
      ? type.withElementType(pointer.type as LLVMPointerType)
      : pointer.type;
  return r.insert(
    GEPOp.of(
      {
        base: pointer,
        dynamicIndices: [position],
        rawConstantIndices: DenseArrayAttr.i32([gepDynamicIndex]),
        elem_type: TypeAttr.get(element),
        noWrapFlags: GEPNoWrapFlags.attr(...(flags as readonly ("inbounds" | "nuw")[])),
      },
      { types: { res: result } },
    ),
  ).res;
}

/** A scalar or vector type with the element type that it has in memory. */
export function inMemory(type: Type): Type {
  return type instanceof VectorType
    ? type.withElementType(memoryTypeOf(type.elementType))
    : memoryTypeOf(type);
}

/** A value that was read from memory, as its own type. */
export function fromMemory(r: Rewriter, value: Value, type: Type): Value {
  if (value.type === type) return value;
  return r.insert(TruncOp.of({ arg: value }, { types: { res: type } })).res;
}

/** A value in the type it has in memory: booleans extended by zeros, others by their sign. */
export function toMemory(r: Rewriter, value: Value): Value {
  const type = inMemory(value.type);
  if (value.type === type) return value;
  const op = value.type === boolTypeLike(value.type) ? ZExtOp : SExtOp;
  return r.insert(op.of({ arg: value }, { types: { res: type } })).res;
}

/** An alignment attribute. Unit: bytes. */
export function alignment(bytes: number): IntegerAttr {
  return IntegerAttr.get(bytes, i64);
}

/** An alignment attribute of intrinsics. Unit: bytes. */
export function alignment32(bytes: number): IntegerAttr {
  return IntegerAttr.get(bytes, IntegerType.get(32));
}
