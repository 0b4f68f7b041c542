/** `pattern.yield`, and what the verifiers of the patterns share: shapes and bodies. */
import {
  AnyScalar,
  AnyType,
  Bindings,
  defineOp,
  index,
  IsTerminator,
  type Operation,
  Pure,
  RankedTensorType,
  ReturnLike,
  type Region,
  type Report,
  type Type,
  type TypeConstraint,
  typeWhere,
  variadic,
} from "@strata/ir";

/** What a reduction or an iteration carries. */
export const TensorOrScalar: TypeConstraint<Type> = typeWhere("ranked tensor or scalar", (t) => {
  return t instanceof RankedTensorType || AnyScalar.check(t, new Bindings());
});

/** Ends the body of a pattern with its values. */
export class YieldOp extends defineOp("pattern.yield", {
  summary: "Ends the body of a pattern with its values.",
  operands: { values: variadic(AnyType) },
  traits: [IsTerminator, ReturnLike, Pure],
  assembly: "attr-dict ($values^ `:` type($values))?",
}) {}

/** One index for each dimension. */
export function indices(rank: number): Type[] {
  return Array.from({ length: rank }, () => index);
}

/** Element types of tensors. */
export function elementsOf(types: readonly RankedTensorType[]): Type[] {
  return types.map((t) => t.elementType);
}

/** Reports tensors of different shapes. */
export function sameShape(op: Operation, types: readonly RankedTensorType[], report: Report): void {
  const shape = types[0]!.shape.join("x");
  const other = types.find((t) => t.shape.join("x") !== shape);
  if (other !== undefined) {
    report(
      "pattern.shape",
      `\`${op.name}\` needs one shape, found \`${types[0]!.toString()}\` and \`${other.toString()}\``,
    );
  }
}

/** Reports a body that does not take `args` or does not yield `yields`. */
export function checkBody(
  op: Operation,
  body: Region,
  args: readonly Type[],
  yields: readonly Type[],
  report: Report,
): void {
  const block = body.firstBlock;
  if (block === null) {
    report("pattern.body", `a body of \`${op.name}\` is missing`);
    return;
  }
  const found = block.args.map((a) => a.type);
  if (found.length !== args.length || args.some((t, i) => t !== found[i])) {
    report(
      "pattern.body-arguments",
      `a body of \`${op.name}\` must take (${args.join(", ")}), found (${found.join(", ")})`,
    );
  }
  const last = block.lastOp;
  if (!(last instanceof YieldOp)) {
    report("pattern.body-yield", `a body of \`${op.name}\` must end in \`pattern.yield\``);
    return;
  }
  const values = last.operandTypes;
  if (values.length !== yields.length || yields.some((t, i) => t !== values[i])) {
    report(
      "pattern.yield-type",
      `a body of \`${op.name}\` must yield (${yields.join(", ")}), found (${values.join(", ")})`,
    );
  }
}
