/** Tensors in the program's memory, at addresses that native code takes. */
import {
  byteCount,
  elementCount,
  formatTensorType,
  releasedBuffer,
  wrongData,
  type Buffer,
  type HostTensor,
} from "@strata/runtime";
import { dtypeInfo, type DType, type StorageArray } from "@strata/support";
import type { LLVMDevice } from "./device.ts";
import type { MemoryBlock, MemoryPool } from "./memory-pool.ts";

function bytesOf(a: ArrayBufferView): Uint8Array {
  return new Uint8Array(a.buffer, a.byteOffset, a.byteLength);
}

/** A buffer of the device `llvm`. */
export class LLVMBuffer implements Buffer {
  readonly device: LLVMDevice;
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly byteLength: number;
  readonly #pool: MemoryPool;
  #block: MemoryBlock | undefined;
  #view: StorageArray | undefined;

  constructor(
    device: LLVMDevice,
    pool: MemoryPool,
    dtype: DType,
    shape: readonly number[],
    block: MemoryBlock,
  ) {
    this.device = device;
    this.dtype = dtype;
    this.shape = shape;
    this.byteLength = byteCount(dtype, shape);
    this.#pool = pool;
    this.#block = block;
  }

  /** Where the elements lie; a diagnostic after `release`. */
  get address(): number {
    if (this.#block === undefined) throw releasedBuffer();
    return this.#block.address;
  }

  /** The memory that the elements lie in. */
  get memory(): ArrayBuffer {
    if (this.#block === undefined) throw releasedBuffer();
    return this.#block.buffer;
  }

  view(): StorageArray {
    if (this.#block === undefined) throw releasedBuffer();
    const { buffer, offset } = this.#block;
    const { array } = dtypeInfo(this.dtype);
    return (this.#view ??= new array(buffer, offset, elementCount(this.shape)));
  }

  write(data: StorageArray): void {
    const view = this.view();
    if (data.length !== view.length || data.constructor.name !== view.constructor.name) {
      const wanted = formatTensorType(this.dtype, this.shape);
      throw wrongData(wanted, `${data.constructor.name}(${data.length})`);
    }
    bytesOf(view).set(bytesOf(data));
  }

  readSync(): HostTensor {
    return { dtype: this.dtype, shape: this.shape, data: this.view().slice() };
  }

  read(): Promise<HostTensor> {
    return Promise.resolve(this.readSync());
  }

  release(): void {
    if (this.#block === undefined) return;
    this.#pool.release(this.#block);
    this.#block = undefined;
    this.#view = undefined;
  }
}
