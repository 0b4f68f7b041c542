/**
 * Reductions of a tensor, of one of its axes, or of a range of indices.
 *
 * Invariants: sums and products of floats are taken in f64 in row-major order and rounded once to
 * the element type (a compiled kernel may add in another order); those of integers wrap.
 */
import { type DType, dtypeInfo, integerRange } from "@strata/support";
import { convert, settle } from "./convert.ts";
import { expectSameShape } from "./elementwise.ts";
import { badArguments, badCount } from "./errors.ts";
import { note } from "./evidence.ts";
import type { bf16, Element, f16, f32, f64, i32, Scalar } from "./scalars.ts";
import { type Combine, deliver, foldWith, type Lane, reduceLanes } from "./lanes.ts";
import { type DropAxis, lanesOf, type Shape } from "./shape.ts";
import { Tensor } from "./tensor.ts";

/** An associative operation on numbers and on bigints, with its neutral element. */
interface Monoid {
  readonly pattern: string;
  readonly numbers: (a: number, b: number) => number;
  readonly integers: (a: number, b: number) => number;
  readonly bigints: (a: bigint, b: bigint) => bigint;
  readonly neutral: number;
  readonly neutralOf: (dtype: DType) => Scalar;
}

const SUM: Monoid = {
  pattern: "sum",
  numbers: (a, b) => a + b,
  integers: (a, b) => (a + b) | 0,
  bigints: (a, b) => a + b,
  neutral: 0,
  neutralOf: (dtype) => convert<DType>(dtype, 0),
};

const PROD: Monoid = {
  pattern: "prod",
  numbers: (a, b) => a * b,
  integers: Math.imul,
  bigints: (a, b) => a * b,
  neutral: 1,
  neutralOf: (dtype) => convert<DType>(dtype, 1),
};

const MIN: Monoid = {
  pattern: "min",
  numbers: Math.min,
  integers: Math.min,
  bigints: (a, b) => (b < a ? b : a),
  neutral: Infinity,
  neutralOf: (dtype) => extreme(dtype, "max"),
};

const MAX: Monoid = {
  pattern: "max",
  numbers: Math.max,
  integers: Math.max,
  bigints: (a, b) => (b > a ? b : a),
  neutral: -Infinity,
  neutralOf: (dtype) => extreme(dtype, "min"),
};

/** The least or greatest value of a type, infinite for floats. */
function extreme(dtype: DType, end: "min" | "max"): Scalar {
  if (dtypeInfo(dtype).kind === "float") return end === "min" ? -Infinity : Infinity;
  const limit = integerRange(dtype)[end];
  return dtypeInfo(dtype).isBigInt ? limit : Number(limit);
}

function combineFor(monoid: Monoid, dtype: DType): Combine {
  const { kind, isBigInt } = dtypeInfo(dtype);
  const { numbers, integers, bigints, pattern } = monoid;
  if (kind === "bool") throw badArguments(pattern, "a tensor of numbers; for bool use any or all");
  if (isBigInt) return (a, b) => settle(dtype, bigints(BigInt(a), BigInt(b)));
  if (kind === "float") return (a, b) => numbers(Number(a), Number(b));
  return (a, b) => integers(Number(a), Number(b));
}

function reduceBy(monoid: Monoid, source: Tensor | number, how: unknown): Scalar | Tensor {
  if (source instanceof Tensor && (how === undefined || typeof how === "number")) {
    const lane = foldWith(monoid.neutralOf(source.dtype), combineFor(monoid, source.dtype));
    return deliver(reduceLanes(monoid.pattern, source, how, source.dtype, lane), how);
  }
  if (typeof source === "number" && isTerm(how)) return reduceRange(monoid, source, how);
  throw badArguments(monoid.pattern, "a tensor and at most an axis, or a count and an arrow");
}

function isTerm(how: unknown): how is (p: number) => Scalar {
  return typeof how === "function";
}

