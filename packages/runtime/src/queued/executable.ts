/**
 * Kernels of devices that work through commands in the order in which they are given.
 *
 * Invariants: a run gives commands and returns; only results that are scalars wait for the device;
 * tensors of the host are copied when the run is given, so their arrays may be reused at once; a
 * buffer that takes a result is no argument.
 */
import type { DType, KernelSignature, ScalarType } from "@strata/support";
import type { BoundArguments, BoundTensor, ResultShape } from "../bind.ts";
import { isBuffer, type Buffer, type Executable, type RunResult } from "../device.ts";
import { badOutput, foreignBuffer, releasedBuffer, wrongData } from "../errors.ts";
import { resultLabel } from "../bind.ts";
import { elementCount, formatTensorType } from "../tensor.ts";
import { bytesOf, QueuedBuffer, type QueuedDevice } from "./buffer.ts";

/** A tensor as programs of the device take it. */
export interface QueuedTensor<M> {
  readonly memory: M;
  readonly shape: readonly number[];
}

/** An argument: a tensor, or a scalar with its integers signed (bool: 0 or 1; index: a number). */
export type QueuedArgument<M> = QueuedTensor<M> | number | bigint;

/** What gives the commands of one run: parameters, then tensors of results; gives the scalars. */
export interface QueuedProgram<M> {
  run(args: readonly QueuedArgument<M>[]): readonly (number | bigint)[];
  launch(args: readonly QueuedArgument<M>[]): Promise<readonly (number | bigint)[]>;
  release(): void;
}

/** What a run holds until its commands are given. */
interface Prepared<M> {
  readonly args: readonly QueuedArgument<M>[];
  readonly results: readonly (QueuedBuffer<M> | undefined)[];
  /** Buffers that are the run's own if it fails. */
  readonly made: readonly QueuedBuffer<M>[];
  /** Memory of arguments that came from the host. */
  readonly borrowed: readonly M[];
}

/** A kernel that is ready to run. `I`: what may be kept of it. */
export class QueuedExecutable<M, I extends object = object> implements Executable {
  readonly device: QueuedDevice<M>;
  readonly signature: KernelSignature;
  /** What may be kept of it: `binary`, and facts that JSON can hold. */
  readonly image: I;
  #program: QueuedProgram<M> | undefined;

  constructor(
    device: QueuedDevice<M>,
    signature: KernelSignature,
    image: I,
    program: QueuedProgram<M>,
  ) {
    this.device = device;
    this.signature = signature;
    this.image = image;
    this.#program = program;
  }

  run(args: BoundArguments, out: readonly (Buffer | undefined)[] = []): RunResult[] {
    const program = this.#expectProgram();
    const prepared = this.#prepare(args, out);
    try {
      return this.#finish(args, prepared, program.run(prepared.args));
    } catch (error) {
      for (const b of prepared.made) b.release();
      throw error;
    } finally {
      for (const m of prepared.borrowed) this.device.queue.free(m);
    }
  }

  async launch(
    args: BoundArguments,
    out: readonly (Buffer | undefined)[] = [],
  ): Promise<RunResult[]> {
    const program = this.#expectProgram();
    const prepared = this.#prepare(args, out);
    try {
      return this.#finish(args, prepared, await program.launch(prepared.args));
    } catch (error) {
      for (const b of prepared.made) b.release();
      throw error;
    } finally {
      for (const m of prepared.borrowed) this.device.queue.free(m);
    }
  }

  release(): void {
    this.#program?.release();
    this.#program = undefined;
  }

  #expectProgram(): QueuedProgram<M> {
    if (this.#program === undefined) throw releasedBuffer();
    return this.#program;
  }

