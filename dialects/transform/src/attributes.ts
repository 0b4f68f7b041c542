/** Attributes of `transform` that have a text of their own inside an operation. */
import {
  type AttrConstraint,
  i32,
  IntegerAttr,
  type IntegerEnum,
  integerEnum,
  DenseI64Array,
  type DenseArrayAttr,
} from "@strata/ir";

const modes = ["propagate", "suppress"] as const;

/** What happens when a transformation does not apply: `failures(propagate)`. */
export const FailureMode: IntegerEnum<"propagate" | "suppress"> = {
  summary: "how failures propagate",
  cases: modes,
  attr: (name) => IntegerAttr.get(modes.indexOf(name) + 1, i32),
  nameOf: (a) => modes[Number(a.value) - 1]!,
  check: (a) => a instanceof IntegerAttr && a.type === i32 && (a.value === 1n || a.value === 2n),
  parse: (p) => FailureMode.attr(p.parseKeywordOf(modes, "how failures propagate")),
  print: (p, a) => p.write(FailureMode.nameOf(a)),
};

/** How parameters are compared. */
export const ComparePredicate: IntegerEnum<"eq" | "ne" | "le" | "lt" | "ge" | "gt"> = integerEnum(
  "how parameters compare",
  ["eq", "ne", "le", "lt", "ge", "gt"],
  i32,
);

/** What a match asks of an operation beside its name. */
export const MatchInterface: IntegerEnum<"LinalgOp" | "TilingInterface" | "LoopLikeInterface"> =
  integerEnum("an interface to match", ["LinalgOp", "TilingInterface", "LoopLikeInterface"], i32);

/** Positions of operands or results, without brackets: `0, 1`. */
export const Positions: AttrConstraint<DenseArrayAttr> = DenseI64Array;
