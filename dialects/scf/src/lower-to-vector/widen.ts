/**
 * Emits a loop body for several lanes and several copies at once.
 *
 * Every value of the body is represented by one value per copy it differs in: a scalar when it is
 * the same in all lanes (or linear in the lane: then the scalar is lane 0's), a vector otherwise.
 * Loops and branches with uniform control are emitted once with all copies inside ("unroll and
 * jam"); divergent control becomes masks.
 */
import * as arith from "@strata/arith";
import {
  type Attribute,
  type Builder,
  constantAttr,
  DenseElementsAttr,
  type DenseElement,
  elementTypeOf,
  i1,
  IntegerAttr,
  nameHintOf,
  type Operation,
  type Region,
  setNameHint,
  type Type,
  type Value,
  VectorType,
} from "@strata/ir";
import * as memref from "@strata/memref";
import * as vector from "@strata/vector";
import { buildFor, buildIf, buildWhile } from "../build.ts";
import { For, If, While } from "../ops.ts";
import { type Reduction, reductionsOf } from "../reduction.ts";
import { indexConstant, isEmptyRange, mainUpperBound } from "./ranges.ts";
import { ScalarCopy } from "../scalar-copy.ts";
import { isSpeculatable, mayTrap, type ShapeAnalysis } from "./shape.ts";

/** How many lanes, and how many copies along each dimension (bit `d` of a shape's `copies`). */
export interface Widths {
  readonly lanes: number;
  readonly copies: readonly number[];
}

/** A coordinate along each copied dimension. */
type Coordinates = readonly number[];

/** A value of the body in its widened form. */
interface Wide {
  readonly bits: number;
  /** One for each combination of coordinates of the dimensions in `bits`, first dimension slowest. */
  readonly values: readonly Value[];
  readonly isVector: boolean;
  /** Distance between lanes of a scalar that is linear in the lane. */
  readonly stride: number;
}

/** Emits widened code at a builder's insertion point. */
export class Widener {
  readonly builder: Builder;
  readonly #widths: Widths;
  readonly #shapes: ShapeAnalysis;
  readonly #wide = new Map<Value, Wide>();
  /** Vectors made of scalars, kept next to the scalar's definition. */
  readonly #broadcasts = new Map<Value, Map<number, Value>>();
  /** The lanes that are active; undefined when all are. */
  #mask: Value | undefined;
  readonly #laneLoop: For | undefined;
  readonly #laneDim: number;
  /** Stands in front of the new code: scalars from further out are broadcast there. */
  readonly #anchor: Operation;

  constructor(
    builder: Builder,
    widths: Widths,
    shapes: ShapeAnalysis,
    anchor: Operation,
    laneLoop: For | undefined,
    laneDim: number,
  ) {
    this.builder = builder;
    this.#widths = widths;
    this.#shapes = shapes;
    this.#anchor = anchor;
    this.#laneLoop = laneLoop;
    this.#laneDim = laneDim;
  }

  /** Gives the widened form of a value from outside, e.g. an induction variable's copies. */
  seed(v: Value, values: readonly Value[], stride: number): void {
    this.#wide.set(v, { bits: this.#shapes.of(v).copies, values, isVector: false, stride });
  }

  /** Emits a region's operations except the terminator. */
  emitBody(r: Region): void {
    const block = r.entry;
    for (let op = block.firstOp; op !== null && op !== block.lastOp; op = op.next) this.#op(op);
  }

  /** Emits a reduction that stands in no nest; gives its results. */
  emitLoop(op: For): Value[] {
    this.#for(op);
    return op.outs.map((r) => this.scalar(r));
  }

  /** The scalar form of a value that is uniform and has no copies. */
  scalar(v: Value): Value {
    return this.#get(v, this.#origin(), false);
  }

