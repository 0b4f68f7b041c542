/**
 * What a host program asks of a device.
 *
 * Invariants: commands take effect in the order in which they are given; only reading waits for them.
 */

/** Commands of one queue of a device. `M`: memory, `K`: a kernel that is ready to be launched. */
export interface Driver<M, K> {
  /** Memory of at least so many bytes, its contents unspecified; a diagnostic when there is none. */
  alloc(bytes: number): M;
  /** Gives memory back; commands given before still use it. */
  free(memory: M): void;
  /** Copies the first bytes of one memory to the start of another. */
  copy(from: M, to: M, bytes: number): void;
  /** Repeats a pattern of 1, 2, 4 or 8 bytes over the first bytes of a memory. */
  fill(memory: M, pattern: Uint8Array, bytes: number): void;
  /**
   * Launches a kernel on a grid of blocks, all extents positive. `args` are the kernel's flattened
   * arguments: a memory, followed by the dynamic extents of its memref, or a scalar. The array is
   * the caller's again when this returns.
   */
  launch(
    kernel: K,
    grid: readonly [number, number, number],
    block: readonly [number, number, number],
    args: readonly (M | number | bigint)[],
  ): void;
  /** Reads the first bytes of a memory when all commands before are done. */
  read(memory: M, into: Uint8Array): void;
  /** The same, without blocking the program. */
  readLater(memory: M, into: Uint8Array): Promise<void>;
}

/** A memref of the device: dense, row-major from the memory's start. */
export interface DeviceMemRef<M> {
  readonly memory: M;
  readonly shape: readonly number[];
}
