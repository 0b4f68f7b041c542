/**
 * Memory of the interpreter at the level of LLVM: allocations of bytes, pointers into them.
 *
 * Invariants: a pointer is an allocation with an offset, so that an access out of bounds or after
 * `free` is found and not a corruption; every allocation has an address of its own in a fictitious
 * address space, never reused, so that pointers survive `ptrtoint`, memory and back; address 0 is
 * null. Fresh memory is zero. Undefined values and poison read as zero.
 */
import type { InterpreterContext } from "@strata/interpret";
import { failAt, RuntimeObject, type RuntimeValue } from "@strata/interpret";
import type { Operation, Type } from "@strata/ir";
import { isAggregate } from "./types.ts";

/** Where memory comes from: it says who may release it. */
export type AllocationKind = "heap" | "stack" | "global" | "host" | "function";

/** A run of bytes with an address. */
export class Allocation {
  readonly kind: AllocationKind;
  /** Address of the first byte. */
  readonly base: number;
  readonly size: number;
  /** Name of the global or function; undefined for others. */
  readonly symbol: string | undefined;
  view: DataView;
  isFreed = false;

  constructor(kind: AllocationKind, base: number, view: DataView, symbol?: string) {
    this.kind = kind;
    this.base = base;
    this.size = view.byteLength;
    this.view = view;
    this.symbol = symbol;
  }
}

/** A pointer: `offset` bytes into an allocation, or the bare address where there is none. */
export class PointerValue extends RuntimeObject {
  readonly allocation: Allocation | undefined;
  readonly offset: number;

  constructor(allocation: Allocation | undefined, offset: number) {
    super();
    this.allocation = allocation;
    this.offset = offset;
  }

  get address(): number {
    return (this.allocation?.base ?? 0) + this.offset;
  }

  get isNull(): boolean {
    return this.allocation === undefined && this.offset === 0;
  }

  /** The pointer some bytes further. */
  plus(bytes: number): PointerValue {
    return bytes === 0 ? this : new PointerValue(this.allocation, this.offset + bytes);
  }

  describe(): string {
    if (this.allocation === undefined) return this.isNull ? "null" : `address ${this.offset}`;
    return `${this.allocation.kind} memory of ${this.allocation.size} bytes + ${this.offset}`;
  }
}

/** The null pointer. */
export const nullPointer: PointerValue = new PointerValue(undefined, 0);

/** A structure or array: its fields in order. Immutable. */
export class AggregateValue extends RuntimeObject {
  readonly type: Type;
  readonly fields: readonly RuntimeValue[];

  constructor(type: Type, fields: readonly RuntimeValue[]) {
    super();
    if (!isAggregate(type)) throw new Error(`${type.toString()} is no aggregate`);
    this.type = type;
    this.fields = fields;
  }

  describe(): string {
    return this.type.toString();
  }
}

/** Largest allocation, in bytes. */
const maxAllocation = 2 ** 31;
const firstAddress = 0x10000;
/** Bytes that stay unused between allocations. */
const guard = 64;

/** All memory of one interpreter. */
export class Memory {
  readonly #allocations: Allocation[] = [];
  readonly #functions = new Map<string, PointerValue>();
  readonly #globals = new Map<string, PointerValue>();
  readonly #stack: Allocation[] = [];
  #next = firstAddress;

  #add(kind: AllocationKind, view: DataView, alignment: number, symbol?: string): PointerValue {
    const base = Math.ceil(this.#next / alignment) * alignment;
    const a = new Allocation(kind, base, view, symbol);
    this.#next = base + a.size + guard;
    this.#allocations.push(a);
    return new PointerValue(a, 0);
  }

  /** Fresh memory; undefined where there is not enough. */
  tryAllocate(
    kind: AllocationKind,
    size: number,
    alignment = 16,
    symbol?: string,
  ): PointerValue | undefined {
    if (!(size >= 0 && size <= maxAllocation)) return undefined;
    const p = this.#add(kind, new DataView(new ArrayBuffer(size)), alignment, symbol);
    if (kind === "stack") this.#stack.push(p.allocation!);
    return p;
  }

