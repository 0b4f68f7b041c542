/**
 * Scalars written as text.
 *
 * Invariants: integers are exact at every width; an integer may be written in decimal, hexadecimal
 * (`0x`), binary (`0b`), octal (`0o`) or with an exponent that leaves it whole, with an optional
 * `n` at the end; floats as in JavaScript, or `nan`, `inf`, `infinity` in any case, signed.
 */
import { dtypeInfo, type ScalarType } from "@strata/support";
import { checkScalar, describeScalarType } from "../scalar.ts";
import { badLiteral } from "./errors.ts";

/** The whole number a text stands for, exactly; undefined when it is none. */
export function tryParseInteger(text: string): bigint | undefined {
  const plain = /^([+-]?)(\d+|0[xX][\da-fA-F]+|0[bB][01]+|0[oO][0-7]+)n?$/.exec(text);
  if (plain !== null) {
    const magnitude = BigInt(plain[2] ?? "0");
    return plain[1] === "-" ? -magnitude : magnitude;
  }
  if (!/^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?$/.test(text)) return undefined;
  const value = Number(text);
  return Number.isSafeInteger(value) ? BigInt(value) : undefined;
}

/** The number a text stands for; undefined when it is none. */
export function tryParseFloat(text: string): number | undefined {
  if (/^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(text)) return Number(text);
  const special = /^([+-]?)(nan|inf|infinity)$/i.exec(text);
  if (special !== null) {
    if ((special[2] ?? "").toLowerCase() === "nan") return NaN;
    return special[1] === "-" ? -Infinity : Infinity;
  }
  const integer = tryParseInteger(text);
  return integer === undefined ? undefined : Number(integer);
}

/** The value of a text in a type; a diagnostic for what is none or does not fit. */
export function parseLiteral(text: string, type: ScalarType): number | bigint {
  const trimmed = text.trim();
  const raw = rawLiteral(trimmed, type);
  const checked = raw === undefined ? undefined : checkScalar("", type, raw);
  if (checked?.ok !== true) throw badLiteral(trimmed, describeScalarType(type));
  return checked.value;
}

function rawLiteral(text: string, type: ScalarType): number | bigint | boolean | undefined {
  if (type === "bool") {
    if (text === "true" || text === "1") return true;
    return text === "false" || text === "0" ? false : undefined;
  }
  if (type !== "index" && dtypeInfo(type).kind === "float") return tryParseFloat(text);
  return tryParseInteger(text);
}
