/** Parts of tensors, and tensors joined from parts. */
import {
  AnyRankedTensor,
  attr,
  type Builder,
  defineOp,
  DenseArrayAttr,
  DenseI64Array,
  dynamic,
  I64Attr,
  Index,
  IntegerAttr,
  joinMixed,
  type MixedIndex,
  mixedCountOk,
  operand,
  type Operation,
  Pure,
  RankedTensorType,
  region,
  type Report,
  result,
  SingleBlockImplicitTerminator,
  splitMixed,
  tryDroppedDims,
  type OpRef,
  unitAttr,
  type Value,
  variadic,
  typeVar,
} from "@strata/ir";
import { verifyBody, Yield } from "./elements.ts";

const T = typeVar("T", AnyRankedTensor);

const lists = {
  static_offsets: attr(DenseI64Array),
  static_sizes: attr(DenseI64Array),
  static_strides: attr(DenseI64Array),
};

const constants = (op: Operation, name: string): DenseArrayAttr => {
  const a = op.getAttr(name);
  return a instanceof DenseArrayAttr ? a : DenseArrayAttr.i64([]);
};

/** The offsets, sizes and strides of a slice whose operand groups begin at `first`. */
function checkedLists(
  op: Operation,
  first: number,
  rank: number,
  report: Report,
): MixedIndex[][] | undefined {
  const found = ["static_offsets", "static_sizes", "static_strides"].map((name, k) => {
    const attribute = constants(op, name);
    const values = op.operandGroup(first + k);
    if (attribute.values.length === rank && mixedCountOk(values, attribute)) {
      return joinMixed(values, attribute);
    }
    report(
      "tensor.slice-lists",
      `\`${name}\` of \`${op.name}\` must state ${rank} entries, with an operand for each dynamic one`,
    );
    return undefined;
  });
  return found.every((l) => l !== undefined) ? found : undefined;
}

const extentOf = (x: MixedIndex): number => (typeof x === "number" ? x : dynamic);

/** The type of a slice with all dimensions kept. */
export function sliceType(
  source: RankedTensorType,
  sizes: readonly MixedIndex[],
): RankedTensorType {
  return source.withShape(sizes.map(extentOf));
}

/** Reports unless a slice of the whole has the part's type, unit dimensions dropped. */
function verifyPart(
  op: Operation,
  whole: RankedTensorType,
  part: RankedTensorType,
  first: number,
  report: Report,
): void {
  const found = checkedLists(op, first, whole.rank, report);
  if (found === undefined) return;
  const sizes = found[1]!;
  const full = sliceType(whole, sizes);
  if (part.elementType !== whole.elementType || !tryDroppedDims(full.shape, part.shape)) {
    report(
      "tensor.slice-type",
      `the slice is a \`${full.toString()}\` (unit dimensions may be dropped), not a \`${part.toString()}\``,
    );
  }
  const negative = sizes.find((n) => typeof n === "number" && n < 0);
  if (negative !== undefined)
    report("tensor.slice-size", `the size ${String(negative)} is negative`);
}

/** A part of a tensor; unit dimensions may go. */
export class ExtractSlice extends defineOp("tensor.extract_slice", {
  summary: "A part of a tensor.",
  operands: {
    source: operand(AnyRankedTensor),
    offsets: variadic(Index),
    sizes: variadic(Index),
    strides: variadic(Index),
  },
  results: { result: result(AnyRankedTensor) },
  attributes: lists,
  assembly:
    "$source `` custom<DynamicIndexList>($offsets, $static_offsets) custom<DynamicIndexList>($sizes, $static_sizes) custom<DynamicIndexList>($strides, $static_strides) attr-dict `:` type($source) `to` type($result)",
  verify(op, report) {
    const [from, to] = [op.operand(0).type, op.resultTypes[0]!];
    if (from instanceof RankedTensorType && to instanceof RankedTensorType) {
      verifyPart(op, from, to, 1, report);
    }
  },
  resultNames: () => "extracted_slice",
}) {
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
    const full = sliceType(this.source.type, this.mixedSizes);
    return tryDroppedDims(full.shape, this.result.type.shape) ?? [];
  }
}

