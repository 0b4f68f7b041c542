/** Dialect conversion. */
export { castsIn, reconcileCasts } from "./casts.ts";
export * from "./conversion-pattern.ts";
export { ConversionRewriter, type PendingCast } from "./conversion-rewriter.ts";
export * from "./convert.ts";
export * from "./target.ts";
export * from "./type-converter.ts";
