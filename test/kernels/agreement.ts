/**
 * Whether a device computes what the interpreter does for a random program.
 *
 * Invariants: programs of correctly rounded operations agree bit for bit (NaN equals NaN, 0 equals −0).
 * Where a program calls functions that devices round their own way, results agree to a few units in the
 * last place; a program whose results change by more when those functions are off by that much says
 * nothing, and counts as agreed.
 */
import type { Values } from "./case.ts";
import { firstDifference } from "./compare.ts";
import { runCase } from "./levels.ts";

const exact = { abs: 0, rel: 0 };

/** Functions may be off by four units in the last place of an f32, and what follows adds its own. */
const near = { abs: 2 ** -20, rel: 2 ** -18 };

const rounded = /Math\.(exp|expm1|log|log1p|log2|log10|pow|sin|cos|tan|tanh|cbrt|hypot|atan2?)\(/g;

/** The text with every such call a little larger. */
export function perturb(text: string): string {
  let result = "";
  let at = 0;
  for (const { index, 0: head } of text.matchAll(rounded)) {
    if (index < at) continue;
    let depth = 1;
    let end = index + head.length;
    for (; end < text.length && depth > 0; end++) {
      if (text[end] === "(") depth++;
      else if (text[end] === ")") depth--;
    }
    const inner = perturb(text.slice(index + head.length, end - 1));
    result += `${text.slice(at, index)}(${head}${inner}) * 1.0000005)`;
    at = end;
  }
  return result + text.slice(at);
}

/** The first difference that counts, in words; undefined if a device agrees. */
export async function disagreement(
  text: string,
  args: Values,
  actual: Values,
): Promise<string | undefined> {
  const expected = await runCase(text, "program", args, "unfused");
  const found = firstDifference(expected, actual, exact);
  if (found === undefined || text.search(rounded) < 0) return found;
  const far = firstDifference(expected, actual, near);
  if (far === undefined) return undefined;
  const shaken = await runCase(perturb(text), "program", args, "unfused");
  return firstDifference(expected, shaken, near) === undefined ? far : undefined;
}
