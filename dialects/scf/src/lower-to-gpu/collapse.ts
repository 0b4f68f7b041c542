/**
 * Parallel loops over all elements of dense buffers as loops over one dimension.
 *
 * ```mlir
 * scf.parallel (%i, %j) = (%c0, %c0) to (%c8, %c6) … { … memref.load %x[%i, %j] : memref<8x6xf32> }
 * // becomes
 * %y = memref.collapse_shape %x [[0, 1]] : memref<8x6xf32> into memref<48xf32>
 * scf.parallel (%k) = (%c0) to (%c48) … { … memref.load %y[%k] : memref<48xf32> }
 * ```
 */
import { ArrayAttr, Builder, i64, IntegerAttr, MemRefType, type Value, walk } from "@strata/ir";
import * as memref from "@strata/memref";
import { buildParallel } from "../build.ts";
import type { Parallel } from "../ops.ts";
import { accessOf } from "../alias.ts";
import { Code, known } from "./code.ts";
import { RewritingCopy } from "./rewriting-copy.ts";

/**
 * A loop of rank 1 in front of a loop all of whose accesses are to the element of the point; else
 * the loop itself.
 */
export function collapseLoop(op: Parallel): Parallel {
  const ivs = op.inductionVars;
  const rank = ivs.length;
  if (rank < 2 || op.initVals.length > 0) return op;
  const extents = op.upperBound.map((v) => known(v));
  const isFull = op.lowerBound.every((v) => known(v) === 0) && op.step.every((v) => known(v) === 1);
  if (!isFull || extents.some((n) => n === undefined)) return op;
  const accesses = new Set<Value>();
  let isElementwise = true;
  walk(op, (o) => {
    if (o === op) return;
    const access = accessOf(o);
    const usesPoint = o.operands.some((v) => ivs.includes(v as never));
    if (!usesPoint) return;
    const type = access?.buffer.type;
    const whole =
      (o instanceof memref.Load || o instanceof memref.Store) &&
      type instanceof MemRefType &&
      access!.indices.length === rank &&
      access!.indices.every((v, d) => v === ivs[d]) &&
      type.shape.every((n, d) => n === extents[d]);
    if (!whole) isElementwise = false;
    else accesses.add(access!.buffer);
    if (o instanceof memref.Store && ivs.includes(o.value as never)) isElementwise = false;
  });
  if (!isElementwise || accesses.size === 0) return op;
  const host = Builder.before(op);
  const code = new Code(host);
  const count = (extents as number[]).reduce((a, n) => a * n, 1);
  const all = IntegerAttr;
  const reassociation = ArrayAttr.get([
    ArrayAttr.get(Array.from({ length: rank }, (_, d) => all.get(d, i64))),
  ]);
  const flat = new Map<Value, Value>();
  for (const src of accesses) {
    const type = MemRefType.get([count], (src.type as MemRefType).elementType);
    flat.set(
      src,
      code.insert(memref.CollapseShape.of({ src, reassociation }, { types: { result: type } })),
    );
  }
  const [zero, one, end] = code.values([0, 1, count]);
  const bounds = { lower: [zero!], upper: [end!], step: [one!] };
  const loop = buildParallel(host, bounds, [], ([k]) => {
    const copy = new RewritingCopy(code, (o, self) => {
      const access = accessOf(o);
      const buffer = access === undefined ? undefined : flat.get(access.buffer);
      if (buffer === undefined || access!.indices.some((v, d) => v !== ivs[d])) return false;
      if (o instanceof memref.Store) code.store(self.get(o.value), buffer, [k!]);
      else self.define(o.results[0]!, code.load(buffer, [k!]));
      return true;
    });
    copy.emit(op.body);
  });
  return loop;
}
