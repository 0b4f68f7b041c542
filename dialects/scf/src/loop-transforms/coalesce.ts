/**
 * Coalescing: a perfect nest becomes one loop over the product of the trip counts; the old induction
 * variables are computed from the new one.
 */
import { Builder, type Operation, type Value } from "@strata/ir";
import { buildFor } from "../build.ts";
import { For } from "../ops.ts";
import { BoundArithmetic, expectSigned, refuse } from "./bounds.ts";
import { copyBody } from "./copy-body.ts";

/** The loops of a perfect nest whose bounds do not depend on each other, outermost first. */
export function perfectNest(outer: For): For[] {
  const nest = [outer];
  for (let inner = onlyLoop(outer); inner !== undefined; inner = onlyLoop(inner)) {
    const bounds = [inner.lowerBound, inner.upperBound, inner.step];
    if (bounds.some((v) => nest.some((l) => isInside(v, l)))) break;
    nest.push(inner);
  }
  return nest;
}

/** The loop that is all of a body, where neither carries values and both have one type. */
function onlyLoop(loop: For): For | undefined {
  const only = loop.body.firstOp;
  const fits = only instanceof For && only.next === loop.body.lastOp;
  if (!fits || loop.initArgs.length > 0 || only.initArgs.length > 0) return undefined;
  const same = only.lowerBound.type === loop.lowerBound.type && !only.unsignedCmp;
  return same ? only : undefined;
}

function isInside(v: Value, loop: For): boolean {
  if (v === loop.inductionVar) return true;
  for (let op: Operation | null = v.definingOp ?? null; op !== null; op = op.parentOp) {
    if (op === loop) return true;
  }
  return false;
}

/** Makes one loop of a perfect nest, which is replaced. */
export function coalesceLoops(outer: For): For {
  expectSigned(outer, "coalescing");
  const nest = perfectNest(outer);
  if (nest.length < 2) {
    refuse(
      outer,
      "scf.coalesce-nest",
      "the loop is not the outer one of a perfect nest",
      "its body must be one `scf.for` whose bounds do not depend on it, without carried values",
    );
  }
  const b = Builder.before(outer);
  b.location = outer.location;
  const n = new BoundArithmetic(b, outer);
  const trips = nest.map((l) => new BoundArithmetic(b, l).tripCount());
  const total = trips.reduce((a, t) => n.mul(a, t));
  const made = buildFor(b, n.constant(0), total, n.constant(1), [], (iv) => {
    const inner = new BoundArithmetic(b, outer);
    let left: Value = iv;
    const ivs = new Array<Value>(nest.length);
    for (let d = nest.length - 1; d >= 0; d--) {
      const loop = nest[d]!;
      const at = d === 0 ? left : inner.rem(left, trips[d]!);
      if (d > 0) left = inner.div(left, trips[d]!);
      ivs[d] = inner.add(loop.lowerBound, inner.mul(at, loop.step));
    }
    const last = nest.at(-1)!;
    nest.slice(0, -1).forEach((l, d) => l.inductionVar.replaceAllUsesWith(ivs[d]!));
    copyBody(b, last, ivs.at(-1)!, []);
  });
  outer.erase();
  return made;
}
