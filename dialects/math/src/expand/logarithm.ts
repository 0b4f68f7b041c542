/**
 * ln x. With x = m · 2^e, √½ ≤ m < √2 and f = m − 1:
 *
 *     single: ln m = f − f²/2 + f³ P(f)
 *     double: ln m = f − (f²/2 − s (f²/2 + s² R(s²))),  s = f / (2 + f)
 *
 * where the second is 2 s + s³ R(s²) with what is small kept apart. P and R are interpolated at
 * Chebyshev nodes.
 */
import { f64, type Value } from "@strata/ir";
import type { Calc } from "./calc.ts";

/** The bits of √½. */
const rootHalf = { single: 0x3f3504f3n, double: 0x3fe6a09e667f3bcdn };
const one = { single: 0x3f800000n, double: 0x3ff0000000000000n };
const fractionMask = { single: 0x7fffffn, double: 0xfffffffffffffn };

const p = [
  0.3333333118, -0.2499999696, 0.2000071575, -0.1666780232, 0.1424905765, -0.1242568733,
  0.1168541992, -0.1147973385, 0.06971611471,
];
const q = [
  0.66666666666666666465, 0.40000000000000876983, 0.28571428570803611811, 0.22222222391713917442,
  0.18181795640132906276, 0.15386239702814658188, 0.13268773138656885185, 0.13086626147840102138,
];
/** ln 2 in two parts, the first of few digits. */
const ln2 = {
  single: [0.693115234375, 3.19461849453e-5],
  double: [0.6931467056274414, 4.749325039031672321215e-7],
} as const;

/** ln x; at most 1 ulp off for f32, 2 for f64. */
export function expandLog(c: Calc, x: Value): Value {
  const format = c.element === f64 ? "double" : "single";
  // Subnormal numbers are scaled up first.
  const scale = c.fraction + 2;
  const least = 2 ** (1 - c.bias);
  const isTiny = c.compare("olt", x, c.number(least));
  const normal = c.select(isTiny, c.mul(x, c.number(2 ** scale)), x);
  const shifted = c.addBits(c.bits(normal), c.integer(one[format] - rootHalf[format]));
  const biased = c.shiftRight(shifted, c.fraction);
  const low = c.andBits(shifted, c.integer(fractionMask[format]));
  const m = c.fromBits(c.addBits(low, c.integer(rootHalf[format])));
  // The exponent as a float: as the low bits of 2^fraction.
  const base = 2 ** c.fraction;
  const baseBits = BigInt(c.bias + c.fraction) << BigInt(c.fraction);
  const exponent = c.sub(
    c.fromBits(c.orBits(biased, c.integer(baseBits))),
    c.select(isTiny, c.number(base + c.bias + scale), c.number(base + c.bias)),
  );
  const f = c.sub(m, c.number(1));
  const half = c.mul(c.mul(f, f), c.number(0.5));
  const [first, second] = ln2[format];
  let value: Value;
  if (format === "single") {
    const cubic = c.mul(c.mul(f, c.mul(f, f)), c.polynomial(f, p));
    const small = c.sub(c.fma(exponent, c.number(second), cubic), half);
    value = c.fma(exponent, c.number(first), c.add(f, small));
  } else {
    const s = c.div(f, c.add(c.number(2), f));
    const z = c.mul(s, s);
    const r = c.mul(z, c.polynomial(z, q));
    const inner = c.fma(exponent, c.number(second), c.mul(s, c.add(half, r)));
    const small = c.sub(c.sub(half, inner), f);
    value = c.sub(c.mul(exponent, c.number(first)), small);
  }
  const zero = c.number(0);
  const isFinite = c.compare("olt", x, c.number(Number.POSITIVE_INFINITY));
  // Infinity and NaN stay as they are.
  const finite = c.select(isFinite, value, x);
  const negative = c.compare("olt", x, zero);
  const defined = c.select(negative, c.number(Number.NaN), finite);
  return c.select(c.compare("oeq", x, zero), c.number(Number.NEGATIVE_INFINITY), defined);
}
