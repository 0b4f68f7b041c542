/** What can be known of a program without running it. */
export * from "./constants.ts";
export * from "./dense-backward.ts";
export * from "./dense-forward.ts";
export * from "./integer-ranges.ts";
export * from "./lattice.ts";
export * from "./liveness.ts";
export * from "./needed.ts";
export * from "./region-flow.ts";
export * from "./sparse-backward.ts";
export * from "./sparse-forward.ts";
export * from "./alias.ts";
export * from "./call-graph.ts";
export * from "./effects.ts";
export * from "./affine-access.ts";
export * from "./dependence.ts";
