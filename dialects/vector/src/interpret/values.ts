/**
 * What the implementations of `vector` share: lanes, positions in memory, the mask that is active.
 * Vectors of scalable length run with as many lanes as their types say at least.
 */
import {
  type InterpreterContext,
  MemRefValue,
  type RuntimeValue,
  TensorValue,
  VectorValue,
} from "@strata/interpret";
import { type DenseArrayAttr, dynamicIndex, type Operation, type VectorType } from "@strata/ir";
import * as memref from "@strata/memref";

/** A run-time value that must be a vector. */
export function expectVector(v: RuntimeValue | undefined): VectorValue {
  if (v instanceof VectorValue) return v;
  throw new Error("expected a vector");
}

/** A run-time value that must be a memref. */
export function expectMemRef(v: RuntimeValue | undefined): MemRefValue {
  if (v instanceof MemRefValue) return v;
  throw new Error("expected a memref");
}

/** A run-time value that must be a tensor. */
export function expectTensor(v: RuntimeValue | undefined): TensorValue {
  if (v instanceof TensorValue) return v;
  throw new Error("expected a tensor");
}

/** The vector with `f(lane)` in each lane. */
export function lanesOf(t: VectorType, f: (lane: number) => RuntimeValue): VectorValue {
  const n = t.numElements;
  const elements = new Array<RuntimeValue>(n);
  for (let i = 0; i < n; i++) elements[i] = f(i);
  return new VectorValue(t, elements);
}

/** The elements of a vector, or a scalar as the only one. */
export function elementsOf(v: RuntimeValue): readonly RuntimeValue[] {
  return v instanceof VectorValue ? v.elements : [v];
}

/** A value of a vector or scalar type from its elements. */
export function valueFrom(
  type: VectorType | undefined,
  elements: readonly RuntimeValue[],
): RuntimeValue {
  return type === undefined ? elements[0]! : new VectorValue(type, elements);
}

/** Whether a lane of a mask is set; all are without a mask. */
export function isSet(mask: VectorValue | undefined, lane: number): boolean {
  return mask === undefined || mask.elements[lane] !== 0;
}

/** The indices of the `i`-th element of a shape in row-major order. */
export function indicesAt(i: number, shape: readonly number[]): number[] {
  const at = new Array<number>(shape.length);
  let rest = i;
  for (let d = shape.length - 1; d >= 0; d--) {
    at[d] = rest % shape[d]!;
    rest = Math.floor(rest / shape[d]!);
  }
  return at;
}

/** The row-major position of indices, perhaps only of the outer dimensions, in a shape. */
export function positionIn(at: readonly number[], shape: readonly number[]): number {
  let p = 0;
  for (let d = 0; d < at.length; d++) p = p * shape[d]! + at[d]!;
  return p;
}

/** Static and dynamic positions as numbers. */
export function mixedPosition(
  constants: DenseArrayAttr,
  values: readonly RuntimeValue[],
): number[] {
  let next = 0;
  return constants.values.map((c) => (c === dynamicIndex ? (values[next++] as number) : Number(c)));
}

/** Positions in memory of a vector's lanes along the innermost dimensions; all are checked. */
export function lanePositions(
  op: Operation,
  m: MemRefValue,
  indices: readonly RuntimeValue[],
  t: VectorType,
): number[] {
  if (m.elementType === t) return [memref.expectPosition(op, m, indices)];
  const first = memref.expectPosition(op, m, indices);
  const outer = m.shape.length - t.rank;
  const last = indices.map((i, d) => (i as number) + (d < outer ? 0 : t.shape[d - outer]! - 1));
  memref.expectPosition(op, m, last);
  const n = t.numElements;
  if (t.rank === 1) {
    const step = m.strides[outer]!;
    return Array.from({ length: n }, (_, l) => first + l * step);
  }
  return Array.from({ length: n }, (_, l) =>
    indicesAt(l, t.shape).reduce((p, i, d) => p + i * m.strides[outer + d]!, first),
  );
}

/** Position in memory of one lane along the innermost dimensions. */
export function lanePosition(
  op: Operation,
  m: MemRefValue,
  indices: readonly RuntimeValue[],
  shape: readonly number[],
  lane: number,
): number {
  const at = [...indices] as number[];
  const outer = at.length - shape.length;
  indicesAt(lane, shape).forEach((i, d) => (at[outer + d]! += i));
  return memref.expectPosition(op, m, at);
}

/** What `vector.mask` says to the operation inside. */
export interface ActiveMask {
  readonly mask: VectorValue | undefined;
  readonly passthru: RuntimeValue | undefined;
}

const active = {};
const none: ActiveMask = { mask: undefined, passthru: undefined };

/** The mask of the running `vector.mask`; may be exchanged for another. */
export function maskState(cx: InterpreterContext): { current: ActiveMask } {
  return cx.stateOf(active, () => ({ current: none }));
}
