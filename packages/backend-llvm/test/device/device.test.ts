/** The device `llvm`: arguments, results, buffers, and everything that it refuses. */
import { bindArguments, isBuffer, launchToHost, type Buffer } from "@strata/runtime";
import { DiagnosticError, dtypeInfo, DTYPES, type DType } from "@strata/support";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { LLVMDevice } from "@strata/backend-llvm/device";
import { skipLLVM } from "../native/skip.ts";
import { compileText, openLLVM, patternOf, runOn } from "./compile.ts";

const AXPY = `export function axpy<n extends Dim>(a: f32, x: Tensor<f32, [n]>, y: Tensor<f32, [n]>): Tensor<f32, [n]> {
  return build([x.shape[0]], (i) => a * x.at(i) + y.at(i));
}`;

const f32 = (...values: readonly number[]): Float32Array => Float32Array.from(values);

async function messageOf(run: () => unknown): Promise<string> {
  try {
    await run();
  } catch (error) {
    if (error instanceof DiagnosticError) return error.message;
    throw error;
  }
  throw new Error("nothing was refused");
}

describe.skipIf(skipLLVM)("device llvm", () => {
  let device: LLVMDevice;
  beforeAll(() => void (device = openLLVM()));
  afterAll(() => device.close());

  it("computes on the program's own arrays", async () => {
    const axpy = await compileText(device, AXPY);
    const shared = new Float32Array(new SharedArrayBuffer(4 * 5), 4, 3);
    shared.set([1, 2, 3]);
    for (const x of [f32(1, 2, 3), shared, f32(0, 0, 1, 2, 3).subarray(2)]) {
      const [result] = runOn(axpy, { a: 2, x, y: f32(10, 20, 30) });
      expect(result).toEqual({ dtype: "f32", shape: [3], data: f32(12, 24, 36) });
    }
    const [empty] = runOn(axpy, { a: 2, x: f32(), y: f32() });
    expect(empty).toEqual({ dtype: "f32", shape: [0], data: f32() });
  });

  it("takes its own buffers, and gives buffers", async () => {
    const axpy = await compileText(device, AXPY);
    const alloc = (): Buffer => device.alloc("f32", [3]);
    const [x, y, z] = [alloc(), alloc(), alloc()];
    x.write(f32(1, 2, 3));
    y.write(f32(1, 1, 1));
    const args = bindArguments(axpy.signature, { a: 3, x, y }, device.limits);
    const [result] = axpy.run(args, [z]);
    expect(result).toBe(z);
    expect(z.readSync().data).toEqual(f32(4, 7, 10));
    expect((await z.read()).data).toEqual(f32(4, 7, 10));
    const [fresh] = axpy.run(args);
    expect(isBuffer(fresh) && fresh.view()).toEqual(f32(4, 7, 10));
  });

  it("takes and gives scalars of every type", async () => {
    const samples: Record<string, readonly (number | bigint)[]> = {
      i8: [-128, 127],
      i16: [-32768, 32767],
      i32: [-(2 ** 31), 2 ** 31 - 1],
      i64: [-(2n ** 63n), 2n ** 63n - 1n, -1n],
      u8: [0, 255],
      u16: [0, 65535],
      u32: [0, 2 ** 32 - 1],
      u64: [0n, 2n ** 64n - 1n],
      f16: [1.5, -65504],
      bf16: [1.5, -(2 ** 100)],
      f32: [Math.fround(0.1), -Infinity],
      f64: [0.1, -1e300],
    };
    for (const [dtype, values] of Object.entries(samples)) {
      const text = `export function f<n extends Dim>(a: ${dtype}, x: Tensor<${dtype}, [n]>) {
        return { first: x.at(0), same: a, all: map(x, (v) => v) };
      }`;
      const kernel = await compileText(device, text);
      for (const value of values) {
        const { array } = dtypeInfo(dtype as DType);
        const raw = device.alloc(dtype as DType, [1]);
        const store = raw.view() as Float64Array;
        store[0] = value as number;
        const data = new array(1);
        if (dtype !== "f16" && dtype !== "bf16") (data as Float64Array)[0] = value as number;
        const x = { dtype: dtype as DType, shape: [1], data };
        const [first, same, all] = runOn(kernel, { a: value, x });
        expect(same, dtype).toBe(value);
        if (dtype !== "f16" && dtype !== "bf16") expect(first, dtype).toBe(value);
        expect(all).toEqual(x);
        raw.release();
      }
    }
    const negate = await compileText(device, "export function f(a: bool): bool { return !a; }");
    expect(runOn(negate, { a: true })).toEqual([false]);
    expect(runOn(negate, { a: false })).toEqual([true]);
  });

  it("gives several scalars", async () => {
    const text = `export function f(a: f64, b: i32, c: bool) { return { b: b + 1, a: a * 2, c: !c, w: a + 1 }; }`;
    const kernel = await compileText(device, text);
    expect(runOn(kernel, { a: 2.5, b: -7, c: false })).toEqual([-6, 5, true, 3.5]);
  });

  it("launches on another thread, several at once", async () => {
    const text = `export function f(n: i32): f64 {
      let s = 0; let i = 0; while (i < n) { s = s * 0.5 + f64(i); i = i + 1; } return s; }`;
    const kernel = await compileText(device, text);
    const wanted = (n: number): number => {
      let s = 0;
      for (let i = 0; i < n; i++) s = s * 0.5 + i;
      return s;
    };
    const runs = [3_000_001, 10, 2_000_000, 5].map((n) =>
      launchToHost(kernel, bindArguments(kernel.signature, { n }, device.limits)),
    );
    expect(await Promise.all(runs)).toEqual([3_000_001, 10, 2_000_000, 5].map((n) => [wanted(n)]));
    const last = launchToHost(
      kernel,
      bindArguments(kernel.signature, { n: 3_000_000 }, device.limits),
    );
    kernel.release();
    expect(await last).toEqual([wanted(3_000_000)]);
  });

  it("keeps an image that another device can load", async () => {
    const { image } = await compileText(device, AXPY);
    const { binary, ...facts } = image;
    const copy = { ...(JSON.parse(JSON.stringify(facts)) as typeof facts), binary };
    const other = openLLVM();
    const { signature } = patternOf(AXPY);
    const loaded = await other.load(signature, copy);
    const [result] = runOn(loaded, { a: 1, x: f32(1), y: f32(2) });
    expect(result).toMatchObject({ data: f32(3) });
    await expect(other.load(signature, { ...copy, abi: 0 })).rejects.toThrow(SyntaxError);
    other.close();
    other.close();
  });

  it("optimizes as asked", async () => {
    for (const optimize of ["none", "quick", "full"]) {
      const axpy = await compileText(device, AXPY, { optimize });
      const [result] = runOn(axpy, { a: 2, x: f32(1, 2), y: f32(1, 1) });
      expect(result).toMatchObject({ data: f32(3, 5) });
    }
    expect(await messageOf(() => compileText(device, AXPY, { optimize: "much" }))).toContain(
      "error[llvm.optimize]",
    );
    expect(await messageOf(() => compileText(device, AXPY, { optimise: "none" }))).toContain(
      "error[runtime.unknown-option]",
    );
  });

  it("describes itself", () => {
    const { summary, properties } = device.describe();
    expect(summary).toContain("LLVM");
    expect(properties).toMatchObject({ llvm: device.llvm.version, target: expect.any(String) });
    expect(device.codeKey).toContain(device.llvm.version);
  });
});

