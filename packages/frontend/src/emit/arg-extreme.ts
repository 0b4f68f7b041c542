/**
 * `argmin` and `argmax` as a reduction of pairs of value and position.
 *
 * Invariants: the position −1 stands for "none yet"; of equal extremes the first wins, and the
 * first NaN wins over everything, in whatever order pairs are combined.
 */
import type { Value } from "@strata/ir";
import type { ScalarType } from "@strata/support";
import { isFloatName } from "./ir-types.ts";
import type { ReductionBodies } from "./emit-patterns.ts";
import type { ScalarBuilder } from "./scalar-ops.ts";

/** Emits the reduction; `extents` are those of the tensor, `reduce` builds the operation. */
export function emitArgExtreme(
  s: ScalarBuilder,
  op: "argmin" | "argmax",
  type: ScalarType,
  axis: number | undefined,
  extents: readonly Value[],
  reduce: (inits: readonly Value[], bodies: ReductionBodies) => Value[],
): Value {
  const none = s.literal(-1, "i32");
  const zero = s.literal(type === "i64" || type === "u64" ? 0n : 0, type);
  const better = op === "argmax" ? "gt" : "lt";
  const [, positions] = reduce([zero, none], {
    element: (x, indices) => {
      // Row-major position among the elements that are combined.
      const combined = axis === undefined ? [...indices.keys()] : [axis];
      let at = s.index(0);
      combined.forEach((d, k) => {
        const index = indices[d] ?? at;
        const extent = extents[d] ?? at;
        at =
          k === 0 ? index : s.binary("add", s.binary("mul", at, extent, "index"), index, "index");
      });
      return [x, s.convert(at, "index", "i32")];
    },
    combine: (left, right) => {
      const [va, ia] = left;
      const [vb, ib] = right;
      if (va === undefined || ia === undefined || vb === undefined || ib === undefined) return [];
      let wins = s.compare(better, vb, va, type);
      let equal = s.compare("eq", vb, va, type);
      if (isFloatName(type)) {
        const [na, nb] = [s.isNaN(va), s.isNaN(vb)];
        wins = s.binary("and", s.not(na), s.binary("or", nb, wins, "bool"), "bool");
        equal = s.binary("or", equal, s.binary("and", na, nb, "bool"), "bool");
      }
      const earlier = s.binary("and", equal, s.compare("lt", ib, ia, "i32"), "bool");
      const first = s.compare("eq", ia, none, "i32");
      const takes = s.binary("or", first, s.binary("or", wins, earlier, "bool"), "bool");
      const take = s.binary("and", s.compare("ne", ib, none, "i32"), takes, "bool");
      return [s.select(take, vb, va), s.select(take, ib, ia)];
    },
  });
  if (positions === undefined) throw new Error("a reduction of pairs gives two results");
  return positions;
}
