/** Matrices spread over the lanes of a subgroup, which multiplies them as one. */
import {
  AnyMemRef,
  AnyScalar,
  AnyType,
  attr,
  defineOp,
  Index,
  MemRefType,
  operand,
  type Operation,
  Pure,
  type Report,
  result,
  type Type,
  typeVar,
  derived,
  unitAttr,
  variadic,
} from "@strata/ir";
import { IndexAttr, MmaElementwiseC } from "../attributes.ts";
import { MmaMatrix, MmaMatrixType } from "../types.ts";

function verifyIndexCount(op: Operation, memref: Type, count: number, report: Report): void {
  if (!(memref instanceof MemRefType) || memref.rank === count) return;
  report(
    "gpu.mma-indices",
    `\`${op.name}\` needs ${memref.rank} indices of \`${memref.toString()}\`, found ${count}`,
  );
}

/** Loads a matrix from memory; all lanes of the subgroup take part. */
export class MmaLoad extends defineOp("gpu.subgroup_mma_load_matrix", {
  summary: "Loads a matrix from memory with all lanes of a subgroup.",
  operands: { srcMemref: operand(AnyMemRef), indices: variadic(Index) },
  results: { res: result(MmaMatrix) },
  attributes: {
    leadDimension: attr(IndexAttr, "elements from one row to the next"),
    transpose: unitAttr("rows of memory are columns of the matrix"),
  },
  assembly: "$srcMemref `[` $indices `]` attr-dict `:` type($srcMemref) `->` type($res)",
  verify: (op, report) => {
    verifyIndexCount(op, op.operand(0).type, op.numOperands - 1, report);
  },
}) {}

/** Stores a matrix to memory; all lanes of the subgroup take part. */
export class MmaStore extends defineOp("gpu.subgroup_mma_store_matrix", {
  summary: "Stores a matrix to memory with all lanes of a subgroup.",
  operands: { src: operand(MmaMatrix), dstMemref: operand(AnyMemRef), indices: variadic(Index) },
  attributes: {
    leadDimension: attr(IndexAttr, "elements from one row to the next"),
    transpose: unitAttr("columns of the matrix are rows of memory"),
  },
  assembly: "$src `,` $dstMemref `[` $indices `]` attr-dict `:` type($src) `,` type($dstMemref)",
  verify(op, report) {
    const type = op.operand(0).type;
    if (type instanceof MmaMatrixType && type.operand !== "COp") {
      report("gpu.mma-store", `only a "COp" matrix is stored, this is an "${type.operand}"`);
    }
    verifyIndexCount(op, op.operand(1).type, op.numOperands - 2, report);
  },
}) {}

const C = typeVar("C", MmaMatrix);

/** `A · B + C`. */
export class MmaCompute extends defineOp("gpu.subgroup_mma_compute", {
  summary: "Multiplies two matrices and adds a third.",
  operands: { opA: operand(MmaMatrix), opB: operand(MmaMatrix), opC: operand(C) },
  results: { res: result(C) },
  attributes: {
    a_transpose: unitAttr("A is transposed"),
    b_transpose: unitAttr("B is transposed"),
  },
  traits: [Pure],
  assembly: "$opA `,` $opB `,` $opC attr-dict `:` type($opA) `,` type($opB) `->` type($opC)",
  verify(op, report) {
    const [a, b, c] = op.operandTypes;
    if (!(a instanceof MmaMatrixType && b instanceof MmaMatrixType && c instanceof MmaMatrixType)) {
      return;
    }
    if (a.operand !== "AOp" || b.operand !== "BOp" || c.operand !== "COp") {
      report("gpu.mma-order", "the operands are an AOp, a BOp and a COp");
    }
    const fits =
      a.shape[1] === b.shape[0] && a.shape[0] === c.shape[0] && b.shape[1] === c.shape[1];
    if (!fits) {
      const shapes = [a, b, c].map((t) => t.shape.join("x")).join(", ");
      report("gpu.mma-shapes", `matrices of shapes ${shapes} are not multiplied and added`);
    }
  },
}) {}

/** The element type of a matrix. */
const M = typeVar("M", MmaMatrix);
const elementOfM = derived("the element type of the matrix", M, (t) => t.elementType);

/** A matrix of one value. */
export class MmaConstant extends defineOp("gpu.subgroup_mma_constant_matrix", {
  summary: "A matrix of one value.",
  operands: { value: operand(elementOfM) },
  results: { res: result(M) },
  traits: [Pure],
  assembly: "$value attr-dict `:` type($res)",
}) {}

/** Applies an operation to each element of matrices of one shape. */
export class MmaElementwise extends defineOp("gpu.subgroup_mma_elementwise", {
  summary: "Applies an operation to each element of matrices.",
  operands: { args: variadic(MmaMatrix) },
  results: { res: result(MmaMatrix) },
  attributes: { opType: attr(MmaElementwiseC) },
  traits: [Pure],
  assembly: "$opType $args attr-dict `:` functional-type($args, $res)",
  verify(op, report) {
    const all = [...op.operandTypes, ...op.resultTypes].filter((t) => t instanceof MmaMatrixType);
    if (all.every((t) => t.shape.join() === all[0]!.shape.join())) return;
    report("gpu.mma-shapes", "the matrices have one shape");
  },
}) {}

/** One of the elements that the lane holds, in an order of the target's choice. */
export class MmaExtract extends defineOp("gpu.subgroup_mma_extract_thread_local", {
  summary: "One of the elements that the lane holds.",
  operands: { matrix: operand(M), indices: variadic(Index) },
  results: { res: result(AnyScalar) },
  traits: [Pure],
  assembly: "$matrix `[` $indices `]` attr-dict `:` type($matrix) `->` type($res)",
}) {}

/** Replaces one of the elements that the lane holds. */
export class MmaInsert extends defineOp("gpu.subgroup_mma_insert_thread_local", {
  summary: "Replaces one of the elements that the lane holds.",
  operands: { value: operand(AnyType), matrix: operand(M), indices: variadic(Index) },
  results: { res: result(M) },
  traits: [Pure],
  assembly:
    "$value `,` $matrix `[` $indices `]` attr-dict `:` " +
    "type($value) `,` type($matrix) `->` type($res)",
}) {}
