/** `kernelc build`: every level, and everything that can be wrong with shapes. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { skipNvrtc } from "@strata/testing/nvrtc-tools";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findLLVM } from "@strata/backend-llvm/native";
import { kernelc, makeFolder, removeFolders, type Outcome } from "./capture.ts";

const HEAT = `import { clamp, stencil, type Dim, type f32, type Tensor } from "@strata/kernel";
export function heat<n extends Dim, m extends Dim>(u: Tensor<f32, [n, m]>, alpha: f32): Tensor<f32, [n, m]> {
  return stencil(u, clamp, (c) => c(0, 0) + alpha * (c(-1, 0) + c(1, 0) + c(0, -1) + c(0, 1) - 4 * c(0, 0)));
}
`;

// As much of it as is used here; its types come with those of browsers only.
declare const WebAssembly: {
  compile(bytes: Uint8Array): Promise<object>;
  readonly Module: { exports(module: object): { readonly name: string }[] };
};

/** Where LLVM is not installed, what needs it is left out; not in CI. */
const skipLLVM = process.env["CI"] === undefined && findLLVM().llvm === undefined;

let folder = "";
let heat = "";
beforeAll(() => {
  folder = makeFolder();
  heat = join(folder, "heat.kernel.ts");
  writeFileSync(heat, HEAT);
});
afterAll(removeFolders);

const build = async (...args: readonly string[]): Promise<Outcome> =>
  kernelc(["build", heat, ...args]);

