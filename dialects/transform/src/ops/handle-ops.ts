/** Handles and parameters: how a schedule gets from one operation to another. */
import {
  AnyAttr,
  attr,
  attrNamed,
  defaultAttr,
  defineOp,
  DenseI64Array,
  I64Attr,
  i64,
  BoolAttr,
  IntegerAttr,
  operand,
  optionalAttr,
  result,
  StrAttr,
  unitAttr,
  variadic,
  variadicResult,
} from "@strata/ir";
import {
  parseKnob,
  parseMerge,
  parsePositions,
  parseSplit,
  printKnob,
  printMerge,
  printPositions,
  printSplit,
} from "../syntax.ts";
import { AnyHandleOrParam, OpHandle, Param, ValueHandle } from "../types.ts";

/** The same operations under a handle of another type. */
export class CastOp extends defineOp("transform.cast", {
  summary:
    "The same operations under a handle of another type; refused where one is of another kind.",
  operands: { input: operand(OpHandle) },
  results: { output: result(OpHandle) },
  assembly: "$input attr-dict `:` type($input) `to` type($output)",
}) {}

/** One handle for what several handles point to. */
export class MergeHandlesOp extends defineOp("transform.merge_handles", {
  summary: "One handle for what several handles point to.",
  operands: { handles: variadic(AnyHandleOrParam) },
  results: { output: result(AnyHandleOrParam) },
  attributes: { deduplicate: unitAttr("Each operation once.") },
  parse: parseMerge,
  print: printMerge,
}) {}

/** A handle for each operation of a handle. */
export class SplitHandleOp extends defineOp("transform.split_handle", {
  summary: "A handle for each operation of a handle.",
  operands: { handle: operand(AnyHandleOrParam) },
  results: { outputs: variadicResult(AnyHandleOrParam) },
  attributes: {
    pass_through_empty_handle: defaultAttr(
      BoolAttr,
      IntegerAttr.bool(true),
      "An empty handle gives empty handles.",
    ),
    fail_on_payload_too_small: defaultAttr(
      BoolAttr,
      IntegerAttr.bool(true),
      "Fewer operations than results are refused.",
    ),
    overflow_result: optionalAttr(I64Attr, "The result that takes surplus operations."),
  },
  parse: parseSplit,
  print: printSplit,
}) {}

/** Operations of one kind among those of a handle. */
export class SelectOp extends defineOp("transform.select", {
  summary: "Operations of one kind among those of a handle.",
  operands: { target: operand(OpHandle) },
  results: { output: result(OpHandle) },
  attributes: { op_name: attr(StrAttr) },
  assembly: "$op_name `in` $target attr-dict `:` functional-type(operands, results)",
}) {}

/** What encloses each operation. */
export class GetParentOp extends defineOp("transform.get_parent_op", {
  summary: "The closest operation around each that is isolated, or of a kind, or the n-th.",
  operands: { target: operand(OpHandle) },
  results: { parent_op: result(OpHandle) },
  attributes: {
    isolated_from_above: unitAttr("Only operations that are isolated from above."),
    allow_empty_results: unitAttr("Operations without such a parent are left out."),
    op_name: optionalAttr(StrAttr, "Only operations of this kind."),
    deduplicate: unitAttr("Each parent once."),
    nth_parent: defaultAttr(I64Attr, IntegerAttr.get(1, i64), "How often to go up."),
  },
  assembly: "$target attr-dict `:` functional-type(operands, results)",
}) {}

/** Results of an operation as values. */
export class GetResultOp extends defineOp("transform.get_result", {
  summary: "Results of the operations, by position.",
  operands: { target: operand(OpHandle) },
  results: { output: result(ValueHandle) },
  attributes: {
    raw_position_list: attr(DenseI64Array),
    is_inverted: unitAttr(),
    is_all: unitAttr(),
  },
  parse: parsePositions,
  print: printPositions,
}) {}

/** Operands of an operation as values. */
export class GetOperandOp extends defineOp("transform.get_operand", {
  summary: "Operands of the operations, by position.",
  operands: { target: operand(OpHandle) },
  results: { output: result(ValueHandle) },
  attributes: {
    raw_position_list: attr(DenseI64Array),
    is_inverted: unitAttr(),
    is_all: unitAttr(),
  },
  parse: parsePositions,
  print: printPositions,
}) {}

/** What defines a value. */
export class GetDefiningOp extends defineOp("transform.get_defining_op", {
  summary: "The operations that define the values.",
  operands: { target: operand(ValueHandle) },
  results: { output: result(OpHandle) },
  assembly: "$target attr-dict `:` functional-type(operands, results)",
}) {}

/** Who uses a result. */
export class GetConsumersOfResultOp extends defineOp("transform.get_consumers_of_result", {
  summary: "The operations that use a result of the one operation of a handle.",
  operands: { target: operand(OpHandle) },
  results: { consumers: result(OpHandle) },
  attributes: { result_number: attr(I64Attr) },
  assembly: "$target `[` $result_number `]` attr-dict `:` functional-type(operands, results)",
}) {}

/** Who makes an operand. */
export class GetProducerOfOperandOp extends defineOp("transform.get_producer_of_operand", {
  summary: "The operation that makes an operand of each operation.",
  operands: { target: operand(OpHandle) },
  results: { producer: result(OpHandle) },
  attributes: { operand_number: attr(I64Attr) },
  assembly: "$target `[` $operand_number `]` attr-dict `:` functional-type(operands, results)",
}) {}

/** The types of values. */
export class GetTypeOp extends defineOp("transform.get_type", {
  summary: "The types of the values.",
  operands: { value: operand(ValueHandle) },
  results: { type_param: result(Param) },
  attributes: { elemental: unitAttr("The types of their elements.") },
  assembly: "(`elemental` $elemental^)? $value attr-dict `:` functional-type(operands, results)",
}) {}

/** How many things a handle points to. */
export class NumAssociationsOp extends defineOp("transform.num_associations", {
  summary: "How many things a handle points to.",
  operands: { handle: operand(AnyHandleOrParam) },
  results: { num: result(Param) },
  assembly: "$handle attr-dict `:` functional-type(operands, results)",
}) {}

/** A parameter that is known. */
export class ParamConstantOp extends defineOp("transform.param.constant", {
  summary: "A parameter with a value.",
  results: { param: result(Param) },
  attributes: { value: attr(AnyAttr) },
  assembly: "$value attr-dict `->` type($param)",
}) {}

/** A parameter that the tuner chooses. */
export class KnobOp extends defineOp("transform.tune.knob", {
  summary: "A parameter that the tuner chooses among options; `selected` is the present choice.",
  results: { output: result(Param) },
  attributes: {
    knob: attrNamed("name", attr(StrAttr, "What the tuner calls it.")),
    options: attr(AnyAttr, "The values to choose from."),
    selected: optionalAttr(AnyAttr, "The value it has; without one it cannot be applied."),
  },
  parse: parseKnob,
  print: printKnob,
}) {}

/** The operations of this file. */
export const handleOps = [
  CastOp,
  MergeHandlesOp,
  SplitHandleOp,
  SelectOp,
  GetParentOp,
  GetResultOp,
  GetOperandOp,
  GetDefiningOp,
  GetConsumersOfResultOp,
  GetProducerOfOperandOp,
  GetTypeOp,
  NumAssociationsOp,
  ParamConstantOp,
  KnobOp,
] as const;
