/**
 * What a device is: a place with memory, where compiled kernels run.
 *
 * Invariants: a device's buffers are used by executables of the same device only; results that are
 * tensors stay on the device until they are read; nothing crosses between devices unasked.
 */
import type { DType, KernelSignature, StorageArray } from "@strata/support";
import type { BoundArguments } from "./bind.ts";
import type { HostTensor } from "./tensor.ts";

/** Bounds on what a device can hold, in bytes. */
export interface DeviceLimits {
  readonly maxBufferBytes: number;
  readonly maxTotalBytes: number;
}

/** What a person is told of a device. */
export interface DeviceDescription {
  /** One line, such as `WebAssembly with 128-bit SIMD, in process`. */
  readonly summary: string;
  readonly properties: Readonly<Record<string, string | number | boolean>>;
}

/** Elements in the memory of a device; dense, row-major. */
export interface Buffer {
  readonly device: Device;
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly byteLength: number;
  /**
   * The elements in place, where the device shares memory with the program; undefined elsewhere.
   * A view may be detached by later allocations on the device: ask anew rather than keep it.
   */
  view(): StorageArray | undefined;
  /** Copies elements to the device; `data` may be reused at once. Refuses another length. */
  write(data: StorageArray): void;
  /** Copies the elements to the host, without blocking where the device allows. */
  read(): Promise<HostTensor>;
  /** Copies the elements to the host; blocks until work that writes them is done. */
  readSync(): HostTensor;
  /** Gives the memory back; using the buffer afterwards is an error. Twice is harmless. */
  release(): void;
}

/** One result of a run: a buffer that the caller owns, or a scalar (`bool` as 0 or 1). */
export type RunResult = Buffer | number | bigint;

/** A kernel compiled for a device. */
export interface Executable {
  readonly device: Device;
  readonly signature: KernelSignature;
  /**
   * Runs to completion; results in the order of the signature. `out[k]`, where given, is a buffer
   * of this device that takes result k; it must not be an argument as well.
   */
  run(args: BoundArguments, out?: readonly (Buffer | undefined)[]): RunResult[];
  /** Like `run`, without blocking the event loop where the device allows. */
  launch(args: BoundArguments, out?: readonly (Buffer | undefined)[]): Promise<RunResult[]>;
  /** Gives compiled code back. Twice is harmless. */
  release(): void;
}

/** What is to be compiled. */
export interface CompileRequest {
  readonly signature: KernelSignature;
  /** IR of a level that the device takes; it may be changed by compiling. */
  readonly module: unknown;
  /** Symbol of the kernel's function in the module. */
  readonly entry: string;
  /**
   * Carries out a schedule in place of the compiler's own way from loops to vectors: given the module
   * at the loop level and the model of the target. Only for devices with `hasVectorLevel`.
   */
  readonly vectorize?: ((module: unknown, target: unknown) => void) | undefined;
  /** Choices of the device, by name; an unknown one is refused. */
  readonly options?: Readonly<Record<string, unknown>>;
}

/** A place with memory, where compiled kernels run. */
export interface Device {
  /** How a user names it: `wasm`, `cuda:1`. */
  readonly name: string;
  /** The family, which is the name of its provider: `wasm`, `cuda`. */
  readonly kind: string;
  readonly limits: DeviceLimits;
  /** Whether kernels for it go through the vector level, so that vector schedules apply. */
  readonly hasVectorLevel?: boolean;
  /**
   * Everything of the machine that compiled code depends on: versions, processor, choices. Code
   * that was kept is used under the same text only; a device without it depends on nothing.
   */
  readonly codeKey?: string;
  /** Threads that kernels run on; a device without it runs them as it sees fit. */
  readonly threads?: number;
  /**
   * Makes kernels that are compiled from now on run on so many threads; gives the number that the
   * device settled on. A diagnostic when it cannot; a device without it runs on one thread.
   */
  useThreads?(count: number): number;
  describe(): DeviceDescription;
  /** Memory for a tensor, its contents unspecified; a diagnostic when there is no room. */
  alloc(dtype: DType, shape: readonly number[]): Buffer;
  compile(request: CompileRequest): Promise<Executable>;
  /** Gives everything back. Twice is harmless. */
  close(): void;
}

/** Whether a value is a device buffer. */
export function isBuffer(value: unknown): value is Buffer {
  return (
    typeof value === "object" &&
    value !== null &&
    "device" in value &&
    "byteLength" in value &&
    "readSync" in value
  );
}