  #prepare(bound: BoundArguments, out: readonly (Buffer | undefined)[]): Prepared<M> {
    const args: QueuedArgument<M>[] = [];
    const results: (QueuedBuffer<M> | undefined)[] = [];
    const made: QueuedBuffer<M>[] = [];
    const borrowed: M[] = [];
    try {
      for (const value of bound.values) {
        if (value.kind === "scalar") args.push(signed(value.value, value.dtype));
        else args.push({ memory: this.#memoryOf(value, borrowed), shape: value.shape });
      }
      bound.results.forEach((result, k) => {
        const target = this.#target(bound, result, out[k]);
        if (target?.isNew === true) made.push(target.buffer);
        results.push(target?.buffer);
        if (target !== undefined) {
          args.push({ memory: target.buffer.memory, shape: target.buffer.shape });
        }
      });
    } catch (error) {
      for (const b of made) b.release();
      for (const m of borrowed) this.device.queue.free(m);
      throw error;
    }
    return { args, results, made, borrowed };
  }

  #memoryOf({ source, name, dtype, shape }: BoundTensor, borrowed: M[]): M {
    if (isBuffer(source)) {
      const own = this.#own(source);
      if (own === undefined) throw foreignBuffer(name, this.device.name, source.device.name);
      return own.memory;
    }
    const { data } = source;
    // An array whose memory was given away has no elements left.
    if (data.length < elementCount(shape)) {
      throw wrongData(formatTensorType(dtype, shape), `${data.constructor.name}(${data.length})`);
    }
    const bytes = bytesOf(data);
    const memory = this.device.queue.alloc(bytes.length);
    borrowed.push(memory);
    if (bytes.length > 0) this.device.queue.write(memory, bytes);
    return memory;
  }

  #own(buffer: Buffer): QueuedBuffer<M> | undefined {
    return buffer.device === this.device && buffer instanceof QueuedBuffer ? buffer : undefined;
  }

  #target(
    bound: BoundArguments,
    result: ResultShape,
    given: Buffer | undefined,
  ): { readonly buffer: QueuedBuffer<M>; readonly isNew: boolean } | undefined {
    const refuse = (reason: string): Error =>
      badOutput(resultLabel(this.signature, result.name), reason);
    if (result.kind === "scalar") {
      if (given === undefined) return undefined;
      throw refuse("is not needed: the result is a scalar");
    }
    const { dtype, shape } = result;
    if (given === undefined) return { buffer: this.device.alloc(dtype, shape), isNew: true };
    const own = this.#own(given);
    if (own === undefined) throw refuse(`is on device ${given.device.name}`);
    const fits =
      own.dtype === dtype &&
      own.shape.length === shape.length &&
      own.shape.every((n, d) => n === shape[d]);
    if (!fits) throw refuse("has another type or shape");
    if (bound.values.some((v) => v.kind === "tensor" && v.source === given)) {
      throw refuse("is an argument as well");
    }
    return { buffer: own, isNew: false };
  }

  #finish(
    bound: BoundArguments,
    { results }: Prepared<M>,
    scalars: readonly (number | bigint)[],
  ): RunResult[] {
    let next = 0;
    return bound.results.map((result, k): RunResult => {
      const buffer = results[k];
      return buffer ?? presented(scalars[next++]!, result.dtype);
    });
  }
}

/** A scalar with the sign that programs of the device expect. */
function signed(value: number | bigint, dtype: ScalarType): number | bigint {
  switch (dtype) {
    case "u8":
      return (Number(value) << 24) >> 24;
    case "u16":
      return (Number(value) << 16) >> 16;
    case "u32":
      return Number(value) | 0;
    case "u64":
    case "i64":
      return BigInt.asIntN(64, BigInt(value));
    default:
      return Number(value);
  }
}

/** A scalar of the device as the one that its type has. */
function presented(value: number | bigint, dtype: DType | "index"): number | bigint {
  switch (dtype) {
    case "u8":
      return Number(value) & 0xff;
    case "u16":
      return Number(value) & 0xffff;
    case "u32":
      return Number(value) >>> 0;
    case "u64":
      return BigInt.asUintN(64, BigInt(value));
    default:
      return value;
  }
}
