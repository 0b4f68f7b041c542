/** Kernels as files: C programs call them, on this machine and on others. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DiagnosticError } from "@strata/support";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { buildKernel, type BuildRequest } from "@strata/backend-llvm/aot";
import { skipLLVM } from "../native/skip.ts";
import { patternOf } from "../device/compile.ts";

const inCI = process.env["CI"] !== undefined;
const lacks = (command: string): boolean =>
  !inCI && spawnSync(command, ["--version"], { stdio: "ignore" }).status !== 0;

const MIX = `
/** Everything a kernel may take and give. */
export function mix<n extends Dim, m extends Dim>(
  u: Tensor<f32, [n, m]>, bias: Tensor<i16, [m]>, alpha: f32, small: i8, wide: u64, on: bool,
): { out: Tensor<f64, [n, m]>, sum: f32, flag: bool } {
  return {
    out: build([u.shape[0], u.shape[1]], (i, j) =>
      f64(alpha * u.at(i, j)) + f64(bias.at(j)) + f64(small) + (on ? 0.5 : 0)),
    sum: sum(u),
    flag: !on,
  };
}`;

const MIX_MAIN = `#include <stdio.h>
#include "mix.h"
int main(void) {
  float u[6] = {1, 2, 3, 4, 5, 6};
  int16_t bias[3] = {-100, 0, 100};
  double out[6];
  float sum; bool flag;
  mix(u, 2, 3, bias, 3, 0.5f, -7, UINT64_MAX, true, out, 2, 3, &sum, &flag);
  for (int i = 0; i < 6; i++) printf("%g ", out[i]);
  printf("%g %d\\n", sum, flag);
  return 0;
}`;

const MIX_OUTPUT = "-106 -5.5 95 -104.5 -4 96.5 21 0\n";

const NARROW = `export function narrow(a: i8, b: u8, c: i16, d: bool): i8 { return d ? a + i8(b) : i8(c); }`;
const NARROW_MAIN = `#include <stdio.h>
#include "narrow.h"
int main(void) {
  volatile int big = 0x12345680;
  printf("%d %d\\n", narrow((int8_t)big, (uint8_t)200, (int16_t)big, true), narrow(1, 2, -3, false));
  return 0;
}`;

let folder = "";
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), "strata-aot-"))));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const file = (name: string): string => join(folder, name);

async function write(
  name: string,
  text: string,
  request: Omit<BuildRequest, "signature" | "module">,
): Promise<void> {
  const { content } = await buildKernel({ ...patternOf(text), ...request });
  writeFileSync(file(name), content);
}

function runs(command: string, ...args: readonly string[]): string {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    cwd: folder,
    encoding: "utf8",
    env: { ...process.env, LD_LIBRARY_PATH: folder },
  });
  if (status !== 0) throw new Error(`${command} ${args.join(" ")}: ${stderr}${error ?? ""}`);
  return stdout;
}

async function refusal(request: Omit<BuildRequest, "signature" | "module">): Promise<string> {
  try {
    await buildKernel({ ...patternOf(MIX), ...request });
  } catch (error) {
    if (error instanceof DiagnosticError) return error.message;
    throw error;
  }
  throw new Error("nothing was refused");
}

describe.skipIf(skipLLVM)("kernels as files", () => {
  it.skipIf(lacks("gcc"))("are called from C through a shared library and a header", async () => {
    await write("libmix.so", MIX, { format: "so" });
    await write("mix.h", MIX, { format: "header" });
    writeFileSync(file("main.c"), MIX_MAIN);
    runs("gcc", "-Wall", "-Werror", "main.c", "-o", "main", "libmix.so");
    expect(runs("./main")).toBe(MIX_OUTPUT);
  });

  it.skipIf(lacks("gcc"))("pass narrow integers as C does", async () => {
    await write("narrow.o", NARROW, { format: "obj" });
    await write("narrow.h", NARROW, { format: "header" });
    writeFileSync(file("narrow.c"), NARROW_MAIN);
    for (const level of ["-O0", "-O2"]) {
      runs("gcc", level, "-Wall", "-Werror", "narrow.c", "narrow.o", "-o", "narrow");
      expect(runs("./narrow")).toBe("72 -3\n");
    }
  });

  it.skipIf(lacks("gcc"))("bring what they call of the C library", async () => {
    const text = `export function f<n extends Dim>(x: Tensor<f64, [n]>): Tensor<f64, [n]> {
      const t = scan(x, 0, (a, b) => a + b); return build([x.shape[0]], (i) => Math.sin(t.at(i))); }`;
    await write("libf.so", text, { format: "so", cpu: "x86-64" });
    await write("f.h", text, { format: "header" });
    const main = `#include <stdio.h>