const insertion = {
  operands: {
    source: operand(AnyRankedTensor),
    dest: operand(T),
    offsets: variadic(Index),
    sizes: variadic(Index),
    strides: variadic(Index),
  },
  attributes: lists,
  assembly:
    "$source `into` $dest `` custom<DynamicIndexList>($offsets, $static_offsets) custom<DynamicIndexList>($sizes, $static_sizes) custom<DynamicIndexList>($strides, $static_strides) attr-dict `:` type($source) `into` type($dest)",
  verify(op: Operation, report: Report): void {
    const [part, whole] = [op.operand(0).type, op.operand(1).type];
    if (part instanceof RankedTensorType && whole instanceof RankedTensorType) {
      verifyPart(op, whole, part, 2, report);
    }
  },
};

/** A tensor with a part replaced. */
export class InsertSlice extends defineOp("tensor.insert_slice", {
  summary: "A tensor with a part replaced.",
  ...insertion,
  results: { result: result(T) },
  resultNames: () => "inserted_slice",
}) {
  get mixedOffsets(): MixedIndex[] {
    return joinMixed(this.offsets, this.static_offsets);
  }

  get mixedSizes(): MixedIndex[] {
    return joinMixed(this.sizes, this.static_sizes);
  }

  get mixedStrides(): MixedIndex[] {
    return joinMixed(this.strides, this.static_strides);
  }
}

/** Replaces a part of a shared output of the enclosing parallel loop. */
export class ParallelInsertSlice extends defineOp("tensor.parallel_insert_slice", {
  summary: "Replaces a part of a shared output of the enclosing parallel loop.",
  ...insertion,
  verify(op, report) {
    insertion.verify(op, report);
    const parent = op.parentOp;
    if (parent === null || !parent.definition.isRegistered) return;
    if (parent.name !== "scf.forall.in_parallel") {
      report(
        "tensor.parallel-insert-parent",
        `\`${op.name}\` must stand inside \`scf.forall.in_parallel\`, not \`${parent.name}\``,
      );
    }
  },
}) {
  get mixedOffsets(): MixedIndex[] {
    return joinMixed(this.offsets, this.static_offsets);
  }

  get mixedSizes(): MixedIndex[] {
    return joinMixed(this.sizes, this.static_sizes);
  }

  get mixedStrides(): MixedIndex[] {
    return joinMixed(this.strides, this.static_strides);
  }
}

/** The operands and attributes that state a slice. */
export function sliceInit(
  offsets: readonly MixedIndex[],
  sizes: readonly MixedIndex[],
  strides: readonly MixedIndex[] = sizes.map(() => 1),
) {
  const [o, n, s] = [splitMixed(offsets), splitMixed(sizes), splitMixed(strides)];
  return {
    offsets: o.values,
    static_offsets: o.constants,
    sizes: n.values,
    static_sizes: n.constants,
    strides: s.values,
    static_strides: s.constants,
  };
}

/** Inserts an op that takes a part of a tensor with all dimensions kept; strides default to 1. */
export function buildExtractSlice(
  b: Builder,
  source: Value<RankedTensorType>,
  offsets: readonly MixedIndex[],
  sizes: readonly MixedIndex[],
  strides?: readonly MixedIndex[],
): ExtractSlice {
  const types = { result: sliceType(source.type, sizes) };
  return b.insert(ExtractSlice.of({ source, ...sliceInit(offsets, sizes, strides) }, { types }));
}

/** Inserts an op that replaces a part of a tensor; strides default to 1. */
export function buildInsertSlice(
  b: Builder,
  source: Value,
  dest: Value,
  offsets: readonly MixedIndex[],
  sizes: readonly MixedIndex[],
  strides?: readonly MixedIndex[],
): InsertSlice {
  return b.insert(InsertSlice.of({ source, dest, ...sliceInit(offsets, sizes, strides) }));
}

