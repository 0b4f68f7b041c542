/**
 * Stencils: each element from a neighbourhood of the inputs.
 *
 * Invariant: a window stands for one input at the current point; what lies outside of that input is
 * told by the input's own boundary.
 */
import {
  AnyRankedTensor,
  AnyScalar,
  attr,
  type AttrConstraint,
  defineOp,
  DenseArrayAttr,
  DenseI64Array,
  derived,
  dynamic,
  I64Attr,
  i64,
  I1,
  Index,
  operand,
  type Operation,
  optionalAttr,
  type RankedTensorType,
  RecursiveMemoryEffects,
  region,
  result,
  type Report,
  typeVar,
  typeWhere,
  type Value,
  variadic,
  variadicResult,
} from "@strata/ir";
import { checkBody, elementsOf, indices, sameShape } from "./ops-body.ts";
import { WindowType } from "./types.ts";

/** What a stencil reads outside of an input. */
export const boundaryKinds = ["clamp", "constant", "wrap", "reflect", "copy"] as const;
export type BoundaryKind = (typeof boundaryKinds)[number];

/** `clamp`, or `[clamp, constant]`: one boundary for all inputs, or one for each. */
export const Boundaries: AttrConstraint<DenseArrayAttr> & {
  /** The attribute for a list of kinds. */
  of(kinds: readonly BoundaryKind[]): DenseArrayAttr;
  /** The kinds of an attribute. */
  kindsOf(a: DenseArrayAttr): BoundaryKind[];
} = {
  summary: "a boundary, or one for each input",
  of: (kinds) => DenseArrayAttr.i64(kinds.map((k) => boundaryKinds.indexOf(k))),
  kindsOf: (a) => a.numbers.map((n) => boundaryKinds[n]!),
  check: (a) =>
    a instanceof DenseArrayAttr &&
    a.elementType === i64 &&
    a.numbers.length > 0 &&
    a.numbers.every((n) => n >= 0 && n < boundaryKinds.length),
  parse: (p) => {
    const kinds: BoundaryKind[] = [];
    const one = (): void => void kinds.push(p.parseKeywordOf(boundaryKinds, "a boundary"));
    if (p.at("[")) p.parseCommaSeparated("[", "]", one);
    else one();
    return Boundaries.of(kinds);
  },
  print: (p, a) => {
    const kinds = Boundaries.kindsOf(a);
    p.write(kinds.length === 1 ? kinds[0]! : `[${kinds.join(", ")}]`);
  },
};

const AnyWindow = typeWhere<WindowType>("stencil window", (t) => t instanceof WindowType);
const W = typeVar("W", AnyWindow);

/**
 * Each element from a neighbourhood of the inputs, which have one shape. `pattern.access` reads at a
 * constant offset; outside of an input its boundary decides: clamp (nearest element), constant (the
 * next of `values`), wrap (periodic), reflect (mirrored about the edge element, period 2(n−1)), copy
 * (where any read of that input would fall outside, the results are the centre elements of the
 * inputs of the same position).
 *
 * With `strides` the points are every strides[d]-th in dimension d, starting with the first, and
 * the results are smaller accordingly. With `parity` p, points the sum of whose indices has another
 * remainder by 2 keep the centre elements. The body's indices are those of the point in the inputs.
 */
export class StencilOp extends defineOp("pattern.stencil", {
  summary: "Computes each element from a neighbourhood of the inputs.",
  operands: { inputs: variadic(AnyRankedTensor), values: variadic(AnyScalar) },
  results: { outputs: variadicResult(AnyRankedTensor) },
  attributes: {
    boundaries: attr(Boundaries),
    strides: optionalAttr(DenseI64Array),
    parity: optionalAttr(I64Attr),
  },
  regions: { body: region({ singleBlock: true }) },
  traits: [RecursiveMemoryEffects],
  assembly:
    "`ins` `(` $inputs `:` type($inputs) `)` `boundary` `=` $boundaries " +
    "(`(` $values^ `:` type($values) `)`)? (`strides` `=` $strides^)? (`parity` `=` $parity^)? " +
    "attr-dict-with-keyword `->` type($outputs) $body",
  verify: verifyStencil,
}) {}

