/**
 * What the operations of `math` compute, on doubles before rounding to the type.
 *
 * The transcendental functions are JavaScript's `Math` (within one unit in the last place of a
 * double in practice), so narrower results are right but for double rounding.
 */

/** x with its sign taken from s; the sign of NaN counts as positive. */
export function copySign(x: number, s: number): number {
  const negative = s < 0 || Object.is(s, -0);
  return negative ? -Math.abs(x) : Math.abs(x);
}

/** The nearest integral value, halves away from zero. */
export function roundAway(x: number): number {
  const t = Math.trunc(x);
  return Math.abs(x - t) >= 0.5 ? t + Math.sign(x) : t;
}

/** The nearest integral value, halves to even. */
export function roundEven(x: number): number {
  const t = Math.trunc(x);
  const rest = Math.abs(x - t);
  return rest > 0.5 || (rest === 0.5 && t % 2 !== 0) ? t + Math.sign(x) : t;
}

/** x to the power of y as IEEE 754 has it: 1 for base 1, and for base −1 to an infinite power. */
export function power(x: number, y: number): number {
  if (x === 1 || (x === -1 && Math.abs(y) === Infinity)) return 1;
  return x ** y;
}

/** x limited to low … high; NaN if one is NaN. */
export function clamp(x: number, low: number, high: number): number {
  return Math.min(Math.max(x, low), high);
}
