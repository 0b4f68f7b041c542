/** Matching: which operations a transformation is for. */
import {
  AnyArrayAttr,
  attr,
  AnyTypeAttr,
  DictionaryAttr,
  attrOf,
  defineOp,
  operand,
  optionalAttr,
  result,
  typeVar,
} from "@strata/ir";
import { ComparePredicate, MatchInterface } from "../attributes.ts";
import { parseMatch, printMatch } from "../syntax.ts";
import { OpHandle, Param } from "../types.ts";

const P = typeVar("P", Param);

/** Operations nested in those of a handle. */
export class StructuredMatchOp extends defineOp("transform.structured.match", {
  summary: "Operations nested in those of a handle, by kind, interface and attributes, in order.",
  operands: { target: operand(OpHandle) },
  results: { output: result(OpHandle) },
  attributes: {
    ops: optionalAttr(AnyArrayAttr, "Names of the kinds to match."),
    interface: optionalAttr(MatchInterface, "An interface they must have."),
    op_attrs: optionalAttr(attrOf("dictionary attribute", DictionaryAttr), "Attributes they have."),
    filter_result_type: optionalAttr(AnyTypeAttr, "The type of their only result."),
    filter_operand_types: optionalAttr(AnyArrayAttr, "The types of their operands."),
  },
  parse: (p) => parseMatch(p, ({ asm }) => MatchInterface.parse!(asm)),
  print: (op, p) => printMatch(op, p, MatchInterface.nameOf),
}) {}

/** Fails unless each operation is of one of the kinds. */
export class MatchOperationNameOp extends defineOp("transform.match.operation_name", {
  summary: "Fails unless each operation is of one of the kinds.",
  operands: { operand_handle: operand(OpHandle) },
  attributes: { op_names: attr(AnyArrayAttr) },
  assembly: "$operand_handle $op_names attr-dict `:` type($operand_handle)",
}) {}

/** Fails unless a handle points to nothing. */
export class MatchOperationEmptyOp extends defineOp("transform.match.operation_empty", {
  summary: "Fails unless a handle points to nothing.",
  operands: { operand_handle: operand(OpHandle) },
  assembly: "$operand_handle attr-dict `:` type($operand_handle)",
}) {}

/** Fails unless parameters compare. */
export class MatchParamCmpIOp extends defineOp("transform.match.param.cmpi", {
  summary: "Fails unless each parameter compares with the one of the reference.",
  operands: { param: operand(P), reference: operand(P) },
  attributes: { predicate: attr(ComparePredicate) },
  assembly: "$predicate $param `,` $reference attr-dict `:` type($param)",
}) {}

/** The operations of this file. */
export const matchOps = [
  StructuredMatchOp,
  MatchOperationNameOp,
  MatchOperationEmptyOp,
  MatchParamCmpIOp,
] as const;
