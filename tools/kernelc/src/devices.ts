/** `kernelc devices`: where kernels can run on this machine. */
import { formatBytes } from "@strata/runtime";
import { registerDevices } from "@strata/kernel/specialize";
import type { CommandContext } from "./cli.ts";

interface DeviceRow {
  readonly name: string;
  readonly available: boolean;
  readonly summary: string;
  readonly reason?: string;
  readonly hint?: string;
  readonly maxBufferBytes?: number;
  readonly properties?: Readonly<Record<string, string | number | boolean>>;
}

/** Prints the devices as a table or as JSON. */
export async function devicesCommand(
  options: { readonly json?: boolean; readonly quiet?: boolean },
  { io }: CommandContext,
): Promise<void> {
  const rows = await listDevices();
  if (options.json === true) {
    io.stdout.write(`${JSON.stringify({ devices: rows }, undefined, 2)}\n`);
    return;
  }
  if (options.quiet === true) {
    for (const { name, available } of rows) if (available) io.stdout.write(`${name}\n`);
    return;
  }
  const width = Math.max(...rows.map(({ name }) => name.length));
  for (const row of rows) {
    const indent = " ".repeat(width + 2);
    io.stdout.write(`${row.name.padEnd(width)}  ${row.summary}\n`);
    if (!row.available) {
      io.stdout.write(`${indent}not available: ${row.reason}; ${row.hint}\n`);
      continue;
    }
    for (const [name, value] of Object.entries(row.properties ?? {})) {
      io.stdout.write(`${indent}${name}: ${value}\n`);
    }
    if (row.maxBufferBytes !== undefined) {
      io.stdout.write(`${indent}largest tensor: ${formatBytes(row.maxBufferBytes)}\n`);
    }
  }
}

async function listDevices(): Promise<DeviceRow[]> {
  const registry = await registerDevices();
  const rows: DeviceRow[] = [];
  for (const provider of registry.providers()) {
    const probed = await provider.probe();
    if (!probed.available) {
      const { name, summary } = provider;
      rows.push({ name, available: false, summary, reason: probed.reason, hint: probed.hint });
      continue;
    }
    for (let index = 0; index < probed.count; index++) {
      const device = await provider.open(index);
      const { summary, properties } = device.describe();
      const { maxBufferBytes } = device.limits;
      rows.push({ name: device.name, available: true, summary, maxBufferBytes, properties });
      device.close();
    }
  }
  return rows;
}
