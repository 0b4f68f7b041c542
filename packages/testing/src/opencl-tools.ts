/**
 * OpenCL for tests: PoCL computes on the processor, Oclgrind simulates a device and tells of races and
 * of accesses outside of buffers.
 *
 * Where one is missing, tests that need it are left out, except in CI (`CI` set): there they fail.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const isCi = process.env["CI"] !== undefined;

/** For `describe.skipIf`: there is no PoCL and this is not CI. */
export const skipPocl: boolean = !existsSync("/etc/OpenCL/vendors/pocl.icd") && !isCi;

/** Oclgrind as a driver, which the OpenCL loader finds through a file that names it. */
const oclgrindDriver = "/usr/lib/oclgrind/liboclgrind-rt-icd.so";

/** For `describe.skipIf`: there is no Oclgrind and this is not CI. */
export const skipOclgrind: boolean = !existsSync(oclgrindDriver) && !isCi;

/** What a program left that ran with Oclgrind as the only OpenCL device. */
export interface OclgrindAnswer {
  readonly status: number | null;
  readonly output: string;
  /** What Oclgrind found wrong; empty if nothing. */
  readonly findings: string;
}

/** Runs a TypeScript program with Oclgrind as its only OpenCL device, watched for races. */
export function runUnderOclgrind(program: string, args: readonly string[]): OclgrindAnswer {
  const folder = mkdtempSync(join(tmpdir(), "strata-oclgrind-"));
  const [icd, log] = [join(folder, "oclgrind.icd"), join(folder, "log")];
  writeFileSync(icd, `${oclgrindDriver}\n`);
  try {
    const run = spawnSync(process.execPath, [program, ...args], {
      encoding: "utf8",
      maxBuffer: 1 << 26,
      env: {
        ...process.env,
        OCL_ICD_VENDORS: icd,
        OCLGRIND_DATA_RACES: "1",
        OCLGRIND_CHECK_API: "1",
        OCLGRIND_MAX_ERRORS: "20",
        OCLGRIND_LOG: log,
        // Its LLVM makes intrinsics of some patterns that it does not simulate.
        STRATA_OPENCL_OPTIONS: "-cl-opt-disable",
      },
    });
    const findings = existsSync(log) ? readFileSync(log, "utf8").trim() : "";
    return { status: run.status, output: `${run.stdout}${run.stderr}`, findings };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
