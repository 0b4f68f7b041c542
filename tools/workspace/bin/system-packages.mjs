/**
 * The system tools that some tests call. They come as Debian packages; elsewhere those tests are left out.
 */
import { spawnSync } from "node:child_process";
import { accessSync, constants, existsSync, readFileSync } from "node:fs";
import { delimiter, join } from "node:path";

/**
 * Each tool or library that tests call, the Debian package that has it (`with` what it only recommends), and what is
 * not tested without it.
 */
export const SYSTEM_TOOLS = [
  { command: "mlir-opt-22", package: "mlir-22-tools", tests: "what mlir-opt makes of our IR" },
  {
    command: "mlir-translate-22",
    package: "mlir-22-tools",
    tests: "that upstream translates our LLVM dialect",
  },
  { command: "llvm-as-22", package: "llvm-22", tests: "that LLVM reads our LLVM IR" },
  { command: "opt-22", package: "llvm-22", tests: "that LLVM's verifier accepts our LLVM IR" },
  {
    library: "libLLVM.so.22.1",
    package: "libllvm22",
    tests: "native code: device llvm, build --emit",
  },
  { library: "libomp.so.5", package: "libomp5", tests: "native code on several threads" },
  {
    library: "libOpenCL.so.1",
    package: "ocl-icd-libopencl1",
    tests: "device opencl",
  },
  {
    library: "libpocl.so.2",
    package: "pocl-opencl-icd",
    tests: "device opencl: every kernel, on the processor",
  },
  {
    command: "oclgrind",
    package: "oclgrind",
    tests: "device opencl: that kernels have no races and stay inside of buffers",
  },
  {
    command: "llvm-config-14",
    package: "llvm-14",
    with: ["llvm-14-dev", "cmake", "g++", "zlib1g-dev"],
    tests: "modules built through llvm-bindings",
  },
  { command: "gcc", package: "gcc", tests: "that C programs call compiled kernels" },
  {
    command: "aarch64-linux-gnu-gcc",
    package: "gcc-aarch64-linux-gnu",
    with: ["libc6-dev-arm64-cross"],
    tests: "that objects for ARM link",
  },
  { command: "qemu-aarch64", package: "qemu-user", tests: "that objects for ARM run" },
];

/** The tools that are not on PATH, and the libraries that the linker does not know; each with a name. */
export function findMissingTools() {
  const libraries = knownLibraries();
  return SYSTEM_TOOLS.filter(({ command, library }) =>
    command === undefined ? !libraries.includes(library) : !isOnPath(command),
  ).map((tool) => ({ ...tool, name: tool.command ?? tool.library }));
}

/** What the system's linker finds by name. */
function knownLibraries() {
  const { stdout } = spawnSync("/sbin/ldconfig", ["-p"], { encoding: "utf8" });
  return (stdout ?? "").split("\n").map((line) => line.trim().split(" ", 1)[0]);
}

/** Why Debian packages cannot be installed here, or undefined if they can. */
export function whyNotInstallable() {
  if (process.platform !== "linux" || !isDebian()) return "this is not Debian";
  if (process.getuid() !== 0) return "installing Debian packages needs root";
  return undefined;
}

/** Installs the Debian packages of the given tools; returns whether apt-get succeeded. */
export function installTools(tools) {
  const packages = [...new Set(tools.flatMap((tool) => [tool.package, ...(tool.with ?? [])]))];
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
