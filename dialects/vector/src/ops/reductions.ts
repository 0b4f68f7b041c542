/** Combining the elements of vectors. */
import { FastMathAttr, FastMathFlags } from "@strata/arith";
import {
  AnyType,
  AnyVector,
  attr,
  BoolAttr,
  defaultAttr,
  defineOp,
  DenseArrayAttr,
  DenseI64Array,
  elementOf,
  FloatType,
  I64Attr,
  IndexType,
  IntegerAttr,
  IntegerType,
  operand,
  type Operation,
  optionalOperand,
  Pure,
  type Report,
  result,
  type Type,
  typeVar,
  type Value,
  VectorType,
} from "@strata/ir";
import { CombiningKindAttr, type CombiningKind, CombiningKindC } from "../attributes.ts";
import { V } from "./checks.ts";

const floatKinds: ReadonlySet<CombiningKind> = new Set([
  "add",
  "mul",
  "minnumf",
  "maxnumf",
  "minimumf",
  "maximumf",
]);
const integerKinds: ReadonlySet<CombiningKind> = new Set([
  "add",
  "mul",
  "minui",
  "minsi",
  "maxui",
  "maxsi",
  "and",
  "or",
  "xor",
]);

/** Whether a kind combines elements of a type. */
export function combines(kind: CombiningKind, element: Type): boolean {
  if (element instanceof FloatType) return floatKinds.has(kind);
  if (!(element instanceof IntegerType || element instanceof IndexType)) return false;
  return integerKinds.has(kind);
}

/** Reports a kind that does not combine elements of a type. */
export function verifyKind(op: Operation, element: Type, report: Report): void {
  const kind = op.getAttr("kind");
  if (!(kind instanceof CombiningKindAttr) || combines(kind.kind, element)) return;
  report("vector.reduction-kind", `\`${kind.kind}\` does not combine \`${element.toString()}\``);
}

/** Combines all elements, and `acc` if given. In order unless `fastmath` allows to reassociate. */
export class Reduction extends defineOp("vector.reduction", {
  summary: "Combines all elements of a vector.",
  operands: { vector: operand(V), acc: optionalOperand(elementOf(V)) },
  results: { dest: result(elementOf(V)) },
  attributes: {
    kind: attr(CombiningKindC),
    fastmath: defaultAttr(FastMathFlags, FastMathAttr.none),
  },
  traits: [Pure],
  assembly:
    "$kind `,` $vector (`,` $acc^)? (`fastmath` `` $fastmath^)? attr-dict `:` type($vector) `into` type($dest)",
  verify(op, report) {
    const type = op.operand(0).type as VectorType;
    if (type.rank > 1) {
      report(
        "vector.reduction-rank",
        `\`vector.reduction\` takes rank 0 or 1, not \`${type.toString()}\``,
      );
    }
    verifyKind(op, type.elementType, report);
  },
}) {}

/** Combines the lanes of a vector with the liberties of the operation `like`. */
export function reductionOf(kind: CombiningKind, vector: Value, like?: Operation): Reduction {
  const flags = like?.getAttr("fastmath");
  return Reduction.of({
    kind: CombiningKindAttr.get({ kind }),
    vector,
    fastmath: flags instanceof FastMathAttr ? flags : undefined,
  });
}

const numbersOf = (op: Operation, name: string): number[] => {
  const a = op.getAttr(name);
  return a instanceof DenseArrayAttr ? a.numbers : [];
};

/** A vector type without some dimensions; the element type when none is left. */
export function reducedType(t: VectorType, dims: readonly number[]): Type {
  const kept = t.shape.map((_, d) => d).filter((d) => !dims.includes(d));
  if (kept.length === 0) return t.elementType;
  return VectorType.get(
    kept.map((d) => t.shape[d]!),
    t.elementType,
    kept.map((d) => t.scalable[d]!),
  );
}

const D = typeVar("D", AnyType);

/** Combines the elements along some dimensions with those of `acc`. */
export class MultiReduction extends defineOp("vector.multi_reduction", {
  summary: "Combines the elements along some dimensions.",
  operands: { source: operand(AnyVector), acc: operand(D) },
  results: { dest: result(D) },
  attributes: { kind: attr(CombiningKindC), reduction_dims: attr(DenseI64Array) },
  traits: [Pure],
  assembly:
    "$kind `,` $source `,` $acc attr-dict $reduction_dims `:` type($source) `to` type($dest)",
  verify(op, report) {
    const from = op.operand(0).type as VectorType;
    const dims = numbersOf(op, "reduction_dims");
    if (dims.some((d) => !(d >= 0 && d < from.rank)) || new Set(dims).size !== dims.length) {
      report(
        "vector.reduction-dims",
        `[${dims.join(", ")}] are no dimensions of \`${from.toString()}\``,
      );
      return;
    }
    const wanted = reducedType(from, dims);
    if (op.resultTypes[0] !== wanted) {
      report(
        "vector.reduction-type",
        `the result is a \`${wanted.toString()}\`, not a \`${op.resultTypes[0]!.toString()}\``,
      );
    }
    verifyKind(op, from.elementType, report);
  },
}) {}

const S = typeVar("S", AnyVector);
const A = typeVar("A", AnyVector);

/** Combines each element with those before it along a dimension, beginning with an initial vector. */
export class Scan extends defineOp("vector.scan", {
  summary: "Combines each element with those before it along a dimension.",
  operands: { source: operand(S), initial_value: operand(A) },
  results: { dest: result(S), accumulated_value: result(A) },
  attributes: {
    kind: attr(CombiningKindC),
    reduction_dim: attr(I64Attr),
    inclusive: attr(BoolAttr, "whether an element itself counts"),
  },
  traits: [Pure],
  assembly:
    "$kind `,` $source `,` $initial_value attr-dict `:` type($source) `,` type($initial_value)",
  verify(op, report) {
    const [from, init] = op.operandTypes as [VectorType, VectorType];
    const dim = op.getAttr("reduction_dim");
    const d = dim instanceof IntegerAttr ? Number(dim.value) : -1;
    if (!(d >= 0 && d < from.rank)) {
      report("vector.reduction-dims", `${d} is no dimension of \`${from.toString()}\``);
      return;
    }
    // A vector of rank 1 is scanned with an initial vector of rank 0.
    const wanted = VectorType.get(
      from.shape.toSpliced(d, 1),
      from.elementType,
      from.scalable.toSpliced(d, 1),
    );
    if (init !== wanted) {
      report(
        "vector.scan-type",
        `the initial value is a \`${wanted.toString()}\`, not a \`${init.toString()}\``,
      );
    }
    verifyKind(op, from.elementType, report);
  },
  resultNames: () => "dest",
}) {}
