/** Functions, calls and returns, named and written as MLIR's `func`. */
export { funcPatterns } from "./canonicalize.ts";
export { func } from "./dialect.ts";
export * from "./ops.ts";
export { parseFunction, parseSignature, printFunction, printSignature } from "./function-syntax.ts";
