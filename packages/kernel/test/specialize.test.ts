/** Kernels specialized and run from a program. */
import { MemoryCache, openDevice, type CompileCache } from "@strata/runtime";
import { type DiagnosticError, SourceFile } from "@strata/support";
import { describe, expect, it } from "vitest";
import { openKernel, registerDevices, specialize } from "../src/specialize.ts";

const TEXT = `import { iterate, map, sum, zip, type bool, type Dim, type f16, type f32, type i64, type Tensor, type u32, type u8 } from "@strata/kernel";
/** Twice each element. */
export function twice<n extends Dim>(x: Tensor<f32, [n]>): Tensor<f32, [n]> { return map(x, (v) => 2 * v); }
export function same<n extends Dim>(x: Tensor<f32, [n]>): Tensor<f32, [n]> { return x; }
export function both<n extends Dim>(x: Tensor<u8, [n]>) { return { x, y: map(x, (v) => v + 1) }; }
export function big<n extends Dim>(x: Tensor<i64, [n]>, by: i64): Tensor<i64, [n]> { return map(x, (v) => v * by); }
export function half<n extends Dim>(x: Tensor<f16, [n]>): Tensor<f16, [n]> { return map(x, (v) => v * 0.5); }
export function above<n extends Dim>(x: Tensor<u32, [n]>, limit: u32): Tensor<bool, [n]> { return map(x, (v) => v > limit); }
export function not(b: bool): bool { return !b; }
export function wide(a: u32): u32 { return a + 1; }
`;

const source = new SourceFile("t.kernel.ts", TEXT);
const f32 = (...values: readonly number[]) => ({
  dtype: "f32" as const,
  shape: [values.length],
  data: Float32Array.from(values),
});

describe.each(["wasm", "interpreter"])("on %s", (device) => {
  const run = async (kernel: string, args: Readonly<Record<string, unknown>>) =>
    (await specialize(source, { kernel, device })).run(args);

  it("runs on host tensors and bare arrays", async () => {
    expect(await run("twice", { x: f32(1, 2, 3) })).toEqual(f32(2, 4, 6));
    expect(await run("twice", { x: new Float32Array([5]) })).toEqual(f32(10));
  });

  it("gives results that share no memory with arguments", async () => {
    const x = f32(1, 2);
    const result = await run("same", { x });
    x.data[0] = 9;
    expect(result).toEqual(f32(1, 2));
  });

  it("gives several results by name", async () => {
    const x = { dtype: "u8" as const, shape: [2], data: Uint8Array.of(1, 255) };
    const y = { ...x, data: Uint8Array.of(2, 0) };
    expect(await run("both", { x })).toEqual({ x, y });
  });

  it("keeps unsigned, wide, narrow and boolean values what they are", async () => {
    const x = { dtype: "i64" as const, shape: [2], data: BigInt64Array.of(2n ** 61n, -3n) };
    const expected = { ...x, data: BigInt64Array.of(-(2n ** 62n), -18n) };
    expect(await run("big", { x, by: 6n })).toEqual(expected);
    const halves = { dtype: "f16" as const, shape: [1], data: Uint16Array.of(0x3c00) };
    expect(await run("half", { x: halves })).toEqual({ ...halves, data: Uint16Array.of(0x3800) });
    const u = { dtype: "u32" as const, shape: [2], data: Uint32Array.of(2 ** 32 - 1, 3) };
    expect(await run("above", { x: u, limit: 2 ** 31 })).toEqual({
      dtype: "bool",
      shape: [2],
      data: Uint8Array.of(1, 0),
    });
    expect(await run("not", { b: false })).toBe(true);
    expect(await run("wide", { a: 2 ** 32 - 2 })).toBe(2 ** 32 - 1);
  });

  it("compiles once for each set of extents", async () => {
    const kernel = await specialize(source, { kernel: "twice", device: await openDevice(device) });
    const first = await kernel.prepare({ x: f32(1, 2) });
    const again = await kernel.prepare({ x: f32(3, 4) });
    const other = await kernel.prepare({ x: f32(1, 2, 3, 4, 5) });
    expect([first.cache, again.cache, other.cache]).toEqual(["miss", "hit", "miss"]);
    expect(again.executable).toBe(first.executable);
  });

  it("refuses arguments that do not fit", async () => {
    await expect(run("twice", { x: [1, 2] })).rejects.toThrow("runtime.argument-kind");
    await expect(run("twice", {})).rejects.toThrow("runtime.missing-argument");
  });
});

describe("opening", () => {
  const failure = async (text: string, kernel?: string): Promise<DiagnosticError> =>
    openKernel(text, { kernel }).then(
      () => expect.unreachable(),
      (error: DiagnosticError) => error,
    );

  it("gives the signature", async () => {
    const { signature } = await openKernel(source, { kernel: "twice" });
    expect(signature).toMatchObject({ name: "twice", doc: "Twice each element.", dims: ["n"] });
  });

  it("needs a kernel", async () => {
    expect((await failure(TEXT)).diagnostics[0]?.code).toBe("kernel.choice");
    expect((await failure(TEXT, "twize")).diagnostics[0]?.hint).toBe('did you mean "twice"?');
    expect((await failure("")).diagnostics[0]?.code).toBe("kernel.none");
  });

  it("finds signatures in a store", async () => {
    const cache = new MemoryCache<Uint8Array>(8);
    const store = { cache, toolchain: "this one" };
    const first = await openKernel(source, { kernel: "big", store });
    const again = await openKernel(source, { kernel: "big", store });
    expect(cache.statistics()).toMatchObject({ entries: 1, hits: 1 });
    expect(again.signature).toEqual(first.signature);
    await openKernel(source, { kernel: "big", store: { cache, toolchain: "another" } });
    expect(cache.statistics()).toMatchObject({ entries: 2 });
  });
});

it("keeps code in a store between devices", async () => {
  const registry = await registerDevices();
  const cache: CompileCache<Uint8Array> = new MemoryCache<Uint8Array>(8);
  const options = { kernel: "twice", store: { cache, toolchain: "this one" } };
  const outcomes: unknown[] = [];
  for (let k = 0; k < 2; k++) {
    const device = await registry.expectProvider("wasm").open(0);
    const kernel = await specialize(source, { ...options, device });
    outcomes.push((await kernel.prepare({ x: f32(1, 2) })).cache);
    expect(await kernel.run({ x: f32(1, 2) })).toEqual(f32(2, 4));
  }
  expect(outcomes).toEqual(["miss", "hit"]);
});

it("names unknown devices", async () => {
  await expect(specialize(source, { kernel: "not", device: "wsam" })).rejects.toThrow(
    'there is no device "wsam"',
  );
});
