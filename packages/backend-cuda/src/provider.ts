/**
 * How programs find NVIDIA's GPUs.
 *
 * Invariant: importing this module loads neither the driver nor what calls it.
 */
import type { DeviceProvider } from "@strata/runtime";

/** The provider of all GPUs: `cuda` is the first, `cuda:1` the second. */
export const cudaProvider: DeviceProvider = {
  name: "cuda",
  summary: "NVIDIA's GPUs through NVRTC and the driver",
  probe: async () => {
    const [{ findCuda }, { findNvrtc }, { INSTALL_DRIVER, INSTALL_NVRTC }] = await Promise.all([
      import("./platform.ts"),
      import("./nvrtc.ts"),
      import("./errors.ts"),
    ]);
    const found = findCuda();
    if ("problem" in found)
      return { available: false, reason: found.problem, hint: INSTALL_DRIVER };
    if ("tried" in findNvrtc()) {
      return { available: false, reason: "there is no NVRTC", hint: INSTALL_NVRTC };
    }
    return { available: true, count: found.gpus.length };
  },
  open: async (index) => {
    const [{ findCuda }, { noCuda, noSuchDevice }, { CudaDevice }] = await Promise.all([
      import("./platform.ts"),
      import("./errors.ts"),
      import("./device.ts"),
    ]);
    const found = findCuda();
    if ("problem" in found) throw noCuda(found.problem);
    const facts = found.gpus[index];
    if (facts === undefined) {
      throw noSuchDevice(
        index,
        found.gpus.map((g) => g.name),
      );
    }
    return new CudaDevice(found.api, facts);
  },
};
