/**
 * One context and one stream of a GPU: memory, copies, launches.
 *
 * Invariants: commands run in order; the context is current on the program's thread whenever a call
 * needs one; launch parameters live in memory that never moves; after an error that took the context
 * every call says that the device is lost.
 */
import type { CKind, EmittedKernel } from "@strata/emit-c";
import { MemoryPool, type Driver } from "@strata/host-program";
import { formatBytes, outOfMemory } from "@strata/runtime";
import type { CommandQueue } from "@strata/runtime/queued";
import { cu, type CudaApi, isFatal } from "./driver-api.ts";
import { callFailed, deviceLost } from "./errors.ts";
import { LaunchSlots } from "./launch-slots.ts";
import { errorText, type GpuFacts } from "./platform.ts";

/** Memory of the GPU: its address, and the bytes that were asked for. */
export interface CudaMemory {
  readonly address: bigint;
  readonly bytes: number;
}

/** A kernel with the parameters of its next launch. */
export interface CudaKernel {
  readonly name: string;
  readonly handle: bigint;
  readonly slots: LaunchSlots;
}

/** Idle memory that is kept, as a share of the GPU's. */
const IDLE_SHARE = 0.25;

/** Bytes that are read in one step while the program goes on. */
const READ_STEP = 16 * 2 ** 20;

/** Work that takes longer is looked at less often, in milliseconds. */
const LONGEST_PAUSE = 4;

/** The context that is current on the program's thread. */
let current: bigint | undefined;

/** The stream. */
export class CudaStream implements CommandQueue<CudaMemory>, Driver<CudaMemory, CudaKernel> {
  readonly api: CudaApi;
  readonly facts: GpuFacts;
  readonly #name: string;
  readonly #context: bigint;
  readonly #stream: bigint;
  readonly #pool: MemoryPool<bigint>;
  readonly #place = new BigUint64Array(1);
  #lost: string | undefined;
  #isOpen = true;

