/** The operations of `ub` and the attribute of a poisoned value. */
import {
  AnyType,
  attrOf,
  ConstantLike,
  defaultAttr,
  defineAttr,
  defineOp,
  IsTerminator,
  Pure,
  result,
} from "@strata/ir";

/** `#ub.poison`: a value that must not be looked at. */
export class PoisonAttr extends defineAttr("ub.poison", "A value that must not be looked at.") {}

const poison = PoisonAttr.get({});

/** A value that nothing may depend on. */
export class PoisonOp extends defineOp("ub.poison", {
  summary: "A value that nothing may depend on.",
  results: { result: result(AnyType) },
  attributes: { value: defaultAttr(attrOf("poison attribute", PoisonAttr), poison) },
  traits: [Pure, ConstantLike],
  assembly: "attr-dict (`<` $value^ `>`)? `:` type($result)",
}) {}

/** A place that is never reached. */
export class UnreachableOp extends defineOp("ub.unreachable", {
  summary: "A place that is never reached.",
  traits: [IsTerminator],
  assembly: "attr-dict",
}) {}
