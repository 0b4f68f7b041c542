/** Other descriptions of the same memory: casts, slices, views of bytes. */
import {
  type AffineMap,
  AffineMapAttr,
  AnyAffineMapAttr,
  AnyMemRef,
  AnyRankedOrUnrankedMemRef,
  attr,
  type Attribute,
  type Builder,
  defineOp,
  DenseArrayAttr,
  DenseI64Array,
  dynamic,
  elementTypeOf,
  i8,
  Index,
  index,
  joinMixed,
  MemRefType,
  type MixedIndex,
  mixedCountOk,
  operand,
  type Operation,
  Pure,
  type Report,
  result,
  splitMixed,
  StridedLayoutAttr,
  tryDroppedDims,
  type Type,
  typeWhere,
  UnrankedMemRefType,
  type Value,
  variadic,
  variadicResult,
} from "@strata/ir";
import {
  agree,
  isDense,
  layoutFor,
  sliceStrides,
  stridesAgree,
  tryStrides,
  unknown,
} from "../layout.ts";

const spaceOf = (t: Type): Attribute | undefined =>
  t instanceof MemRefType || t instanceof UnrankedMemRefType ? t.memorySpace : undefined;

/** Whether `memref.cast` may turn a value of one type into the other. */
export function isCastable(from: Type, to: Type): boolean {
  if (elementTypeOf(from) !== elementTypeOf(to) || spaceOf(from) !== spaceOf(to)) return false;
  const ranked = [from, to].filter((t) => t instanceof MemRefType);
  if (ranked.length < 2) return ranked.length === 1;
  const [a, b] = ranked as [MemRefType, MemRefType];
  const shapes = a.rank === b.rank && a.shape.every((n, d) => agree(n, b.shape[d]!, dynamic));
  return shapes && (a.layout === b.layout || stridesAgree(tryStrides(a), tryStrides(b)));
}

/** The same buffer with static extents, strides or offsets forgotten or assumed. */
export class Cast extends defineOp("memref.cast", {
  summary: "The same buffer with static extents forgotten or assumed.",
  operands: { source: operand(AnyRankedOrUnrankedMemRef) },
  results: { dest: result(AnyRankedOrUnrankedMemRef) },
  traits: [Pure],
  assembly: "$source attr-dict `:` type($source) `to` type($dest)",
  verify(op, report) {
    const [from, to] = [op.operand(0).type, op.resultTypes[0]!];
    if (!isCastable(from, to)) {
      report("memref.cast-types", `\`${from.toString()}\` cannot be cast to \`${to.toString()}\``);
    }
  },
  resultNames: () => "cast",
}) {}

/** The same buffer said to be in another memory space. */
export class MemorySpaceCast extends defineOp("memref.memory_space_cast", {
  summary: "The same buffer said to be in another memory space.",
  operands: { source: operand(AnyRankedOrUnrankedMemRef) },
  results: { dest: result(AnyRankedOrUnrankedMemRef) },
  traits: [Pure],
  assembly: "$source attr-dict `:` type($source) `to` type($dest)",
  verify(op, report) {
    const [from, to] = [op.operand(0).type, op.resultTypes[0]!];
    const moved =
      from instanceof MemRefType
        ? MemRefType.get(from.shape, from.elementType, from.layout, spaceOf(to))
        : UnrankedMemRefType.get(elementTypeOf(from), spaceOf(to));
    if (moved !== to) {
      report("memref.cast-types", `\`${from.toString()}\` cannot be cast to \`${to.toString()}\``);
    }
  },
  resultNames: () => "memspacecast",
}) {}

const constants = (op: Operation, name: string): DenseArrayAttr => {
  const a = op.getAttr(name);
  return a instanceof DenseArrayAttr ? a : DenseArrayAttr.i64([]);
};

/** Mixed lists of an op with operand groups 1 to 3; undefined (reported) where they do not fit. */
function checkedLists(
  op: Operation,
  ranks: readonly number[],
  report: Report,
): MixedIndex[][] | undefined {
  const names = ["static_offsets", "static_sizes", "static_strides"];
  const lists = names.map((name, k) => {
    const attr = constants(op, name);
    const values = op.operandGroup(k + 1);
    if (attr.values.length === ranks[k] && mixedCountOk(values, attr)) {
      return joinMixed(values, attr);
    }
    report(
      "memref.slice-lists",
      `\`${name}\` of \`${op.name}\` must state ${ranks[k]} entries, with an operand for each dynamic one`,
    );
    return undefined;
  });
  return lists.every((l) => l !== undefined) ? lists : undefined;
}

const extentOf = (x: MixedIndex | undefined): number => (typeof x === "number" ? x : dynamic);

