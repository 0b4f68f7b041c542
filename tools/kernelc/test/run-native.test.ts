/** `kernelc run --device llvm`: results, threads, kept code, and what is said where LLVM is missing. */
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { findLLVM, findOpenMP } from "@strata/backend-llvm/native";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { kernelc, makeFolder, removeFolders, type Outcome } from "./capture.ts";

const inCI = process.env["CI"] !== undefined;
const skipLLVM = !inCI && findLLVM().llvm === undefined;
const skipThreads = skipLLVM || (!inCI && findOpenMP().openmp === undefined);

const TWICE = `import { map, type Dim, type f32, type Tensor } from "@strata/kernel";
export function twice<n extends Dim>(x: Tensor<f32, [n]>): Tensor<f32, [n]> { return map(x, (v) => 2 * v); }
`;

let folder = "";
let file = "";
beforeAll(() => {
  folder = makeFolder();
  file = join(folder, "twice.kernel.ts");
  writeFileSync(file, TWICE);
});
afterAll(removeFolders);

const run = async (...args: readonly string[]): Promise<Outcome> =>
  kernelc(["run", file, "--in", "x=[1,2,3]", "--device", "llvm", ...args], {
    cache: join(folder, "cache"),
  });

const reportOf = ({ stdout }: Outcome): Record<string, unknown> =>
  JSON.parse(stdout) as Record<string, unknown>;

describe.skipIf(skipLLVM)("device llvm", () => {
  it("computes, and keeps what it compiled", async () => {
    const first = reportOf(await run("--json", "--threads", "1"));
    expect(first).toMatchObject({ device: "llvm", threads: 1, cache: "miss" });
    expect(first["results"]).toMatchObject([{ shape: [3], value: [2, 4, 6] }]);
    const second = reportOf(await run("--json", "--threads", "1", "--repeat", "3"));
    expect(second).toMatchObject({ device: "llvm", cache: "hit", repeat: 3 });
    expect(second["results"]).toEqual(first["results"]);
  });

  it("refuses numbers of threads that are none", async () => {
    for (const count of ["0", "-1", "many"]) {
      const { status, stderr } = await run("--threads", count);
      expect(status).toBe(2);
      expect(stderr).toContain("error[cli.count]: --threads needs a whole number from 1");
    }
  });

  it.skipIf(skipThreads)(
    "runs on as many threads as asked for, up to a few a processor",
    async () => {
      expect(reportOf(await run("--json", "--threads", "2"))).toMatchObject({ threads: 2 });
      const most = 4 * availableParallelism();
      expect(reportOf(await run("--json", "--threads", "10000"))).toMatchObject({ threads: most });
    },
  );
});

it("says what to install where LLVM is missing", () => {
  const main = join(import.meta.dirname, "../src/main.ts");
  const args = ["--no-warnings", main, "run", file, "--in", "x=[1]", "--device", "llvm"];
  const env = { ...process.env, STRATA_LLVM: join(folder, "nowhere") };
  const { status, stderr } = spawnSync(process.execPath, args, { encoding: "utf8", env });
  expect(status).toBe(3);
  expect(stderr).toContain("device llvm is not available: no usable libLLVM shared library");
  expect(stderr).toContain("libllvm22");
});
