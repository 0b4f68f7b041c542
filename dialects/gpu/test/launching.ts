/** Short kernels in tests: a module around one, buffers for it, what its run says. */
import { Interpreter, MemRefValue, type RuntimeValue, storeOf } from "@strata/interpret";
import { expectVerified, f32, parseModule, type Type } from "@strata/ir";
import { type Diagnostic, DiagnosticError } from "@strata/support";
import { type GpuSettings, gpuState } from "../src/index.ts";
import { context } from "./context.ts";

/** A buffer of rank 1 with the given elements. */
export function buffer(elements: readonly number[], type: Type = f32): MemRefValue {
  return new MemRefValue(storeOf(type, elements), [elements.length], type);
}

/** A buffer of zeros. */
export const zeros = (n: number, type: Type = f32): MemRefValue =>
  buffer(new Array<number>(n).fill(0), type);

/** The memory of a buffer as a matrix, by rows. */
export const matrix = (of: MemRefValue, rows: number, columns: number): MemRefValue =>
  new MemRefValue(of.buffer, [rows, columns], of.elementType);

/** The elements of a buffer. */
export function elements(v: RuntimeValue | undefined): RuntimeValue[] {
  if (!(v instanceof MemRefValue)) throw new Error("no memref");
  return [...v.positions()].map((p) => v.buffer.get(p));
}

/** How a kernel is launched: `%n` constants for sizes, types of its arguments. */
export interface Launched {
  readonly args: string;
  readonly types: string;
  readonly grid?: readonly [number, number, number];
  readonly block?: readonly [number, number, number];
  /** What stands between the arguments and the body of the kernel. */
  readonly buffers?: string;
  readonly extra?: string;
  readonly dynamicBytes?: number;
}

/** A module with a kernel of a body, and `@f` that launches it on its own arguments. */
export function moduleOf(body: string, how: Launched): string {
  const names = how.args.split(",").map((a) => a.trim());
  const types = how.types.split(/,\s*(?![^<]*>)/);
  const list = names.map((n, i) => `${n}: ${types[i]!}`).join(", ");
  const given = names.map((n, i) => `${n} : ${types[i]!}`).join(", ");
  const sizes = [...(how.grid ?? [1, 1, 1]), ...(how.block ?? [32, 1, 1])];
  const dynamic = how.dynamicBytes === undefined ? "" : " dynamic_shared_memory_size %bytes";
  return `module attributes {gpu.container_module} {
  gpu.module @kernels {
    ${how.extra ?? ""}
    gpu.func @kernel(${list}) ${how.buffers ?? ""} kernel {
      ${body}
      gpu.return
    }
  }
  func.func @f(${list}) {
    ${sizes.map((n, i) => `%s${i} = arith.constant ${n} : index`).join("\n    ")}
    %bytes = arith.constant ${how.dynamicBytes ?? 0} : i32
    gpu.launch_func @kernels::@kernel blocks in (%s0, %s1, %s2) threads in (%s3, %s4, %s5)${dynamic} args(${given})
    return
  }
}`;
}

/** Runs `@f` of a text. */
export function run(
  text: string,
  args: readonly RuntimeValue[],
  settings: GpuSettings = {},
  write?: (text: string) => void,
): readonly RuntimeValue[] {
  const module = parseModule(context, text);
  expectVerified(module);
  const interpreter = new Interpreter(module, {
    maxSteps: 10_000_000,
    state: [gpuState(settings)],
    ...(write === undefined ? {} : { write }),
  });
  return interpreter.run("f", args);
}

/** The diagnostic that running `@f` of a text ends with. */
export function failure(
  text: string,
  args: readonly RuntimeValue[],
  settings: GpuSettings = {},
): Diagnostic {
  try {
    run(text, args, settings);
  } catch (e) {
    if (e instanceof DiagnosticError) return e.diagnostics[0]!;
    throw e;
  }
  throw new Error("the program does not fail");
}
