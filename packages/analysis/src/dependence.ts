/**
 * Whether two accesses in loops touch one element, and how many rounds of the common loops apart.
 *
 * Invariants: a distance is what the second access's counter is ahead of the first's, in rounds;
 * `undefined` where it may be anything. "none" is certain, the other answers allow for more than
 * what happens. Both accesses are to one buffer: whether they may be, aliasing says.
 *
 * Sources: the GCD test and Banerjee's inequalities, as in Wolfe, "High Performance Compilers for
 * Parallel Computing" (1996).
 */
import type { Value } from "@strata/ir";
import {
  addForms,
  type AffineAccess,
  constantInteger,
  type CountedLoop,
  type LinearForm,
} from "./affine-access.ts";

/** Whether and how far apart two accesses touch one element. */
export type Dependence =
  | { readonly kind: "none" }
  | {
      readonly kind: "some";
      /** The loops around both, outer ones first. */
      readonly loops: readonly CountedLoop[];
      /** Rounds of each that the second access is behind the first. */
      readonly distance: readonly (bigint | undefined)[];
    };

const none: Dependence = { kind: "none" };

/** A counter in an equation: what it is multiplied by, and the values it takes, if known. */
interface Unknown {
  readonly factor: bigint;
  /** Distance between the values it takes. */
  readonly step: bigint;
  readonly low: bigint | undefined;
  readonly high: bigint | undefined;
}

const abs = (n: bigint): bigint => (n < 0n ? -n : n);

function gcd(a: bigint, b: bigint): bigint {
  let [x, y] = [abs(a), abs(b)];
  while (y !== 0n) [x, y] = [y, x % y];
  return x;
}

/** The values that a loop's counter takes: the first, the last, and the step. */
function valuesOf(loop: CountedLoop): { low?: bigint; high?: bigint; step: bigint } {
  const step = constantInteger(loop.step) ?? 1n;
  const low = constantInteger(loop.lower);
  const upper = constantInteger(loop.upper);
  if (low === undefined || upper === undefined || constantInteger(loop.step) === undefined) {
    return { step };
  }
  const rounds = upper <= low ? 0n : (upper - low + step - 1n) / step;
  return { low, high: low + (rounds === 0n ? 0n : rounds - 1n) * step, step };
}

/** Whether the sum of the unknowns times their factors may be `target`. */
function mayEqual(unknowns: readonly Unknown[], target: bigint): boolean {
  // Counters are known up to multiples of their steps only if they begin somewhere known.
  let rest = target;
  let divisor = 0n;
  for (const u of unknowns) {
    const isAnchored = u.low !== undefined;
    if (isAnchored) rest -= u.factor * u.low!;
    divisor = gcd(divisor, isAnchored ? u.factor * u.step : u.factor);
  }
  if (divisor === 0n ? rest !== 0n : rest % divisor !== 0n) return false;
  let [least, most]: [bigint | undefined, bigint | undefined] = [0n, 0n];
  for (const { factor, low, high } of unknowns) {
    const [a, b] = factor > 0n ? [low, high] : [high, low];
    least = least === undefined || a === undefined ? undefined : least + factor * a;
    most = most === undefined || b === undefined ? undefined : most + factor * b;
  }
  return !((least !== undefined && target < least) || (most !== undefined && target > most));
}

/** One dimension: where the first access is equal to the second. */
interface Equation {
  /** Terms of counters of the first access and the second, common ones by their loop. */
  readonly first: LinearForm;
  readonly second: LinearForm;
}

function commonLoops(a: AffineAccess, b: AffineAccess): CountedLoop[] {
  return a.loops.filter((l, i) => b.loops[i]?.counter === l.counter);
}

/** The loops that run at least once, whatever the rest does. */
function neverRuns(loop: CountedLoop): boolean {
  const low = constantInteger(loop.lower);
  const upper = constantInteger(loop.upper);
  return low !== undefined && upper !== undefined && upper <= low;
}

