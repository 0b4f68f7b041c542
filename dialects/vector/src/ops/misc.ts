/** Printing, and facts about the target. */
import {
  AnyMemRef,
  AnyType,
  defaultAttr,
  defineOp,
  index,
  MemRefType,
  operand,
  optionalAttr,
  optionalOperand,
  Pure,
  result,
  StrAttr,
  Index,
  VectorType,
} from "@strata/ir";
import { PunctuationAttr, PunctuationC } from "../attributes.ts";

/** Writes a value or a text to the standard output, for looking at programs. */
export class Print extends defineOp("vector.print", {
  summary: "Writes a value or a text to the standard output.",
  operands: { source: optionalOperand(AnyType) },
  attributes: {
    stringLiteral: optionalAttr(StrAttr),
    punctuation: defaultAttr(PunctuationC, PunctuationAttr.get({ kind: "newline" })),
  },
  assembly:
    "($source^ `:` type($source))? (`str` $stringLiteral^)? (`punctuation` $punctuation^)? attr-dict",
  verify(op, report) {
    if (op.numOperands === 1 && op.getAttr("stringLiteral") !== undefined) {
      report("vector.print-text", "a print writes a value or a text, not both");
    }
  },
}) {}

/** By how much scalable vectors are longer than their types say. */
export class VScale extends defineOp("vector.vscale", {
  summary: "By how much scalable vectors are longer than their types say.",
  results: { res: result(Index) },
  traits: [Pure],
  assembly: "attr-dict",
  inferResults: () => [index],
  resultNames: () => "vscale",
}) {}

/** A static memref as one element that is a vector. */
export class TypeCast extends defineOp("vector.type_cast", {
  summary: "A memref as one whose only element is a vector.",
  operands: { memref: operand(AnyMemRef) },
  results: { result: result(AnyMemRef) },
  traits: [Pure],
  assembly: "$memref attr-dict `:` type($memref) `to` type($result)",
  verify(op, report) {
    const [from, to] = [op.operand(0).type as MemRefType, op.resultTypes[0] as MemRefType];
    const e = from.elementType;
    const inner = e instanceof VectorType ? e.shape : [];
    const element = e instanceof VectorType ? e.elementType : e;
    const fits =
      from.hasStaticShape &&
      from.layout === undefined &&
      to ===
        MemRefType.get(
          [],
          VectorType.get([...from.shape, ...inner], element),
          undefined,
          from.memorySpace,
        );
    if (!fits) {
      report("vector.type-cast", `\`${from.toString()}\` cannot be cast to \`${to.toString()}\``);
    }
  },
}) {}
