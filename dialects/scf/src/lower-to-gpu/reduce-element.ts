/** The values that a combining nest takes at one position. */
import type { Value } from "@strata/ir";
import { ScalarCopy } from "../scalar-copy.ts";
import type { Code, Idx } from "./code.ts";
import type { CombiningNest } from "./combine.ts";
import { emitNest } from "./nest.ts";

/** Emits the code of a position in row-major order; `outside` maps values from around the nest. */
export function nestElement(
  code: Code,
  nest: CombiningNest,
  extents: readonly Idx[],
  position: Idx,
  outside: (v: Value) => Value = (v) => v,
): Value[] {
  const copy = new ScalarCopy(code.b, outside);
  emitNest(copy, code, nest.loops, extents, position, nest.combining);
  return nest.inputs.map((v) => copy.get(v));
}
