/** Branches and returns of the LLVM dialect. */
import {
  AnyType,
  attr,
  BuildError,
  DenseArrayAttr,
  DenseElementsAttr,
  DenseI32Array,
  defineOp,
  I1,
  IntegerAttr,
  type IntegerType,
  IsTerminator,
  operand,
  type Operation,
  optionalAttr,
  optionalOperand,
  type OpParser,
  Pure,
  ReturnLike,
  successor,
  type Type,
  type UnresolvedOperand,
  type Value,
  variadic,
  variadicSuccessor,
  VectorType,
  attrOf,
  type AsmPrinter,
} from "@strata/ir";
import { AnyLLVM, AnyLLVMInteger } from "./constraints.ts";
import { LoopAnnotationAttr } from "./loop-attributes.ts";

const LoopAnnotation = attrOf("loop annotation", LoopAnnotationAttr);

/** `^bb1(%a : i32)`'s operands as the block's arguments. */
function checkTarget(
  op: Operation,
  i: number,
  values: readonly Value[],
  report: (code: string, message: string) => void,
): void {
  const args = op.successors[i]!.args;
  if (args.length !== values.length || args.some((a, k) => a.type !== values[k]!.type)) {
    const want = args.map((a) => a.type.toString()).join(", ");
    report("llvm.branch-arguments", `successor ${i} of \`${op.name}\` takes (${want})`);
  }
}

/** Goes to a block. */
export class BrOp extends defineOp("llvm.br", {
  summary: "Goes to a block.",
  operands: { destOperands: variadic(AnyLLVM) },
  attributes: { loop_annotation: optionalAttr(LoopAnnotation) },
  successors: { dest: successor() },
  traits: [IsTerminator, Pure],
  verify: (op, report) => checkTarget(op, 0, op.operandGroup(0), report),
  assembly: "$dest (`(` $destOperands^ `:` type($destOperands) `)`)? attr-dict",
}) {}

/** Goes to one of two blocks by a condition. */
export class CondBrOp extends defineOp("llvm.cond_br", {
  summary: "Goes to one of two blocks by a condition.",
  operands: {
    condition: operand(I1),
    trueDestOperands: variadic(AnyLLVM),
    falseDestOperands: variadic(AnyLLVM),
  },
  attributes: {
    branch_weights: optionalAttr(DenseI32Array),
    loop_annotation: optionalAttr(LoopAnnotation),
  },
  successors: { trueDest: successor(), falseDest: successor() },
  traits: [IsTerminator, Pure],
  verify(op, report) {
    checkTarget(op, 0, op.operandGroup(1), report);
    checkTarget(op, 1, op.operandGroup(2), report);
  },
  assembly:
    "$condition (`weights` `(` $branch_weights^ `)`)? `,` " +
    "$trueDest (`(` $trueDestOperands^ `:` type($trueDestOperands) `)`)? `,` " +
    "$falseDest (`(` $falseDestOperands^ `:` type($falseDestOperands) `)`)? attr-dict",
}) {}

/** Leaves the function, with its value if it has one. */
export class ReturnOp extends defineOp("llvm.return", {
  summary: "Leaves the function.",
  operands: { arg: optionalOperand(AnyLLVM) },
  traits: [IsTerminator, Pure, ReturnLike],
  assembly: "attr-dict ($arg^ `:` type($arg))?",
}) {}

/** Is never reached: to come here is undefined. */
export class UnreachableOp extends defineOp("llvm.unreachable", {
  summary: "Is never reached.",
  traits: [IsTerminator],
  assembly: "attr-dict",
}) {}

/** Values passed to each case of a switch, in the cases' order. */
export function caseOperandsOf(op: Operation): Value[][] {
  const all = op.operandGroup(2);
  const sizes = op.getAttr("case_operand_segments");
  let at = 0;
  return (sizes instanceof DenseArrayAttr ? sizes.numbers : []).map((n) => {
    const own = all.slice(at, at + n);
    at += n;
    return own;
  });
}

/** The values of a switch's cases, in their order. */
export function caseValuesOf(op: Operation): bigint[] {
  const a = op.getAttr("case_values");
  if (!(a instanceof DenseElementsAttr)) return [];
  return Array.from({ length: a.type.numElements }, (_, i) => (a.at(i) as IntegerAttr).value);
}