function verifyStencil(op: Operation, report: Report): void {
  const inputs = op.operandGroup(0).map((v) => v.type) as RankedTensorType[];
  const outputs = op.resultTypes as RankedTensorType[];
  const first = inputs[0];
  if (first === undefined) {
    report("pattern.stencil-inputs", "`pattern.stencil` needs at least one input");
    return;
  }
  sameShape(op, inputs, report);
  const strides = stridesOf(op, first.rank);
  if (strides.length !== first.rank || strides.some((s) => s < 1)) {
    report("pattern.strides", `a stencil of rank ${first.rank} needs as many positive strides`);
    return;
  }
  const shape = first.shape.map((n, d) => (n < 0 ? n : Math.ceil(n / strides[d]!)));
  for (const t of outputs) {
    if (t.shape.join("x") === shape.join("x")) continue;
    const wanted = shape.map((n) => (n === dynamic ? "?" : n)).join("x");
    report("pattern.shape", `the results must have the shape ${wanted}, found \`${t.toString()}\``);
  }
  const parity = op.getAttr("parity") as { readonly value?: bigint } | undefined;
  if (parity !== undefined && parity.value !== 0n && parity.value !== 1n) {
    report("pattern.parity", "the parity must be 0 or 1");
  }
  const kinds = Boundaries.kindsOf(op.getAttr("boundaries") as DenseArrayAttr);
  if (kinds.length !== 1 && kinds.length !== inputs.length) {
    report("pattern.boundaries", `${inputs.length} inputs need one boundary or as many`);
    return;
  }
  if (kinds.filter((k) => k === "constant").length !== op.operandGroup(1).length) {
    report("pattern.boundary-value", "each boundary `constant`, and no other, needs a value");
    return;
  }
  inputs.forEach((t, i) => {
    const { value } = boundaryOf(op, i);
    if (value !== undefined && t.elementType !== value.type) {
      report("pattern.boundary-value", "the boundary's value must have the input's element type");
    }
  });
  if (kinds.includes("copy") || parity !== undefined) {
    outputs.forEach((t, i) => {
      if (inputs[i]?.elementType === t.elementType) return;
      report(
        "pattern.boundary-copy",
        `result ${i} must have the element type of input ${i} to copy it`,
      );
    });
  }
  const windows = inputs.map((t) => WindowType.get({ elementType: t.elementType, rank: t.rank }));
  checkBody(op, op.regions[0]!, [...windows, ...indices(first.rank)], elementsOf(outputs), report);
}

/** The boundary of an input of a stencil, and what is read outside where it is a constant. */
export function boundaryOf(
  op: Operation,
  input: number,
): { readonly kind: BoundaryKind; readonly value: Value | undefined } {
  const kinds = Boundaries.kindsOf(op.getAttr("boundaries") as DenseArrayAttr);
  const values = op.operandGroup(1);
  const at = kinds.length === 1 ? 0 : input;
  const kind = kinds[at]!;
  if (kind !== "constant") return { kind, value: undefined };
  return { kind, value: values[kinds.slice(0, at).filter((k) => k === "constant").length] };
}

/** The distance of a stencil's points along each dimension. */
export function stridesOf(op: Operation, rank: number): number[] {
  const a = op.getAttr("strides");
  return a instanceof DenseArrayAttr ? a.numbers : new Array<number>(rank).fill(1);
}

/** The element of a window at a constant offset from the current point. */
export class AccessOp extends defineOp("pattern.access", {
  summary: "Reads a stencil's input at a constant offset from the current point.",
  operands: { window: operand(W) },
  results: { result: result(derived("the window's element type", W, (t) => t.elementType)) },
  attributes: { offsets: attr(DenseI64Array) },
  assembly: "$window `` $offsets attr-dict `:` type($window)",
  verify: checkOffsets,
}) {}

/** Whether the point at an offset lies inside of the inputs. */
export class InsideOp extends defineOp("pattern.inside", {
  summary: "Tells whether the point at an offset lies inside of the inputs.",
  operands: { window: operand(W) },
  results: { result: result(I1) },
  attributes: { offsets: attr(DenseI64Array) },
  assembly: "$window `` $offsets attr-dict `:` type($window)",
  verify: checkOffsets,
}) {}

/** The position that an access at an offset reads along one dimension, boundary applied. */
export class PositionOp extends defineOp("pattern.position", {
  summary: "The index that an access at an offset reads along a dimension, boundary applied.",
  operands: { window: operand(W) },
  results: { result: result(Index) },
  attributes: { offsets: attr(DenseI64Array), dim: attr(I64Attr) },
  assembly: "$window `` $offsets `dim` $dim attr-dict `:` type($window)",
  verify: checkOffsets,
}) {}

function checkOffsets(op: Operation, report: Report): void {
  const window = op.operand(0).type as WindowType;
  const offsets = op.getAttr("offsets") as { values?: readonly unknown[] };
  if (offsets.values?.length !== window.rank) {
    report("pattern.offsets", `a window of rank ${window.rank} needs as many offsets`);
  }
}

/**
 * Whether an access says more than the value it reads: where the boundary is `copy`, how far the
 * accesses of a body reach decides which points are copied, whether or not their values are used.
 */
export function decidesReach(access: Operation): boolean {
  const stencil = access.parentOfType(StencilOp);
  if (stencil === undefined) return true;
  const window = access.operand(0);
  const at = stencil.body.firstBlock?.args.findIndex((a) => a === window) ?? -1;
  return at < 0 || boundaryOf(stencil, at).kind === "copy";
}