#include "f.h"
int main(void) { double x[3] = {0, 0.5, 0.5}, y[3]; f(x, 3, y, 3); printf("%.6f %.6f\\n", y[1], y[2]); return 0; }`;
    writeFileSync(file("f.c"), main);
    runs("gcc", "f.c", "-o", "f", "libf.so");
    expect(runs("./f")).toBe("0.479426 0.841471\n");
  });

  const crossTools = ["aarch64-linux-gnu-gcc", "qemu-aarch64"].some(lacks);
  it.skipIf(crossTools)("run on another machine", async () => {
    const triple = "aarch64-linux-gnu";
    for (const [name, text, main, output] of [
      ["mix", MIX, MIX_MAIN, MIX_OUTPUT],
      ["narrow", NARROW, NARROW_MAIN, "72 -3\n"],
    ] as const) {
      await write(`${name}-arm.o`, text, { format: "obj", triple });
      await write(`${name}.h`, text, { format: "header" });
      writeFileSync(file(`${name}-arm.c`), main);
      const sources = [`${name}-arm.c`, `${name}-arm.o`, "-lm"];
      runs("aarch64-linux-gnu-gcc", "-static", ...sources, "-o", `${name}-arm`);
      expect(runs("qemu-aarch64", `./${name}-arm`)).toBe(output);
    }
  });

  const assembly: readonly (readonly [string, RegExp])[] = [
    ["x86_64-linux-gnu", /\bxmm\d/],
    ["aarch64-linux-gnu", /fmul\s+v\d/],
    ["riscv64-linux-gnu", /fmul\.s/],
    ["nvptx64-nvidia-cuda", /\.visible \.func/],
  ];
  it.each(assembly)("are written as assembly of %s", async (triple, text) => {
    const { content } = await buildKernel({ ...patternOf(MIX), format: "asm", triple });
    expect(content).toMatch(text);
  });

  it("are written as bitcode", async () => {
    const { content } = await buildKernel({ ...patternOf(MIX), format: "bc" });
    expect([...(content as Uint8Array).subarray(0, 2)]).toEqual([0x42, 0x43]);
  });

  it("are refused for machines that LLVM lacks", async () => {
    expect(await refusal({ format: "obj", triple: "pdp11-dec-none" })).toContain("llvm.target");
    expect(await refusal({ format: "so", triple: "nvptx64-nvidia-cuda" })).toContain(
      "llvm.shared-library",
    );
    expect(await refusal({ format: "asm", cpu: "pentium-9" })).toContain("llvm.cpu");
  });
});

it("have headers that say what is what", async () => {
  const { content } = await buildKernel({ ...patternOf(MIX), format: "header" });
  expect(content).toContain(`void mix(
    const float *u,
    int64_t u_0,
    int64_t u_1,
    const int16_t *bias,
    int64_t bias_0,
    float alpha,
    int8_t small,
    uint64_t wide,
    bool on,
    double *out,
    int64_t out_0,
    int64_t out_1,
    float *sum,
    bool *flag);`);
  expect(content).toContain(" *   u_1  extent 1 of u\n");
  const text = `export function int(while_: f32): f32 { return while_; }`;
  const other = await buildKernel({ ...patternOf(text), format: "header" });
  expect(other.content).toContain("float int_(");
});
