/**
 * What keeps two parallel nests from running as one: an iteration of the second that needs what
 * another iteration of the first does.
 */
import * as arith from "@strata/arith";
import { dynamic, IntegerAttr, isMemoryEffectFree, type Value, walk } from "@strata/ir";
import * as memref from "@strata/memref";
import { accessOf } from "../alias.ts";
import type { ApartBuffers } from "../apart.ts";
import type { Parallel } from "../ops.ts";

type Access = NonNullable<ReturnType<typeof accessOf>>;

/** An extent of a buffer that is not made here. */
interface Extent {
  readonly of: Value;
  readonly dimension: number;
}

/** What a bound is: a number, an extent, or any other value. */
function resolve(v: Value): number | Extent | Value {
  const op = v.definingOp;
  if (op instanceof arith.ConstantOp) {
    return op.value instanceof IntegerAttr ? Number(op.value.value) : v;
  }
  if (!(op instanceof memref.Dim)) return v;
  const dimension = resolve(op.index);
  const { source } = op;
  if (typeof dimension !== "number") return v;
  const made = source.definingOp;
  if (!(made instanceof memref.Alloc)) return { of: source, dimension };
  const { shape } = made.memref.type;
  const extent = shape[dimension];
  if (extent !== dynamic) return extent ?? v;
  const before = shape.slice(0, dimension).filter((n) => n === dynamic).length;
  return resolve(made.dynamicSizes[before]!);
}

function isSame(a: Value, b: Value): boolean {
  if (a === b) return true;
  const [x, y] = [resolve(a), resolve(b)];
  if (typeof x === "number" || typeof y === "number") return x === y;
  if ("dimension" in x && "dimension" in y) return x.of === y.of && x.dimension === y.dimension;
  return x === y;
}

/** How many leading dimensions of two nests run over the same range. */
export function commonDims(a: Parallel, b: Parallel): number {
  const most = Math.min(a.lowerBound.length, b.lowerBound.length);
  for (let d = 0; d < most; d++) {
    const groups = [
      [a.lowerBound, b.lowerBound],
      [a.upperBound, b.upperBound],
      [a.step, b.step],
    ] as const;
    if (!groups.every(([x, y]) => isSame(x[d]!, y[d]!))) return d;
  }
  return most;
}

/** The reads and writes of a nest; undefined where it does more than that. */
export function accessesOf(nest: Parallel): Access[] | undefined {
  const list: Access[] = [];
  let known = true;
  for (const top of nest.body.ops()) {
    walk(top, (op) => {
      if (op.regions.length > 0 || op.definition.isTerminator) return;
      const access = accessOf(op);
      if (access !== undefined) list.push(access);
      else if (!isMemoryEffectFree(op) && !(op instanceof memref.Dim)) known = false;
    });
  }
  return known ? list : undefined;
}

/** Whether the first `k` dimensions of two nests may become one loop. */
export function mayFuse(a: Parallel, b: Parallel, k: number, apart: ApartBuffers): boolean {
  const [first, second] = [accessesOf(a), accessesOf(b)];
  if (first === undefined || second === undefined) return false;
  const [mine, others] = [a.inductionVars, b.inductionVars];
  const keepsApart = (x: Access, y: Access, d: number): boolean =>
    x.indices.some((v, p) => v === mine[d] && y.indices[p] === others[d]);
  return first.every((x) =>
    second.every((y) => {
      if (!x.writes && !y.writes) return true;
      if (x.buffer !== y.buffer) return apart.are(x.buffer, y.buffer);
      return Array.from({ length: k }, (_, d) => keepsApart(x, y, d)).every(Boolean);
    }),
  );
}

/** Whether the second nest reads or writes what the first does. */
export function sharesData(a: Parallel, b: Parallel): boolean {
  const buffers = new Set((accessesOf(a) ?? []).map((x) => x.buffer));
  return (accessesOf(b) ?? []).some((y) => buffers.has(y.buffer));
}
