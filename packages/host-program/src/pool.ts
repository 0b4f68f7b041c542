/**
 * A pool of device memory: what is freed is given out again for requests of about its size.
 *
 * Invariants: memory is given out by one class of sizes, eight to an octave, so at most an eighth is
 * unused; commands run in order, so memory may be reused while work that was given before still uses
 * it; what is kept idle stays below the limit, and all of it goes when the device runs out.
 */

/** Where a pool's memory comes from. */
export interface MemorySource<M> {
  /** Memory of so many bytes; undefined when there is none. */
  tryAllocate(bytes: number): M | undefined;
  release(memory: M): void;
}

const SMALLEST = 256;

/** The size that is allocated for a request. */
export function sizeClass(bytes: number): number {
  if (bytes <= SMALLEST) return SMALLEST;
  const step = 2 ** (Math.floor(Math.log2(bytes - 1)) - 3);
  return Math.ceil(bytes / Math.max(step, 64)) * Math.max(step, 64);
}

/** A pool. */
export class MemoryPool<M> {
  readonly #source: MemorySource<M>;
  readonly #idleLimit: number;
  readonly #idle = new Map<number, M[]>();
  #idleBytes = 0;
  #usedBytes = 0;

  /** Keeps up to `idleLimit` bytes that nobody uses. */
  constructor(source: MemorySource<M>, idleLimit: number) {
    this.#source = source;
    this.#idleLimit = idleLimit;
  }

  /** Bytes that are in use. */
  get usedBytes(): number {
    return this.#usedBytes;
  }

  /** Bytes that are kept for later. */
  get idleBytes(): number {
    return this.#idleBytes;
  }

  /** Memory for so many bytes; undefined when the device has none. */
  tryAllocate(bytes: number): M | undefined {
    const size = sizeClass(bytes);
    const found = this.#idle.get(size)?.pop();
    if (found !== undefined) this.#idleBytes -= size;
    const memory = found ?? this.#source.tryAllocate(size) ?? this.#retry(size);
    if (memory !== undefined) this.#usedBytes += size;
    return memory;
  }

  /** Takes back memory that was given out for so many bytes. */
  release(memory: M, bytes: number): void {
    const size = sizeClass(bytes);
    this.#usedBytes -= size;
    if (this.#idleBytes + size > this.#idleLimit) {
      this.#source.release(memory);
      return;
    }
    const list = this.#idle.get(size);
    if (list === undefined) this.#idle.set(size, [memory]);
    else list.push(memory);
    this.#idleBytes += size;
  }

  /** Gives everything idle back to the device. */
  trim(): void {
    for (const list of this.#idle.values()) for (const memory of list) this.#source.release(memory);
    this.#idle.clear();
    this.#idleBytes = 0;
  }

  #retry(size: number): M | undefined {
    if (this.#idleBytes === 0) return undefined;
    this.trim();
    return this.#source.tryAllocate(size);
  }
}
