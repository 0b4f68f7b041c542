/** `npm run bench`: the table of benchmarks; `--json` prints one object, `--only TEXT` a part. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { median } from "./measure.ts";
import { nativeSection } from "./native/section.ts";

const root = fileURLToPath(new URL("../../../", import.meta.url));

interface Row {
  readonly what: string;
  readonly ours: number;
  readonly rival: number | undefined;
  readonly aim: string;
  readonly met: boolean;
}

/** Whole-process milliseconds of the driver, the median of some runs after one to warm up. */
function processTime(args: readonly string[], runs: number): number {
  const times: number[] = [];
  for (let i = 0; i <= runs; i++) {
    const start = performance.now();
    const { status, stderr } = spawnSync(join(root, "kernelc"), args, { encoding: "utf8" });
    if (status !== 0) throw new Error(`kernelc ${args.join(" ")} failed:\n${stderr}`);
    if (i > 0) times.push(performance.now() - start);
  }
  return median(times);
}

/** Milliseconds of the first and the second compilation in processes of their own: medians. */
function coldCompile(runs: number): { first: number; second: number } {
  const file = fileURLToPath(new URL("cold-compile.ts", import.meta.url));
  // As the launcher of kernelc does, so that JavaScript itself is not compiled again.
  const cache = process.env["NODE_COMPILE_CACHE"] ?? join(root, ".cache/compile-cache");
  const env = { ...process.env, NODE_COMPILE_CACHE: cache };
  const times: number[][] = [];
  for (let i = 0; i <= runs; i++) {
    const { status, stdout, stderr } = spawnSync(process.execPath, [file], {
      encoding: "utf8",
      env,
    });
    if (status !== 0) throw new Error(`the cold compilation failed:\n${stderr}`);
    if (i > 0) times.push(JSON.parse(stdout) as number[]);
  }
  return { first: median(times.map((t) => t[0]!)), second: median(times.map((t) => t[1]!)) };
}

const tiny = `import { map, type Dim, type f32, type Tensor } from "@strata/kernel";
export function double<n extends Dim>(x: Tensor<f32, [n]>): Tensor<f32, [n]> {
  return map(x, (v) => 2 * v);
}
`;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { json: { type: "boolean", default: false }, only: { type: "string", default: "" } },
  });
  const rows: Row[] = [];
  const show = (row: Row): void => {
    rows.push(row);
    if (values.json) return;
    const ratio = row.rival === undefined ? "" : `${(row.rival / row.ours).toFixed(1)} ×`;
    const rival = row.rival === undefined ? "" : `${row.rival.toFixed(3)} ms`;
    const ours = `${row.ours.toFixed(3)} ms`;
    console.log(
      `${row.what.padEnd(42)} ${ours.padStart(12)} ${rival.padStart(12)} ${ratio.padStart(8)}  ` +
        `${row.aim.padEnd(10)} ${row.met ? "met" : "MISSED"}`,
    );
  };
  const wanted = (name: string): boolean => name.includes(values.only);
  if (!values.json) {
    console.log(`${cpus()[0]?.model ?? "unknown processor"}, Node ${process.version}\n`);
    console.log(
      `${"".padEnd(42)} ${"wasm".padStart(12)} ${"JavaScript".padStart(12)} ${"ratio".padStart(8)}  aim`,
    );
  }
  const { cases } = await import("./wasm-cases.ts");
  for (const c of cases) {
    if (!wanted(c.name)) continue;
    const { ours, rival } = await c.run();
    const met = rival / ours >= c.atLeast;
    show({ what: c.name, ours, rival, aim: `≥ ${c.atLeast} ×`, met });
  }
  if (wanted("cold compile")) {
    const { first, second } = coldCompile(7);
    const limit = (ms: number): boolean => ms <= 60;
    show({
      what: "cold compile, 5 × 5 convolution: first",
      ours: first,
      rival: undefined,
      aim: "≤ 60 ms",
      met: limit(first),
    });
    show({
      what: "cold compile, 5 × 5 convolution: second",
      ours: second,
      rival: undefined,
      aim: "≤ 60 ms",
      met: limit(second),
    });
  }
  if (wanted("kernelc")) {
    const folder = mkdtempSync(join(tmpdir(), "strata-bench-"));
    const file = join(folder, "tiny.kernel.ts");
    writeFileSync(file, tiny);
    const help = processTime(["--help"], 7);
    show({
      what: "kernelc --help, whole process",
      ours: help,
      rival: undefined,
      aim: "≤ 200 ms",
      met: help <= 200,
    });
    writeFileSync(join(folder, "x.json"), "[1, 2, 3]");
    const input = `x=${join(folder, "x.json")}`;
    const run = processTime(["run", file, "--in", input, "--out", join(folder, "y.json")], 7);
    show({
      what: "kernelc run, tiny kernel, whole process",
      ours: run,
      rival: undefined,
      aim: "≤ 900 ms",
      met: run <= 900,
    });
  }
  const native = await nativeSection();
  for (const what of native.missing) console.error(`left out: native code: ${what} is missing`);
  if (!values.json && native.cases.some((c) => wanted(c.name))) {
    console.log(`\n${"".padEnd(42)} ${"llvm".padStart(12)} ${"C by gcc".padStart(12)}`);
  }
  for (const c of native.cases) {
    if (!wanted(c.name)) continue;
    const { ours, rival } = await c.run();
    show({ what: c.name, ours, rival, aim: `≥ ${c.atLeast} ×`, met: rival / ours >= c.atLeast });
  }
  if (wanted("native costs")) {
    for (const { what, ms, atMost } of await native.costs()) {
      const aim = atMost < 0.1 ? `≤ ${atMost * 1000} µs` : `≤ ${atMost} ms`;
      show({ what, ours: ms, rival: undefined, aim, met: ms <= atMost });
    }
  }
  if (values.json) console.log(JSON.stringify({ node: process.version, rows }, undefined, 2));
}

await main();