  constructor(api: CudaApi, facts: GpuFacts, name: string) {
    this.api = api;
    this.facts = facts;
    this.#name = name;
    this.#check("cuDevicePrimaryCtxRetain", api.primaryCtxRetain(this.#place, facts.ordinal));
    this.#context = this.#place[0]!;
    this.#enter();
    this.#check("cuStreamCreate", api.streamCreate(this.#place, cu.streamNonBlocking));
    this.#stream = this.#place[0]!;
    if (facts.hasMemoryPools) this.#keepPool();
    this.#pool = new MemoryPool<bigint>(
      {
        tryAllocate: (bytes) => this.#tryAllocate(bytes),
        release: (address) => this.#free(address),
      },
      facts.totalBytes * IDLE_SHARE,
    );
  }

  /** The stream's handle, for measurements. */
  get handle(): bigint {
    return this.#stream;
  }

  /** Bytes in use by buffers and runs. */
  get usedBytes(): number {
    return this.#pool.usedBytes;
  }

  /** Whether an error took the context. */
  get isLost(): boolean {
    return this.#lost !== undefined;
  }

  alloc(bytes: number): CudaMemory {
    this.#enter();
    const address = this.#pool.tryAllocate(bytes);
    if (address === undefined) {
      throw outOfMemory(
        this.#name,
        bytes,
        `${formatBytes(this.#pool.usedBytes)} of ${formatBytes(this.facts.totalBytes)} are in use`,
      );
    }
    return { address, bytes };
  }

  free({ address, bytes }: CudaMemory): void {
    if (!this.#isOpen || this.isLost) return;
    this.#enter();
    this.#pool.release(address, bytes);
  }

  write({ address }: CudaMemory, data: Uint8Array): void {
    this.#enter();
    // From ordinary memory the driver copies aside before it returns.
    const status = this.api.memcpyHtoDAsync(address, data, data.length, this.#stream);
    this.#check("cuMemcpyHtoDAsync", status);
  }

  read({ address }: CudaMemory, into: Uint8Array): void {
    this.#enter();
    const status = this.api.memcpyDtoHAsync(into, address, into.length, this.#stream);
    this.#check("cuMemcpyDtoHAsync", status);
    this.finish();
  }

  async readLater({ address }: CudaMemory, into: Uint8Array): Promise<void> {
    await this.finishLater();
    for (let at = 0; at < into.length; at += READ_STEP) {
      if (at > 0) await rest(0);
      const part = into.subarray(at, Math.min(into.length, at + READ_STEP));
      this.read({ address: address + BigInt(at), bytes: part.length }, part);
    }
  }

  copy(from: CudaMemory, to: CudaMemory, bytes: number): void {
    this.#enter();
    const status = this.api.memcpyDtoDAsync(to.address, from.address, bytes, this.#stream);
    this.#check("cuMemcpyDtoDAsync", status);
  }

  fill(memory: CudaMemory, pattern: Uint8Array, bytes: number): void {
    this.#enter();
    const { api } = this;
    const { address } = memory;
    const count = bytes / pattern.length;
    const word = new DataView(pattern.buffer, pattern.byteOffset, pattern.length);
    if (pattern.length === 8) {
      if (pattern.every((b) => b === pattern[0])) {
        this.fill(memory, pattern.subarray(0, 1), bytes);
        return;
      }
      this.#repeat(address, pattern, bytes);
      return;
    }
    const status =
      pattern.length === 1
        ? api.memsetD8Async(address, pattern[0]!, count, this.#stream)
        : pattern.length === 2
          ? api.memsetD16Async(address, word.getUint16(0, true), count, this.#stream)
          : api.memsetD32Async(address, word.getUint32(0, true), count, this.#stream);
    this.#check("cuMemsetAsync", status);
  }

  /** Doubles what is filled until all is: the driver sets at most four bytes at a time. */
  #repeat(address: bigint, pattern: Uint8Array, bytes: number): void {
    const whole = { address, bytes };
    this.write(whole, pattern);
    for (let done = pattern.length; done < bytes; done *= 2) {
      const to = { address: address + BigInt(done), bytes };
      this.copy(whole, to, Math.min(done, bytes - done));
    }
  }

  launch(
    kernel: CudaKernel,
    grid: readonly [number, number, number],
    block: readonly [number, number, number],
    args: readonly (CudaMemory | number | bigint)[],
  ): void {
    this.#enter();
    const { slots } = kernel;
    for (let k = 0; k < args.length; k++) {
      const value = args[k]!;
      if (typeof value === "object") slots.setAddress(k, value.address);
      else slots.setScalar(k, value);
    }
    const status = this.api.launchKernel(
      kernel.handle,
      grid[0],
      grid[1],
      grid[2],
      block[0],
      block[1],
      block[2],
      0,
      this.#stream,
      slots.pointers,
      null,
    );
    if (status === 0) return;
    const sizes = `a grid of ${grid.join(" × ")} blocks of ${block.join(" × ")} threads`;
    this.#check(`cuLaunchKernel(${kernel.name}), ${sizes},`, status);
  }

  /** Waits for all commands, blocking. */
  finish(): void {
    this.#enter();
    this.#check("cuStreamSynchronize", this.api.streamSynchronize(this.#stream));
  }

  /** Waits for all commands given so far while the program goes on. */
  async finishLater(): Promise<void> {
    this.#enter();
    const { api } = this;
    this.#check("cuEventCreate", api.eventCreate(this.#place, cu.eventDisableTiming));
    const event = this.#place[0]!;
    try {
      this.#check("cuEventRecord", api.eventRecord(event, this.#stream));
      for (let pause = 0; ; pause = Math.min(LONGEST_PAUSE, pause * 2 + 0.05)) {
        this.#enter();
        const status = api.eventQuery(event);
        if (status === 0) return;
        if (status !== cu.notReady) this.#check("execution of kernels", status);
        await rest(pause);
      }
    } finally {
      if (!this.isLost) api.eventDestroy(event);
    }
  }

  /** Loads machine code or PTX. */
  loadModule(binary: Uint8Array): bigint {
    this.#enter();
    this.#check("cuModuleLoadData", this.api.moduleLoadData(this.#place, binary));
    return this.#place[0]!;
  }

  unloadModule(module: bigint): void {
    if (!this.#isOpen || this.isLost) return;
    this.finish();
    this.api.moduleUnload(module);
  }

  /** A kernel of a module. */
  createKernel(module: bigint, kernel: EmittedKernel): CudaKernel {
    const call = `cuModuleGetFunction(${kernel.name})`;
    this.#check(call, this.api.moduleGetFunction(this.#place, module, kernel.name));
    const handle = this.#place[0]!;
    return { name: kernel.name, handle, slots: new LaunchSlots(slotKinds(kernel)) };
  }

  close(): void {
    if (!this.#isOpen) return;
    if (!this.isLost) {
      this.finish();
      this.#pool.trim();
      this.api.streamDestroy(this.#stream);
    }
    this.#isOpen = false;
    this.api.primaryCtxRelease(this.facts.ordinal);
    current = undefined;
  }

  #enter(): void {
    if (this.#lost !== undefined) throw deviceLost(this.#name, this.#lost);
    if (current === this.#context) return;
    this.#check("cuCtxSetCurrent", this.api.ctxSetCurrent(this.#context));
    current = this.#context;
  }

  /** Lets the driver keep what is freed, so that allocating again costs no call of the system. */
  #keepPool(): void {
    const { api } = this;
    if (api.deviceGetDefaultMemPool(this.#place, this.facts.ordinal) !== 0) return;
    const threshold = new BigUint64Array([BigInt(Math.floor(this.facts.totalBytes * IDLE_SHARE))]);
    api.memPoolSetAttribute(this.#place[0]!, cu.poolReleaseThreshold, threshold);
  }

  #tryAllocate(bytes: number): bigint | undefined {
    const { api } = this;
    const status = this.facts.hasMemoryPools
      ? api.memAllocAsync(this.#place, bytes, this.#stream)
      : api.memAlloc(this.#place, bytes);
    if (status === cu.outOfMemory) return undefined;
    this.#check("cuMemAlloc", status);
    return this.#place[0]!;
  }

  #free(address: bigint): void {
    const { api } = this;
    const status = this.facts.hasMemoryPools
      ? api.memFreeAsync(address, this.#stream)
      : api.memFree(address);
    this.#check("cuMemFree", status);
  }

  #check(call: string, status: number): void {
    if (status === 0) return;
    const text = errorText(this.api, status);
    if (isFatal(status)) {
      this.#lost = `${call}: ${text}`;
      throw deviceLost(this.#name, this.#lost);
    }
    if (status === cu.outOfMemory) throw outOfMemory(this.#name, 0, `${call}: ${text}`);
    throw callFailed(call, text);
  }
}

/** Lets other work of the program go on. */
function rest(milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    if (milliseconds < 0.5) setImmediate(resolve);
    else setTimeout(resolve, milliseconds);
  });
}

function slotKinds({ params, indexBits }: EmittedKernel): (CKind | "address")[] {
  const size: CKind = indexBits === 32 ? "i32" : "i64";
  return params.flatMap((p): (CKind | "address")[] =>
    p.kind === "scalar" ? [p.type] : ["address", ...p.dynamicDims.map(() => size)],
  );
}
