/** Products of vectors: contractions of any kind, and outer products. */
import { FastMathAttr, FastMathFlags } from "@strata/arith";
import {
  type AffineMap,
  AffineMapAttr,
  AnyArrayAttr,
  AnyType,
  AnyVector,
  ArrayAttr,
  attr,
  defaultAttr,
  defineOp,
  DictionaryAttr,
  elementTypeOf,
  operand,
  type Operation,
  optionalOperand,
  Pure,
  type Report,
  result,
  StringAttr,
  type Type,
  typeVar,
  VectorType,
} from "@strata/ir";
import {
  CombiningKindAttr,
  CombiningKindC,
  IteratorTypeAttr,
  iteratorTypes,
} from "../attributes.ts";
import { vectorOf } from "./checks.ts";
import { verifyKind } from "./reductions.ts";

const D = typeVar("D", AnyType);
const addition = CombiningKindAttr.get({ kind: "add" });

const shapeOf = (t: Type): readonly number[] => (t instanceof VectorType ? t.shape : []);

/** The maps of a contraction from its dimensions to those of lhs, rhs and result. */
export function indexingMaps(op: Operation): AffineMap[] {
  const a = op.getAttr("indexing_maps");
  if (!(a instanceof ArrayAttr)) return [];
  return a.values.flatMap((m) => (m instanceof AffineMapAttr ? [m.map] : []));
}

const iteratorsOf = (op: Operation): string[] => {
  const a = op.getAttr("iterator_types");
  if (!(a instanceof ArrayAttr)) return [];
  return a.values.flatMap((t) => (t instanceof IteratorTypeAttr ? [t.type] : []));
};

/** The extent of each dimension of a contraction; undefined (reported) where they disagree. */
function verifyExtents(op: Operation, maps: readonly AffineMap[], report: Report): void {
  const extents = new Map<number, number>();
  const types = [op.operand(0).type, op.operand(1).type, op.resultTypes[0]!];
  maps.forEach((map, k) => {
    const shape = shapeOf(types[k]!);
    map.results.forEach((e, d) => {
      if (e.kind !== "dim") return;
      const known = extents.get(e.index);
      if (known === undefined) extents.set(e.index, shape[d]!);
      else if (known !== shape[d]) {
        report(
          "vector.contract-shape",
          `dimension ${e.index} has the extents ${known} and ${shape[d]}`,
        );
      }
    });
  });
  if (extents.size !== maps[0]!.numDims) {
    report("vector.contract-maps", "a dimension occurs in no map");
  }
}

/**
 * For each point of a space of dimensions: the product of an element of `lhs` and one of `rhs`,
 * combined into an element of `acc`, which the indexing maps choose.
 */
export class Contract extends defineOp("vector.contract", {
  summary: "Sums products of elements, chosen by affine maps.",
  operands: { lhs: operand(AnyVector), rhs: operand(AnyVector), acc: operand(D) },
  results: { result: result(D) },
  attributes: {
    indexing_maps: attr(AnyArrayAttr),
    iterator_types: attr(AnyArrayAttr),
    kind: defaultAttr(CombiningKindC, addition),
    fastmath: defaultAttr(FastMathFlags, FastMathAttr.none),
  },
  traits: [Pure],
  print(op, p) {
    // The iterators are written as plain strings.
    const strings = iteratorsOf(op).map((t) => StringAttr.get(t));
    const entries = new Map<string, NonNullable<ReturnType<Operation["getAttr"]>>>();
    for (const name of ["indexing_maps", "kind"]) {
      const a = op.getAttr(name);
      if (a !== undefined) entries.set(name, a);
    }
    entries.set("iterator_types", ArrayAttr.get(strings));
    const fastmath = op.getAttr("fastmath");
    if (fastmath !== undefined && fastmath !== FastMathAttr.none) entries.set("fastmath", fastmath);
    p.write(" ");
    p.dictionary(DictionaryAttr.get(entries).entries);
    p.write(" ");
    p.operands(op.operands);
    p.attrDict(op, new Set(["indexing_maps", "iterator_types", "kind", "fastmath"]));
    p.write(" : ");
    p.types(op.operandTypes.slice(0, 2));
    p.write(" into ");
    p.type(op.resultTypes[0]!);
  },
  parse(p) {
    const start = p.asm.tokenStart();
    for (const [name, a] of p.asm.parseDictionary()) {
      if (name !== "iterator_types" || !(a instanceof ArrayAttr)) {
        p.setAttr(name, a);
        continue;
      }
      const types = a.values.map((v) => {
        if (v instanceof IteratorTypeAttr) return v;
        const type = iteratorTypes.find((t) => v instanceof StringAttr && v.value === t);
        if (type !== undefined) return IteratorTypeAttr.get({ type });
        return p.asm.fail(
          "vector.iterator-type",
          `an iterator is "parallel" or "reduction"`,
          start,
        );
      });
      p.setAttr(name, ArrayAttr.get(types));
    }
    p.setOperands("lhs", [p.parseOperand()]);
    p.asm.expect(",");
    p.setOperands("rhs", [p.parseOperand()]);
    p.asm.expect(",");
    p.setOperands("acc", [p.parseOperand()]);
    p.parseAttrDict();
    p.asm.expect(":");
    p.setOperandTypes("lhs", [p.asm.parseType()]);
    p.asm.expect(",");
    p.setOperandTypes("rhs", [p.asm.parseType()]);
    p.asm.expect("into");
    const type = p.asm.parseType();
    p.setOperandTypes("acc", [type]);
    p.setResultTypes("result", [type]);
  },
  verify(op, report) {
    const maps = indexingMaps(op);
    const iterators = iteratorsOf(op);
    const [lhs, rhs] = op.operandTypes as [Type, Type];
    const to = op.resultTypes[0]!;
    const ranks = [lhs, rhs, to].map((t) => shapeOf(t).length);
    const fits =
      maps.length === 3 &&
      maps.every(
        (m, k) =>
          m.numSyms === 0 &&
          m.numDims === iterators.length &&
          m.results.length === ranks[k] &&
          m.results.every((e) => e.kind === "dim"),
      );
    if (!fits) {
      report(
        "vector.contract-maps",
        `the maps must go from ${iterators.length} dimensions to those of \`${lhs.toString()}\`, \`${rhs.toString()}\` and \`${to.toString()}\``,
      );
      return;
    }
    verifyExtents(op, maps, report);
    const kept = new Set(maps[2]!.results.map((e) => (e.kind === "dim" ? e.index : -1)));
    iterators.forEach((t, d) => {
      if ((t === "parallel") === kept.has(d)) return;
      report(
        "vector.contract-iterators",
        `dimension ${d} is "${t}" but ${kept.has(d) ? "" : "not "}in the result`,
      );
    });
    if (elementTypeOf(lhs) !== elementTypeOf(rhs)) {
      report("vector.contract-elements", "both factors must have one element type");
    }
    verifyKind(op, elementTypeOf(to), report);
  },
}) {}

