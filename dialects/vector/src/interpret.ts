/**
 * What the operations of `vector` do when a program runs. Memory is accessed along the innermost
 * dimension; every lane that is read or written is checked.
 */
import {
  type InterpreterContext,
  interpretOf,
  MemRefValue,
  type RuntimeValue,
  VectorValue,
} from "@strata/interpret";
import {
  type DenseArrayAttr,
  dynamicIndex,
  type InterfaceBinding,
  type Operation,
  VectorType,
} from "@strata/ir";
import * as memref from "@strata/memref";
import type { CombiningKind } from "./attributes.ts";
import { combinerOf, fusedMultiplyAdd } from "./combine.ts";
import * as ops from "./ops.ts";

function asVector(v: RuntimeValue | undefined): VectorValue {
  if (v instanceof VectorValue) return v;
  throw new Error("expected a vector");
}

function asMemRef(v: RuntimeValue | undefined): MemRefValue {
  if (v instanceof MemRefValue) return v;
  throw new Error("expected a memref");
}

/** Position of lane `lane` of an access. */
function lanePosition(
  op: Operation,
  m: MemRefValue,
  indices: readonly RuntimeValue[],
  lane: number,
  cx: InterpreterContext,
): number {
  const at = [...indices] as number[];
  at[at.length - 1]! += lane;
  return memref.expectPosition(op, m, at, cx);
}

function lanes(t: VectorType, f: (lane: number) => RuntimeValue): VectorValue {
  return new VectorValue(
    t,
    Array.from({ length: t.numElements }, (_, i) => f(i)),
  );
}

function isSet(mask: VectorValue, lane: number): boolean {
  return mask.elements[lane] !== 0;
}

/** Static and dynamic positions as numbers. */
function positionOf(constants: DenseArrayAttr, values: readonly RuntimeValue[]): number[] {
  let next = 0;
  return constants.values.map((c) => (c === dynamicIndex ? (values[next++] as number) : Number(c)));
}

/** First element and number of elements of a part of a vector. */
function part(
  op: Operation,
  t: VectorType,
  at: readonly number[],
  cx: InterpreterContext,
): [number, number] {
  let start = 0;
  at.forEach((i, d) => {
    if (!(i >= 0 && i < t.shape[d]!))
      cx.fail(op, "vector.position", `position ${i} is outside of ${t.toString()}`);
    start = start * t.shape[d]! + i;
  });
  const size = t.shape.slice(at.length).reduce((a, n) => a * n, 1);
  return [start * size, size];
}

