/**
 * The text of `cf.switch`: the flag with its type, then the default and the cases in brackets.
 * Case values print as unsigned numbers, as upstream has them.
 */
import {
  type AsmPrinter,
  type AttrConstraint,
  attrOf,
  DenseArrayAttr,
  DenseElementsAttr,
  IntegerAttr,
  IntegerType,
  type Operation,
  type OpParser,
  type Type,
  type UnresolvedOperand,
  type Value,
  VectorType,
} from "@strata/ir";

/** The case values of a switch: a vector of integers. */
export const CaseValues: AttrConstraint<DenseElementsAttr> = attrOf(
  "dense integer elements attribute",
  DenseElementsAttr,
  (a) => a.type.elementType instanceof IntegerType && a.type.rank === 1,
);

interface Passed {
  readonly operands: UnresolvedOperand[];
  readonly types: readonly Type[];
}

/** Reads `^block[(operands : types)]`. */
function parseDestination(p: OpParser): Passed {
  p.parseSuccessor();
  if (!p.asm.tryConsume("(")) return { operands: [], types: [] };
  const operands = p.parseOperandList();
  p.asm.expect(":");
  const types = p.asm.parseTypeList();
  p.asm.expect(")");
  return { operands, types };
}

/** Reads what follows `cf.switch`. */
export function parseSwitch(p: OpParser): void {
  const asm = p.asm;
  const flag = p.parseOperand();
  asm.expect(":");
  const typeStart = asm.tokenStart();
  const type = asm.parseType();
  if (!(type instanceof IntegerType)) {
    asm.fail("cf.switch-type", `the flag is an integer, not \`${type.toString()}\``, typeStart);
  }
  asm.expect(",");
  asm.expect("[");
  asm.expect("default");
  asm.expect(":");
  const fallback = parseDestination(p);
  const values: IntegerAttr[] = [];
  const cases: Passed[] = [];
  while (asm.tryConsume(",")) {
    values.push(IntegerAttr.get(asm.parseInteger(), type));
    asm.expect(":");
    cases.push(parseDestination(p));
  }
  asm.expect("]");
  p.setOperands("flag", [flag]);
  p.setOperandTypes("flag", [type]);
  p.setOperands("defaultOperands", fallback.operands);
  p.setOperandTypes("defaultOperands", fallback.types);
  p.setOperands(
    "caseOperands",
    cases.flatMap((c) => c.operands),
  );
  p.setOperandTypes(
    "caseOperands",
    cases.flatMap((c) => c.types),
  );
  p.setAttr("case_operand_segments", DenseArrayAttr.i32(cases.map((c) => c.operands.length)));
  if (values.length > 0) {
    p.setAttr("case_values", DenseElementsAttr.get(VectorType.get([values.length], type), values));
  }
  p.parseAttrDict();
}

function printDestination(op: Operation, p: AsmPrinter, i: number, passed: readonly Value[]): void {
  const block = op.successors[i];
  if (block !== undefined) p.block(block);
  if (passed.length === 0) return;
  p.write("(");
  p.operands(passed);
  p.write(" : ");
  p.types(passed.map((v) => v.type));
  p.write(")");
}

const elided = new Set(["case_values", "case_operand_segments"]);

/** Prints what `parseSwitch` reads. */
export function printSwitch(op: Operation, p: AsmPrinter): void {
  const flag = op.operand(0);
  const values = op.getAttr("case_values");
  const segments = op.getAttr("case_operand_segments");
  const sizes = segments instanceof DenseArrayAttr ? segments.numbers : [];
  const caseOperands = op.operandGroup(2);
  p.write(" ");
  p.operand(flag);
  p.write(" : ");
  p.type(flag.type);
  p.write(", [");
  p.indented(() => {
    p.newline();
    p.write("default: ");
    printDestination(op, p, 0, op.operandGroup(1));
    let at = 0;
    sizes.forEach((n, i) => {
      p.write(",");
      p.newline();
      const value = values instanceof DenseElementsAttr ? values.at(i) : undefined;
      if (value instanceof IntegerAttr && value.type instanceof IntegerType) {
        p.write(`${BigInt.asUintN(value.type.width, value.value)}: `);
      }
      printDestination(op, p, i + 1, caseOperands.slice(at, (at += n)));
    });
  });
  // Upstream ends the line after cases only.
  if (sizes.length > 0) p.newline();
  p.write("]");
  p.attrDict(op, elided);
}
