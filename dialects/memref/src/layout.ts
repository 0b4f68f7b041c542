/**
 * Layouts: where in memory the elements of a memref lie. Everything is counted in elements.
 *
 * Invariant: an element `[i, j]` of a strided memref lies at `offset + i * strides[0] + j *
 * strides[1]`; what is known only at run time is `unknown`.
 */
import {
  type AffineExpr,
  AffineMapAttr,
  dynamic,
  type MemRefType,
  type MixedIndex,
  StridedLayoutAttr,
  Value,
} from "@strata/ir";

/** A stride or an offset known only at run time. */
export const unknown: number = StridedLayoutAttr.dynamic;

/** Strides and offset of a memref type, `unknown` where the type does not say. */
export interface Strided {
  readonly strides: readonly number[];
  readonly offset: number;
}

/** A product of extents and strides; `unknown` if a factor is. */
function product(a: number, b: number): number {
  if (a === 0 || b === 0) return 0;
  return a === unknown || b === unknown ? unknown : a * b;
}

function sum(a: number, b: number): number {
  return a === unknown || b === unknown ? unknown : a + b;
}

const extent = (n: number): number => (n === dynamic ? unknown : n);

/** Strides of a dense row-major array; `unknown` in front of a dynamic extent. */
export function denseStrides(shape: readonly number[]): number[] {
  const strides = shape.map(() => 1);
  for (let d = shape.length - 2; d >= 0; d--) {
    strides[d] = product(strides[d + 1]!, extent(shape[d + 1]!));
  }
  return strides;
}

/** What a linear expression is made of: the factor of each dimension, and the constant. */
interface Linear {
  readonly factors: readonly number[];
  readonly constant: number;
}

function linearOf(e: AffineExpr, rank: number): Linear | undefined {
  const zeros = Array.from({ length: rank }, () => 0);
  switch (e.kind) {
    case "const":
      return { factors: zeros, constant: Number(e.value) };
    case "dim":
      return { factors: zeros.with(e.index, 1), constant: 0 };
    case "sym":
      return { factors: zeros, constant: unknown };
    case "binary": {
      const a = linearOf(e.lhs, rank);
      const b = linearOf(e.rhs, rank);
      if (a === undefined || b === undefined) return undefined;
      const isConstant = (l: Linear): boolean => l.factors.every((f) => f === 0);
      if (e.op === "+") {
        return {
          factors: a.factors.map((f, d) => sum(f, b.factors[d]!)),
          constant: sum(a.constant, b.constant),
        };
      }
      if (e.op === "*" && isConstant(b)) {
        return {
          factors: a.factors.map((f) => product(f, b.constant)),
          constant: product(a.constant, b.constant),
        };
      }
      if (!isConstant(a) || !isConstant(b)) return undefined;
      return { factors: zeros, constant: unknown };
    }
  }
}

/** Strides and offset of a type; undefined where its layout is not of that kind. */
export function tryStrides(type: MemRefType): Strided | undefined {
  const { layout } = type;
  if (layout === undefined) return { strides: denseStrides(type.shape), offset: 0 };
  if (layout instanceof StridedLayoutAttr) {
    return { strides: layout.strides, offset: layout.offset };
  }
  if (!(layout instanceof AffineMapAttr) || layout.map.results.length !== 1) return undefined;
  const linear = linearOf(layout.map.results[0]!, type.rank);
  return linear && { strides: linear.factors, offset: linear.constant };
}

/** Whether a type's elements lie dense and row-major from offset 0, as far as the type says. */
export function isDense(type: MemRefType): boolean {
  const own = tryStrides(type);
  const dense = denseStrides(type.shape);
  return own !== undefined && own.offset === 0 && own.strides.every((s, d) => s === dense[d]);
}

/** The layout attribute for strides and offset; undefined (none needed) if they are the dense ones. */
export function layoutFor(shape: readonly number[], to: Strided): StridedLayoutAttr | undefined {
  const dense = denseStrides(shape);
  // An unknown stride of a dynamic shape need not be that of the dense layout.
  const same = to.strides.every((s, d) => s === dense[d] && s !== unknown);
  return same && to.offset === 0 ? undefined : StridedLayoutAttr.get(to.strides, to.offset);
}

const constantOf = (x: MixedIndex): number => (x instanceof Value ? unknown : x);

/** Strides and offset of the slice of a strided memref. */
export function sliceStrides(
  source: Strided,
  offsets: readonly MixedIndex[],
  steps: readonly MixedIndex[],
): Strided {
  let { offset } = source;
  offsets.forEach((o, d) => {
    offset = sum(offset, product(constantOf(o), source.strides[d]!));
  });
  return { offset, strides: source.strides.map((s, d) => product(s, constantOf(steps[d]!))) };
}

/** Whether two extents, strides or offsets agree as far as both are known. */
export function agree(a: number, b: number, open: number): boolean {
  return a === b || a === open || b === open;
}

/** Whether strides and offsets agree as far as both are known. */
export function stridesAgree(a: Strided | undefined, b: Strided | undefined): boolean {
  if (a === undefined || b === undefined) return false;
  return (
    agree(a.offset, b.offset, unknown) &&
    a.strides.length === b.strides.length &&
    a.strides.every((s, d) => agree(s, b.strides[d]!, unknown))
  );
}

/** Strides behind `expand_shape`: each group of dimensions divides one dimension. */
export function expandedStrides(
  source: Strided,
  groups: readonly (readonly number[])[],
  shape: readonly number[],
): Strided {
  const strides = shape.map(() => 1);
  groups.forEach((group, d) => {
    let step = source.strides[d]!;
    for (const k of [...group].reverse()) {
      strides[k] = step;
      step = product(step, extent(shape[k]!));
    }
  });
  return { strides, offset: source.offset };
}

/**
 * Strides behind `collapse_shape`: each group of dimensions becomes one. Undefined where a group is
 * known not to lie at a constant distance.
 */
export function collapsedStrides(
  source: Strided,
  groups: readonly (readonly number[])[],
  shape: readonly number[],
): Strided | undefined {
  const strides: number[] = [];
  for (const group of groups) {
    const inner = group.filter((d) => shape[d] !== 1);
    const last = inner[inner.length - 1] ?? group[group.length - 1];
    let step = last === undefined ? 1 : source.strides[last]!;
    strides.push(step);
    for (const d of [...inner].reverse()) {
      const own = source.strides[d]!;
      if (own !== unknown && step !== unknown && own !== step) return undefined;
      step = product(own, extent(shape[d]!));
    }
  }
  return { strides, offset: source.offset };
}
