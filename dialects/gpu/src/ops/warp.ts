/** Code that one lane runs for all of its subgroup. */
import {
  AnyType,
  attr,
  defineOp,
  I64Attr,
  Index,
  IntegerAttr,
  i64,
  operand,
  type OpRef,
  RecursiveMemoryEffects,
  Region,
  region,
  type Report,
  SingleBlockImplicitTerminator,
  type Type,
  variadic,
  variadicResult,
  VectorType,
} from "@strata/ir";
import { Yield } from "./collective.ts";

/** Whether each of `warp` lanes holds an equal part of a vector along one dimension. */
function isPartOf(part: Type, whole: Type, warp: bigint): boolean {
  if (part === whole) return true;
  if (!(part instanceof VectorType && whole instanceof VectorType)) return false;
  if (part.elementType !== whole.elementType || part.rank !== whole.rank) return false;
  const ratio = part.shape.reduce((r, n, d) => r * (whole.shape[d]! / n), 1);
  return part.shape.every((n, d) => whole.shape[d]! % n === 0) && BigInt(ratio) === warp;
}

/**
 * Runs its body on lane 0: there the vectors of all lanes are one, and what it yields is spread.
 */
export class WarpExecute extends defineOp("gpu.warp_execute_on_lane_0", {
  summary: "Runs its body on lane 0 with the vectors of all lanes as one.",
  operands: { laneid: operand(Index), args: variadic(AnyType) },
  results: { outs: variadicResult(AnyType) },
  attributes: { warp_size: attr(I64Attr, "lanes of the subgroup") },
  regions: { warpRegion: region({ singleBlock: true }) },
  traits: [SingleBlockImplicitTerminator((): OpRef => Yield), RecursiveMemoryEffects],
  print(op, p) {
    const [lane, ...args] = op.operands;
    p.write("(");
    p.operand(lane!);
    const size = op.getAttr("warp_size");
    p.write(`)[${size instanceof IntegerAttr ? size.value : ""}]`);
    if (args.length > 0) {
      p.write(" args(");
      p.operands(args);
      p.write(" : ");
      p.types(args.map((a) => a.type));
      p.write(")");
    }
    if (op.numResults > 0) {
      p.write(" -> (");
      p.types(op.resultTypes);
      p.write(")");
    }
    p.write(" ");
    p.region(op.regions[0]!, { terminator: false });
    p.attrDict(op, new Set(["warp_size"]));
  },
  parse(p) {
    const { asm } = p;
    asm.expect("(");
    p.setOperands("laneid", [p.parseOperand()]);
    asm.expect(")");
    asm.expect("[");
    p.setAttr("warp_size", IntegerAttr.get(asm.parseInteger(), i64));
    asm.expect("]");
    if (asm.tryConsume("args")) {
      asm.expect("(");
      p.setOperands("args", p.parseOperandList());
      asm.expect(":");
      p.setOperandTypes("args", asm.parseTypeList());
      asm.expect(")");
    }
    p.setResultTypes("outs", asm.tryConsume("->") ? asm.parseResultTypes() : []);
    p.parseRegion(new Region());
    p.parseAttrDict();
  },
  verify(op, report: Report) {
    const size = op.getAttr("warp_size");
    const body = op.regions[0]?.firstBlock;
    if (!(size instanceof IntegerAttr) || !body) return;
    const check = (parts: readonly Type[], wholes: readonly Type[], what: string): void => {
      const fits =
        parts.length === wholes.length &&
        parts.every((t, i) => isPartOf(t, wholes[i]!, size.value));
      if (fits) return;
      report(
        "gpu.warp-types",
        `the ${what} (${wholes.join(", ")}) are not spread over ${size.value} lanes as ` +
          `(${parts.join(", ")})`,
      );
    };
    check(
      op.operandTypes.slice(1),
      body.args.map((a) => a.type),
      "body's arguments",
    );
    check(op.resultTypes, body.lastOp?.operandTypes ?? [], "values yielded");
  },
}) {}
