/**
 * The device `wasm`: WebAssembly with 128-bit SIMD in the program's own process.
 *
 * Invariants: buffers live in the device's memory, so views are zero-copy; growing the memory
 * detaches views, which is why `view` makes a new one each time. Tensor results are buffers that
 * the kernel writes; what a kernel allocates for itself is freed when it returns.
 */
import {
  type BoundArguments,
  type Buffer,
  byteCount,
  type CompileRequest,
  type Device,
  type DeviceDescription,
  type DeviceProvider,
  elementCount,
  type Executable,
  foreignBuffer,
  type HostTensor,
  isBuffer,
  outOfMemory,
  registerDevice,
  releasedBuffer,
  type RunResult,
  unknownOption,
  wrongData,
  formatTensorType,
} from "@strata/runtime";
import {
  DiagnosticError,
  dtypeInfo,
  userError,
  type DType,
  type KernelSignature,
  type StorageArray,
} from "@strata/support";
import { LinearMemory } from "./memory.ts";

/** Options of `compile`. */
const options = ["optimizeLevel"];

/** A buffer in the device's memory. */
class WasmBuffer implements Buffer {
  readonly device: WasmDevice;
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly byteLength: number;
  #address: number | undefined;

  constructor(device: WasmDevice, dtype: DType, shape: readonly number[], address: number) {
    this.device = device;
    this.dtype = dtype;
    this.shape = [...shape];
    this.byteLength = byteCount(dtype, shape);
    this.#address = address;
  }

