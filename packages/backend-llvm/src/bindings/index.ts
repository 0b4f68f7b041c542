/** Building modules through the npm package `llvm-bindings`. */
export type { LlvmBindings } from "./api.ts";
export { bitcodeOf, compileWithBindings } from "./compile-image.ts";
export { toLlvmBindings } from "./to-llvm-bindings.ts";
