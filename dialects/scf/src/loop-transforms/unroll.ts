/**
 * Unrolling: one iteration of the new loop does `factor` of the old one, a second loop the rest.
 *
 * ```mlir
 * scf.for %i = %lb to %ub step %s { f(%i) }
 * // factor 2
 * scf.for %i = %lb to %split step %s2 { f(%i); f(%i + %s) }
 * scf.for %i = %split to %ub step %s { f(%i) }
 * ```
 */
import { Builder, type Value } from "@strata/ir";
import { buildFor } from "../build.ts";
import type { For } from "../ops.ts";
import { BoundArithmetic, expectSigned, refuse, tryTripCount } from "./bounds.ts";
import { copyBody, copyLoop } from "./copy-body.ts";

/** What unrolling leaves. */
export interface Unrolled {
  readonly main: For;
  /** The loop over the remaining iterations; undefined where there are none. */
  readonly rest: For | undefined;
}

/** Unrolls a loop, which is replaced. */
export function unrollLoop(loop: For, factor: number): Unrolled {
  if (!Number.isInteger(factor) || factor < 1) {
    refuse(loop, "scf.unroll-factor", `a loop cannot be unrolled ${factor} times`);
  }
  expectSigned(loop, "unrolling");
  if (factor === 1) return { main: loop, rest: undefined };
  const b = Builder.before(loop);
  b.location = loop.location;
  const n = new BoundArithmetic(b, loop);
  const { lowerBound, upperBound, step } = loop;
  const trips = n.tripCount();
  const f = n.constant(factor);
  const split = n.add(lowerBound, n.mul(n.sub(trips, n.rem(trips, f)), step));
  const main = buildFor(b, lowerBound, split, n.mul(step, f), loop.initArgs, (iv, carried) => {
    const inner = new BoundArithmetic(b, loop);
    let values: Value[] = [...carried];
    for (let k = 0; k < factor; k++) {
      const at = k === 0 ? iv : inner.add(iv, inner.mul(step, inner.constant(k)));
      values = copyBody(b, loop, at, values);
    }
    return values;
  });
  const known = tryTripCount(loop);
  const whole = known !== undefined && known % BigInt(factor) === 0n;
  const rest = whole ? undefined : copyLoop(b, loop, split, upperBound, main.results);
  loop.replaceWith((rest ?? main).results);
  return { main, rest };
}
