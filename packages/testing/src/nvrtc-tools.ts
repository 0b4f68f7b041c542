/**
 * NVRTC for tests: compiles CUDA C++ where there is no GPU.
 *
 * It is what STRATA_NVRTC names, or the copy that `npm test` fetches into `.cache/nvrtc`. Where there is
 * none, tests that need it are left out, except in CI (`CI` set): there they fail.
 */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";

const folder = join(import.meta.dirname, "../../../.cache/nvrtc/nvidia/cu13/lib");

function find(): string | undefined {
  const given = process.env["STRATA_NVRTC"];
  if (given !== undefined) return given;
  if (!existsSync(folder)) return undefined;
  const name = readdirSync(folder).find((n) => /^libnvrtc\.so\.\d+$/.test(n));
  return name === undefined ? undefined : join(folder, name);
}

const path = find();
if (path !== undefined) process.env["STRATA_NVRTC"] = path;

/** For `describe.skipIf`: there is no NVRTC and this is not CI. */
export const skipNvrtc: boolean = path === undefined && process.env["CI"] === undefined;
