/** Structured control flow: loops and conditions as operations with regions. */
export * from "./build.ts";
export { scf } from "./dialect.ts";
export * from "./ops.ts";
