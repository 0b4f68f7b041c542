/**
 * Finding LLVM's shared library.
 *
 * Invariants: what STRATA_LLVM names is the only candidate where it is set; else the preferred
 * version comes first, then newer ones, then older ones down to the oldest that is accepted;
 * libraries whose name says that they are too old are told of but never loaded.
 */
import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { tryLoadLibrary, type NativeLibrary } from "@strata/runtime/native";
import { llvmFunctions, type LLVMFunctions } from "./api.ts";
import { llvmMissing } from "./errors.ts";

/** The version that is tested most. */
export const PREFERRED_MAJOR = 22;
/** The oldest version that is used. */
export const OLDEST_MAJOR = 19;
/** The newest major version whose names are tried where no folder tells. */
const NEWEST_MAJOR = 26;

/** LLVM, loaded. */
export interface LLVM {
  /** `22.1.8`. */
  readonly version: string;
  readonly path: string;
  readonly functions: LLVMFunctions;
}

/** A library, or why there is none; `found` has one line for each that cannot be used. */
export type LLVMSearch =
  | { readonly llvm: LLVM }
  | { readonly llvm: undefined; readonly found: readonly string[] };

type Environment = Readonly<Record<string, string | undefined>>;

const FOLDERS = [
  "/usr/lib",
  "/usr/lib64",
  "/usr/lib/x86_64-linux-gnu",
  "/usr/lib/aarch64-linux-gnu",
  "/usr/local/lib",
  "/opt/homebrew/opt/llvm/lib",
  "/usr/local/opt/llvm/lib",
];

const NAME = /^libLLVM(?:-(\d+)|\.so\.(\d+)|)(?:[.\d]*)(?:\.so|\.dylib)?[.\d]*$/;

/** The major version that a file's name tells. */
function majorOf(name: string): number | undefined {
  const [, dashed, dotted] = NAME.exec(name) ?? [];
  const text = dashed ?? dotted;
  return text === undefined ? undefined : Number(text);
}

function listFolder(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

interface Candidate {
  readonly path: string;
  readonly major: number | undefined;
}

/** Libraries in the usual folders, and names that the system's linker may know. */
function candidates(): Candidate[] {
  const versioned = listFolder("/usr/lib").filter((n) => /^llvm-\d+$/.test(n));
  const folders = [...versioned.map((n) => join("/usr/lib", n, "lib")), ...FOLDERS];
  const files = folders.flatMap((folder) =>
    listFolder(folder)
      .filter((name) => NAME.test(name))
      .map((name) => ({ path: join(folder, name), major: majorOf(name) })),
  );
  const names: Candidate[] = [];
  for (let major = OLDEST_MAJOR; major <= NEWEST_MAJOR; major++) {
    names.push({ path: `libLLVM.so.${major}.1`, major }, { path: `libLLVM-${major}.so`, major });
  }
  const known = [...files.filter(({ major }) => major !== undefined), ...names];
  return known.toSorted((a, b) => rank(a) - rank(b));
}

/** Preferred first, then newer ones, then older ones, newest first. */
function rank({ major = 0 }: Candidate): number {
  if (major === PREFERRED_MAJOR) return 0;
  return major > PREFERRED_MAJOR ? major : 1000 - major;
}

/** The library that STRATA_LLVM names: itself, or one in the folder that it is. */
function namedCandidates(named: string): Candidate[] {
  if (!existsSync(named) || !statSync(named).isDirectory()) {
    return [{ path: named, major: undefined }];
  }
  const inside = [named, join(named, "lib")].flatMap((folder) =>
    listFolder(folder)
      .filter((name) => NAME.test(name))
      .map((name) => ({ path: join(folder, name), major: majorOf(name) })),
  );
  return inside.length === 0 ? [{ path: named, major: undefined }] : inside;
}

function readVersion(library: NativeLibrary): readonly [number, number, number] | undefined {
  const getVersion = library.tryBind(llvmFunctions.getVersion);
  if (getVersion === undefined) return undefined;
  const parts = new Uint32Array(new ArrayBuffer(12));
  getVersion(parts.subarray(0, 1), parts.subarray(1, 2), parts.subarray(2, 3));
  return [parts[0]!, parts[1]!, parts[2]!];
}

/** Looks for LLVM anew. */
export function searchLLVM(environment: Environment): LLVMSearch {
  const named = environment["STRATA_LLVM"];
  const explicit = named !== undefined && named !== "";
  const found: string[] = [];
  const tooOld = new Set<number>();
  for (const { path, major } of explicit ? namedCandidates(named) : candidates()) {
    if (major !== undefined && major < OLDEST_MAJOR) {
      if (!tooOld.has(major)) found.push(`${path} is LLVM ${major}, older than ${OLDEST_MAJOR}`);
      tooOld.add(major);
      continue;
    }
    const loaded = tryLoadLibrary(path);
    if ("problem" in loaded) {
      if (explicit || existsSync(path)) found.push(`${path}: ${loaded.problem}`);
      continue;
    }
    const version = readVersion(loaded.library);
    if (version === undefined) {
      found.push(`${path} is no LLVM of version 16 or newer`);
      continue;
    }
    if (version[0] < OLDEST_MAJOR) {
      found.push(`${path} is LLVM ${version.join(".")}, older than ${OLDEST_MAJOR}`);
      continue;
    }
    try {
      const functions = loaded.library.bind(llvmFunctions);
      return { llvm: { version: version.join("."), path, functions } };
    } catch (error) {
      found.push(`${path}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return { llvm: undefined, found };
}

let searched: LLVMSearch | undefined;

/** LLVM of this machine, or what was found instead; looked for once. */
export function findLLVM(): LLVMSearch {
  return (searched ??= searchLLVM(process.env));
}

/** LLVM of this machine; a diagnostic that says what to install where it is missing. */
export function expectLLVM(): LLVM {
  const search = findLLVM();
  if (search.llvm === undefined) throw llvmMissing(search.found);
  return search.llvm;
}