function printTarget(p: AsmPrinter, op: Operation, i: number, values: readonly Value[]): void {
  p.block(op.successors[i]!);
  if (values.length === 0) return;
  p.write("(");
  p.operands(values);
  p.write(" : ");
  p.types(values.map((v) => v.type));
  p.write(")");
}

function parseTarget(p: OpParser): Value[] {
  p.parseSuccessor();
  if (!p.asm.tryConsume("(")) return [];
  const names: UnresolvedOperand[] = p.parseOperandList();
  p.asm.expect(":");
  const types: Type[] = p.asm.parseTypeList();
  p.asm.expect(")");
  return p.resolveAll(names, types);
}

/** Goes to the block of the case whose value is given, or to the default. */
export class SwitchOp extends defineOp("llvm.switch", {
  summary: "Goes to the block of the case whose value is given.",
  operands: {
    value: operand(AnyLLVMInteger),
    defaultOperands: variadic(AnyType),
    caseOperands: variadic(AnyType),
  },
  attributes: {
    case_values: optionalAttr(attrOf("dense elements", DenseElementsAttr)),
    case_operand_segments: attr(DenseI32Array),
    branch_weights: optionalAttr(DenseI32Array),
  },
  successors: { defaultDestination: successor(), caseDestinations: variadicSuccessor() },
  traits: [IsTerminator, Pure],
  verify(op, report) {
    const values = caseValuesOf(op);
    const cases = caseOperandsOf(op);
    const n = op.successors.length - 1;
    if (values.length !== n || cases.length !== n) {
      report("llvm.switch-cases", `${n} cases need as many values and operand lists`);
      return;
    }
    if (new Set(values).size !== n) report("llvm.switch-cases", "two cases have one value");
    checkTarget(op, 0, op.operandGroup(1), report);
    cases.forEach((c, i) => checkTarget(op, i + 1, c, report));
  },
  print(op, p) {
    p.write(" ");
    p.operand(op.operand(0));
    p.write(" : ");
    p.type(op.operand(0).type);
    p.write(", ");
    printTarget(p, op, 0, op.operandGroup(1));
    p.write(" [");
    const cases = caseOperandsOf(op);
    const values = caseValuesOf(op);
    p.indented(() => {
      values.forEach((v, i) => {
        p.newline();
        p.write(`${v}: `);
        printTarget(p, op, i + 1, cases[i] ?? []);
        if (i + 1 < values.length) p.write(",");
      });
    });
    p.newline();
    p.write("]");
    p.attrDict(op, new Set(["case_values", "case_operand_segments"]));
  },
  parse(p) {
    const name = p.parseOperand();
    p.asm.expect(":");
    const type = p.asm.parseType();
    p.setOperands("value", [p.resolve(name, type)]);
    p.asm.expect(",");
    p.setOperands("defaultOperands", parseTarget(p));
    const values: IntegerAttr[] = [];
    const groups: Value[][] = [];
    p.asm.parseCommaSeparated("[", "]", () => {
      values.push(IntegerAttr.get(p.asm.parseInteger(), type as IntegerType));
      p.asm.expect(":");
      groups.push(parseTarget(p));
    });
    p.setOperands("caseOperands", groups.flat());
    if (values.length > 0) {
      const shape = VectorType.get([values.length], type);
      p.setAttr("case_values", DenseElementsAttr.get(shape, values));
    }
    p.setAttr("case_operand_segments", DenseArrayAttr.i32(groups.map((g) => g.length)));
    p.parseAttrDict();
  },
}) {}

/** A case of a switch to build. */
export interface SwitchCase {
  readonly value: bigint;
  readonly args: readonly Value[];
}

/** The attributes and operands of a switch with the given cases over a value. */
export function switchCases(
  value: Value,
  cases: readonly SwitchCase[],
): {
  case_values: DenseElementsAttr | undefined;
  case_operand_segments: DenseArrayAttr;
  caseOperands: Value[];
} {
  const type = value.type as IntegerType;
  if (new Set(cases.map((c) => c.value)).size !== cases.length) {
    throw new BuildError("llvm.switch: two cases have one value");
  }
  return {
    case_values:
      cases.length === 0
        ? undefined
        : DenseElementsAttr.get(
            VectorType.get([cases.length], type),
            cases.map((c) => IntegerAttr.get(c.value, type)),
          ),
    case_operand_segments: DenseArrayAttr.i32(cases.map((c) => c.args.length)),
    caseOperands: cases.flatMap((c) => [...c.args]),
  };
}