  /** A pointer to memory of the host, which is shared, not copied. */
  adopt(bytes: ArrayBufferView, alignment = 64): PointerValue {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    return this.#add("host", view, alignment);
  }

  /** The address of a function: one for each symbol. */
  functionPointer(symbol: string): PointerValue {
    let p = this.#functions.get(symbol);
    if (p === undefined) {
      p = this.#add("function", new DataView(new ArrayBuffer(0)), 16, symbol);
      this.#functions.set(symbol, p);
    }
    return p;
  }

  /** The address of a global, made by `make` on first use. */
  globalPointer(symbol: string, make: () => PointerValue): PointerValue {
    let p = this.#globals.get(symbol);
    if (p === undefined) {
      p = make();
      this.#globals.set(symbol, p);
    }
    return p;
  }

  /** Releases heap memory; what is wrong with the pointer otherwise. Null is fine. */
  free(p: PointerValue): string | undefined {
    if (p.isNull) return undefined;
    const a = p.allocation;
    if (a === undefined || a.kind !== "heap") return `frees ${p.describe()}`;
    if (a.isFreed) return "frees memory twice";
    if (p.offset !== 0) return `frees ${p.describe()}, not its beginning`;
    release(a);
    return undefined;
  }

  /** The height of the stack, to be given to `releaseStack`. */
  get stackHeight(): number {
    return this.#stack.length;
  }

  /** Releases the stack memory allocated since the height was read. */
  releaseStack(height: number): void {
    while (this.#stack.length > height) release(this.#stack.pop()!);
  }

  /** Number of heap allocations that were never freed. */
  get leaks(): number {
    return this.#allocations.filter((a) => a.kind === "heap" && !a.isFreed).length;
  }

  /** The pointer to an address: into the allocation that has it, or just behind one. */
  pointerTo(address: number): PointerValue {
    if (address === 0) return nullPointer;
    const list = this.#allocations;
    let low = 0;
    let high = list.length;
    while (low < high) {
      const mid = (low + high) >> 1;
      if (list[mid]!.base <= address) low = mid + 1;
      else high = mid;
    }
    const a = list[low - 1];
    if (a === undefined || address > a.base + a.size) return new PointerValue(undefined, address);
    return new PointerValue(a, address - a.base);
  }
}

function release(a: Allocation): void {
  a.isFreed = true;
  // The bytes are gone: nothing may read them, and the host gets its memory back.
  a.view = new DataView(new ArrayBuffer(0));
}

const memoryKey = {};

/** The memory of an interpreter. */
export function memoryOf(cx: Pick<InterpreterContext, "stateOf">): Memory {
  return cx.stateOf(memoryKey, () => new Memory());
}

/** The bytes that an access touches; a diagnostic at `op` where it must not. */
export function checkAccess(
  op: Operation,
  p: PointerValue,
  size: number,
  alignment: number,
  what: "reads" | "writes",
): DataView {
  const a = p.allocation;
  if (a === undefined) {
    return failAt(op, "llvm.invalid-pointer", `\`${op.name}\` ${what} at ${p.describe()}`);
  }
  if (a.isFreed) {
    return failAt(
      op,
      "llvm.use-after-free",
      `\`${op.name}\` ${what} ${a.kind} memory that was released`,
    );
  }
  if (p.offset < 0 || p.offset + size > a.size) {
    return failAt(
      op,
      "llvm.out-of-bounds",
      `\`${op.name}\` ${what} ${size} bytes at ${p.describe()}`,
    );
  }
  if ((a.base + p.offset) % alignment !== 0) {
    return failAt(
      op,
      "llvm.misaligned",
      `\`${op.name}\` ${what} at ${p.describe()}, which is not aligned to ${alignment} bytes`,
    );
  }
  return a.view;
}
