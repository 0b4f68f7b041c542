/** The devices that kernels run on. */
import { devices, type DeviceRegistry } from "@strata/runtime";

/** Makes every device known to the program's registry. */
export async function registerDevices(): Promise<DeviceRegistry> {
  const [{ wasmProvider }, { llvmProvider }, { interpreterProvider }] = await Promise.all([
    import("@strata/backend-wasm/device"),
    import("@strata/backend-llvm/provider"),
    import("./interpreter-device.ts"),
  ]);
  devices.register(wasmProvider);
  devices.register(llvmProvider);
  devices.register(interpreterProvider);
  return devices;
}
