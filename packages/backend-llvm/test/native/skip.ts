/** Whether tests that need LLVM's library are left out: not in CI, where it must be there. */
import { findLLVM } from "@strata/backend-llvm/native";

export const skipLLVM: boolean = findLLVM().llvm === undefined && process.env["CI"] === undefined;
