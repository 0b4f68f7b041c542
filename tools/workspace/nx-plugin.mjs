/**
 * Gives every package of the workspace the same nx targets, so that no package spells them out.
 *
 * `typecheck` runs alone: two `tsc -b` at once would write the same declarations of what both depend on.
 */
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";

const PACKAGES = "{packages/*,dialects/*,tools/*,test}/package.json";

/** Files outside a package on which its results depend. */
const SHARED = ["pnpm-lock.yaml", "tsconfig.base.json", "tsconfig.src.json", "tsconfig.test.json"];
const shared = (...files) => [...SHARED, ...files].map((file) => `{workspaceRoot}/${file}`);

/** The system tools that tests call when they are there. */
const SYSTEM_TOOLS = "mlir-opt-22 --version; llvm-as-22 --version; true";

function targetsOf(root, workspaceRoot) {
  const target = (command, inputs, more = {}) => ({
    executor: "nx:run-commands",
    options: { command, cwd: "{workspaceRoot}" },
    cache: true,
    inputs: ["default", ...inputs],
    ...more,
  });
  const report = `${root}/.cache/test-report.json`;
  const targets = {
    typecheck: target(`tsc -b ${root}`, ["^default", ...shared()], { parallelism: false }),
    test: target(
      `vitest run --dir ${root} --reporter=default --reporter=json --outputFile=${report}`,
      [
        "^default",
        ...shared("vitest.config.ts", "kernelc"),
        { runtime: SYSTEM_TOOLS },
        { env: "STRATA_CI" },
      ],
      { outputs: [`{workspaceRoot}/${report}`] },
    ),
    lint: target(
      `oxlint ${root} && oxfmt --check ${root}`,
      shared(".oxlintrc.json", ".oxfmtrc.json"),
    ),
  };
  const bench = `${root}/src/main.ts`;
  if (root === "tools/bench" && existsSync(join(workspaceRoot, bench))) {
    targets.bench = target(`node ${bench}`, ["^default", ...shared()]);
  }
  return targets;
}

export const name = "strata-workspace";

export const createNodesV2 = [
  PACKAGES,
  (files, _options, { workspaceRoot }) =>
    files.map((file) => {
      const root = dirname(file);
      return [file, { projects: { [root]: { root, targets: targetsOf(root, workspaceRoot) } } }];
    }),
];
