/** Emission of the patterns as operations of the pattern dialect. */
import { DenseArrayAttr, IntegerAttr, RankedTensorType, type Type, type Value } from "@strata/ir";
import * as pattern from "@strata/pattern";
import * as scf from "@strata/scf";
import type { ScalarType } from "@strata/support";
import type { ReduceT, StencilT, Typed, Variable } from "../semantics/tree.ts";
import { resolve } from "../semantics/types.ts";
import { emitArgExtreme } from "./arg-extreme.ts";
import type { PatternT } from "./emit-expressions.ts";
import { GatheringEmitter } from "./emit-gathering.ts";
import { tensorType } from "./emitter.ts";
import { scalarIrType, scalarName } from "./ir-types.ts";
import { tryInteger } from "./ranges.ts";
import { flatten, one, unflatten, type Env, type Val } from "./values.ts";

/** The bodies of a reduction on flat values. */
export interface ReductionBodies {
  readonly element: (x: Value, indices: readonly Value[]) => readonly Value[];
  readonly combine: (acc: readonly Value[], x: readonly Value[]) => readonly Value[];
}

function indexTypes(rank: number): Type[] {
  return Array.from({ length: rank }, () => scalarIrType("index"));
}

function first<T>(list: readonly T[]): T {
  const [item] = list;
  if (item === undefined) throw new Error("a pattern without a value");
  return item;
}

