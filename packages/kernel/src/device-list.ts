/** The devices that kernels run on. */
import { devices, type DeviceRegistry } from "@strata/runtime";

/** Makes every device known to the program's registry; what a device is made of loads when opened. */
export async function registerDevices(): Promise<DeviceRegistry> {
  const [wasm, llvm, opencl, cuda, interpreter] = await Promise.all([
    import("@strata/backend-wasm/device"),
    import("@strata/backend-llvm/provider"),
    import("@strata/backend-opencl/provider"),
    import("@strata/backend-cuda/provider"),
    import("./interpreter-device.ts"),
  ]);
  devices.register(wasm.wasmProvider);
  devices.register(llvm.llvmProvider);
  devices.register(opencl.openClProvider);
  devices.register(cuda.cudaProvider);
  devices.register(interpreter.interpreterProvider);
  return devices;
}
