/**
 * The system tools that some tests call. They come as Debian packages; elsewhere those tests are left out.
 */
import { spawnSync } from "node:child_process";
import { accessSync, constants, existsSync, readFileSync } from "node:fs";
import { delimiter, join } from "node:path";

/** Each tool that tests call, the Debian package that has it, and what is not tested without it. */
export const SYSTEM_TOOLS = [
  { command: "mlir-opt-22", package: "mlir-22-tools", tests: "what mlir-opt makes of our IR" },
  {
    command: "mlir-translate-22",
    package: "mlir-22-tools",
    tests: "that upstream translates our LLVM dialect",
  },
  { command: "llvm-as-22", package: "llvm-22", tests: "that LLVM reads our LLVM IR" },
  { command: "opt-22", package: "llvm-22", tests: "that LLVM's verifier accepts our LLVM IR" },
];

/** The tools that are not on PATH. */
export function findMissingTools() {
  return SYSTEM_TOOLS.filter(({ command }) => !isOnPath(command));
}

/** Why Debian packages cannot be installed here, or undefined if they can. */
export function whyNotInstallable() {
  if (process.platform !== "linux" || !isDebian()) return "this is not Debian";
  if (process.getuid() !== 0) return "installing Debian packages needs root";
  return undefined;
}

/** Installs the Debian packages of the given tools; returns whether apt-get succeeded. */
export function installTools(tools) {
  const packages = [...new Set(tools.map((tool) => tool.package))];
  const options = {
    stdio: ["ignore", "ignore", "inherit"],
    env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
  };
  const lock = ["-o", "DPkg::Lock::Timeout=120", "-o", "Acquire::Retries=3"];
  const apt = (...args) => spawnSync("apt-get", [...lock, ...args], options).status === 0;
  return apt("update") && apt("install", "--yes", "--no-install-recommends", ...packages);
}

function isDebian() {
  const file = "/etc/os-release";
  return existsSync(file) && /^ID=debian$/m.test(readFileSync(file, "utf8"));
}

function isOnPath(command) {
  return (process.env.PATH ?? "").split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, command), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
