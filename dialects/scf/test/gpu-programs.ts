/** Loop programs for the tests of the lowering to GPUs, and a comparison of before and after. */
import { arith } from "@strata/arith";
import { func } from "@strata/func";
import { gpu } from "@strata/gpu";
import { Interpreter, MemRefValue, type RuntimeValue, storeOver } from "@strata/interpret";
import {
  builtin,
  Context,
  expectVerified,
  f32,
  i32,
  type ModuleOp,
  printOperation,
} from "@strata/ir";
import { math } from "@strata/math";
import { memref } from "@strata/memref";
import { parseVerified } from "@strata/testing";
import { vector } from "@strata/vector";
import { scf } from "../src/index.ts";
import { cudaTarget, type GpuTarget, lowerLoopsToGpu } from "../src/lower-to-gpu.ts";

const context = new Context([builtin, arith, func, gpu, math, memref, scf, vector]);

/** A machine so small that every thread gets much to do. */
export const smallTarget: GpuTarget = { ...cudaTarget, processors: 1, maxThreadsPerProcessor: 1 };

/** A function of loops; `%c0`, `%c1` and `%n` are at hand. */
export function program(signature: string, n: number, body: string, end = "return"): ModuleOp {
  return parseVerified(
    context,
    `func.func @f${signature} {
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      %n = arith.constant ${n} : index
      ${body}
      ${end}
    }`,
  );
}

/** The module lowered in place, as text. */
export function lowered(module: ModuleOp, target: GpuTarget = cudaTarget): string {
  lowerLoopsToGpu(module, target);
  expectVerified(module);
  return printOperation(module);
}

/** A buffer of numbers. */
export function buffer(
  array: Float32Array | Int32Array,
  shape: readonly number[] = [array.length],
): MemRefValue {
  const type = array instanceof Float32Array ? f32 : i32;
  return new MemRefValue(storeOver(type, array), shape, type);
}

/** What a function returns, and the contents of its buffers afterwards. */
export function run(module: ModuleOp, args: readonly RuntimeValue[]): RuntimeValue[] {
  const own = args.map((a) =>
    a instanceof MemRefValue
      ? buffer((a.buffer.array as Float32Array | Int32Array).slice(), a.shape)
      : a,
  );
  const results = new Interpreter(module).run("f", own);
  const contents = own.flatMap((a) =>
    a instanceof MemRefValue ? [...(a.buffer.array as Float32Array)] : [],
  );
  return [...results, ...contents];
}
