/** What slices, casts and reshapes of buffers do when a program runs: they share the memory. */
import {
  failAt,
  interpretAs,
  interpretOf,
  MemRefValue,
  rowMajorStrides,
  type RuntimeValue,
  tryViewStore,
} from "@strata/interpret";
import {
  type InterfaceBinding,
  type MixedIndex,
  type Operation,
  type Reassociation,
  Value,
} from "@strata/ir";
import * as ops from "./ops.ts";

const asMemRef = (v: RuntimeValue | undefined): MemRefValue => {
  if (v instanceof MemRefValue) return v;
  throw new Error("expected a memref");
};

/** Reads mixed lists from the operands behind the first, in order. */
function listReader(): (
  list: readonly MixedIndex[],
) => (args: readonly RuntimeValue[]) => number[] {
  let next = 1;
  return (list) => {
    const from = list.map((x) => (x instanceof Value ? next++ : -1));
    return (args) => list.map((x, i) => (x instanceof Value ? (args[from[i]!] as number) : x));
  };
}

/** Reads mixed lists for one op. */
function readers(...lists: readonly (readonly MixedIndex[])[]) {
  const reader = listReader();
  return lists.map((l) => reader(l));
}

function checkSlice(
  op: Operation,
  m: MemRefValue,
  offsets: readonly number[],
  sizes: readonly number[],
  steps: readonly number[],
): void {
  sizes.forEach((n, d) => {
    if (n < 0) failAt(op, "memref.subview-bounds", `size ${n} of dimension ${d} is negative`);
    if (n === 0) return;
    const first = offsets[d]!;
    const last = first + (n - 1) * steps[d]!;
    const extent = m.shape[d]!;
    if (Math.min(first, last) >= 0 && Math.max(first, last) < extent) return;
    failAt(
      op,
      "memref.subview-bounds",
      `elements ${first} to ${last} of dimension ${d} are not all below its extent ${extent}`,
    );
  });
}

function sliceFunction(op: ops.SubView): (...args: RuntimeValue[]) => RuntimeValue {
  const [offsetsOf, sizesOf, stepsOf] = readers(op.mixedOffsets, op.mixedSizes, op.mixedStrides);
  const dropped = new Set(op.droppedDims);
  return (...args) => {
    const m = asMemRef(args[0]);
    const [offsets, sizes, steps] = [offsetsOf!(args), sizesOf!(args), stepsOf!(args)];
    checkSlice(op, m, offsets, sizes, steps);
    const offset = offsets.reduce((at, o, d) => at + o * m.strides[d]!, m.offset);
    const strides = m.strides.map((s, d) => s * steps[d]!);
    const kept = <T>(list: readonly T[]): T[] => list.filter((_, d) => !dropped.has(d));
    return new MemRefValue(m.buffer, kept(sizes), m.elementType, offset, kept(strides));
  };
}

/** Whether all positions of a view lie in its buffer. */
function isInside(m: MemRefValue): boolean {
  if (m.numElements === 0) return true;
  let [low, high] = [m.offset, m.offset];
  m.shape.forEach((n, d) => {
    const reach = (n - 1) * m.strides[d]!;
    if (reach < 0) low += reach;
    else high += reach;
  });
  return low >= 0 && high < m.buffer.length;
}

function reinterpret(op: ops.ReinterpretCast): (...args: RuntimeValue[]) => RuntimeValue {
  const [offsetOf, sizesOf, stridesOf] = readers([op.mixedOffset], op.mixedSizes, op.mixedStrides);
  return (...args) => {
    const { buffer, elementType } = asMemRef(args[0]);
    const [sizes, strides] = [sizesOf!(args), stridesOf!(args)];
    const view = new MemRefValue(buffer, sizes, elementType, offsetOf!(args)[0], strides);
    if (!sizes.some((n) => n < 0) && isInside(view)) return view;
    return failAt(
      op,
      "memref.reinterpret-bounds",
      `sizes [${sizes.join(", ")}] with strides [${strides.join(", ")}] from ${view.offset} on leave the ${buffer.length} elements of the buffer`,
    );
  };
}

