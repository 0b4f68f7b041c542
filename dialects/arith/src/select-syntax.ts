/**
 * The text of `arith.select`: one type for an i1 condition, the condition's type first otherwise.
 */
import {
  i1,
  type Operation,
  type OpParser,
  type AsmPrinter,
  type Report,
  ShapedType,
  VectorType,
} from "@strata/ir";

/** Reads `%c, %a, %b attr-dict : [condition-type,] type`. */
export function parseSelect(p: OpParser): void {
  const condition = p.parseOperand();
  p.asm.expect(",");
  const first = p.parseOperand();
  p.asm.expect(",");
  const second = p.parseOperand();
  p.parseAttrDict();
  p.asm.expect(":");
  const type = p.asm.parseType();
  const chosen = p.asm.tryConsume(",") ? p.asm.parseType() : undefined;
  p.setOperands("condition", [condition]);
  p.setOperandTypes("condition", [chosen === undefined ? i1 : type]);
  p.setOperands("true_value", [first]);
  p.setOperands("false_value", [second]);
  p.setOperandTypes("true_value", [chosen ?? type]);
}

/** Prints what `parseSelect` reads. */
export function printSelect(op: Operation, p: AsmPrinter): void {
  p.write(" ");
  p.operands(op.operands);
  p.attrDict(op);
  p.write(" : ");
  const condition = op.operand(0).type;
  if (condition !== i1) {
    p.type(condition);
    p.write(", ");
  }
  p.type(op.resultAt(0).type);
}

/** A condition with elements must have the shape of what it chooses from. */
export function verifySelect(op: Operation, report: Report): void {
  const condition = op.operand(0).type;
  const type = op.resultAt(0).type;
  if (condition === i1) return;
  const same =
    condition instanceof ShapedType &&
    type instanceof ShapedType &&
    condition instanceof VectorType === type instanceof VectorType &&
    condition.withElementType(type.elementType) === type;
  if (same) return;
  report(
    "arith.select-shape",
    `the condition of \`arith.select\` is \`${condition.toString()}\` but it chooses from ` +
      `\`${type.toString()}\``,
    "the condition must be `i1` or have the shape of the values",
  );
}
