/** Emission of the patterns that read or write at computed places. */
import { RankedTensorType, type Type, type Value } from "@strata/ir";
import * as pattern from "@strata/pattern";
import * as scf from "@strata/scf";
import * as tensor from "@strata/tensor";
import type { GatherT, ScatterT, SegmentedT, SparseT, Typed } from "../semantics/tree.ts";
import { resolve } from "../semantics/types.ts";
import { ExpressionEmitter } from "./emit-expressions.ts";
import { tensorType } from "./emitter.ts";
import { scalarIrType, scalarName } from "./ir-types.ts";
import type { Env } from "./values.ts";

export abstract class GatheringEmitter extends ExpressionEmitter {
  #extract(source: Value, indices: readonly Value[]): Value {
    return this.s.insert(tensor.Extract.of({ tensor: source, indices: [...indices] }));
  }

  /** An element of a tensor of integers as a position. */
  #position(of: Typed, source: Value, indices: readonly Value[]): Value {
    const type = resolve(of.type);
    if (type.kind !== "tensor") throw new Error("positions come from a tensor");
    const element = this.#extract(source, indices);
    return this.s.convert(element, scalarName(type.element), "index");
  }

  /** A tensor of a type computed from its indices; `extents` are those of the whole. */
  #build(
    type: RankedTensorType,
    extents: readonly (() => Value)[],
    fill: (indices: readonly Value[]) => Value,
  ): Value {
    const sizes = extents.flatMap((extent, d) => (type.shape[d]! < 0 ? [extent()] : []));
    const indexTypes: Type[] = type.shape.map(() => scalarIrType("index"));
    const body = this.region(indexTypes, (indices) => [fill(indices)]);
    return this.s.insert(pattern.BuildOp.of({ sizes, body }, { types: { outputs: [type] } }));
  }

  protected gather(e: GatherT, env: Env): Value {
    const source = this.value(e.source, env);
    const indices = this.value(e.indices, env);
    const lead = tensorType(indices).rank;
    const shape = [...tensorType(indices).shape, ...tensorType(source).shape.slice(1)];
    const type = RankedTensorType.get(shape, tensorType(source).elementType);
    const extents = shape.map((_, d) => (): Value => {
      return d < lead ? this.extent(indices, d) : this.extent(source, d - lead + 1);
    });
    return this.#build(type, extents, (at) => {
      const row = this.#position(e.indices, indices, at.slice(0, lead));
      return this.#extract(source, [row, ...at.slice(lead)]);
    });
  }

  protected scatter(e: ScatterT, env: Env): Value {
    const target = this.value(e.target, env);
    const indices = this.value(e.indices, env);
    const values = this.value(e.values, env);
    const lead = tensorType(indices).rank;
    const { elementType, rank } = tensorType(values);
    const indexTypes: Type[] = Array.from({ length: rank }, () => scalarIrType("index"));
    const body = this.region([elementType, ...indexTypes], ([value, ...at]) => {
      const row = this.#position(e.indices, indices, at.slice(0, lead));
      return [row, ...at.slice(lead), ...(value === undefined ? [] : [value])];
    });
    const own = tensorType(target).elementType;
    const combiner = this.region([own, own], ([old, value]) => {
      if (old === undefined || value === undefined) throw new Error("two values are combined");
      return [e.body === undefined ? value : this.applyOne(e.body, [old, value], env)];
    });
    const types = { types: { output: tensorType(target) } };
    return this.s.insert(pattern.ScatterOp.of({ target, inputs: [values], body, combiner }, types));
  }

  /** Combines over a range of positions, in any order. */
  #combineRange(
    from: Value,
    to: Value,
    init: Value,
    combine: (acc: Value, at: Value) => Value,
  ): Value {
    const op = scf.buildFor(this.b, from, to, this.s.index(1), [init], (at, [acc]) => [
      acc === undefined ? init : combine(acc, at),
    ]);
    return this.s.result(op);
  }

  /** The bounds of a segment. */
  #segment(of: Typed, offsets: Value, k: Value): [Value, Value] {
    const next = this.s.binary("add", k, this.s.index(1), "index");
    return [this.#position(of, offsets, [k]), this.#position(of, offsets, [next])];
  }

  /** How many segments offsets tell. */
  #segments(offsets: Value): Value {
    return this.s.binary("sub", this.extent(offsets, 0), this.s.index(1), "index");
  }

  protected segmented(e: SegmentedT, env: Env): Value {
    const values = this.value(e.values, env);
    const offsets = this.value(e.offsets, env);
    const init = this.value(e.init, env);
    const type = this.irType(e.type) as RankedTensorType;
    return this.#build(type, [() => this.#segments(offsets)], ([k]) => {
      if (k === undefined) throw new Error("a segment has a number");
      const [from, to] = this.#segment(e.offsets, offsets, k);
      return this.#combineRange(from, to, init, (acc, at) =>
        this.s.reassociating(() => this.applyOne(e.body, [acc, this.#extract(values, [at])], env)),
      );
    });
  }

  protected sparse(e: SparseT, env: Env): Value {
    const { s } = this;
    const [offsets, columns] = [this.value(e.offsets, env), this.value(e.columns, env)];
    const [values, dense] = [this.value(e.values, env), this.value(e.dense, env)];
    const type = this.irType(e.type) as RankedTensorType;
    const tensorTy = resolve(e.type);
    if (tensorTy.kind !== "tensor") throw new Error("a sparse product is a tensor");
    const element = scalarName(tensorTy.element);
    const { semiring } = e;
    const init =
      semiring === undefined ? s.neutral("sum", element) : this.value(semiring.init, env);
    const extents = [(): Value => this.#segments(offsets), (): Value => this.extent(dense, 1)];
    return this.#build(type, extents.slice(0, type.rank), ([row, ...rest]) => {
      if (row === undefined) throw new Error("a row has a number");
      const [from, to] = this.#segment(e.offsets, offsets, row);
      return this.#combineRange(from, to, init, (acc, at) => {
        const value = this.#extract(values, [at]);
        const column = this.#position(e.columns, columns, [at]);
        const x = this.#extract(dense, [column, ...rest]);
        if (semiring === undefined) {
          return s.combine("sum", acc, s.binary("mul", value, x, element), element);
        }
        const { times, plus } = semiring;
        const term = this.applyOne(times, [value, x], env);
        return s.reassociating(() => this.applyOne(plus, [acc, term], env));
      });
    });
  }
}
