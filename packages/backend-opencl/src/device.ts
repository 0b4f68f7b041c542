/**
 * The devices `opencl`, `opencl:1` …: GPUs and processors through OpenCL.
 *
 * Invariants: the library is loaded when a device is opened; the compiler when something is compiled;
 * work is given to one queue and runs in order.
 */
import { compileHostProgram, type HostProgram, readHost } from "@strata/host-program";
import {
  byteCount,
  expectFits,
  formatBytes,
  type CompileRequest,
  type DeviceDescription,
  type DeviceLimits,
  unknownOption,
} from "@strata/runtime";
import {
  QueuedBuffer,
  QueuedExecutable,
  type QueuedArgument,
  type QueuedDevice,
  type QueuedProgram,
} from "@strata/runtime/queued";
import type { DType, KernelSignature } from "@strata/support";
import type { OpenClApi } from "./api.ts";
import { emitForDevice, identityOf, type OpenClImage } from "./image.ts";
import type { DeviceFacts } from "./platform.ts";
import { binaryOf, buildProgram, tryLoadProgram } from "./program.ts";
import { type ClKernel, type ClMemory, ClQueue } from "./queue.ts";

/** A device. */
export class OpenClDevice implements QueuedDevice<ClMemory> {
  readonly name: string;
  readonly kind: string = "opencl";
  readonly limits: DeviceLimits;
  readonly facts: DeviceFacts;
  readonly queue: ClQueue;

  constructor(api: OpenClApi, facts: DeviceFacts, index: number) {
    this.name = index === 0 ? "opencl" : `opencl:${index}`;
    this.facts = facts;
    this.limits = { maxBufferBytes: facts.maxAlloc, maxTotalBytes: facts.globalBytes };
    this.queue = new ClQueue(api, facts, this.name, this.limits);
  }

  describe(): DeviceDescription {
    const { facts } = this;
    return {
      summary: `${facts.name}, ${facts.platformName}`,
      properties: {
        kind: facts.kind,
        version: facts.version,
        driver: facts.driver,
        computeUnits: facts.computeUnits,
        // A processor's memory is shared with every other program, and differs from day to day.
        ...(facts.kind === "cpu" ? {} : { memory: formatBytes(facts.globalBytes) }),
        localMemory: formatBytes(facts.localBytes),
        fp64: facts.hasFp64,
        exactDivision: facts.exactDivision || facts.hasFp64,
        usedBytes: this.queue.usedBytes,
      },
    };
  }

  alloc(dtype: DType, shape: readonly number[]): QueuedBuffer<ClMemory> {
    expectFits("a buffer", dtype, shape, this.limits);
    return new QueuedBuffer(this, dtype, shape, this.queue.alloc(byteCount(dtype, shape)));
  }

  async compile(request: CompileRequest): Promise<QueuedExecutable<ClMemory, OpenClImage>> {
    const [unknown] = Object.keys(request.options ?? {});
    if (unknown !== undefined) throw unknownOption(this.name, unknown, []);
    const { image, origins } = await emitForDevice(request.module, request.entry, this.facts);
    const program =
      image.kernels.length === 0 ? undefined : buildProgram(this.queue, image.source, origins);
    const binary = program === undefined ? new Uint8Array(0) : binaryOf(this.queue, program);
    return this.#executable(request.signature, { ...image, binary }, program);
  }

  /** A kernel that was compiled before; a SyntaxError for an image that is none of this device's. */
  async load(
    signature: KernelSignature,
    image: OpenClImage,
  ): Promise<QueuedExecutable<ClMemory, OpenClImage>> {
    if (image.device !== identityOf(this.facts)) {
      throw new SyntaxError(`the kernel was compiled for ${image.device}`);
    }
    const program =
      image.kernels.length === 0
        ? undefined
        : (tryLoadProgram(this.queue, image.binary) ?? buildProgram(this.queue, image.source, []));
    return this.#executable(signature, image, program);
  }

  close(): void {
    this.queue.close();
  }

  #executable(
    signature: KernelSignature,
    image: OpenClImage,
    program: bigint | undefined,
  ): QueuedExecutable<ClMemory, OpenClImage> {
    const loaded = new LoadedProgram(this.queue, image, program);
    return new QueuedExecutable(this, signature, image, loaded);
  }
}

/** The host's program with its kernels. */
class LoadedProgram implements QueuedProgram<ClMemory> {
  readonly #queue: ClQueue;
  readonly #host: HostProgram<ClMemory, ClKernel>;
  readonly #kernels: ReadonlyMap<string, ClKernel>;
  #program: bigint | undefined;

  constructor(queue: ClQueue, image: OpenClImage, program: bigint | undefined) {
    this.#queue = queue;
    this.#program = program;
    this.#kernels = new Map(
      program === undefined
        ? []
        : image.kernels.map((k) => [k.name, queue.createKernel(program, k)]),
    );
    const functions = readHost(image.host);
    const main = functions.get(image.entry);
    if (main === undefined) throw new SyntaxError(`the host's code has no @${image.entry}`);
    const find = (module: string, kernel: string): ClKernel | undefined =>
      module === image.module ? this.#kernels.get(kernel) : undefined;
    this.#host = compileHostProgram<ClMemory, ClKernel>(main, { find }, functions);
  }

  run(args: readonly QueuedArgument<ClMemory>[]): (number | bigint)[] {
    return this.#host.run(this.#queue, args);
  }

  launch(args: readonly QueuedArgument<ClMemory>[]): Promise<(number | bigint)[]> {
    return this.#host.launch(this.#queue, args);
  }

  release(): void {
    if (this.#program === undefined) return;
    for (const { handle } of this.#kernels.values()) this.#queue.api.releaseKernel(handle);
    this.#queue.api.releaseProgram(this.#program);
    this.#program = undefined;
  }
}
