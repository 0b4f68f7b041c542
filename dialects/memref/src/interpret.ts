/**
 * What the operations of `memref` do when a program runs.
 *
 * Accesses are checked: an index outside of the shape or a freed buffer ends the run with a
 * diagnostic. Fresh memory holds the bytes 0xCD (numbers whose bits these are not bytes of: the
 * same bits cut to their width), so that reading it uninitialized shows.
 */
import {
  combinerOf,
  type CombiningKind,
  type ElementStore,
  failAt,
  interpretAs,
  type InterpreterContext,
  interpretOf,
  MemRefValue,
  type RuntimeValue,
} from "@strata/interpret";
import { type InterfaceBinding, MemRefType, type Operation, type Type } from "@strata/ir";
import { tryStrides, unknown } from "./layout.ts";
import { allocate, allocateAs } from "./interpret-allocation.ts";
import { globalStorage } from "./interpret-globals.ts";
import { viewing } from "./interpret-views.ts";
import * as ops from "./ops.ts";

/** A run-time value that must be a memref. */
export function expectMemRef(v: RuntimeValue | undefined): MemRefValue {
  if (v instanceof MemRefValue) return v;
  throw new Error("expected a memref");
}

/** Ends the run: an access is outside of the buffer, or the buffer is freed. */
export function failAccess(op: Operation, m: MemRefValue, indices: readonly RuntimeValue[]): never {
  if (m.buffer.isFreed) failAt(op, "memref.use-after-free", "the buffer has been freed");
  const d = indices.findIndex((i, k) => !((i as number) >= 0 && (i as number) < m.shape[k]!));
  return failAt(
    op,
    "memref.out-of-bounds",
    `index ${String(indices[d])} is outside of dimension ${d}, whose extent is ${m.shape[d]}`,
  );
}

/** Position of an element; fails at `op` when an index is outside or the buffer is freed. */
export function expectPosition(
  op: Operation,
  m: MemRefValue,
  indices: readonly RuntimeValue[],
  _cx?: InterpreterContext,
): number {
  const at = m.buffer.isFreed ? undefined : m.linearIndex(indices as readonly number[]);
  return at ?? failAccess(op, m, indices);
}

/** Reading an element, without building lists for the usual ranks. */
function loadFunction(op: ops.Load): (...operands: RuntimeValue[]) => RuntimeValue {
  switch (op.indices.length) {
    case 1:
      return (memref, i) => {
        const m = memref as MemRefValue;
        const at = i as number;
        if (!(at >= 0 && at < m.shape[0]!) || m.buffer.isFreed) return failAccess(op, m, [at]);
        return m.buffer.get(m.offset + at * m.strides[0]!);
      };
    case 2:
      return (memref, i, j) => {
        const m = memref as MemRefValue;
        const [y, x] = [i as number, j as number];
        const inside = y >= 0 && y < m.shape[0]! && x >= 0 && x < m.shape[1]!;
        if (!inside || m.buffer.isFreed) return failAccess(op, m, [y, x]);
        return m.buffer.get(m.offset + y * m.strides[0]! + x * m.strides[1]!);
      };
    default:
      return (memref, ...indices) => {
        const m = memref as MemRefValue;
        return m.buffer.get(expectPosition(op, m, indices));
      };
  }
}

/** Writing an element, without building lists for the usual ranks. */
function storeFunction(op: ops.Store): (...operands: RuntimeValue[]) => RuntimeValue {
  switch (op.indices.length) {
    case 1:
      return (value, memref, i) => {
        const m = memref as MemRefValue;
        const at = i as number;
        if (!(at >= 0 && at < m.shape[0]!) || m.buffer.isFreed) return failAccess(op, m, [at]);
        m.buffer.set(m.offset + at * m.strides[0]!, value!);
        return 0;
      };
    case 2:
      return (value, memref, i, j) => {
        const m = memref as MemRefValue;
        const [y, x] = [i as number, j as number];
        const inside = y >= 0 && y < m.shape[0]! && x >= 0 && x < m.shape[1]!;
        if (!inside || m.buffer.isFreed) return failAccess(op, m, [y, x]);
        m.buffer.set(m.offset + y * m.strides[0]! + x * m.strides[1]!, value!);
        return 0;
      };
    default:
      return (value, memref, ...indices) => {
        const m = memref as MemRefValue;
        m.buffer.set(expectPosition(op, m, indices), value!);
        return 0;
      };
  }
}

function copy(op: ops.Copy, source: MemRefValue, target: MemRefValue): void {
  for (const m of [source, target]) {
    if (m.buffer.isFreed) failAt(op, "memref.use-after-free", "the buffer has been freed");
  }
  if (source.shape.join() !== target.shape.join()) {
    failAt(
      op,
      "memref.copy-shape",
      `\`${source.describe()}\` does not fit \`${target.describe()}\``,
    );
  }
  const values = [...source.positions()].map((p) => source.buffer.get(p));
  let i = 0;
  for (const p of target.positions()) target.buffer.set(p, values[i++]!);
}

/** Whether a buffer is laid out as a type says, where the type says it. */
function isLaidOutAs(m: MemRefValue, type: MemRefType): boolean {
  if (type.shape.length !== m.shape.length) return false;
  if (type.shape.some((n, d) => n >= 0 && n !== m.shape[d])) return false;
  const stated = tryStrides(type);
  if (stated === undefined || m.numElements === 0) return true;
  const strides = stated.strides.every(
    (s, d) => s === unknown || m.shape[d] === 1 || s === m.strides[d],
  );
  return strides && (stated.offset === unknown || stated.offset === m.offset);
}