function reduceRange(monoid: Monoid, count: number, term: (p: number) => Scalar): Scalar {
  if (!Number.isInteger(count)) throw badCount(monoid.pattern, count);
  let acc: Scalar = monoid.neutral;
  for (let p = 0; p < count; p++) {
    const x = term(p);
    if (typeof x === "bigint") acc = typeof acc === "bigint" ? monoid.bigints(acc, x) : x;
    else acc = monoid.numbers(Number(acc), Number(x));
  }
  return acc;
}

/**
 * The sum of all elements, of each lane along `axis` (a literal; negative counts from the end), or
 * of `term(0)` … `term(count - 1)`; 0 if there are none.
 */
export function sum<T extends number | bigint>(tensor: Tensor<T>): T;
export function sum<T extends number | bigint, S extends Shape, const A extends number>(
  tensor: Tensor<T, S>,
  axis: A,
): Tensor<T, DropAxis<S, A>>;
export function sum<T extends number | bigint>(count: number, term: (p: number) => T): Element<T>;
export function sum(source: Tensor | number, how?: unknown): Scalar | Tensor {
  return reduceBy(SUM, source, how);
}

/** The product, over what `sum` sums; 1 if there is nothing. */
export function prod<T extends number | bigint>(tensor: Tensor<T>): T;
export function prod<T extends number | bigint, S extends Shape, const A extends number>(
  tensor: Tensor<T, S>,
  axis: A,
): Tensor<T, DropAxis<S, A>>;
export function prod<T extends number | bigint>(count: number, term: (p: number) => T): Element<T>;
export function prod(source: Tensor | number, how?: unknown): Scalar | Tensor {
  return reduceBy(PROD, source, how);
}

/** The least value; NaN if one is NaN, the type's greatest value (or Infinity) if there is none. */
export function min<T extends number | bigint>(tensor: Tensor<T>): T;
export function min<T extends number | bigint, S extends Shape, const A extends number>(
  tensor: Tensor<T, S>,
  axis: A,
): Tensor<T, DropAxis<S, A>>;
export function min<T extends number | bigint>(count: number, term: (p: number) => T): Element<T>;
export function min(source: Tensor | number, how?: unknown): Scalar | Tensor {
  return reduceBy(MIN, source, how);
}

/** The greatest value; NaN if one is NaN, the type's least value (or -Infinity) if there is none. */
export function max<T extends number | bigint>(tensor: Tensor<T>): T;
export function max<T extends number | bigint, S extends Shape, const A extends number>(
  tensor: Tensor<T, S>,
  axis: A,
): Tensor<T, DropAxis<S, A>>;
export function max<T extends number | bigint>(count: number, term: (p: number) => T): Element<T>;
export function max(source: Tensor | number, how?: unknown): Scalar | Tensor {
  return reduceBy(MAX, source, how);
}

function reduceBools(
  pattern: "any" | "all",
  tensor: Tensor,
  axis: number | undefined,
): Scalar | Tensor {
  if (tensor.dtype !== "bool") throw badArguments(pattern, "a tensor of bool");
  const lane =
    pattern === "any"
      ? foldWith(false, (acc, x) => acc === true || x === true)
      : foldWith(true, (acc, x) => acc === true && x === true);
  return deliver(reduceLanes(pattern, tensor, axis, "bool", lane), axis);
}

/** Whether some element is true, of all or along an axis; false if there is none. */
export function any(tensor: Tensor<boolean>): boolean;
export function any<S extends Shape, const A extends number>(
  tensor: Tensor<boolean, S>,
  axis: A,
): Tensor<boolean, DropAxis<S, A>>;
export function any(tensor: Tensor, axis?: number): Scalar | Tensor {
  return reduceBools("any", tensor, axis);
}

/** Whether every element is true, of all or along an axis; true if there is none. */
export function all(tensor: Tensor<boolean>): boolean;
export function all<S extends Shape, const A extends number>(
  tensor: Tensor<boolean, S>,
  axis: A,
): Tensor<boolean, DropAxis<S, A>>;
export function all(tensor: Tensor, axis?: number): Scalar | Tensor {
  return reduceBools("all", tensor, axis);
}

