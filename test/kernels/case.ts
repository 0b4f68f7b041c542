/**
 * What a kernel's test case is: arguments made from a seed and sizes, the results that hand-written
 * loops give, and how far another way of running the kernel may be from them.
 *
 * Invariants: names of arguments are those of the kernel's parameters, in their order; a single
 * result is called `result`; the same seed and sizes make the same arguments.
 */
import { type DType, Random, type ScalarType } from "@strata/support";
import type { StorageOf } from "@strata/kernel";

/** A tensor argument or result, in row-major order. */
export interface TensorValue<D extends DType = DType> {
  readonly dtype: D;
  readonly shape: readonly number[];
  readonly data: StorageOf[D];
}

/** A scalar argument or result. */
export interface ScalarValue<V extends number | bigint | boolean = number | bigint | boolean> {
  readonly dtype: ScalarType;
  readonly value: V;
}

/** Arguments or results by name. */
export type Values = Readonly<Record<string, TensorValue | ScalarValue>>;

/** Extents and counts by name. */
export type Sizes = Readonly<Record<string, number>>;

/**
 * A result may differ by `abs + rel · |expected|`; of the elements of a tensor, a share of
 * `outliers` may differ by more (where a rounding error can tip a decision).
 */
export interface Tolerance {
  readonly abs: number;
  readonly rel: number;
  readonly outliers?: number;
}

/** Equal: integers, and floats computed in source order. */
export const exact: Tolerance = { abs: 0, rel: 0 };

/** What one case needs besides its name; see `KernelCase`. */
interface CaseSpec<N extends string, A extends Values> {
  readonly kernel: string;
  readonly sizes: readonly Readonly<Record<N, number>>[];
  readonly tolerance: Tolerance;
  readonly plain?: Tolerance;
  readonly make: (random: Random, sizes: Readonly<Record<N, number>>) => A;
  readonly reference: (args: A) => Values;
}

/** One kernel with arguments, expected results and tolerances. */
export interface KernelCase {
  /** `family/file:kernel`. */
  readonly name: string;
  /** Path of the kernel file below this folder. */
  readonly file: string;
  /** Name of the exported function. */
  readonly kernel: string;
  /** Sizes to try: ordinary, odd and tiny ones. */
  readonly sizes: readonly Sizes[];
  /** For a device that computes with the declared types. */
  readonly tolerance: Tolerance;
  /** For plain TypeScript, which computes in f64. */
  readonly plain: Tolerance;
  readonly make: (seed: number, sizes: Sizes) => Values;
  readonly reference: (args: Values) => Values;
}

/** A case of the kernel file `family/file.kernel.ts`. */
export function defineCase<N extends string, A extends Values>(
  path: string,
  spec: CaseSpec<N, A>,
): KernelCase {
  return {
    name: `${path}:${spec.kernel}`,
    file: `${path}.kernel.ts`,
    kernel: spec.kernel,
    sizes: spec.sizes,
    tolerance: spec.tolerance,
    plain: spec.plain ?? spec.tolerance,
    make: (seed, sizes) => spec.make(new Random(seed), sizes as Readonly<Record<N, number>>),
    reference: (args) => spec.reference(args as A),
  };
}

/** A tensor value. */
export function tensor<D extends DType>(
  dtype: D,
  shape: readonly number[],
  data: StorageOf[D],
): TensorValue<D> {
  return { dtype, shape, data };
}

/** A scalar value; f32 is rounded. */
export function scalar<V extends number | bigint | boolean>(
  dtype: ScalarType,
  value: V,
): ScalarValue<V>;
export function scalar(dtype: ScalarType, value: number | bigint | boolean): ScalarValue {
  return { dtype, value: dtype === "f32" ? Math.fround(Number(value)) : value };
}

/** f32 numbers, uniform in low … high. */
export function floats(random: Random, count: number, low = -1, high = 1): Float32Array {
  return Float32Array.from({ length: count }, () => low + (high - low) * random.float());
}

/** f64 numbers, uniform in low … high. */
export function doubles(random: Random, count: number, low = -1, high = 1): Float64Array {
  return Float64Array.from({ length: count }, () => low + (high - low) * random.float());
}

/** i32 numbers in low … high. */
export function integers(random: Random, count: number, low: number, high: number): Int32Array {
  return Int32Array.from({ length: count }, () => random.int(low, high));
}

/** u8 numbers in 0 … high. */
export function bytes(random: Random, count: number, high = 255): Uint8Array {
  return Uint8Array.from({ length: count }, () => random.int(0, high));
}

/** u32 numbers. */
export function words(random: Random, count: number): Uint32Array {
  return Uint32Array.from({ length: count }, () => random.uint32());
}

/** Offsets of `count` runs in 0 … total that follow each other; some are empty. */
export function offsets(random: Random, count: number, total: number): Int32Array {
  const inner = Array.from({ length: count - 1 }, () => random.int(0, total));
  return Int32Array.from([0, ...inner.sort((a, b) => a - b), total]);
}
