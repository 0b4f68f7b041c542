/**
 * Kernels of a file: their types, their arguments, their code.
 *
 * Invariants: code is compiled for the extents of the named dimensions, and runs for those only; code
 * that was kept under a key gives the same results as code compiled anew, since the key covers
 * everything that it was made from.
 */
import type { Module } from "@strata/frontend";
import { bindArguments, type BoundArguments, type Device, HOST_LIMITS } from "@strata/runtime";
import {
  DiagnosticError,
  didYouMean,
  SourceFile,
  userError,
  type KernelSignature,
} from "@strata/support";
import { CodeCache, type CodeStore } from "./code-cache.ts";
import { compileKernel, type CompiledKernel } from "./compile-kernel.ts";
import type { Schedule } from "./schedule.ts";

/** Which kernel of a file, and where compiled code is kept. */
export interface OpenOptions {
  /** The name of an exported function; not needed if the file exports one only. */
  readonly kernel?: string | undefined;
  /** Keeps compiled code between processes. */
  readonly store?: CodeStore | undefined;
}

/** A kernel of a file, its types known. */
export class Kernel {
  readonly source: SourceFile;
  readonly signature: KernelSignature;
  readonly #code: CodeCache;
  readonly #openMs: number;
  #module: Module | undefined;

  constructor(
    source: SourceFile,
    signature: KernelSignature,
    code: CodeCache,
    opened: { readonly module: Module | undefined; readonly milliseconds: number },
  ) {
    this.source = source;
    this.signature = signature;
    this.#code = code;
    this.#module = opened.module;
    this.#openMs = opened.milliseconds;
  }

  get name(): string {
    return this.signature.name;
  }

  /**
   * Brings arguments by name to the parameters; a diagnostic with everything that is wrong. Without
   * a device, sizes are bound only by what the host can hold.
   */
  bind(args: Readonly<Record<string, unknown>>, device?: Device): BoundArguments {
    return bindArguments(this.signature, args, device?.limits ?? HOST_LIMITS);
  }

  /** The kernel's syntax; the file is parsed if only the signature was known. */
  async syntax(): Promise<Module> {
    if (this.#module === undefined) {
      const { parseKernelFile } = await import("@strata/frontend");
      this.#module = parseKernelFile(this.source);
    }
    return this.#module;
  }

  /**
   * Code for a device and the extents of the arguments, compiled or kept; a schedule takes the place
   * of the compiler's own.
   */
  async compile(
    device: Device,
    args: BoundArguments,
    schedule?: Schedule,
  ): Promise<CompiledKernel> {
    const start = performance.now();
    const compile = async (): ReturnType<typeof compileKernel> =>
      compileKernel(await this.syntax(), this.signature, device, args.dims, schedule);
    const choice = { dims: args.dims, schedule: schedule?.id };
    const compiled = await this.#code.getOrCompile(device, this.signature, choice, compile);
    return { ...compiled, compileMs: this.#openMs + performance.now() - start };
  }
}

/** Reads a kernel file and types one kernel; a diagnostic for whatever is wrong with it. */
export async function openKernel(
  source: SourceFile | string,
  options: OpenOptions = {},
): Promise<Kernel> {
  const start = performance.now();
  const file = typeof source === "string" ? new SourceFile("<kernel>", source) : source;
  const code = new CodeCache(file, options.store);
  const kept = await code.signature(options.kernel);
  if (kept !== undefined) {
    const milliseconds = performance.now() - start;
    return new Kernel(file, kept, code, { module: undefined, milliseconds });
  }
  const { analyzeKernel, kernelNames, parseKernelFile } = await import("@strata/frontend");
  const module = parseKernelFile(file);
  const name = chooseKernel(file, kernelNames(module), options.kernel);
  const { signature } = analyzeKernel(module, name);
  await code.keepSignature(options.kernel, signature);
  return new Kernel(file, signature, code, { module, milliseconds: performance.now() - start });
}

function chooseKernel(
  file: SourceFile,
  names: readonly string[],
  wanted: string | undefined,
): string {
  const [only, ...more] = names;
  if (only === undefined) {
    throw new DiagnosticError(
      userError("kernel.none", `${file.name} exports no function`, {
        hint: "write `export` before the function that is to be the kernel",
      }),
    );
  }
  if (wanted === undefined && more.length === 0) return only;
  if (wanted !== undefined && names.includes(wanted)) return wanted;
  const listed = { message: `its kernels are ${names.join(", ")}` };
  if (wanted === undefined) {
    throw new DiagnosticError(
      userError("kernel.choice", `${file.name} has ${names.length} kernels: name one`, {
        notes: [listed],
        hint: `for example --kernel ${only}`,
      }),
    );
  }
  throw new DiagnosticError(
    userError("kernel.unknown", `${file.name} has no kernel "${wanted}"`, {
      notes: [listed],
      hint: didYouMean(wanted, names) ?? "only exported functions are kernels",
    }),
  );
}