export abstract class PatternEmitter extends GatheringEmitter {
  protected pattern(e: PatternT, env: Env): Val {
    switch (e.kind) {
      case "map":
        return one(this.#map(e, env));
      case "build":
        return one(this.#build(e, env));
      case "stencil":
        return one(this.#stencil(e, env));
      case "reduce":
        return one(this.#reduce(e, env));
      case "fold":
        return one(this.#fold(e, env));
      case "range":
        return one(this.#range(e, env));
      case "scan":
        return one(this.#scan(e, env));
      case "histogram":
        return one(this.#histogram(e, env));
      case "gather":
        return one(this.gather(e, env));
      case "scatter":
        return one(this.scatter(e, env));
      case "segmented":
        return one(this.segmented(e, env));
      case "sparse":
        return one(this.sparse(e, env));
      case "iterate":
        return this.#iterate(e, env);
      case "iterateUntil":
        return this.#iterateUntil(e, env);
    }
  }

  /** Tensors of equal shape, brought to the static extents that any of them shows. */
  #sameShape(inputs: readonly Typed[], env: Env): Value[] {
    const values = inputs.map((input) => this.value(input, env));
    const types = values.map(tensorType);
    const shape = first(types).shape.map((extent, axis) => {
      const known = types.find((type) => (type.shape[axis] ?? -1) >= 0);
      return known?.shape[axis] ?? extent;
    });
    return values.map((value) => this.cast(value, tensorType(value).withShape(shape)));
  }

  /** Bounds of a lambda's position parameters, which come behind `before` others. */
  #boundPositions(params: readonly Variable[], before: number, type: RankedTensorType): void {
    type.shape.forEach((extent, axis) => {
      const param = params[before + axis];
      if (param !== undefined && extent >= 0) this.boundPosition(param, extent);
    });
  }

  /** A tensor type with the shape of a value and the element type of a lambda's result. */
  #shaped(like: Value, element: Typed["type"]): RankedTensorType {
    return tensorType(like).withElementType(scalarIrType(scalarName(element)));
  }

  #map(e: Typed & { kind: "map" }, env: Env): Value {
    const inputs = this.#sameShape(e.inputs, env);
    const type = tensorType(first(inputs));
    this.#boundPositions(e.body.params, inputs.length, type);
    const argTypes = [...this.elementTypes(inputs), ...indexTypes(type.rank)];
    const body = this.region(argTypes, (args) => [this.applyOne(e.body, args, env)]);
    const out = this.#shaped(first(inputs), e.body.type);
    return this.s.insert(pattern.MapOp.of({ inputs, body }, { types: { outputs: [out] } }));
  }

  #build(e: Typed & { kind: "build" }, env: Env): Value {
    const type = this.irType(e.type);
    if (!(type instanceof RankedTensorType)) throw new Error("build makes a tensor");
    const sizes = e.extents
      .map((extent) => this.value(extent, env))
      .filter((_, axis) => (type.shape[axis] ?? -1) < 0);
    this.#boundPositions(e.body.params, 0, type);
    const body = this.region(indexTypes(type.rank), (args) => [this.applyOne(e.body, args, env)]);
    return this.s.insert(pattern.BuildOp.of({ sizes, body }, { types: { outputs: [type] } }));
  }

  #stencil(e: StencilT, env: Env): Value {
    const inputs = this.#sameShape(e.inputs, env);
    const type = tensorType(first(inputs));
    const elements = this.elementTypes(inputs);
    const values = e.values.map((value) => this.value(value, env));
    const windows = elements.map((elementType) =>
      pattern.WindowType.get({ elementType, rank: type.rank }),
    );
    this.#boundPositions(e.body.params, 0, type);
    const body = this.region([...windows, ...indexTypes(type.rank)], (args) => {
      for (const accessor of e.accessors) {
        const window = args[accessor.input] ?? first(args);
        this.accessors.set(accessor, (offsets) => this.access(window, offsets));
      }
      return [this.applyOne(e.body, args.slice(inputs.length), env)];
    });
    const kinds = e.boundaries.map((mode) => (mode === "zero" ? "constant" : mode));
    // One boundary stands for all where nothing tells them apart.
    const same = values.length === 0 && kinds.every((kind) => kind === kinds[0]);
    const boundaries = pattern.Boundaries.of(same ? kinds.slice(0, 1) : kinds);
    const strided = e.strides.some((n) => n !== 1);
    const strides = strided ? DenseArrayAttr.i64(e.strides) : undefined;
    const parity = e.parity === undefined ? undefined : IntegerAttr.i64(e.parity);
    const shape = type.shape.map((n, d) => (n < 0 ? n : Math.ceil(n / (e.strides[d] ?? 1))));
    const out = this.#shaped(first(inputs), e.body.type).withShape(shape);
    return this.s.insert(
      pattern.StencilOp.of(
        { inputs, values, boundaries, strides, parity, body },
        { types: { outputs: [out] } },
      ),
    );
  }

  /** `pattern.reduce` over all dimensions or one; a tensor of rank 0 where an axis was the only. */
  protected reduction(
    input: Value,
    axis: number | undefined,
    inits: readonly Value[],
    bodies: ReductionBodies,
  ): Value[] {
    const type = tensorType(input);
    const dims = axis === undefined ? type.shape.map((_, d) => d) : [axis];
    const kept = type.shape.filter((_, d) => !dims.includes(d));
    const initTypes = inits.map((init) => init.type);
    const outputs = initTypes.map((init) =>
      kept.length === 0 ? init : RankedTensorType.get(kept, init),
    );
    const element = this.region([type.elementType, ...indexTypes(type.rank)], ([x, ...indices]) =>
      x === undefined ? [] : bodies.element(x, indices),
    );
    const combiner = this.region([...initTypes, ...initTypes], (args) =>
      bodies.combine(args.slice(0, inits.length), args.slice(inits.length)),
    );
    const op = this.b.insert(
      pattern.ReduceOp.of(
        { inputs: [input], inits, dims: DenseArrayAttr.i64(dims), element, combiner },
        { types: { outputs } },
      ),
    );
    if (axis === undefined || kept.length > 0) return [...op.results];
    return op.results.map((result) => this.#boxed(result));
  }

  /** A scalar as a tensor of rank 0. */
  #boxed(value: Value): Value {
    const type = RankedTensorType.get([], value.type);
    const body = this.region([], () => [value]);
    const types = { types: { outputs: [type] } };
    return this.s.insert(pattern.BuildOp.of({ sizes: [], body }, types));
  }

  #reduce(e: ReduceT, env: Env): Value {
    const input = this.value(e.input, env);
    const tensorTy = resolve(e.input.type);
    if (tensorTy.kind !== "tensor") throw new Error("a reduction of no tensor");
    const type = scalarName(tensorTy.element);
    const { op, axis } = e;
    if (op === "argmin" || op === "argmax") {
      const reduce = (inits: readonly Value[], bodies: ReductionBodies): Value[] =>
        this.reduction(input, axis, inits, bodies);
      const extents = tensorType(input).shape.map((_, d) => this.extent(input, d));
      return emitArgExtreme(this.s, op, type, axis, extents, reduce);
    }
    const combine = op === "mean" ? "sum" : op;
    const total = first(
      this.reduction(input, axis, [this.s.neutral(combine, type)], {
        element: (x) => [x],
        combine: (acc, x) => [this.s.combine(combine, first(acc), first(x), type)],
      }),
    );
    return op === "mean" ? this.#mean(total, input, axis, type) : total;
  }

  /** Divides totals by the number of elements that each combines. */
  #mean(total: Value, input: Value, axis: number | undefined, type: ScalarType): Value {
    const { s } = this;
    const extents = tensorType(input).shape.map((_, d) => this.extent(input, d));
    const combined = axis === undefined ? extents : extents.slice(axis, axis + 1);
    const count = combined.reduce((n, extent) => s.binary("mul", n, extent, "index"), s.index(1));
    const divisor = s.convert(count, "index", type);
    if (!(total.type instanceof RankedTensorType)) return s.binary("div", total, divisor, type);
    const { elementType, rank } = total.type;
    const body = this.region([elementType, ...indexTypes(rank)], (args) => [
      s.binary("div", first(args), divisor, type),
    ]);
    const types = { types: { outputs: [total.type] } };
    return s.insert(pattern.MapOp.of({ inputs: [total], body }, types));
  }

