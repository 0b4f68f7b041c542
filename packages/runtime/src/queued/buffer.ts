/**
 * Buffers of devices that work through commands in the order in which they are given.
 *
 * Invariant: memory is given back in order too, so that commands given before may still use it.
 */
import { dtypeInfo, type DType, type StorageArray } from "@strata/support";
import type { Buffer, Device } from "../device.ts";
import { releasedBuffer, wrongData } from "../errors.ts";
import { byteCount, elementCount, formatTensorType, type HostTensor } from "../tensor.ts";

/** A device's one queue of commands. `M`: memory of the device. */
export interface CommandQueue<M> {
  /** Memory of at least so many bytes, its contents unspecified; a diagnostic when there is none. */
  alloc(bytes: number): M;
  free(memory: M): void;
  /** Writes bytes to the start of a memory; `data` may be reused when this returns. */
  write(memory: M, data: Uint8Array): void;
  /** Reads the first bytes of a memory when all commands before are done. */
  read(memory: M, into: Uint8Array): void;
  /** The same, without blocking the program. */
  readLater(memory: M, into: Uint8Array): Promise<void>;
}

/** A device with one queue. */
export interface QueuedDevice<M> extends Device {
  readonly queue: CommandQueue<M>;
  alloc(dtype: DType, shape: readonly number[]): QueuedBuffer<M>;
}

/** The bytes of an array. */
export function bytesOf(a: ArrayBufferView): Uint8Array {
  return new Uint8Array(a.buffer, a.byteOffset, a.byteLength);
}

/** A buffer in the device's memory. */
export class QueuedBuffer<M> implements Buffer {
  readonly device: QueuedDevice<M>;
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly byteLength: number;
  #memory: M | undefined;

  constructor(device: QueuedDevice<M>, dtype: DType, shape: readonly number[], memory: M) {
    this.device = device;
    this.dtype = dtype;
    this.shape = [...shape];
    this.byteLength = byteCount(dtype, shape);
    this.#memory = memory;
  }

  /** Where the elements are; a diagnostic after `release`. */
  get memory(): M {
    if (this.#memory === undefined) throw releasedBuffer();
    return this.#memory;
  }

  view(): StorageArray | undefined {
    return undefined;
  }

  write(data: StorageArray): void {
    const { memory } = this;
    const { array } = dtypeInfo(this.dtype);
    if (data.length !== elementCount(this.shape) || data.constructor.name !== array.name) {
      const wanted = formatTensorType(this.dtype, this.shape);
      throw wrongData(wanted, `${data.constructor.name}(${data.length})`);
    }
    if (this.byteLength > 0) this.device.queue.write(memory, bytesOf(data));
  }

  readSync(): HostTensor {
    const { memory } = this;
    const tensor = this.#empty();
    if (this.byteLength > 0) this.device.queue.read(memory, bytesOf(tensor.data));
    return tensor;
  }

  async read(): Promise<HostTensor> {
    const { memory } = this;
    const tensor = this.#empty();
    if (this.byteLength > 0) await this.device.queue.readLater(memory, bytesOf(tensor.data));
    return tensor;
  }

  release(): void {
    if (this.#memory === undefined) return;
    this.device.queue.free(this.#memory);
    this.#memory = undefined;
  }

  #empty(): HostTensor {
    const { array } = dtypeInfo(this.dtype);
    return { dtype: this.dtype, shape: this.shape, data: new array(elementCount(this.shape)) };
  }
}
