/**
 * The devices `cuda`, `cuda:1` …: NVIDIA's GPUs.
 *
 * Invariants: the driver is loaded when a device is opened; NVRTC and the compiler when something is
 * compiled; work is given to one stream and runs in order.
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
import type { CudaApi } from "./driver-api.ts";
import { type CudaImage, emitCuda } from "./image.ts";
import { compileCuda, expectNvrtc } from "./nvrtc.ts";
import type { GpuFacts } from "./platform.ts";
import { type CudaKernel, type CudaMemory, CudaStream } from "./stream.ts";
import { gpuTargetOf } from "./target.ts";

/** A GPU. */
export class CudaDevice implements QueuedDevice<CudaMemory> {
  readonly name: string;
  readonly kind: string = "cuda";
  readonly limits: DeviceLimits;
  readonly facts: GpuFacts;
  readonly queue: CudaStream;

  constructor(api: CudaApi, facts: GpuFacts) {
    this.name = facts.ordinal === 0 ? "cuda" : `cuda:${facts.ordinal}`;
    this.facts = facts;
    this.limits = { maxBufferBytes: facts.totalBytes, maxTotalBytes: facts.totalBytes };
    this.queue = new CudaStream(api, facts, this.name);
  }

  /** The architecture that machine code is made for: `sm_90`. */
  get architecture(): string {
    return `sm_${this.facts.compute}`;
  }

  describe(): DeviceDescription {
    const { facts } = this;
    return {
      summary: `${facts.name}, ${formatBytes(facts.totalBytes)}`,
      properties: {
        architecture: this.architecture,
        driver: facts.driver,
        multiprocessors: facts.multiprocessors,
        bandwidth: `${(facts.bandwidth / 1e9).toFixed(0)} GB/s`,
        sharedMemory: formatBytes(facts.sharedBytesPerMultiprocessor),
        usedBytes: this.queue.usedBytes,
      },
    };
  }

  alloc(dtype: DType, shape: readonly number[]): QueuedBuffer<CudaMemory> {
    expectFits("a buffer", dtype, shape, this.limits);
    return new QueuedBuffer(this, dtype, shape, this.queue.alloc(byteCount(dtype, shape)));
  }

  async compile(request: CompileRequest): Promise<QueuedExecutable<CudaMemory, CudaImage>> {
    const [unknown] = Object.keys(request.options ?? {});
    if (unknown !== undefined) throw unknownOption(this.name, unknown, []);
    const { module, entry, signature } = request;
    const { image, program } = await emitCuda(module, entry, gpuTargetOf(this.facts));
    const { architecture } = this;
    const binary =
      program === undefined
        ? new Uint8Array(0)
        : compileCuda(
            expectNvrtc(),
            program.source,
            { architecture, name: entry, to: "cubin" },
            program.origins,
          );
    return this.#executable(signature, { ...image, binary, architecture });
  }

  /** A kernel that was compiled before; a SyntaxError for an image of another architecture. */
  async load(
    signature: KernelSignature,
    image: CudaImage,
  ): Promise<QueuedExecutable<CudaMemory, CudaImage>> {
    if (image.architecture !== this.architecture) {
      throw new SyntaxError(`the kernel was compiled for ${image.architecture}`);
    }
    return this.#executable(signature, image);
  }

  close(): void {
    this.queue.close();
  }

  #executable(
    signature: KernelSignature,
    image: CudaImage,
  ): QueuedExecutable<CudaMemory, CudaImage> {
    return new QueuedExecutable(this, signature, image, new LoadedModule(this.queue, image));
  }
}

/** The host's program with its kernels. */
class LoadedModule implements QueuedProgram<CudaMemory> {
  readonly #stream: CudaStream;
  readonly #host: HostProgram<CudaMemory, CudaKernel>;
  #module: bigint | undefined;

  constructor(stream: CudaStream, image: CudaImage) {
    this.#stream = stream;
    const module = image.binary.length === 0 ? undefined : stream.loadModule(image.binary);
    this.#module = module;
    const kernels = new Map(
      module === undefined
        ? []
        : image.kernels.map((k) => [k.name, stream.createKernel(module, k)]),
    );
    const functions = readHost(image.host);
    const main = functions.get(image.entry);
    if (main === undefined) throw new SyntaxError(`the host's code has no @${image.entry}`);
    const find = (name: string, kernel: string): CudaKernel | undefined =>
      name === image.module ? kernels.get(kernel) : undefined;
    this.#host = compileHostProgram<CudaMemory, CudaKernel>(main, { find }, functions);
  }

  run(args: readonly QueuedArgument<CudaMemory>[]): (number | bigint)[] {
    return this.#host.run(this.#stream, args);
  }

  launch(args: readonly QueuedArgument<CudaMemory>[]): Promise<(number | bigint)[]> {
    return this.#host.launch(this.#stream, args);
  }

  release(): void {
    if (this.#module !== undefined) this.#stream.unloadModule(this.#module);
    this.#module = undefined;
  }
}
