/** Transformations of whatever a handle points to. */
import {
  attr,
  attrNamed,
  attrOf,
  defaultAttr,
  defineOp,
  DictionaryAttr,
  I64Attr,
  i64,
  IntegerAttr,
  NoTerminator,
  operand,
  optionalAttr,
  optionalOperand,
  region,
  result,
  StrAttr,
  unitAttr,
} from "@strata/ir";
import { parseRegisteredPass, printRegisteredPass } from "../syntax.ts";
import { AnyHandleOrParam, OpHandle, Param } from "../types.ts";

/** Gives operations an attribute. */
export class AnnotateOp extends defineOp("transform.annotate", {
  summary: "Gives operations an attribute; a unit attribute without a parameter.",
  operands: { target: operand(OpHandle), param: optionalOperand(Param) },
  attributes: { annotation: attrNamed("name", attr(StrAttr)) },
  assembly: "$target $name attr-dict (`=` $param^)? `:` type($target) (`,` type($param)^)?",
}) {}

/** Writes operations for a person. */
export class PrintOp extends defineOp("transform.print", {
  summary:
    "Writes the operations of a handle, or the whole program, where the caller wants to see it.",
  operands: { target: optionalOperand(AnyHandleOrParam) },
  attributes: {
    label: attrNamed("name", optionalAttr(StrAttr)),
    assume_verified: unitAttr(),
    use_local_scope: unitAttr(),
  },
  assembly: "$target attr-dict (`:` type($target)^)?",
}) {}

/** Merges common subexpressions. */
export class ApplyCSEOp extends defineOp("transform.apply_cse", {
  summary: "Merges common subexpressions inside the operations.",
  operands: { target: operand(OpHandle) },
  assembly: "`to` $target attr-dict `:` type($target)",
}) {}

/** Erases what is not used. */
export class ApplyDCEOp extends defineOp("transform.apply_dce", {
  summary: "Erases what is not used inside the operations.",
  operands: { target: operand(OpHandle) },
  assembly: "`to` $target attr-dict `:` type($target)",
}) {}

/** Applies rewrite patterns until nothing changes. */
export class ApplyPatternsOp extends defineOp("transform.apply_patterns", {
  summary: "Applies the patterns its body names inside the operations until nothing changes.",
  operands: { target: operand(OpHandle) },
  attributes: {
    apply_cse: unitAttr("Merges common subexpressions as well."),
    max_iterations: defaultAttr(I64Attr, IntegerAttr.get(-1, i64), "−1: no limit."),
    max_num_rewrites: defaultAttr(I64Attr, IntegerAttr.get(-1, i64), "−1: no limit."),
  },
  regions: { patterns: region({ singleBlock: true, graph: true }) },
  traits: [NoTerminator],
  assembly: "`to` $target $patterns attr-dict `:` type($target)",
}) {}

/** The canonicalizations of all dialects. */
export class CanonicalizationPatternsOp extends defineOp(
  "transform.apply_patterns.canonicalization",
  {
    summary: "The canonicalizations of all dialects.",
    assembly: "attr-dict",
  },
) {}

/** Runs a pass. */
export class ApplyRegisteredPassOp extends defineOp("transform.apply_registered_pass", {
  summary: "Runs a pass on the operations.",
  operands: { target: operand(OpHandle) },
  results: { output: result(OpHandle) },
  attributes: {
    pass_name: attr(StrAttr),
    options: defaultAttr(attrOf("dictionary attribute", DictionaryAttr), DictionaryAttr.get([])),
  },
  parse: parseRegisteredPass,
  print: printRegisteredPass,
}) {}

/** The operations of this file. */
export const actionOps = [
  AnnotateOp,
  PrintOp,
  ApplyCSEOp,
  ApplyDCEOp,
  ApplyPatternsOp,
  CanonicalizationPatternsOp,
  ApplyRegisteredPassOp,
] as const;
