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
import type { Expr } from "./emission.ts";
import { loadMarker, localNamer } from "./engine.ts";
import { addHelper, helperResult } from "./helpers.ts";

/**
 * The passes of level 1. Every engine puts locals into registers by itself and folds what the
 * emitter leaves; these make the module half as large for a fifth of the time of binaryen's own
 * level 1, and kernels run as fast.
 */
const quickPasses = ["simplify-locals", "vacuum", "reorder-locals"];

/** How much binaryen optimizes: 0 not at all, 1 quickly, 2 … 4 as its own levels. */
export interface EmitOptions {
  readonly optimizeLevel?: number;
  /** Keep the names of functions and values, for people who read the module; off by default. */
  readonly names?: boolean;
}

/** A WebAssembly module in both forms. */
export interface EmittedModule {
  readonly binary: Uint8Array;
  /** The text form, made on demand. */
  text(): string;
}

/**
 * Loads the engine and has it make a small module, so that its own code, which JavaScript engines
 * compile when it first runs, is ready before the first kernel.
 */
export async function warmEngine(): Promise<void> {
  const { default: binaryen } = await import("binaryen");
  const m = new binaryen.Module();
  const { i32, v128, none } = binaryen;
  m.setFeatures(binaryen.Features.SIMD128);
  m.addMemoryImport("0", "env", "memory");
  const at = (): number => m.local.get(1, i32);
  const next = m.local.set(1, m.i32.add(at(), m.i32.const(16)));
  const load = m.local.set(2, m.v128.load(0, 16, at()));
  const sum = m.f32x4.add(m.local.get(2, v128), m.f32x4.splat(m.f32.const(1)));
  const store = m.v128.store(0, 16, at(), sum);
  const more = m.br_if("again", m.i32.lt_s(at(), m.local.get(0, i32)));
  const body = m.loop("again", m.block(null, [load, store, next, more]));
  m.addFunction("warm", binaryen.createType([i32]), none, [i32, v128], body);
  m.addFunctionExport("warm", "warm");
  m.runPasses(quickPasses);
  m.emitBinary();
  m.dispose();
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
  // Names within the module: functions of the IR may be called like those of the host.
  m.addFunctionImport("host:alloc", "host", "alloc", i32, i32);
  m.addFunctionImport("host:free", "host", "free", i32, none);
  const types = { none, i32, i64, f32, f64, v128 };
  const createType = (kinds: readonly number[]): number => binaryen.createType([...kinds]);
  const known = new Set<string>();
  const host: ModuleHost = {
    m,
    markUnsigned: loadMarker(binaryen),
    nameLocal: options.names === true ? localNamer(binaryen) : undefined,
    types,
    createType,
    nameOf: (symbol) => symbol,
    hostCall(name, args): Expr {
      const internal = `host:${name}`;
      if (!known.has(internal)) {
        known.add(internal);
        m.addFunctionImport(internal, "host", name, createType(args.map(() => f64)), f64);
      }
      return m.call(internal, [...args], f64);
    },
    helper(name, args): Expr {
      const internal = `helper:${name}`;
      if (!known.has(internal)) {
        known.add(internal);
        addHelper(m, types, createType, internal, name);
      }
      return m.call(internal, [...args], types[helperResult(name)]);
    },
    allocate: (bytes) => m.call("host:alloc", [bytes], i32),
    free: (address) => m.call("host:free", [address], none),
  };
  for (const op of module.ops()) {
    if (op instanceof FuncOp && !op.isDeclaration) new FunctionEmitter(host, op).emit();
  }
  const level = options.optimizeLevel ?? 1;
  if (level === 1) m.runPasses(quickPasses);
  else if (level > 1) {
    binaryen.setOptimizeLevel(level);
    binaryen.setShrinkLevel(0);
    m.optimize();
  }
  binaryen.setDebugInfo(options.names === true);
  const binary = m.emitBinary();
  binaryen.setDebugInfo(false);
  // The engine's own check costs a fraction of binaryen's.
  if (!WebAssembly.validate(Uint8Array.from(binary))) {
    m.validate();
    const invalid = m.emitText();
    m.dispose();
    throw new Error(`emitted WebAssembly is not valid:\n${invalid}`);
  }
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
