/**
 * Stencils: one loop nest over the interior, where no access needs a bounds test, and one nest that
 * walks the slabs of the border one after another with every access remapped.
 *
 * ```
 * +---------------+      slab 0 on top, 1 at the bottom (full width),
 * |   |   0   |   |      2 left and 3 right (interior rows only);
 * | 2 |  int. | 3 |      one copy of the border's code serves all slabs:
 * |   |   1   |   |      its bounds are selected by the slab's number
 * +---------------+
 * ```
 */
import type { Value } from "@strata/ir";
import * as scf from "@strata/scf";
import { type BoundaryKind, boundaryOf, type StencilOp, stridesOf } from "../ops.ts";
import { reachOf } from "../boundary.ts";
import type { BodyEmitter, WindowAccess } from "./body.ts";
import { type Idx, IndexMath } from "./index-math.ts";
import { buildFor, buildForNest, buildParallel, type Range } from "./loops.ts";

/**
 * Emits the loops of a stencil; `sizes` are the extents of the inputs, `store` writes the results
 * of a point at its place in the results.
 */
export function emitStencil(
  op: StencilOp,
  emitter: BodyEmitter,
  inputs: readonly Value[],
  sizes: readonly Idx[],
  store: (at: readonly Value[], values: readonly Value[]) => void,
): void {
  const b = emitter.builder;
  const m = new IndexMath(b);
  const rank = sizes.length;
  const strides = stridesOf(op, rank);
  const { low, high } = reachOf(op.body, rank);
  const boundaries = inputs.map((_, i) => boundaryOf(op, i));
  const outsides = boundaries.map(({ value }) => value && emitter.map(value));
  // Ranges count points: point k of a dimension stands at k · stride.
  const counts = sizes.map((n, d) => m.ceilDiv(n, strides[d]!));
  const interior: Range[] = sizes.map((n, d) => {
    const lower = m.min(Math.ceil(-low[d]! / strides[d]!), counts[d]!);
    return { lower, upper: m.max(lower, m.ceilDiv(m.sub(n, high[d]!), strides[d]!)) };
  });
  const placesOf = (at: readonly Value[]): Value[] =>
    at.map((k, d) => m.value(m.mul(k, strides[d]!)));
  const parity = op.parity === undefined ? undefined : Number(op.parity.value);
  const centres = (ivs: readonly Value[]): Value[] => emitter.loadCentres(op, inputs, ivs);
  /** The results of a point: those of the body, or the centres where the parity differs. */
  const compute = (ivs: readonly Value[], accessOf: (i: number) => WindowAccess): Value[] => {
    const values = emitter.inlineStencil(op, inputs, ivs, accessOf);
    if (parity === undefined) return values;
    const sum = ivs.reduce<Idx>((a, iv) => m.add(a, iv), 0);
    const ours = m.compare("eq", m.rem(sum, 2), parity);
    const kept = centres(ivs);
    return values.map((v, i) => m.choose(ours, v, kept[i]!));
  };
  const point = (
    at: readonly Value[],
    accessOf: (i: number, ivs: readonly Value[]) => WindowAccess,
  ): void => {
    const ivs = placesOf(at);
    store(
      at,
      compute(ivs, (i) => accessOf(i, ivs)),
    );
  };
  buildParallel(b, interior, (at) => point(at, (_, ivs) => interiorAccess(m, ivs)));

  const slabs: Range[][] = [];
  for (let d = 0; d < rank; d++) {
    const inner = (lower: Idx, upper: Idx): Range[] =>
      counts.map((n, k) =>
        k < d ? interior[k]! : k === d ? { lower, upper } : { lower: 0, upper: n },
      );
    if (low[d]! < 0) slabs.push(inner(0, interior[d]!.lower));
    if (high[d]! > 0) slabs.push(inner(interior[d]!.upper, counts[d]!));
  }
  if (slabs.length === 0) return;
  const copied = boundaries.flatMap(({ kind }, i) => (kind === "copy" ? [i] : []));
  const border = (at: readonly Value[]): void => {
    const ivs = placesOf(at);
    const access = (i: number): WindowAccess =>
      borderAccess(m, boundaries[i]!.kind, ivs, sizes, outsides[i]);
    if (copied.length === inputs.length) store(at, centres(ivs));
    else if (copied.length === 0) store(at, compute(ivs, access));
    else {
      // Only the reach of the inputs whose boundary is `copy` decides.
      const reach = reachOf(op.body, rank, copied);
      const inside = ivs.reduce<Value | undefined>((all, iv, d) => {
        const [least, most] = [m.add(iv, reach.low[d]!), m.add(iv, reach.high[d]!)];
        const lower = reach.low[d] === 0 ? all : m.and(all, m.compare("sge", least, 0));
        return reach.high[d] === 0 ? lower : m.and(lower, m.compare("slt", most, sizes[d]!));
      }, undefined);
      if (inside === undefined) store(at, compute(ivs, access));
      else {
        const { results } = scf.buildIf(
          b,
          inside,
          () => compute(ivs, access),
          () => centres(ivs),
        );
        store(at, results);
      }
    }
  };
  const walk = (box: readonly Range[]): void => {
    buildForNest(b, box, [], (at) => {
      border(at);
      return [];
    });
  };
  if (slabs.length === 1) {
    walk(slabs[0]!);
    return;
  }
  buildFor(b, { lower: 0, upper: slabs.length }, [], (slab) => {
    const choose = (of: (r: Range) => Idx, d: number): Idx =>
      slabs.reduceRight<Idx>((rest, box, s) => {
        const own = of(box[d]!);
        return s === slabs.length - 1 || own === rest
          ? s === slabs.length - 1
            ? own
            : rest
          : m.select(m.compare("eq", slab, s), own, rest);
      }, 0);
    walk(
      sizes.map((_, d) => ({ lower: choose((r) => r.lower, d), upper: choose((r) => r.upper, d) })),
    );
    return [];
  });
}