/** The type of a slice with all dimensions kept. */
export function sliceType(
  source: MemRefType,
  offsets: readonly MixedIndex[],
  sizes: readonly MixedIndex[],
  strides: readonly MixedIndex[],
): MemRefType {
  const own = tryStrides(source);
  if (own === undefined) throw new Error(`${source.toString()} has no strides`);
  const to = sliceStrides(own, offsets, strides);
  const layout = StridedLayoutAttr.get(to.strides, to.offset);
  return MemRefType.get(sizes.map(extentOf), source.elementType, layout, source.memorySpace);
}

/** Dimensions that the result of a slice leaves out; undefined where the types do not fit. */
export function droppedDims(full: MemRefType, to: MemRefType): number[] | undefined {
  const [a, b] = [tryStrides(full), tryStrides(to)];
  if (a === undefined || b === undefined) return undefined;
  if (full.elementType !== to.elementType || full.memorySpace !== to.memorySpace) return undefined;
  if (a.offset !== b.offset) return undefined;
  return tryDroppedDims(full.shape, to.shape, (i, j) => a.strides[i] === b.strides[j]);
}

/** A slice: every `strides`-th element from `offsets` on, `sizes` of them; unit dimensions may go. */
export class SubView extends defineOp("memref.subview", {
  summary: "A slice of a buffer.",
  operands: {
    source: operand(AnyMemRef),
    offsets: variadic(Index),
    sizes: variadic(Index),
    strides: variadic(Index),
  },
  results: { result: result(AnyMemRef) },
  attributes: {
    static_offsets: attr(DenseI64Array),
    static_sizes: attr(DenseI64Array),
    static_strides: attr(DenseI64Array),
  },
  traits: [Pure],
  assembly:
    "$source `` custom<DynamicIndexList>($offsets, $static_offsets) custom<DynamicIndexList>($sizes, $static_sizes) custom<DynamicIndexList>($strides, $static_strides) attr-dict `:` type($source) `to` type($result)",
  verify(op, report) {
    const [from, to] = [op.operand(0).type, op.resultTypes[0]!];
    if (!(from instanceof MemRefType && to instanceof MemRefType)) return;
    const lists = checkedLists(op, [from.rank, from.rank, from.rank], report);
    if (lists === undefined) return;
    if (tryStrides(from) === undefined) {
      report("memref.subview-layout", `\`${from.toString()}\` has no strides to slice by`);
      return;
    }
    const full = sliceType(from, lists[0]!, lists[1]!, lists[2]!);
    if (droppedDims(full, to) === undefined) {
      report(
        "memref.subview-type",
        `the slice is a \`${full.toString()}\` (unit dimensions may be dropped), not a \`${to.toString()}\``,
      );
    }
    lists[1]!.forEach((n, d) => {
      if (typeof n !== "number" || n >= 0) return;
      report("memref.subview-size", `size ${n} of dimension ${d} is negative`);
    });
  },
  resultNames: () => "subview",
}) {
  /** First element in each dimension of the source. */
  get mixedOffsets(): MixedIndex[] {
    return joinMixed(this.offsets, this.static_offsets);
  }

  get mixedSizes(): MixedIndex[] {
    return joinMixed(this.sizes, this.static_sizes);
  }

  get mixedStrides(): MixedIndex[] {
    return joinMixed(this.strides, this.static_strides);
  }

  /** Dimensions of the source that the result leaves out. */
  get droppedDims(): number[] {
    const source = this.source.type;
    const full = sliceType(source, this.mixedOffsets, this.mixedSizes, this.mixedStrides);
    return droppedDims(full, this.result.type) ?? [];
  }
}

/** Inserts a slice with all dimensions kept; strides default to 1. */
export function buildSubView(
  b: Builder,
  source: Value<MemRefType>,
  offsets: readonly MixedIndex[],
  sizes: readonly MixedIndex[],
  strides: readonly MixedIndex[] = sizes.map(() => 1),
): SubView {
  return b.insert(makeSubView(source, offsets, sizes, strides));
}

/** A detached slice; its type is that with all dimensions kept unless `type` is given. */
export function makeSubView(
  source: Value<MemRefType>,
  offsets: readonly MixedIndex[],
  sizes: readonly MixedIndex[],
  strides: readonly MixedIndex[],
  type: MemRefType = sliceType(source.type, offsets, sizes, strides),
): SubView {
  const [o, n, s] = [splitMixed(offsets), splitMixed(sizes), splitMixed(strides)];
  return SubView.of(
    {
      source,
      offsets: o.values,
      static_offsets: o.constants,
      sizes: n.values,
      static_sizes: n.constants,
      strides: s.values,
      static_strides: s.constants,
    },
    { types: { result: type } },
  );
}

