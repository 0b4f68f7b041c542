/**
 * The example kernels and random ones on the way down to the LLVM dialect: as they are, or dealt
 * out to threads; interpreted at the last levels.
 */
import { readFileSync } from "node:fs";
import { hostTarget, lowerTo } from "@strata/compiler";
import { lowerToLLVM, runLowered } from "@strata/compiler/to-llvm";
import { collect, IntegerAttr, i32, type ModuleOp, Builder } from "@strata/ir";
import { ConstantOp } from "@strata/arith";
import * as omp from "@strata/omp";
import { fuseLoops, sequentialRows } from "@strata/scf/fuse-loops";
import { packPanels, sequentialPanels } from "@strata/scf/pack-panels";
import {
  parallelizeLoops,
  sharedPanels,
  sharedRows,
  shareLoops,
} from "@strata/scf/lower-to-openmp";
import { vectorizeLoops } from "@strata/scf/lower-to-vector";
import type { KernelCase, Values } from "../kernels/case.ts";
import { interpretModule, specializeCase } from "../kernels/levels.ts";

/** The source of a case. */
export function sourceOf(c: KernelCase): string {
  return readFileSync(new URL(`../kernels/${c.file}`, import.meta.url), "utf8");
}

/** Threads that the interpreter runs one after the other. */
export const threads = 3;

/** Asks for a number of threads in every parallel construct. */
function askForThreads(module: ModuleOp, n: number): void {
  for (const op of collect(module, omp.Parallel)) {
    const count = Builder.before(op).insert(ConstantOp.of({ value: IntegerAttr.get(n, i32) }));
    op.setOperandGroup(3, [count.result]);
  }
}

/** The levels below `vector`: loops dealt out to threads, and the LLVM dialect of both kinds. */
export type NativeLevel = "llvm" | "openmp" | "openmp-llvm";

/** Loops worth less than this many instructions stay with one thread: all are shared here. */
const threshold = 1;

/** Lowers a module of the pattern level, in place. */
function lowerNatively(module: ModuleOp, level: NativeLevel): void {
  lowerTo(module, "loop", hostTarget);
  fuseLoops(module, level === "llvm" ? sequentialRows : sharedRows({ threshold }));
  packPanels(module, level === "llvm" ? sequentialPanels : sharedPanels({ threshold }));
  if (level !== "llvm") shareLoops(module, { threshold });
  vectorizeLoops(module, hostTarget);
  if (level !== "llvm") {
    parallelizeLoops(module, { threshold });
    askForThreads(module, threads);
  }
  if (level !== "openmp") lowerToLLVM(module);
}

/** A case lowered for the host, specialized to its last sizes. */
export function loweredCase(c: KernelCase, level: NativeLevel): ModuleOp {
  const { module } = specializeCase(sourceOf(c), c.kernel, c.make(3, c.sizes.at(-1)!));
  lowerNatively(module, level);
  return module;
}

/** Interprets a kernel at a level. */
export function runNatively(
  text: string,
  kernel: string,
  args: Values,
  level: NativeLevel,
): Values {
  const { module, signature } = specializeCase(text, kernel, args);
  lowerTo(module, "loop", hostTarget);
  const { module: lowered } = specializeCase(text, kernel, args);
  lowerNatively(lowered, level);
  if (level === "openmp") return interpretModule(lowered, signature, args);
  return interpretModule(module, signature, args, (values, fn) =>
    runLowered(lowered, kernel, fn.type, values),
  );
}