/** All products of an element of `lhs` and one of `rhs`, combined with `acc` if given. */
export class OuterProduct extends defineOp("vector.outerproduct", {
  summary: "All products of an element of one vector and one of another.",
  operands: { lhs: operand(AnyVector), rhs: operand(AnyType), acc: optionalOperand(AnyVector) },
  results: { result: result(AnyVector) },
  attributes: { kind: defaultAttr(CombiningKindC, addition) },
  traits: [Pure],
  inferResults: ([lhs, rhs]) => [productType(lhs!.type as VectorType, rhs!.type)],
  print(op, p) {
    p.write(" ");
    p.operands(op.operands);
    const kind = op.getAttr("kind");
    const isShown = op.numOperands === 3 && kind !== undefined;
    p.attrDict(op, new Set(isShown ? [] : ["kind"]));
    p.write(" : ");
    p.types(op.operandTypes.slice(0, 2));
  },
  parse(p) {
    const values = p.parseOperandList();
    if (values.length < 2 || values.length > 3) {
      p.asm.fail("parse.operand-count", "an outer product has two operands, or three", p.start);
    }
    p.setOperands("lhs", values.slice(0, 1));
    p.setOperands("rhs", values.slice(1, 2));
    p.setOperands("acc", values.slice(2));
    p.parseAttrDict();
    p.asm.expect(":");
    const lhs = p.asm.parseType();
    p.asm.expect(",");
    const rhs = p.asm.parseType();
    if (!(lhs instanceof VectorType)) {
      p.asm.fail("vector.outerproduct-type", `\`${lhs.toString()}\` is no vector`, p.start);
    }
    p.setOperandTypes("lhs", [lhs]);
    p.setOperandTypes("rhs", [rhs]);
    const type = productType(lhs as VectorType, rhs);
    p.setOperandTypes(
      "acc",
      values.slice(2).map(() => type),
    );
    p.setResultTypes("result", [type]);
  },
  verify(op, report) {
    const [lhs, rhs, acc] = op.operandTypes as [VectorType, Type, Type | undefined];
    const ranks = lhs.rank === 1 && shapeOf(rhs).length <= 1;
    if (!ranks || elementTypeOf(lhs) !== elementTypeOf(rhs)) {
      report(
        "vector.outerproduct-type",
        `\`${lhs.toString()}\` and \`${rhs.toString()}\` have no outer product`,
        "vectors of rank 1, or a vector and a number, of one element type",
      );
      return;
    }
    const wanted = productType(lhs, rhs);
    if (op.resultTypes[0] !== wanted || (acc !== undefined && acc !== wanted)) {
      report("vector.outerproduct-type", `the result is a \`${wanted.toString()}\``);
    }
    verifyKind(op, lhs.elementType, report);
  },
}) {}

function productType(lhs: VectorType, rhs: Type): VectorType {
  if (!(rhs instanceof VectorType)) return lhs;
  return vectorOf(lhs, [...lhs.shape, ...rhs.shape], [...lhs.scalable, ...rhs.scalable]);
}
