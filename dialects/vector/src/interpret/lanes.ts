/** Running the operations that make vectors, move lanes and change shapes. */
import {
  createStore,
  interpretAs,
  type InterpreterContext,
  interpretOf,
  type RuntimeValue,
  uninitializedValue,
  VectorValue,
} from "@strata/interpret";
import {
  bitWidthOf,
  FloatType,
  type InterfaceBinding,
  type Operation,
  type Type,
  VectorType,
} from "@strata/ir";
import { fmaOf } from "@strata/math";
import * as ops from "../ops.ts";
import { integersOf } from "../ops/shapes.ts";
import {
  elementsOf,
  expectVector,
  indicesAt,
  lanesOf,
  mixedPosition,
  positionIn,
} from "./values.ts";

/** First element and number of elements of a part of a vector; undefined: none is chosen. */
function part(
  op: Operation,
  t: VectorType,
  at: readonly number[],
  cx: InterpreterContext,
): [number, number] | undefined {
  // −1 stands for no position: what is there is unspecified.
  if (at.includes(-1)) return undefined;
  at.forEach((i, d) => {
    if (i >= 0 && i < t.shape[d]!) return;
    cx.fail(op, "vector.position", `position ${i} is outside of ${t.toString()}`);
  });
  const size = t.shape.slice(at.length).reduce((a, n) => a * n, 1);
  return [positionIn(at, t.shape) * size, size];
}

/** The element of a vector type for a lane of a type it broadcasts to. */
function broadcastSource(from: VectorType, to: VectorType): (lane: number) => number {
  if (from.numElements === 1) return () => 0;
  const skip = to.rank - from.rank;
  return (lane) => {
    const at = indicesAt(lane, to.shape).slice(skip);
    return positionIn(
      at.map((i, d) => (from.shape[d] === 1 ? 0 : i)),
      from.shape,
    );
  };
}

/** The bits of elements, lowest first, and back; rows keep their size in bits. */
function bitcast(from: VectorType, to: VectorType): (v: VectorValue) => VectorValue {
  const [a, b] = [from.elementType, to.elementType];
  const [n, m] = [bitWidthOf(a)!, bitWidthOf(b)!];
  const row = (from.shape.at(-1) ?? 1) * n;
  return (v) => {
    const all = v.elements.map((e) => bitsOf(e, a, n));
    return lanesOf(to, (lane) => {
      // In the whole vector the bits of lane `lane` begin here; rows have the same size in both.
      const start = lane * m;
      const line = Math.floor(start / row) * row;
      let bits = 0n;
      for (let have = 0; have < m;) {
        const at = start - line + have;
        const element = all[(line + at - (at % n)) / n]!;
        const skip = at % n;
        const take = Math.min(n - skip, m - have);
        bits |= BigInt.asUintN(take, element >> BigInt(skip)) << BigInt(have);
        have += take;
      }
      return valueOfBits(bits, b, m);
    });
  };
}

function bitsOf(v: RuntimeValue, t: Type, width: number): bigint {
  if (!(t instanceof FloatType)) return BigInt.asUintN(width, BigInt(v as number));
  const store = createStore(t, 1);
  store.set(0, v);
  const { buffer } = store.array!;
  const bytes = new Uint8Array(buffer);
  return bytes.reduceRight((bits, byte) => (bits << 8n) | BigInt(byte), 0n);
}

function valueOfBits(bits: bigint, t: Type, width: number): RuntimeValue {
  if (!(t instanceof FloatType)) {
    const value = width === 1 ? bits : BigInt.asIntN(width, bits);
    return width > 32 ? value : Number(value);
  }
  const store = createStore(t, 1);
  const bytes = new Uint8Array(store.array!.buffer);
  for (let i = 0; i < bytes.length; i++) bytes[i] = Number((bits >> BigInt(8 * i)) & 0xffn);
  return store.get(0);
}

/** The lane of the source that each lane of a transposed vector comes from. */
function transposition(op: ops.Transpose): number[] {
  const [from, to] = [op.vector.type.shape, op.result.type.shape];
  const permutation = op.permutation.numbers;
  return Array.from({ length: op.result.type.numElements }, (_, lane) => {
    const at = new Array<number>(from.length);
    indicesAt(lane, to).forEach((i, d) => (at[permutation[d]!] = i));
    return positionIn(at, from);
  });
}

/** The lane of `whole` for each lane of a box with these offsets. */
function boxLanes(whole: VectorType, box: VectorType, offsets: readonly number[]): number[] {
  const skip = whole.rank - box.rank;
  return Array.from({ length: box.numElements }, (_, lane) => {
    const inner = indicesAt(lane, box.shape);
    const at = whole.shape.map((_, d) => (offsets[d] ?? 0) + (d < skip ? 0 : inner[d - skip]!));
    return positionIn(at, whole.shape);
  });
}

const sameElements = (type: VectorType) => (v: RuntimeValue) =>
  new VectorValue(type, elementsOf(v));

