/** Sequences of transformations: named ones, calls of them, loops over handles. */
import { parseFunction, printFunction } from "@strata/func";
import {
  AnyArrayAttr,
  attr,
  defineOp,
  FlatSymbolRef,
  FunctionTypeAttr,
  IsolatedFromAbove,
  IsTerminator,
  optionalAttr,
  optionalOperand,
  region,
  SingleBlockImplicitTerminator,
  StrAttr,
  SymbolNameAttr,
  SymbolTrait,
  unitAttr,
  variadic,
  variadicResult,
} from "@strata/ir";
import { FailureMode } from "../attributes.ts";
import { parseForeach, parseSequence, printForeach, printSequence } from "../syntax.ts";
import { AnyHandleOrParam, OpHandle } from "../types.ts";
import { verifyForeach, verifyInclude, verifyNamedSequence } from "../verify.ts";

/** Ends a sequence with the handles it gives to its caller. */
export class YieldOp extends defineOp("transform.yield", {
  summary: "Ends a sequence with the handles it gives to its caller.",
  operands: { inputs: variadic(AnyHandleOrParam) },
  traits: [IsTerminator],
  assembly: "operands attr-dict (`:` type($inputs)^)?",
}) {}

/** A sequence with a name, which others include and which may be where a schedule begins. */
export class NamedSequenceOp extends defineOp("transform.named_sequence", {
  summary: "A sequence with a name; `@__transform_main` is where a schedule begins.",
  attributes: {
    sym_name: attr(SymbolNameAttr),
    function_type: attr(FunctionTypeAttr),
    sym_visibility: optionalAttr(StrAttr),
    arg_attrs: optionalAttr(AnyArrayAttr),
    res_attrs: optionalAttr(AnyArrayAttr),
  },
  regions: { body: region() },
  traits: [IsolatedFromAbove, SymbolTrait],
  parse: parseFunction,
  print: printFunction,
  verify: verifyNamedSequence,
}) {}

/** A sequence that stands where it is applied. */
export class SequenceOp extends defineOp("transform.sequence", {
  summary: "A sequence that stands where it is applied.",
  operands: { root: optionalOperand(OpHandle), extra_bindings: variadic(AnyHandleOrParam) },
  results: { outputs: variadicResult(AnyHandleOrParam) },
  attributes: { failure_propagation_mode: attr(FailureMode) },
  regions: { body: region({ singleBlock: true }) },
  traits: [SingleBlockImplicitTerminator(() => YieldOp)],
  parse: parseSequence,
  print: printSequence,
}) {}

/** Applies a named sequence. */
export class IncludeOp extends defineOp("transform.include", {
  summary: "Applies a named sequence to handles.",
  operands: { inputs: variadic(AnyHandleOrParam) },
  results: { outputs: variadicResult(AnyHandleOrParam) },
  attributes: { target: attr(FlatSymbolRef), failure_propagation_mode: attr(FailureMode) },
  assembly:
    "$target `failures` `(` $failure_propagation_mode `)` `` ` ` `(` $inputs `)` attr-dict `:` " +
    "functional-type($inputs, $outputs)",
  verify: verifyInclude,
}) {}

/** Applies its body to each operation of a handle. */
export class ForeachOp extends defineOp("transform.foreach", {
  summary: "Applies its body to each operation of a handle; what it yields is collected.",
  operands: { targets: variadic(AnyHandleOrParam) },
  results: { outputs: variadicResult(AnyHandleOrParam) },
  attributes: { with_zip_shortest: unitAttr("Stops with the shortest of several handles.") },
  regions: { body: region({ singleBlock: true }) },
  traits: [SingleBlockImplicitTerminator(() => YieldOp)],
  parse: parseForeach,
  print: printForeach,
  verify: verifyForeach,
}) {}

/** The operations of this file. */
export const sequenceOps = [YieldOp, NamedSequenceOp, SequenceOp, IncludeOp, ForeachOp] as const;
