/**
 * Operations of the pattern dialect: parallel patterns with value semantics on ranked tensors.
 *
 * Invariants: every body is one block that ends in `pattern.yield`; bodies may read any value
 * defined outside (tensors through `tensor.extract`) and have no side effects; index arguments come
 * last, one for each dimension of the iteration domain.
 */
import {
  AnyRankedTensor,
  AnyScalar,
  AnyType,
  attr,
  Bindings,
  defineOp,
  DenseI64Array,
  derived,
  I64Attr,
  i1,
  I1,
  index,
  Index,
  integerEnum,
  IsTerminator,
  operand,
  type Operation,
  optionalOperand,
  Pure,
  RankedTensorType,
  RecursiveMemoryEffects,
  region,
  result,
  ReturnLike,
  type Region,
  type Report,
  type Type,
  typeVar,
  typeWhere,
  unitAttr,
  variadic,
  variadicRegion,
  variadicResult,
} from "@strata/ir";
import { WindowType } from "./types.ts";

/** What a stencil reads outside of its inputs. */
export const boundaryKinds = ["clamp", "constant", "wrap", "reflect", "copy"] as const;
export type BoundaryKind = (typeof boundaryKinds)[number];

export const Boundary = integerEnum("a boundary", boundaryKinds);

const AnyWindow = typeWhere<WindowType>("stencil window", (t) => t instanceof WindowType);
const W = typeVar("W", AnyWindow);
const TensorOrScalar = typeWhere("ranked tensor or scalar", (t) => {
  return t instanceof RankedTensorType || AnyScalar.check(t, new Bindings());
});

/** Ends the body of a pattern with its values. */
export class YieldOp extends defineOp("pattern.yield", {
  summary: "Ends the body of a pattern with its values.",
  operands: { values: variadic(AnyType) },
  traits: [IsTerminator, ReturnLike, Pure],
  assembly: "attr-dict ($values^ `:` type($values))?",
}) {}

/**
 * One result element for each point of the inputs, which have one shape:
 * `out[i, j] = body(in0[i, j], in1[i, j], …, i, j)`.
 */
export class MapOp extends defineOp("pattern.map", {
  summary: "Computes each element from the elements of the inputs at the same place.",
  operands: { inputs: variadic(AnyRankedTensor) },
  results: { outputs: variadicResult(AnyRankedTensor) },
  regions: { body: region({ singleBlock: true }) },
  traits: [RecursiveMemoryEffects],
  assembly:
    "`ins` `(` $inputs `:` type($inputs) `)` attr-dict-with-keyword `->` type($outputs) $body",
  verify(op, report) {
    const inputs = op.operandTypes as RankedTensorType[];
    const outputs = op.resultTypes as RankedTensorType[];
    const first = inputs[0];
    if (first === undefined) {
      report("pattern.map-inputs", "`pattern.map` needs at least one input");
      return;
    }
    sameShape(op, [...inputs, ...outputs], report);
    const elements = inputs.map((t) => t.elementType);
    checkBody(
      op,
      op.regions[0]!,
      [...elements, ...indices(first.rank)],
      elementsOf(outputs),
      report,
    );
  },
}) {}

/** A tensor from an index function: `out[i, j] = body(i, j)`; `sizes` are the dynamic extents. */
export class BuildOp extends defineOp("pattern.build", {
  summary: "Computes each element from its index.",
  operands: { sizes: variadic(Index) },
  results: { outputs: variadicResult(AnyRankedTensor) },
  regions: { body: region({ singleBlock: true }) },
  traits: [RecursiveMemoryEffects],
  assembly: "`[` $sizes `]` attr-dict-with-keyword `->` type($outputs) $body",
  verify(op, report) {
    const outputs = op.resultTypes as RankedTensorType[];
    const first = outputs[0];
    if (first === undefined) {
      report("pattern.build-outputs", "`pattern.build` needs at least one result");
      return;
    }
    sameShape(op, outputs, report);
    if (op.numOperands !== first.numDynamicDims) {
      report(
        "pattern.sizes",
        `\`pattern.build\` of \`${first.toString()}\` needs ${first.numDynamicDims} sizes, found ${op.numOperands}`,
      );
    }
    checkBody(op, op.regions[0]!, indices(first.rank), elementsOf(outputs), report);
  },
}) {}