  #origin(): Coordinates {
    return this.#widths.copies.map(() => 0);
  }

  /** All coordinates of the dimensions in `bits`; the others stay 0. */
  #coordinates(bits: number): Coordinates[] {
    let all: number[][] = [[]];
    this.#widths.copies.forEach((n, d) => {
      const count = (bits >> d) & 1 ? n : 1;
      all = all.flatMap((c) => Array.from({ length: count }, (_, k) => [...c, k]));
    });
    return all;
  }

  #at(w: Wide, c: Coordinates): Value {
    let i = 0;
    this.#widths.copies.forEach((n, d) => {
      if ((w.bits >> d) & 1) i = i * n + c[d]!;
    });
    return w.values[i]!;
  }

  #wideOf(v: Value): Wide {
    return this.#wide.get(v) ?? { bits: 0, values: [v], isVector: false, stride: 0 };
  }

  #get(v: Value, c: Coordinates, asVector: boolean): Value {
    const w = this.#wideOf(v);
    const value = this.#at(w, c);
    return asVector && !w.isVector ? this.#broadcast(value, w.stride) : value;
  }

  #vectorType(t: Type): VectorType {
    return VectorType.get([this.#widths.lanes], t);
  }

  #insert(op: Operation): Value {
    return this.builder.insert(op).results[0]!;
  }

  #splat(a: Attribute, type: Type): Value {
    const value = DenseElementsAttr.splat(this.#vectorType(type), a as DenseElement);
    return this.#insert(arith.ConstantOp.of({ value }));
  }

  /** The vector `scalar + lane · stride`, placed where the scalar is defined. */
  #broadcast(scalar: Value, stride: number): Value {
    let made = this.#broadcasts.get(scalar);
    if (made === undefined) this.#broadcasts.set(scalar, (made = new Map()));
    const known = made.get(stride);
    if (known !== undefined) return known;
    const result = this.builder.saved(() => {
      this.#moveBehind(scalar);
      const type = this.#vectorType(scalar.type);
      const constant =
        scalar.definingOp instanceof arith.ConstantOp ? scalar.definingOp.value : undefined;
      const base =
        constant === undefined
          ? this.#insert(vector.Broadcast.of({ source: scalar }, { types: { vector: type } }))
          : this.#splat(constant, scalar.type);
      if (stride === 0) return base;
      const lanes = Array.from({ length: this.#widths.lanes }, (_, l) =>
        constantAttr(scalar.type, l * stride),
      ) as DenseElement[];
      const steps = this.#insert(
        arith.ConstantOp.of({ value: DenseElementsAttr.get(type, lanes) }),
      );
      return this.#insert(arith.AddI.of({ lhs: base, rhs: steps }));
    });
    made.set(stride, result);
    return result;
  }

  #moveBehind(scalar: Value): void {
    const def = scalar.definingOp;
    const home = scalar.parentBlock!;
    const anchor = this.#anchor;
    let at: Operation | null = anchor;
    while (at !== null && at.parent !== home) at = at.parentOp;
    const isNew =
      at === null || (at === anchor && def !== undefined && anchor.isBeforeInBlock(def));
    if (!isNew) this.builder.setBefore(anchor);
    else if (def !== undefined) this.builder.setAfter(def);
    else this.builder.setToStart(home);
  }

  #define(v: Value, values: readonly Value[], isVector: boolean, stride = 0): void {
    const hint = nameHintOf(v);
    if (hint !== undefined) for (const x of values) setNameHint(x, hint);
    this.#wide.set(v, { bits: this.#shapes.of(v).copies, values, isVector, stride });
  }

  // --- operations --------------------------------------------------------------------------------

  #op(op: Operation): void {
    const outer = this.builder.location;
    this.builder.location = op.location;
    if (op instanceof memref.Load) this.#load(op);
    else if (op instanceof memref.Store) this.#store(op);
    else if (op instanceof For) this.#for(op);
    else if (op instanceof If) this.#if(op);
    else if (op instanceof While) this.#while(op);
    else this.#elementwise(op);
    this.builder.location = outer;
  }

  #elementwise(op: Operation): void {
    const shape = this.#shapes.of(op.results[0]!);
    const varies = shape.lanes.kind === "varying";
    const copies: Operation[] = this.#coordinates(shape.copies).map((c) => {
      const operands = op.operands.map((v, i) => {
        // A condition that is the same in all lanes selects whole vectors.
        const whole = op instanceof arith.SelectOp && i === 0 && !this.#varies(v);
        const x = this.#get(v, c, varies && !whole);
        return varies ? this.#guard(op, i, x) : x;
      });
      return this.builder.insert(
        op.definition.construct({
          location: op.location,
          operands,
          resultTypes: op.resultTypes.map((t) => (varies ? this.#vectorType(t) : t)),
          properties: [...op.properties],
          discardable: op.discardable === null ? null : new Map(op.discardable),
        }),
      );
    });
    const stride = shape.lanes.kind === "linear" ? shape.lanes.stride : 0;
    op.results.forEach((r, i) =>
      this.#define(
        r,
        copies.map((o) => o.results[i]!),
        varies,
        stride,
      ),
    );
  }

  #varies(v: Value): boolean {
    const k = this.#shapes.of(v).lanes.kind;
    return k !== "uniform";
  }

  /** Under a mask, inactive lanes divide by 1 and shift by 0. */
  #guard(op: Operation, i: number, x: Value): Value {
    if (this.#mask === undefined || i !== 1 || !mayTrap(op)) return x;
    const shift =
      op instanceof arith.ShLI || op instanceof arith.ShRSI || op instanceof arith.ShRUI;
    const element = elementTypeOf(x.type);
    const safe = this.#splat(constantAttr(element, shift ? 0 : 1), element);
    return this.#select(this.#mask, x, safe);
  }

  #select(condition: Value, a: Value, b: Value): Value {
    if (a === b) return a;
    return this.#insert(arith.SelectOp.of({ condition, true_value: a, false_value: b }));
  }

  /** Whether the last index advances by one element from lane to lane and the others do not. */
  #isContiguous(indices: readonly Value[]): boolean {
    return indices.every((v, d) => {
      const l = this.#shapes.of(v).lanes;
      return d === indices.length - 1
        ? l.kind === "linear" && l.stride === 1
        : l.kind === "uniform";
    });
  }

  #load(op: memref.Load): void {
    const shape = this.#shapes.of(op.results[0]!);
    const buffer = this.#get(op.memref, this.#origin(), false);
    const element = op.results[0]!.type;
    const contiguous = this.#isContiguous(op.indices);
    const values = this.#coordinates(shape.copies).map((c) => {
      if (shape.lanes.kind === "uniform") {
        return this.#insert(
          memref.Load.of({ memref: buffer, indices: this.#scalars(op.indices, c) }),
        );
      }
      if (!contiguous) return this.#gather(op, buffer, c);
      const type = this.#vectorType(element);
      const indices = this.#scalars(op.indices, c);
      if (this.#mask === undefined) {
        return this.#insert(vector.Load.of({ base: buffer, indices }, { types: { result: type } }));
      }
      const passThru = this.#splat(constantAttr(element, 0), element);
      return this.#insert(
        vector.MaskedLoad.of(
          { base: buffer, indices, mask: this.#mask, pass_thru: passThru },
          { types: { result: type } },
        ),
      );
    });
    this.#define(op.results[0]!, values, shape.lanes.kind !== "uniform");
  }

  #scalars(vs: readonly Value[], c: Coordinates): Value[] {
    return vs.map((v) => this.#get(v, c, false));
  }

  /** The scalar of one lane of an index. */
  #lane(v: Value, c: Coordinates, lane: number): Value {
    const w = this.#wideOf(v);
    const x = this.#at(w, c);
    if (w.isVector) return this.#extract(x, lane);
    if (w.stride === 0 || lane === 0) return x;
    const offset = this.#insert(
      arith.ConstantOp.of({ value: constantAttr(x.type, lane * w.stride) as IntegerAttr }),
    );
    return this.#insert(arith.AddI.of({ lhs: x, rhs: offset }));
  }

  #extract(v: Value, lane: number): Value {
    return this.#insert(vector.extractAt(v, lane));
  }

  /** Lane by lane; inactive lanes read nothing. */
  #gather(op: memref.Load, buffer: Value, c: Coordinates): Value {
    const element = op.results[0]!.type;
    const zero = constantAttr(element, 0);
    let result = this.#splat(zero, element);
    for (let lane = 0; lane < this.#widths.lanes; lane++) {
      const read = (): Value => {
        const indices = op.indices.map((v) => this.#lane(v, c, lane));
        return this.#insert(memref.Load.of({ memref: buffer, indices }));
      };
      let x: Value;
      if (this.#mask === undefined) x = read();
      else {
        x = buildIf(
          this.builder,
          this.#extract(this.#mask, lane),
          () => [read()],
          () => [this.#insert(arith.ConstantOp.of({ value: zero }))],
        ).results[0]!;
      }
      result = this.#insert(vector.insertAt(x, result, lane));
    }
    return result;
  }

  #store(op: memref.Store): void {
    const buffer = this.#get(op.memref, this.#origin(), false);
    const involved = [op.value, ...op.indices];
    const bits = involved.reduce((b, v) => b | this.#shapes.of(v).copies, 0);
    const lanes = involved.some((v) => this.#varies(v));
    const contiguous = this.#isContiguous(op.indices);
    for (const c of this.#coordinates(bits)) {
      if (!lanes) {
        const indices = this.#scalars(op.indices, c);
        const value = this.#get(op.value, c, false);
        this.builder.insert(memref.Store.of({ value, memref: buffer, indices }));
      } else if (contiguous) {
        const value = this.#get(op.value, c, true);
        const indices = this.#scalars(op.indices, c);
        this.builder.insert(
          this.#mask === undefined
            ? vector.Store.of({ valueToStore: value, base: buffer, indices })
            : vector.MaskedStore.of({
                base: buffer,
                indices,
                mask: this.#mask,
                valueToStore: value,
              }),
        );
      } else this.#scatter(op, buffer, c);
    }
  }

  #scatter(op: memref.Store, buffer: Value, c: Coordinates): void {
    for (let lane = 0; lane < this.#widths.lanes; lane++) {
      const write = (): void => {
        const indices = op.indices.map((v) => this.#lane(v, c, lane));
        const value = this.#lane(op.value, c, lane);
        this.builder.insert(memref.Store.of({ value, memref: buffer, indices }));
      };
      if (this.#mask === undefined) write();
      else buildIf(this.builder, this.#extract(this.#mask, lane), write);
    }
  }

  // --- loops -------------------------------------------------------------------------------------

  /** Carried values of several originals as one flat list, and back. */
  #flat(originals: readonly Value[], from: readonly Value[]): Value[] {
    return originals.flatMap((o, i) => {
      const s = this.#shapes.of(o);
      return this.#coordinates(s.copies).map((c) => this.#get(from[i]!, c, this.#varies(o)));
    });
  }

  #unflatten(originals: readonly Value[], flat: readonly Value[]): void {
    let at = 0;
    for (const o of originals) {
      const n = this.#coordinates(this.#shapes.of(o).copies).length;
      this.#define(o, flat.slice(at, at + n), this.#varies(o));
      at += n;
    }
  }

  #for(op: For): void {
    const reductions = op === this.#laneLoop ? reductionsOf(op) : undefined;
    if (reductions !== undefined) {
      this.#reduce(op, reductions);
      return;
    }
    const carried = op.region.entry.args.slice(1);
    const inits = this.#flat(carried, op.initArgs);
    const [lower, upper, step] = [op.lowerBound, op.upperBound, op.step].map((v) => this.scalar(v));
    const copy = buildFor(this.builder, lower!, upper!, step!, inits, (iv, state) => {
      this.seed(op.region.entry.args[0]!, [iv], 0);
      this.#unflatten(carried, state);
      this.emitBody(op.region);
      return this.#flat(carried, op.region.entry.lastOp!.operands);
    });
    // A loop's results have the shapes of what it carries.
    this.#unflatten(op.outs, copy.results);
  }

  /** The iterations become lanes: vector accumulators, combined behind the loop, then the rest. */
  #reduce(op: For, reductions: readonly Reduction[]): void {
    const b = this.builder;
    const carried = op.region.entry.args.slice(1);
    const iv = op.region.entry.args[0]!;
    const unroll = this.#widths.copies[this.#laneDim]!;
    const lanes = this.#widths.lanes;
    const lower = this.scalar(op.lowerBound);
    const upper = this.scalar(op.upperBound);
    const middle = mainUpperBound(b, lower, upper, lanes * unroll);
    const laneBit = 1 << this.#laneDim;
    const bitsOf = (i: number): number => this.#shapes.of(carried[i]!).copies | laneBit;
    const inits = reductions.flatMap((r, i) =>
      this.#coordinates(bitsOf(i)).map(() => this.#splat(r.neutral, carried[i]!.type)),
    );
    const combine = (r: Reduction, x: Value, y: Value): Value => {
      const [lhs, rhs] = r.combiner.operand(0) === r.input ? [y, x] : [x, y];
      return this.#insert(
        r.combiner.definition.construct({
          location: r.combiner.location,
          operands: [lhs, rhs],
          resultTypes: [x.type],
          properties: [...r.combiner.properties],
        }),
      );
    };
    const skip = new Set(reductions.map((r) => r.combiner));
    const main = isEmptyRange(lower, middle)
      ? undefined
      : buildFor(b, lower, middle, indexConstant(b, lanes * unroll), inits, (base, state) => {
          const ivs = Array.from({ length: unroll }, (_, u) =>
            u === 0
              ? base
              : this.#insert(arith.AddI.of({ lhs: base, rhs: indexConstant(b, u * lanes) })),
          );
          this.seed(iv, ivs, 1);
          for (let o = op.region.entry.firstOp; o !== op.region.entry.lastOp; o = o!.next) {
            if (!skip.has(o!)) this.#op(o!);
          }
          let at = 0;
          return reductions.flatMap((r, i) =>
            this.#coordinates(bitsOf(i)).map((c) =>
              combine(r, state[at++]!, this.#get(r.input, c, true)),
            ),
          );
        });
    // Copies along the lane dimension are folded together, then the lanes, then the init.
    let at = 0;
    const starts = reductions.map((r, i) => {
      const init = op.initArgs[i]!;
      const outerBits = this.#shapes.of(carried[i]!).copies & ~laneBit;
      const groups = new Map<string, Value>();
      for (const c of this.#coordinates(bitsOf(i))) {
        const key = c.map((k, d) => (d === this.#laneDim ? 0 : k)).join();
        const value = main?.results[at++];
        if (value === undefined) continue;
        const sum = groups.get(key);
        groups.set(key, sum === undefined ? value : combine(r, sum, value));
      }
      return this.#coordinates(outerBits).map((c) => {
        const start = this.#get(init, c, false);
        const sum = groups.get(c.join());
        if (sum === undefined) return start;
        return combine(r, start, this.#insert(vector.reductionOf(r.kind, sum, r.combiner)));
      });
    });
    const finals = this.#rest(op, middle, upper, starts);
    op.outs.forEach((r, i) => this.#define(r, finals[i]!, false));
  }

  /** The iterations that do not fill a vector, one by one, for all copies. */
  #rest(
    op: For,
    middle: Value,
    upper: Value,
    starts: readonly (readonly Value[])[],
  ): readonly (readonly Value[])[] {
    if (isEmptyRange(middle, upper)) return starts;
    const b = this.builder;
    const rest = buildFor(b, middle, upper, indexConstant(b, 1), starts.flat(), (iv, state) => {
      return this.#scalarView(op, iv, state, starts);
    });
    let at = 0;
    return starts.map((s) => s.map(() => rest.results[at++]!));
  }

  /** One iteration of a reduction in scalars, for each combination of outer copies. */
  #scalarView(
    op: For,
    iv: Value,
    state: readonly Value[],
    starts: readonly (readonly Value[])[],
  ): Value[] {
    const laneBit = 1 << this.#laneDim;
    const carried = op.region.entry.args.slice(1);
    const outer = carried.map((v) => this.#shapes.of(v).copies & ~laneBit);
    const all = outer.reduce((a, b) => a | b, 0);
    const next: Value[][] = starts.map((s) => [...s]);
    for (const c of this.#coordinates(all)) {
      const copy = new ScalarCopy(this.builder, (v) => this.#get(v, c, false));
      copy.define(op.region.entry.args[0]!, iv);
      let base = 0;
      const slots = carried.map((v, i) => {
        const w: Wide = {
          bits: outer[i]!,
          values: state.slice(base, base + starts[i]!.length),
          isVector: false,
          stride: 0,
        };
        base += starts[i]!.length;
        copy.define(v, this.#at(w, c));
        return this.#index(outer[i]!, c);
      });
      copy.emit(op.region.entry);
      op.region.entry.lastOp!.operands.forEach((v, i) => {
        next[i]![slots[i]!] = copy.get(v);
      });
    }
    return next.flat();
  }

  #index(bits: number, c: Coordinates): number {
    let i = 0;
    this.#widths.copies.forEach((n, d) => {
      if ((bits >> d) & 1) i = i * n + c[d]!;
    });
    return i;
  }

  #if(op: If): void {
    const condition = this.#shapes.of(op.condition);
    if (condition.lanes.kind === "uniform" && condition.copies === 0) this.#uniformIf(op);
    else if (isSpeculatable(op)) this.#flattened(op);
    else this.#maskedIf(op);
  }

  #uniformIf(op: If): void {
    const side = (r: Region) => (): Value[] => {
      this.emitBody(r);
      return this.#flat(op.outs, r.entry.lastOp!.operands);
    };
    const otherwise = op.elseRegion.isEmpty ? undefined : side(op.elseRegion);
    const copy = buildIf(this.builder, this.scalar(op.condition), side(op.thenRegion), otherwise);
    this.#unflatten(op.outs, copy.results);
  }

  /** Both branches are computed and the results selected. */
  #flattened(op: If): void {
    this.emitBody(op.thenRegion);
    if (!op.elseRegion.isEmpty) this.emitBody(op.elseRegion);
    op.outs.forEach((r, i) => {
      const shape = this.#shapes.of(r);
      const varies = shape.lanes.kind !== "uniform";
      const values = this.#coordinates(shape.copies).map((c) =>
        this.#select(
          this.#get(op.condition, c, this.#varies(op.condition)),
          this.#get(op.thenRegion.entry.lastOp!.operand(i), c, varies),
          this.#get(op.elseRegion.entry.lastOp!.operand(i), c, varies),
        ),
      );
      this.#define(r, values, varies);
    });
  }

  /** Each branch runs under the mask of its lanes, and only when there is one. */
  #maskedIf(op: If): void {
    const outer = this.#mask;
    const condition = this.#get(op.condition, this.#origin(), true);
    const yes = this.#and(outer, condition);
    const thenValues = this.#branch(op.thenRegion, yes, op.outs);
    let elseValues: readonly Value[] = [];
    if (!op.elseRegion.isEmpty) {
      const ones = this.#splat(IntegerAttr.bool(true), i1);
      const not = this.#insert(arith.XOrI.of({ lhs: condition, rhs: ones }));
      elseValues = this.#branch(op.elseRegion, this.#and(outer, not), op.outs);
    }
    this.#mask = outer;
    op.outs.forEach((r, i) => {
      this.#define(r, [this.#select(condition, thenValues[i]!, elseValues[i]!)], true);
    });
  }

  #branch(r: Region, mask: Value, outs: readonly Value[]): readonly Value[] {
    this.#mask = mask;
    return buildIf(
      this.builder,
      this.#any(mask),
      () => {
        this.emitBody(r);
        return r.entry.lastOp!.operands.map((v) => this.#get(v, this.#origin(), true));
      },
      outs.length === 0
        ? undefined
        : () => outs.map((o) => this.#splat(constantAttr(o.type, 0), o.type)),
    ).results;
  }

  #and(a: Value | undefined, b: Value): Value {
    return a === undefined ? b : this.#insert(arith.AndI.of({ lhs: a, rhs: b }));
  }

  /** Whether any lane of a mask is set. */
  #any(mask: Value): Value {
    return this.#insert(vector.reductionOf("or", mask));
  }

  #while(op: While): void {
    const [before, after] = [op.before.entry, op.after.entry];
    const test = before.lastOp!;
    if (!this.#varies(test.operand(0))) {
      this.#uniformWhile(op);
      return;
    }
    // Lanes whose condition is false keep their values, so that it stays false; the values that
    // the condition passes on are computed from those, so that they stay too.
    const outer = this.#mask;
    const n = before.args.length;
    const inits = op.inits.map((v) => this.#get(v, this.#origin(), true));
    const { results } = buildWhile(
      this.builder,
      inits,
      (args) => {
        before.args.forEach((a, i) => this.#define(a, [args[i]!], true));
        this.#mask = outer;
        this.emitBody(op.before);
        const active = this.#and(outer, this.#get(test.operand(0), this.#origin(), true));
        const passed = test.operands.slice(1).map((v) => this.#get(v, this.#origin(), true));
        return { condition: this.#any(active), args: [active, ...args, ...passed] };
      },
      (args) => {
        const active = args[0]!;
        const old = args.slice(1, 1 + n);
        after.args.forEach((a, i) => this.#define(a, [args[1 + n + i]!], true));
        this.#mask = active;
        this.emitBody(op.after);
        return after.lastOp!.operands.map((v, i) =>
          this.#select(active, this.#get(v, this.#origin(), true), old[i]!),
        );
      },
    );
    this.#mask = outer;
    op.outs.forEach((r, i) => this.#define(r, [results[1 + n + i]!], true));
  }

  #uniformWhile(op: While): void {
    const [before, after] = [op.before.entry, op.after.entry];
    const test = before.lastOp!;
    const { results } = buildWhile(
      this.builder,
      this.#flat(before.args, op.inits),
      (args) => {
        this.#unflatten(before.args, args);
        this.emitBody(op.before);
        return {
          condition: this.scalar(test.operand(0)),
          args: this.#flat(after.args, test.operands.slice(1)),
        };
      },
      (args) => {
        this.#unflatten(after.args, args);
        this.emitBody(op.after);
        return this.#flat(before.args, after.lastOp!.operands);
      },
    );
    this.#unflatten(op.outs, results);
  }
}
