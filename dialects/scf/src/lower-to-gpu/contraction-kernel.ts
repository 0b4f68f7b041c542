/** The kernel of a contraction; see `contraction.ts`. */
import * as arith from "@strata/arith";
import {
  type Builder,
  DenseArrayAttr,
  elementTypeOf,
  FloatType,
  i64,
  IntegerAttr,
  type MemRefType,
  type Operation,
  type Value,
  VectorType,
} from "@strata/ir";
import * as math from "@strata/math";
import * as vector from "@strata/vector";
import { Code, type Idx } from "./code.ts";
import { type Contraction, quad, type SliceLoad } from "./contraction.ts";
import type { Kernel, Kernels } from "./kernel.ts";
import { kernelHint } from "./map.ts";
import { positionAt } from "./nest.ts";
import { RewritingCopy } from "./rewriting-copy.ts";
import { elementBits, hasAlignedRows } from "./alignment.ts";
import { TileEmitter } from "./tile.ts";

/** Lowers a contraction in front of itself. */
export function lowerContraction(host: Builder, c: Contraction, kernels: Kernels): void {
  const code = new Code(host);
  const { block, thread } = c.tile;
  const side = block / thread;
  const batches = c.op.upperBound.slice(0, -2);
  const shape = {
    grid: [Math.ceil(c.columns / block), Math.ceil(c.rows / block), code.product(batches)],
    block: [side * side, 1, 1],
    isParallel: true,
  } as const;
  kernels.launch(host, kernelHint(c.op), shape, (k) => new ContractionKernel(k, c).emit());
}

/** A slice of an operand in the block's memory, twice. */
interface Slice extends SliceLoad {
  /** `2 × slice × (block + padding)` elements. */
  readonly memory: Value;
}

class ContractionKernel {
  readonly #k: Kernel;
  readonly #c: Contraction;
  readonly #code: Code;
  readonly #slices: readonly Slice[];
  readonly #batch: readonly Idx[];
  /** First row and column of the block's tile. */
  readonly #origin: readonly [Idx, Idx];
  readonly #threads: number;