describe.skipIf(skipLLVM)("memory of the device llvm", () => {
  let device: LLVMDevice;
  beforeAll(() => void (device = openLLVM()));
  afterAll(() => device.close());

  it("holds every type, aligned", () => {
    for (const dtype of DTYPES) {
      const buffer = device.alloc(dtype, [3, 5]);
      expect(buffer.address % 64).toBe(0);
      expect(buffer.byteLength).toBe(15 * dtypeInfo(dtype).bytes);
      const { array } = dtypeInfo(dtype);
      const data = new array(15);
      buffer.write(data);
      expect(buffer.readSync()).toEqual({ dtype, shape: [3, 5], data });
      buffer.release();
    }
  });

  it("detaches what is given back, and uses it again", async () => {
    const first = device.alloc("f32", [1000]);
    const { address } = first;
    const view = first.view();
    expect(view).toHaveLength(1000);
    first.release();
    first.release();
    expect(view).toHaveLength(0);
    expect(await messageOf(() => first.view())).toContain("runtime.released-buffer");
    expect(await messageOf(() => first.readSync())).toContain("runtime.released-buffer");
    const second = device.alloc("f32", [1000]);
    expect(second.address).toBe(address);
    second.release();
  });

  it("refuses wrong data", async () => {
    const buffer = device.alloc("f32", [2]);
    expect(await messageOf(() => buffer.write(f32(1)))).toContain("runtime.buffer-data");
    expect(await messageOf(() => buffer.write(new Int32Array(2)))).toContain("runtime.buffer-data");
  });

  it("refuses what is too large", async () => {
    expect(await messageOf(() => device.alloc("f64", [2 ** 40]))).toContain("runtime.too-large");
  });

  it("refuses arguments and outputs that do not fit", async () => {
    const axpy = await compileText(device, AXPY);
    const other = openLLVM();
    const [x, y] = [device.alloc("f32", [2]), device.alloc("f32", [2])];
    const bind = (args: Record<string, unknown>): ReturnType<typeof bindArguments> =>
      bindArguments(axpy.signature, args, device.limits);
    const good = bind({ a: 1, x, y });
    const refused = (out: Buffer): Promise<string> => messageOf(() => axpy.run(good, [out]));
    expect(await refused(x)).toContain("is an argument as well");
    expect(await refused(device.alloc("f32", [3]))).toContain("another type or shape");
    expect(await refused(other.alloc("f32", [2]))).toContain("is on device");
    const view = bind({ a: 1, x: x.view(), y });
    expect(await messageOf(() => axpy.run(view, [x]))).toContain("is an argument as well");
    const foreign = bind({ a: 1, x: other.alloc("f32", [2]), y });
    expect(await messageOf(() => axpy.run(foreign))).toContain("runtime.foreign-buffer");
    const memory = new ArrayBuffer(8);
    const gone = new Float32Array(memory);
    const late = bind({ a: 1, x: gone, y });
    memory.transfer();
    expect(await messageOf(() => axpy.run(late))).toContain("runtime.buffer-data");
    axpy.release();
    axpy.release();
    expect(await messageOf(() => axpy.run(good))).toContain("runtime.released-buffer");
    other.close();
  });

  it("gives back what ten thousand runs and hundreds of kernels take", async () => {
    const used = (): unknown => device.describe().properties["usedBytes"];
    const before = used();
    const axpy = await compileText(device, AXPY);
    const { signature, image } = axpy;
    const [x, y] = [new Float32Array(4096), new Float32Array(4096)];
    const args = bindArguments(signature, { a: 1, x, y }, device.limits);
    const runAll = async (): Promise<void> => {
      for (let i = 0; i < 5000; i++) {
        for (const result of axpy.run(args)) if (isBuffer(result)) result.release();
        if (i % 50 === 0) (await device.load(signature, { ...image })).release();
      }
    };
    await runAll();
    const rss = process.memoryUsage().rss;
    await runAll();
    expect(used()).toBe(before);
    expect(process.memoryUsage().rss - rss).toBeLessThan(64 * 2 ** 20);
    axpy.release();
  });

  it("tells when a kernel finds no memory, and goes on", async () => {
    const text = `export function f(n: i32, k: i32): f32 {
      const small = build([k], (i) => f32(i));
      const t = build([n, n], (i, j) => f32(i + j) + small.at(0));
      return t.at(k, k) + t.at(0, k); }`;
    const kernel = await compileText(device, text);
    expect(kernel.image.allocates).toBe(true);
    expect(runOn(kernel, { n: 10, k: 5 })).toEqual([15]);
    for (const n of [2 ** 23, 2 ** 29]) {
      const args = bindArguments(kernel.signature, { n, k: 1000 }, device.limits);
      expect(await messageOf(() => kernel.run(args))).toMatch(
        /runtime\.out-of-memory.*inside of f/,
      );
      expect(await messageOf(() => kernel.launch(args))).toContain("runtime.out-of-memory");
    }
    expect(runOn(kernel, { n: 10, k: 5 })).toEqual([15]);
  });
});

