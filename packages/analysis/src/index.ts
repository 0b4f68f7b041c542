/** What can be known of a program without running it. */
export * from "./constants.ts";
export * from "./integer-ranges.ts";
export * from "./lattice.ts";
export * from "./region-flow.ts";
export * from "./sparse-forward.ts";
