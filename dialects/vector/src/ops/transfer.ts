/**
 * Transfers: reading a vector from memory or a tensor, and writing one, along any dimensions, with
 * what is outside padded or left out.
 */
import {
  AffineMap,
  affineDim,
  AffineMapAttr,
  AnyAffineMapAttr,
  AnyArrayAttr,
  AnyRankedTensor,
  AnyType,
  AnyVector,
  ArrayAttr,
  type AsmPrinter,
  attr,
  type Attribute,
  defineOp,
  elementTypeOf,
  i1,
  Index,
  IntegerAttr,
  MemRefType,
  type Operation,
  type OpParser,
  operand,
  optionalOperand,
  optionalResult,
  RankedTensorType,
  type Report,
  result,
  type Type,
  variadic,
  VectorType,
} from "@strata/ir";
import { AnyMask, AnyShapedMemory, V } from "./checks.ts";

/** The map from the innermost dimensions of a shape of rank `rank` to a vector's. */
export function minorIdentity(rank: number, results: number): AffineMap {
  const from = rank - results;
  return AffineMap.get(
    rank,
    0,
    Array.from({ length: results }, (_, i) => affineDim(from + i)),
  );
}

/** Number of dimensions of a transfer's vector that elements which are vectors do not fill. */
function transferRank(shaped: Type, vector: VectorType): number {
  const element = elementTypeOf(shaped);
  return vector.rank - (element instanceof VectorType ? element.rank : 0);
}

function usualMap(shaped: Type, vector: VectorType): AffineMap | undefined {
  if (!(shaped instanceof MemRefType || shaped instanceof RankedTensorType)) return undefined;
  const results = transferRank(shaped, vector);
  return results > shaped.rank ? undefined : minorIdentity(shaped.rank, results);
}

/** The flags of `in_bounds`. */
export function inBoundsOf(a: Attribute | undefined): boolean[] {
  if (!(a instanceof ArrayAttr)) return [];
  return a.values.map((v) => v instanceof IntegerAttr && v.isTrue);
}

const flags = (list: readonly boolean[]): ArrayAttr => ArrayAttr.get(list.map(IntegerAttr.bool));

function printAttributes(op: Operation, shaped: Type, vector: VectorType, p: AsmPrinter): void {
  const elided = new Set<string>();
  const map = op.getAttr("permutation_map");
  if (map instanceof AffineMapAttr && map.map === usualMap(shaped, vector)) {
    elided.add("permutation_map");
  }
  if (!inBoundsOf(op.getAttr("in_bounds")).includes(true)) elided.add("in_bounds");
  p.attrDict(op, elided);
}

/** Fills in the map and the flags that the text leaves out. */
function completeAttributes(p: OpParser, shaped: Type, vector: Type): void {
  if (!(vector instanceof VectorType)) {
    return p.asm.fail(
      "vector.transfer-type",
      `a transfer moves a vector, not \`${vector.toString()}\``,
    );
  }
  if (p.getAttr("permutation_map") === undefined) {
    const map = usualMap(shaped, vector);
    if (map === undefined) {
      p.asm.fail(
        "vector.transfer-type",
        `\`${vector.toString()}\` has no place in \`${shaped.toString()}\``,
        p.start,
      );
    } else p.setAttr("permutation_map", AffineMapAttr.get(map));
  }
  if (p.getAttr("in_bounds") === undefined) {
    const n = Math.max(0, transferRank(shaped, vector));
    p.setAttr("in_bounds", flags(Array.from({ length: n }, () => false)));
  }
}

/** The dimension of the memory for each of the vector, undefined where it is broadcast. */
export function transferDims(map: AffineMap): (number | undefined)[] {
  return map.results.map((e) => (e.kind === "dim" ? e.index : undefined));
}

function isTransferMap(map: AffineMap): boolean {
  const used = transferDims(map).filter((d) => d !== undefined);
  const rest = map.results.filter((e) => e.kind !== "dim");
  return (
    map.numSyms === 0 &&
    new Set(used).size === used.length &&
    rest.every((e) => e.kind === "const" && e.value === 0n)
  );
}

