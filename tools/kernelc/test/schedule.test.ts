/** `--print-schedule` and `--schedule`. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { kernelc, makeFolder, removeFolders } from "./capture.ts";

const folder = makeFolder();
const kernel = join(folder, "twice.kernel.ts");
writeFileSync(
  kernel,
  `import { map, type Dim, type f32, type Tensor } from "@strata/kernel";
export function twice<n extends Dim>(x: Tensor<f32, [n]>): Tensor<f32, [n]> { return map(x, (v) => 2 * v); }
`,
);
afterAll(removeFolders);

const write = (name: string, text: string): string => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};

const printed = join(folder, "printed.mlir");
await kernelc(["build", kernel, "--emit", "vector", "--print-schedule", "-o", printed]);
const own = readFileSync(printed, "utf8");

describe("a schedule", () => {
  it("is printed, and gives the same code when it is given back", async () => {
    expect(own).toContain("transform.named_sequence @__transform_main");
    const as = async (...more: string[]): Promise<string> =>
      (await kernelc(["build", kernel, "--emit", "vector", ...more])).stdout;
    expect(await as("--schedule", printed)).toBe(await as());
  });

  it("changes the code when it is edited, and is named in reports", async () => {
    const wider = write("wider.mlir", own.replace("lanes = 4", "lanes = 16"));
    const { stdout } = await kernelc(["build", kernel, "--emit", "vector", "--schedule", wider]);
    expect(stdout).toContain("vector<16xf32>");
    const run = await kernelc(["run", kernel, "--in", "x=[1,2,3]", "--schedule", wider, "--json"]);
    const report: unknown = JSON.parse(run.stdout);
    expect(report).toMatchObject({ results: [{ value: [2, 4, 6] }] });
    expect(report).not.toMatchObject({ schedule: "default" });
  });

  it.each([
    [
      "that does not fit",
      own.replace(/jam = array<i64: 1>/, "jam = array<i64: 1, 1>"),
      1,
      "transform.schedule-fit",
    ],
    ["that is no IR", "hello", 1, "parse."],
    ["without a beginning", "module {}", 1, "transform.no-main"],
  ])("%s is refused", async (_what, text, status, code) => {
    const path = write("refused.mlir", text);
    const outcome = await kernelc(["build", kernel, "--emit", "vector", "--schedule", path]);
    expect(outcome.status).toBe(status);
    expect(outcome.stderr).toContain(`error[${code}`);
    expect(outcome.stdout).toBe("");
  });

  it("is refused above the level it is for", async () => {
    const { status, stderr } = await kernelc(["build", kernel, "-e", "loop", "--print-schedule"]);
    expect(status).toBe(2);
    expect(stderr).toContain("error[cli.schedule]");
  });

  it("is refused by devices without vectors", async () => {
    const args = ["run", kernel, "--in", "x=[1]", "--schedule", printed, "-d", "interpreter"];
    const { status, stderr } = await kernelc(args);
    expect(status).toBe(1);
    expect(stderr).toContain("error[schedule.device]");
  });
});
