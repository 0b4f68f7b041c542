/**
 * The error function and its complement, to about one unit in the last place of a double.
 *
 * Around centers k/16 (k/64 for the complement) both are Taylor series, whose coefficients follow
 * from the derivative 2/√π · exp(−x²) by a recurrence. Values at the centers are computed once, in
 * fixed-point integers, when an argument first comes near: by a series of positive terms up to 6,
 * by the continued fraction of the complement beyond.
 */

/** Bits behind the point of the fixed-point numbers. */
const precision = 256;
const bits = BigInt(precision);
const one = 1n << bits;

const multiply = (a: bigint, b: bigint): bigint => (a * b) >> bits;
const divide = (a: bigint, b: bigint): bigint => (a << bits) / b;

/** √n for a fixed-point number: Newton's iteration from above. */
function squareRoot(n: bigint): bigint {
  const target = n << bits;
  let x = 1n << BigInt((target.toString(2).length >> 1) + 1);
  for (;;) {
    const next = (x + target / x) >> 1n;
    if (next >= x) return x;
    x = next;
  }
}

/** arctan(1/n). */
function arctanInverse(n: bigint): bigint {
  let power = one / n;
  let sum = power;
  for (let k = 3n, sign = -1n; power !== 0n; k += 2n, sign = -sign) {
    power /= n * n;
    sum += (sign * power) / k;
  }
  return sum;
}

/** Σ xᵏ/k!, for 0 ≤ x < 1. */
function exponentialSeries(x: bigint): bigint {
  let term = one;
  let sum = one;
  for (let k = 1n; term !== 0n; k++) {
    term = multiply(term, x) / k;
    sum += term;
  }
  return sum;
}

/** ln 2 = Σ 1/(k·2ᵏ). */
function naturalLogOfTwo(): bigint {
  let sum = 0n;
  for (let k = 1n; k <= bits; k++) sum += (one >> k) / k;
  return sum;
}

interface Constants {
  readonly rootOfPi: bigint;
  readonly logOfTwo: bigint;
}

let constants: Constants | undefined;

function constantsOnce(): Constants {
  const pi = (): bigint => 4n * (4n * arctanInverse(5n) - arctanInverse(239n));
  return (constants ??= { rootOfPi: squareRoot(pi()), logOfTwo: naturalLogOfTwo() });
}

/** A fixed-point mantissa times 2^exponent. */
interface Scaled {
  readonly mantissa: bigint;
  readonly exponent: number;
}

/** exp(−r) for a fixed-point r ≥ 0, as a mantissa from ½ to 1 and an exponent. */
function negativeExponential(r: bigint): Scaled {
  const { logOfTwo } = constantsOnce();
  const n = r / logOfTwo;
  return { mantissa: divide(one, exponentialSeries(r - n * logOfTwo)), exponent: -Number(n) };
}

/** A double and the double nearest to what it leaves out. */
interface DoubleDouble {
  readonly high: number;
  readonly low: number;
}

function toDoubleDouble({ mantissa, exponent }: Scaled): DoubleDouble {
  const scale = (m: bigint): number => Number(m) * 2 ** -precision * 2 ** exponent;
  const high = Number(mantissa);
  return { high: scale(mantissa), low: scale(mantissa - BigInt(high)) };
}

/** Half of √π times exp(x²) times erf(x): Σ 2ᵏ x^(2k+1) / (2k+1)!!. */
function erfSeries(x: bigint): bigint {
  const square = 2n * multiply(x, x);
  let term = x;
  let sum = x;
  for (let k = 3n; term !== 0n; k += 2n) {
    term = multiply(term, square) / k;
    sum += term;
  }
  return sum;
}

/** √π times exp(x²) times erfc(x) for x ≥ 6: 1/(x + (1/2)/(x + (2/2)/(x + (3/2)/(x + …)))). */
function erfcFraction(x: bigint): bigint {
  let f = x;
  for (let k = 400n; k > 0n; k--) f = x + divide((k * one) / 2n, f);
  return divide(one, f);
}

/** What a Taylor series around a center needs. */
interface Center {
  /** erf or erfc at the center. */
  readonly value: DoubleDouble;
  /** The derivative of erf there: 2/√π · exp(−x²). */
  readonly slope: number;
}

function makeCenter(k: number, spacing: number, complement: boolean): Center {
  const x = (BigInt(k) * one) / BigInt(spacing);
  const { rootOfPi } = constantsOnce();
  const decay = negativeExponential(multiply(x, x));
  const slope = toDoubleDouble({ ...decay, mantissa: divide(2n * decay.mantissa, rootOfPi) }).high;
  if (complement && k >= 6 * spacing) {
    const mantissa = divide(multiply(erfcFraction(x), decay.mantissa), rootOfPi);
    return { value: toDoubleDouble({ ...decay, mantissa }), slope };
  }
  const product = 2n * multiply(erfSeries(x), decay.mantissa);
  const erf = divide(product, rootOfPi) >> BigInt(-decay.exponent);
  const value = toDoubleDouble({ mantissa: complement ? one - erf : erf, exponent: 0 });
  return { value, slope };
}

/** Terms of the Taylor series: |t| ≤ 1/32, so the rest is far below the last bit. */
const terms = 14;

/** ∫ of the derivative of erf from the center x to x + t, without the factor `slope`. */
function increment(x: number, t: number): number {
  // Taylor coefficients of exp(x² − (x + t)²): (n + 1) aₙ₊₁ = −2 (x aₙ + aₙ₋₁).
  let previous = 0;
  let current = 1;
  let power = t;
  const parts: number[] = [];
  for (let n = 0; n < terms; n++) {
    parts.push((current * power) / (n + 1));
    const next = (-2 * (x * current + previous)) / (n + 1);
    previous = current;
    current = next;
    power *= t;
  }
  let sum = 0;
  for (let n = terms - 1; n >= 0; n--) sum += parts[n]!;
  return sum;
}

class Table {
  readonly #spacing: number;
  readonly #complement: boolean;
  readonly #centers = new Map<number, Center>();

  constructor(spacing: number, complement: boolean) {
    this.#spacing = spacing;
    this.#complement = complement;
  }

  /** The function at x ≥ 0. */
  at(x: number): number {
    const k = Math.round(x * this.#spacing);
    let center = this.#centers.get(k);
    if (center === undefined) {
      center = makeCenter(k, this.#spacing, this.#complement);
      this.#centers.set(k, center);
    }
    const at = k / this.#spacing;
    const change = center.slope * increment(at, x - at);
    const { high, low } = center.value;
    return high + (low + (this.#complement ? -change : change));
  }
}

const erfTable = new Table(16, false);
const erfcTable = new Table(64, true);

/** The error function: 2/√π times the integral of exp(−t²) from 0 to x. */
export function erf(x: number): number {
  if (Number.isNaN(x) || x === 0) return x;
  const magnitude = Math.abs(x);
  const value = magnitude >= 6 ? 1 : erfTable.at(magnitude);
  return x < 0 ? -value : value;
}

/** 1 − erf(x), accurate where that is tiny: down to the smallest subnormal, near x = 27.2. */
export function erfc(x: number): number {
  if (Number.isNaN(x)) return x;
  if (x < 0) return x <= -6 ? 2 : 1 + erf(-x);
  return x >= 28 ? 0 : erfcTable.at(x);
}
