/**
 * Emits a module of functions as WebAssembly through binaryen, which is loaded when first needed.
 *
 * Memory and host functions are imported: `env.memory`, and `host.NAME` for functions on doubles
 * that WebAssembly lacks. Buffers made inside of kernels come from `host.alloc` and go back through
 * `host.free`.
 */
import { FuncOp } from "@strata/func";
import type { ModuleOp } from "@strata/ir";
import { FunctionEmitter, type ModuleHost } from "./emit-function.ts";
import type { Expr } from "./scalar-ops.ts";

/** How much binaryen optimizes: 0 not at all … 4. */
export interface EmitOptions {
  readonly optimizeLevel?: number;
}

/** A WebAssembly module in both forms. */
export interface EmittedModule {
  readonly binary: Uint8Array;
  /** The text form, made on demand. */
  text(): string;
}

/** Emits every function with a body. */
export async function emitWasm(
  module: ModuleOp,
  options: EmitOptions = {},
): Promise<EmittedModule> {
  const { default: binaryen } = await import("binaryen");
  const m = new binaryen.Module();
  const { none, i32, i64, f32, f64, v128 } = binaryen;
  m.setFeatures(
    binaryen.Features.MVP |
      binaryen.Features.SIMD128 |
      binaryen.Features.BulkMemory |
      binaryen.Features.BulkMemoryOpt |
      binaryen.Features.NontrappingFPToInt |
      binaryen.Features.SignExt |
      binaryen.Features.MutableGlobals |
      binaryen.Features.Multivalue,
  );
  m.addMemoryImport("0", "env", "memory");
  m.addFunctionImport("alloc", "host", "alloc", i32, i32);
  m.addFunctionImport("free", "host", "free", i32, none);
  const imported = new Set<string>();
  const host: ModuleHost = {
    m,
    types: { none, i32, i64, f32, f64, v128 },
    createType: (kinds) => binaryen.createType([...kinds]),
    hostCall(name, args): Expr {
      if (!imported.has(name)) {
        imported.add(name);
        const params = binaryen.createType(args.map(() => f64));
        m.addFunctionImport(name, "host", name, params, f64);
      }
      return m.call(name, [...args], f64);
    },
    allocate: (bytes) => m.call("alloc", [bytes], i32),
    free: (address) => m.call("free", [address], none),
  };
  for (const op of module.ops()) {
    if (op instanceof FuncOp && !op.isDeclaration) new FunctionEmitter(host, op).emit();
  }
  if (m.validate() === 0) {
    const text = m.emitText();
    m.dispose();
    throw new Error(`emitted WebAssembly is not valid:\n${text}`);
  }
  const level = options.optimizeLevel ?? 1;
  if (level > 0) {
    binaryen.setOptimizeLevel(level);
    binaryen.setShrinkLevel(0);
    m.optimize();
  }
  const binary = m.emitBinary();
  let text: string | undefined;
  const result: EmittedModule = {
    binary,
    text() {
      if (text === undefined) {
        const again = binaryen.readBinary(binary);
        text = again.emitText();
        again.dispose();
      }
      return text;
    },
  };
  m.dispose();
  return result;
}
