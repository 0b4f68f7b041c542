/** Fresh memory: how much a type needs, and what it holds before it is written. */
import {
  createStore,
  failAt,
  fillUninitialized,
  MemRefValue,
  rowMajorStrides,
  type RuntimeValue,
} from "@strata/interpret";
import {
  type AffineMap,
  AffineMapAttr,
  type MemRefType,
  type Operation,
  StridedLayoutAttr,
} from "@strata/ir";
import { tryStrides, unknown } from "./layout.ts";
import type { Alloc, Alloca } from "./ops.ts";

/** Strides and offset of a layout map for given symbols: its values at the unit vectors. */
function evaluatedStrides(
  map: AffineMap,
  rank: number,
  symbols: readonly bigint[],
): { strides: number[]; offset: number } {
  const at = (dims: readonly bigint[]): number => Number(map.evaluate(dims, symbols)[0]!);
  const zeros = Array.from({ length: rank }, () => 0n);
  const offset = at(zeros);
  return { offset, strides: zeros.map((_, d) => at(zeros.with(d, 1n)) - offset) };
}

function layoutOf(
  op: Operation,
  type: MemRefType,
  shape: readonly number[],
  symbols: readonly RuntimeValue[],
): { strides: readonly number[]; offset: number } {
  if (type.layout === undefined) return { strides: rowMajorStrides(shape), offset: 0 };
  const stated = tryStrides(type);
  if (stated !== undefined && type.layout instanceof AffineMapAttr) {
    const values = symbols.map((s) => BigInt(s as number));
    return evaluatedStrides(type.layout.map, type.rank, values);
  }
  const known = stated !== undefined && ![...stated.strides, stated.offset].includes(unknown);
  if (known && type.layout instanceof StridedLayoutAttr) return stated;
  return failAt(
    op,
    "memref.alloc-layout",
    `memory for \`${type.toString()}\` cannot be laid out`,
    "its strides and offset must be constants, or a linear map",
  );
}

/** Allocates memory for a type; fails for negative extents and strides. */
export function allocate(
  op: Operation,
  type: MemRefType,
  sizes: readonly RuntimeValue[],
  symbols: readonly RuntimeValue[],
): MemRefValue {
  let next = 0;
  const shape = type.shape.map((n) => (n >= 0 ? n : (sizes[next++] as number)));
  const negative = shape.findIndex((n) => n < 0);
  if (negative >= 0) {
    failAt(
      op,
      "memref.negative-size",
      `extent ${shape[negative]} of dimension ${negative} is negative`,
    );
  }
  const { strides, offset } = layoutOf(op, type, shape, symbols);
  if (offset < 0 || strides.some((s) => s < 0)) {
    failAt(op, "memref.alloc-layout", `the strides of \`${type.toString()}\` are negative`);
  }
  const isEmpty = shape.includes(0);
  const last = shape.reduce((at, n, d) => at + (n - 1) * strides[d]!, offset);
  const store = createStore(type.elementType, isEmpty ? 0 : last + 1);
  fillUninitialized(store);
  return new MemRefValue(store, shape, type.elementType, offset, strides);
}

/** Runs an allocation: its operands are the dynamic sizes, then the layout's symbols. */
export function allocateAs(op: Alloc | Alloca, args: readonly RuntimeValue[]): MemRefValue {
  const n = op.memref.type.numDynamicDims;
  return allocate(op, op.memref.type, args.slice(0, n), args.slice(n));
}
