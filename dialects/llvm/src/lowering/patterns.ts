/** Conversion patterns that several lowerings are made of. */
import type { OpDefinition, Operation, OperationParts, OpRef, Type, Value } from "@strata/ir";
import {
  conversionPattern,
  type RewritePattern,
  type Rewriter,
  type TypeConverter,
} from "@strata/rewrite";
import { type FastmathFlag, FastmathFlagsAttr, fastmathFlags } from "../attributes.ts";
import { buildElementwise } from "./elementwise.ts";
import { type Attributes, insertOne } from "./insert-one.ts";
import { computeWide } from "./narrow-floats.ts";

/** An op class of any dialect. */
export type AnyOpClass<O extends Operation = Operation> = (new (parts: OperationParts) => O) & {
  readonly definition: OpDefinition;
};

/** Builds one row of an elementwise operation: a scalar or a vector of rank 1. */
export type RowBuilder<O extends Operation> = (
  r: Rewriter,
  operands: readonly Value[],
  type: Type,
  op: O,
) => Value;

/** Converts an op with one result that works element by element, on vectors of any rank. */
export function elementwiseConversion<O extends Operation>(
  cls: AnyOpClass<O>,
  converter: TypeConverter,
  build: RowBuilder<O>,
  refuse: (op: O) => string | undefined = () => undefined,
): RewritePattern {
  return conversionPattern(
    `${cls.definition.name}-to-llvm`,
    cls,
    (op, adaptor, r) => {
      const type = converter.convertOne(op.resultAt(0).type);
      if (type === undefined) return r.fail(`\`${op.resultTypes[0]}\` has no form in LLVM`);
      const reason = refuse(op);
      if (reason !== undefined) return r.fail(reason);
      const value = buildElementwise(r, type, adaptor.operands, (operands, row) =>
        build(r, operands, row, op),
      );
      r.replaceOp(op, [value]);
      return true;
    },
    { converter },
  );
}

/** Converts an op to one of LLVM's with the same operands; `attributes` come from the op. */
export function directConversion<O extends Operation>(
  from: AnyOpClass<O>,
  to: OpRef,
  converter: TypeConverter,
  attributes: (op: O) => Attributes = () => ({}),
): RewritePattern {
  return elementwiseConversion(from, converter, (r, operands, type, op) =>
    computeWide(r, operands, type, (wide, wideType) =>
      insertOne(r, to, wide, wideType, attributes(op)),
    ),
  );
}

/** The liberties of a set of flag names, as LLVM's attribute. */
export function fastmathOf(flags: readonly string[]): FastmathFlagsAttr {
  return FastmathFlagsAttr.of(fastmathFlags.filter((f): f is FastmathFlag => flags.includes(f)));
}
