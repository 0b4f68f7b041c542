/**
 * What a device costs, measured with small kernels on the device itself.
 *
 * Invariants: every figure is the best of several runs, since noise only slows down; copies are
 * measured apart from runs.
 */
import type { Buffer, Device, Executable } from "@strata/runtime";
import { SourceFile } from "@strata/support";
import { openKernel } from "../open-kernel.ts";

/** Rates and delays of a device; seconds, bytes per second, operations per second. */
export interface DeviceCosts {
  /** To start one nest of loops, the call included. */
  readonly launchSeconds: number;
  readonly toDevice: number;
  readonly fromDevice: number;
  /** Of memory that is read and written once, arrays larger than caches. */
  readonly bandwidth: number;
  /** f32 operations on values in registers. */
  readonly flops: number;
}

const SOURCE = `
import { map, type Dim, type f32, type Tensor } from "@strata/kernel";

export function scale<n extends Dim>(x: Tensor<f32, [n]>): Tensor<f32, [n]> {
  return map(x, (v) => v * 2);
}

export function iterate<n extends Dim>(x: Tensor<f32, [n]>): Tensor<f32, [n]> {
  return map(x, (v) => {
    let a = v;
    for (let k = 0; k < 256; k++) a = a * 0.5 + 0.25;
    return a;
  });
}
`;

const LARGE = 2 ** 22;
const BUSY = 2 ** 17;
const STEPS = 256;

/** Measures a device; takes a few tenths of a second on most. */
export async function measureDevice(device: Device): Promise<DeviceCosts> {
  const file = new SourceFile("costs.kernel.ts", SOURCE);
  const small = await prepare(device, file, "scale", 16);
  const launchSeconds = await best(20, small);
  small.release();
  const large = await prepare(device, file, "scale", LARGE);
  const bytes = LARGE * Float32Array.BYTES_PER_ELEMENT;
  const toDevice = bytes / (await best(3, { run: async () => large.write() }));
  const bandwidth = (2 * bytes) / (await best(4, large));
  const fromDevice = bytes / (await best(3, { run: async () => void (await large.read()) }));
  large.release();
  const busy = await prepare(device, file, "iterate", BUSY);
  const flops = (2 * STEPS * BUSY) / (await best(4, busy));
  busy.release();
  return { launchSeconds, toDevice, fromDevice, bandwidth, flops };
}

interface Runnable {
  run(): Promise<void>;
}

/** Seconds of the quickest of `times` runs, after one to warm up. */
async function best(times: number, work: Runnable): Promise<number> {
  let least = Infinity;
  for (let k = 0; k <= times; k++) {
    const start = performance.now();
    await work.run();
    if (k > 0) least = Math.min(least, performance.now() - start);
  }
  // Clocks may not see the shortest runs.
  return Math.max(least, 1e-4) / 1000;
}

interface Prepared extends Runnable {
  write(): void;
  read(): Promise<unknown>;
  release(): void;
}

async function prepare(
  device: Device,
  file: SourceFile,
  name: string,
  n: number,
): Promise<Prepared> {
  const kernel = await openKernel(file, { kernel: name });
  const data = new Float32Array(n).fill(0.5);
  const [input, output] = [device.alloc("f32", [n]), device.alloc("f32", [n])];
  input.write(data);
  const args = kernel.bind({ x: input }, device);
  const { executable } = await kernel.compile(device, args);
  return {
    run: () => finish(executable, args, output),
    write: () => input.write(data),
    read: () => output.read(),
    release: () => {
      input.release();
      output.release();
      executable.release();
    },
  };
}

async function finish(
  executable: Executable,
  args: Parameters<Executable["launch"]>[0],
  output: Buffer,
): Promise<void> {
  await executable.launch(args, [output]);
}
