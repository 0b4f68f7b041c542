/** The device `opencl` through PoCL: memory, arguments, chains, waiting, kept kernels, refusals. */
import { analyzeKernel, emitKernel, parseKernelFile } from "@strata/frontend";
import { bindArguments, type Buffer, isBuffer, type Executable } from "@strata/runtime";
import { type DiagnosticError, type DType, SourceFile } from "@strata/support";
import { skipPocl } from "@strata/testing/opencl-tools";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { OpenClDevice, type OpenClImage, openClProvider } from "@strata/backend-opencl";
import { explainLog } from "../src/program.ts";

const text = `
import { zip, map, sum, type Tensor, type Dim, type f32, type i64, type u8, type bool } from "@strata/kernel";
export function add<n extends Dim>(x: Tensor<f32, [n]>, y: Tensor<f32, [n]>): Tensor<f32, [n]> {
  return zip(x, y, (p, q) => p + q);
}
export function scale<n extends Dim>(x: Tensor<f32, [n]>, k: f32): Tensor<f32, [n]> {
  return map(x, (p) => p * k);
}
export function total<n extends Dim>(x: Tensor<f32, [n]>): f32 {
  return sum(x);
}
export function both<n extends Dim>(x: Tensor<f32, [n]>, k: f32): { scaled: Tensor<f32, [n]>; total: f32 } {
  return { scaled: map(x, (p) => p * k), total: sum(x) };
}
`;

let device: OpenClDevice;
const syntax = parseKernelFile(new SourceFile("test.kernel.ts", text));

async function compile(name: string): ReturnType<OpenClDevice["compile"]> {
  const kernel = analyzeKernel(syntax, name, {});
  const request = { signature: kernel.signature, module: emitKernel(kernel), entry: name };
  return device.compile(request);
}

function run(executable: Executable, args: Record<string, unknown>, out?: Buffer[]): unknown[] {
  return executable.run(bindArguments(executable.signature, args, device.limits), out);
}

function filled(values: readonly number[], dtype: DType = "f32"): Buffer {
  const buffer = device.alloc(dtype, [values.length]);
  buffer.write(Float32Array.from(values));
  return buffer;
}

