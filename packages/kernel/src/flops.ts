/**
 * Counting the floating-point operations of a run.
 *
 * Invariant: a count is exact for the code as it stands, lanes of vectors each counted; where it
 * depends on values (loops without constant bounds, branches around arithmetic) there is none.
 */
import {
  elementTypeOf,
  FloatType,
  IntegerAttr,
  lookupSymbol,
  type ModuleOp,
  type Operation,
  type Region,
  type Type,
  type Value,
  VectorType,
} from "@strata/ir";

/** Operations of one result element each; others that compute on floats count nothing. */
const COUNTED: ReadonlyMap<string, number> = new Map([
  ...["addf", "subf", "mulf", "divf", "remf", "negf"].map((name) => [`arith.${name}`, 1] as const),
  ...["maximumf", "minimumf", "maxnumf", "minnumf"].map((name) => [`arith.${name}`, 1] as const),
  ["math.fma", 2],
  ["vector.fma", 2],
]);

/** Functions of `math` that only look at or copy bits. */
const FREE = new Set(["math.absf", "math.copysign", "math.isnan", "math.isinf", "math.isfinite"]);

/** The count of one run of a function; undefined where it depends on the values. */
export function countFlops(module: ModuleOp, entry: string): number | undefined {
  const body = lookupSymbol(module, entry)?.regions[0];
  return body === undefined ? undefined : countRegion(body);
}

function countRegion(region: Region): number | undefined {
  let total = 0;
  for (const block of region.blocks()) {
    for (const op of block.ops()) {
      const own = countOperation(op);
      if (own === undefined) return undefined;
      total += own;
    }
  }
  return total;
}

function countOperation(op: Operation): number | undefined {
  if (op.regions.length === 0) return countLeaf(op);
  let inside = 0;
  for (const region of op.regions) {
    const own = countRegion(region);
    if (own === undefined) return undefined;
    inside += own;
  }
  // Whatever runs how often: nothing inside, nothing in all.
  if (inside === 0) return 0;
  const times = tripCount(op);
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

/** How often the body of a loop runs, if its bounds are constants. */
function tripCount(op: Operation): number | undefined {
  if (op.name === "scf.for") return tripsOf(op.operand(0), op.operand(1), op.operand(2));
  if (op.name === "scf.parallel") {
    const [lower, upper, step] = [0, 1, 2].map((group) => op.operandGroup(group));
    let times = 1;
    for (const [k, from] of (lower ?? []).entries()) {
      const [to, by] = [upper?.[k], step?.[k]];
      if (to === undefined || by === undefined) return undefined;
      const own = tripsOf(from, to, by);
      if (own === undefined) return undefined;
      times *= own;
    }
    return times;
  }
  return undefined;
}

function tripsOf(lower: Value, upper: Value, step: Value): number | undefined {
  const [from, to, by] = [constantOf(lower), constantOf(upper), constantOf(step)];
  if (from === undefined || to === undefined || by === undefined || by <= 0) return undefined;
  return Math.max(0, Math.ceil((to - from) / by));
}

function constantOf(value: Value): number | undefined {
  const op = value.definingOp;
  if (op?.name !== "arith.constant") return undefined;
  const attr = op.getAttr("value");
  return attr instanceof IntegerAttr ? Number(attr.value) : undefined;
}
