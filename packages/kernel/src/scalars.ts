/**
 * The scalar types, each with the conversion of the same name: `x: f32`, `f32(x)`.
 *
 * A scalar type is a `number` (or `bigint`) that carries its name for the type checker only: plain
 * numbers and results of arithmetic fit every number type, but an `f32` variable does not fit
 * where an `f64` is declared, nor a `Tensor<f32, S>` where a `Tensor<f64, S>` is.
 *
 * TypeScript computes in f64 whatever the names say: a value is rounded or wrapped when it is
 * converted or stored in a tensor, not after each operation as in compiled kernels.
 */
import { convert } from "./convert.ts";
import { note } from "./evidence.ts";

declare const scalarName: unique symbol;
interface Named<N extends string> {
  readonly [scalarName]?: N;
}

/** `true` or `false`, stored as a byte. */
export type bool = boolean;
/** 8-bit signed integer. */
export type i8 = number & Named<"i8">;
/** 16-bit signed integer. */
export type i16 = number & Named<"i16">;
/** 32-bit signed integer. */
export type i32 = number & Named<"i32">;
/** 64-bit signed integer, a `bigint`. */
export type i64 = bigint & Named<"i64">;
/** 8-bit unsigned integer. */
export type u8 = number & Named<"u8">;
/** 16-bit unsigned integer. */
export type u16 = number & Named<"u16">;
/** 32-bit unsigned integer. */
export type u32 = number & Named<"u32">;
/** 64-bit unsigned integer, a `bigint`. */
export type u64 = bigint & Named<"u64">;
/** 16-bit IEEE 754 number. */
export type f16 = number & Named<"f16">;
/** 16-bit number with the exponent range of f32. */
export type bf16 = number & Named<"bf16">;
/** 32-bit IEEE 754 number. */
export type f32 = number & Named<"f32">;
/** 64-bit IEEE 754 number. */
export type f64 = number & Named<"f64">;
/** A position or an extent. */
export type index = number;

/** Any value an element may have. */
export type Scalar = number | bigint | boolean;

/** The scalar type of each element type's name. */
export interface ScalarOf {
  bool: bool;
  i8: i8;
  i16: i16;
  i32: i32;
  i64: i64;
  u8: u8;
  u16: u16;
  u32: u32;
  u64: u64;
  f16: f16;
  bf16: bf16;
  f32: f32;
  f64: f64;
}

/** The type of an arrow's value as an element: literals become `number`, `bigint`, `boolean`. */
export type Element<T> = T extends boolean
  ? boolean
  : T extends bigint
    ? bigint extends T
      ? T
      : bigint
    : T extends number
      ? number extends T
        ? T
        : number
      : never;

// What the conversions do to a whole number. JavaScript does not say whether 300 is an integer or
// a float, so whole numbers in -2^31 … 2^32-1 count as integers (and wrap), all others as floats
// (truncated, then limited to the range; NaN is 0). Limit a float before you convert it.

/** Whether `x` is not zero. */
export function bool(x: Scalar): bool {
  return note("bool", convert("bool", x));
}

/** Truncates and limits a float, wraps an integer. */
export function i8(x: Scalar): i8 {
  return note("i8", convert("i8", x));
}

/** Truncates and limits a float, wraps an integer. */
export function i16(x: Scalar): i16 {
  return note("i16", convert("i16", x));
}

/** Truncates and limits a float, wraps an integer. */
export function i32(x: Scalar): i32 {
  return note("i32", convert("i32", x));
}

/** Truncates and limits a float, wraps an integer. */
export function i64(x: Scalar): i64 {
  return note("i64", convert("i64", x));
}

/** Truncates and limits a float, wraps an integer. */
export function u8(x: Scalar): u8 {
  return note("u8", convert("u8", x));
}

/** Truncates and limits a float, wraps an integer. */
export function u16(x: Scalar): u16 {
  return note("u16", convert("u16", x));
}

/** Truncates and limits a float, wraps an integer. */
export function u32(x: Scalar): u32 {
  return note("u32", convert("u32", x));
}

/** Truncates and limits a float, wraps an integer. */
export function u64(x: Scalar): u64 {
  return note("u64", convert("u64", x));
}

/** The nearest f16. */
export function f16(x: Scalar): f16 {
  return note("f16", convert("f16", x));
}

/** The nearest bf16. */
export function bf16(x: Scalar): bf16 {
  return note("bf16", convert("bf16", x));
}

/** The nearest f32. */
export function f32(x: Scalar): f32 {
  return note("f32", convert("f32", x));
}

/** The nearest f64. */
export function f64(x: Scalar): f64 {
  return note("f64", convert("f64", x));
}