/**
 * Each element from a neighbourhood of the inputs, which have one shape. `pattern.access` reads at a
 * constant offset; outside of the inputs `boundary` decides:
 * clamp (nearest element), constant (`value`), wrap (periodic), reflect (mirrored about the edge
 * element, period 2(n−1)), copy (where any read would fall outside, the results are the centre
 * elements of the inputs of the same position).
 */
export class StencilOp extends defineOp("pattern.stencil", {
  summary: "Computes each element from a neighbourhood of the inputs.",
  operands: { inputs: variadic(AnyRankedTensor), value: optionalOperand(AnyScalar) },
  results: { outputs: variadicResult(AnyRankedTensor) },
  attributes: { boundary: attr(Boundary) },
  regions: { body: region({ singleBlock: true }) },
  traits: [RecursiveMemoryEffects],
  assembly:
    "`ins` `(` $inputs `:` type($inputs) `)` `boundary` `=` $boundary (`(` $value^ `:` type($value) `)`)? " +
    "attr-dict-with-keyword `->` type($outputs) $body",
  verify(op, report) {
    const inputs = op.operandGroup(0).map((v) => v.type) as RankedTensorType[];
    const outputs = op.resultTypes as RankedTensorType[];
    const first = inputs[0];
    if (first === undefined) {
      report("pattern.stencil-inputs", "`pattern.stencil` needs at least one input");
      return;
    }
    sameShape(op, [...inputs, ...outputs], report);
    const kind = Boundary.nameOf(op.getAttr("boundary") as never);
    const value = op.operandGroup(1)[0];
    if ((kind === "constant") !== (value !== undefined)) {
      report("pattern.boundary-value", "the boundary `constant`, and no other, needs a value");
    }
    if (value !== undefined && inputs.some((t) => t.elementType !== value.type)) {
      report("pattern.boundary-value", "the boundary's value must have the inputs' element type");
    }
    if (kind === "copy") {
      outputs.forEach((t, i) => {
        if (inputs[i] !== t) {
          report(
            "pattern.boundary-copy",
            `result ${i} must have the type of input ${i} to copy it`,
          );
        }
      });
    }
    const windows = inputs.map((t) => WindowType.get({ elementType: t.elementType, rank: t.rank }));
    checkBody(
      op,
      op.regions[0]!,
      [...windows, ...indices(first.rank)],
      elementsOf(outputs),
      report,
    );
  },
}) {}

/** The element of a window at a constant offset from the current point. */
export class AccessOp extends defineOp("pattern.access", {
  summary: "Reads a stencil's input at a constant offset from the current point.",
  operands: { window: operand(W) },
  results: { result: result(derived("the window's element type", W, (t) => t.elementType)) },
  attributes: { offsets: attr(DenseI64Array) },
  traits: [Pure],
  assembly: "$window `` $offsets attr-dict `:` type($window)",
  verify: checkOffsets,
}) {}

/** Whether the point at an offset lies inside of the inputs. */
export class InsideOp extends defineOp("pattern.inside", {
  summary: "Tells whether the point at an offset lies inside of the inputs.",
  operands: { window: operand(W) },
  results: { result: result(I1) },
  attributes: { offsets: attr(DenseI64Array) },
  traits: [Pure],
  assembly: "$window `` $offsets attr-dict `:` type($window)",
  verify: checkOffsets,
}) {}

/** The position that an access at an offset reads along one dimension, boundary applied. */
export class PositionOp extends defineOp("pattern.position", {
  summary: "The index that an access at an offset reads along a dimension, boundary applied.",
  operands: { window: operand(W) },
  results: { result: result(Index) },
  attributes: { offsets: attr(DenseI64Array), dim: attr(I64Attr) },
  traits: [Pure],
  assembly: "$window `` $offsets `dim` $dim attr-dict `:` type($window)",
  verify: checkOffsets,
}) {}

/**
 * Reduces along `dims`. `element` maps the inputs' elements (and indices) to the values that are
 * combined; `combiner` takes the accumulators, then as many values, and yields new accumulators.
 * The combiner is associative and commutative up to rounding; the order is free. Each accumulator
 * starts with its init. When all dimensions are reduced the results are scalars.
 */
