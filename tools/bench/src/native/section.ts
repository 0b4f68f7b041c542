/** The part of the table about native code, where LLVM and a C compiler are installed. */
import { findLLVM } from "@strata/backend-llvm/native";
import type { NativeCase } from "./cases.ts";
import type { Cost } from "./costs.ts";
import { tryCompileRivals, tryLoadBlas } from "./compile-rivals.ts";

/** The cases that can run here, and what is missing for the others. */
export async function nativeSection(): Promise<{
  readonly cases: readonly NativeCase[];
  readonly costs: () => Promise<readonly Cost[]>;
  readonly missing: readonly string[];
}> {
  // Threads of either side that wait actively would slow the other side down.
  process.env["OMP_WAIT_POLICY"] ??= "passive";
  if (findLLVM().llvm === undefined) {
    return { cases: [], costs: async () => [], missing: ["LLVM"] };
  }
  const [{ blasCases, nativeCases }, { nativeCosts }] = await Promise.all([
    import("./cases.ts"),
    import("./costs.ts"),
  ]);
  const [rivals, blas] = [tryCompileRivals(), tryLoadBlas()];
  const missing = [
    ...(rivals === undefined ? ["gcc"] : []),
    ...(blas === undefined ? ["OpenBLAS (Debian: libopenblas0)"] : []),
  ];
  const cases = [
    ...(rivals === undefined ? [] : nativeCases(rivals)),
    ...(blas === undefined ? [] : blasCases(blas)),
  ];
  return { cases, costs: nativeCosts, missing };
}
