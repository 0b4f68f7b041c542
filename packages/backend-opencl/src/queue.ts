/**
 * One context and one queue of an OpenCL device: memory, copies, launches.
 *
 * Invariants: commands run in order; a kernel's arguments are set anew only where they differ from the
 * launch before; waiting without blocking polls a marker.
 */
import { MemoryPool, type Driver } from "@strata/host-program";
import type { CKind, EmittedKernel } from "@strata/emit-c";
import { formatBytes, outOfMemory, type DeviceLimits } from "@strata/runtime";
import type { CommandQueue } from "@strata/runtime/queued";
import { cl, errorName, isOutOfMemory, type OpenClApi } from "./api.ts";
import { callFailed } from "./errors.ts";
import { ArgumentSlots, type SlotKind } from "./kernel-arguments.ts";
import type { DeviceFacts } from "./platform.ts";

/** Memory of the device: the handle, and the bytes that were asked for. */
export interface ClMemory {
  readonly handle: bigint;
  readonly bytes: number;
}

/** A kernel with its arguments. */
export interface ClKernel {
  readonly name: string;
  readonly handle: bigint;
  readonly slots: ArgumentSlots;
}

/** Idle memory that is kept, as a share of the device's. */
const IDLE_SHARE = 0.25;

/** Work that takes longer is looked at less often, in milliseconds. */
const LONGEST_PAUSE = 4;

/** The queue. */
export class ClQueue implements CommandQueue<ClMemory>, Driver<ClMemory, ClKernel> {
  readonly api: OpenClApi;
  readonly facts: DeviceFacts;
  readonly context: bigint;
  readonly #name: string;
  readonly #queue: bigint;
  readonly #limits: DeviceLimits;
  readonly #pool: MemoryPool<bigint>;
  readonly #global = new BigUint64Array(3);
  readonly #local = new BigUint64Array(3);
  readonly #status = new Int32Array(1);
  #isOpen = true;

