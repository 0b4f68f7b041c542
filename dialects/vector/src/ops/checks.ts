/** Checks and types that the operations of `vector` share. */
import {
  AnyVector,
  elementTypeOf,
  i1,
  IndexType,
  IntegerAttr,
  IntegerType,
  MemRefType,
  type Operation,
  RankedTensorType,
  type Report,
  type Type,
  type TypeConstraint,
  typeVar,
  type TypeVar,
  typeWhere,
  VectorType,
} from "@strata/ir";

/** A variable for one vector type. */
export const V: TypeVar<VectorType> = typeVar("V", AnyVector);

export const AnyMask: TypeConstraint<VectorType> = typeWhere(
  "vector of i1",
  (t) => t instanceof VectorType && t.elementType === i1,
);

export const AnyIndexVector: TypeConstraint<VectorType> = typeWhere(
  "vector of integers or indices",
  (t) =>
    t instanceof VectorType &&
    (t.elementType instanceof IndexType || t.elementType instanceof IntegerType),
);

/** What a transfer reads or writes: a memref or a ranked tensor. */
export const AnyShapedMemory: TypeConstraint<MemRefType | RankedTensorType> = typeWhere(
  "memref or ranked tensor",
  (t) => t instanceof MemRefType || t instanceof RankedTensorType,
);

/** A vector type with other extents; scalable dimensions are those of `scalable`. */
export function vectorOf(
  like: VectorType,
  shape: readonly number[],
  scalable: readonly boolean[] = shape.map(() => false),
): VectorType {
  return VectorType.get(shape, like.elementType, scalable);
}

/** What remains of a vector type behind `n` positions. */
export function partOf(t: VectorType, n: number): Type {
  const rest = t.shape.slice(n);
  return rest.length === 0 ? t.elementType : vectorOf(t, rest, t.scalable.slice(n));
}

/** Reports a memory access that moves other elements than the memory holds. */
export function verifyAccess(
  op: Operation,
  base: Type,
  vector: Type,
  indices: number,
  report: Report,
): void {
  if (!(base instanceof MemRefType || base instanceof RankedTensorType)) return;
  const held = base.elementType;
  const fits = held instanceof VectorType ? held === vector : held === elementTypeOf(vector);
  if (!fits) {
    report(
      "vector.element-type",
      `\`${op.name}\` moves \`${vector.toString()}\` to or from \`${base.toString()}\``,
    );
  }
  if (indices !== base.rank) {
    report(
      "vector.index-count",
      `\`${op.name}\` on \`${base.toString()}\` needs ${base.rank} indices, found ${indices}`,
    );
  }
}

/** Reports vectors that do not have the extents of another. */
export function verifySameShape(
  op: Operation,
  wanted: Type,
  others: readonly Type[],
  report: Report,
): void {
  if (!(wanted instanceof VectorType)) return;
  for (const t of others) {
    const same =
      t instanceof VectorType &&
      t.shape.join() === wanted.shape.join() &&
      t.scalable.join() === wanted.scalable.join();
    if (same) continue;
    report(
      "vector.shape",
      `\`${op.name}\` needs the extents of \`${wanted.toString()}\`, found \`${t.toString()}\``,
    );
  }
}

/** Reports an alignment that is no power of two. */
export function verifyAlignment(op: Operation, report: Report): void {
  const attr = op.getAttr("alignment");
  if (!(attr instanceof IntegerAttr)) return;
  const n = attr.value;
  if (n <= 0n || (n & (n - 1n)) !== 0n) {
    report(
      "vector.alignment",
      `the alignment of \`${op.name}\` must be a power of two, found ${n}`,
    );
  }
}
