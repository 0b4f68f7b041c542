/**
 * Lowering from the pattern level, step by step.
 *
 * | step | why it stands here |
 * |---|---|
 * | raise-contractions | index notation becomes an operation that later steps recognize |
 * | fuse-patterns | producers disappear into consumers while both are still whole |
 * | lower-pattern-to-loop | buffers and loops are decided on the fused program |
 * | cse | lowering repeats constants and index arithmetic; later steps are cheaper on less |
 * | fuse-loops | machines with caches only: needs nests that are not vectorized yet |
 * | pack-panels | the same machines: decides how products of matrices go through caches |
 * | share-loops | for threads only: needs scalar loops, which show what depends on what |
 * | vectorize-loops | needs the parallel nests that lowering made |
 *
 * For a GPU the last step is instead:
 *
 * | step | why it stands here |
 * |---|---|
 * | lower-loops-to-gpu | maps the nests to grids of threads |
 * | cse, dce | kernels repeat index arithmetic, and the host keeps some it no longer needs |
 */
import { expectVerified, type ModuleOp } from "@strata/ir";
import { fusePatterns } from "@strata/pattern/fuse";
import { lowerPatternToLoop } from "@strata/pattern/lower-to-loop";
import { raiseContractions } from "@strata/pattern/raise-contract";
import { type GpuRemark, type GpuTarget, lowerLoopsToGpu } from "@strata/scf/lower-to-gpu";
import { fuseLoops, sequentialRows } from "@strata/scf/fuse-loops";
import { packPanels, sequentialPanels } from "@strata/scf/pack-panels";
import {
  type ParallelizeOptions,
  sharedPanels,
  sharedRows,
  shareLoops,
} from "@strata/scf/lower-to-openmp";
import { vectorizeLoops, type VectorizationRemark } from "@strata/scf/lower-to-vector";
import { eliminateCommonSubexpressions, eraseDeadCode } from "@strata/transforms";
import type { TargetModel } from "./target.ts";

/** The levels, from the front end's downwards. */
export const levels = ["pattern", "loop", "vector"] as const;
export type Level = (typeof levels)[number];

/** What a caller may watch. */
export interface LowerOptions {
  /** Verify after each step; on by default. */
  readonly verifyEach?: boolean;
  /** Called after each step with its name. */
  readonly onPass?: (name: string, module: ModuleOp) => void;
  /** Hears what was vectorized and what not, and why. */
  readonly onVectorization?: (remark: VectorizationRemark) => void;
  /** Takes the place of the compiler's own way from loops to vectors: a schedule. */
  readonly vectorize?: (module: ModuleOp, target: TargetModel) => void;
  /** Hears how each loop runs on a GPU. */
  readonly onGpuMapping?: (remark: GpuRemark) => void;
  /** Leave producers and consumers apart. */
  readonly fuse?: boolean;
  /** Deal reductions and borders out to threads; parallel nests come with the next level down. */
  readonly threads?: boolean | ParallelizeOptions;
}

/** Lowers a module of the pattern level in place, down to a level, which may be that of GPUs. */
export function lowerTo(
  module: ModuleOp,
  level: Level,
  target: TargetModel,
  options?: LowerOptions,
): void;
export function lowerTo(
  module: ModuleOp,
  level: "gpu",
  target: GpuTarget,
  options?: LowerOptions,
): void;
export function lowerTo(
  module: ModuleOp,
  level: Level | "gpu",
  target: TargetModel | GpuTarget,
  options: LowerOptions = {},
): void {
  const step = (name: string, run: () => void): void => {
    run();
    if (options.verifyEach !== false) expectVerified(module);
    options.onPass?.(name, module);
  };
  step("raise-contractions", () => raiseContractions(module));
  if (options.fuse !== false) step("fuse-patterns", () => fusePatterns(module));
  if (level === "pattern") return;
  step("lower-pattern-to-loop", () => lowerPatternToLoop(module));
  step("cse", () => eliminateCommonSubexpressions(module));
  if (level === "loop") return;
  if ("warpSize" in target) {
    step("lower-loops-to-gpu", () => lowerLoopsToGpu(module, target, options.onGpuMapping));
    step("cse", () => eliminateCommonSubexpressions(module));
    step("dce", () => eraseDeadCode(module));
    return;
  }
  const { threads = false } = options;
  const share = threads === true ? {} : threads === false ? undefined : threads;
  if (target.fusesLoops === true) {
    const rows = share === undefined ? sequentialRows : sharedRows(share);
    const panels = share === undefined ? sequentialPanels : sharedPanels(share);
    step("fuse-loops", () => fuseLoops(module, rows));
    step("pack-panels", () => packPanels(module, panels));
    step("cse", () => eliminateCommonSubexpressions(module));
  }
  if (share !== undefined) step("share-loops", () => shareLoops(module, share));
  const vectorize =
    options.vectorize ??
    ((m: ModuleOp, t: TargetModel) => vectorizeLoops(m, t, options.onVectorization));
  step("vectorize-loops", () => vectorize(module, target));
}