/** Inside, an access at an offset reads there. */
function interiorAccess(m: IndexMath, ivs: readonly Value[]): WindowAccess {
  return {
    position: (offsets) => ivs.map((iv, d) => m.value(m.add(iv, offsets[d]!))),
    inside: () => undefined,
    outside: undefined,
  };
}

/** In the border, each index is remapped, and tested where the boundary is a constant. */
function borderAccess(
  m: IndexMath,
  kind: BoundaryKind,
  ivs: readonly Value[],
  sizes: readonly Idx[],
  outside: Value | undefined,
): WindowAccess {
  return {
    position: (offsets) => ivs.map((iv, d) => m.value(remap(m, kind, iv, offsets[d]!, sizes[d]!))),
    inside: (offsets) => {
      let all: Value | undefined;
      offsets.forEach((o, d) => {
        const i = m.add(ivs[d]!, o);
        if (o < 0) all = m.and(all, m.compare("sge", i, 0));
        if (o > 0) all = m.and(all, m.compare("slt", i, sizes[d]!));
      });
      return all;
    },
    outside,
  };
}

/** The index in 0…n−1 that stands for `iv + offset`; see `remapIndex`. */
function remap(m: IndexMath, kind: BoundaryKind, iv: Value, offset: number, n: Idx): Idx {
  if (offset === 0) return iv;
  const i = m.add(iv, offset);
  switch (kind) {
    case "clamp":
    case "constant":
    case "copy":
      return offset < 0 ? m.max(i, 0) : m.min(i, m.sub(n, 1));
    case "wrap": {
      if (typeof n === "number" && Math.abs(offset) <= n) {
        return offset < 0
          ? m.select(m.compare("slt", i, 0), m.add(i, n), i)
          : m.select(m.compare("sge", i, n), m.sub(i, n), i);
      }
      const r = m.rem(i, n);
      return m.select(m.compare("slt", r, 0), m.add(r, n), r);
    }
    case "reflect": {
      const last = m.sub(n, 1);
      if (typeof n === "number" && Math.abs(offset) < n) {
        return offset < 0
          ? m.select(m.compare("slt", i, 0), m.sub(0, i), i)
          : m.select(m.compare("sge", i, n), m.sub(m.mul(2, last), i), i);
      }
      // A period of 0 (one element) is replaced by 1: every index then becomes 0.
      const period = m.max(m.mul(2, last), 1);
      const r0 = m.rem(i, period);
      const r = m.select(m.compare("slt", r0, 0), m.add(r0, period), r0);
      return m.select(m.compare("sgt", r, last), m.sub(period, r), r);
    }
  }
}
