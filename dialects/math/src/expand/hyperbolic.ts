/**
 * tanh x in single precision. With a = |x|:
 *
 *     a < 0.64: tanh a = a + a³ P(a²)
 *     else:     tanh a = 1 − 2 / (e^2a + 1)
 *
 * P is interpolated at Chebyshev nodes.
 */
import type { Value } from "@strata/ir";
import type { Calc } from "./calc.ts";
import { expandModerateExp } from "./exponential.ts";

const p = [
  -0.3333333312, 0.1333329635, -0.05395759513, 0.02175570035, -0.008301695361, 0.002246003686,
];
const border = 0.64;

/** tanh x for f32; at most 2 ulp off. */
export function expandTanh(c: Calc, x: Value): Value {
  const a = c.abs(x);
  const z = c.mul(a, a);
  const near = c.fma(c.mul(a, z), c.polynomial(z, p), a);
  // Behind the limit tanh is 1 in f32; NaN is not above it.
  const limit = c.number(10);
  const t = c.select(c.compare("ogt", a, limit), limit, a);
  const power = expandModerateExp(c, c.add(t, t));
  const far = c.sub(c.number(1), c.div(c.number(2), c.add(power, c.number(1))));
  return c.copySign(c.select(c.compare("olt", a, c.number(border)), near, far), x);
}
