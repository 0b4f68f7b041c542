/** Every example kernel, run as plain TypeScript, agrees with its hand-written loops. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { Tensor } from "@strata/kernel";
import { describe, expect, test } from "vitest";
import type { Sizes, TensorValue, Values, ScalarValue } from "./case.ts";
import { kernelCases } from "./cases.ts";
import { firstDifference } from "./compare.ts";

type Argument = Tensor | number | bigint | boolean;
type Result = Argument | Readonly<Record<string, Argument>>;

function toArgument(value: TensorValue | ScalarValue): Argument {
  return "data" in value ? Tensor.from(value.data, value.shape, value.dtype) : value.value;
}

/** A result as the element type that the reference says; plain results may have a wider one. */
function toValue(argument: Argument, like: TensorValue | ScalarValue | undefined): Values[string] {
  if (!(argument instanceof Tensor)) return { dtype: like?.dtype ?? "f64", value: argument };
  const converted =
    like === undefined || like.dtype === "index" ? argument : argument.to(like.dtype);
  return { dtype: converted.dtype, shape: converted.shape, data: converted.data };
}

async function runPlain(file: string, kernel: string, args: Values): Promise<Result> {
  const url = new URL(file, import.meta.url).href;
  const module = (await import(/* @vite-ignore */ url)) as Readonly<
    Record<string, (...args: Argument[]) => Result>
  >;
  const run = module[kernel];
  if (run === undefined) throw new Error(`${file} exports no ${kernel}`);
  return run(...Object.values(args).map(toArgument));
}

function named(result: Result, expected: Values): Values {
  const isObject = typeof result === "object" && !(result instanceof Tensor);
  const entries = Object.entries(isObject ? result : { result });
  return Object.fromEntries(entries.map(([name, value]) => [name, toValue(value, expected[name])]));
}

function show(sizes: Sizes): string {
  return Object.entries(sizes)
    .map(([name, size]) => `${name}=${size}`)
    .join(" ");
}

for (const { name, file, kernel, sizes, plain, make, reference } of kernelCases) {
  describe(name, () => {
    test.each(sizes.map((size) => [show(size), size] as const))("%s", async (_, size) => {
      for (const seed of [1, 2, 3]) {
        const args = make(seed, size);
        const expected = reference(args);
        const actual = named(await runPlain(file, kernel, make(seed, size)), expected);
        expect(Object.keys(actual)).toEqual(Object.keys(expected));
        expect(firstDifference(expected, actual, plain), `seed ${seed}`).toBeUndefined();
      }
    });
  });
}

test("every kernel file has a case and a reference", () => {
  const files = readdirSync(import.meta.dirname, { recursive: true, encoding: "utf8" });
  const kernels = files.filter((file) => file.endsWith(".kernel.ts")).toSorted();
  expect(kernels).toEqual([...new Set(kernelCases.map(({ file }) => join(file)))].toSorted());
  const references = new Set(files.filter((file) => file.endsWith(".reference.ts")));
  const missing = kernels.filter(
    (file) => !references.has(file.replace(".kernel.", ".reference.")),
  );
  expect(missing).toEqual([]);
});
