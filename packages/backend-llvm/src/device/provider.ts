/**
 * How programs find the device `llvm`.
 *
 * Invariant: importing this module loads neither LLVM nor what calls it.
 */
import type { DeviceProvider } from "@strata/runtime";

/** The provider of the one processor there is. */
export const llvmProvider: DeviceProvider = {
  name: "llvm",
  summary: "native code through LLVM, in process",
  probe: async () => {
    const [{ findLLVM }, { INSTALL_LLVM, missingMessage }] = await Promise.all([
      import("../native/library.ts"),
      import("../native/errors.ts"),
    ]);
    const search = findLLVM();
    if (search.llvm !== undefined) return { available: true, count: 1 };
    const hint = `${INSTALL_LLVM}; device wasm needs nothing`;
    return { available: false, reason: missingMessage(search.found), hint };
  },
  open: async () => {
    const [{ expectLLVM }, { LLVMDevice }] = await Promise.all([
      import("../native/library.ts"),
      import("./device.ts"),
    ]);
    return new LLVMDevice(expectLLVM());
  },
};
