/**
 * How many threads kernels run on.
 *
 * Invariants: a number that a user gave is kept, up to a few threads for each processor; without
 * one, OMP_NUM_THREADS says it, else there is one thread for each processor; without OpenMP's
 * runtime library there is one thread, unless more were asked for: then its absence is an error.
 */
import { availableParallelism } from "node:os";
import { DiagnosticError, userError } from "@strata/support";
import { expectOpenMP, findOpenMP } from "../native/openmp.ts";

/** Threads for each processor, at most: more only wait for each other. */
const MOST_PER_PROCESSOR = 4;

/** The most threads that kernels run on here. */
export function mostThreads(): number {
  return MOST_PER_PROCESSOR * availableParallelism();
}

/** A count as it is used: a diagnostic for what is none, the largest for too large a one. */
export function settleThreads(count: number, source: string): number {
  if (!Number.isSafeInteger(count) || count < 1) {
    throw new DiagnosticError(
      userError("llvm.threads", `${source} needs a whole number from 1, found ${count}`, {
        hint: `this machine runs up to ${mostThreads()} threads; one needs no library`,
      }),
    );
  }
  if (count > 1) expectOpenMP();
  return Math.min(count, mostThreads());
}

/** The number of threads where nobody asked for one. */
export function defaultThreads(environment: Readonly<Record<string, string | undefined>>): number {
  // A list gives the number for each level of nesting.
  const [asked = ""] = (environment["OMP_NUM_THREADS"] ?? "").split(",");
  if (asked.trim() !== "") return settleThreads(Number(asked), "OMP_NUM_THREADS");
  return findOpenMP().openmp === undefined ? 1 : availableParallelism();
}
