/** Reading and writing memory along the innermost dimensions of a memref. */
import {
  AnyMemRef,
  AnyVector,
  BoolAttr,
  defineOp,
  I64Attr,
  Index,
  operand,
  optionalAttr,
  type Operation,
  type Report,
  result,
  variadic,
} from "@strata/ir";
import {
  AnyIndexVector,
  AnyMask,
  V,
  verifyAccess,
  verifyAlignment,
  verifySameShape,
} from "./checks.ts";

const hints = {
  nontemporal: optionalAttr(BoolAttr, "not worth keeping in a cache"),
  alignment: optionalAttr(I64Attr, "bytes"),
};
const alignment = { alignment: optionalAttr(I64Attr, "bytes") };

/** Reads neighbouring elements. */
export class Load extends defineOp("vector.load", {
  summary: "Reads neighbouring elements.",
  operands: { base: operand(AnyMemRef), indices: variadic(Index) },
  results: { result: result(AnyVector) },
  attributes: hints,
  assembly: "$base `[` $indices `]` attr-dict `:` type($base) `,` type($result)",
  verify(op, report) {
    verifyAccess(op, op.operand(0).type, op.resultTypes[0]!, op.numOperands - 1, report);
    verifyAlignment(op, report);
  },
}) {}

/** Writes neighbouring elements. */
export class Store extends defineOp("vector.store", {
  summary: "Writes neighbouring elements.",
  operands: {
    valueToStore: operand(AnyVector),
    base: operand(AnyMemRef),
    indices: variadic(Index),
  },
  attributes: hints,
  assembly:
    "$valueToStore `,` $base `[` $indices `]` attr-dict `:` type($base) `,` type($valueToStore)",
  verify(op, report) {
    verifyAccess(op, op.operand(1).type, op.operand(0).type, op.numOperands - 2, report);
    verifyAlignment(op, report);
  },
}) {}

/** Checks an op whose operands are base, indices, `k` further vectors, the last of them moved. */
function verifyMasked(op: Operation, k: number, report: Report): void {
  const [vector, ...others] = op.operandTypes.slice(-k).reverse();
  verifyAccess(op, op.operand(0).type, vector!, op.numOperands - 1 - k, report);
  verifySameShape(op, vector!, others, report);
  verifyAlignment(op, report);
}

/** Reads the neighbouring elements whose mask is set; the others come from `pass_thru`. */
export class MaskedLoad extends defineOp("vector.maskedload", {
  summary: "Reads the neighbouring elements whose mask is set.",
  operands: {
    base: operand(AnyMemRef),
    indices: variadic(Index),
    mask: operand(AnyMask),
    pass_thru: operand(V),
  },
  results: { result: result(V) },
  attributes: alignment,
  assembly:
    "$base `[` $indices `]` `,` $mask `,` $pass_thru attr-dict `:` type($base) `,` type($mask) `,` type($pass_thru) `into` type($result)",
  verify: (op, report) => verifyMasked(op, 2, report),
}) {}

/** Writes the neighbouring elements whose mask is set. */
export class MaskedStore extends defineOp("vector.maskedstore", {
  summary: "Writes the neighbouring elements whose mask is set.",
  operands: {
    base: operand(AnyMemRef),
    indices: variadic(Index),
    mask: operand(AnyMask),
    valueToStore: operand(AnyVector),
  },
  attributes: alignment,
  assembly:
    "$base `[` $indices `]` `,` $mask `,` $valueToStore attr-dict `:` type($base) `,` type($mask) `,` type($valueToStore)",
  verify: (op, report) => verifyMasked(op, 2, report),
}) {}

/** Reads elements at positions of their own; those without a mask come from `pass_thru`. */
export class Gather extends defineOp("vector.gather", {
  summary: "Reads elements at positions of their own.",
  operands: {
    base: operand(AnyMemRef),
    offsets: variadic(Index),
    index_vec: operand(AnyIndexVector),
    mask: operand(AnyMask),
    pass_thru: operand(V),
  },
  results: { result: result(V) },
  attributes: alignment,
  assembly:
    "$base `[` $offsets `]` `[` $index_vec `]` `,` $mask `,` $pass_thru attr-dict `:` type($base) `,` type($index_vec) `,` type($mask) `,` type($pass_thru) `into` type($result)",
  verify: (op, report) => verifyMasked(op, 3, report),
}) {}

/** Writes elements at positions of their own, in lane order, where the mask is set. */
export class Scatter extends defineOp("vector.scatter", {
  summary: "Writes elements at positions of their own, in lane order.",
  operands: {
    base: operand(AnyMemRef),
    offsets: variadic(Index),
    index_vec: operand(AnyIndexVector),
    mask: operand(AnyMask),
    valueToStore: operand(AnyVector),
  },
  attributes: alignment,
  assembly:
    "$base `[` $offsets `]` `[` $index_vec `]` `,` $mask `,` $valueToStore attr-dict `:` type($base) `,` type($index_vec) `,` type($mask) `,` type($valueToStore)",
  verify: (op, report) => verifyMasked(op, 3, report),
}) {}

/** Reads as many neighbouring elements as the mask has lanes set, spread over these. */
export class ExpandLoad extends defineOp("vector.expandload", {
  summary: "Reads neighbouring elements into the lanes whose mask is set.",
  operands: {
    base: operand(AnyMemRef),
    indices: variadic(Index),
    mask: operand(AnyMask),
    pass_thru: operand(V),
  },
  results: { result: result(V) },
  attributes: alignment,
  assembly:
    "$base `[` $indices `]` `,` $mask `,` $pass_thru attr-dict `:` type($base) `,` type($mask) `,` type($pass_thru) `into` type($result)",
  verify: (op, report) => verifyMasked(op, 2, report),
}) {}

/** Writes the lanes whose mask is set side by side. */
export class CompressStore extends defineOp("vector.compressstore", {
  summary: "Writes the lanes whose mask is set side by side.",
  operands: {
    base: operand(AnyMemRef),
    indices: variadic(Index),
    mask: operand(AnyMask),
    valueToStore: operand(AnyVector),
  },
  attributes: alignment,
  assembly:
    "$base `[` $indices `]` `,` $mask `,` $valueToStore attr-dict `:` type($base) `,` type($mask) `,` type($valueToStore)",
  verify: (op, report) => verifyMasked(op, 2, report),
}) {}
