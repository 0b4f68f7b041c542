/** Scattering: values go to places that are computed from them. */
import {
  AnyRankedTensor,
  defineOp,
  operand,
  type Operation,
  type RankedTensorType,
  RecursiveMemoryEffects,
  region,
  type Report,
  result,
  variadic,
} from "@strata/ir";
import { checkBody, indices, sameShape } from "./ops-body.ts";

/**
 * The target with elements replaced: for each point of the inputs, which have one shape, in
 * row-major order, `body` gives a place in the target and a value, and `combiner` makes the new
 * element from the old one and the value. Places outside of the target are ignored.
 */
export class ScatterOp extends defineOp("pattern.scatter", {
  summary: "Combines values into a tensor at computed places, in order.",
  operands: { target: operand(AnyRankedTensor), inputs: variadic(AnyRankedTensor) },
  results: { output: result(AnyRankedTensor) },
  regions: { body: region({ singleBlock: true }), combiner: region({ singleBlock: true }) },
  traits: [RecursiveMemoryEffects],
  assembly:
    "`into` `(` $target `:` type($target) `)` `ins` `(` $inputs `:` type($inputs) `)` " +
    "attr-dict-with-keyword `->` type($output) $body `combine` $combiner",
  verify: verifyScatter,
}) {}

function verifyScatter(op: Operation, report: Report): void {
  const target = op.operand(0).type as RankedTensorType;
  const inputs = op.operandGroup(1).map((v) => v.type) as RankedTensorType[];
  const first = inputs[0];
  if (first === undefined) {
    report("pattern.scatter-inputs", "`pattern.scatter` needs at least one input");
    return;
  }
  sameShape(op, inputs, report);
  if (op.resultTypes[0] !== target) {
    report("pattern.scatter-type", `the result must be \`${target.toString()}\`, as the target`);
  }
  const elements = inputs.map((t) => t.elementType);
  const args = [...elements, ...indices(first.rank)];
  const e = target.elementType;
  checkBody(op, op.regions[0]!, args, [...indices(target.rank), e], report);
  checkBody(op, op.regions[1]!, [e, e], [e], report);
}
