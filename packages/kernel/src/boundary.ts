/**
 * What a stencil reads outside its tensor.
 *
 * Invariant: each axis is treated by itself; a position that every rule maps inside an empty axis
 * is never asked for.
 */
import type { Element, Scalar } from "./scalars.ts";

/** How a position outside is mapped inside, or which value stands there. */
export type Boundary<T extends Scalar = Scalar> =
  | { readonly kind: "clamp" | "zero" | "wrap" | "reflect" | "copy" }
  | { readonly kind: "constant"; readonly value: T };

/** Outside, the nearest element. */
export const clamp: Boundary<never> = { kind: "clamp" };
/** Outside, zero. */
export const zero: Boundary<never> = { kind: "zero" };
/** Periodic: outside on one side is inside on the other. */
export const wrap: Boundary<never> = { kind: "wrap" };
/** Mirrored about the first and the last element, which are not repeated: -1 reads 1. */
export const reflect: Boundary<never> = { kind: "reflect" };
/** Where any read would fall outside, the result is the first input's element at the point. */
export const copy: Boundary<never> = { kind: "copy" };

/** Outside, the given value. */
export function constant<T extends Scalar>(value: T): Boundary<Element<T>>;
export function constant(value: Scalar): Boundary {
  return { kind: "constant", value };
}

/** The position inside 0 … extent-1 that is read for `position`, or -1 for a value from outside. */
export function resolvePosition(kind: Boundary["kind"], position: number, extent: number): number {
  if (position >= 0 && position < extent) return position;
  switch (kind) {
    case "clamp":
    // The value is thrown away: the point is copied.
    case "copy":
      return position < 0 ? 0 : extent - 1;
    case "wrap":
      return ((position % extent) + extent) % extent;
    case "reflect": {
      if (extent === 1) return 0;
      const period = 2 * (extent - 1);
      const within = ((position % period) + period) % period;
      return within < extent ? within : period - within;
    }
    case "zero":
    case "constant":
      return -1;
  }
}
