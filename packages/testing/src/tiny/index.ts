/** A tiny dialect with folds, an evaluator and random programs. */
export * from "./dialect.ts";
export { evaluate } from "./evaluate.ts";
export { tinyPrograms } from "./programs.ts";
