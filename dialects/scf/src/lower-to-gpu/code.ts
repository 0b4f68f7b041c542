/**
 * Index arithmetic and accesses at a builder's insertion point; constants are folded as they are
 * built, so that static shapes give straight code.
 */
import * as arith from "@strata/arith";
import {
  type Attribute,
  type Builder,
  constantAttr,
  FloatAttr,
  i1,
  IntegerAttr,
  type Operation,
  type Type,
  type Value,
} from "@strata/ir";
import * as memref from "@strata/memref";
import { type BodyValues, buildFor, buildIf } from "../build.ts";
import { constantInteger } from "../constant-integer.ts";

/** An index: known now, or a value. */
export type Idx = number | Value;

/** The number that an index is known to be. */
export function known(i: Idx): number | undefined {
  return typeof i === "number" ? i : constantInteger(i);
}

/** Builds scalar code. */
export class Code {
  readonly b: Builder;

  constructor(b: Builder) {
    this.b = b;
  }

  insert(op: Operation): Value {
    return this.b.insert(op).results[0]!;
  }

  constant(value: Attribute): Value {
    if (!(value instanceof IntegerAttr || value instanceof FloatAttr)) throw new Error("no number");
    return this.insert(arith.ConstantOp.of({ value }));
  }

  /** The constant 0, or another number, of a numeric type. */
  number(n: number, type: Type): Value {
    return this.constant(constantAttr(type, n));
  }

  /** A value for an index; constants are made anew, for they may stand where they are not seen. */
  value(i: Idx): Value {
    if (typeof i === "number") return this.constant(IntegerAttr.index(i));
    const op = i.definingOp;
    return op instanceof arith.ConstantOp ? this.constant(op.value) : i;
  }

  values(all: readonly Idx[]): Value[] {
    return all.map((i) => this.value(i));
  }

  #fold(
    a: Idx,
    b: Idx,
    f: (x: number, y: number) => number,
    op: (operands: { lhs: Value; rhs: Value }) => Operation,
  ): Idx {
    const [x, y] = [known(a), known(b)];
    if (x !== undefined && y !== undefined) {
      const n = f(x, y);
      // Division by zero stays, where nothing runs.
      if (Number.isSafeInteger(n)) return n;
    }
    return this.insert(op({ lhs: this.value(a), rhs: this.value(b) }));
  }

  add(a: Idx, b: Idx): Idx {
    if (known(a) === 0) return b;
    if (known(b) === 0) return a;
    return this.#fold(
      a,
      b,
      (x, y) => x + y,
      (o) => arith.AddI.of(o),
    );
  }

  sub(a: Idx, b: Idx): Idx {
    if (known(b) === 0) return a;
    if (a === b) return 0;
    return this.#fold(
      a,
      b,
      (x, y) => x - y,
      (o) => arith.SubI.of(o),
    );
  }

  mul(a: Idx, b: Idx): Idx {
    if (known(a) === 1) return b;
    if (known(b) === 1) return a;
    if (known(a) === 0 || known(b) === 0) return 0;
    return this.#fold(
      a,
      b,
      (x, y) => x * y,
      (o) => arith.MulI.of(o),
    );
  }

  /** The quotient of numbers that are not negative. */
  div(a: Idx, b: Idx): Idx {
    if (known(b) === 1) return a;
    return this.#fold(
      a,
      b,
      (x, y) => Math.floor(x / y),
      (o) => arith.DivUI.of(o),
    );
  }

  /** The remainder of numbers that are not negative. */
  rem(a: Idx, b: Idx): Idx {
    if (known(b) === 1) return 0;
    return this.#fold(
      a,
      b,
      (x, y) => x % y,
      (o) => arith.RemUI.of(o),
    );
  }

  /** The quotient rounded up, of numbers that are not negative. */
  ceilDiv(a: Idx, b: Idx): Idx {
    return this.div(this.add(a, this.sub(b, 1)), b);
  }

  min(a: Idx, b: Idx): Idx {
    return this.#fold(a, b, Math.min, (o) => arith.MinSI.of(o));
  }

  max(a: Idx, b: Idx): Idx {
    return this.#fold(a, b, Math.max, (o) => arith.MaxSI.of(o));
  }

  product(all: readonly Idx[]): Idx {
    return all.reduce<Idx>((a, b) => this.mul(a, b), 1);
  }

  /** Iterations of a loop: max(0, ⌈(upper − lower) / step⌉). */
  trips(lower: Idx, upper: Idx, step: Idx): Idx {
    return this.ceilDiv(this.max(this.sub(upper, lower), 0), step);
  }

  compare(predicate: arith.CmpIPredicateName, a: Idx, b: Idx): Value {
    return this.insert(
      arith.CmpI.of({
        predicate: arith.CmpIPredicate.attr(predicate),
        lhs: this.value(a),
        rhs: this.value(b),
      }),
    );
  }

  and(a: Value, b: Value): Value {
    return this.insert(arith.AndI.of({ lhs: a, rhs: b }));
  }

  /** Whether all conditions hold. */
  all(conditions: readonly Value[]): Value {
    const [first, ...rest] = conditions;
    return rest.reduce((a, b) => this.and(a, b), first ?? this.number(1, i1));
  }

  select(condition: Value, a: Value, b: Value): Value {
    return this.insert(arith.SelectOp.of({ condition, true_value: a, false_value: b }));
  }

  load(buffer: Value, indices: readonly Idx[]): Value {
    return this.insert(memref.Load.of({ memref: buffer, indices: this.values(indices) }));
  }

  store(value: Value, buffer: Value, indices: readonly Idx[]): void {
    this.b.insert(memref.Store.of({ value, memref: buffer, indices: this.values(indices) }));
  }

  for(
    lower: Idx,
    upper: Idx,
    step: Idx,
    inits: readonly Value[],
    body: (iv: Value, carried: readonly Value[]) => BodyValues,
  ): Value[] {
    const [l, u, s] = [this.value(lower), this.value(upper), this.value(step)];
    return [...buildFor(this.b, l, u, s, inits, body).results];
  }

  if(condition: Value, then: () => BodyValues, otherwise?: () => BodyValues): Value[] {
    return [...buildIf(this.b, condition, then, otherwise).results];
  }
}
