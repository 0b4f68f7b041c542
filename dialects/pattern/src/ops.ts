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
  attr,
  defineOp,
  DenseI64Array,
  I64Attr,
  i1,
  index,
  Index,
  operand,
  type Operation,
  optionalOperand,
  RankedTensorType,
  RecursiveMemoryEffects,
  region,
  result,
  unitAttr,
  variadic,
  variadicRegion,
  variadicResult,
} from "@strata/ir";
import { checkBody, elementsOf, indices, sameShape, TensorOrScalar } from "./ops-body.ts";

export { ContractOp, domainOf, iteratorsOf, mapsOf, type IteratorType } from "./ops-contract.ts";
export { YieldOp } from "./ops-body.ts";
export { ScatterOp } from "./ops-scatter.ts";
export {
  AccessOp,
  Boundaries,
  boundaryKinds,
  boundaryOf,
  decidesReach,
  InsideOp,
  PositionOp,
  StencilOp,
  stridesOf,
  type BoundaryKind,
} from "./ops-stencil.ts";

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
 * Sums weights by bin: `out[bin] += weight` with `(bin, weight) = body(elements…, indices…)`; bins
 * outside of the result are ignored. As with `pattern.reduce` the order is free.
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
