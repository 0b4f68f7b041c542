/** Masks, and running an operation under one. */
import {
  AnyType,
  AnyVector,
  attr,
  defineOp,
  DenseArrayAttr,
  DenseI64Array,
  HasParent,
  i1,
  Index,
  IsTerminator,
  type OpRef,
  operand,
  optionalOperand,
  Pure,
  RecursiveMemoryEffects,
  Region,
  region,
  result,
  ReturnLike,
  type Type,
  variadic,
  variadicResult,
  VectorType,
} from "@strata/ir";
import { AnyMask } from "./checks.ts";

/** A mask whose first `n` lanes are set, per dimension. */
export class CreateMask extends defineOp("vector.create_mask", {
  summary: "A mask whose first lanes are set.",
  operands: { bounds: variadic(Index) },
  results: { mask: result(AnyMask) },
  traits: [Pure],
  assembly: "$bounds attr-dict `:` type($mask)",
  verify(op, report) {
    const type = op.resultTypes[0] as VectorType;
    if (op.numOperands === Math.max(type.rank, 1)) return;
    report(
      "vector.mask-bounds",
      `\`${type.toString()}\` needs ${Math.max(type.rank, 1)} bounds, found ${op.numOperands}`,
    );
  },
}) {}

/** A constant mask whose first lanes are set, per dimension. */
export class ConstantMask extends defineOp("vector.constant_mask", {
  summary: "A constant mask whose first lanes are set.",
  results: { mask: result(AnyMask) },
  attributes: { mask_dim_sizes: attr(DenseI64Array) },
  traits: [Pure],
  assembly: "$mask_dim_sizes attr-dict `:` type($mask)",
  verify(op, report) {
    const type = op.resultTypes[0] as VectorType;
    const attribute = op.getAttr("mask_dim_sizes");
    const sizes = attribute instanceof DenseArrayAttr ? attribute.numbers : [];
    const shape = type.rank === 0 ? [1] : type.shape;
    if (sizes.length !== shape.length) {
      report("vector.mask-bounds", `\`${type.toString()}\` needs ${shape.length} sizes`);
      return;
    }
    if (sizes.some((n, d) => n < 0 || n > shape[d]!)) {
      report("vector.mask-bounds", `the sizes must lie within \`${type.toString()}\``);
    }
    if (sizes.includes(0) && sizes.some((n) => n !== 0)) {
      report("vector.mask-bounds", "where one size is 0 all are, as no lane is set");
    }
  },
}) {}

/** Ends the body of `vector.mask` with the masked values. */
export class Yield extends defineOp("vector.yield", {
  summary: "Ends the body of `vector.mask` with the masked values.",
  operands: { values: variadic(AnyType) },
  traits: [IsTerminator, ReturnLike, Pure, HasParent((): OpRef => Mask)],
  assembly: "attr-dict ($values^ `:` type($values))?",
}) {}

const maskable = new Set([
  "vector.contract",
  "vector.multi_reduction",
  "vector.reduction",
  "vector.transfer_read",
  "vector.transfer_write",
]);

const sameTypes = (a: readonly Type[], b: readonly Type[]): boolean =>
  a.length === b.length && a.every((t, i) => t === b[i]);

/**
 * Runs one operation under a mask: lanes that are not set are not read, written or combined, and
 * hold `passthru` (where given) in the result.
 */
export class Mask extends defineOp("vector.mask", {
  summary: "Runs one operation under a mask.",
  operands: { mask: operand(AnyMask), passthru: optionalOperand(AnyVector) },
  results: { outs: variadicResult(AnyType) },
  regions: { maskRegion: region({ singleBlock: true }) },
  traits: [RecursiveMemoryEffects],
  print(op, p) {
    p.enterRegionOf(op);
    const [inner, end] = [...(op.regions[0]!.firstBlock?.ops() ?? [])];
    p.write(" ");
    p.operands(op.operands);
    // What the end says is left out when it passes on just the results of the operation.
    const isPlain =
      inner !== undefined &&
      end instanceof Yield &&
      sameValues(end.operands, inner.results) &&
      end.discardable === null;
    if (isPlain) {
      p.write(" { ");
      p.operation(inner, { results: false });
      p.write(" }");
    } else {
      p.write(" ");
      p.region(op.regions[0]!, { entryArgs: false });
    }
    p.attrDict(op);
    p.write(" : ");
    p.type(op.operand(0).type);
    if (op.numResults > 0) {
      p.write(" -> ");
      p.resultTypes(op.resultTypes);
    }
  },
  parse(p) {
    const values = p.parseOperandList();
    p.setOperands("mask", values.slice(0, 1));
    p.setOperands("passthru", values.slice(1));
    const body = p.parseRegion(new Region(), []).entry;
    const last = body.lastOp;
    if (last === null || !last.definition.isTerminator) {
      body.append(Yield.of({ values: last?.results ?? [] }));
    }
    p.parseAttrDict();
    p.asm.expect(":");
    p.setOperandTypes("mask", [p.asm.parseType()]);
    const types = p.asm.tryConsume("->") ? p.asm.parseResultTypes() : [];
    p.setResultTypes("outs", types);
    if (values.length > 1) p.setOperandTypes("passthru", types.slice(0, 1));
  },
  verify(op, report) {
    const ops = [...(op.regions[0]!.firstBlock?.ops() ?? [])];
    const end = ops.pop();
    if (!(end instanceof Yield) || ops.length > 1) {
      report(
        "vector.mask-body",
        "the body of `vector.mask` has at most one operation and its yield",
      );
      return;
    }
    const [inner] = ops;
    if (inner !== undefined && inner.definition.isRegistered && !maskable.has(inner.name)) {
      report("vector.mask-body", `\`${inner.name}\` cannot run under a mask`);
    }
    if (!sameTypes(end.operandTypes, op.resultTypes)) {
      report("vector.mask-results", "the yielded values have other types than the results");
    }
    const passthru = op.operands[1];
    if (passthru !== undefined && passthru.type !== op.resultTypes[0]) {
      report("vector.mask-passthru", "the passed values have another type than the result");
    }
  },
}) {}

const sameValues = (a: readonly unknown[], b: readonly unknown[]): boolean =>
  a.length === b.length && a.every((v, i) => v === b[i]);

/** The type of the mask for a vector type. */
export function maskType(t: VectorType): VectorType {
  return VectorType.get(t.shape, i1, t.scalable);
}
