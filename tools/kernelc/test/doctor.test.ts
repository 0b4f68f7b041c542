/** `kernelc doctor`. */
import { expect, it } from "vitest";
import { kernelc } from "./capture.ts";

const ENGINES = ["Node", "LLVM", "OpenMP", "OpenCL", "CUDA", "Chromium", "mlir-opt", "ld"];

it("says for every engine whether it is there, and what to install", async () => {
  const people = await kernelc(["doctor"]);
  expect(people).toMatchObject({ status: 0, stderr: "" });
  for (const name of ENGINES)
    expect(people.stdout).toMatch(new RegExp(`^${name} +(ok|missing) `, "m"));
  const { engines } = JSON.parse((await kernelc(["doctor", "--json"])).stdout) as {
    engines: readonly Record<string, unknown>[];
  };
  expect(engines.map(({ name }) => name)).toEqual(ENGINES);
  for (const engine of engines) {
    const told = engine["found"] === true ? ["version", "where"] : ["reason", "hint"];
    for (const key of told) expect(engine[key]).toMatch(/\S/);
  }
  expect(engines[0]).toMatchObject({ found: true, version: process.versions.node });
});
