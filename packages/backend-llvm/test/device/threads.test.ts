/** Kernels on several threads: the same results, clean ends, and what is said where threads lack. */
import { spawnSync } from "node:child_process";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { bindArguments, launchToHost } from "@strata/runtime";
import { DiagnosticError } from "@strata/support";
import { describe, expect, it, onTestFinished } from "vitest";
import { LLVMDevice } from "@strata/backend-llvm/device";
import { expectLLVM, findLLVM, findOpenMP, searchOpenMP } from "@strata/backend-llvm/native";
import { compileText, runOn } from "./compile.ts";

const skip =
  (findLLVM().llvm === undefined || findOpenMP().openmp === undefined) &&
  process.env["CI"] === undefined;

const BLUR = `export function blur<n extends Dim, m extends Dim>(u: Tensor<f32, [n, m]>): Tensor<f32, [n, m]> {
  return stencil(u, clamp, (c) => 0.25 * (c(-1, 0) + c(1, 0) + c(0, -1) + c(0, 1)));
}`;

function openDevice(threads: number): LLVMDevice {
  const device = new LLVMDevice(expectLLVM(), threads);
  onTestFinished(() => device.close());
  return device;
}

function refusal(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof DiagnosticError) return error.message;
    throw error;
  }
  throw new Error("nothing was refused");
}

const picture = {
  dtype: "f32",
  shape: [300, 517],
  data: Float32Array.from({ length: 300 * 517 }, (_, i) => Math.sin(i)),
} as const;

describe.skipIf(skip)("threads", () => {
  it("compute what one thread computes", async () => {
    const one = await compileText(openDevice(1), BLUR);
    expect(one.image.threaded).toBe(false);
    const wanted = runOn(one, { u: picture });
    for (const threads of [2, 5]) {
      const device = openDevice(threads);
      const several = await compileText(device, BLUR);
      expect(several.image.threaded).toBe(true);
      for (let i = 0; i < 5; i++) expect(runOn(several, { u: picture })).toEqual(wanted);
      const args = bindArguments(several.signature, { u: picture }, device.limits);
      const launched = [1, 2, 3, 4].map(() => launchToHost(several, args));
      for (const result of await Promise.all(launched)) expect(result).toEqual(wanted);
    }
  });

  it("sum what one thread sums, up to rounding", async () => {
    const text =
      "export function total<n extends Dim>(x: Tensor<f64, [n]>): f64 { return sum(x); }";
    const x = Float64Array.from({ length: 200_003 }, (_, i) => (i % 1000) / 8);
    const [wanted] = runOn(await compileText(openDevice(1), text), { x });
    for (const threads of [2, 5]) {
      // Eighths are exact, whatever their order.
      expect(runOn(await compileText(openDevice(threads), text), { x })).toEqual([wanted]);
    }
  });

  it("allocate, and tell when there is no memory", async () => {
    const text = `export function f(n: i32): f32 {
      const t = build([n, n], (i, j) => f32(i + j)); return t.at(1, 2) + sum(t); }`;
    const device = openDevice(2);
    const kernel = await compileText(device, text);
    expect(runOn(kernel, { n: 500 })).toEqual(
      runOn(await compileText(openDevice(1), text), { n: 500 }).map(() => expect.any(Number)),
    );
    const args = bindArguments(kernel.signature, { n: 2 ** 23 }, device.limits);
    expect(refusal(() => kernel.run(args))).toContain("runtime.out-of-memory");
  });

  it("are as many as asked for, up to a few for each processor", () => {
    const device = openDevice(1);
    expect(device.useThreads(2)).toBe(2);
    expect(device.threads).toBe(2);
    const key = device.codeKey;
    expect(device.useThreads(10_000)).toBe(4 * availableParallelism());
    expect(device.codeKey).toBe(key);
    device.useThreads(1);
    expect(device.codeKey).not.toBe(key);
    for (const count of [0, -1, 1.5, NaN]) {
      expect(refusal(() => device.useThreads(count))).toContain("error[llvm.threads]");
    }
    expect(device.describe().properties["threads"]).toBe(1);
  });
});

const program = `
  import { LLVMDevice } from "@strata/backend-llvm/device";
  import { expectLLVM } from "@strata/backend-llvm/native";
  import { isMainThread } from "node:worker_threads";
  import { compileText, runOn } from "${join(import.meta.dirname, "compile.ts")}";
  const device = new LLVMDevice(expectLLVM());
  const text = "export function f<n extends Dim>(x: Tensor<f64, [n]>): f64 { return sum(x); }";
  const [total] = runOn(await compileText(device, text), { x: new Float64Array(300000).fill(1) });
  console.log(isMainThread ? "main" : "worker", device.threads, total);
  device.close();`;

interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function runProgram(source: string, env: Readonly<Record<string, string>>): Ended {
  const args = ["--no-warnings", "--input-type=module", "-e", source];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    cwd: import.meta.dirname,
    encoding: "utf8",
    env: { ...process.env, ...env },
  });
  return { status, stdout, stderr };
}

describe.skipIf(skip)("threads of a process", () => {
  it("are as many as OMP_NUM_THREADS says, and end with it", () => {
    expect(runProgram(program, { OMP_NUM_THREADS: "3,2" })).toEqual({
      status: 0,
      stdout: "main 3 300000\n",
      stderr: "",
    });
  });

  it("refuse what OMP_NUM_THREADS cannot mean", () => {
    for (const value of ["0", "many"]) {
      const { status, stderr } = runProgram(program, { OMP_NUM_THREADS: value });
      expect(status).toBe(1);
      expect(stderr).toContain("OMP_NUM_THREADS needs a whole number from 1");
    }
  });

  it("start from worker threads too", () => {
    const both = `
      import { Worker } from "node:worker_threads";
      const source = ${JSON.stringify(`(async () => {${asImports(program)}})()`)};
      const one = () => new Promise((done) => {
        const worker = new Worker(source, { eval: true, stdout: false });
        worker.on("error", (e) => { console.error(e); done(1); });
        worker.on("exit", done);
      });
      const codes = await Promise.all([one(), one()]);
      ${asImports(program)}
      if (codes.some((c) => c !== 0)) process.exitCode = 1;`;
    const { status, stdout, stderr } = runProgram(both, { OMP_NUM_THREADS: "2" });
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    const lines = stdout.trim().split("\n").toSorted();
    expect(lines).toEqual(["main 2 300000", "worker 2 300000", "worker 2 300000"]);
  }, 120_000);

  it("are told of where OpenMP's library is missing", () => {
    const nowhere = { STRATA_OPENMP: "/nowhere/libomp.so.5" };
    const alone = runProgram(program, { ...nowhere, OMP_NUM_THREADS: "" });
    expect(alone).toEqual({ status: 0, stdout: "main 1 300000\n", stderr: "" });
    const { status, stderr } = runProgram(program, { ...nowhere, OMP_NUM_THREADS: "2" });
    expect(status).toBe(1);
    expect(stderr).toContain("error[llvm.openmp-missing]: OpenMP's runtime library was not found");
  });
});

it("takes no library for OpenMP's that is none", () => {
  expect(searchOpenMP({ STRATA_OPENMP: "libc.so.6" })).toEqual({
    openmp: undefined,
    found: ["libc.so.6 lacks __kmpc_fork_call"],
  });
});

/** A module's imports as those of a function. */
function asImports(source: string): string {
  return source.replaceAll(
    /import (\{[^}]*\}) from ("[^"]*");/g,
    (_all, names: string, from: string) => `const ${names} = await import(${from});`,
  );
}