/** One dimension for each group; fails where the elements of a group do not lie together. */
function collapse(op: ops.CollapseShape, m: MemRefValue, groups: Reassociation): MemRefValue {
  const shape = groups.map((g) => g.reduce((n, d) => n * m.shape[d]!, 1));
  const strides = groups.map((group, i) => {
    const inner = group.filter((d) => m.shape[d] !== 1);
    const last = inner[inner.length - 1] ?? group[group.length - 1]!;
    const step = m.strides[last]!;
    let expected = step;
    for (const d of [...inner].reverse()) {
      if (m.strides[d] !== expected && shape[i] !== 0) {
        failAt(
          op,
          "memref.collapse-layout",
          `dimension ${d} with stride ${m.strides[d]} does not continue the next one, which asks for ${expected}`,
        );
      }
      expected *= m.shape[d]!;
    }
    return step;
  });
  return new MemRefValue(m.buffer, shape, m.elementType, m.offset, strides);
}

function expand(op: ops.ExpandShape): (...args: RuntimeValue[]) => RuntimeValue {
  const [shapeOf] = readers(op.mixedShape);
  const { groups } = op;
  return (...args) => {
    const m = asMemRef(args[0]);
    const shape = shapeOf!(args);
    const strides = shape.map(() => 1);
    groups.forEach((group, d) => {
      const merged = group.reduce((n, k) => n * shape[k]!, 1);
      if (merged !== m.shape[d]) {
        failAt(
          op,
          "memref.expand-shape",
          `the extents [${group.map((k) => shape[k]).join(", ")}] do not divide extent ${m.shape[d]} of dimension ${d}`,
        );
      }
      let step = m.strides[d]!;
      for (const k of [...group].reverse()) {
        strides[k] = step;
        step *= shape[k]!;
      }
    });
    return new MemRefValue(m.buffer, shape, m.elementType, m.offset, strides);
  };
}

function isDense(m: MemRefValue): boolean {
  const dense = rowMajorStrides(m.shape);
  return m.shape.every((n, d) => n === 1 || m.strides[d] === dense[d]);
}

function reshape(op: ops.Reshape, m: MemRefValue, extents: MemRefValue): MemRefValue {
  const shape = [...extents.positions()].map((p) => Number(extents.buffer.get(p)));
  const count = shape.reduce((n, d) => n * d, 1);
  if (count !== m.numElements || shape.some((n) => n < 0) || !isDense(m)) {
    failAt(
      op,
      "memref.reshape-shape",
      `\`${m.describe()}\` cannot be reshaped to extents [${shape.join(", ")}]`,
    );
  }
  return new MemRefValue(m.buffer, shape, m.elementType, m.offset);
}

function viewBytes(op: ops.View, [source, shift, ...sizes]: readonly RuntimeValue[]): MemRefValue {
  const bytes = asMemRef(source);
  const type = op.result.type;
  let next = 0;
  const shape = type.shape.map((n) => (n >= 0 ? n : (sizes[next++] as number)));
  const count = shape.reduce((n, d) => n * d, 1);
  const store = shape.some((n) => n < 0)
    ? undefined
    : tryViewStore(bytes.buffer, type.elementType, bytes.offset + (shift as number), count);
  if (store === undefined) {
    failAt(
      op,
      "memref.view-bounds",
      `${count} elements of \`${type.elementType.toString()}\` do not fit at byte ${String(shift)} of ${bytes.numElements}`,
      "the byte offset must be a multiple of the element's size, and the end inside of the buffer",
    );
  }
  return new MemRefValue(store, shape, type.elementType);
}

/** How the operations run. */
export const viewing: readonly InterfaceBinding[] = [
  interpretAs(ops.SubView, sliceFunction),
  interpretAs(ops.ReinterpretCast, reinterpret),
  interpretAs(ops.CollapseShape, (op) => {
    const { groups } = op;
    return (m) => collapse(op, asMemRef(m), groups);
  }),
  interpretAs(ops.ExpandShape, expand),
  interpretAs(ops.Reshape, (op) => (m, shape) => reshape(op, asMemRef(m), asMemRef(shape))),
  interpretAs(ops.Transpose, (op) => {
    const { dims } = op;
    return (v) => {
      const m = asMemRef(v);
      const pick = (list: readonly number[]): number[] => dims.map((d) => list[d]!);
      return new MemRefValue(m.buffer, pick(m.shape), m.elementType, m.offset, pick(m.strides));
    };
  }),
  interpretOf(ops.View, viewBytes),
  interpretOf(ops.ExtractStridedMetadata, (_, [v]) => {
    const m = asMemRef(v);
    const base = new MemRefValue(m.buffer, [], m.elementType, 0, []);
    return [base, m.offset, ...m.shape, ...m.strides];
  }),
];