describe.skipIf(skipPocl)("device opencl", () => {
  beforeAll(async () => {
    device = (await openClProvider.open(0)) as OpenClDevice;
  });
  afterAll(() => device.close());

  it("is found, and says what it is", async () => {
    expect(await openClProvider.probe()).toMatchObject({ available: true });
    expect(device.describe().properties).toMatchObject({ kind: "cpu", fp64: true });
  });

  it("refuses numbers past the last device", async () => {
    await expect(openClProvider.open(99)).rejects.toThrow(/there is no device opencl:99/);
  });

  it("takes tensors of the host, whose arrays may change at once", async () => {
    const add = await compile("add");
    const x = Float32Array.of(1, 2, 3);
    const [sum] = run(add, { x, y: Float32Array.of(10, 20, 30) }) as [Buffer];
    x.fill(0);
    expect([...sum.readSync().data]).toEqual([11, 22, 33]);
    expect(sum.view()).toBeUndefined();
    sum.release();
    expect(device.queue.usedBytes).toBe(0);
    add.release();
  });

  it("keeps what is between kernels on the device", async () => {
    const [add, scale] = [await compile("add"), await compile("scale")];
    let x = filled([1, 2, 3]);
    const y = filled([1, 1, 1]);
    for (let k = 0; k < 5; k++) {
      const [sum] = run(add, { x, y }) as [Buffer];
      const [next] = run(scale, { x: sum, k: 2 }) as [Buffer];
      sum.release();
      x.release();
      x = next;
    }
    expect([...(await x.read()).data]).toEqual([94, 126, 158]);
    for (const b of [x, y]) b.release();
    expect(device.queue.usedBytes).toBe(0);
  });

  it("loses no memory over ten thousand launches", async () => {
    const scale = await compile("scale");
    const x = filled([1, 2, 3, 4]);
    const before = device.queue.usedBytes;
    const bound = bindArguments(scale.signature, { x, k: 3 }, device.limits);
    run(scale, { x, k: 3 }).forEach((b) => (b as Buffer).release());
    const resident = process.memoryUsage.rss();
    for (let k = 0; k < 10_000; k++) {
      for (const r of scale.run(bound)) if (isBuffer(r)) r.release();
      if (k % 1000 === 0) device.queue.finish();
    }
    device.queue.finish();
    expect(device.queue.usedBytes).toBe(before);
    expect(process.memoryUsage.rss() - resident).toBeLessThan(64 * 2 ** 20);
    x.release();
    scale.release();
  });

  it("gives scalars, and several results", async () => {
    const both = await compile("both");
    const x = Float32Array.of(1, 2, 3, 4);
    for (const results of [
      run(both, { x, k: 2 }),
      await both.launch(bindArguments(both.signature, { x, k: 2 }, device.limits)),
    ]) {
      const [scaled, total] = results as [Buffer, number];
      expect(total).toBe(10);
      expect([...scaled.readSync().data]).toEqual([2, 4, 6, 8]);
      scaled.release();
    }
  });

  it("lets the program go on while it waits", async () => {
    const total = await compile("total");
    const x = device.alloc("f32", [2 ** 22]);
    x.write(new Float32Array(2 ** 22).fill(1));
    let ticks = 0;
    const ticker = setInterval(() => ticks++, 0);
    const bound = bindArguments(total.signature, { x }, device.limits);
    const [sum] = await total.launch(bound);
    await new Promise((resolve) => setTimeout(resolve, 5));
    clearInterval(ticker);
    expect(sum).toBe(2 ** 22);
    expect(ticks).toBeGreaterThan(0);
    x.release();
  });

  it("works on empty tensors", async () => {
    const add = await compile("add");
    const [sum] = run(add, { x: new Float32Array(0), y: new Float32Array(0) }) as [Buffer];
    expect(sum.readSync().data).toHaveLength(0);
    sum.release();
    const total = await compile("total");
    expect(run(total, { x: new Float32Array(0) })).toEqual([0]);
  });

  it("loads kernels that were kept, and refuses those of other devices", async () => {
    const add = await compile("add");
    const { image } = add;
    expect(image.binary.length).toBeGreaterThan(0);
    const kept = JSON.parse(JSON.stringify({ ...image, binary: undefined })) as OpenClImage;
    for (const binary of [image.binary, new Uint8Array(16)]) {
      const loaded = await device.load(add.signature, { ...kept, binary });
      const [sum] = run(loaded, { x: Float32Array.of(1), y: Float32Array.of(2) }) as [Buffer];
      expect([...sum.readSync().data]).toEqual([3]);
      sum.release();
      loaded.release();
    }
    const other = { ...image, device: "another" };
    await expect(device.load(add.signature, other)).rejects.toThrow(SyntaxError);
  });

  it("writes results to given buffers, and refuses those that do not fit", async () => {
    const add = await compile("add");
    const [x, y, out] = [filled([1, 2]), filled([3, 4]), filled([0, 0])];
    expect(run(add, { x, y }, [out])).toEqual([out]);
    expect([...out.readSync().data]).toEqual([4, 6]);
    expect(() => run(add, { x, y }, [x])).toThrow(/is an argument as well/);
    expect(() => run(add, { x, y }, [filled([1])])).toThrow(/another type or shape/);
    const other = new OpenClDevice(device.queue.api, device.facts, 1);
    expect(() => run(add, { x, y: other.alloc("f32", [2]) })).toThrow(/opencl:1/);
    other.close();
    x.release();
    expect(() => x.readSync()).toThrow(/released/);
    expect(() => y.write(new Float32Array(5))).toThrow(/f32\[2\]/);
    add.release();
    expect(() => run(add, { x: y, y })).toThrow(/released/);
  });

  it("says when there is no room", () => {
    const { maxBufferBytes } = device.limits;
    const elements = Math.floor(maxBufferBytes / 4) + 1024;
    let found: DiagnosticError | undefined;
    try {
      device.alloc("f32", [elements]);
    } catch (error) {
      found = error as DiagnosticError;
    }
    expect(found?.diagnostics[0]?.code).toMatch(/^runtime\./);
  });

  it("knows no options", async () => {
    const kernel = analyzeKernel(syntax, "add", {});
    const request = { signature: kernel.signature, module: emitKernel(kernel), entry: "add" };
    await expect(device.compile({ ...request, options: { level: 3 } })).rejects.toThrow(/level/);
  });
});

describe("logs of the compiler", () => {
  it("lead to the kernel's source", () => {
    const file = new SourceFile("k.kernel.ts", "line one\nline two\n");
    const log = "input.cl:2:7: error: use of undeclared identifier 'x'\n 1 error generated.";
    const notes = explainLog(log, [undefined, { file, offset: 9 }]);
    expect(notes[0]).toMatchObject({ span: { file, start: 9 } });
    expect(explainLog("", [])).toEqual([{ message: "it left no log" }]);
  });
});
