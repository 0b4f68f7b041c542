/**
 * Finds accesses that race: two threads touch an element, one of them writes, and nothing orders
 * them. Inside a block barriers order; blocks of a launch are never ordered. Atomic updates do not
 * race with each other.
 *
 * Invariants: of every element the last write is known, and so many of the reads and atomic updates
 * that one that races with a later access is among them (the last one, one of the same phase by
 * another thread, and one by another block). Earlier phases of the same block are ordered before
 * the present one, so they are forgotten. What is found does not depend on the order threads run
 * in.
 */
import type { AccessObserver, ElementStore, InterpreterContext } from "@strata/interpret";
import { type Operation, opError, spanOf } from "@strata/ir";
import { AtomicRMW, GenericAtomicRMW } from "@strata/memref";
import { DiagnosticError } from "@strata/support";
import { type Machine, positionOf, type ThreadState, type Three } from "./threads.ts";

/** Who accessed what, by which operation, behind which barrier. */
interface Access {
  readonly id: number;
  readonly op: Operation;
  readonly block: number;
  readonly thread: number;
  readonly phase: number;
  readonly what: "reads" | "writes" | "updates";
}

/** Slots of a cell: the last write, then three of reads, then three of atomic updates. */
const [lastWrite, reads, updates, slots] = [0, 1, 4, 8];
const pageCells = 1024;

/** What is known of the elements of one memory; a cell is as large as the smallest element. */
class MemoryShadow {
  granule: number;
  readonly #bytes: number;
  #pages: (Int32Array | undefined)[] = [];

  constructor(granule: number, bytes: number) {
    this.granule = granule;
    this.#bytes = bytes;
  }

  page(cell: number): Int32Array {
    const p = Math.floor(cell / pageCells);
    // The last page is as long as the memory needs: small buffers are many.
    return (this.#pages[p] ??= new Int32Array(
      Math.min(pageCells, Math.ceil(this.#bytes / this.granule) - p * pageCells) * slots,
    ));
  }

  /** Splits all cells, for elements smaller than those before. */
  refine(granule: number): void {
    const parts = this.granule / granule;
    const old = this.#pages;
    this.#pages = [];
    this.granule = granule;
    old.forEach((page, p) => {
      if (page === undefined) return;
      const cells = (page.length / slots) * parts;
      for (let c = 0; c < cells; c++) {
        const from = Math.floor(c / parts) * slots;
        const cell = p * pageCells * parts + c;
        this.page(cell).set(page.subarray(from, from + slots), (cell % pageCells) * slots);
      }
    });
  }
}

/** Where the elements of one store are in a memory. */
interface StoreShadow {
  readonly owner: RaceDetector;
  readonly memory: MemoryShadow;
  /** Bytes of an element, and of what lies before the first. */
  readonly size: number;
  readonly start: number;
}

/** Marks stores that only one thread can reach. */
const unshared = {};

/** Takes a store out of the search: only one thread can reach it. */
export function markUnshared(store: ElementStore): void {
  store.observation = unshared;
}

const isStoreShadow = (o: object | undefined): o is StoreShadow =>
  o !== undefined && o !== unshared;

const isAtomic = (op: Operation): boolean =>
  op instanceof AtomicRMW || op instanceof GenericAtomicRMW;

/** Watches the accesses of one launch. */
export class RaceDetector implements AccessObserver {
  readonly #machine: Machine;
  readonly #cx: InterpreterContext;
  readonly #blockSize: Three;
  readonly #gridSize: Three;
  readonly #accesses: Access[] = [];
  readonly #latest: Readonly<Record<Access["what"], Map<Operation, Access>>> = {
    reads: new Map(),
    writes: new Map(),
    updates: new Map(),
  };
  readonly #memories = new WeakMap<object, MemoryShadow>();
  /** What accesses memory in place of the interpreter's operation, while lanes act as one. */
  acting: Operation | undefined;

  constructor(machine: Machine, cx: InterpreterContext, grid: Three, block: Three) {
    this.#machine = machine;
    this.#cx = cx;
    this.#gridSize = grid;
    this.#blockSize = block;
  }

  read(store: ElementStore, i: number): void {
    if (store.observation === unshared) return;
    const op = this.acting ?? this.#cx.currentOp;
    const thread = this.#machine.thread;
    // An atomic update is one access, known when it writes.
    if (op === undefined || thread === undefined || isAtomic(op)) return;
    this.#visit(store, i, this.#access(op, thread, "reads"));
  }

