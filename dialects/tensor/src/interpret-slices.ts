/** Parts of tensors when a program runs. */
import {
  createStore,
  failAt,
  interpretAs,
  interpretOf,
  rowMajorStrides,
  type InterpreterContext,
  type RuntimeValue,
  TensorValue,
} from "@strata/interpret";
import {
  type InterfaceBinding,
  type MixedIndex,
  type Operation,
  type Reassociation,
  Value,
} from "@strata/ir";
import * as ops from "./ops.ts";

const asTensor = (v: RuntimeValue | undefined): TensorValue => {
  if (v instanceof TensorValue) return v;
  throw new Error("expected a tensor");
};

/** The numbers of mixed lists, whose operands are `args` from `first` on. */
export function listsOf(
  lists: readonly (readonly MixedIndex[])[],
  args: readonly RuntimeValue[],
  first: number,
): number[][] {
  let next = first;
  return lists.map((l) => l.map((x) => (x instanceof Value ? (args[next++] as number) : x)));
}

/** Where a slice lies in a tensor: the position of its first element, and its steps. */
interface Slice {
  readonly start: number;
  readonly sizes: readonly number[];
  readonly steps: readonly number[];
}

/** Checks that a slice lies inside of a shape. */
export function placeSlice(
  op: Operation,
  shape: readonly number[],
  [offsets, sizes, strides]: readonly (readonly number[])[],
): Slice {
  const own = rowMajorStrides(shape);
  let start = 0;
  sizes!.forEach((n, d) => {
    if (n < 0) failAt(op, "tensor.slice-bounds", `size ${n} of dimension ${d} is negative`);
    const first = offsets![d]!;
    const last = first + (n - 1) * strides![d]!;
    start += first * own[d]!;
    if (n === 0 || (Math.min(first, last) >= 0 && Math.max(first, last) < shape[d]!)) return;
    failAt(
      op,
      "tensor.slice-bounds",
      `elements ${first} to ${last} of dimension ${d} are not all below its extent ${shape[d]}`,
    );
  });
  return { start, sizes: sizes!, steps: own.map((s, d) => s * strides![d]!) };
}

/** Calls `f` with the positions of a slice's elements, in row-major order. */
function forEachPosition({ start, sizes, steps }: Slice, f: (position: number) => void): void {
  const level = (d: number, at: number): void => {
    if (d === sizes.length) {
      f(at);
      return;
    }
    for (let i = 0; i < sizes[d]!; i++) level(d + 1, at + i * steps[d]!);
  };
  level(0, start);
}

const count = (shape: readonly number[]): number => shape.reduce((a, n) => a * n, 1);

function extract(op: ops.ExtractSlice): (...args: RuntimeValue[]) => RuntimeValue {
  const lists = [op.mixedOffsets, op.mixedSizes, op.mixedStrides];
  const dropped = new Set(op.droppedDims);
  return (...args) => {
    const t = asTensor(args[0]);
    const slice = placeSlice(op, t.shape, listsOf(lists, args, 1));
    const shape = slice.sizes.filter((_, d) => !dropped.has(d));
    const data = createStore(t.elementType, count(shape));
    let i = 0;
    forEachPosition(slice, (p) => data.set(i++, t.data.get(p)));
    return new TensorValue(shape, t.elementType, data);
  };
}

/** Writes a part into `data`, the elements of a tensor of a shape. */
export function writeSlice(
  op: Operation,
  part: TensorValue,
  shape: readonly number[],
  data: TensorValue["data"],
  lists: readonly (readonly number[])[],
): void {
  const slice = placeSlice(op, shape, lists);
  if (count(slice.sizes) !== part.numElements) {
    failAt(
      op,
      "tensor.slice-size",
      `\`${part.describe()}\` does not fill a part of sizes [${slice.sizes.join(", ")}]`,
    );
  }
  let i = 0;
  forEachPosition(slice, (p) => data.set(p, part.data.get(i++)));
}

function insert(op: ops.InsertSlice): (...args: RuntimeValue[]) => RuntimeValue {
  const lists = [op.mixedOffsets, op.mixedSizes, op.mixedStrides];
  return (...args) => {
    const [part, whole] = [asTensor(args[0]), asTensor(args[1])];
    const data = whole.data.slice();
    writeSlice(op, part, whole.shape, data, listsOf(lists, args, 2));
    return new TensorValue(whole.shape, whole.elementType, data);
  };
}

const insertions = {};

/**
 * What the running iterations of a parallel loop have inserted so far, by the loop's arguments that
 * stand for its results.
 */
export function parallelInsertions(cx: InterpreterContext): Map<Value, TensorValue> {
  return cx.stateOf(insertions, () => new Map<Value, TensorValue>());
}

function insertInParallel(
  op: ops.ParallelInsertSlice,
  args: readonly RuntimeValue[],
  cx: InterpreterContext,
): void {
  const inserted = parallelInsertions(cx);
  const part = asTensor(args[0]);
  const whole = inserted.get(op.dest) ?? asTensor(args[1]);
  const data = whole.data.slice();
  const lists = [op.mixedOffsets, op.mixedSizes, op.mixedStrides];
  writeSlice(op, part, whole.shape, data, listsOf(lists, args, 2));
  inserted.set(op.dest, new TensorValue(whole.shape, whole.elementType, data));
}

