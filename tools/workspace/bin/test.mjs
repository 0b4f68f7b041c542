/**
 * `npm test`: sets up what is missing, then checks everything; `npm test -- ARGS` runs `vitest run ARGS` alone.
 *
 * The last line is `N passed, N failed, N skipped`; a check that fails counts as one failure. Where system tools
 * are missing and cannot be installed, it names the tests left out; with CI=true or STRATA_CI=1 that is a failure.
 */
import { spawn } from "node:child_process";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { ensureNode, installPackages, root, run, runMain } from "./setup.mjs";
import { fetchNvrtc, hasNvrtc } from "./nvrtc.mjs";
import { findMissingTools, installTools, whyNotInstallable } from "./system-packages.mjs";

const REPORT = join(root, ".cache", "test-report.json");

/** What is checked before the tests, in the order in which a mistake is quickest to find. */
const CHECKS = [
  {
    name: "floors: imports point down",
    command: "node",
    args: ["tools/workspace/check-floors.ts"],
  },
  {
    name: "sync: tsconfig references follow package.json",
    command: "node",
    args: ["tools/workspace/sync.ts", "--check"],
  },
  { name: "format", command: "oxfmt", args: ["--check"] },
  { name: "lint", command: "oxlint", args: ["--format=unix"] },
  { name: "types", command: "tsc", args: ["-b"] },
];

/** Sets up, runs every check even after one failed, and returns the exit code. */
async function main() {
  const isCi = ["1", "true"].some((yes) => [process.env.CI, process.env.STRATA_CI].includes(yes));
  const only = process.argv.slice(2);
  const node = ensureNode();
  const failed = [];
  if (only.length === 0) failed.push(...bringSystemTools(isCi), ...bringNvrtc(isCi));
  timed("packages", () => installPackages(node));
  // It takes minutes: the checks run beside it.
  const bindings = isCi && only.length === 0 ? startBindings(node) : undefined;
  if (only.length === 0) failed.push(...CHECKS.filter((check) => !runCheck(node, check)));
  await bindings;
  const env = isCi ? { STRATA_CI: "1", STRATA_SEED: process.env.STRATA_SEED ?? CI_SEED } : {};
  const counts = runTests(node, only, env);
  for (const { name } of failed) console.log(`failed: ${name}`);
  const failures = counts.failed + failed.length;
  console.log(`\n${counts.passed} passed, ${failures} failed, ${counts.skipped} skipped`);
  return failures === 0 && counts.status === 0 ? 0 : 1;
}

/** Seeds the random programs of CI, so that a commit passes or fails for good; raise it for new ones. */
const CI_SEED = "3";

/** Builds llvm-bindings in a process of its own; what it lacks, the tests that need it tell. */
function startBindings(node) {
  const start = Date.now();
  const child = spawn(node, [join(root, "tools/workspace/bin/llvm-bindings.mjs")], {
    stdio: "inherit",
  });
  return new Promise((done) => {
    child.on("close", () => {
      console.log(`\n== llvm-bindings\n   ${((Date.now() - start) / 1000).toFixed(1)} s`);
      done();
    });
  });
}

/** Installs missing system tools where that can be done; returns what counts as failed. */
function bringSystemTools(isCi) {
  const missing = findMissingTools();
  if (missing.length === 0) return [];
  let reason = whyNotInstallable();
  if (reason === undefined) {
    const installed = timed("Debian packages", () => installTools(missing));
    reason = installed ? "its package does not bring it" : "apt-get failed";
  }
  const left = findMissingTools();
  for (const { name, package: debian, tests } of left) {
    console.log(`left out: ${tests}: ${name} (Debian package ${debian}) is missing, and ${reason}`);
  }
  return isCi ? left.map(({ name }) => ({ name: `${name} is missing` })) : [];
}

/** Fetches the compiler of CUDA C++ where it is missing; returns what counts as failed. */
function bringNvrtc(isCi) {
  if (hasNvrtc()) return [];
  const reason = timed("NVRTC", fetchNvrtc);
  if (reason === undefined) return [];
  console.log(`left out: kernels compiled as CUDA C++: NVRTC is missing, and ${reason}`);
  return isCi ? [{ name: "NVRTC is missing" }] : [];
}

function runCheck(node, { name, command, args }) {
  return timed(name, () => run(node, command, args).status === 0);
}

function runTests(node, filters, env) {
  rmSync(REPORT, { force: true });
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${REPORT}`];
  const status = timed(
    "tests",
    () => run(node, "vitest", ["run", ...reporters, ...filters], { env }).status,
  );
  if (!existsSync(REPORT)) return { passed: 0, failed: 1, skipped: 0, status: 1 };
  const report = JSON.parse(readFileSync(REPORT, "utf8"));
  // A file that does not load has no tests to count, yet it failed.
  const broken = report.testResults.filter(
    (file) => file.status === "failed" && !file.assertionResults.some((t) => t.status === "failed"),
  );
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests + broken.length,
    skipped: report.numPendingTests + report.numTodoTests,
    status,
  };
}

/** Prints a heading, does the work, and prints how long it took. */
function timed(name, work) {
  console.log(`\n== ${name}`);
  const start = Date.now();
  const result = work();
  console.log(`   ${((Date.now() - start) / 1000).toFixed(1)} s`);
  return result;
}

await runMain(main);
