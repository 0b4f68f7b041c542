/**
 * `npm run demo`: processes real pictures with kernels written in TypeScript, through `./kernelc run`.
 *
 * Each kernel also runs as what its file is, plain TypeScript, and both pictures must agree. Options:
 * `--device NAME` (default `auto`).
 */
import { mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { EXHIBITS, type Exhibit } from "./src/exhibits.ts";
import { KernelcFailed, runArguments, runExhibit } from "./src/kernelc.ts";
import { greatestDifference } from "./src/pictures.ts";
import { formatTable, formatTime } from "./src/table.ts";

const root = resolve(import.meta.dirname, "../..");

/** Brightness may differ by rounding: plain TypeScript keeps f64 between two stores. */
const TOLERANCE = 1;

const HEADER = ["kernel", "picture", "ran on", "compile", "run", "plain TypeScript", "", "result"];

/** Runs one exhibit both ways and returns its row; throws if the pictures do not agree. */
function show(exhibit: Exhibit, device: string): string[] {
  const { title, picture, output } = exhibit;
  const report = runExhibit(root, exhibit, device);
  const call = exhibit.prepare(join(root, picture));
  const start = performance.now();
  const expected = call();
  const plain = performance.now() - start;
  const difference = greatestDifference(join(root, output), expected);
  if (difference > TOLERANCE) {
    const off = difference.toFixed(1);
    throw new Error(`${output} differs from plain TypeScript by ${off} of 255 in brightness`);
  }
  const threads = report.threads > 1 ? `, ${report.threads} threads` : "";
  return [
    title,
    picture,
    `${report.device}${threads}`,
    report.cache === "hit" ? "kept" : formatTime(report.compile_ms),
    formatTime(report.median_ms),
    formatTime(plain),
    `${(plain / report.median_ms).toFixed(0)}×`,
    output,
  ];
}

function main(): void {
  const { device } = parseArgs({ options: { device: { type: "string", default: "auto" } } }).values;
  mkdirSync(join(root, "demo-output"), { recursive: true });
  console.log("Strata: real pictures through kernels written in TypeScript.\n");
  const rows = EXHIBITS.map((exhibit) => show(exhibit, device));
  console.log(formatTable([HEADER, ...rows], new Set([3, 4, 5, 6])));
  console.log(`
Every picture agrees with the one that the same file computes as plain TypeScript, unspecialized: that is what
the last time and factor compare with. \`npm run bench\` compares with hand-written loops.

Try next:
${nextSteps()
  .map((line) => `  ${line}`)
  .join("\n")}`);
}

/** Commands that take a reader one step further. */
function nextSteps(): string[] {
  const [first, heat] = EXHIBITS;
  if (first === undefined || heat === undefined) return [];
  const more = runArguments({
    ...heat,
    scalars: { ...heat.scalars, steps: 400 },
    output: "demo-output/moon-400.png",
  });
  return [
    `open ${heat.output}, edit ${heat.file}, and run \`npm run demo\` again`,
    `./kernelc ${more.join(" ")}`,
    `./kernelc ${runArguments(heat).join(" ")} --explain`,
    `./kernelc build ${first.file} --emit pattern     # then loop, vector, wat`,
    "./kernelc devices",
    "read docs/kernel-language.md",
  ];
}

try {
  main();
} catch (error) {
  if (!(error instanceof Error)) throw error;
  console.error(`demo: ${error.message}`);
  process.exitCode = error instanceof KernelcFailed ? 3 : 1;
}
