/**
 * What Strata can work with, and how each is looked for.
 *
 * Invariants: a check looks and changes nothing; what it finds names a version where the engine
 * tells one; what it misses names what to install.
 */
import { spawnSync } from "node:child_process";

/** What a check found. */
export type Finding =
  | { readonly found: true; readonly version: string; readonly where: string }
  | { readonly found: false; readonly reason: string; readonly hint: string };

/** One engine or tool. */
export interface Check {
  readonly name: string;
  /** What it is for. */
  readonly use: string;
  readonly look: () => Promise<Finding>;
}

const present = (version: string, where: string): Finding => ({ found: true, version, where });
const absent = (reason: string, hint: string): Finding => ({ found: false, reason, hint });

/** The first command that starts, with what it says about its version. */
function command(names: readonly string[], pattern: RegExp, hint: string): Finding {
  for (const name of names) {
    const { status, stdout, stderr } = spawnSync(name, ["--version"], {
      encoding: "utf8",
      timeout: 10_000,
    });
    if (status !== 0) continue;
    const text = `${stdout}${stderr}`;
    return present(pattern.exec(text)?.[1] ?? text.split("\n", 1)[0]!.trim(), name);
  }
  return absent(`${names[0]} is not on PATH`, hint);
}

async function lookForLLVM(): Promise<Finding> {
  const { findLLVM, INSTALL_LLVM, missingMessage } = await import("@strata/backend-llvm/native");
  const search = findLLVM();
  if (search.llvm !== undefined) return present(search.llvm.version, search.llvm.path);
  return absent(missingMessage(search.found), INSTALL_LLVM);
}

async function lookForOpenMP(): Promise<Finding> {
  const { findOpenMP, INSTALL_OPENMP, openMPMissingMessage } =
    await import("@strata/backend-llvm/native");
  const search = findOpenMP();
  if (search.openmp === undefined) {
    return absent(openMPMissingMessage(search.found), INSTALL_OPENMP);
  }
  const { maxThreads, path } = search.openmp;
  return present(`${maxThreads} ${maxThreads === 1 ? "thread" : "threads"}`, path);
}

/** `CL_PLATFORM_VERSION` and `CL_PLATFORM_NAME`. */
const PLATFORM = { version: 0x0901, name: 0x0902 } as const;

async function lookForOpenCL(): Promise<Finding> {
  const hint = "install an OpenCL driver (Debian: `apt-get install pocl-opencl-icd`)";
  const { tryLoadLibrary } = await import("@strata/runtime/native");
  for (const path of ["libOpenCL.so.1", "/System/Library/Frameworks/OpenCL.framework/OpenCL"]) {
    const loaded = tryLoadLibrary(path);
    if ("problem" in loaded) continue;
    const { platforms, info } = loaded.library.bind({
      platforms: ["clGetPlatformIDs", "int", ["uint", "void *", "void *"]],
      info: ["clGetPlatformInfo", "int", ["void *", "uint", "size_t", "void *", "void *"]],
    });
    const ids = new BigUint64Array(new ArrayBuffer(8 * 16));
    const count = new Uint32Array(new ArrayBuffer(4));
    if (platforms(16, ids, count) !== 0 || count[0] === 0) {
      return absent("OpenCL is installed, but no driver for it", hint);
    }
    const text = (id: bigint, what: number): string => {
      const bytes = new Uint8Array(256);
      info(id, what, bytes.length, bytes, null);
      return new TextDecoder().decode(bytes.subarray(0, bytes.indexOf(0)));
    };
    const all = [...ids.subarray(0, Math.min(16, count[0] ?? 0))];
    const versions = all.map((id) => `${text(id, PLATFORM.name)} (${text(id, PLATFORM.version)})`);
    return present(versions.join(", "), path);
  }
  return absent("libOpenCL was not found", hint);
}

async function lookForCuda(): Promise<Finding> {
  const hint = "install NVIDIA's driver; only machines with such a GPU have a use for it";
  const { tryLoadLibrary } = await import("@strata/runtime/native");
  const loaded = tryLoadLibrary("libcuda.so.1");
  if ("problem" in loaded) return absent("libcuda was not found", hint);
  const version = new Int32Array(new ArrayBuffer(4));
  const read = loaded.library.tryBind(["cuDriverGetVersion", "int", ["void *"]]);
  if (read === undefined || read(version) !== 0) return absent("libcuda does not answer", hint);
  const driver = version[0] ?? 0;
  const text = `driver for CUDA ${Math.floor(driver / 1000)}.${Math.floor((driver % 1000) / 10)}`;
  return present(text, "libcuda.so.1");
}

/** Everything that is looked for. */
export const checks: readonly Check[] = [
  {
    name: "Node",
    use: "runs everything",
    look: async () => present(process.versions.node, process.execPath),
  },
  { name: "LLVM", use: "device llvm; build --emit bc, asm, obj, so", look: lookForLLVM },
  { name: "OpenMP", use: "threads on device llvm", look: lookForOpenMP },
  { name: "OpenCL", use: "device opencl", look: lookForOpenCL },
  { name: "CUDA", use: "device cuda", look: lookForCuda },
  {
    name: "Chromium",
    use: "tests of WebAssembly in a browser",
    look: async () =>
      command(
        ["chromium", "chromium-browser", "google-chrome"],
        /(\d+(?:\.\d+)+)/,
        "install Chromium (Debian: `apt-get install chromium`)",
      ),
  },
  {
    name: "mlir-opt",
    use: "tests of the textual form against MLIR",
    look: async () =>
      command(
        [process.env["MLIR_OPT"] ?? "mlir-opt-22", "mlir-opt"],
        /version (\d+(?:\.\d+)+)/,
        "install MLIR's tools (Debian: `apt-get install mlir-22-tools`)",
      ),
  },
  {
    name: "ld",
    use: "build --emit so",
    look: async () => command(["ld", "ld.lld"], /(\d+\.\d+[.\d]*)/, "install binutils or lld"),
  },
];
