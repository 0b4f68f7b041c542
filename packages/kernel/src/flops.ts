/**
 * Counting the floating-point operations of a run.
 *
 * Invariant: a count is exact for the code as it stands, lanes of vectors each counted; where it
 * depends on values (loops without constant bounds, branches around arithmetic) there is none.
 */
import {
  elementTypeOf,
  FloatType,
  lookupSymbol,
  type ModuleOp,
  type Operation,
  type Region,
  type Type,
  VectorType,
} from "@strata/ir";
import { tripCount } from "./trip-count.ts";

/** Operations of one result element each; others that compute on floats count nothing. */
const COUNTED: ReadonlyMap<string, number> = new Map([
  ...["addf", "subf", "mulf", "divf", "remf", "negf"].map((name) => [`arith.${name}`, 1] as const),
  ...["maximumf", "minimumf", "maxnumf", "minnumf"].map((name) => [`arith.${name}`, 1] as const),
  ["math.fma", 2],
  ["vector.fma", 2],
]);

/** Functions of `math` that only look at or copy bits. */
const FREE = new Set(["math.absf", "math.copysign", "math.isnan", "math.isinf", "math.isfinite"]);

/**
 * The count of one run of a function; undefined where it depends on the values. With `assumedTrips`
 * loops of unknown length count that often, and calls of unknown functions nothing.
 */
export function countFlops(
  module: ModuleOp,
  entry: string,
  assumedTrips?: number,
): number | undefined {
  const body = lookupSymbol(module, entry)?.regions[0];
  return body === undefined ? undefined : countRegion(body, assumedTrips);
}

function countRegion(region: Region, assumed: number | undefined): number | undefined {
  let total = 0;
  for (const block of region.blocks()) {
    for (const op of block.ops()) {
      const own = countOperation(op, assumed);
      if (own === undefined) return undefined;
      total += own;
    }
  }
  return total;
}

function countOperation(op: Operation, assumed: number | undefined): number | undefined {
  if (op.regions.length === 0) return countLeaf(op) ?? (assumed === undefined ? undefined : 0);
  let inside = 0;
  for (const region of op.regions) {
    const own = countRegion(region, assumed);
    if (own === undefined) return undefined;
    inside += own;
  }
  // Whatever runs how often: nothing inside, nothing in all.
  if (inside === 0) return 0;
  const times = tripCount(op) ?? assumed;
  return times === undefined ? undefined : times * inside;
}

function countLeaf(op: Operation): number | undefined {
  if (op.name === "func.call" || op.name === "func.call_indirect") return undefined;
  const [result] = op.results;
  if (result === undefined || !(elementTypeOf(result.type) instanceof FloatType)) return 0;
  if (op.name === "vector.reduction") return lanesOf(op.operand(0).type) - 1;
  const known = COUNTED.get(op.name);
  const each = known ?? (op.name.startsWith("math.") && !FREE.has(op.name) ? 1 : 0);
  return each * lanesOf(result.type);
}

function lanesOf(type: Type): number {
  return type instanceof VectorType ? type.numElements : 1;
}