  write(store: ElementStore, i: number): void {
    if (store.observation === unshared) return;
    const op = this.acting ?? this.#cx.currentOp;
    const thread = this.#machine.thread;
    if (op === undefined || thread === undefined) return;
    this.#visit(store, i, this.#access(op, thread, isAtomic(op) ? "updates" : "writes"));
  }

  #access(op: Operation, { block, number }: ThreadState, what: Access["what"]): Access {
    const last = this.#latest[what].get(op);
    const isSame =
      last !== undefined &&
      last.thread === number &&
      last.phase === block.phase &&
      last.block === block.number;
    if (isSame) return last;
    const id = this.#accesses.length + 1;
    const made: Access = { id, op, what, thread: number, block: block.number, phase: block.phase };
    this.#accesses.push(made);
    this.#latest[what].set(op, made);
    return made;
  }

  #shadowOf(store: ElementStore): StoreShadow {
    const known = store.observation;
    if (isStoreShadow(known) && known.owner === this) return known;
    const { array } = store;
    const size = array?.BYTES_PER_ELEMENT ?? 1;
    const key = array?.buffer ?? store;
    let memory = this.#memories.get(key);
    if (memory === undefined) {
      const bytes = array?.buffer.byteLength ?? store.length;
      this.#memories.set(key, (memory = new MemoryShadow(size, bytes)));
    }
    if (size < memory.granule) memory.refine(size);
    const made: StoreShadow = { owner: this, memory, size, start: array?.byteOffset ?? 0 };
    store.observation = made;
    return made;
  }

  #visit(store: ElementStore, i: number, access: Access): void {
    const { memory, size, start } = this.#shadowOf(store);
    const first = (start + i * size) / memory.granule;
    for (let cell = first; cell < first + size / memory.granule; cell++) {
      const page = memory.page(cell);
      const at = (cell % pageCells) * slots;
      if (access.what === "reads") {
        this.#check(page, at + lastWrite, 1, access, i);
        this.#check(page, at + updates, 3, access, i);
        this.#remember(page, at + reads, access);
      } else if (access.what === "updates") {
        this.#check(page, at + lastWrite, updates, access, i);
        this.#remember(page, at + updates, access);
      } else {
        this.#check(page, at, updates + 3, access, i);
        page[at + lastWrite] = access.id;
      }
    }
  }

  /** Fails if one of some slots holds an access that nothing orders before this one. */
  #check(page: Int32Array, from: number, count: number, access: Access, element: number): void {
    for (let s = from; s < from + count; s++) {
      const id = page[s]!;
      if (id === 0 || id === access.id) continue;
      const other = this.#accesses[id - 1]!;
      const isOrdered =
        other.block === access.block &&
        (other.phase !== access.phase || other.thread === access.thread);
      if (!isOrdered) this.#fail(other, access, element);
    }
  }

  #remember(page: Int32Array, at: number, access: Access): void {
    const id = page[at]!;
    page[at] = access.id;
    if (id === 0 || id === access.id) return;
    const last = this.#accesses[id - 1]!;
    if (last.block !== access.block) {
      page[at + 2] = id;
      page[at + 1] = 0;
    } else if (last.phase !== access.phase) page[at + 1] = 0;
    else if (last.thread !== access.thread) page[at + 1] = id;
  }

  #describe({ op, thread, block }: Access): string {
    const [t, b] = [positionOf(thread, this.#blockSize), positionOf(block, this.#gridSize)];
    return `\`${op.name}\` in thread (${t.join(", ")}) of block (${b.join(", ")})`;
  }

  #fail(first: Access, second: Access, element: number): never {
    const past = { reads: "has read", writes: "has written", updates: "has updated" }[first.what];
    const inBlock = first.block === second.block;
    throw new DiagnosticError({
      ...opError(
        second.op,
        "gpu.race",
        `${this.#describe(second)} ${second.what} element ${element} of a buffer, which ` +
          `${this.#describe(first)} ${past}: nothing orders the two`,
        inBlock
          ? "put a `gpu.barrier` between the two accesses"
          : "blocks of a launch are not ordered: launch twice, or update atomically",
      ),
      notes: [{ message: `the other access: ${this.#describe(first)}`, span: spanOf(first.op) }],
    });
  }
}
