/** `kernelc run`: values in, values out, and everything that can be wrong with them. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { writeValue } from "@strata/runtime";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { kernelc, makeFolder, removeFolders, type Outcome } from "./capture.ts";

const TYPES =
  'import { build, clamp, map, stencil, sum, type Dim, f32, type i32, type i64, type Tensor, type u8 } from "@strata/kernel";\n';

const HEAT = `${TYPES}
/** One explicit step of the heat equation. */
export function heat<n extends Dim, m extends Dim>(u: Tensor<f32, [n, m]>, alpha: f32): Tensor<f32, [n, m]> {
  return stencil(u, clamp, (c) => c(0, 0) + alpha * (c(-1, 0) + c(1, 0) + c(0, -1) + c(0, 1) - 4 * c(0, 0)));
}
`;

const SEVERAL = `${TYPES}
export function twice<n extends Dim>(x: Tensor<f32, [n]>): Tensor<f32, [n]> { return map(x, (v) => 2 * v); }
export function total<n extends Dim>(x: Tensor<f32, [n]>): f32 { return sum(x); }
export function moments<n extends Dim>(x: Tensor<f32, [n]>) {
  return { first: sum(x), squares: map(x, (v) => v * v) };
}
export function add<n extends Dim>(a: Tensor<f32, [n]>, b: Tensor<f32, [n]>): Tensor<f32, [n]> {
  return build([a.shape[0]], (i) => a.at(i) + b.at(i));
}
export function halve<n extends Dim>(x: Tensor<u8, [n]>): Tensor<u8, [n]> { return map(x, (v) => v >> 1); }
export function ones(n: i32): Tensor<f32, [Dim]> { return build([n], () => 1); }
export function pick<n extends Dim>(x: Tensor<f32, [n]>, k: i32): f32 { return x.at(k); }
export function inner(n: i32): f32 { const t = build([n, n], (i, j) => f32(i + j)); return t.at(1, 2); }
export function plus(a: i64, b: i64): i64 { return a + b; }
`;

let folder = "";
let heat = "";
let several = "";
const file = (name: string): string => join(folder, name);

beforeAll(async () => {
  folder = makeFolder();
  heat = file("heat.kernel.ts");
  several = file("several.kernel.ts");
  writeFileSync(heat, HEAT);
  writeFileSync(several, SEVERAL);
  const data = Float32Array.from({ length: 12 }, (_, k) => k * k);
  await writeValue(file("u.npy"), { dtype: "f32", shape: [3, 4], data });
  await writeValue(file("wide.npy"), {
    dtype: "f64",
    shape: [3, 4],
    data: Float64Array.from(data),
  });
  await writeValue(file("line.npy"), { dtype: "f32", shape: [12], data });
});
afterAll(removeFolders);

const run = async (path: string, ...args: readonly string[]): Promise<Outcome> =>
  kernelc(["run", path, ...args], { cache: file("cache") });

/** The value of the result in a JSON report. */
const resultOf = ({ stdout }: Outcome): unknown => JSON.parse(stdout).results[0].value;

describe("results", () => {
  it("prints a small one, with times", async () => {
    const { status, stdout, stderr } = await run(several, "-k", "twice", "--in", "x=[1,2.5]");
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(stdout).toMatch(/^f32\[2\] {2}2 {2}5\nwasm: compiled in .*, ran in .*\n$/);
  });

  it("prints a scalar alone when quiet", async () => {
    const outcome = await run(several, "-k", "total", "--in", "x=[1,2,3]", "--quiet");
    expect(outcome).toEqual({ status: 0, stdout: "6\n", stderr: "" });
  });

  it("keeps every digit of i64", async () => {
    const [a, b] = ["a=9007199254740993", "b=9007199254740994"];
    const outcome = await run(several, "-k", "plus", "--in", a, "--in", b, "-q");
    expect(outcome.stdout).toBe("18014398509481987\n");
  });

  it.each(["wasm", "interpreter"])("writes files from %s", async (device) => {
    const out = file(`heat-${device}.json`);
    const args = ["--in", `u=${file("u.npy")}`, "--in", "alpha=0.1", "--device", device];
    const outcome = await run(heat, ...args, "--out", out);
    expect(outcome).toMatchObject({ status: 0, stderr: "" });
    expect(outcome.stdout).toContain(`→ ${out}`);
    expect(outcome.stdout).toContain(`${device}: compiled in`);
    const rows = JSON.parse(readFileSync(out, "utf8"));
    expect(rows).toHaveLength(3);
    // u(1, 1) = 25, its neighbours 1, 81, 16, 36.
    expect(rows[1][1]).toBeCloseTo(25 + 0.1 * (1 + 81 + 16 + 36 - 100), 4);
  });

  it("writes each of several results where it is asked to", async () => {
    const out = file("squares.npy");
    const outcome = await run(
      several,
      "-k",
      "moments",
      "--in",
      "x=[1,2,3]",
      "-o",
      `squares=${out}`,
      "-q",
    );
    expect(outcome).toEqual({ status: 0, stdout: "first: 6\n", stderr: "" });
    const again = await run(several, "-k", "total", "--in", `x=${out}`, "-q");
    expect(again.stdout).toBe("14\n");
  });

  it("reports as JSON", async () => {
    const args = ["-k", "twice", "--in", "x=[1,2,3]", "--repeat", "3", "--json", "--explain"];
    const outcome = await run(several, ...args);
    expect(outcome).toMatchObject({ status: 0, stderr: "" });
    const report = JSON.parse(outcome.stdout);
    expect(report).toMatchObject({
      kernel: "twice",
      device: "wasm",
      threads: 1,
      repeat: 3,
      bytes: 24,
      flops: 3,
      schedule: "default",
      results: [{ dtype: "f32", shape: [3], value: [2, 4, 6] }],
    });
    for (const key of ["compile_ms", "first_ms", "median_ms", "min_ms"]) {
      expect(report[key]).toBeGreaterThan(0);
    }
    expect(report.min_ms).toBeLessThanOrEqual(report.median_ms);
    expect(report.explain.join("\n")).toContain("specialized to: n = 3");
  });

  it("explains the choice of the device", async () => {
    const { stdout } = await run(several, "-k", "total", "--in", "x=[1]", "--explain");
    expect(stdout).toContain("device: wasm, taken by auto");
  });

  it("passes NaN and infinities through", async () => {
    const outcome = await run(several, "-k", "twice", "--in", 'x=["NaN","Infinity",-1]', "-q");
    expect(outcome.stdout).toBe("f32[3]  NaN  Infinity  -2\n");
  });

  it.each([0, 1, 2, 5])("runs on %i × 1 elements", async (n) => {
    const u = file(`small-${n}.npy`);
    await writeValue(u, { dtype: "f32", shape: [n, 1], data: new Float32Array(n).fill(3) });
    for (const device of ["wasm", "interpreter"]) {
      const outcome = await run(heat, "--in", `u=${u}`, "--in", "alpha=1", "-d", device, "--json");
      expect(outcome.status).toBe(0);
      expect(resultOf(outcome)).toEqual(Array.from({ length: n }, () => [3]));
    }
  });
});

describe("kept code", () => {
  it("is found again, and gives the same", async () => {
    const cache = makeFolder();
    const args = ["run", several, "-k", "twice", "--in", "x=[1,2,3]", "--json"];
    const [first, second] = [await kernelc(args, { cache }), await kernelc(args, { cache })];
    expect(JSON.parse(first.stdout).cache).toBe("miss");
    expect(JSON.parse(second.stdout)).toMatchObject({ cache: "hit", flops: 3 });
    expect(resultOf(second)).toEqual([2, 4, 6]);
    const other = await kernelc([...args.slice(0, 5), "x=[1,2]", "--json"], { cache });
    expect(JSON.parse(other.stdout).cache).toBe("miss");
    const anew = await kernelc([...args, "--no-cache"], { cache });
    expect(JSON.parse(anew.stdout).cache).toBe("miss");
  });

  it("depends on the text", async () => {
    const cache = makeFolder();
    const path = file("edited.kernel.ts");
    const call = async (factor: number): Promise<Outcome> => {
      writeFileSync(path, `${TYPES}export function f(x: f32): f32 { return x * ${factor}; }\n`);
      return kernelc(["run", path, "--in", "x=5", "--json"], { cache });
    };
    expect(resultOf(await call(2))).toBe(10);
    expect(resultOf(await call(3))).toBe(15);
    const back = await call(2);
    expect(resultOf(back)).toBe(10);
    expect(JSON.parse(back.stdout).cache).toBe("hit");
  });

  it("does not matter where it cannot be kept", async () => {
    const outcome = await kernelc(["run", several, "-k", "total", "--in", "x=[1]", "--explain"], {
      cache: "/dev/null/nowhere",
    });
    expect(outcome).toMatchObject({ status: 0, stderr: "" });
    expect(outcome.stdout).toContain("cannot keep compiled code in /dev/null/nowhere");
  });

  it("is made anew where it was damaged", async () => {
    const cache = makeFolder();
    const args = ["run", several, "-k", "twice", "--in", "x=[4]", "--json"];
    await kernelc(args, { cache });
    for (const entry of readdirSync(cache, { recursive: true, withFileTypes: true })) {
      if (entry.isFile()) writeFileSync(join(entry.parentPath, entry.name), "garbage");
    }
    const outcome = await kernelc(args, { cache });
    expect(JSON.parse(outcome.stdout).cache).toBe("miss");
    expect(resultOf(outcome)).toEqual([8]);
  });
});

describe("wrong input", () => {
  const cases: readonly [string, () => readonly string[], string, readonly string[]][] = [
    ["no such file", () => [file("none.kernel.ts")], "cli.unreadable", ["no such file"]],
    ["a folder", () => [folder], "cli.unreadable", ["it is a folder"]],
    [
      "an unknown kernel",
      () => [several, "-k", "twise"],
      "kernel.unknown",
      ['did you mean "twice"'],
    ],
    ["no kernel named", () => [several], "kernel.choice", ["twice, total", "--kernel twice"]],
    [
      "missing arguments",
      () => [heat],
      "runtime.missing-argument",
      ["u: Tensor<f32, [n, m]>, alpha: f32", "--in u=FILE --in alpha=NUMBER"],
    ],
    [
      "a missing argument",
      () => [heat, "--in", `u=${file("u.npy")}`],
      "runtime.missing-argument",
      ["needs the argument alpha: f32"],
    ],
    [
      "an unknown argument",
      () => [heat, "--in", `u=${file("u.npy")}`, "--in", "alpa=1"],
      "runtime.unknown-argument",
      ['did you mean "alpha"?'],
    ],
    [
      "a wrong element type",
      () => [heat, "--in", `u=${file("wide.npy")}`, "--in", "alpha=1"],
      "runtime.argument-dtype",
      ["expected elements of type f32, found f64"],
    ],
    [
      "a wrong rank",
      () => [heat, "--in", `u=${file("line.npy")}`, "--in", "alpha=1"],
      "runtime.argument-rank",
      ["expected 2 axes", "found 1 axis: [12]"],
    ],
    [
      "a tensor for a scalar",
      () => [heat, "--in", `u=${file("u.npy")}`, "--in", `alpha=${file("u.npy")}`],
      "runtime.argument-kind",
      ["expected f32, found f32[3, 4]"],
    ],
    [
      "a word for a number",
      () => [heat, "--in", `u=${file("u.npy")}`, "--in", "alpha=much"],
      "value.bad-literal",
      ['found "much"', "--in alpha=much for alpha: f32"],
    ],
    [
      "a number for a tensor",
      () => [heat, "--in", "u=3", "--in", "alpha=1"],
      "value.unknown-format",
      ["--in u=3 for u: Tensor<f32, [n, m]>"],
    ],
    [
      "a number out of range",
      () => [several, "-k", "ones", "--in", "n=3000000000"],
      "value.bad-literal",
      ["2147483647"],
    ],
    [
      "disagreeing extents",
      () => [several, "-k", "add", "--in", "a=[1,2]", "--in", "b=[1,2,3]"],
      "runtime.dimension-conflict",
      ['n is 2 in argument "a"', '3 in argument "b"'],
    ],
    [
      "a huge result",
      () => [several, "-k", "ones", "--in", "n=2000000000", "-d", "wasm"],
      "runtime.too-large",
      ["8000000000 bytes"],
    ],
    [
      "a huge intermediate",
      () => [several, "-k", "inner", "--in", "n=1000000", "-d", "wasm"],
      "runtime.out-of-memory",
      ["inside of a kernel"],
    ],
    [
      "a read far outside",
      () => [several, "-k", "pick", "--in", "x=[1,2]", "--in", "k=500000000"],
      "wasm.trap",
      ["memory access out of bounds", "interpreter"],
    ],
    [
      "a read outside, interpreted",
      () => [several, "-k", "pick", "--in", "x=[1,2]", "--in", "k=2", "-d", "interpreter"],
      "tensor.out-of-bounds",
      ["index 2 is outside", "x.at(k)"],
    ],
    [
      "a negative extent",
      () => [several, "-k", "ones", "--in", "n=-1"],
      "runtime.negative-extent",
      ["would be -1"],
    ],
    [
      "a missing value file",
      () => [heat, "--in", `u=${file("none.npy")}`, "--in", "alpha=1"],
      "value.unreadable",
      ["no such file"],
    ],
    [
      "an unknown format of a result",
      () => [heat, "--out", "x.bmp"],
      "value.unknown-format",
      [".npy, .png, .json"],
    ],
    [
      "an unwritable result",
      () => [heat, "--out", file("none/x.npy")],
      "value.unwritable",
      ["no such file or folder"],
    ],
    [
      "a folder as result",
      () => [heat, "--out", file("taken.npy")],
      "value.unwritable",
      ["a folder"],
    ],
    [
      "a file for which of several results",
      () => [several, "-k", "moments", "--out", file("x.npy")],
      "cli.out-name",
      ["--out first=FILE --out squares=FILE"],
    ],
    [
      "an unknown result",
      () => [several, "-k", "moments", "--out", `sqares=${file("x.npy")}`],
      "cli.out-name",
      ['did you mean "squares"?'],
    ],
    [
      "a name for the only result",
      () => [several, "-k", "total", "--out", `sum=${file("x.npy")}`],
      "cli.out-name",
      ["write --out FILE"],
    ],
  ];

  it.each(cases)("%s", async (_what, args, code, texts) => {
    if (!existsSync(file("taken.npy"))) {
      const { mkdirSync } = await import("node:fs");
      mkdirSync(file("taken.npy"));
    }
    const before = readdirSync(folder).toSorted();
    const { status, stdout, stderr } = await run(...(args() as [string, ...string[]]));
    expect(stderr).toContain(`error[${code}]: `);
    for (const text of texts) expect(stderr).toContain(text);
    expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
    expect(stderr).not.toMatch(/^\s+at /m);
    expect(
      readdirSync(folder)
        .filter((name) => name !== "cache")
        .toSorted(),
    ).toEqual(before.filter((name) => name !== "cache"));
  });

  it("a truncated .npy", async () => {
    const cut = file("cut.npy");
    writeFileSync(cut, readFileSync(file("u.npy")).subarray(0, 140));
    const { status, stderr } = await run(heat, "--in", `u=${cut}`, "--in", "alpha=1");
    expect(status).toBe(1);
    expect(stderr).toContain("error[value.truncated]: ");
    expect(stderr).toContain("it needs 176 bytes, it has 140");
  });

  it("a broken .png", async () => {
    const broken = file("broken.png");
    writeFileSync(broken, "not a picture");
    const { status, stderr } = await run(heat, "--in", `u=${broken}`, "--in", "alpha=1");
    expect(status).toBe(1);
    expect(stderr).toContain("error[value.bad-png]: ");
  });

  it("tells diagnostics as JSON too", async () => {
    const { status, stdout, stderr } = await run(heat, "--json");
    expect(status).toBe(1);
    expect(stderr).toContain("error[runtime.missing-argument]");
    expect(JSON.parse(stdout).diagnostics[0]).toMatchObject({
      code: "runtime.missing-argument",
      severity: "error",
    });
  });
});

describe("wrong kernels", () => {
  const cases: readonly [string, string, string][] = [
    ["a syntax error", "export function f(x: f32): f32 { return x + ; }", "x + ;"],
    ["a class", "export class A {}", "export class A"],
    ["an async function", "export async function f(x: f32): f32 { return x; }", "async"],
    ["try", "export function f(x: f32): f32 { try { return x; } catch { return x; } }", "try"],
    ["recursion", "export function f(x: f32): f32 { return f(x); }", "f(x)"],
    ["a type error", "export function f(x: f32, n: i32): f32 { return x + n; }", "x + n"],
    ["an unknown name", "export function f(x: f32): f32 { return x + y; }", "x + y"],
    [
      "assignment from an arrow",
      "export function f<n extends Dim>(x: Tensor<f32, [n]>): f32 { let s = f32(0); map(x, (v) => { s = v; return v; }); return s; }",
      "s = v",
    ],
    ["dynamic properties", "export function f(x: f32): f32 { return Math[x]; }", "Math[x]"],
  ];

  it.each(cases)("%s", async (_what, text, shown) => {
    const path = file("wrong.kernel.ts");
    writeFileSync(path, `${TYPES}${text}\n`);
    const { status, stdout, stderr } = await run(path, "--in", "x=1");
    expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
    expect(stderr).toMatch(/^error\[[a-z]+\.[a-z-]+\]: /);
    expect(stderr).toContain(`${path}:2:`);
    expect(stderr).toContain(shown);
    expect(stderr).toMatch(/\^/);
    expect(stderr).not.toMatch(/^\s+at /m);
  });

  it("no kernel at all", async () => {
    const path = file("empty.kernel.ts");
    writeFileSync(path, `${TYPES}function f(x: f32): f32 { return x; }\n`);
    const { status, stderr } = await run(path);
    expect(status).toBe(1);
    expect(stderr).toContain("error[kernel.none]: ");
  });

  it("is no text", async () => {
    const path = file("binary.kernel.ts");
    writeFileSync(path, new Uint8Array([0xff, 0xfe, 0x00]));
    const { status, stderr } = await run(path);
    expect(status).toBe(1);
    expect(stderr).toContain("error[cli.not-text]: ");
  });
});
