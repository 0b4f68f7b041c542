/**
 * The devices a program may ask for by name. A target is a package that registers a provider;
 * nothing else lists targets.
 */
import type { Device } from "./device.ts";
import { deviceIndex, duplicateDevice, unknownDevice } from "./errors.ts";

/** Whether devices of a kind are there, and what to do if not. */
export type Availability =
  | { readonly available: true; readonly count: number }
  | { readonly available: false; readonly reason: string; readonly hint: string };

/** A kind of device, opened only when asked for. */
export interface DeviceProvider {
  /** The name users write: `wasm`. */
  readonly name: string;
  /** One line for `--help` and listings. */
  readonly summary: string;
  /** Finds out, at a small cost, whether such devices are there. */
  probe(): Promise<Availability>;
  /** Opens device number `index`, 0 up to the probed count; a diagnostic when it cannot. */
  open(index: number): Promise<Device>;
}

/** Providers by name, and the devices opened through them. */
export class DeviceRegistry {
  readonly #providers = new Map<string, DeviceProvider>();
  readonly #open = new Map<string, Promise<Device>>();

  /** Adds a provider; refuses a name that another one has. */
  register(provider: DeviceProvider): void {
    const known = this.#providers.get(provider.name);
    if (known === provider) return;
    if (known !== undefined) throw duplicateDevice(provider.name);
    this.#providers.set(provider.name, provider);
  }

  /** The providers in the order of their registration. */
  providers(): readonly DeviceProvider[] {
    return [...this.#providers.values()];
  }

  /** The provider of a name; a diagnostic with the nearest name when there is none. */
  expectProvider(name: string): DeviceProvider {
    const found = this.#providers.get(name);
    if (found === undefined) throw unknownDevice(name, [...this.#providers.keys()]);
    return found;
  }

  /** Opens the device that `name` or `name:index` stands for, once. */
  async open(spec: string): Promise<Device> {
    const { provider, index } = this.#resolve(spec);
    const key = `${provider.name}:${index}`;
    const known = this.#open.get(key);
    if (known !== undefined) return known;
    const opened = provider.open(index);
    this.#open.set(key, opened);
    try {
      return await opened;
    } catch (error) {
      this.#open.delete(key);
      throw error;
    }
  }

  /** Closes every device that was opened. */
  async close(): Promise<void> {
    const open = [...this.#open.values()];
    this.#open.clear();
    for (const device of await Promise.allSettled(open)) {
      if (device.status === "fulfilled") device.value.close();
    }
  }

  #resolve(spec: string): { provider: DeviceProvider; index: number } {
    const colon = spec.indexOf(":");
    const name = colon < 0 ? spec : spec.slice(0, colon);
    const provider = this.expectProvider(name);
    if (colon < 0) return { provider, index: 0 };
    const digits = spec.slice(colon + 1);
    if (!/^\d{1,4}$/.test(digits)) throw deviceIndex(spec, name);
    return { provider, index: Number(digits) };
  }
}

/** The registry that packages register with when they are imported. */
export const devices: DeviceRegistry = new DeviceRegistry();

/** Adds a provider to the registry of the program. */
export function registerDevice(provider: DeviceProvider): void {
  devices.register(provider);
}

/** Opens a device of the program's registry by name, as in `wasm` or `opencl:1`. */
export async function openDevice(spec: string): Promise<Device> {
  return devices.open(spec);
}