/** The same memory from its base on with any offset, sizes and strides. */
export class ReinterpretCast extends defineOp("memref.reinterpret_cast", {
  summary: "The same memory with any offset, sizes and strides.",
  operands: {
    source: operand(AnyRankedOrUnrankedMemRef),
    offsets: variadic(Index),
    sizes: variadic(Index),
    strides: variadic(Index),
  },
  results: { result: result(AnyMemRef) },
  attributes: {
    static_offsets: attr(DenseI64Array),
    static_sizes: attr(DenseI64Array),
    static_strides: attr(DenseI64Array),
  },
  traits: [Pure],
  assembly:
    "$source `to` `offset` `` `:` custom<DynamicIndexList>($offsets, $static_offsets) `` `,` `sizes` `` `:` custom<DynamicIndexList>($sizes, $static_sizes) `` `,` `strides` `` `:` custom<DynamicIndexList>($strides, $static_strides) attr-dict `:` type($source) `to` type($result)",
  verify(op, report) {
    const [from, to] = [op.operand(0).type, op.resultTypes[0]!];
    if (!(to instanceof MemRefType)) return;
    const lists = checkedLists(op, [1, to.rank, to.rank], report);
    if (lists === undefined) return;
    if (elementTypeOf(from) !== to.elementType || spaceOf(from) !== to.memorySpace) {
      report(
        "memref.reinterpret-types",
        `\`${from.toString()}\` cannot be reinterpreted as \`${to.toString()}\``,
        "element type and memory space stay the same",
      );
    }
    const shape = lists[1]!.map(extentOf);
    const known = (x: MixedIndex): number => (typeof x === "number" ? x : unknown);
    const stated = { offset: known(lists[0]![0]!), strides: lists[2]!.map(known) };
    const own = tryStrides(to);
    // The type may know less than the lists, not more.
    const fits =
      own !== undefined &&
      to.shape.every((n, d) => n === shape[d] || n === dynamic) &&
      (own.offset === stated.offset || own.offset === unknown) &&
      own.strides.every((s, d) => s === stated.strides[d] || s === unknown);
    if (!fits) {
      report("memref.reinterpret-shape", `\`${to.toString()}\` does not follow from the lists`);
    }
  },
  resultNames: () => "reinterpret_cast",
}) {
  get mixedOffset(): MixedIndex {
    return joinMixed(this.offsets, this.static_offsets)[0]!;
  }

  get mixedSizes(): MixedIndex[] {
    return joinMixed(this.sizes, this.static_sizes);
  }

  get mixedStrides(): MixedIndex[] {
    return joinMixed(this.strides, this.static_strides);
  }
}

/** A buffer's base, offset, sizes and strides. */
export class ExtractStridedMetadata extends defineOp("memref.extract_strided_metadata", {
  summary: "A buffer's base, offset, sizes and strides.",
  operands: { source: operand(AnyMemRef) },
  results: {
    base_buffer: result(AnyMemRef),
    offset: result(Index),
    extents: variadicResult(Index, "the sizes, then the strides"),
  },
  traits: [Pure],
  inferResults: ([source]) => {
    const type = source!.type;
    if (!(type instanceof MemRefType)) throw new Error("the metadata of no memref");
    const base = MemRefType.get([], type.elementType, undefined, type.memorySpace);
    return [base, ...Array.from({ length: 1 + 2 * type.rank }, () => index)];
  },
  assembly: "$source `:` type($source) `->` type(results) attr-dict",
  verify(op, report) {
    const type = op.operand(0).type;
    if (!(type instanceof MemRefType)) return;
    if (op.numResults !== 2 + 2 * type.rank) {
      report(
        "memref.metadata-count",
        `\`${type.toString()}\` has ${type.rank} sizes and as many strides`,
      );
    }
    if (tryStrides(type) === undefined) {
      report("memref.metadata-layout", `\`${type.toString()}\` has no strides`);
    }
  },
  resultNames: () => "base_buffer",
}) {
  get sizes(): Value[] {
    return this.extents.slice(0, this.extents.length / 2);
  }

  get strides(): Value[] {
    return this.extents.slice(this.extents.length / 2);
  }
}

/** The type of a buffer with its dimensions permuted. */
export function transposedType(source: MemRefType, permutation: AffineMap): MemRefType {
  const from = permutation.results.map((e) => (e.kind === "dim" ? e.index : 0));
  const own = tryStrides(source);
  if (own === undefined) throw new Error(`${source.toString()} has no strides`);
  const shape = from.map((d) => source.shape[d]!);
  const to = { offset: own.offset, strides: from.map((d) => own.strides[d]!) };
  const layout = layoutFor(shape, to);
  return MemRefType.get(shape, source.elementType, layout, source.memorySpace);
}

