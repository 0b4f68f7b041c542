/** Operations of the tensor dialect: immutable arrays, named and written as MLIR's. */
export {
  Bitcast,
  Cast,
  Dim,
  Empty,
  Extract,
  FromElements,
  Generate,
  Insert,
  isCastable,
  Rank,
  Splat,
  Yield,
} from "./ops/elements.ts";
export * from "./ops/reshape.ts";
export * from "./ops/slices.ts";
