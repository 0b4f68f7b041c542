/** The pattern dialect: map, build, stencil, reduce, scan, histogram, iterate. */
export { pattern } from "./dialect.ts";
export * from "./ops.ts";
export * from "./types.ts";