  get address(): number {
    if (this.#address === undefined) throw releasedBuffer();
    return this.#address;
  }

  view(): StorageArray {
    const { array } = dtypeInfo(this.dtype);
    return new array(this.device.memory.memory.buffer, this.address, elementCount(this.shape));
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
    if (this.#address === undefined) return;
    this.device.memory.release(this.#address);
    this.#address = undefined;
  }
}

function bytesOf(a: ArrayBufferView): Uint8Array {
  return new Uint8Array(a.buffer, a.byteOffset, a.byteLength);
}

/** A compiled kernel that can be kept: bytes and nothing else. */
export interface WasmImage {
  readonly binary: Uint8Array;
  readonly entry: string;
  /** For each tensor that the kernel takes (results last), the dimensions whose extents it takes. */
  readonly dynamicDims: readonly (readonly number[])[];
}

type Kernel = (...args: readonly (number | bigint)[]) => unknown;

/** A kernel, instantiated on the device's memory. */
export class WasmExecutable implements Executable {
  readonly device: WasmDevice;
  readonly signature: KernelSignature;
  readonly image: WasmImage;
  #kernel: Kernel | undefined;

  constructor(device: WasmDevice, signature: KernelSignature, image: WasmImage, kernel: Kernel) {
    this.device = device;
    this.signature = signature;
    this.image = image;
    this.#kernel = kernel;
  }

  run(args: BoundArguments, out: readonly (Buffer | undefined)[] = []): RunResult[] {
    const kernel = this.#kernel;
    if (kernel === undefined) throw releasedBuffer();
    const { device } = this;
    const borrowed: WasmBuffer[] = [];
    const results: (Buffer | undefined)[] = [];
    const made: WasmBuffer[] = [];
    try {
      const values: (number | bigint)[] = [];
      let tensors = 0;
      const pass = (address: number, shape: readonly number[]): void => {
        const extents = this.image.dynamicDims[tensors++] ?? [];
        values.push(address, ...extents.map((d) => shape[d]!));
      };
      for (const a of args.values) {
        if (a.kind === "scalar") values.push(a.value);
        else {
          const { source } = a;
          let buffer: WasmBuffer;
          if (isBuffer(source)) buffer = device.own(source, a.name);
          else {
            const placed = device.tryPlaced(source.data);
            if (placed !== undefined) {
              pass(placed, a.shape);
              continue;
            }
            buffer = device.alloc(a.dtype, a.shape);
            borrowed.push(buffer);
            buffer.write(source.data);
          }
          pass(buffer.address, a.shape);
        }
      }
      this.signature.results.forEach((r, k) => {
        if (r.type.kind !== "tensor") {
          results.push(undefined);
          return;
        }
        const planned = args.results[k];
        const shape = planned?.kind === "tensor" ? planned.shape : [];
        let buffer: WasmBuffer;
        const given = out[k];
        if (given === undefined) {
          buffer = device.alloc(r.type.dtype, shape);
          made.push(buffer);
        } else buffer = device.own(given, r.name ?? "result");
        results.push(buffer);
        pass(buffer.address, shape);
      });
      const returned = kernel(...values);
      const scalars: unknown[] =
        returned === undefined ? [] : Array.isArray(returned) ? returned : [returned];
      let next = 0;
      return this.signature.results.map((r, k) => {
        const buffer = results[k];
        if (buffer !== undefined) return buffer;
        return scalarResult(scalars[next++] as number | bigint, r.type.dtype);
      });
    } catch (error) {
      for (const b of made) b.release();
      throw error instanceof WebAssembly.RuntimeError ? trapped(this.signature.name, error) : error;
    } finally {
      for (const b of borrowed) b.release();
    }
  }

  launch(args: BoundArguments, out?: readonly (Buffer | undefined)[]): Promise<RunResult[]> {
    return Promise.resolve(this.run(args, out));
  }

  release(): void {
    this.#kernel = undefined;
  }
}

/** A trap of the engine: the kernel did what its language leaves open, such as reading outside. */
function trapped(kernel: string, { message }: Error): DiagnosticError {
  return new DiagnosticError(
    userError("wasm.trap", `${kernel} was stopped by WebAssembly: ${message}`, {
      hint: "run it on the device `interpreter`, which says where it reads outside of a tensor",
    }),
  );
}

/** What a kernel returned as the value that its type has. */
function scalarResult(value: number | bigint, dtype: string): number | bigint {
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

/** The device. */
export class WasmDevice implements Device {
  readonly name: string = "wasm";
  readonly kind: string = "wasm";
  readonly hasVectorLevel = true;
  readonly memory: LinearMemory = new LinearMemory();

  get limits(): { maxBufferBytes: number; maxTotalBytes: number } {
    // Addresses within a kernel are signed 32-bit sums.
    return { maxBufferBytes: 2 ** 31 - 1, maxTotalBytes: this.memory.maxBytes };
  }

  describe(): DeviceDescription {
    return {
      summary: "WebAssembly with 128-bit SIMD, in process",
      properties: { vectorBits: 128, threads: 1, usedBytes: this.memory.usedBytes },
    };
  }

  alloc(dtype: DType, shape: readonly number[]): WasmBuffer {
    const bytes = byteCount(dtype, shape);
    const address = bytes > this.limits.maxBufferBytes ? undefined : this.memory.tryAllocate(bytes);
    if (address === undefined) {
      throw outOfMemory(this.name, bytes, "the memory of a WebAssembly module ends at 4 GiB");
    }
    return new WasmBuffer(this, dtype, shape, address);
  }

  /** A buffer of this device; refuses others. */
  own(buffer: Buffer, name: string): WasmBuffer {
    if (buffer instanceof WasmBuffer && buffer.device === this) return buffer;
    throw foreignBuffer(name, this.name, buffer.device.name);
  }

  /** The address of an array that lies in the device's memory already. */
  tryPlaced(data: StorageArray): number | undefined {
    return data.buffer === this.memory.memory.buffer ? data.byteOffset : undefined;
  }

  /** Loads the compiler and warms its engine up, so that the first `compile` need not wait. */
  async preload(): Promise<void> {
    const [, { warmEngine }] = await Promise.all([
      import("./compile-image.ts"),
      import("./emit-module.ts"),
    ]);
    await warmEngine();
  }

  async compile(request: CompileRequest): Promise<WasmExecutable> {
    for (const name of Object.keys(request.options ?? {})) {
      if (!options.includes(name)) throw unknownOption(this.name, name, options);
    }
    const level = request.options?.["optimizeLevel"];
    // Whoever runs kept kernels only needs no compiler.
    const { compileImage } = await import("./compile-image.ts");
    const image = await compileImage(
      request.module,
      request.entry,
      typeof level === "number" ? { optimizeLevel: level } : {},
      request.vectorize,
    );
    return this.load(request.signature, image);
  }

  /** Instantiates a kernel that was compiled before. */
  async load(signature: KernelSignature, image: WasmImage): Promise<WasmExecutable> {
    const module = new WebAssembly.Module(Uint8Array.from(image.binary));
    const host: Record<string, WebAssembly.ImportValue> = {
      ...(await hostFunctionsFor(module)),
      alloc: (bytes: number) => {
        const fits = bytes >>> 0 <= this.limits.maxBufferBytes;
        const address = fits ? this.memory.tryAllocate(bytes >>> 0) : undefined;
        if (address === undefined) throw outOfMemory(this.name, bytes >>> 0, "inside of a kernel");
        return address;
      },
      free: (address: number) => this.memory.release(address),
    };
    const instance = new WebAssembly.Instance(module, {
      env: { memory: this.memory.memory },
      host,
    });
    const kernel = instance.exports[image.entry] as Kernel;
    return new WasmExecutable(this, signature, image, kernel);
  }

  close(): void {
    // The memory goes with the device when nothing refers to it any more.
  }
}

/** The functions that a module may import besides those for its memory, loaded if it imports any. */
async function hostFunctionsFor(module: WebAssembly.Module): Promise<WebAssembly.ModuleImports> {
  const own = new Set(["alloc", "free", "memory"]);
  if (WebAssembly.Module.imports(module).every(({ name }) => own.has(name))) return {};
  return (await import("./host-functions.ts")).hostFunctions;
}

/** How programs find the device. */
export const wasmProvider: DeviceProvider = {
  name: "wasm",
  summary: "WebAssembly with 128-bit SIMD, in process",
  probe: () => Promise.resolve({ available: true, count: 1 }),
  open: () => Promise.resolve(new WasmDevice()),
};

registerDevice(wasmProvider);
