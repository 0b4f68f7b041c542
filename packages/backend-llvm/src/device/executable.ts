/**
 * Kernels of the device `llvm`, ready to be called.
 *
 * Invariants: arguments are the program's own memory, not copies; results never share memory with
 * arguments; each call under way has a block of slots of its own, and whatever it works on is kept
 * alive until it returns; code is given back only when no call is under way.
 */
import {
  badOutput,
  elementCount,
  foreignBuffer,
  formatTensorType,
  isBuffer,
  outOfMemory,
  releasedBuffer,
  resultLabel,
  wrongData,
  type BoundArguments,
  type BoundTensor,
  type Buffer,
  type Executable,
  type ResultShape,
  type RunResult,
} from "@strata/runtime";
import { addressOf } from "@strata/runtime/native";
import type { KernelSignature, ScalarType, StorageArray } from "@strata/support";
import { ArgumentBlock } from "./arguments.ts";
import { LLVMBuffer } from "./buffer.ts";
import type { LLVMDevice } from "./device.ts";
import { slotCount, type LLVMImage } from "./image.ts";

/** A kernel's code: what calls it. */
export interface KernelCode {
  /** Calls with the address of a block; the bytes that there was no room for, 0 if all went well. */
  call(block: number): number;
  /** Like `call`, on another thread. */
  callAsync(block: number, done: (error: Error | null, missing: number) => void): void;
  release(): void;
}

/** Kernels that took longer than this, in milliseconds, run on another thread when launched. */
const BLOCKING_MS = 0.25;

const addresses = new WeakMap<ArrayBufferLike, number>();

/** Where an array's elements lie. */
function addressOfArray(data: StorageArray): number {
  const { buffer } = data;
  let address = addresses.get(buffer);
  if (address === undefined) {
    address = buffer.byteLength === 0 ? 0 : Number(addressOf(buffer));
    addresses.set(buffer, address);
  }
  return address + data.byteOffset;
}

/** What a call under way needs. */
interface Call {
  readonly block: ArgumentBlock;
  readonly results: readonly (LLVMBuffer | undefined)[];
  readonly made: readonly LLVMBuffer[];
}

/** A kernel, compiled and loaded. */
export class LLVMExecutable implements Executable {
  readonly device: LLVMDevice;
  readonly signature: KernelSignature;
  readonly image: LLVMImage;
  readonly #firstSlot: readonly number[];
  /** Slots of the arguments; those of scalar results follow. */
  readonly #slots: number;
  readonly #blocks: ArgumentBlock[] = [];
  #code: KernelCode | undefined;
  #underWay = 0;
  #released = false;
  #lastMs = Infinity;

  constructor(device: LLVMDevice, signature: KernelSignature, image: LLVMImage, code: KernelCode) {
    this.device = device;
    this.signature = signature;
    this.image = image;
    this.#code = code;
    this.#firstSlot = image.params.map((_, i) => slotCount(image.params.slice(0, i)));
    this.#slots = slotCount(image.params);
  }

  run(args: BoundArguments, out?: readonly (Buffer | undefined)[]): RunResult[] {
    const code = this.#expectCode();
    const call = this.#prepare(args, out);
    return this.#finish(args, call, code.call(call.block.address));
  }

