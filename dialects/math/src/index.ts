/** Functions of floats and integers beyond arithmetic, named and written as MLIR's `math`. */
export { mathRules } from "./canonicalize.ts";
export { math } from "./dialect.ts";
export * from "./ops.ts";
export {
  clamp,
  copySign,
  erf,
  erfc,
  fmaF64,
  fmaOf,
  power,
  roundAway,
  roundEven,
} from "@strata/interpret";
