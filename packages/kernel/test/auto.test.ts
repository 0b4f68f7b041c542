/** Which device `auto` takes, and what that is decided on. */
import { type DeviceProvider, DeviceRegistry, isBuffer, MemoryCache } from "@strata/runtime";
import { SourceFile } from "@strata/support";
import { beforeAll, describe, expect, test } from "vitest";
import { chooseAutomatically, workOf } from "../src/auto/choose.ts";
import { estimateRun } from "../src/auto/estimate.ts";
import {
  chooseDeviceFor,
  type Kernel,
  openKernel,
  registerDevices,
  specialize,
} from "../src/specialize.ts";

const TEXT = `import { build, clamp, iterate, map, stencil, sum, type Dim, type f32, type i32, type Tensor } from "@strata/kernel";
export function twice<n extends Dim>(x: Tensor<f32, [n]>): Tensor<f32, [n]> { return map(x, (v) => 2 * v); }
export function steps<n extends Dim>(x: Tensor<f32, [n]>, k: i32): Tensor<f32, [n]> {
  return iterate(k, x, (y) => map(y, (v) => v * 0.5 + 1));
}
export function matmul<m extends Dim, k extends Dim, n extends Dim>(a: Tensor<f32, [m, k]>, b: Tensor<f32, [k, n]>): Tensor<f32, [m, n]> {
  return build([a.shape[0], b.shape[1]], (i, j) => sum(a.shape[1], (p) => a.at(i, p) * b.at(p, j)));
}
export function collatz<n extends Dim>(x: Tensor<i32, [n]>): Tensor<i32, [n]> {
  return map(x, (v) => { let a = v; let c = 0; while (a > 1) { a = a % 2 === 0 ? a >> 1 : 3 * a + 1; c = c + 1; } return c; });
}
`;
const file = new SourceFile("auto.kernel.ts", TEXT);
const tensor = (...shape: number[]) => ({
  dtype: "f32" as const,
  shape,
  data: new Float32Array(shape.reduce((a, b) => a * b, 1)),
});
const open = (kernel: string): Promise<Kernel> => openKernel(file, { kernel });

describe("the work of a run", () => {
  test("is what an elementwise kernel reads, writes and computes", async () => {
    const kernel = await open("twice");
    const work = await workOf(kernel, kernel.bind({ x: tensor(1000) }));
    expect(work).toEqual({
      bytesIn: 4000,
      bytesOut: 4000,
      traffic: 8000,
      flops: 1000,
      nests: 1,
      exact: true,
    });
  });

  test("grows with a number of steps that is an argument", async () => {
    const kernel = await open("steps");
    const work = await workOf(kernel, kernel.bind({ x: tensor(1000), k: 7 }));
    expect(work).toMatchObject({ flops: 14_000, nests: 7, exact: true });
    expect(work.traffic).toBe(7 * 8000);
  });

  test("has the operations of loops in loops", async () => {
    const kernel = await open("matmul");
    const args = { a: tensor(8, 16), b: tensor(16, 4) };
    expect((await workOf(kernel, kernel.bind(args))).flops).toBe(2 * 8 * 16 * 4);
  });

  test("is not exact where values decide", async () => {
    const kernel = await open("collatz");
    const x = { dtype: "i32" as const, shape: [4], data: new Int32Array(4) };
    expect((await workOf(kernel, kernel.bind({ x }))).exact).toBe(false);
  });
});

test("an estimate adds copies and launches to the slower of memory and arithmetic", () => {
  const work = { bytesIn: 10, bytesOut: 20, traffic: 400, flops: 60, nests: 3, exact: true };
  const costs = { launchSeconds: 2, toDevice: 5, fromDevice: 4, bandwidth: 100, flops: 10 };
  expect(estimateRun(work, costs)).toEqual({ copies: 7, launches: 6, compute: 6, total: 19 });
});

describe("the choice", () => {
  const registry = new DeviceRegistry();
  let opened = 0;

  beforeAll(async () => {
    const wasm = (await registerDevices()).expectProvider("wasm");
    const counting: DeviceProvider = {
      ...wasm,
      name: "wasm",
      summary: wasm.summary,
      probe: () => wasm.probe(),
      open: (index) => {
        opened++;
        return wasm.open(index);
      },
    };
    registry.register(counting);
    registry.register({
      name: "absent",
      summary: "a device that is not there",
      probe: async () => ({ available: false, reason: "no such card", hint: "buy one" }),
      open: async () => {
        throw new Error("it is not there");
      },
    });
  });

  test("starts nothing for a small run", async () => {
    const kernel = await open("twice");
    const choice = await chooseAutomatically(registry, kernel, kernel.bind({ x: tensor(16) }));
    expect(choice.name).toBe("wasm");
    expect(choice.reasons.join("\n")).toContain("the run is small");
    expect(opened).toBe(0);
  });

  test("measures for a large one, says what each device would take, and keeps the costs", async () => {
    const store = { cache: new MemoryCache<Uint8Array>(8), toolchain: "test" };
    const kernel = await open("steps");
    const args = kernel.bind({ x: tensor(2 ** 20), k: 100_000 });
    const first = await chooseAutomatically(registry, kernel, args, store);
    expect(first.name).toBe("wasm");
    expect(first.reasons.join("\n")).toMatch(/wasm: .*copies .*launches .*compute/);
    expect(first.reasons.join("\n")).toContain("absent: no such card");
    expect(store.cache.statistics().entries).toBe(1);
    const second = await chooseAutomatically(registry, kernel, args, store);
    expect(second).toEqual(first);
  });

  test("goes where a tensor is already", async () => {
    const device = await (await registerDevices()).open("interpreter");
    const x = device.alloc("f32", [4]);
    expect(isBuffer(x)).toBe(true);
    const kernel = await open("twice");
    const choice = await chooseDeviceFor(kernel, kernel.bind({ x }));
    expect(choice.name).toBe("interpreter");
    expect(choice.reasons.join("\n")).toContain("in its memory");
    const left = await specialize(file, { kernel: "twice" });
    expect((await left.prepare({ x })).executable.device).toBe(device);
    x.release();
  });

  test("is made for each run of a kernel that leaves it open", async () => {
    const kernel = await specialize(file, { kernel: "twice" });
    expect(kernel.device).toBeUndefined();
    const x = { ...tensor(2), data: Float32Array.of(1, 2) };
    expect(await kernel.run({ x })).toEqual({ ...x, data: Float32Array.of(2, 4) });
    expect((await kernel.explain({ x })).reasons.join(" ")).toContain("taken by auto");
  });
});
