/** The reference interpreter: values, storage, the interface of operations, the machine. */
export * from "./attribute-values.ts";
export * from "./combine.ts";
export * from "./element-store.ts";
export * from "./elementwise.ts";
export { erf, erfc } from "./error-function.ts";
export * from "./float-functions.ts";
export * from "./fma.ts";
export * from "./interface.ts";
export { type ExternalFunction, Interpreter, type InterpreterOptions } from "./interpreter.ts";
export * from "./rounding.ts";
export * from "./uninitialized.ts";
export * from "./value.ts";
