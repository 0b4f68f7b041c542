/** `docs/levels.md` shows what the compiler makes today; `npx vitest run test/docs -u` writes it. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";

const root = resolve(import.meta.dirname, "../..");
const kernel = "docs/examples/smooth.kernel.ts";

/** What is shown, in order: how it is asked for, its language, what to look at. */
const levels: readonly (readonly [emit: string, language: string, text: string])[] = [
  [
    "pattern",
    "mlir",
    "Values, no memory: one stencil with its boundary. Producers are fused into consumers here.",
  ],
  [
    "loop",
    "mlir",
    "Loops over buffers. The result is a parameter; the interior needs no test of its indices, the " +
      "border is done apart.",
  ],
  [
    "vector",
    "mlir",
    "The interior in vectors of 128 bits, four at a time, then one, then scalars.",
  ],
  [
    "gpu",
    "mlir",
    "The host's function launches a kernel; interior and border share the launch, which a block's " +
      "number tells apart.",
  ],
  ["llvm-dialect", "mlir", "Pointers and branches, for a processor with vectors of 256 bits."],
  ["ll", "llvm", "The same as LLVM IR."],
  ["opencl", "c", "The kernel of the gpu level as OpenCL C."],
  ["cuda", "cuda", "The same as CUDA C++."],
];

function build(...args: readonly string[]): string {
  const command = ["build", kernel, "--shape", "n=1024", ...args];
  return execFileSync(join(root, "kernelc"), command, { cwd: root, encoding: "utf8" });
}

test("the page of levels is up to date", async () => {
  const source = readFileSync(join(root, kernel), "utf8");
  const parts = [
    "# One kernel at every level",
    "",
    "This page is made by a test from what `kernelc build` prints, for a signal of 1024 samples:",
    "",
    "```sh",
    `./kernelc build ${kernel} --shape n=1024 --emit pattern   # or any level below`,
    "```",
    "",
    "```ts",
    source.trimEnd(),
    "```",
    "",
  ];
  for (const [emit, language, text] of levels) {
    const body = build("--emit", emit).trimEnd();
    parts.push(`## ${emit}`, "", text, "", `\`\`\`${language}`, body, "```", "");
  }
  parts.push(
    "## The schedule",
    "",
    "How the loop level becomes the vector level is a program as well; `--schedule FILE` takes an " +
      "edited one.",
    "",
    "```mlir",
    build("--emit", "vector", "--print-schedule").trimEnd(),
    "```",
    "",
  );
  await expect(parts.join("\n").replaceAll(/[ \t]+$/gm, "")).toMatchFileSnapshot(
    join(root, "docs/levels.md"),
  );
}, 120_000);
