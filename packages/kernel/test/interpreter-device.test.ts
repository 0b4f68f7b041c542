/** The device `interpreter`: buffers, results into given buffers, misuse. */
import { parseModule } from "@strata/ir";
import { createContext } from "@strata/compiler";
import {
  bindArguments,
  isBuffer,
  type Buffer,
  type Device,
  type Executable,
} from "@strata/runtime";
import { dimName, type KernelSignature } from "@strata/support";
import { beforeAll, expect, it } from "vitest";
import { interpreterProvider } from "../src/interpreter-device.ts";

const vector = { kind: "tensor", dtype: "f32", dims: [dimName("n")] } as const;
const signature: KernelSignature = {
  name: "pass",
  doc: undefined,
  params: [{ name: "x", type: vector }],
  form: "single",
  results: [{ name: undefined, type: vector }],
  dims: ["n"],
  checks: [],
};
const module = parseModule(
  createContext(),
  "func.func @pass(%x: tensor<?xf32>) -> tensor<?xf32> { return %x : tensor<?xf32> }",
);

let device: Device;
let executable: Executable;
beforeAll(async () => {
  device = await interpreterProvider.open(0);
  executable = await device.compile({ signature, module, entry: "pass" });
});

const host = (...values: readonly number[]) => ({
  dtype: "f32" as const,
  shape: [values.length],
  data: Float32Array.from(values),
});

function expectBuffer(value: unknown): Buffer {
  if (!isBuffer(value)) throw new Error("no buffer");
  return value;
}

it("runs on buffers, and into them", () => {
  const x = device.alloc("f32", [2]);
  x.write(Float32Array.of(1, 2));
  const out = device.alloc("f32", [2]);
  const [result] = executable.run(bindArguments(signature, { x }), [out]);
  expect(result).toBe(out);
  expect(out.readSync()).toEqual(host(1, 2));
});

it("copies an argument that it gives back", () => {
  const x = device.alloc("f32", [1]);
  x.write(Float32Array.of(1));
  const result = expectBuffer(executable.run(bindArguments(signature, { x }))[0]);
  x.write(Float32Array.of(5));
  expect(result.readSync()).toEqual(host(1));
});

it("refuses buffers that do not fit", () => {
  const x = device.alloc("f32", [2]);
  const args = bindArguments(signature, { x });
  expect(() => executable.run(args, [x])).toThrow("is an argument as well");
  expect(() => executable.run(args, [device.alloc("f32", [3])])).toThrow("another type or shape");
  expect(() => x.write(Float64Array.of(1, 2))).toThrow("runtime.buffer-data");
  x.release();
  expect(() => executable.run(args)).toThrow("runtime.released-buffer");
});

it("refuses what is no such kernel", async () => {
  const entry = device.compile({ signature, module, entry: "other" });
  await expect(entry).rejects.toThrow("interpreter.module");
  const options = { optimizeLevel: 3 };
  const compiled = device.compile({ signature, module, entry: "pass", options });
  await expect(compiled).rejects.toThrow("runtime.unknown-option");
  const params = { ...signature, params: [] };
  await expect(device.compile({ signature: params, module, entry: "pass" })).rejects.toThrow(
    "takes 1 arguments",
  );
});

it("refuses huge buffers", () => {
  expect(() => device.alloc("f64", [2 ** 30])).toThrow("runtime.too-large");
});
