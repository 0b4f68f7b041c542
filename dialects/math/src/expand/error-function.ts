/**
 * erf x in single precision. With a = |x|:
 *
 *     a < 1: erf a = a + a P(a²)
 *     else:  erf a = 1 − e^Q(a),  Q(a) = ln erfc a
 *
 * P and Q are interpolated at Chebyshev nodes, Q on 0.99 … 4, behind which erf is 1 in f32.
 */
import type { Value } from "@strata/ir";
import type { Calc } from "./calc.ts";
import { expandModerateExp } from "./exponential.ts";

const p = [
  0.1283791671, -0.3761263847, 0.112837825, -0.02686543073, 0.005221031808, -0.0008484080406,
  0.0001126595903, -9.667044571e-6,
];
const q = [
  0.000320914383, -1.130236723, -0.6318202468, -0.1100856803, 0.02642437093, -0.004760747711,
  0.0005970529461, -4.608744729e-5, 1.638637325e-6,
];

/** erf x for f32; at most 2 ulp off. */
export function expandErf(c: Calc, x: Value): Value {
  const a = c.abs(x);
  const near = c.fma(a, c.polynomial(c.mul(a, a), p), a);
  const limit = c.number(4);
  // NaN is not above the limit.
  const t = c.select(c.compare("ogt", a, limit), limit, a);
  const far = c.sub(c.number(1), expandModerateExp(c, c.polynomial(t, q)));
  return c.copySign(c.select(c.compare("olt", a, c.number(1)), near, far), x);
}
