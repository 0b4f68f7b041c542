/**
 * The order inside the floor of the dialects: the one table the checks read besides the `floor:` tags.
 *
 * Every other floor has no order: packages on the same floor do not import each other.
 */

/** The floor on which the dialects stand. */
export const DIALECT_FLOOR = 5;

/** Ranks of the dialects, lowest first; a dialect's plain modules import only dialects of a lower rank. */
export const DIALECT_RANKS: readonly (readonly string[])[] = [
  ["arith", "ub"],
  ["func", "math", "cf", "tensor", "memref"],
  ["scf", "vector", "pattern"],
  ["llvm", "omp", "gpu"],
  ["transform"],
];

const ALL_DIALECTS = DIALECT_RANKS.flat();

/** What a lowering may import besides: `src/lower-to-<key>.ts` (or a folder of that name) → dialects. */
export const LOWERING_TARGETS: Readonly<Record<string, readonly string[]>> = {
  cf: ["cf"],
  gpu: ["gpu", "vector"],
  llvm: ["llvm"],
  openmp: ["omp"],
  vector: ["vector"],
  loop: ALL_DIALECTS,
};

/** What a raising may import besides: `src/raise-<key>.ts` → the dialects that it reads. */
export const RAISING_SOURCES: Readonly<Record<string, readonly string[]>> = {
  contract: ["scf"],
};

/** The key of the raising that a source file is, or undefined. */
export function tryRaisingOf(file: string): string | undefined {
  return Object.keys(RAISING_SOURCES).find((key) => file === `raise-${key}.ts`);
}

/** The rank of a dialect, or undefined if the table does not have it. */
export function tryRankOf(dialect: string): number | undefined {
  const rank = DIALECT_RANKS.findIndex((names) => names.includes(dialect));
  return rank < 0 ? undefined : rank;
}

/**
 * The target of the lowering that a source file belongs to, or undefined for a plain module.
 * `file` is relative to the package's `src`: `lower-to-llvm.ts`, `lower-to-llvm/types.ts` and
 * `lower-to-llvm-types.ts` all belong to the lowering to `llvm`.
 */
export function tryLoweringOf(file: string): string | undefined {
  if (!file.startsWith("lower-to-")) return undefined;
  const rest = file.slice("lower-to-".length);
  return Object.keys(LOWERING_TARGETS).find(
    (target) => rest.startsWith(target) && /^[./-]/.test(rest.slice(target.length)),
  );
}