function expand(op: ops.ExpandShape): (...args: RuntimeValue[]) => RuntimeValue {
  const stated = [op.mixedShape];
  const groups: Reassociation = op.groups;
  return (...args) => {
    const t = asTensor(args[0]);
    const [shape] = listsOf(stated, args, 1) as [number[]];
    groups.forEach((group, d) => {
      const extents = group.map((k) => shape[k]!);
      if (extents.every((n) => n >= 0) && count(extents) === t.shape[d]) return;
      failAt(
        op,
        "tensor.expand-shape",
        `the extents [${extents.join(", ")}] do not divide extent ${t.shape[d]} of dimension ${d}`,
      );
    });
    return new TensorValue(shape, t.elementType, t.data);
  };
}

/** The elements of a concatenation: each input's block of the joined dimension in turn. */
function concat(op: ops.Concat, inputs: readonly TensorValue[]): TensorValue {
  const dim = Number(op.dim.value);
  const first = inputs[0]!;
  const shape = first.shape.map((n, d) =>
    d === dim ? inputs.reduce((a, t) => a + t.shape[d]!, 0) : n,
  );
  for (const t of inputs) {
    if (t.shape.every((n, d) => d === dim || n === shape[d])) continue;
    failAt(op, "tensor.concat-shape", `\`${t.describe()}\` does not join \`${first.describe()}\``);
  }
  const data = createStore(first.elementType, count(shape));
  const outer = count(shape.slice(0, dim));
  const inner = count(shape.slice(dim + 1));
  let at = 0;
  for (let o = 0; o < outer; o++) {
    for (const t of inputs) {
      const block = t.shape[dim]! * inner;
      data.copyFrom(t.data, o * block, at, block);
      at += block;
    }
  }
  return new TensorValue(shape, first.elementType, data);
}

/** Calls `f` for every position tensor entry with the start in the whole and number in the part. */
function forEachGathered(
  op: Operation,
  whole: TensorValue,
  positions: TensorValue,
  dims: readonly number[],
  f: (slice: Slice, entry: number) => void,
): void {
  const own = rowMajorStrides(whole.shape);
  const sizes = whole.shape.map((n, d) => (dims.includes(d) ? 1 : n));
  const entries = count(positions.shape.slice(0, -1));
  for (let e = 0; e < entries; e++) {
    let start = 0;
    dims.forEach((d, k) => {
      const i = Number(positions.data.get(e * dims.length + k));
      if (!(i >= 0 && i < whole.shape[d]!)) {
        failAt(
          op,
          "tensor.out-of-bounds",
          `index ${i} is outside of dimension ${d}, whose extent is ${whole.shape[d]}`,
        );
      }
      start += i * own[d]!;
    });
    f({ start, sizes, steps: own }, e);
  }
}

function gather(op: ops.Gather, whole: TensorValue, positions: TensorValue): TensorValue {
  const dims = op.gather_dims.numbers;
  const leading = positions.shape.slice(0, -1);
  const { rank } = op.result.type;
  const sizes = whole.shape.map((n, d) => (dims.includes(d) ? 1 : n));
  const keeps = rank === leading.length + whole.shape.length;
  const inner = keeps ? sizes : whole.shape.filter((_, d) => !dims.includes(d));
  const shape = [...leading, ...inner];
  const data = createStore(whole.elementType, count(shape));
  const size = count(sizes);
  forEachGathered(op, whole, positions, dims, (slice, e) => {
    let i = e * size;
    forEachPosition(slice, (p) => data.set(i++, whole.data.get(p)));
  });
  return new TensorValue(shape, whole.elementType, data);
}

function scatter(
  op: ops.Scatter,
  part: TensorValue,
  whole: TensorValue,
  positions: TensorValue,
): TensorValue {
  const dims = op.scatter_dims.numbers;
  const size = count(whole.shape.map((n, d) => (dims.includes(d) ? 1 : n)));
  const data = whole.data.slice();
  forEachGathered(op, whole, positions, dims, (slice, e) => {
    let i = e * size;
    forEachPosition(slice, (p) => data.set(p, part.data.get(i++)));
  });
  return new TensorValue(whole.shape, whole.elementType, data);
}

/** How the operations run. */
export const slicing: readonly InterfaceBinding[] = [
  interpretAs(ops.ExtractSlice, extract),
  interpretAs(ops.InsertSlice, insert),
  interpretOf(ops.ParallelInsertSlice, insertInParallel),
  interpretAs(ops.ExpandShape, expand),
  interpretOf(ops.Concat, (op, inputs) => concat(op, inputs.map(asTensor))),
  interpretOf(ops.Gather, (op, [t, at]) => gather(op, asTensor(t), asTensor(at))),
  interpretOf(ops.Scatter, (op, [part, t, at]) =>
    scatter(op, asTensor(part), asTensor(t), asTensor(at)),
  ),
  interpretOf(ops.Pad, (op, args, cx) => {
    const t = asTensor(args[0]);
    const [low, high] = listsOf([op.mixedLow, op.mixedHigh], args, 1) as [number[], number[]];
    const shape = t.shape.map((n, d) => n + low[d]! + high[d]!);
    if (shape.some((n) => n < 0)) failAt(op, "tensor.negative-size", "an extent is negative");
    const data = createStore(t.elementType, count(shape));
    const own = rowMajorStrides(t.shape);
    const all = { start: 0, sizes: shape, steps: rowMajorStrides(shape) };
    let k = 0;
    forEachPosition(all, () => {
      let rest = k;
      const point = all.steps.map((s) => {
        const i = Math.floor(rest / s);
        rest -= i * s;
        return i;
      });
      const inner = point.map((i, d) => i - low[d]!);
      const isInside = inner.every((i, d) => i >= 0 && i < t.shape[d]!);
      const at = inner.reduce((a, i, d) => a + i * own[d]!, 0);
      data.set(k++, isInside ? t.data.get(at) : cx.runRegion(op.body, point)[0]!);
    });
    return new TensorValue(shape, t.elementType, data);
  }),
];
