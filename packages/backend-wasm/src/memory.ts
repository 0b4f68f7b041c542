/**
 * The memory of the device: one growing WebAssembly memory, given out in blocks of 64 bytes.
 *
 * Invariants: blocks that are free are kept sorted by address and never touch each other; the first
 * 64 KiB are never given out, so that addresses with small negative offsets stay valid.
 */

/** First address that is given out. */
const base = 65536;
const pageBytes = 65536;
const alignment = 64;

interface FreeBlock {
  address: number;
  bytes: number;
}

/** Gives out ranges of a WebAssembly memory. */
export class LinearMemory {
  readonly memory: WebAssembly.Memory;
  readonly maxBytes: number;
  readonly #free: FreeBlock[] = [];
  readonly #sizes = new Map<number, number>();
  #top = base;

  /** `maxPages` of 64 KiB bound the memory; at most 65536 (4 GiB). */
  constructor(maxPages = 65536) {
    this.memory = new WebAssembly.Memory({ initial: 2, maximum: maxPages });
    this.maxBytes = maxPages * pageBytes - base;
  }

  /** Bytes that are given out. */
  get usedBytes(): number {
    let total = 0;
    for (const n of this.#sizes.values()) total += n;
    return total;
  }

  /** The address of `bytes` bytes; undefined when there is no room. The contents are unspecified. */
  tryAllocate(bytes: number): number | undefined {
    const size = Math.max(alignment, Math.ceil(bytes / alignment) * alignment);
    const at = this.#free.findIndex((b) => b.bytes >= size);
    if (at >= 0) {
      const block = this.#free[at]!;
      const { address } = block;
      if (block.bytes === size) this.#free.splice(at, 1);
      else {
        block.address += size;
        block.bytes -= size;
      }
      this.#sizes.set(address, size);
      return address;
    }
    if (!this.#reserve(this.#top + size)) return undefined;
    const address = this.#top;
    this.#top += size;
    this.#sizes.set(address, size);
    return address;
  }

  #reserve(end: number): boolean {
    const have = this.memory.buffer.byteLength;
    if (end <= have) return true;
    try {
      this.memory.grow(Math.ceil((end - have) / pageBytes));
      return true;
    } catch {
      return false;
    }
  }

  /** Takes a range back; an address that is not given out is ignored. */
  release(address: number): void {
    const bytes = this.#sizes.get(address);
    if (bytes === undefined) return;
    this.#sizes.delete(address);
    let i = this.#free.findIndex((b) => b.address > address);
    if (i < 0) i = this.#free.length;
    this.#free.splice(i, 0, { address, bytes });
    this.#merge(i + 1);
    this.#merge(i);
    const last = this.#free[this.#free.length - 1];
    if (last !== undefined && last.address + last.bytes === this.#top) {
      this.#top = last.address;
      this.#free.pop();
    }
  }

  /** Joins free block `i` to the one before it if they touch. */
  #merge(i: number): void {
    const [before, block] = [this.#free[i - 1], this.#free[i]];
    if (before === undefined || block === undefined) return;
    if (before.address + before.bytes !== block.address) return;
    before.bytes += block.bytes;
    this.#free.splice(i, 1);
  }
}
