/** Atomic updates of one element. */
import {
  AnyMemRef,
  AnyType,
  attr,
  defineOp,
  elementOf,
  elementTypeOf,
  FloatType,
  HasParent,
  Index,
  integerEnum,
  IntegerAttr,
  IsTerminator,
  type OpRef,
  operand,
  Pure,
  RecursiveMemoryEffects,
  Region,
  region,
  result,
  ReturnLike,
  type Type,
  typeVar,
  variadic,
} from "@strata/ir";
import { verifyIndices } from "./access.ts";

const M = typeVar("M", AnyMemRef);

/** How `memref.atomic_rmw` combines the old value with the operand, numbered as upstream. */
export const atomicKinds = [
  "addf",
  "addi",
  "andi",
  "assign",
  "maximumf",
  "maxnumf",
  "maxs",
  "maxu",
  "minimumf",
  "minnumf",
  "mins",
  "minu",
  "mulf",
  "muli",
  "ori",
  "xori",
] as const;
export type AtomicKind = (typeof atomicKinds)[number];

/** The kind of an atomic update as an attribute. */
export const AtomicRMWKind = integerEnum("a kind of atomic update", atomicKinds);

const floatKinds = new Set<AtomicKind>([
  "addf",
  "maximumf",
  "maxnumf",
  "minimumf",
  "minnumf",
  "mulf",
]);

function fitsKind(kind: AtomicKind, type: Type): boolean {
  return kind === "assign" || floatKinds.has(kind) === type instanceof FloatType;
}

/** Combines an element with a value in one step; the result is the element before. */
export class AtomicRMW extends defineOp("memref.atomic_rmw", {
  summary: "Combines an element with a value in one step; gives the element before.",
  operands: { value: operand(elementOf(M)), memref: operand(M), indices: variadic(Index) },
  results: { result: result(elementOf(M)) },
  attributes: { kind: attr(AtomicRMWKind) },
  assembly:
    "$kind $value `,` $memref `[` $indices `]` attr-dict `:` `(` type($value) `,` type($memref) `)` `->` type($result)",
  verify(op, report) {
    verifyIndices(op.operand(1).type, op.numOperands - 2, op, report);
    const attr = op.getAttr("kind");
    if (!(attr instanceof IntegerAttr)) return;
    const kind = AtomicRMWKind.nameOf(attr);
    const type = elementTypeOf(op.operand(1).type);
    if (!fitsKind(kind, type)) {
      report(
        "memref.atomic-kind",
        `\`${kind}\` does not combine elements of \`${type.toString()}\``,
      );
    }
  },
}) {}

/** Ends the body of `memref.generic_atomic_rmw` with the element's new value. */
export class AtomicYield extends defineOp("memref.atomic_yield", {
  summary: "Ends the body of an atomic update with the element's new value.",
  operands: { result: operand(AnyType) },
  traits: [IsTerminator, ReturnLike, Pure, HasParent((): OpRef => GenericAtomicRMW)],
  assembly: "$result attr-dict `:` type($result)",
}) {}

/** Replaces an element by what its body computes from it, in one step; gives the element before. */
export class GenericAtomicRMW extends defineOp("memref.generic_atomic_rmw", {
  summary: "Replaces an element by what a region computes from it, in one step.",
  operands: { memref: operand(M), indices: variadic(Index) },
  results: { result: result(elementOf(M)) },
  regions: { atomic_body: region({ singleBlock: true }) },
  traits: [RecursiveMemoryEffects],
  print(op, p) {
    p.write(" ");
    p.operand(op.operand(0));
    p.write("[");
    p.operands(op.operands.slice(1));
    p.write("] : ");
    p.type(op.operand(0).type);
    p.write(" ");
    p.region(op.regions[0]!);
    p.attrDict(op);
  },
  parse(p) {
    p.setOperands("memref", [p.parseOperand()]);
    p.asm.expect("[");
    p.setOperands("indices", p.parseOperandList());
    p.asm.expect("]");
    p.asm.expect(":");
    p.setOperandTypes("memref", [p.asm.parseType()]);
    p.parseRegion(new Region());
    p.parseAttrDict();
  },
  verify(op, report) {
    verifyIndices(op.operand(0).type, op.numOperands - 1, op, report);
    const element = elementTypeOf(op.operand(0).type);
    const body = op.regions[0]?.firstBlock;
    const args = body?.args.map((a) => a.type) ?? [];
    if (args.length !== 1 || args[0] !== element) {
      report("memref.atomic-body", `the body must have one argument of \`${element.toString()}\``);
    }
    const last = body?.lastOp;
    if (!(last instanceof AtomicYield) || last.operandTypes[0] !== element) {
      report(
        "memref.atomic-body",
        `the body must end with \`memref.atomic_yield\` of the element type`,
      );
    }
  },
}) {}