  constructor(k: Kernel, c: Contraction) {
    this.#k = k;
    this.#c = c;
    this.#code = k.code;
    this.#threads = (c.tile.block / c.tile.thread) ** 2;
    const { block, slice } = c.tile;
    this.#slices = c.slices.map((s) => ({
      ...s,
      memory: k.share([2, slice, block + quad], elementTypeOf(s.op.memref.type)),
    }));
    const { code } = k;
    this.#origin = [code.mul(k.block(1), block), code.mul(k.block(0), block)];
    this.#batch = positionAt(code, k.block(2), c.op.upperBound.slice(0, -2));
  }

  emit(): void {
    const code = this.#code;
    const { depth, tile } = this.#c;
    const { loop, op } = this.#c;
    const whole = Math.floor(depth / tile.slice);
    const emitter = this.#emitter();
    const before = [...op.body.ops()].filter((o) => o !== loop && o.isBeforeInBlock(loop));
    for (const o of before) emitter.emitOp(o);
    const copies = tile.thread ** 2;
    const inits = loop.initArgs.flatMap((v) => spread(emitter, v, copies));
    this.#store(0, this.#read(0));
    this.#k.barrier();
    let accs = code.for(0, whole, 1, inits, (n, carried) => {
      const next = code.min(code.add(n, 1), whole - 1);
      const fetched = this.#read(next);
      const now = code.rem(n, 2);
      const results = emitter.scoped(() => {
        let all = [...carried];
        for (let q = 0; q < tile.slice; q++) all = this.#step(emitter, now, q, all);
        return all;
      });
      this.#store(code.sub(1, now), fetched);
      this.#k.barrier();
      return results;
    });
    if (depth % tile.slice > 0) accs = this.#rest(emitter, whole * tile.slice, accs);
    loop.outs.forEach((r, i) => emitter.define(r, accs.slice(i * copies, (i + 1) * copies)));
    const after = [...op.body.ops()].filter((o) => loop.isBeforeInBlock(o) && o !== op.body.lastOp);
    this.#finish(emitter, after);
  }

  /** First row and column of the thread, in each half of the block's tile. */
  #starts(side: "row" | "column"): Idx[] {
    const code = this.#code;
    const { block, thread } = this.#c.tile;
    const across = block / thread;
    const t = this.#k.thread(0);
    const own = side === "row" ? code.div(t, across) : code.rem(t, across);
    const parts = thread / quad;
    return Array.from({ length: parts }, (_, h) =>
      code.add((block / parts) * h, code.mul(own, quad)),
    );
  }

  /** Copies of the body for the thread's results, row by row. */
  #emitter(): TileEmitter {
    const code = this.#code;
    const { op, tile, rows, columns } = this.#c;
    const n = tile.thread;
    const emitter = new TileEmitter(code, quad, n * n);
    const positions = (side: "row" | "column", extent: number): Value[] => {
      const origin = this.#origin[side === "row" ? 0 : 1];
      const inside = extent % tile.block === 0;
      return this.#starts(side).flatMap((start) => {
        const base = code.value(code.add(origin, start));
        if (inside) return emitter.positions(base, [0, 1, 2, 3]);
        // Outside of the result a thread repeats the last row or column, and stores nothing.
        return [0, 1, 2, 3].map((o) => code.value(code.min(code.add(base, o), extent - 1)));
      });
    };
    const [ys, xs] = [positions("row", rows), positions("column", columns)];
    const rank = op.inductionVars.length;
    const copies = Array.from({ length: n * n }, (_, c) => c);
    this.#batch.forEach((b, d) => {
      const v = code.value(b);
      emitter.define(
        op.inductionVars[d]!,
        copies.map(() => v),
      );
    });
    emitter.define(
      op.inductionVars[rank - 2]!,
      copies.map((c) => ys[Math.floor(c / n)]!),
    );
    emitter.define(
      op.inductionVars[rank - 1]!,
      copies.map((c) => xs[c % n]!),
    );
    return emitter;
  }

  // --- slices --------------------------------------------------------------------------------------

  /** How a thread's part of a slice lies: elements of `width` at (side, p), one after another. */
  #parts(s: Slice): { readonly width: number; readonly at: readonly [side: Idx, p: Idx][] } {
    const code = this.#code;
    const { block, slice } = this.#c.tile;
    const extent = s.side === "row" ? this.#c.rows : this.#c.columns;
    const ends = s.along === "p" || extent % quad === 0;
    const width = ends && hasAlignedRows(s.op.memref.type as MemRefType, quad) ? quad : 1;
    const [fast, slow] = s.along === "p" ? [slice, block] : [block, slice];
    const perRow = fast / width;
    const count = Math.ceil((perRow * slow) / this.#threads);
    const t = this.#k.thread(0);
    const at = Array.from({ length: count }, (_, n): [Idx, Idx] => {
      const e = code.add(t, n * this.#threads);
      const x = code.mul(code.rem(e, perRow), width);
      const y = code.div(e, perRow);
      return s.along === "p" ? [y, x] : [x, y];
    });
    return { width, at };
  }

  /** Reads the thread's part of slice number `n` of every operand. */
  #read(n: Idx): Value[][] {
    const code = this.#code;
    const { tile, rows, columns, op, loop } = this.#c;
    const rank = op.inductionVars.length;
    return this.#slices.map((s) => {
      const { width, at } = this.#parts(s);
      const [origin, extent] =
        s.side === "row" ? [this.#origin[0], rows] : [this.#origin[1], columns];
      return at.map(([side, p]) => {
        const wanted = code.add(origin, side);
        // Vectors along the side end where the extent, a multiple of their length, ends.
        const most = extent - (s.along === "side" ? width : 1);
        const position = extent % tile.block === 0 ? wanted : code.min(wanted, most);
        const depth = code.add(code.mul(n, tile.slice), p);
        const indices = s.op.indices.map((v) => {
          if (v === loop.inductionVar) return code.value(depth);
          const d = op.inductionVars.indexOf(v as never);
          if (d < 0) return code.value(v);
          return code.value(d >= rank - 2 ? position : this.#batch[d]!);
        });
        return width === 1 ? code.load(s.op.memref, indices) : loadQuad(code, s.op.memref, indices);
      });
    });
  }

  /** Stores what was read into half `half` of the block's memory. */
  #store(half: Idx, read: readonly (readonly Value[])[]): void {
    const code = this.#code;
    this.#slices.forEach((s, i) => {
      const { width, at } = this.#parts(s);
      at.forEach(([side, p], n) => {
        const v = read[i]![n]!;
        if (width === 1) code.store(v, s.memory, [half, p, side]);
        else if (s.along === "side") storeQuad(code, v, s.memory, [half, p, side]);
        else {
          for (let e = 0; e < quad; e++) {
            code.store(extract(code, v, e), s.memory, [half, code.add(p, e), side]);
          }
        }
      });
    });
  }

  /** Combines the thread's results with those of position `q` of the slices in a half. */
  #step(emitter: TileEmitter, half: Idx, q: number, accs: readonly Value[]): Value[] {
    const code = this.#code;
    const n = this.#c.tile.thread;
    for (const s of this.#slices) {
      const lines = this.#starts(s.side).flatMap((start) => {
        const whole = loadQuad(code, s.memory, code.values([half, q, start]));
        return [0, 1, 2, 3].map((e) => extract(code, whole, e));
      });
      emitter.define(
        s.op.result,
        Array.from(
          { length: n * n },
          (_, c) => lines[s.side === "row" ? Math.floor(c / n) : c % n]!,
        ),
      );
    }
    return this.#combine(emitter, accs);
  }

  /** The body of the inner loop without its loads. */
  #combine(emitter: TileEmitter, accs: readonly Value[]): Value[] {
    const { loop, tile } = this.#c;
    const copies = tile.thread ** 2;
    const loads = new Set<unknown>(this.#slices.map((s) => s.op));
    loop.iterArgs.forEach((a, i) => emitter.define(a, accs.slice(i * copies, (i + 1) * copies)));
    for (const o of loop.body.ops()) {
      if (o === loop.body.lastOp || loads.has(o)) continue;
      const product = fusedProduct(o);
      if (product !== undefined) this.#fuse(emitter, o as arith.AddF, product);
      else if (!(o instanceof arith.MulF && o.result.users().every((u) => fusedProduct(u) === o))) {
        emitter.emitOp(o);
      }
    }
    return loop.yielded.flatMap((v) => spread(emitter, v, copies));
  }

  #fuse(emitter: TileEmitter, sum: arith.AddF, product: arith.MulF): void {
    const copies = this.#c.tile.thread ** 2;
    const other = sum.lhs === product.result ? sum.rhs : sum.lhs;
    emitter.define(
      sum.result,
      Array.from({ length: copies }, (_, c) =>
        this.#code.insert(
          math.Fma.of({
            a: emitter.get(product.lhs, c),
            b: emitter.get(product.rhs, c),
            c: emitter.get(other, c),
          }),
        ),
      ),
    );
  }

  /** The positions behind the last whole slice, read where they lie. */
  #rest(emitter: TileEmitter, from: number, accs: readonly Value[]): Value[] {
    const { depth, loop, tile } = this.#c;
    const copies = tile.thread ** 2;
    const code = this.#code;
    return code.for(from, depth, 1, accs, (p, carried) =>
      emitter.scoped(() => {
        emitter.define(loop.inductionVar, new Array<Value>(copies).fill(p));
        for (const s of this.#slices) emitter.emitOp(s.op);
        return this.#combine(emitter, carried);
      }),
    );
  }

  /** Runs what follows the inner loop, for the results inside of the extents. */
  #finish(emitter: TileEmitter, after: readonly Operation[]): void {
    const code = this.#code;
    const { rows, columns, tile } = this.#c;
    if (rows % tile.block === 0 && columns % tile.block === 0) {
      for (const o of after) emitter.emitOp(o);
      return;
    }
    const n = tile.thread;
    const inside = (side: "row" | "column", extent: number): Value[] =>
      this.#starts(side).flatMap((start) =>
        [0, 1, 2, 3].map((o) => {
          const origin = this.#origin[side === "row" ? 0 : 1];
          return code.compare("slt", code.add(code.add(origin, start), o), extent);
        }),
      );
    const [ys, xs] = [inside("row", rows), inside("column", columns)];
    for (let c = 0; c < n * n; c++) {
      code.if(code.and(ys[Math.floor(c / n)]!, xs[c % n]!), () => {
        const copy = new RewritingCopy(
          code,
          () => false,
          (v) => emitter.get(v, c),
        );
        for (const o of after) copy.emitOp(o);
      });
    }
  }
}

