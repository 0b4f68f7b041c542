/**
 * Counting and summing by group.
 *
 * Invariant: a bin outside 0 … bins-1 is ignored, weight and all.
 */
import { expectSameShape } from "./elementwise.ts";
import { badBin } from "./errors.ts";
import { Collector } from "./evidence.ts";
import type { Element, i32, Scalar } from "./scalars.ts";
import type { Shape } from "./shape.ts";
import { allocate, countElements, writeElements } from "./storage.ts";
import { type ElementsOf, Tensor } from "./tensor.ts";

type Bin = (...elements: Scalar[]) => number | bigint;

/**
 * A 1-D tensor of `bins` elements: how many elements fall in each bin (i32), or the sum of their
 * weights. The arrows get the element of the tensor, or of each of several tensors of one shape.
 */
export function histogram<T extends Scalar, B extends number>(
  tensor: Tensor<T>,
  bins: B,
  bin: (x: T) => number | bigint,
): Tensor<i32, [B]>;
export function histogram<T extends Scalar, B extends number, W extends number | bigint>(
  tensor: Tensor<T>,
  bins: B,
  bin: (x: T) => number | bigint,
  weight: (x: T) => W,
): Tensor<Element<W>, [B]>;
export function histogram<
  T extends Scalar,
  S extends Shape,
  Rest extends readonly Tensor<Scalar, S>[],
  B extends number,
>(
  tensors: readonly [Tensor<T, S>, ...Rest],
  bins: B,
  bin: (...elements: [T, ...ElementsOf<Rest>]) => number | bigint,
): Tensor<i32, [B]>;
export function histogram<
  T extends Scalar,
  S extends Shape,
  Rest extends readonly Tensor<Scalar, S>[],
  B extends number,
  W extends number | bigint,
>(
  tensors: readonly [Tensor<T, S>, ...Rest],
  bins: B,
  bin: (...elements: [T, ...ElementsOf<Rest>]) => number | bigint,
  weight: (...elements: [T, ...ElementsOf<Rest>]) => W,
): Tensor<Element<W>, [B]>;
export function histogram(
  input: Tensor | readonly Tensor[],
  bins: number,
  bin: Bin,
  weight?: Bin,
): Tensor {
  const tensors = input instanceof Tensor ? [input] : input;
  expectSameShape("histogram", tensors);
  countElements([bins], "i64");
  const size = tensors[0]?.size ?? 0;
  const elementsAt = (position: number): Scalar[] => tensors.map((t) => t.item(position));
  const homes: number[] = [];
  for (let k = 0; k < size; k++) {
    const home = Number(bin(...elementsAt(k)));
    if (!Number.isInteger(home)) throw badBin(home);
    homes.push(home);
  }
  if (weight === undefined) return total("i32", bins, homes, () => 1);
  const types = tensors.map(({ dtype }) => dtype);
  const collector = new Collector("histogram", types, size);
  for (let k = 0; k < size; k++) collector.put(k, weight(...elementsAt(k)));
  const { dtype, data } = collector.finish();
  const weights = new Tensor(dtype, [size], data);
  return total(dtype, bins, homes, (k) => weights.item(k));
}

function total(
  dtype: Tensor["dtype"],
  bins: number,
  homes: readonly number[],
  weightAt: (position: number) => Scalar,
): Tensor {
  const sums: (number | bigint)[] = Array.from({ length: bins }, () =>
    dtype === "i64" || dtype === "u64" ? 0n : 0,
  );
  for (const [k, home] of homes.entries()) {
    const old = sums[home];
    const added = weightAt(k);
    if (old === undefined) continue;
    if (typeof old === "bigint") sums[home] = old + BigInt(added);
    else sums[home] = old + Number(added);
  }
  const data = allocate(dtype, [bins]);
  writeElements(dtype, data, sums);
  return new Tensor(dtype, [bins], data);
}
