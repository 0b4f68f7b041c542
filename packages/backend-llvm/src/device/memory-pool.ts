/**
 * Memory of the program that native code works on.
 *
 * Invariants: a block's address stays the same as long as the block lives; it is a multiple of 64;
 * memory that is given back is detached from every view of it, and kept for a later block of its
 * size up to a limit; contents of a new block are unspecified.
 */
import { addressOf } from "@strata/runtime/native";

/** Where vectors are aligned, whatever the machine. */
export const ALIGNMENT = 64;

/** Bytes that are kept for later. */
const KEPT_BYTES = 512 * 2 ** 20;
/** Blocks of one size that are kept. */
const KEPT_BLOCKS = 16;

/** A piece of memory. */
export interface MemoryBlock {
  readonly buffer: ArrayBuffer;
  /** Where the aligned part begins in the buffer, and in the address space. */
  readonly offset: number;
  readonly address: number;
  readonly bytes: number;
}

/** Blocks of memory. */
export class MemoryPool {
  readonly #free = new Map<number, MemoryBlock[]>();
  #keptBytes = 0;
  #usedBytes = 0;

  /** Bytes of the blocks that are in use. */
  get usedBytes(): number {
    return this.#usedBytes;
  }

  /** A block; undefined when there is no room. */
  tryAllocate(bytes: number): MemoryBlock | undefined {
    const kept = this.#free.get(bytes)?.pop();
    if (kept !== undefined) {
      this.#keptBytes -= bytes;
      this.#usedBytes += bytes;
      return kept;
    }
    let buffer: ArrayBuffer;
    try {
      buffer = new ArrayBuffer(bytes + ALIGNMENT);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      if (this.#keptBytes === 0) return undefined;
      this.clear();
      return this.tryAllocate(bytes);
    }
    const start = Number(addressOf(buffer));
    const offset = (ALIGNMENT - (start % ALIGNMENT)) % ALIGNMENT;
    this.#usedBytes += bytes;
    return { buffer, offset, address: start + offset, bytes };
  }

  /** Takes a block back; views of it are detached. */
  release({ buffer, offset, address, bytes }: MemoryBlock): void {
    this.#usedBytes -= bytes;
    // The memory moves to a new buffer without being copied; the old one is empty from now on.
    const moved = buffer.transfer();
    const list = this.#free.get(bytes) ?? [];
    const isKept = list.length < KEPT_BLOCKS && this.#keptBytes + bytes <= KEPT_BYTES;
    if (!isKept) {
      moved.transfer(0);
      return;
    }
    list.push({ buffer: moved, offset, address, bytes });
    this.#free.set(bytes, list);
    this.#keptBytes += bytes;
  }

  /** Gives what is kept back to the system. */
  clear(): void {
    for (const list of this.#free.values()) for (const { buffer } of list) buffer.transfer(0);
    this.#free.clear();
    this.#keptBytes = 0;
  }
}
