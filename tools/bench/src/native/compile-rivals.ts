/**
 * The rivals: hand-written C, compiled by gcc as fast as it can, and OpenBLAS.
 *
 * Invariants: libraries of rivals are never unloaded, since threads of gcc's OpenMP wait inside of
 * them until the process ends.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { tryLoadLibrary, type NativeInterface } from "@strata/runtime/native";

const p = "void *";

/** The functions of `rivals.c`. */
const functions = {
  saxpy: ["saxpy", "void", ["float", p, p, p, "int64"]],
  squares: ["squares", "float", [p, "int64"]],
  jacobi2d: ["jacobi2d", "void", [p, p, p, "int64", "int64"]],
  heat3d: ["heat3d", "void", [p, "float", "int", p, "int64", "int64", "int64"]],
  gaussian: ["gaussian", "void", [p, p, "int64", "int64"]],
  softmax: ["softmax", "void", [p, p, "int64", "int64"]],
  blackScholes: ["black_scholes", "void", [p, p, p, "float", "float", p, p, "int64"]],
  mandelbrot: ["mandelbrot", "void", ["int", "int", "int", p]],
  hornSchunck: ["horn_schunck", "void", [p, p, "float", "int", p, p, "int64", "int64"]],
  expectation: ["expectation", "double", [p, p, p, p, p, "int64", "int64", "int64"]],
} as const;

export type Rivals = NativeInterface<typeof functions>;

/** Compiles and loads the rivals; undefined where there is no gcc. */
export function tryCompileRivals(): Rivals | undefined {
  const output = join(mkdtempSync(join(tmpdir(), "strata-rivals-")), "rivals.so");
  const flags = ["-O3", "-march=native", "-ffast-math", "-fopenmp", "-shared", "-fPIC"];
  const source = fileURLToPath(new URL("rivals.c", import.meta.url));
  const args = [...flags, "-Wl,-z,nodelete", source, "-o", output, "-lm"];
  const { status, error, stderr } = spawnSync("gcc", args, { encoding: "utf8" });
  if (error !== undefined) return undefined;
  if (status !== 0) throw new Error(`gcc refuses the rivals:\n${stderr}`);
  const loaded = tryLoadLibrary(output);
  if ("problem" in loaded) throw new Error(loaded.problem);
  return loaded.library.bind(functions);
}

const CBLAS = {
  sgemm: [
    "cblas_sgemm",
    "void",
    ["int", "int", "int", "int", "int", "int", "float", p, "int", p, "int", "float", p, "int"],
  ],
} as const;

/** OpenBLAS's product of matrices; undefined where it is not installed. */
export function tryLoadBlas(): NativeInterface<typeof CBLAS> | undefined {
  const loaded = tryLoadLibrary("libopenblas.so.0");
  return "problem" in loaded ? undefined : loaded.library.bind(CBLAS);
}
