/**
 * Finding OpenMP's runtime library, which compiled loops start threads through.
 *
 * Invariants: it is one with LLVM's entry points (`__kmpc_…`), which GCC's libgomp lacks; once
 * loaded it stays loaded, since its threads do not end before the process; what STRATA_OPENMP names
 * is the only candidate where it is set.
 */
import { existsSync, readdirSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { tryLoadLibrary, type NativeLibrary } from "@strata/runtime/native";
import { DiagnosticError, userError } from "@strata/support";

/** What to do where it is missing. */
export const INSTALL_OPENMP =
  "install LLVM's OpenMP library (Debian: `apt-get install libomp5`), or set STRATA_OPENMP to it";

/** OpenMP's runtime library, loaded. */
export interface OpenMP {
  /** What the linker is to load. */
  readonly path: string;
  /** Threads that a parallel loop has unless it is told otherwise. */
  readonly maxThreads: number;
}

/** A library, or why there is none. */
export type OpenMPSearch =
  | { readonly openmp: OpenMP }
  | { readonly openmp: undefined; readonly found: readonly string[] };

function versionedFolders(): string[] {
  try {
    const names = readdirSync("/usr/lib").filter((n) => /^llvm-\d+$/.test(n));
    const newest = names.toSorted((a, b) => Number(b.slice(5)) - Number(a.slice(5)));
    return newest.map((name) => join("/usr/lib", name, "lib"));
  } catch {
    return [];
  }
}

function candidates(named: string | undefined): readonly string[] {
  if (named !== undefined && named !== "") return [named];
  const folders = [...versionedFolders(), "/opt/homebrew/opt/libomp/lib", "/usr/local/lib"];
  const names = ["libomp.so.5", "libomp.so", "libomp.dylib"];
  const files = folders.flatMap((folder) => names.map((name) => join(folder, name)));
  return [...files.filter((path) => existsSync(path)), ...names, "libiomp5.so"];
}

function describe(library: NativeLibrary): OpenMP | undefined {
  if (!library.has("__kmpc_fork_call")) return undefined;
  const maxThreads = library.tryBind(["omp_get_max_threads", "int", []]);
  return { path: library.path, maxThreads: maxThreads?.() ?? availableParallelism() };
}

/** Looks for the library anew. */
export function searchOpenMP(
  environment: Readonly<Record<string, string | undefined>>,
): OpenMPSearch {
  const named = environment["STRATA_OPENMP"];
  const found: string[] = [];
  for (const path of candidates(named)) {
    const loaded = tryLoadLibrary(path);
    if ("problem" in loaded) {
      if (path === named || existsSync(path)) found.push(`${path}: ${loaded.problem}`);
      continue;
    }
    const openmp = describe(loaded.library);
    if (openmp !== undefined) return { openmp };
    found.push(`${path} lacks __kmpc_fork_call`);
  }
  return { openmp: undefined, found };
}

let searched: OpenMPSearch | undefined;

/** OpenMP's library of this machine; looked for once. */
export function findOpenMP(): OpenMPSearch {
  return (searched ??= searchOpenMP(process.env));
}

/** Why there is none, as a message. */
export function openMPMissingMessage(found: readonly string[]): string {
  const why = found.length === 0 ? "" : `: ${found.join("; ")}`;
  return `OpenMP's runtime library was not found${why}`;
}

/** OpenMP's library of this machine; a diagnostic that says what to install where it is missing. */
export function expectOpenMP(): OpenMP {
  const search = findOpenMP();
  if (search.openmp !== undefined) return search.openmp;
  throw new DiagnosticError(
    userError("llvm.openmp-missing", openMPMissingMessage(search.found), {
      hint: `${INSTALL_OPENMP}; one thread needs none`,
    }),
  );
}
