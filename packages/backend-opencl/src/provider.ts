/**
 * How programs find OpenCL devices.
 *
 * Invariant: importing this module loads neither the library nor what calls it.
 */
import type { DeviceProvider } from "@strata/runtime";

/** The provider of all OpenCL devices: `opencl` is the first, `opencl:1` the second. */
export const openClProvider: DeviceProvider = {
  name: "opencl",
  summary: "GPUs and processors through OpenCL",
  probe: async () => {
    const [{ findOpenCl }, { INSTALL_OPENCL }] = await Promise.all([
      import("./platform.ts"),
      import("./errors.ts"),
    ]);
    const found = findOpenCl();
    if ("problem" in found) {
      return { available: false, reason: found.problem, hint: INSTALL_OPENCL };
    }
    return { available: true, count: found.devices.length };
  },
  open: async (index) => {
    const [{ findOpenCl }, { noOpenCl, noSuchDevice }, { OpenClDevice }] = await Promise.all([
      import("./platform.ts"),
      import("./errors.ts"),
      import("./device.ts"),
    ]);
    const found = findOpenCl();
    if ("problem" in found) throw noOpenCl(found.problem);
    const facts = found.devices[index];
    if (facts === undefined) {
      throw noSuchDevice(
        index,
        found.devices.map((d) => d.name),
      );
    }
    return new OpenClDevice(found.api, facts, index);
  },
};
