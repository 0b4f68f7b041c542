/** Loop nests over boxes of indices; a box of rank 0 is a single point without a loop. */
import type { Builder, Value } from "@strata/ir";
import * as scf from "@strata/scf";
import { type Idx, IndexMath } from "./index-math.ts";

/** Half-open bounds of one dimension. */
export interface Range {
  readonly lower: Idx;
  readonly upper: Idx;
}

/** `scf.parallel` over a box; `body` builds at the inner insertion point. */
export function buildParallel(
  b: Builder,
  box: readonly Range[],
  body: (ivs: readonly Value[]) => void,
): void {
  if (box.length === 0) {
    body([]);
    return;
  }
  const m = new IndexMath(b);
  const lower = box.map((r) => m.value(r.lower));
  const upper = box.map((r) => m.value(r.upper));
  const one = m.value(1);
  scf.buildParallel(b, { lower, upper, step: box.map(() => one) }, [], (ivs) => body(ivs));
}

/** `scf.for` from `lower` to `upper` carrying values. */
export function buildFor(
  b: Builder,
  range: Range,
  inits: readonly Value[],
  body: (iv: Value, carried: readonly Value[]) => readonly Value[],
): readonly Value[] {
  const m = new IndexMath(b);
  const [lower, upper] = [m.value(range.lower), m.value(range.upper)];
  return scf.buildFor(b, lower, upper, m.value(1), inits, body).results;
}

/** A sequential nest in row-major order, carrying values through all points. */
export function buildForNest(
  b: Builder,
  box: readonly Range[],
  inits: readonly Value[],
  body: (ivs: readonly Value[], carried: readonly Value[]) => readonly Value[],
): readonly Value[] {
  const level = (d: number, ivs: readonly Value[], carried: readonly Value[]): readonly Value[] =>
    d === box.length
      ? body(ivs, carried)
      : buildFor(b, box[d]!, carried, (iv, inner) => level(d + 1, [...ivs, iv], inner));
  return level(0, [], inits);
}