export class ReduceOp extends defineOp("pattern.reduce", {
  summary: "Combines the elements along dimensions.",
  operands: { inputs: variadic(AnyRankedTensor), inits: variadic(AnyScalar) },
  results: { outputs: variadicResult(TensorOrScalar) },
  attributes: { dims: attr(DenseI64Array) },
  regions: { element: region({ singleBlock: true }), combiner: region({ singleBlock: true }) },
  traits: [RecursiveMemoryEffects],
  assembly:
    "`ins` `(` $inputs `:` type($inputs) `)` `init` `(` $inits `:` type($inits) `)` `dims` `=` $dims " +
    "attr-dict-with-keyword `->` type($outputs) $element `combine` $combiner",
  verify(op, report) {
    const inputs = op.operandGroup(0).map((v) => v.type) as RankedTensorType[];
    const inits = op.operandGroup(1).map((v) => v.type);
    const first = inputs[0];
    if (first === undefined) {
      report("pattern.reduce-inputs", "`pattern.reduce` needs at least one input");
      return;
    }
    sameShape(op, inputs, report);
    const dims = dimsOf(op);
    const valid = dims.every((d, i) => d >= 0 && d < first.rank && (i === 0 || d > dims[i - 1]!));
    if (!valid) {
      report("pattern.dims", `the dims must ascend within 0…${first.rank - 1}`);
      return;
    }
    const kept = first.shape.filter((_, d) => !dims.includes(d));
    const expected = inits.map((t) =>
      dims.length === first.rank ? t : RankedTensorType.get(kept, t),
    );
    if (expected.length !== op.numResults || expected.some((t, i) => t !== op.resultTypes[i])) {
      report("pattern.reduce-type", `the results must be (${expected.join(", ")})`);
    }
    const elements = inputs.map((t) => t.elementType);
    checkBody(op, op.regions[0]!, [...elements, ...indices(first.rank)], inits, report);
    checkBody(op, op.regions[1]!, [...inits, ...inits], inits, report);
  },
}) {}

/**
 * Prefix combination along `dim`, in order: `acc = combiner(acc, in0[i], in1[i], …, i, j)`, starting
 * from `init`. The result holds the accumulator after (exclusive: before) each element; `reverse`
 * goes from the last element to the first.
 */
export class ScanOp extends defineOp("pattern.scan", {
  summary: "Prefix combination along a dimension, in order.",
  operands: { inputs: variadic(AnyRankedTensor), init: operand(AnyScalar) },
  results: { output: result(AnyRankedTensor) },
  attributes: { dim: attr(I64Attr), exclusive: unitAttr(), reverse: unitAttr() },
  regions: { combiner: region({ singleBlock: true }) },
  traits: [RecursiveMemoryEffects],
  assembly:
    "`ins` `(` $inputs `:` type($inputs) `)` `init` `(` $init `:` type($init) `)` `dim` `=` $dim " +
    "attr-dict-with-keyword `->` type($output) $combiner",
  verify(op, report) {
    const inputs = op.operandGroup(0).map((v) => v.type) as RankedTensorType[];
    const init = op.operandGroup(1)[0]!.type;
    const output = op.resultTypes[0] as RankedTensorType;
    const first = inputs[0];
    if (first === undefined) {
      report("pattern.scan-inputs", "`pattern.scan` needs at least one input");
      return;
    }
    sameShape(op, [...inputs, output], report);
    if (output.elementType !== init) {
      report("pattern.scan-type", "the result's elements must have the init's type");
    }
    const dim = Number((op.getAttr("dim") as { value?: bigint }).value);
    if (!(dim >= 0 && dim < first.rank)) {
      report("pattern.dims", `the dim must lie within 0…${first.rank - 1}`);
    }
    const elements = inputs.map((t) => t.elementType);
    checkBody(op, op.regions[0]!, [init, ...elements, ...indices(first.rank)], [init], report);
  },
}) {}

/**
 * Sums weights by bin: `out[bin] += weight` with `(bin, weight) = body(elements…, indices…)`, in
 * row-major order; bins outside of the result are ignored.
 */