function isPermutation(map: AffineMap): boolean {
  const dims = new Set(map.results.map((e) => (e.kind === "dim" ? e.index : -1)));
  return (
    map.numSyms === 0 &&
    map.results.length === map.numDims &&
    dims.size === map.numDims &&
    !dims.has(-1)
  );
}

/** The same buffer with its dimensions permuted: dimension `i` of the result is `permutation[i]`. */
export class Transpose extends defineOp("memref.transpose", {
  summary: "The same buffer with its dimensions permuted.",
  operands: { in: operand(AnyMemRef) },
  results: { result: result(AnyMemRef) },
  attributes: { permutation: attr(AnyAffineMapAttr) },
  traits: [Pure],
  print(op, p) {
    const map = op.getAttr("permutation");
    p.write(" ");
    p.operand(op.operand(0));
    p.write(` ${map instanceof AffineMapAttr ? map.map.toString() : ""}`);
    p.attrDict(op, new Set(["permutation"]));
    p.write(" : ");
    p.type(op.operand(0).type);
    p.write(" to ");
    p.type(op.resultTypes[0]!);
  },
  parse(p) {
    p.setOperands("in", [p.parseOperand()]);
    p.setAttr("permutation", AffineMapAttr.get(p.asm.parseAffineMap()));
    p.parseAttrDict();
    p.asm.expect(":");
    p.setOperandTypes("in", [p.asm.parseType()]);
    p.asm.expect("to");
    p.setResultTypes("result", [p.asm.parseType()]);
  },
  verify(op, report) {
    const [from, to] = [op.operand(0).type, op.resultTypes[0]!];
    const map = op.getAttr("permutation");
    if (!(from instanceof MemRefType && to instanceof MemRefType && map instanceof AffineMapAttr)) {
      return;
    }
    if (!isPermutation(map.map) || map.map.numDims !== from.rank) {
      report(
        "memref.transpose-map",
        `${map.map.toString()} is no permutation of ${from.rank} dimensions`,
      );
      return;
    }
    if (tryStrides(from) === undefined) {
      report("memref.transpose-type", `\`${from.toString()}\` has no strides`);
      return;
    }
    const wanted = transposedType(from, map.map);
    const same =
      wanted.elementType === to.elementType &&
      wanted.memorySpace === to.memorySpace &&
      wanted.shape.join() === to.shape.join() &&
      sameStrides(wanted, to);
    if (!same) {
      report(
        "memref.transpose-type",
        `the result is a \`${wanted.toString()}\`, not a \`${to.toString()}\``,
      );
    }
  },
  resultNames: () => "transpose",
}) {
  /** For each dimension of the result the one of the source. */
  get dims(): number[] {
    return this.permutation.map.results.map((e) => (e.kind === "dim" ? e.index : 0));
  }
}

/** Whether two types state the same strides and offset. */
export function sameStrides(a: MemRefType, b: MemRefType): boolean {
  const [x, y] = [tryStrides(a), tryStrides(b)];
  if (x === undefined || y === undefined) return a.layout === b.layout;
  return x.offset === y.offset && x.strides.every((s, d) => s === y.strides[d]);
}

const ByteBuffer = typeWhere<MemRefType>(
  "memref of rank 1 of i8",
  (t) => t instanceof MemRefType && t.rank === 1 && t.elementType === i8,
);

/** A dense buffer of any type in a buffer of bytes, from a byte offset on. */
export class View extends defineOp("memref.view", {
  summary: "A dense buffer of any type in a buffer of bytes.",
  operands: {
    source: operand(ByteBuffer),
    byte_shift: operand(Index),
    sizes: variadic(Index),
  },
  results: { result: result(AnyMemRef) },
  traits: [Pure],
  assembly:
    "$source `[` $byte_shift `]` `` `[` $sizes `]` attr-dict `:` type($source) `to` type($result)",
  verify(op, report) {
    const [from, to] = [op.operand(0).type, op.resultTypes[0]!];
    if (!(from instanceof MemRefType && to instanceof MemRefType)) return;
    if (!isDense(from) || to.layout !== undefined || from.memorySpace !== to.memorySpace) {
      report("memref.view-layout", "a view needs buffers without a layout, in one memory space");
    }
    if (op.numOperands - 2 !== to.numDynamicDims) {
      report(
        "memref.view-sizes",
        `\`${to.toString()}\` needs ${to.numDynamicDims} dynamic sizes, found ${op.numOperands - 2}`,
      );
    }
  },
  resultNames: () => "view",
}) {}