describe("levels", () => {
  const levels: readonly [string, readonly string[]][] = [
    ["pattern", ["pattern.stencil", "%u: tensor<?x?xf32>", "%alpha: f32"]],
    ["loop", ["scf.parallel", "memref.load", "%u: memref<?x?xf32>"]],
    ["vector", ["vector.load", "vector<4xf32>"]],
    ["gpu", ["gpu.launch_func @heat_gpu::@heat_", "gpu.func @heat_", "gpu.thread_id"]],
    ["llvm-dialect", ["llvm.func @heat(%u: !llvm.ptr", "llvm.fmul", "vector<8xf32>"]],
    ["ll", ["define void @heat(ptr", "fmul <8 x float>", "phi i64"]],
    ["opencl", ["__kernel", "heat_", "__global const float *restrict u", "const float alpha"]],
    ["cuda", ['extern "C" __global__ void', "const float *__restrict__ u", "threadIdx.x"]],
    ["wat", ["(module", "f32x4.mul", '(export "heat"']],
  ];

  it.each(levels)("%s", async (level, texts) => {
    const { status, stdout, stderr } = await build("--emit", level);
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    for (const text of texts) expect(stdout).toContain(text);
  });

  it.skipIf(skipNvrtc)("ptx", async () => {
    const { status, stdout } = await build("--emit", "ptx");
    expect(status).toBe(0);
    expect(stdout).toMatch(/\.target sm_90/);
    expect(stdout).toMatch(/\.visible \.entry heat_/);
  });

  it("fixes extents", async () => {
    const { stdout } = await build("-e", "pattern", "-s", "u=512x256");
    expect(stdout).toContain("%u: tensor<512x256xf32>");
    const named = await build("-e", "pattern", "-s", "m=256", "-s", "n=512");
    expect(named.stdout).toBe(stdout);
    expect((await build("-e", "pattern", "-s", "n=512")).stdout).toContain("tensor<512x?xf32>");
  });

  it.each(["pattern", "loop", "vector", "gpu", "llvm-dialect"])(
    "prints %s so that opt reads it",
    async (level) => {
      const { stdout } = await build("-e", level, "-s", "u=20x20");
      expect(await kernelc(["opt"], { stdin: stdout })).toMatchObject({ status: 0, stderr: "" });
      const generic = await build("-e", level, "-s", "u=20x20", "--print-generic");
      expect(generic.stdout).toMatch(/"(func|llvm)\.func"\(\) <\{/);
      expect(await kernelc(["opt"], { stdin: generic.stdout })).toMatchObject({ status: 0 });
    },
  );

  it("writes a module that WebAssembly accepts", async () => {
    const out = join(folder, "heat.wasm");
    expect(await build("-e", "wasm", "-o", out)).toEqual({ status: 0, stdout: "", stderr: "" });
    const module = await WebAssembly.compile(readFileSync(out));
    expect(WebAssembly.Module.exports(module).map(({ name }) => name)).toEqual(["heat"]);
  });
});

describe.skipIf(skipLLVM)("through LLVM", () => {
  it("writes assembly and headers as text, for other machines too", async () => {
    const asm = await build("-e", "asm", "--target", "aarch64-linux-gnu", "-s", "u=64x64");
    expect(asm).toMatchObject({ status: 0, stderr: "" });
    expect(asm.stdout).toMatch(/fm(ul|la)\s+v\d/);
    const header = await build("-e", "header");
    expect(header.stdout).toContain("void heat(\n    const float *u,");
  });

  it("writes objects and libraries", async () => {
    const starts = { obj: "\u007fELF", so: "\u007fELF", bc: "BC" };
    for (const [format, start] of Object.entries(starts)) {
      const out = join(folder, `heat.${format}`);
      expect(await build("-e", format, "-o", out)).toEqual({ status: 0, stdout: "", stderr: "" });
      expect(readFileSync(out).toString("latin1", 0, start.length)).toBe(start);
    }
  });

  it("refuses machines where they say nothing, and unknown ones", async () => {
    const loop = await build("-e", "loop", "--target", "aarch64-linux-gnu");
    expect(loop).toMatchObject({ status: 2, stdout: "" });
    expect(loop.stderr).toContain("error[cli.target]: --target says nothing for --emit loop");
    const unknown = await build("-e", "asm", "--target", "pdp11-dec-none");
    expect(unknown).toMatchObject({ status: 1, stdout: "" });
    expect(unknown.stderr).toContain("error[llvm.target]: ");
  });
});

describe("mistakes", () => {
  const cases: readonly [string, readonly string[], string, string][] = [
    ["an unknown name", ["-s", "v=3x3"], "build.shape-name", "it has u, n, m"],
    ["a wrong rank", ["-s", "u=3"], "build.shape-rank", "--shape u=512x512"],
    ["a shape of a dimension", ["-s", "n=3x3"], "build.shape-rank", "--shape n=512"],
    ["a shape of a scalar", ["-s", "alpha=3"], "build.shape-rank", "scalar"],
    ["disagreement", ["-s", "u=3x3", "-s", "n=4"], "build.shape-conflict", "n is 3 in u=3x3 but 4"],
    ["an unknown kernel", ["-k", "heta"], "kernel.unknown", 'did you mean "heat"?'],
  ];

  it.each(cases)("%s", async (_what, args, code, text) => {
    const { status, stdout, stderr } = await build("-e", "loop", ...args);
    expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
    expect(stderr).toContain(`error[${code}]: `);
    expect(stderr).toContain(text);
  });

  it("an unwritable output", async () => {
    const out = join(folder, "none/x.mlir");
    const { status, stderr } = await build("-e", "loop", "-o", out);
    expect(status).toBe(1);
    expect(stderr).toContain("error[value.unwritable]: ");
    expect(existsSync(out)).toBe(false);
  });

  it("a binary for a terminal", async () => {
    const outcome = await kernelc(["build", heat, "-e", "wasm"], { terminal: true });
    expect(outcome).toMatchObject({ status: 2, stdout: "" });
    expect(outcome.stderr).toContain("cli.binary-to-terminal");
  });
});

it("colours diagnostics on a terminal only", async () => {
  const args = ["build", heat, "-e", "loop", "-k", "heta"];
  const escape = "\u001b[";
  const coloured = await kernelc(args, { terminal: true });
  expect(coloured.stderr).toContain(escape);
  expect((await kernelc(args, { terminal: true, env: { NO_COLOR: "1" } })).stderr).not.toContain(
    escape,
  );
  expect((await kernelc(args)).stderr).not.toContain(escape);
});