  constructor(api: OpenClApi, facts: DeviceFacts, name: string, limits: DeviceLimits) {
    this.api = api;
    this.facts = facts;
    this.#name = name;
    this.#limits = limits;
    this.context = this.#make("clCreateContext", (status) =>
      api.createContext(null, 1, new BigUint64Array([facts.id]), null, null, status),
    );
    this.#queue = this.#make("clCreateCommandQueue", (status) =>
      api.createCommandQueue(this.context, facts.id, 0, status),
    );
    this.#pool = new MemoryPool<bigint>(
      {
        tryAllocate: (bytes) => this.#tryCreate(bytes),
        release: (handle) => this.#check("clReleaseMemObject", api.releaseMemObject(handle)),
      },
      facts.globalBytes * IDLE_SHARE,
    );
  }

  /** Bytes in use by buffers and runs. */
  get usedBytes(): number {
    return this.#pool.usedBytes;
  }

  alloc(bytes: number): ClMemory {
    if (bytes > this.#limits.maxBufferBytes) {
      const most = formatBytes(this.#limits.maxBufferBytes);
      throw outOfMemory(this.#name, bytes, `one buffer holds at most ${most}`);
    }
    const handle = this.#pool.tryAllocate(bytes);
    if (handle === undefined) {
      throw outOfMemory(this.#name, bytes, `${formatBytes(this.#pool.usedBytes)} are in use`);
    }
    return { handle, bytes };
  }

  free({ handle, bytes }: ClMemory): void {
    if (this.#isOpen) this.#pool.release(handle, bytes);
  }

  write({ handle }: ClMemory, data: Uint8Array): void {
    const { api } = this;
    this.#check(
      "clEnqueueWriteBuffer",
      api.enqueueWriteBuffer(this.#queue, handle, 1, 0, data.length, data, 0, null, null),
    );
  }

  read({ handle }: ClMemory, into: Uint8Array): void {
    const { api } = this;
    this.#check(
      "clEnqueueReadBuffer",
      api.enqueueReadBuffer(this.#queue, handle, 1, 0, into.length, into, 0, null, null),
    );
  }

  async readLater(memory: ClMemory, into: Uint8Array): Promise<void> {
    await this.finishLater();
    this.read(memory, into);
  }

  copy(from: ClMemory, to: ClMemory, bytes: number): void {
    const { api } = this;
    this.#check(
      "clEnqueueCopyBuffer",
      api.enqueueCopyBuffer(this.#queue, from.handle, to.handle, 0, 0, bytes, 0, null, null),
    );
  }

  fill({ handle }: ClMemory, pattern: Uint8Array, bytes: number): void {
    const { api } = this;
    this.#check(
      "clEnqueueFillBuffer",
      api.enqueueFillBuffer(this.#queue, handle, pattern, pattern.length, 0, bytes, 0, null, null),
    );
  }

  launch(
    kernel: ClKernel,
    grid: readonly [number, number, number],
    block: readonly [number, number, number],
    args: readonly (ClMemory | number | bigint)[],
  ): void {
    const { api } = this;
    const { slots } = kernel;
    for (let k = 0; k < args.length; k++) {
      const value = args[k]!;
      const changed =
        typeof value === "object" ? slots.setHandle(k, value.handle) : slots.setScalar(k, value);
      if (!changed) continue;
      const status = api.setKernelArg(kernel.handle, k, slots.bytes(k), slots.address(k));
      if (status !== 0) throw callFailed(`clSetKernelArg(${kernel.name}, ${k})`, status);
    }
    for (let d = 0; d < 3; d++) {
      this.#local[d] = BigInt(block[d]!);
      this.#global[d] = BigInt(block[d]! * grid[d]!);
    }
    const status = api.enqueueNDRangeKernel(
      this.#queue,
      kernel.handle,
      3,
      null,
      this.#global,
      this.#local,
      0,
      null,
      null,
    );
    if (status === 0) return;
    const sizes = `a grid of ${grid.join(" × ")} blocks of ${block.join(" × ")} threads`;
    throw callFailed(`clEnqueueNDRangeKernel(${kernel.name})`, status, sizes);
  }

  /** Waits for all commands, blocking. */
  finish(): void {
    this.#check("clFinish", this.api.finish(this.#queue));
  }

  /** Waits for all commands given so far while the program goes on. */
  async finishLater(): Promise<void> {
    const { api } = this;
    const event = new BigUint64Array(1);
    this.#check("clEnqueueMarkerWithWaitList", api.enqueueMarker(this.#queue, 0, null, event));
    this.#check("clFlush", api.flush(this.#queue));
    const handle = event[0]!;
    try {
      for (let pause = 0; ; pause = Math.min(LONGEST_PAUSE, pause * 2 + 0.05)) {
        const state = cl.eventExecutionStatus;
        const asked = api.getEventInfo(handle, state, 4, this.#status, null);
        this.#check("clGetEventInfo", asked);
        const status = this.#status[0]!;
        if (status < 0) throw callFailed("execution of kernels", status);
        if (status === cl.complete) return;
        await rest(pause);
      }
    } finally {
      api.releaseEvent(handle);
    }
  }

  /** A kernel of a program. */
  createKernel(program: bigint, kernel: EmittedKernel): ClKernel {
    const handle = this.#make(`clCreateKernel(${kernel.name})`, (status) =>
      this.api.createKernel(program, kernel.name, status),
    );
    return { name: kernel.name, handle, slots: new ArgumentSlots(slotKinds(kernel)) };
  }

  close(): void {
    if (!this.#isOpen) return;
    this.finish();
    this.#pool.trim();
    this.#isOpen = false;
    this.api.releaseCommandQueue(this.#queue);
    this.api.releaseContext(this.context);
  }

  #tryCreate(bytes: number): bigint | undefined {
    const status = new Int32Array(1);
    const handle = this.api.createBuffer(this.context, cl.memReadWrite, bytes, null, status);
    if (handle !== null && status[0] === 0) return handle;
    if (isOutOfMemory(status[0]!)) return undefined;
    throw callFailed("clCreateBuffer", status[0]!);
  }

  #make(call: string, make: (status: Int32Array) => bigint | null): bigint {
    const status = new Int32Array(1);
    const made = make(status);
    if (made === null || status[0] !== 0) throw callFailed(call, status[0]!);
    return made;
  }

  #check(call: string, status: number): void {
    if (status === 0) return;
    if (isOutOfMemory(status)) throw outOfMemory(this.#name, 0, `${call}: ${errorName(status)}`);
    throw callFailed(call, status);
  }
}

/** Lets other work of the program go on. */
function rest(milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    if (milliseconds < 0.5) setImmediate(resolve);
    else setTimeout(resolve, milliseconds);
  });
}

/** The kinds of a kernel's flattened arguments. */
export function slotKinds({ params, indexBits }: EmittedKernel): SlotKind[] {
  const size: CKind = indexBits === 32 ? "i32" : "i64";
  return params.flatMap((p): SlotKind[] =>
    p.kind === "scalar" ? [p.type] : ["handle", ...p.dynamicDims.map(() => size)],
  );
}
