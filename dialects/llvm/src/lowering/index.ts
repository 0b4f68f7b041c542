/** What lowerings to the LLVM dialect share. */
export * from "./build.ts";
export * from "./elementwise.ts";
export * from "./insert-one.ts";
export * from "./loop.ts";
export * from "./memref-view.ts";
export * from "./narrow-floats.ts";
export * from "./patterns.ts";
export * from "./type-converter.ts";
