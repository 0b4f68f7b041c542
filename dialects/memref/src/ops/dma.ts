/**
 * Copies that run beside the program: started, then waited for through a tag. Their operands are one
 * flat list, as upstream's are; the ranks of the memrefs say which is which.
 */
import {
  AnyType,
  type AsmPrinter,
  defineOp,
  IndexType,
  MemRefType,
  type Operation,
  type OpParser,
  type Report,
  variadic,
} from "@strata/ir";

/** One memref among the operands, with its indices. */
interface Place {
  /** Position of the memref. */
  readonly at: number;
  /** Position behind its indices. */
  readonly end: number;
}

/** The memref at an operand and the indices behind it; undefined when they are not there. */
function placeAt(op: Operation, at: number): Place | undefined {
  const type = op.operandUses[at]?.value.type;
  if (!(type instanceof MemRefType)) return undefined;
  const end = at + 1 + type.rank;
  return end <= op.numOperands ? { at, end } : undefined;
}

/** `%memref[%i, …]`. */
function printPlace(op: Operation, p: AsmPrinter, place: Place): void {
  p.operand(op.operand(place.at));
  p.write("[");
  p.operands(op.operands.slice(place.at + 1, place.end));
  p.write("]");
}

function checkIndices(op: Operation, from: number, end: number, report: Report): void {
  for (let i = from; i < end; i++) {
    if (!(op.operand(i).type instanceof IndexType)) {
      report("memref.dma-index", `operand ${i} of \`${op.name}\` must be \`index\``);
    }
  }
}

interface Transfer {
  readonly source: Place;
  readonly target: Place;
  readonly tag: Place;
}

function transferOf(op: Operation): Transfer | undefined {
  const source = placeAt(op, 0);
  const target = source && placeAt(op, source.end);
  const tag = target && placeAt(op, target.end + 1);
  return source && target && tag && { source, target, tag };
}

/** `%memref[%i, …]` as names. */
function parsePlace(p: OpParser): ReturnType<OpParser["parseOperandList"]> {
  const memref = p.parseOperand();
  p.asm.expect("[");
  const indices = p.parseOperandList();
  p.asm.expect("]");
  return [memref, ...indices];
}

const index = IndexType.instance;

/** Resolves a place whose memref has the given type. */
function resolvePlace(
  p: OpParser,
  names: ReturnType<typeof parsePlace>,
  type: ReturnType<OpParser["asm"]["parseType"]>,
): ReturnType<OpParser["resolve"]>[] {
  return names.map((n, i) => p.resolve(n, i === 0 ? type : index));
}

/** Starts a copy between memory spaces. */
export class DmaStart extends defineOp("memref.dma_start", {
  summary: "Starts a copy between memory spaces; a tag tells when it is done.",
  operands: { inputs: variadic(AnyType) },
  verify(op, report) {
    const t = transferOf(op);
    const rest = t === undefined ? -1 : op.numOperands - t.tag.end;
    if (t === undefined || (rest !== 0 && rest !== 2)) {
      report(
        "memref.dma-operands",
        "`memref.dma_start` takes two memrefs with indices, a size, a tag with indices, and at most a stride with its size",
      );
      return;
    }
    checkIndices(op, t.source.at + 1, t.source.end, report);
    checkIndices(op, t.target.at + 1, t.target.end + 1, report);
    checkIndices(op, t.tag.at + 1, op.numOperands, report);
  },
  parse(p) {
    const source = parsePlace(p);
    p.asm.expect(",");
    const target = parsePlace(p);
    p.asm.expect(",");
    const size = p.parseOperand();
    p.asm.expect(",");
    const tag = parsePlace(p);
    const stride = p.asm.tryConsume(",") ? p.parseOperandList() : [];
    p.parseAttrDict();
    p.asm.expect(":");
    const a = p.asm.parseType();
    p.asm.expect(",");
    const b = p.asm.parseType();
    p.asm.expect(",");
    const c = p.asm.parseType();
    p.setOperands("inputs", [
      ...resolvePlace(p, source, a),
      ...resolvePlace(p, target, b),
      p.resolve(size, index),
      ...resolvePlace(p, tag, c),
      ...stride.map((n) => p.resolve(n, index)),
    ]);
  },
  print(op, p) {
    const t = transferOf(op);
    if (t === undefined) throw new Error("only verified operations are printed in this form");
    p.write(" ");
    printPlace(op, p, t.source);
    p.write(", ");
    printPlace(op, p, t.target);
    p.write(", ");
    p.operand(op.operand(t.target.end));
    p.write(", ");
    printPlace(op, p, t.tag);
    for (const v of op.operands.slice(t.tag.end)) {
      p.write(", ");
      p.operand(v);
    }
    p.attrDict(op);
    p.write(" : ");
    p.types([t.source, t.target, t.tag].map(({ at }) => op.operand(at).type));
  },
}) {}

/** Waits for a copy. */
export class DmaWait extends defineOp("memref.dma_wait", {
  summary: "Waits until the copy with a tag is done.",
  operands: { inputs: variadic(AnyType) },
  verify(op, report) {
    const tag = placeAt(op, 0);
    if (tag === undefined || tag.end + 1 !== op.numOperands) {
      report("memref.dma-operands", "`memref.dma_wait` takes a tag with indices, and a size");
      return;
    }
    checkIndices(op, 1, op.numOperands, report);
  },
  parse(p) {
    const tag = parsePlace(p);
    p.asm.expect(",");
    const size = p.parseOperand();
    p.parseAttrDict();
    p.asm.expect(":");
    const type = p.asm.parseType();
    p.setOperands("inputs", [...resolvePlace(p, tag, type), p.resolve(size, index)]);
  },
  print(op, p) {
    const tag = placeAt(op, 0);
    if (tag === undefined) throw new Error("only verified operations are printed in this form");
    p.write(" ");
    printPlace(op, p, tag);
    p.write(", ");
    p.operand(op.operand(tag.end));
    p.attrDict(op);
    p.write(" : ");
    p.type(op.operand(0).type);
  },
}) {}