/** How the operations of this file run. */
export const laneInterpretation: readonly InterfaceBinding[] = [
  interpretAs(ops.Broadcast, (op) => {
    const to = op.vector.type;
    const from = op.source.type;
    if (!(from instanceof VectorType)) return (x) => lanesOf(to, () => x!);
    const at = broadcastSource(from, to);
    return (x) => lanesOf(to, (lane) => expectVector(x).elements[at(lane)]!);
  }),
  interpretOf(ops.Extract, (op, [v, ...dynamic], cx) => {
    const source = expectVector(v);
    const t = op.result.type;
    const found = part(op, source.type, mixedPosition(op.static_position, dynamic), cx);
    if (found === undefined) return uninitializedValue(t);
    const [start, size] = found;
    if (!(t instanceof VectorType)) return source.elements[start]!;
    return new VectorValue(t, source.elements.slice(start, start + size));
  }),
  interpretOf(ops.Insert, (op, [x, v, ...dynamic], cx) => {
    const dest = expectVector(v);
    const found = part(op, dest.type, mixedPosition(op.static_position, dynamic), cx);
    if (found === undefined) return uninitializedValue(dest.type);
    const [start, size] = found;
    const elements = [...dest.elements];
    const values = elementsOf(x!);
    for (let i = 0; i < size; i++) elements[start + i] = values[i]!;
    return new VectorValue(dest.type, elements);
  }),
  interpretAs(ops.Shuffle, (op) => {
    const to = op.vector.type;
    const from = op.v1.type;
    const row = from.shape.slice(1).reduce((n, d) => n * d, 1);
    const split = from.shape[0] ?? 1;
    const mask = op.mask.numbers;
    const unspecified = uninitializedValue(to.elementType);
    return (a, b) => {
      const [x, y] = [expectVector(a).elements, expectVector(b).elements];
      return lanesOf(to, (l) => {
        const i = mask[Math.floor(l / row)]!;
        if (i < 0) return unspecified;
        return (i < split ? x : y)[(i < split ? i : i - split) * row + (l % row)]!;
      });
    };
  }),
  interpretAs(ops.FMA, (op) => {
    const t = op.result.type;
    const fma = fmaOf(t.elementType as FloatType);
    return (a, b, c) => {
      const [x, y, z] = [a, b, c].map((v) => expectVector(v).elements as readonly number[]);
      return lanesOf(t, (l) => fma(x![l]!, y![l]!, z![l]!));
    };
  }),
  interpretAs(ops.Step, (op) => {
    const value = lanesOf(op.result.type, (l) => l);
    return () => value;
  }),
  interpretOf(ops.FromElements, (op, elements) => new VectorValue(op.dest.type, elements)),
  interpretOf(ops.ToElements, (_, [v]) => expectVector(v).elements),
  interpretAs(ops.Interleave, (op) => {
    const t = op.result.type;
    return (a, b) => {
      const [x, y] = [expectVector(a).elements, expectVector(b).elements];
      return lanesOf(t, (l) => (l % 2 === 0 ? x : y)[l >> 1]!);
    };
  }),
  interpretOf(ops.Deinterleave, (op, [v]) => {
    const { elements } = expectVector(v);
    const half = op.res1.type;
    return [lanesOf(half, (l) => elements[2 * l]!), lanesOf(half, (l) => elements[2 * l + 1]!)];
  }),
  interpretAs(ops.Bitcast, (op) => {
    const cast = bitcast(op.source.type, op.result.type);
    return (v) => cast(expectVector(v));
  }),
  interpretAs(ops.ShapeCast, (op) => sameElements(op.result.type) as (v?: RuntimeValue) => never),
  interpretAs(ops.Transpose, (op) => {
    const from = transposition(op);
    const t = op.result.type;
    return (v) => lanesOf(t, (l) => expectVector(v).elements[from[l]!]!);
  }),
  interpretAs(ops.ExtractStridedSlice, (op) => {
    const t = op.result.type;
    const from = boxLanes(op.source.type, t, integersOf(op.offsets));
    return (v) => lanesOf(t, (l) => expectVector(v).elements[from[l]!]!);
  }),
  interpretAs(ops.InsertStridedSlice, (op) => {
    const t = op.res.type;
    const to = boxLanes(t, op.valueToStore.type, integersOf(op.offsets));
    return (x, v) => {
      const elements = [...expectVector(v).elements];
      expectVector(x).elements.forEach((e, l) => (elements[to[l]!] = e));
      return new VectorValue(t, elements);
    };
  }),
  interpretOf(ops.ScalableExtract, (op, [v], cx) => {
    const t = op.res.type;
    const { elements } = expectVector(v);
    const at = scalablePosition(op, Number(op.pos.value), t.numElements, elements.length, cx);
    return lanesOf(t, (l) => elements[at + l]!);
  }),
  interpretOf(ops.ScalableInsert, (op, [x, v], cx) => {
    const elements = [...expectVector(v).elements];
    const slice = expectVector(x).elements;
    const at = scalablePosition(op, Number(op.pos.value), slice.length, elements.length, cx);
    slice.forEach((e, l) => (elements[at + l] = e));
    return new VectorValue(op.res.type, elements);
  }),
  interpretAs(ops.VScale, () => () => 1),
];

function scalablePosition(
  op: Operation,
  at: number,
  count: number,
  length: number,
  cx: InterpreterContext,
): number {
  if (at + count <= length) return at;
  return cx.fail(
    op,
    "vector.position",
    `lanes ${at} to ${at + count - 1} are outside of the ${length} that run here`,
  );
}