/** Splits a form into its counters and the rest. */
function splitForm(form: LinearForm, loops: readonly CountedLoop[]): [LinearForm, LinearForm] {
  const counters = new Set<Value>(loops.map((l) => l.counter));
  const inner = new Map([...form.terms].filter(([v]) => counters.has(v)));
  const outer = new Map([...form.terms].filter(([v]) => !counters.has(v)));
  return [
    { terms: inner, constant: 0n },
    { terms: outer, constant: form.constant },
  ];
}

/** The dependence of the second access on the first, or the other way round, on one buffer. */
export function dependenceOf(a: AffineAccess, b: AffineAccess): Dependence {
  if ([...a.loops, ...b.loops].some(neverRuns)) return none;
  const loops = commonLoops(a, b);
  const distance = new Map<CountedLoop, bigint>();
  for (let d = 0; d < a.indices.length; d++) {
    const [first, second] = [a.indices[d], b.indices[d]];
    if (first === undefined || second === undefined) continue;
    const answer = solveDimension({ first, second }, a, b, loops);
    if (answer === "none") return none;
    for (const [loop, by] of answer) {
      const known = distance.get(loop);
      if (known !== undefined && known !== by) return none;
      distance.set(loop, by);
    }
  }
  return { kind: "some", loops, distance: loops.map((l) => distance.get(l)) };
}

type Distances = readonly (readonly [CountedLoop, bigint])[];

function solveDimension(
  { first, second }: Equation,
  a: AffineAccess,
  b: AffineAccess,
  common: readonly CountedLoop[],
): Distances | "none" {
  const [innerA, outerA] = splitForm(first, a.loops);
  const [innerB, outerB] = splitForm(second, b.loops);
  // What the counters of the first, less those of the second, must come to.
  const rest = addForms(outerB, outerA, -1n);
  if (rest.terms.size > 0) return [];
  const uniform = tryUniform(innerA, innerB, rest.constant, common);
  if (uniform !== undefined) return uniform;
  const unknowns = [
    ...[...innerA.terms].map(([v, c]) => unknownOf(v, c, a.loops)),
    ...[...innerB.terms].map(([v, c]) => unknownOf(v, -c, b.loops)),
  ];
  return mayEqual(unknowns, rest.constant) ? [] : "none";
}

function unknownOf(v: Value, factor: bigint, loops: readonly CountedLoop[]): Unknown {
  const { low, high, step } = valuesOf(loops.find((l) => l.counter === v)!);
  return { factor, step, low, high };
}

/**
 * Where both accesses have the same factors of common counters and no others, only the distance
 * counts: `Σ factor · (second − first) = −constant`. Undefined where they have not.
 */
function tryUniform(
  a: LinearForm,
  b: LinearForm,
  constant: bigint,
  common: readonly CountedLoop[],
): Distances | "none" | undefined {
  const terms = [...a.terms];
  if (a.terms.size !== b.terms.size) return undefined;
  for (const [v, c] of terms) {
    if (b.terms.get(v) !== c || !common.some((l) => l.counter === v)) return undefined;
  }
  const target = -constant;
  const unknowns = terms.map(([v, factor]): Unknown => {
    const { low, high, step } = valuesOf(common.find((l) => l.counter === v)!);
    const isBounded = low !== undefined && high !== undefined;
    const reach = isBounded ? high - low : undefined;
    // A distance is a multiple of the step wherever the loop begins; 0 is one of them.
    return {
      factor: factor * step,
      step: 1n,
      low: reach === undefined ? undefined : -reach / step,
      high: reach === undefined ? undefined : reach / step,
    };
  });
  if (!mayEqual(unknowns, target)) return "none";
  if (terms.length !== 1) return [];
  const loop = common.find((l) => l.counter === terms[0]![0])!;
  if (constantInteger(loop.step) === undefined) {
    // In rounds only zero is known of an unknown step.
    return target === 0n ? [[loop, 0n]] : [];
  }
  return [[loop, target / unknowns[0]!.factor]];
}
