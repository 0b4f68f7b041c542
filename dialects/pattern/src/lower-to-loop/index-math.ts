/**
 * Index arithmetic that folds constants as it is built, so that static shapes give straight code.
 */
import * as arith from "@strata/arith";
import { type Builder, IntegerAttr, type Operation, type Value } from "@strata/ir";

/** An index: a number known now, or a value. */
export type Idx = number | Value;

/** Builds index arithmetic at a builder's insertion point. */
export class IndexMath {
  readonly builder: Builder;

  constructor(builder: Builder) {
    this.builder = builder;
  }

  #insert(op: Operation): Value {
    return this.builder.insert(op).results[0]!;
  }

  /** The value of an index. */
  value(i: Idx): Value {
    if (typeof i !== "number") return i;
    return this.#insert(arith.ConstantOp.of({ value: IntegerAttr.index(i) }));
  }

  add(a: Idx, b: Idx): Idx {
    if (typeof a === "number" && typeof b === "number") return a + b;
    if (a === 0) return b;
    if (b === 0) return a;
    return this.#insert(arith.AddI.of({ lhs: this.value(a), rhs: this.value(b) }));
  }

  sub(a: Idx, b: Idx): Idx {
    if (typeof a === "number" && typeof b === "number") return a - b;
    if (b === 0) return a;
    return this.#insert(arith.SubI.of({ lhs: this.value(a), rhs: this.value(b) }));
  }

  mul(a: Idx, b: Idx): Idx {
    if (typeof a === "number" && typeof b === "number") return a * b;
    if (a === 1) return b;
    if (b === 1) return a;
    return this.#insert(arith.MulI.of({ lhs: this.value(a), rhs: this.value(b) }));
  }

  max(a: Idx, b: Idx): Idx {
    if (typeof a === "number" && typeof b === "number") return Math.max(a, b);
    return this.#insert(arith.MaxSI.of({ lhs: this.value(a), rhs: this.value(b) }));
  }

  min(a: Idx, b: Idx): Idx {
    if (typeof a === "number" && typeof b === "number") return Math.min(a, b);
    return this.#insert(arith.MinSI.of({ lhs: this.value(a), rhs: this.value(b) }));
  }

  /** Remainder with the sign of the dividend; `b` is not 0. */
  rem(a: Idx, b: Idx): Idx {
    if (typeof a === "number" && typeof b === "number") return a % b;
    return this.#insert(arith.RemSI.of({ lhs: this.value(a), rhs: this.value(b) }));
  }

  /** Division toward zero; `b` is not 0. */
  div(a: Idx, b: Idx): Idx {
    if (typeof a === "number" && typeof b === "number") return Math.trunc(a / b);
    return this.#insert(arith.DivSI.of({ lhs: this.value(a), rhs: this.value(b) }));
  }

  /** Quotient rounded down; `b` is not 0. */
  floorDiv(a: Idx, b: Idx): Idx {
    if (typeof a === "number" && typeof b === "number") return Math.floor(a / b);
    if (b === 1) return a;
    return this.#insert(arith.FloorDivSI.of({ lhs: this.value(a), rhs: this.value(b) }));
  }

  /** Quotient rounded up, for b ≥ 1 and any a whose quotient is not needed when negative. */
  ceilDiv(a: Idx, b: number): Idx {
    if (b === 1) return a;
    return this.div(this.add(a, b - 1), b);
  }

  /** One of two values of any type. */
  choose(condition: Value, a: Value, b: Value): Value {
    if (a === b) return a;
    return this.#insert(arith.SelectOp.of({ condition, true_value: a, false_value: b }));
  }

  compare(predicate: arith.CmpIPredicateName, a: Idx, b: Idx): Value {
    return this.#insert(
      arith.CmpI.of({
        predicate: arith.CmpIPredicate.attr(predicate),
        lhs: this.value(a),
        rhs: this.value(b),
      }),
    );
  }

  select(condition: Value, a: Idx, b: Idx): Idx {
    if (a === b) return a;
    return this.#insert(
      arith.SelectOp.of({ condition, true_value: this.value(a), false_value: this.value(b) }),
    );
  }

  and(a: Value | undefined, b: Value): Value {
    return a === undefined ? b : this.#insert(arith.AndI.of({ lhs: a, rhs: b }));
  }
}