/** The mean of a tensor of floats, of all or along an axis; NaN if there is no element. */
export function mean<T extends f16 | bf16 | f32 | f64>(tensor: Tensor<T>): T;
export function mean<T extends f16 | bf16 | f32 | f64, S extends Shape, const A extends number>(
  tensor: Tensor<T, S>,
  axis: A,
): Tensor<T, DropAxis<S, A>>;
export function mean(tensor: Tensor, axis?: number): Scalar | Tensor {
  if (dtypeInfo(tensor.dtype).kind !== "float") throw badArguments("mean", "a tensor of floats");
  const { extent } = lanesOf("mean", tensor.shape, axis);
  const total = foldWith(0, (acc, x) => Number(acc) + Number(x));
  const lane: Lane = (elements) => Number(total(elements)) / extent;
  return deliver(reduceLanes("mean", tensor, axis, tensor.dtype, lane), axis);
}

/** The position of the first element that `beats` no earlier one; NaN beats all; -1 if none. */
function positionBy(beats: (x: Scalar, best: Scalar) => boolean): Lane {
  return (elements) => {
    let found = -1;
    let best: Scalar = 0;
    let position = 0;
    for (const x of elements) {
      const taken = found < 0 || (!Object.is(best, NaN) && (Object.is(x, NaN) || beats(x, best)));
      if (taken) {
        found = position;
        best = x;
      }
      position++;
    }
    return found;
  };
}

/** The position of the first least element (row-major, or along an axis); NaN wins; -1 if none. */
export function argmin(tensor: Tensor): i32;
export function argmin<S extends Shape, const A extends number>(
  tensor: Tensor<Scalar, S>,
  axis: A,
): Tensor<i32, DropAxis<S, A>>;
export function argmin(tensor: Tensor, axis?: number): Scalar | Tensor {
  const lane = positionBy((x, best) => x < best);
  return deliver(reduceLanes("argmin", tensor, axis, "i32", lane), axis);
}

/** The position of the first greatest element (row-major, or along an axis); NaN wins; -1 if none. */
export function argmax(tensor: Tensor): i32;
export function argmax<S extends Shape, const A extends number>(
  tensor: Tensor<Scalar, S>,
  axis: A,
): Tensor<i32, DropAxis<S, A>>;
export function argmax(tensor: Tensor, axis?: number): Scalar | Tensor {
  const lane = positionBy((x, best) => x > best);
  return deliver(reduceLanes("argmax", tensor, axis, "i32", lane), axis);
}

/** The sum of products of two tensors of equal shape; refuses different shapes. */
export function dot<T extends number | bigint, S extends Shape>(
  a: Tensor<T, S>,
  b: Tensor<NoInfer<T>, NoInfer<S>>,
): T;
export function dot(a: Tensor, b: Tensor): Scalar {
  expectSameShape("dot", [a, b]);
  const times = combineFor(PROD, a.dtype);
  const plus = combineFor(SUM, a.dtype);
  let acc = SUM.neutralOf(a.dtype);
  for (let k = 0; k < a.size; k++) acc = plus(acc, times(a.item(k), b.item(k)));
  return note(a.dtype, settle(a.dtype, acc));
}

/**
 * All elements, or each lane along `axis`, combined by `f`, which must be associative, starting
 * at `init`; every step is rounded or wrapped to the element type.
 */
export function reduce<T extends Scalar>(
  tensor: Tensor<T>,
  init: NoInfer<T>,
  f: (acc: T, x: T) => NoInfer<T>,
): T;
export function reduce<T extends Scalar, S extends Shape, const A extends number>(
  tensor: Tensor<T, S>,
  axis: A,
  init: NoInfer<T>,
  f: (acc: T, x: T) => NoInfer<T>,
): Tensor<T, DropAxis<S, A>>;
export function reduce(
  tensor: Tensor,
  ...args: readonly [Scalar, Combine] | readonly [number, Scalar, Combine]
): Scalar | Tensor {
  const { dtype } = tensor;
  const axis = args.length === 3 ? args[0] : undefined;
  const [init, f] = args.length === 3 ? [args[1], args[2]] : args;
  const lane = foldWith(settle(dtype, init), (acc, x) => settle(dtype, f(acc, x)));
  return deliver(reduceLanes("reduce", tensor, axis, dtype, lane), axis);
}