  #fold(e: Typed & { kind: "fold" }, env: Env): Value {
    const input = this.value(e.input, env);
    const init = this.value(e.init, env);
    return first(
      this.reduction(input, e.axis, [init], {
        element: (x) => [x],
        combine: (acc, x) =>
          this.s.reassociating(() => [this.applyOne(e.body, [...acc, ...x], env)]),
      }),
    );
  }

  #range(e: Typed & { kind: "range" }, env: Env): Value {
    const { s } = this;
    const type = scalarName(e.type);
    const count = this.value(e.count, env);
    const [position] = e.body.params;
    const known = tryInteger(e.count, this.facts);
    if (position !== undefined) this.boundPosition(position, known);
    const init = s.neutral(e.op, type);
    const op = scf.buildFor(this.b, s.index(0), count, s.index(1), [init], (at, state) => [
      s.combine(e.op, first(state), this.applyOne(e.body, [at], env), type),
    ]);
    return s.result(op);
  }

  #scan(e: Typed & { kind: "scan" }, env: Env): Value {
    const input = this.value(e.input, env);
    const init = this.value(e.init, env);
    const type = tensorType(input);
    const args = [init.type, type.elementType, ...indexTypes(type.rank)];
    const combiner = this.region(args, (given) => [this.applyOne(e.body, given, env)]);
    const { exclusive, reverse } = e;
    const dim = IntegerAttr.i64(e.axis);
    return this.s.insert(
      pattern.ScanOp.of(
        { inputs: [input], init, dim, exclusive, reverse, combiner },
        { types: { output: type.withElementType(init.type) } },
      ),
    );
  }

  #histogram(e: Typed & { kind: "histogram" }, env: Env): Value {
    const inputs = this.#sameShape(e.inputs, env);
    const type = this.irType(e.type);
    if (!(type instanceof RankedTensorType)) throw new Error("histogram makes a tensor");
    const bins = type.hasStaticShape ? undefined : this.value(e.bins, env);
    const { rank } = tensorType(first(inputs));
    const argTypes = [...this.elementTypes(inputs), ...indexTypes(rank)];
    const body = this.region(argTypes, (args) => {
      const bin = this.applyOne(e.bin, args, env);
      const { weight } = e;
      return [
        bin,
        weight === undefined ? this.s.literal(1, "i32") : this.applyOne(weight, args, env),
      ];
    });
    return this.s.insert(
      pattern.HistogramOp.of({ inputs, bins, body }, { types: { output: type } }),
    );
  }

  #iterate(e: Typed & { kind: "iterate" }, env: Env): Val {
    const steps = this.value(e.count, env);
    const whole = resolve(e.state.type);
    const types = whole.kind === "tuple" ? whole.elements : [whole];
    const inits = this.castParts(this.expr(e.state, env), whole);
    const irTypes = this.irTypes(whole);
    const body = this.region(irTypes, (args) => {
      let next = 0;
      const given = types.map((type) => {
        const count = this.irTypes(type).length;
        const part = unflatten(type, args.slice(next, next + count));
        next += count;
        return part;
      });
      return this.castParts(this.apply(e.body, given, env), e.body.type);
    });
    const op = this.b.insert(pattern.IterateOp.of({ steps, inits, body, until: [] }));
    return unflatten(e.type, op.results);
  }

  #iterateUntil(e: Typed & { kind: "iterateUntil" }, env: Env): Val {
    const steps = this.value(e.limit, env);
    const { type } = e.state;
    const inits = this.castParts(this.expr(e.state, env), type);
    const irTypes = this.irTypes(type);
    const body = this.region(irTypes, (args) =>
      this.castParts(this.apply(e.body, [unflatten(type, args)], env), type),
    );
    const until = this.region([...irTypes, ...irTypes], (args) => {
      const before = unflatten(type, args.slice(0, irTypes.length));
      const after = unflatten(type, args.slice(irTypes.length));
      const { done } = e;
      return flatten(this.apply(done, [before, after], env), done.type);
    });
    const op = this.b.insert(pattern.IterateOp.of({ steps, inits, body, until: [until] }));
    return unflatten(e.type, op.results);
  }
}