/** A larger tensor around another; its body computes the new elements from their indices. */
export class Pad extends defineOp("tensor.pad", {
  summary: "A larger tensor around another.",
  operands: { source: operand(AnyRankedTensor), low: variadic(Index), high: variadic(Index) },
  results: { result: result(AnyRankedTensor) },
  attributes: {
    static_low: attr(DenseI64Array),
    static_high: attr(DenseI64Array),
    nofold: unitAttr("keep even if nothing is added"),
  },
  regions: { body: region({ singleBlock: true }) },
  traits: [Pure, SingleBlockImplicitTerminator((): OpRef => Yield)],
  assembly:
    "$source (`nofold` $nofold^)? `low` `` custom<DynamicIndexList>($low, $static_low) `high` `` custom<DynamicIndexList>($high, $static_high) $body attr-dict `:` type($source) `to` type($result)",
  verify(op, report) {
    const [from, to] = [op.operand(0).type, op.resultTypes[0]!];
    if (!(from instanceof RankedTensorType && to instanceof RankedTensorType)) return;
    const [low, high] = ["static_low", "static_high"].map((name, k) => {
      const list = constants(op, name);
      const fits = list.values.length === from.rank && mixedCountOk(op.operandGroup(k + 1), list);
      if (!fits) report("tensor.pad-lists", `\`${name}\` must state ${from.rank} entries`);
      return fits ? joinMixed(op.operandGroup(k + 1), list) : undefined;
    });
    if (low === undefined || high === undefined) return;
    const shape = from.shape.map((n, d) => {
      const [l, h] = [low[d], high[d]];
      return typeof l === "number" && typeof h === "number" && n !== dynamic ? n + l + h : dynamic;
    });
    const fits =
      to.rank === from.rank &&
      to.elementType === from.elementType &&
      to.shape.every((n, d) => n === dynamic || shape[d] === dynamic || n === shape[d]);
    if (!fits) {
      const wanted = from.withShape(shape).toString();
      report("tensor.pad-type", `the result is a \`${wanted}\`, not a \`${to.toString()}\``);
    }
    verifyBody(op, to, report);
  },
  resultNames: () => "padded",
}) {
  get mixedLow(): MixedIndex[] {
    return joinMixed(this.low, this.static_low);
  }

  get mixedHigh(): MixedIndex[] {
    return joinMixed(this.high, this.static_high);
  }
}

/** The type of tensors joined along a dimension; undefined where they do not fit together. */
export function tryConcatType(
  inputs: readonly RankedTensorType[],
  dim: number,
): RankedTensorType | undefined {
  const [first] = inputs;
  if (first === undefined || !(dim >= 0 && dim < first.rank)) return undefined;
  const shape: number[] = [];
  for (let d = 0; d < first.rank; d++) {
    const extents = inputs.map((t) => t.shape[d] ?? Number.NaN);
    if (d === dim) {
      shape.push(extents.includes(dynamic) ? dynamic : extents.reduce((a, n) => a + n, 0));
      continue;
    }
    const known = extents.filter((n) => n !== dynamic);
    if (known.some((n) => n !== known[0])) return undefined;
    shape.push(known[0] ?? dynamic);
  }
  const fits = inputs.every((t) => t.rank === first.rank && t.elementType === first.elementType);
  return fits ? first.withShape(shape) : undefined;
}

/** Tensors joined along a dimension. */
export class Concat extends defineOp("tensor.concat", {
  summary: "Tensors joined along a dimension.",
  operands: { inputs: variadic(AnyRankedTensor) },
  results: { result: result(AnyRankedTensor) },
  attributes: { dim: attr(I64Attr) },
  assembly: "`dim` `(` $dim `)` $inputs attr-dict `:` functional-type($inputs, $result)",
  verify(op, report) {
    const dim = op.getAttr("dim");
    const to = op.resultTypes[0]!;
    if (!(dim instanceof IntegerAttr) || !(to instanceof RankedTensorType)) return;
    const wanted = tryConcatType(op.operandTypes as RankedTensorType[], Number(dim.value));
    const fits =
      wanted !== undefined &&
      wanted.elementType === to.elementType &&
      wanted.rank === to.rank &&
      wanted.shape.every((n, d) => n === dynamic || to.shape[d] === dynamic || n === to.shape[d]);
    if (!fits) {
      report(
        "tensor.concat-types",
        `the operands do not join along dimension ${dim.value} to \`${to.toString()}\``,
      );
    }
  },
  resultNames: () => "concat",
}) {}
