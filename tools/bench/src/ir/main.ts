/**
 * `node tools/bench/src/ir/main.ts`: reading, verifying, printing and canonicalizing text, whole
 * processes, beside `mlir-opt-22` in the same interleaved run; then the primitives.
 *
 * `--ops N` (100000) and `--runs N` (5) set the size; `--primitives` measures these alone,
 * up to `--largest N` (1000000) operations.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { median } from "../measure.ts";
import { arithFunction } from "./arith-function.ts";
import { measurePrimitives, sizes } from "./primitives.ts";

const kernelc = fileURLToPath(new URL("../../../../kernelc", import.meta.url));

/** Seconds of one process. */
function seconds(command: string, args: readonly string[]): number {
  const start = performance.now();
  const { status, stderr } = spawnSync(command, args, { encoding: "utf8" });
  if (status !== 0) throw new Error(`${command} ${args.join(" ")} failed:\n${stderr}`);
  return (performance.now() - start) / 1000;
}

interface Case {
  readonly name: string;
  readonly file: string;
  readonly flags: readonly string[];
  readonly aim: string;
}

function compare(c: Case, runs: number): void {
  const ours: number[] = [];
  const theirs: number[] = [];
  for (let i = 0; i <= runs; i++) {
    const a = seconds(kernelc, ["opt", c.file, "--print-generic", ...c.flags, "-o", "/dev/null"]);
    const b = seconds("mlir-opt-22", [
      c.file,
      "--mlir-print-op-generic",
      ...c.flags,
      "-o",
      "/dev/null",
    ]);
    if (i === 0) continue;
    ours.push(a);
    theirs.push(b);
  }
  const [a, b] = [median(ours), median(theirs)];
  const ratio = (a / b).toFixed(2);
  console.log(
    `${c.name.padEnd(40)} ${a.toFixed(2)} s   mlir-opt ${b.toFixed(2)} s   ×${ratio} (aim ${c.aim})`,
  );
}

function printPrimitives(largest: number): void {
  console.log(
    `${"ns per operation".padEnd(20)}${sizes
      .filter((n) => n <= largest)
      .map((n) => String(n).padStart(10))
      .join("")}`,
  );
  for (const { name, nanoseconds } of measurePrimitives(largest)) {
    const cells = nanoseconds.map((t) => t.toFixed(0).padStart(10)).join("");
    console.log(`${name.padEnd(20)}${cells}`);
  }
}

const { values } = parseArgs({
  options: {
    ops: { type: "string", default: "100000" },
    runs: { type: "string", default: "5" },
    largest: { type: "string", default: "1000000" },
    primitives: { type: "boolean", default: false },
  },
});
if (!values.primitives) {
  const folder = mkdtempSync(join(tmpdir(), "strata-bench-"));
  try {
    const file = join(folder, "arith.mlir");
    const empty = join(folder, "empty.mlir");
    writeFileSync(file, arithFunction(Number(values.ops)));
    writeFileSync(empty, "module {\n}\n");
    const runs = Number(values.runs);
    compare({ name: "start-up, empty module", file: empty, flags: [], aim: "0.12 s" }, runs);
    compare({ name: `parse, verify, print ${values.ops}`, file, flags: [], aim: "1.2" }, runs);
    const flags = ["--canonicalize", "--cse"];
    compare({ name: `with canonicalize, cse ${values.ops}`, file, flags, aim: "1.0" }, runs);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
printPrimitives(Number(values.largest));
