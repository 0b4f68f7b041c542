/** How many random programs a run tries, and from which seed. */

/** At least 300 in CI; `STRATA_RUNS` sets another number. */
export const kernelProgramRuns: number = Number(process.env["STRATA_RUNS"] ?? 300);

/** A new seed for each run, which a failure prints; `STRATA_SEED` repeats one. */
export function seedOf(_name: string): number {
  const given = process.env["STRATA_SEED"];
  return given === undefined ? Date.now() ^ (Math.random() * 0x100000000) : Number(given);
}

/** Programs that are compiled to native code: at least 500 in CI. */
export const nativeProgramRuns: number = Number(process.env["STRATA_RUNS"] ?? 500);
