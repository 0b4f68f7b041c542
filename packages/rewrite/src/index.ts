/** Rewriting: rules, patterns, the greedy driver. */
export * from "./canonicalize.ts";
export * from "./constants.ts";
export * from "./fold.ts";
export * from "./greedy.ts";
export * from "./journal.ts";
export * from "./match.ts";
export * from "./pattern.ts";
export * from "./rewriter.ts";
export * from "./rule.ts";
export * from "./terms.ts";
export * from "./build.ts";
export * from "./worklist.ts";
export * from "./conversion/index.ts";
