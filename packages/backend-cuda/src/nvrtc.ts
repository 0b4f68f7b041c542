/**
 * NVRTC: CUDA C++ to machine code, in process.
 *
 * Invariants: the library is looked for once; compiling needs neither a driver nor a GPU; floating
 * point is as the text says: nothing is fused, divisions and roots are rounded correctly, subnormal
 * numbers stay.
 */
import { existsSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import type { LineOrigin } from "@strata/emit-c";
import { addressOf, type NativeLibrary, tryLoadLibrary } from "@strata/runtime/native";
import type { DiagnosticNote } from "@strata/support";
import { compileFailed, noNvrtc } from "./errors.ts";

const handle = "void *";

const functions = {
  version: ["nvrtcVersion", "int", [handle, handle]],
  createProgram: ["nvrtcCreateProgram", "int", [handle, "str", "str", "int", handle, handle]],
  compileProgram: ["nvrtcCompileProgram", "int", [handle, "int", handle]],
  getCubinSize: ["nvrtcGetCUBINSize", "int", [handle, handle]],
  getCubin: ["nvrtcGetCUBIN", "int", [handle, handle]],
  getPtxSize: ["nvrtcGetPTXSize", "int", [handle, handle]],
  getPtx: ["nvrtcGetPTX", "int", [handle, handle]],
  getLogSize: ["nvrtcGetProgramLogSize", "int", [handle, handle]],
  getLog: ["nvrtcGetProgramLog", "int", [handle, handle]],
  destroyProgram: ["nvrtcDestroyProgram", "int", [handle]],
} as const;

type NvrtcApi = ReturnType<typeof bind>;

function bind(library: NativeLibrary) {
  return library.bind(functions);
}

/** The compiler. */
export interface Nvrtc {
  readonly api: NvrtcApi;
  /** `13.0`. */
  readonly version: string;
  readonly path: string;
}

/** The compiler, or where it was looked for. */
export type NvrtcSearch = { readonly nvrtc: Nvrtc } | { readonly tried: readonly string[] };

let found: NvrtcSearch | undefined;

/** Finds the compiler, once. */
export function findNvrtc(): NvrtcSearch {
  found ??= search();
  return found;
}

/** The compiler; a diagnostic with what to install when there is none. */
export function expectNvrtc(): Nvrtc {
  const search = findNvrtc();
  if ("nvrtc" in search) return search.nvrtc;
  throw noNvrtc(search.tried);
}

const named = [13, 12, 11].map((v) => `libnvrtc.so.${v}`);

/** Folders that hold NVIDIA's libraries where the linker does not look. */
function folders(): string[] {
  const toolkit = process.env["CUDA_PATH"] ?? process.env["CUDA_HOME"] ?? "/usr/local/cuda";
  const python = (process.env["PYTHONPATH"] ?? "").split(":").filter((p) => p !== "");
  const wheels = [...python, ...sitePackages()].flatMap((site) => [
    join(site, "nvidia/cu13/lib"),
    join(site, "nvidia/cuda_nvrtc/lib"),
  ]);
  return [join(toolkit, "lib64"), join(toolkit, "targets/x86_64-linux/lib"), ...wheels];
}

/** Where Python packages lie: of virtual environments and of the system. */
function sitePackages(): string[] {
  const roots = [process.env["VIRTUAL_ENV"], "/usr/local", "/usr"].filter((r) => r !== undefined);
  return roots.flatMap((root) => {
    const lib = join(root, "lib");
    if (!existsSync(lib)) return [];
    return readdirSync(lib).flatMap((name) => {
      if (!name.startsWith("python3")) return [];
      return [join(lib, name, "site-packages"), join(lib, name, "dist-packages")];
    });
  });
}

function search(): NvrtcSearch {
  const own = process.env["STRATA_NVRTC"];
  const windows = process.platform === "win32" ? ["nvrtc64_130_0.dll", "nvrtc64_120_0.dll"] : [];
  const inFolders = folders().flatMap((f) => named.map((n) => join(f, n)).filter(existsSync));
  const candidates = [...(own === undefined ? [] : [own]), ...windows, ...inFolders, ...named];
  for (const path of [...candidates, "libnvrtc.so"]) {
    loadBuiltins(path);
    const loaded = tryLoadLibrary(path);
    if (!("library" in loaded)) continue;
    const api = bind(loaded.library);
    const [major, minor] = [new Int32Array(1), new Int32Array(1)];
    api.version(major, minor);
    return { nvrtc: { api, version: `${major[0]}.${minor[0]}`, path } };
  }
  return { tried: [...(own === undefined ? [] : [own]), ...named] };
}

/** Loads what NVRTC itself opens by name, from beside it: the linker need not know the folder. */
function loadBuiltins(path: string): void {
  const folder = dirname(path);
  if (folder === "." || !existsSync(folder)) return;
  for (const name of readdirSync(folder)) {
    if (/^libnvrtc-builtins\.so\.[\d.]+$/.test(name)) tryLoadLibrary(join(folder, name));
  }
}

/** Options that keep numbers what the IR says. */
export const exactOptions: readonly string[] = [
  "--fmad=false",
  "--prec-div=true",
  "--prec-sqrt=true",
  "--ftz=false",
  "--std=c++17",
];

/** How a program is compiled. */
export interface CompileOptions {
  readonly architecture: string;
  readonly name: string;
  readonly to: "cubin" | "ptx";
  /** Options of NVRTC besides the architecture; `exactOptions` unless told otherwise. */
  readonly flags?: readonly string[];
}

/** Compiles to machine code (`sm_90`) or to PTX (`compute_90`). */
export function compileCuda(
  { api }: Nvrtc,
  source: string,
  options: CompileOptions,
  origins: readonly (LineOrigin | undefined)[] = [],
): Uint8Array {
  const program = new BigUint64Array(1);
  api.createProgram(program, source, `${options.name}.cu`, 0, null, null);
  const made = program[0]!;
  try {
    const { architecture, flags = exactOptions } = options;
    const texts = [`--gpu-architecture=${architecture}`, ...flags].map((o) =>
      new TextEncoder().encode(`${o}\0`),
    );
    const status = withPointers(texts, (list) => api.compileProgram(made, texts.length, list));
    if (status !== 0) throw compileFailed(explainLog(logOf(api, made), origins));
    const [getSize, get] =
      options.to === "cubin" ? [api.getCubinSize, api.getCubin] : [api.getPtxSize, api.getPtx];
    const size = new BigUint64Array(1);
    getSize(made, size);
    const bytes = new Uint8Array(Number(size[0]));
    get(made, bytes);
    return bytes;
  } finally {
    api.destroyProgram(program);
  }
}

function logOf(api: NvrtcApi, program: bigint): string {
  const size = new BigUint64Array(1);
  api.getLogSize(program, size);
  const bytes = new Uint8Array(Number(size[0]));
  api.getLog(program, bytes);
  return new TextDecoder().decode(bytes).replace(/\0[^]*$/, "");
}

/** Lines of a log that name a line of the program, with the place of the kernel behind it. */
export function explainLog(
  log: string,
  origins: readonly (LineOrigin | undefined)[],
): DiagnosticNote[] {
  const notes = log
    .split("\n")
    .filter((line) => /error|warning/i.test(line))
    .slice(0, 8)
    .map((line): DiagnosticNote => {
      const number = /\((\d+)\)/.exec(line)?.[1];
      const origin = number === undefined ? undefined : origins[Number(number) - 1];
      const span = origin && { file: origin.file, start: origin.offset, end: origin.offset };
      return { message: line.trim(), ...(span === undefined ? {} : { span }) };
    });
  return notes.length > 0 ? notes : [{ message: log.trim().slice(0, 2000) || "it left no log" }];
}

function withPointers<T>(texts: readonly Uint8Array[], run: (list: BigUint64Array) => T): T {
  const list = new BigUint64Array(texts.map((t) => addressOf(t)));
  const result = run(list);
  // The texts are named here so that they live until now.
  if (texts.length < 0) throw new RangeError("no options");
  return result;
}