/** How the operations run. */
export const interpretation: readonly InterfaceBinding[] = [
  interpretOf(ops.Load, (op, [m, ...indices], cx) => {
    const base = asMemRef(m);
    return lanes(op.result.type, (l) => base.buffer.get(lanePosition(op, base, indices, l, cx)));
  }),
  interpretOf(ops.Store, (op, [v, m, ...indices], cx) => {
    const base = asMemRef(m);
    asVector(v).elements.forEach((x, l) =>
      base.buffer.set(lanePosition(op, base, indices, l, cx), x),
    );
  }),
  interpretOf(ops.MaskedLoad, (op, args, cx) => {
    const base = asMemRef(args[0]);
    const indices = args.slice(1, -2);
    const [mask, rest] = [asVector(args[args.length - 2]), asVector(args[args.length - 1])];
    return lanes(op.result.type, (l) =>
      isSet(mask, l) ? base.buffer.get(lanePosition(op, base, indices, l, cx)) : rest.elements[l]!,
    );
  }),
  interpretOf(ops.MaskedStore, (op, args, cx) => {
    const base = asMemRef(args[0]);
    const indices = args.slice(1, -2);
    const [mask, v] = [asVector(args[args.length - 2]), asVector(args[args.length - 1])];
    v.elements.forEach((x, l) => {
      if (isSet(mask, l)) base.buffer.set(lanePosition(op, base, indices, l, cx), x);
    });
  }),
  interpretOf(ops.Gather, (op, args, cx) => {
    const base = asMemRef(args[0]);
    const offsets = args.slice(1, -3);
    const [at, mask, rest] = args.slice(-3).map(asVector);
    return lanes(op.result.type, (l) =>
      isSet(mask!, l)
        ? base.buffer.get(lanePosition(op, base, offsets, Number(at!.elements[l]), cx))
        : rest!.elements[l]!,
    );
  }),
  interpretOf(ops.Scatter, (op, args, cx) => {
    const base = asMemRef(args[0]);
    const offsets = args.slice(1, -3);
    const [at, mask, v] = args.slice(-3).map(asVector);
    v!.elements.forEach((x, l) => {
      if (!isSet(mask!, l)) return;
      base.buffer.set(lanePosition(op, base, offsets, Number(at!.elements[l]), cx), x);
    });
  }),
  interpretOf(ops.Broadcast, (op, [x]) => {
    if (!(x instanceof VectorValue)) return lanes(op.vector.type, () => x!);
    return lanes(op.vector.type, (l) => x.elements[l % x.elements.length]!);
  }),
  interpretOf(ops.Extract, (op, [v, ...dynamic], cx) => {
    const source = asVector(v);
    const at = positionOf(op.static_position, dynamic);
    const [start, size] = part(op, source.type, at, cx);
    const t = op.result.type;
    if (!(t instanceof VectorType)) return source.elements[start]!;
    return new VectorValue(t, source.elements.slice(start, start + size));
  }),
  interpretOf(ops.Insert, (op, [x, v, ...dynamic], cx) => {
    const dest = asVector(v);
    const at = positionOf(op.static_position, dynamic);
    const [start, size] = part(op, dest.type, at, cx);
    const elements = [...dest.elements];
    const values = x instanceof VectorValue ? x.elements : [x!];
    for (let i = 0; i < size; i++) elements[start + i] = values[i]!;
    return new VectorValue(dest.type, elements);
  }),
  interpretOf(ops.Reduction, (op, [v, acc]) => {
    const combine = combinerOf(op.kind.kind as CombiningKind, op.vector.type.elementType);
    const elements = asVector(v).elements;
    const all = acc === undefined ? elements : [acc, ...elements];
    return all.slice(1).reduce<RuntimeValue>(combine, all[0]!);
  }),
  interpretOf(ops.Shuffle, (op, [a, b]) => {
    const [x, y] = [asVector(a), asVector(b)];
    const row = x.type.shape.slice(1).reduce((n, d) => n * d, 1);
    const split = x.type.shape[0]!;
    const elements = op.mask.numbers.flatMap((i) => {
      const source = i < split ? x : y;
      const at = (i < split ? i : i - split) * row;
      return source.elements.slice(at, at + row);
    });
    return new VectorValue(op.vector.type, elements);
  }),
  interpretOf(ops.FMA, (op, [a, b, c]) => {
    const fma = fusedMultiplyAdd(op.result.type.elementType);
    const [x, y, z] = [asVector(a), asVector(b), asVector(c)];
    return lanes(op.result.type, (l) =>
      fma(x.elements[l] as number, y.elements[l] as number, z.elements[l] as number),
    );
  }),
  interpretOf(ops.Step, (op) => lanes(op.result.type, (l) => l)),
  interpretOf(ops.CreateMask, (op, bounds) => maskOf(op.mask.type, bounds as readonly number[])),
  interpretOf(ops.ConstantMask, (op) => maskOf(op.mask.type, op.mask_dim_sizes.numbers)),
];

/** The mask whose lanes lie below the bounds in every dimension. */
function maskOf(t: VectorType, bounds: readonly number[]): VectorValue {
  return lanes(t, (i) => {
    let rest = i;
    for (let d = t.rank - 1; d >= 0; d--) {
      if (rest % t.shape[d]! >= bounds[d]!) return 0;
      rest = Math.floor(rest / t.shape[d]!);
    }
    return 1;
  });
}