describe.skipIf(skipLLVM)("functions of vectors", () => {
  const functions: readonly (readonly [string, (x: number) => number, number, number])[] = [
    ["exp", Math.exp, -80, 80],
    ["expm1", Math.expm1, -5, 40],
    ["log", Math.log, 1e-6, 1e6],
    ["log1p", Math.log1p, -0.9, 1e3],
    ["log2", Math.log2, 1e-6, 1e6],
    ["log10", Math.log10, 1e-6, 1e6],
    ["sin", Math.sin, -50, 50],
    ["cos", Math.cos, -50, 50],
    ["tan", Math.tan, -1.5, 1.5],
    ["asin", Math.asin, -1, 1],
    ["acos", Math.acos, -1, 1],
    ["atan", Math.atan, -9, 9],
    ["sinh", Math.sinh, -9, 9],
    ["cosh", Math.cosh, -9, 9],
    ["tanh", Math.tanh, -9, 9],
    ["cbrt", Math.cbrt, -99, 99],
  ];
  const unit = { f32: 2 ** -24, f64: 2 ** -53 } as const;

  it("are within eight units in the last place of JavaScript's", async () => {
    const device = openLLVM();
    for (const [name, wanted, low, high] of functions) {
      const text = `export function f<n extends Dim>(x: Tensor<f32, [n]>, y: Tensor<f64, [n]>) {
        return { f32: map(x, (v) => Math.${name}(v)), f64: map(y, (v) => Math.${name}(v)) }; }`;
      const kernel = await compileText(device, text);
      const y = Float64Array.from({ length: 203 }, (_, i) => low + ((high - low) * i) / 202);
      const x = Float32Array.from(y);
      const results = runOn(kernel, { x, y });
      for (const [k, t] of (["f32", "f64"] as const).entries()) {
        const result = results[k];
        const got = typeof result === "object" && "data" in result ? result.data : [];
        [x, y][k]!.forEach((v, i) => {
          const exact = wanted(v);
          const off = Math.abs(Number(got[i]) - exact);
          const bound = 8 * unit[t] * 2 * Math.max(Math.abs(exact), 2 ** -20);
          expect(off, `${name}(${v}) in ${t}: ${got[i]}`).toBeLessThanOrEqual(bound);
        });
      }
      kernel.release();
    }
    device.close();
  });

  it("keep what has no number", async () => {
    const device = openLLVM();
    const text = `export function f<n extends Dim>(x: Tensor<f32, [n]>) {
      return { e: map(x, (v) => Math.exp(v)), l: map(x, (v) => Math.log(v)), s: map(x, (v) => Math.sin(v)) }; }`;
    const x = Float32Array.from({ length: 32 }, (_, i) => [NaN, Infinity, -Infinity, 0][i % 4]!);
    const results = runOn(await compileText(device, text), { x });
    for (const [k, f] of [Math.exp, Math.log, Math.sin].entries()) {
      expect(results[k]).toEqual({ dtype: "f32", shape: [32], data: x.map((v) => f(v)) });
    }
    device.close();
  });
});