const spread = (emitter: TileEmitter, v: Value, copies: number): Value[] =>
  Array.from({ length: copies }, (_, c) => emitter.get(v, c));

/** The product that a sum of free order adds, where nothing else uses it. */
function fusedProduct(op: unknown): arith.MulF | undefined {
  if (!(op instanceof arith.AddF) || !arith.allows(op.fastmath, "reassoc")) return undefined;
  const t = op.result.type;
  if (!(t instanceof FloatType) || t.width < 32) return undefined;
  return [op.lhs, op.rhs]
    .map((v) => v.definingOp)
    .find((o): o is arith.MulF => o instanceof arith.MulF && o.result.hasOneUse);
}

const alignmentOf = (type: MemRefType): IntegerAttr =>
  IntegerAttr.get((elementBits(type.elementType) * quad) / 8, i64);

function loadQuad(code: Code, base: Value, indices: Value[]): Value {
  const type = base.type as MemRefType;
  const result = VectorType.get([quad], type.elementType);
  const alignment = elementBits(type.elementType) <= 32 ? { alignment: alignmentOf(type) } : {};
  return code.insert(vector.Load.of({ base, indices, ...alignment }, { types: { result } }));
}

function storeQuad(code: Code, valueToStore: Value, base: Value, indices: readonly Idx[]): void {
  const alignment = alignmentOf(base.type as MemRefType);
  code.b.insert(vector.Store.of({ valueToStore, base, indices: code.values(indices), alignment }));
}

function extract(code: Code, source: Value, lane: number): Value {
  return code.insert(
    vector.Extract.of({
      source,
      dynamic_position: [],
      static_position: DenseArrayAttr.i64([lane]),
    }),
  );
}