  async launch(args: BoundArguments, out?: readonly (Buffer | undefined)[]): Promise<RunResult[]> {
    const code = this.#expectCode();
    const call = this.#prepare(args, out);
    const start = performance.now();
    let missing: number;
    if (this.#lastMs < BLOCKING_MS) missing = code.call(call.block.address);
    else {
      this.#underWay++;
      try {
        missing = await new Promise<number>((resolve, reject) => {
          code.callAsync(call.block.address, (error, bytes) => {
            // The arguments are named here so that they live until now.
            if (error === null && args.values.length >= 0) resolve(bytes);
            else reject(error ?? new Error("the call failed"));
          });
        });
      } finally {
        this.#underWay--;
        this.#releaseIfIdle();
      }
    }
    this.#lastMs = performance.now() - start;
    return this.#finish(args, call, missing);
  }

  release(): void {
    this.#released = true;
    this.#releaseIfIdle();
  }

  #releaseIfIdle(): void {
    if (!this.#released || this.#underWay > 0) return;
    this.#code?.release();
    this.#code = undefined;
  }

  #expectCode(): KernelCode {
    if (this.#code === undefined || this.#released) throw releasedBuffer();
    return this.#code;
  }

  #prepare(args: BoundArguments, out: readonly (Buffer | undefined)[] | undefined): Call {
    const block =
      this.#blocks.pop() ?? new ArgumentBlock(this.#slots + this.image.scalars.length + 1);
    const { values } = args;
    // Where the kernel starts threads, it looks here for their number.
    block.setWhole(this.#slots + this.image.scalars.length, this.device.threads);
    for (let i = 0; i < values.length; i++) {
      const value = values[i]!;
      const plan = this.image.params[i]!;
      const slot = this.#firstSlot[i]!;
      if (value.kind === "scalar") {
        if (plan.kind === "scalar") block.setScalar(slot, plan.type, value.value);
      } else this.#setTensor(block, i, this.#addressOf(value), value.shape);
    }
    const results: (LLVMBuffer | undefined)[] = [];
    const made: LLVMBuffer[] = [];
    let next = values.length;
    try {
      for (let k = 0; k < args.results.length; k++) {
        const result = args.results[k]!;
        const given = out?.[k];
        if (result.kind === "scalar") {
          if (given !== undefined) {
            const label = resultLabel(this.signature, result.name);
            throw badOutput(label, "is not needed: the result is a scalar");
          }
          results.push(undefined);
          continue;
        }
        let buffer: LLVMBuffer;
        if (given === undefined) {
          buffer = this.device.alloc(result.dtype, result.shape);
          made.push(buffer);
        } else buffer = this.#target(args, result, given);
        results.push(buffer);
        this.#setTensor(block, next++, buffer.address, result.shape);
      }
    } catch (error) {
      for (const buffer of made) buffer.release();
      throw error;
    }
    return { block, results, made };
  }

  #setTensor(block: ArgumentBlock, i: number, address: number, shape: readonly number[]): void {
    const plan = this.image.params[i]!;
    let slot = this.#firstSlot[i]!;
    block.setWhole(slot, address);
    if (plan.kind !== "tensor") return;
    for (const d of plan.extents) block.setWhole(++slot, shape[d]!);
  }

  #addressOf({ source, name, dtype, shape }: BoundTensor): number {
    if (isBuffer(source)) {
      if (source instanceof LLVMBuffer && source.device === this.device) return source.address;
      throw foreignBuffer(name, this.device.name, source.device.name);
    }
    const { data } = source;
    // An array whose memory was given away has no elements left.
    if (data.length < elementCount(shape)) {
      throw wrongData(formatTensorType(dtype, shape), `${data.constructor.name}(${data.length})`);
    }
    return addressOfArray(data);
  }

  /** The buffer given for a result, checked before anything runs. */
  #target(
    args: BoundArguments,
    result: ResultShape & { readonly kind: "tensor" },
    given: Buffer,
  ): LLVMBuffer {
    const refuse = (reason: string): Error =>
      badOutput(resultLabel(this.signature, result.name), reason);
    if (!(given instanceof LLVMBuffer) || given.device !== this.device) {
      throw refuse(`is on device ${given.device.name}`);
    }
    const { dtype, shape } = result;
    const fits =
      given.dtype === dtype &&
      given.shape.length === shape.length &&
      given.shape.every((extent, axis) => extent === shape[axis]);
    if (!fits) throw refuse("has another type or shape");
    for (const value of args.values) {
      if (value.kind !== "tensor") continue;
      const { source } = value;
      const memory = source instanceof LLVMBuffer ? source.memory : undefined;
      const other = memory ?? (isBuffer(source) ? undefined : source.data.buffer);
      if (other === given.memory) throw refuse("is an argument as well");
    }
    return given;
  }

  #finish(args: BoundArguments, { block, results, made }: Call, missing: number): RunResult[] {
    if (missing !== 0) {
      for (const buffer of made) buffer.release();
      this.#blocks.push(block);
      throw outOfMemory(this.device.name, missing, `inside of ${this.signature.name}`);
    }
    let next = 0;
    const { scalars } = this.image;
    const finished = args.results.map((result, k): RunResult => {
      const buffer = results[k];
      if (buffer !== undefined) return buffer;
      const value = block.scalar(this.#slots + next, scalars[next]!);
      next++;
      return presented(value, result.dtype);
    });
    this.#blocks.push(block);
    return finished;
  }
}

/** A signed value as the one that its type has. */
function presented(value: number | bigint, dtype: ScalarType): number | bigint {
  switch (dtype) {
    case "u8":
      return Number(value) & 0xff;
    case "u16":
      return Number(value) & 0xffff;
    case "u32":
      return Number(value) >>> 0;
    case "u64":
      return BigInt.asUintN(64, BigInt(value));
    case "index":
      return Number(value);
    default:
      return value;
  }
}
