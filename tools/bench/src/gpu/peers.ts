/** The kernels of peers.cu, compiled and launched like the workspace's own. */
import { type CudaDevice, compileCuda, expectNvrtc } from "@strata/backend-cuda";
import { isBuffer } from "@strata/runtime";
import { addressOf } from "@strata/runtime/native";

type GpuBuffer = ReturnType<CudaDevice["alloc"]>;
/** An argument: a buffer, or a scalar with its C type. */
export type PeerArgument = GpuBuffer | number | readonly ["f32" | "i32" | "u32" | "u64", number];

/** The compiled peers. */
export class Peers {
  readonly #device: CudaDevice;
  readonly #module: bigint;
  readonly #kernels = new Map<string, bigint>();

  constructor(device: CudaDevice, source: string) {
    this.#device = device;
    const binary = compileCuda(expectNvrtc(), source, {
      architecture: device.architecture,
      name: "peers",
      to: "cubin",
      flags: ["--std=c++17"],
    });
    this.#module = device.queue.loadModule(binary);
  }

  /** Launches a kernel on a grid of blocks. */
  launch(
    name: string,
    grid: readonly number[],
    block: readonly number[],
    ...args: readonly PeerArgument[]
  ): void {
    const { api, handle } = this.#device.queue;
    const bytes = new ArrayBuffer(8 * args.length);
    const view = new DataView(bytes);
    args.forEach((a, k) => {
      if (isBuffer(a)) view.setBigUint64(8 * k, a.memory.address, true);
      else if (typeof a === "number") throw new TypeError("a number without its type");
      else if (a[0] === "f32") view.setFloat32(8 * k, a[1], true);
      else if (a[0] === "u64") view.setBigUint64(8 * k, BigInt(a[1]), true);
      else view.setInt32(8 * k, a[1], true);
    });
    const base = addressOf(bytes);
    const list = new BigUint64Array(new ArrayBuffer(8 * Math.max(1, args.length)));
    args.forEach((_, k) => {
      list[k] = base + BigInt(8 * k);
    });
    const [gx = 1, gy = 1, gz = 1] = grid;
    const [bx = 1, by = 1, bz = 1] = block;
    const kernel = this.#kernel(name);
    const status = api.launchKernel(kernel, gx, gy, gz, bx, by, bz, 0, handle, list, null);
    if (status !== 0 || view.byteLength === 0) throw new Error(`${name}: error ${status}`);
  }

  fillRandom(buffer: GpuBuffer, seed: number): void {
    const n = buffer.byteLength / 4;
    const name = buffer.dtype === "f32" ? "init_f32" : "init_u32";
    this.launch(name, [132 * 16], [256], buffer, ["u64", n], ["u32", seed]);
  }

  zero(buffer: GpuBuffer): void {
    this.#device.queue.fill(buffer.memory, new Uint8Array(1), buffer.byteLength);
  }

  /** The largest |a − b| / (1 + |b|). */
  difference(a: GpuBuffer, b: GpuBuffer): number {
    const out = this.#device.alloc("f32", [1]);
    this.zero(out);
    this.launch("difference", [132 * 16], [256], a, b, ["u64", a.byteLength / 4], out);
    const worst = Number(out.readSync().data[0]);
    out.release();
    return worst;
  }

  #kernel(name: string): bigint {
    let found = this.#kernels.get(name);
    if (found === undefined) {
      const place = new BigUint64Array(1);
      const status = this.#device.queue.api.moduleGetFunction(place, this.#module, name);
      if (status !== 0) throw new Error(`${name}: error ${status}`);
      found = place[0]!;
      this.#kernels.set(name, found);
    }
    return found;
  }
}