function cast(op: ops.Cast, m: MemRefValue): MemRefValue {
  const to: Type = op.dest.type;
  if (!(to instanceof MemRefType) || isLaidOutAs(m, to)) return m;
  const text = `${m.describe()} with strides [${m.strides.join(", ")}] and offset ${m.offset}`;
  return failAt(op, "memref.cast-shape", `\`${text}\` is no \`${to.toString()}\``);
}

function realloc(
  op: ops.Realloc,
  source: MemRefValue,
  size: RuntimeValue | undefined,
): MemRefValue {
  if (source.buffer.isFreed) {
    failAt(op, "memref.use-after-free", "the buffer has been freed");
  }
  const made = allocate(op, op.result.type, size === undefined ? [] : [size], []);
  const n = Math.min(source.shape[0]!, made.shape[0]!);
  for (let i = 0; i < n; i++) made.buffer.set(i, source.buffer.get(source.offset + i));
  source.buffer.isFreed = true;
  return made;
}

/** The kinds of atomic updates as kinds of combining; `assign` keeps the operand. */
const combining: Partial<Record<ops.AtomicKind, CombiningKind>> = {
  addf: "add",
  addi: "add",
  andi: "and",
  maximumf: "maximumf",
  maxnumf: "maxnumf",
  maxs: "maxsi",
  maxu: "maxui",
  minimumf: "minimumf",
  minnumf: "minnumf",
  mins: "minsi",
  minu: "minui",
  mulf: "mul",
  muli: "mul",
  ori: "or",
  xori: "xor",
};

const updates = new WeakMap<Operation, (old: RuntimeValue, value: RuntimeValue) => RuntimeValue>();

function updateOf(op: ops.AtomicRMW): (old: RuntimeValue, value: RuntimeValue) => RuntimeValue {
  let f = updates.get(op);
  if (f === undefined) {
    const kind = combining[ops.AtomicRMWKind.nameOf(op.kind)];
    f = kind === undefined ? (_, value) => value : combinerOf(kind, op.memref.type.elementType);
    updates.set(op, f);
  }
  return f;
}

/** Addresses of buffers, made up as they are asked for. */
class Addresses {
  readonly #known = new Map<ElementStore, number>();
  #next = 0x10000;

  of(store: ElementStore): number {
    let at = this.#known.get(store);
    if (at === undefined) {
      this.#known.set(store, (at = this.#next));
      const bytes = store.array?.byteLength ?? store.length * 8;
      this.#next += Math.ceil((bytes + 1) / 4096) * 4096;
    }
    return at;
  }
}

/** How the operations run. */
export const interpretation: readonly InterfaceBinding[] = [
  interpretOf(ops.Alloc, (op, sizes) => allocateAs(op, sizes)),
  interpretOf(ops.Alloca, (op, sizes) => allocateAs(op, sizes)),
  interpretOf(ops.Dealloc, (op, [m]) => {
    const { buffer } = expectMemRef(m);
    if (buffer.isFreed) failAt(op, "memref.double-free", "the buffer has been freed before");
    buffer.isFreed = true;
  }),
  interpretOf(ops.Realloc, (op, [m, size]) => realloc(op, expectMemRef(m), size)),
  interpretOf(
    ops.AllocaScope,
    (op, _, cx) => cx.runRegion(op.bodyRegion, []),
    (op, _, cx) => cx.runSuspendable(op.bodyRegion, []),
  ),
  interpretAs(ops.Load, loadFunction),
  interpretAs(ops.Store, storeFunction),
  interpretAs(ops.Dim, (op) => (m, d) => {
    const { shape } = expectMemRef(m);
    return (
      shape[d as number] ?? failAt(op, "memref.dim-range", `there is no dimension ${String(d)}`)
    );
  }),
  interpretAs(ops.Rank, () => (m) => expectMemRef(m).shape.length),
  interpretAs(ops.Cast, (op) => (m) => cast(op, expectMemRef(m))),
  interpretAs(ops.MemorySpaceCast, () => (m) => m!),
  interpretAs(ops.AssumeAlignment, () => (m) => m!),
  interpretOf(ops.DistinctObjects, (_, buffers) => buffers),
  interpretOf(ops.Prefetch, () => undefined),
  interpretOf(ops.Copy, (op, [source, target]) =>
    copy(op, expectMemRef(source), expectMemRef(target)),
  ),
  interpretOf(ops.ExtractAlignedPointerAsIndex, (_, [m], cx) => {
    const addresses = cx.stateOf(Addresses, () => new Addresses());
    return addresses.of(expectMemRef(m).buffer);
  }),
  interpretOf(ops.AtomicRMW, (op, [value, m, ...indices]) => {
    const memref = expectMemRef(m);
    const at = expectPosition(op, memref, indices);
    const old = memref.buffer.get(at);
    memref.buffer.set(at, updateOf(op)(old, value!));
    return old;
  }),
  interpretOf(ops.GenericAtomicRMW, (op, [m, ...indices], cx) => {
    const memref = expectMemRef(m);
    const at = expectPosition(op, memref, indices);
    const old = memref.buffer.get(at);
    memref.buffer.set(at, cx.runRegion(op.atomic_body, [old])[0]!);
    return old;
  }),
  interpretOf(ops.GetGlobal, (op, _, cx) => globalStorage(op, cx)),
  ...viewing,
];
