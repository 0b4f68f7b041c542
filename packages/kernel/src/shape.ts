/**
 * Shapes as types, and walking over them.
 *
 * Invariant: a shape lists the extents from the outermost axis to the innermost (row-major).
 */
import { badAxis } from "./errors.ts";

/** An extent; `n extends Dim` names one, `Dim` itself is an extent without a name. */
export type Dim = number;

/** The extents of a tensor, outermost first; rank 0 to 6. */
export type Shape = readonly Dim[];

/** One index per axis. */
export type Indices<S extends Shape> = { [K in keyof S]: number };

/** One position per axis, of any integer type. */
export type Positions<S extends Shape> = { [K in keyof S]: number | bigint };

/** Shape `S` without axis `A`, a literal; negative axes count from the end. */
export type DropAxis<S extends Shape, A extends number> = S extends readonly [Dim]
  ? Choose<A, [[]]>
  : S extends readonly [infer a extends Dim, infer b extends Dim]
    ? Choose<A, [[b], [a]]>
    : S extends readonly [infer a extends Dim, infer b extends Dim, infer c extends Dim]
      ? Choose<A, [[b, c], [a, c], [a, b]]>
      : S extends readonly [
            infer a extends Dim,
            infer b extends Dim,
            infer c extends Dim,
            infer d extends Dim,
          ]
        ? Choose<A, [[b, c, d], [a, c, d], [a, b, d], [a, b, c]]>
        : DropDeepAxis<S, A>;

type DropDeepAxis<S extends Shape, A extends number> = S extends readonly [
  infer a extends Dim,
  infer b extends Dim,
  infer c extends Dim,
  infer d extends Dim,
  infer e extends Dim,
]
  ? Choose<A, [[b, c, d, e], [a, c, d, e], [a, b, d, e], [a, b, c, e], [a, b, c, d]]>
  : S extends readonly [
        infer a extends Dim,
        infer b extends Dim,
        infer c extends Dim,
        infer d extends Dim,
        infer e extends Dim,
        infer f extends Dim,
      ]
    ? Choose<
        A,
        [
          [b, c, d, e, f],
          [a, c, d, e, f],
          [a, b, d, e, f],
          [a, b, c, e, f],
          [a, b, c, d, f],
          [a, b, c, d, e],
        ]
      >
    : S extends readonly []
      ? never
      : Shape;

/** The choice at position `A`; `never` where there is none, so that a wrong axis is an error. */
type Choose<A extends number, C extends readonly Shape[]> = number extends A
  ? C[number]
  : `${A}` extends keyof C
    ? C[`${A}` & keyof C]
    : `${A}` extends `-${infer N}`
      ? FromEnd<N, C>
      : never;

type FromEnd<N extends string, C extends readonly unknown[]> = C extends readonly [
  ...infer Rest,
  infer Last,
]
  ? N extends "1"
    ? Last
    : FromEnd<Before[N & keyof Before], Rest>
  : never;

interface Before {
  "2": "1";
  "3": "2";
  "4": "3";
  "5": "4";
  "6": "5";
}

/** Distance in elements between neighbours along each axis. */
export function stridesOf(shape: Shape): number[] {
  const strides: number[] = [];
  let stride = 1;
  for (const extent of shape.toReversed()) {
    strides.unshift(stride);
    stride *= extent;
  }
  return strides;
}

/** Whether two shapes have the same extents. */
export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((extent, axis) => extent === b[axis]);
}

/** The axis counted from the front; refuses one that the rank has not. */
export function resolveAxis(pattern: string, axis: number, rank: number): number {
  const front = axis < 0 ? axis + rank : axis;
  if (!Number.isInteger(front) || front < 0 || front >= rank) throw badAxis(pattern, axis, rank);
  return front;
}

/**
 * Calls `visit` for every element in row-major order with its position and its indices; the array
 * of indices is reused.
 */
export function walk(
  shape: Shape,
  visit: (position: number, indices: readonly number[]) => void,
): void {
  const indices = shape.map(() => 0);
  const count = shape.reduce((product, extent) => product * extent, 1);
  for (let position = 0; position < count; position++) {
    visit(position, indices);
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const next = (indices[axis] ?? 0) + 1;
      indices[axis] = next === shape[axis] ? 0 : next;
      if (next !== shape[axis]) break;
    }
  }
}

/** A tensor seen as `outer` × `extent` × `inner` around one axis, or around all of it. */
export interface Lanes {
  readonly outer: number;
  readonly extent: number;
  readonly inner: number;
  /** The shape without the axis. */
  readonly rest: readonly number[];
}

/** The lanes along an axis; without an axis one lane with every element. */
export function lanesOf(pattern: string, shape: Shape, axis: number | undefined): Lanes {
  const size = (part: Shape): number => part.reduce((product, extent) => product * extent, 1);
  if (axis === undefined) return { outer: 1, extent: size(shape), inner: 1, rest: [] };
  const at = resolveAxis(pattern, axis, shape.length);
  return {
    outer: size(shape.slice(0, at)),
    extent: shape[at] ?? 1,
    inner: size(shape.slice(at + 1)),
    rest: shape.toSpliced(at, 1),
  };
}
