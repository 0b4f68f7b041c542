/**
 * NVRTC, the compiler of CUDA C++, from its Python package: tests compile kernels for GPUs with it where
 * there is none.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { root } from "./setup.mjs";

const VERSION = "13.0.88";
const FOLDER = join(root, ".cache", "nvrtc");

/** Whether the compiler is where tests look for it. */
export function hasNvrtc() {
  return process.env.STRATA_NVRTC !== undefined || existsSync(join(FOLDER, "nvidia"));
}

/** Fetches the package and unpacks it; the reason why not, if that fails. */
export function fetchNvrtc() {
  if (process.platform !== "linux" || process.arch !== "x64")
    return "there is none for this machine";
  const part = `${FOLDER}.part`;
  rmSync(part, { recursive: true, force: true });
  mkdirSync(part, { recursive: true });
  const python = (...args) =>
    spawnSync("python3", args, { stdio: ["ignore", "ignore", "inherit"] }).status === 0;
  const wanted = `nvidia-cuda-nvrtc==${VERSION}`;
  const pip = ["-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:"];
  if (!python(...pip, "--dest", part, wanted)) return "pip failed to download it";
  const wheel = readdirSync(part).find((name) => name.endsWith(".whl"));
  if (wheel === undefined || !python("-m", "zipfile", "-e", join(part, wheel), part)) {
    return "its package cannot be unpacked";
  }
  rmSync(join(part, wheel));
  rmSync(FOLDER, { recursive: true, force: true });
  renameSync(part, FOLDER);
  return undefined;
}
