/** Functions of floats and integers beyond arithmetic, named and written as MLIR's `math`. */
export { math } from "./dialect.ts";
export { erf, erfc } from "./error-function.ts";
export { fmaF64, fmaOf } from "./fma.ts";
export { clamp, copySign, power, roundAway, roundEven } from "./functions.ts";
export * from "./ops.ts";
