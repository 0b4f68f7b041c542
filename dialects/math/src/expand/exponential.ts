/**
 * e^x. With n the nearest integer to x / ln 2 and r = x − n ln 2, |r| ≤ ln 2 / 2:
 *
 *     e^x = 2^n · (1 + r + r² P(r))
 *
 * P is interpolated at Chebyshev nodes; ln 2 is split so that n times its first part is exact. The
 * power is applied in two factors, so that neither overflows where the result does not.
 */
import { f64, type Value } from "@strata/ir";
import type { Calc } from "./calc.ts";

interface Constants {
  /** ln 2 in two parts. */
  readonly ln2: readonly [number, number];
  readonly p: readonly number[];
  /** Results are infinite above, zero below. */
  readonly limits: readonly [number, number];
}

/** Error of the polynomial 1.7e-10, relative. */
const single: Constants = {
  ln2: [0.693115234375, 3.19461849453e-5],
  p: [0.5000000013, 0.1666666668, 0.04166646493, 0.008333310925, 0.001393365, 0.0001989099082],
  limits: [89, -104],
};

/** Error of the polynomial 1.7e-19, relative. */
const double: Constants = {
  ln2: [0.6931467056274414, 4.749325039031672321215e-7],
  p: [
    0.5, 0.16666666666666670991, 0.041666666666669655756, 0.0083333333333261351258,
    0.0013888888888883748305, 0.00019841269874820625271, 0.000024801587325547741216,
    2.755725540020642443e-6, 2.7557273643110295328e-7, 2.5105217004720745164e-8,
    2.0914686968086877233e-9,
  ],
  limits: [710, -746],
};

/** e^x = 2^n · power. */
function reduce(
  c: Calc,
  x: Value,
): { readonly n: ReturnType<Calc["nearest"]>; readonly power: Value } {
  const { ln2, p } = c.element === f64 ? double : single;
  const n = c.nearest(c.mul(x, c.number(Math.LOG2E)));
  const minus = c.neg(n.whole);
  const r = c.fma(minus, c.number(ln2[1]), c.fma(minus, c.number(ln2[0]), x));
  const power = c.add(c.fma(c.mul(r, r), c.polynomial(r, p), r), c.number(1));
  return { n, power };
}

/** e^x where neither overflows nor gets subnormal; at most 1 ulp off. */
export function expandModerateExp(c: Calc, x: Value): Value {
  const { n, power } = reduce(c, x);
  return c.mul(power, c.powerOfTwo(n.shifted));
}

/** e^x; at most 1 ulp off. */
export function expandExp(c: Calc, x: Value): Value {
  const { limits } = c.element === f64 ? double : single;
  const { n, power } = reduce(c, x);
  const half = c.nearest(c.mul(n.whole, c.number(0.5)));
  const rest = c.nearest(c.sub(n.whole, half.whole));
  const scaled = c.mul(c.mul(power, c.powerOfTwo(half.shifted)), c.powerOfTwo(rest.shifted));
  // Far outside, n is no number that a float holds; NaN passes both comparisons by.
  const high = c.compare("ogt", x, c.number(limits[0]));
  const low = c.compare("olt", x, c.number(limits[1]));
  const bounded = c.select(high, c.number(Number.POSITIVE_INFINITY), scaled);
  return c.select(low, c.number(0), bounded);
}
