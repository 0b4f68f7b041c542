/** The constant operation. */
import {
  attributeType,
  AnyType,
  attr,
  type AttrConstraint,
  ConstantLike,
  defineOp,
  DenseElementsAttr,
  DenseResourceElementsAttr,
  elementTypeOf,
  FloatAttr,
  i1,
  IndexType,
  IntegerAttr,
  IntegerType,
  type Operation,
  Pure,
  type Report,
  result,
} from "@strata/ir";

const ConstantValue: AttrConstraint<
  IntegerAttr | FloatAttr | DenseElementsAttr | DenseResourceElementsAttr
> = {
  summary: "an integer, float or elements attribute",
  check: (a) =>
    a instanceof IntegerAttr ||
    a instanceof FloatAttr ||
    a instanceof DenseElementsAttr ||
    a instanceof DenseResourceElementsAttr,
};

function constantName(op: Operation): string {
  const value = op.getAttr("value");
  if (!(value instanceof IntegerAttr)) return "cst";
  if (value.type === i1) return value.isTrue ? "true" : "false";
  return value.type instanceof IndexType
    ? `c${value.value}`
    : `c${value.value}_${value.type.toString()}`;
}

function verifyConstant(op: Operation, report: Report): void {
  const value = op.getAttr("value");
  const type = op.resultAt(0).type;
  const given = value === undefined ? undefined : attributeType(value);
  if (given !== type) {
    report(
      "arith.constant-type",
      `the result of \`arith.constant\` is \`${type.toString()}\` but its value is ` +
        `\`${given?.toString() ?? "untyped"}\``,
      "give the value the result's type",
    );
  }
  const element = elementTypeOf(type);
  if (element instanceof IntegerType && element.signedness !== "signless") {
    report(
      "arith.constant-signedness",
      `\`arith.constant\` makes signless integers only, not \`${type.toString()}\``,
      `write \`i${element.width}\``,
    );
  }
}

/** A constant integer, index, float, vector or tensor. */
export class ConstantOp extends defineOp("arith.constant", {
  summary: "A constant integer, index, float, vector or tensor.",
  results: { result: result(AnyType) },
  attributes: { value: attr(ConstantValue) },
  traits: [Pure, ConstantLike],
  assembly: "attr-dict $value",
  inferResults: (_operands, properties) => {
    const value = properties.get("value");
    const type = value === undefined ? undefined : attributeType(value);
    return type === undefined ? [] : [type];
  },
  resultNames: constantName,
  verify: verifyConstant,
}) {}