/** The type of a transfer's mask: the extents in the order of the memory, none for broadcasts. */
export function transferMaskType(map: AffineMap, vector: VectorType): VectorType {
  const placed = transferDims(map)
    .flatMap((d, k) => (d === undefined ? [] : [{ d, k }]))
    .sort((a, b) => a.d - b.d);
  return VectorType.get(
    placed.map(({ k }) => vector.shape[k]!),
    i1,
    placed.map(({ k }) => vector.scalable[k]!),
  );
}

function verifyTransfer(
  op: Operation,
  shaped: Type,
  vector: Type,
  mask: Type | undefined,
  indices: number,
  report: Report,
): void {
  const attribute = op.getAttr("permutation_map");
  if (!(attribute instanceof AffineMapAttr) || !(vector instanceof VectorType)) return;
  if (!(shaped instanceof MemRefType || shaped instanceof RankedTensorType)) return;
  const { map } = attribute;
  if (indices !== shaped.rank) {
    report(
      "vector.index-count",
      `\`${op.name}\` on \`${shaped.toString()}\` needs ${shaped.rank} indices, found ${indices}`,
    );
  }
  const element = elementTypeOf(shaped);
  if (elementTypeOf(element) !== vector.elementType) {
    report(
      "vector.element-type",
      `\`${op.name}\` moves \`${vector.toString()}\` to or from \`${shaped.toString()}\``,
    );
  }
  const rank = transferRank(shaped, vector);
  if (map.numDims !== shaped.rank || map.results.length !== rank || !isTransferMap(map)) {
    report(
      "vector.transfer-map",
      `${map.toString()} does not map the ${shaped.rank} dimensions of memory to the ${rank} of the vector`,
      "its results are distinct dimensions, or 0 for a broadcast",
    );
    return;
  }
  if (inBoundsOf(op.getAttr("in_bounds")).length !== rank) {
    report("vector.in-bounds", `\`in_bounds\` must state ${rank} flags`);
  }
  if (mask !== undefined && mask !== transferMaskType(map, vector)) {
    report(
      "vector.mask-type",
      `the mask is a \`${transferMaskType(map, vector).toString()}\`, not a \`${mask.toString()}\``,
    );
  }
}

/** Reads a vector; what is outside or masked out is the padding. */
export class TransferRead extends defineOp("vector.transfer_read", {
  summary: "Reads a vector along any dimensions.",
  operands: {
    base: operand(AnyShapedMemory),
    indices: variadic(Index),
    padding: operand(AnyType),
    mask: optionalOperand(AnyMask),
  },
  results: { vector: result(AnyVector) },
  attributes: { permutation_map: attr(AnyAffineMapAttr), in_bounds: attr(AnyArrayAttr) },
  print(op, p) {
    const vector = op.resultTypes[0] as VectorType;
    const base = op.operand(0).type;
    p.write(" ");
    p.operand(op.operand(0));
    p.write("[");
    p.operands(op.operandGroup(1));
    p.write("], ");
    p.operands([...op.operandGroup(2), ...op.operandGroup(3)]);
    printAttributes(op, base, vector, p);
    p.write(" : ");
    p.types([base, vector]);
  },
  parse(p) {
    p.setOperands("base", [p.parseOperand()]);
    p.asm.expect("[");
    p.setOperands("indices", p.parseOperandList());
    p.asm.expect("]");
    p.asm.expect(",");
    p.setOperands("padding", [p.parseOperand()]);
    const mask = p.asm.tryConsume(",") ? [p.parseOperand()] : [];
    p.setOperands("mask", mask);
    p.parseAttrDict();
    p.asm.expect(":");
    const base = p.asm.parseType();
    p.asm.expect(",");
    const vector = p.asm.parseType();
    completeAttributes(p, base, vector);
    p.setOperandTypes("base", [base]);
    p.setOperandTypes("padding", [elementTypeOf(base)]);
    setMaskType(p, vector, mask.length);
    p.setResultTypes("vector", [vector]);
  },
  verify(op, report) {
    const base = op.operand(0).type;
    const [mask] = op.operandGroup(3);
    const indices = op.operandGroup(1).length;
    verifyTransfer(op, base, op.resultTypes[0]!, mask?.type, indices, report);
    const padding = op.operandGroup(2)[0]!.type;
    if (padding !== elementTypeOf(base)) {
      report("vector.padding-type", `the padding is a \`${padding.toString()}\`, not an element`);
    }
  },
}) {
  /** For each dimension of the vector: whether all its lanes lie inside. */
  get inBounds(): boolean[] {
    return inBoundsOf(this.in_bounds);
  }
}

