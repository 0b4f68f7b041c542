/**
 * What operations that reshape or slice have in common: groups of dimensions, and unit dimensions
 * that a slice leaves out.
 */
import { ArrayAttr, IntegerAttr } from "./builtin-attributes.ts";
import { dynamic } from "./builtin-types.ts";
import { type AttrConstraint, attrOf } from "./attr-constraint.ts";

/** For each dimension of the collapsed shape the dimensions of the expanded shape it stands for. */
export type Reassociation = readonly (readonly number[])[];

/** `[[0, 1], [2]]`: groups of dimensions as an attribute. */
export const ReassociationAttr: AttrConstraint<ArrayAttr> = attrOf(
  "array of arrays of dimensions",
  ArrayAttr,
  (a) =>
    a.values.every(
      (g) => g instanceof ArrayAttr && g.values.every((d) => d instanceof IntegerAttr),
    ),
);

/** The attribute for groups of dimensions. */
export function reassociationAttr(groups: Reassociation): ArrayAttr {
  return ArrayAttr.get(groups.map((g) => ArrayAttr.get(g.map((d) => IntegerAttr.i64(d)))));
}

/** The groups an attribute states. */
export function reassociationOf(attr: ArrayAttr): Reassociation {
  return attr.values.map((g) =>
    g instanceof ArrayAttr
      ? g.values.map((d) => (d instanceof IntegerAttr ? Number(d.value) : Number.NaN))
      : [],
  );
}

/** Extent of merged dimensions; `dynamic` if one is. */
export function mergedExtent(extents: readonly number[]): number {
  return extents.includes(dynamic) ? dynamic : extents.reduce((a, n) => a * n, 1);
}

/** Why groups do not relate an expanded and a collapsed shape; undefined if they do. */
export function reassociationProblem(
  groups: Reassociation,
  expanded: readonly number[],
  collapsed: readonly number[],
): string | undefined {
  if (groups.length !== collapsed.length) {
    return `${groups.length} groups do not fit ${collapsed.length} dimensions`;
  }
  if (collapsed.length === 0) {
    return expanded.some((n) => n !== 1) ? "only unit dimensions collapse to a scalar" : undefined;
  }
  const flat = groups.flat();
  if (flat.length !== expanded.length || flat.some((d, i) => d !== i)) {
    return `the groups must list the dimensions 0 to ${expanded.length - 1} in order`;
  }
  for (const [i, group] of groups.entries()) {
    if (group.length === 0) return `group ${i} is empty`;
    const merged = mergedExtent(group.map((d) => expanded[d]!));
    if (merged !== collapsed[i]) {
      const show = (n: number): string => (n === dynamic ? "?" : String(n));
      return `the dimensions of group ${i} merge to ${show(merged)}, not ${show(collapsed[i]!)}`;
    }
  }
  return undefined;
}

/**
 * Dimensions of size 1 that a slice of these sizes leaves out to get a shape; undefined if there are
 * none such. `fits` may ask more of a dimension that is kept.
 */
export function tryDroppedDims(
  sizes: readonly number[],
  shape: readonly number[],
  fits: (size: number, kept: number) => boolean = () => true,
): number[] | undefined {
  const go = (i: number, j: number): number[] | undefined => {
    if (sizes.length - i < shape.length - j) return undefined;
    if (i === sizes.length) return [];
    if (j < shape.length && sizes[i] === shape[j] && fits(i, j)) {
      const rest = go(i + 1, j + 1);
      if (rest !== undefined) return rest;
    }
    if (sizes[i] !== 1) return undefined;
    const rest = go(i + 1, j);
    return rest && [i, ...rest];
  };
  return go(0, 0);
}
