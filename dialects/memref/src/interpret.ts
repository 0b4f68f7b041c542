/**
 * What the operations of `memref` do when a program runs.
 *
 * Accesses are checked: an index outside of the shape or a freed buffer ends the run with a
 * diagnostic. Fresh memory holds the bytes 0xCD, so that reading it uninitialized shows.
 */
import {
  type ElementStore,
  type InterpreterContext,
  interpretOf,
  MemRefValue,
  createStore,
  type RuntimeValue,
} from "@strata/interpret";
import { type InterfaceBinding, MemRefType, type Operation } from "@strata/ir";
import * as ops from "./ops.ts";

/** Fills memory with a pattern that is no plausible value. */
function poison(store: ElementStore): void {
  const { array } = store;
  if (array === undefined) return;
  const bytes = new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
  // Booleans stay booleans: their patterns are 0 and 1 only.
  if (store.elementType.toString() !== "i1") bytes.fill(0xcd);
}

/** Position of an element; fails at `op` when an index is outside or the buffer is freed. */
export function expectPosition(
  op: Operation,
  m: MemRefValue,
  indices: readonly RuntimeValue[],
  cx: InterpreterContext,
): number {
  if (m.buffer.isFreed) cx.fail(op, "memref.use-after-free", "the buffer has been freed");
  const at = m.linearIndex(indices as readonly number[]);
  if (at !== undefined) return at;
  const d = indices.findIndex((i, k) => !((i as number) >= 0 && (i as number) < m.shape[k]!));
  return cx.fail(
    op,
    "memref.out-of-bounds",
    `index ${String(indices[d])} is outside of dimension ${d}, whose extent is ${m.shape[d]}`,
  );
}

function allocate(
  op: ops.Alloc | ops.Alloca,
  sizes: readonly RuntimeValue[],
  cx: InterpreterContext,
): MemRefValue {
  const type = op.memref.type;
  let next = 0;
  const shape = type.shape.map((n) => (n >= 0 ? n : (sizes[next++] as number)));
  if (shape.some((n) => n < 0)) cx.fail(op, "memref.negative-size", "an extent is negative");
  const store = createStore(
    type.elementType,
    shape.reduce((a, n) => a * n, 1),
  );
  poison(store);
  return new MemRefValue(store, shape, type.elementType);
}

function copy(
  op: ops.Copy,
  source: MemRefValue,
  target: MemRefValue,
  cx: InterpreterContext,
): void {
  if (source.shape.join() !== target.shape.join()) {
    cx.fail(
      op,
      "memref.copy-shape",
      `\`${source.describe()}\` does not fit \`${target.describe()}\``,
    );
  }
  const values = [...source.positions()].map((p) => source.buffer.get(p));
  let i = 0;
  for (const p of target.positions()) target.buffer.set(p, values[i++]!);
}

function asMemRef(v: RuntimeValue | undefined): MemRefValue {
  if (v instanceof MemRefValue) return v;
  throw new Error("expected a memref");
}

/** How the operations run. */
export const interpretation: readonly InterfaceBinding[] = [
  interpretOf(ops.Alloc, (op, args, cx) => allocate(op, args, cx)),
  interpretOf(ops.Alloca, (op, args, cx) => allocate(op, args, cx)),
  interpretOf(ops.Dealloc, (op, [m], cx) => {
    const { buffer } = asMemRef(m);
    if (buffer.isFreed) cx.fail(op, "memref.double-free", "the buffer has been freed before");
    buffer.isFreed = true;
  }),
  interpretOf(ops.Load, (op, [m, ...indices], cx) => {
    const memref = asMemRef(m);
    return memref.buffer.get(expectPosition(op, memref, indices, cx));
  }),
  interpretOf(ops.Store, (op, [value, m, ...indices], cx) => {
    const memref = asMemRef(m);
    memref.buffer.set(expectPosition(op, memref, indices, cx), value!);
  }),
  interpretOf(ops.Dim, (op, [m, d], cx) => {
    const { shape } = asMemRef(m);
    return (
      shape[d as number] ?? cx.fail(op, "memref.dim-range", `there is no dimension ${String(d)}`)
    );
  }),
  interpretOf(ops.Rank, (_, [m]) => asMemRef(m).shape.length),
  interpretOf(ops.Cast, (op, [m], cx) => {
    const memref = asMemRef(m);
    const to = op.dest.type;
    const fits =
      !(to instanceof MemRefType) || to.shape.every((n, d) => n < 0 || n === memref.shape[d]);
    if (!fits)
      cx.fail(op, "memref.cast-shape", `\`${memref.describe()}\` is no \`${to.toString()}\``);
    return memref;
  }),
  interpretOf(ops.Copy, (op, [source, target], cx) =>
    copy(op, asMemRef(source), asMemRef(target), cx),
  ),
  interpretOf(ops.CollapseShape, (op, [m]) => {
    const memref = asMemRef(m);
    const groups = op.reassociation.values.map((g) => JSON.parse(g.toString()) as number[]);
    const shape = groups.map((g) => g.reduce((n, d) => n * memref.shape[d]!, 1));
    return new MemRefValue(memref.buffer, shape, memref.elementType, memref.offset);
  }),
];