function setMaskType(p: OpParser, vector: Type, count: number): void {
  const map = p.getAttr("permutation_map");
  if (count === 0 || !(map instanceof AffineMapAttr) || !(vector instanceof VectorType)) return;
  p.setOperandTypes("mask", [transferMaskType(map.map, vector)]);
}

/** Writes a vector; lanes that are outside or masked out are left out. A tensor gives a new one. */
export class TransferWrite extends defineOp("vector.transfer_write", {
  summary: "Writes a vector along any dimensions.",
  operands: {
    valueToStore: operand(V),
    base: operand(AnyShapedMemory),
    indices: variadic(Index),
    mask: optionalOperand(AnyMask),
  },
  results: { result: optionalResult(AnyRankedTensor) },
  attributes: { permutation_map: attr(AnyAffineMapAttr), in_bounds: attr(AnyArrayAttr) },
  inferResults: ([, base]) => (base!.type instanceof RankedTensorType ? [base!.type] : []),
  print(op, p) {
    const [vector, base] = [op.operand(0).type as VectorType, op.operand(1).type];
    p.write(" ");
    p.operands(op.operands.slice(0, 2));
    p.write("[");
    p.operands(op.operandGroup(2));
    p.write("]");
    for (const mask of op.operandGroup(3)) {
      p.write(", ");
      p.operand(mask);
    }
    printAttributes(op, base, vector, p);
    p.write(" : ");
    p.types([vector, base]);
  },
  parse(p) {
    p.setOperands("valueToStore", [p.parseOperand()]);
    p.asm.expect(",");
    p.setOperands("base", [p.parseOperand()]);
    p.asm.expect("[");
    p.setOperands("indices", p.parseOperandList());
    p.asm.expect("]");
    const mask = p.asm.tryConsume(",") ? [p.parseOperand()] : [];
    p.setOperands("mask", mask);
    p.parseAttrDict();
    p.asm.expect(":");
    const vector = p.asm.parseType();
    p.asm.expect(",");
    const base = p.asm.parseType();
    completeAttributes(p, base, vector);
    p.setOperandTypes("valueToStore", [vector]);
    p.setOperandTypes("base", [base]);
    setMaskType(p, vector, mask.length);
    p.setResultTypes("result", base instanceof RankedTensorType ? [base] : []);
  },
  verify(op, report) {
    const [vector, base] = [op.operand(0).type, op.operand(1).type];
    const [mask] = op.operandGroup(3);
    verifyTransfer(op, base, vector, mask?.type, op.operandGroup(2).length, report);
    const attribute = op.getAttr("permutation_map");
    if (attribute instanceof AffineMapAttr && transferDims(attribute.map).includes(undefined)) {
      report("vector.transfer-map", "a write does not broadcast");
    }
    const wanted = base instanceof RankedTensorType ? [base] : [];
    if (op.numResults !== wanted.length || op.resultTypes[0] !== wanted[0]) {
      report("vector.transfer-result", "the result is the written tensor, or nothing for a memref");
    }
  },
}) {
  /** For each dimension of the vector: whether all its lanes lie inside. */
  get inBounds(): boolean[] {
    return inBoundsOf(this.in_bounds);
  }
}
