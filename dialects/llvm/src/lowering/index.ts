/** What lowerings to the LLVM dialect share. */
export * from "./build.ts";
export * from "./elementwise.ts";
export * from "./loop.ts";
export * from "./memref-view.ts";
export * from "./patterns.ts";
export * from "./type-converter.ts";
