/** The end of type inference: defaults for what no use has fixed, and checks of literals. */
import { integerRange } from "@strata/support";
import type { Analysis } from "./context.ts";
import * as say from "./diagnostics.ts";
import type { LiteralT } from "./tree.ts";
import { defaultScalar, isIntegerType, kindOf, resolve } from "./types.ts";

/** Fixes what no use has fixed, and checks that literals fit their types. */
export function finishTypes(cx: Analysis): void {
  for (const variable of cx.typeVariables) defaultScalar(variable);
  for (const literal of cx.literals) checkLiteral(cx, literal);
}

function checkLiteral(cx: Analysis, literal: LiteralT): void {
  const type = resolve(literal.type);
  const { value } = literal;
  if (type.kind !== "scalar" || typeof value === "boolean" || !isIntegerType(type.name)) return;
  const text = cx.text(literal.at);
  if (typeof value === "number" && !Number.isInteger(value)) {
    cx.report(say.literalFraction(text, type.name, cx.span(literal.at)));
    return;
  }
  const { min, max } = integerRange(type.name);
  const whole = BigInt(value);
  // A literal in another base may name all bits of a signed type.
  const bits = /^0[xXbBoO]/.test(cx.rawText.get(literal) ?? "");
  const top = bits && kindOf(type.name) === "int" ? max - min : max;
  if (whole < min || whole > top) {
    const range = `${min} … ${max}`;
    cx.report(say.literalRange(text, type.name, range, cx.span(literal.at)));
  }
}
