/**
 * Contractions: a parallel nest over the results' points, with a sequential nest over the
 * reduction dimensions inside; the inputs are read where their maps say.
 */
import type { AffineExpr, AffineMap, Value } from "@strata/ir";
import { type ContractOp, mapsOf } from "../ops.ts";
import type { BodyEmitter } from "./body.ts";
import { type Idx, IndexMath } from "./index-math.ts";
import { buildForNest, buildParallel, type Range } from "./loops.ts";

/** The dimensions of a contraction's results, in the results' order. */
export function keptDims(op: ContractOp): number[] {
  return mapsOf(op)
    .at(-1)!
    .results.map((e) => (e.kind === "dim" ? e.index : 0));
}

/** Emits the loops over a domain; `store` writes the results of a point. */
export function emitContract(
  op: ContractOp,
  emitter: BodyEmitter,
  domain: readonly Idx[],
  store: (at: readonly Value[], values: readonly Value[]) => void,
): void {
  const b = emitter.builder;
  const inputs = emitter.mapAll(op.inputs);
  const inits = emitter.mapAll(op.inits);
  const maps = mapsOf(op);
  const kept = keptDims(op);
  const reduced = domain.map((_, d) => d).filter((d) => !kept.includes(d));
  const box = (dims: readonly number[]): Range[] =>
    dims.map((d) => ({ lower: 0, upper: domain[d]! }));
  buildParallel(b, box(kept), (outer) => {
    const values = buildForNest(b, box(reduced), inits, (inner, carried) => {
      const point = domain.map((_, d) =>
        kept.includes(d) ? outer[kept.indexOf(d)]! : inner[reduced.indexOf(d)]!,
      );
      const args = op.element.entry.args;
      inputs.forEach((input, i) => {
        const arg = args[i]!;
        if (!arg.isUnused) emitter.define(arg, emitter.load(input, indicesAt(b, maps[i]!, point)));
      });
      point.forEach((iv, d) => emitter.define(args[inputs.length + d]!, iv));
      const terms = emitter.inlineBlock(op.element.entry);
      return emitter.inline(op.combiner, [...carried, ...terms]);
    });
    store(outer, values);
  });
}

/** The results of a map at a point. */
function indicesAt(b: BodyEmitter["builder"], map: AffineMap, point: readonly Value[]): Value[] {
  const m = new IndexMath(b);
  return map.results.map((e) => m.value(indexOf(m, e, point)));
}

function indexOf(m: IndexMath, e: AffineExpr, point: readonly Value[]): Idx {
  if (e.kind === "const") return Number(e.value);
  if (e.kind === "dim") return point[e.index]!;
  if (e.kind === "sym") throw new Error("a contraction's maps have no symbols");
  const [a, b] = [indexOf(m, e.lhs, point), indexOf(m, e.rhs, point)];
  switch (e.op) {
    case "+":
      return m.add(a, b);
    case "*":
      return m.mul(a, b);
    case "floordiv":
      return m.floorDiv(a, b);
    case "ceildiv":
      return m.sub(0, m.floorDiv(m.sub(0, a), b));
    case "mod":
      return m.sub(a, m.mul(m.floorDiv(a, b), b));
  }
}