export class HistogramOp extends defineOp("pattern.histogram", {
  summary: "Sums weights by bin.",
  operands: { inputs: variadic(AnyRankedTensor), bins: optionalOperand(Index) },
  results: { output: result(AnyRankedTensor) },
  regions: { body: region({ singleBlock: true }) },
  traits: [RecursiveMemoryEffects],
  assembly:
    "`ins` `(` $inputs `:` type($inputs) `)` (`bins` $bins^)? attr-dict-with-keyword `->` type($output) $body",
  verify(op, report) {
    const inputs = op.operandGroup(0).map((v) => v.type) as RankedTensorType[];
    const output = op.resultTypes[0] as RankedTensorType;
    const first = inputs[0];
    if (first === undefined || output.rank !== 1) {
      report("pattern.histogram", "`pattern.histogram` needs an input and a result of rank 1");
      return;
    }
    sameShape(op, inputs, report);
    if (op.operandGroup(1).length !== output.numDynamicDims) {
      report("pattern.sizes", "a dynamic number of bins, and no other, needs `bins`");
    }
    const elements = inputs.map((t) => t.elementType);
    const args = [...elements, ...indices(first.rank)];
    checkBody(op, op.regions[0]!, args, [index, output.elementType], report);
  },
}) {}

/**
 * Repeats a step: the body maps the carried values (tensors and scalars) to the next ones, `steps`
 * times (not at all when negative). With `until`, which takes the values before and after a step,
 * it ends early when that yields true.
 */
export class IterateOp extends defineOp("pattern.iterate", {
  summary: "Repeats a step a number of times, or until a condition holds.",
  operands: { steps: operand(Index), inits: variadic(TensorOrScalar) },
  results: { outputs: variadicResult(TensorOrScalar) },
  regions: { body: region({ singleBlock: true }), until: variadicRegion({ singleBlock: true }) },
  traits: [RecursiveMemoryEffects],
  assembly:
    "$steps `times` `(` $inits `:` type($inits) `)` attr-dict-with-keyword $body (`until` $until^)?",
  inferResults: (operands) => operands.slice(1).map((v) => v.type),
  verify(op, report) {
    const inits = op.operandGroup(1).map((v) => v.type);
    if (inits.some((t, i) => t !== op.resultTypes[i]) || inits.length !== op.numResults) {
      report("pattern.iterate-type", "the results must have the types of the inits");
    }
    checkBody(op, op.regions[0]!, inits, inits, report);
    const until = op.regions[1];
    if (op.regions.length > 2) report("pattern.iterate-until", "at most one `until` is possible");
    if (until !== undefined) {
      checkBody(op, until, [...inits, ...inits], [i1], report);
    }
  },
}) {}

/** The dims attribute of a reduction as numbers. */
export function dimsOf(op: Operation): number[] {
  const a = op.getAttr("dims") as { numbers?: number[] } | undefined;
  return a?.numbers ?? [];
}

function indices(rank: number): Type[] {
  return Array.from({ length: rank }, () => index);
}

function elementsOf(types: readonly RankedTensorType[]): Type[] {
  return types.map((t) => t.elementType);
}

function sameShape(op: Operation, types: readonly RankedTensorType[], report: Report): void {
  const shape = types[0]!.shape.join("x");
  const other = types.find((t) => t.shape.join("x") !== shape);
  if (other !== undefined) {
    report(
      "pattern.shape",
      `\`${op.name}\` needs one shape, found \`${types[0]!.toString()}\` and \`${other.toString()}\``,
    );
  }
}

function checkOffsets(op: Operation, report: Report): void {
  const window = op.operand(0).type as WindowType;
  const offsets = op.getAttr("offsets") as { values?: readonly unknown[] };
  if (offsets.values?.length !== window.rank) {
    report("pattern.offsets", `a window of rank ${window.rank} needs as many offsets`);
  }
}

function checkBody(
  op: Operation,
  body: Region,
  args: readonly Type[],
  yields: readonly Type[],
  report: Report,
): void {
  const block = body.firstBlock;
  if (block === null) {
    report("pattern.body", `a body of \`${op.name}\` is missing`);
    return;
  }
  const found = block.args.map((a) => a.type);
  if (found.length !== args.length || args.some((t, i) => t !== found[i])) {
    report(
      "pattern.body-arguments",
      `a body of \`${op.name}\` must take (${args.join(", ")}), found (${found.join(", ")})`,
    );
  }
  const last = block.lastOp;
  if (!(last instanceof YieldOp)) {
    report("pattern.body-yield", `a body of \`${op.name}\` must end in \`pattern.yield\``);
    return;
  }
  const values = last.operandTypes;
  if (values.length !== yields.length || yields.some((t, i) => t !== values[i])) {
    report(
      "pattern.yield-type",
      `a body of \`${op.name}\` must yield (${yields.join(", ")}), found (${values.join(", ")})`,
    );
  }
}
