/** The devices that kernels run on, and which one `auto` stands for. */
import { devices, type Device, type DeviceRegistry } from "@strata/runtime";

/** What `auto` takes, and why. */
export const AUTO_DEVICE: { readonly name: string; readonly reasons: readonly string[] } = {
  name: "wasm",
  reasons: [
    "device: wasm, taken by auto: it compiles to SIMD code, starts in milliseconds and needs nothing",
    "  but this process; --device llvm makes native code where LLVM is installed",
  ],
};

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

/** Opens a device by name, `auto` included; a diagnostic for an unknown one. */
export async function openChosenDevice(spec: string): Promise<Device> {
  const registry = await registerDevices();
  return registry.open(spec === "auto" ? AUTO_DEVICE.name : spec);
}
