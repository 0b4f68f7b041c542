/**
 * The device `llvm`: code for the machine's own processor, made by LLVM, in the program's process.
 *
 * Invariants: LLVM is found and loaded when the device is opened; the compiler's own packages are
 * loaded when something is compiled, not when kept code is loaded; one linker serves the device, and
 * everything is given back when it is closed.
 */
import { totalmem } from "node:os";
import {
  byteCount,
  expectFits,
  outOfMemory,
  unknownOption,
  type CompileRequest,
  type Device,
  type DeviceDescription,
  type DeviceLimits,
} from "@strata/runtime";
import { functionAt } from "@strata/runtime/native";
import { DiagnosticError, userError, type DType, type KernelSignature } from "@strata/support";
import { generateCode, optimizeLevels, type OptimizeLevel } from "../native/codegen.ts";
import { Jit } from "../native/jit.ts";
import type { LLVM } from "../native/library.ts";
import { expectOpenMP } from "../native/openmp.ts";
import { hostMachine } from "../native/target.ts";
import { hasVectorMath, VECTOR_LIBRARY } from "../vector-math.ts";
import { LLVMBuffer } from "./buffer.ts";
import { LLVMExecutable, type KernelCode } from "./executable.ts";
import { CALL_ABI, type LLVMImage } from "./image.ts";
import { MemoryPool } from "./memory-pool.ts";
import { hasSupport, supportCode, SUPPORT } from "./support-code.ts";
import { defaultThreads, settleThreads } from "./threads.ts";

/** Options of `compile`. */
const options = ["optimize", "parallelFrom"];

/** Half the compile time of `full`, for code that is as fast in most kernels. */
const DEFAULT_LEVEL: OptimizeLevel = "quick";

/** What a typed array of V8 holds. */
const MAX_BUFFER_BYTES = 2 ** 33 - 4096;

const guardedType = ["int64", ["void *", "void *"]] as const;
const entryType = ["void", ["void *"]] as const;

type Guarded = ReturnType<typeof functionAt<typeof guardedType>>;

/** The device. */
export class LLVMDevice implements Device {
  readonly name: string = "llvm";
  readonly kind: string = "llvm";
  readonly hasVectorLevel = true;
  readonly limits: DeviceLimits = { maxBufferBytes: MAX_BUFFER_BYTES, maxTotalBytes: totalmem() };
  readonly llvm: LLVM;
  readonly #pool = new MemoryPool();
  #jit: Jit | undefined;
  #guarded: Guarded | undefined;
  #threads: number | undefined;
  #closed = false;

  /** `threads` as `useThreads` takes them. */
  constructor(llvm: LLVM, threads?: number) {
    this.llvm = llvm;
    if (threads !== undefined) this.useThreads(threads);
  }

  /** Threads that kernels run on. */
  get threads(): number {
    return (this.#threads ??= defaultThreads(process.env));
  }

  /** Runs kernels on so many threads, up to a few for each processor; gives what it settled on. */
  useThreads(count: number): number {
    return (this.#threads = settleThreads(count, "the number of threads"));
  }

  /** What compiled code depends on besides its source: two equal keys, the same code. */
  get codeKey(): string {
    return JSON.stringify([
      this.llvm.version,
      hostMachine(this.llvm),
      CALL_ABI,
      this.threads > 1,
      hasVectorMath(),
    ]);
  }

  describe(): DeviceDescription {
    const { cpu, triple } = hostMachine(this.llvm);
    return {
      summary: "native code through LLVM, in process",
      properties: {
        processor: cpu,
        target: triple,
        llvm: this.llvm.version,
        threads: this.threads,
        usedBytes: this.#pool.usedBytes,
      },
    };
  }

  alloc(dtype: DType, shape: readonly number[]): LLVMBuffer {
    const bytes = byteCount(dtype, shape);
    expectFits("a buffer", dtype, shape, this.limits);
    const block = this.#pool.tryAllocate(bytes);
    if (block === undefined) {
      throw outOfMemory(this.name, bytes, "the system gives no more memory to this process");
    }
    return new LLVMBuffer(this, this.#pool, dtype, [...shape], block);
  }

  async compile(request: CompileRequest): Promise<LLVMExecutable> {
    for (const name of Object.keys(request.options ?? {})) {
      if (!options.includes(name)) throw unknownOption(this.name, name, options);
    }
    const optimize = expectLevel(request.options?.["optimize"] ?? DEFAULT_LEVEL);
    const { compileImage } = await import("./compile-image.ts");
    const { vectorize } = request;
    const from = request.options?.["parallelFrom"];
    const threads = this.threads > 1 && (typeof from === "number" ? from : true);
    const choices = { optimize, threads, vectorize };
    const { image } = compileImage(this.llvm, request.module, request.entry, choices);
    return this.load(request.signature, image);
  }

  /** Links a kernel that was compiled before; a SyntaxError for one that is not for this machine. */
  async load(signature: KernelSignature, image: LLVMImage): Promise<LLVMExecutable> {
    if (image.abi !== CALL_ABI) throw new SyntaxError(`code of another ABI: ${image.abi}`);
    const jit = this.#openJit();
    if (image.callsVectorMath) jit.addLibrary(VECTOR_LIBRARY);
    if (image.threaded) jit.addLibrary(expectOpenMP().path);
    const guarded = image.allocates && hasSupport ? this.#openSupport(jit) : undefined;
    const loaded = jit.load(image.binary, image.symbol);
    const code = makeCallable(Number(loaded.address), guarded, () => loaded.release());
    return new LLVMExecutable(this, signature, image, code);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#pool.clear();
    this.#jit?.close();
    this.#jit = undefined;
  }

  #openJit(): Jit {
    if (this.#closed) throw new Error("the device was closed");
    return (this.#jit ??= new Jit(this.llvm));
  }

  /** What kernels that allocate are called through. */
  #openSupport(jit: Jit): Guarded {
    if (this.#guarded === undefined) {
      const machine = hostMachine(this.llvm);
      const choices = { machine, format: "obj", optimize: "quick", name: "support" } as const;
      const { bytes: object } = generateCode(this.llvm, supportCode, choices);
      jit.load(object, SUPPORT.initialize);
      const start = functionAt(jit.find(SUPPORT.initialize), ["int", []]);
      if (start() !== 0) throw new Error("the process has no thread-specific keys left");
      this.#guarded = functionAt(jit.find(SUPPORT.guarded), guardedType);
    }
    return this.#guarded;
  }
}

function makeCallable(
  entry: number,
  guarded: Guarded | undefined,
  release: () => void,
): KernelCode {
  if (guarded !== undefined) {
    return {
      call: (block) => Number(guarded(entry, block)),
      callAsync: (block, done) =>
        guarded.async(entry, block, (error, bytes) => done(error, Number(bytes))),
      release,
    };
  }
  const run = functionAt(BigInt(entry), entryType);
  return {
    call: (block) => {
      run(block);
      return 0;
    },
    callAsync: (block, done) => run.async(block, (error) => done(error, 0)),
    release,
  };
}

function expectLevel(value: unknown): OptimizeLevel {
  const known = Object.keys(optimizeLevels);
  if (typeof value === "string" && known.includes(value)) return value as OptimizeLevel;
  throw new DiagnosticError(
    userError("llvm.optimize", `there is no way to optimize called ${JSON.stringify(value)}`, {
      hint: `it is one of ${known.join(", ")}`,
    }),
  );
}
