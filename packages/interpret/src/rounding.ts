/** Rounding to the float formats that the interpreter computes in. */
import type { FloatType } from "@strata/ir";
import { DiagnosticError, roundBF16, roundF16, unsupported } from "@strata/support";

const same = (x: number): number => x;

/** Whether the interpreter computes in a format: f16, bf16, f32 and f64. */
export function isNumberFormat(type: FloatType): boolean {
  return ["f16", "bf16", "f32", "f64"].includes(type.format);
}

/** Rounds a double to nearest even in a format; a diagnostic for formats that are not computed in. */
export function roundingOf(type: FloatType): (x: number) => number {
  switch (type.format) {
    case "f64":
      return same;
    case "f32":
      return Math.fround;
    case "f16":
      return roundF16;
    case "bf16":
      return roundBF16;
    default:
      throw new DiagnosticError(
        unsupported("interpret.float-format", `\`${type.toString()}\` is not computed in`, {
          hint: "the interpreter computes in f16, bf16, f32 and f64",
        }),
      );
  }
}
