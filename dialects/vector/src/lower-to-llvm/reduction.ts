/** Reductions of a vector to one element. */
import { FloatType, type OpRef, type Type, type Value, VectorType } from "@strata/ir";
import * as llvm from "@strata/llvm";
import { constantOf, fastmathOf, insertOne } from "@strata/llvm/lowering";
import {
  type ConversionRewriter,
  conversionPattern,
  type RewritePattern,
  type TypeConverter,
} from "@strata/rewrite";
import type { CombiningKind } from "../attributes.ts";
import * as ops from "../ops.ts";

/** Intrinsics without a start value, and the operation that combines two. */
const reductions: Readonly<Partial<Record<CombiningKind, readonly [OpRef, OpRef]>>> = {
  add: [llvm.VectorReduceAddOp, llvm.AddOp],
  mul: [llvm.VectorReduceMulOp, llvm.MulOp],
  and: [llvm.VectorReduceAndOp, llvm.AndOp],
  or: [llvm.VectorReduceOrOp, llvm.OrOp],
  xor: [llvm.VectorReduceXorOp, llvm.XOrOp],
  minsi: [llvm.VectorReduceSMinOp, llvm.SMinOp],
  maxsi: [llvm.VectorReduceSMaxOp, llvm.SMaxOp],
  minui: [llvm.VectorReduceUMinOp, llvm.UMinOp],
  maxui: [llvm.VectorReduceUMaxOp, llvm.UMaxOp],
  minimumf: [llvm.VectorReduceFMinimumOp, llvm.MinimumOp],
  maximumf: [llvm.VectorReduceFMaximumOp, llvm.MaximumOp],
  minnumf: [llvm.VectorReduceFMinOp, llvm.MinNumOp],
  maxnumf: [llvm.VectorReduceFMaxOp, llvm.MaxNumOp],
};

/** Float sums and products have a start value: neutral unless one is given. */
function ordered(
  r: ConversionRewriter,
  kind: "add" | "mul",
  vector: Value,
  start: Value | undefined,
  type: Type,
  fastmathFlags: llvm.FastmathFlagsAttr,
): Value {
  const isSum = kind === "add";
  // −0 is neutral for sums: +0 would turn a sum of −0 into +0.
  const from = start ?? constantOf(r, type, isSum ? -0 : 1);
  const intrinsic = isSum ? llvm.VectorReduceFAddOp : llvm.VectorReduceFMulOp;
  return insertOne(r, intrinsic, [from, vector], type, { fastmathFlags });
}

function reduction(converter: TypeConverter): RewritePattern {
  return conversionPattern(
    "vector.reduction-to-llvm",
    ops.Reduction,
    (op, adaptor, r) => {
      const type = converter.convertOne(op.dest.type);
      const { vector, acc } = adaptor;
      if (type === undefined || !(vector.type instanceof VectorType)) {
        return r.fail("only vectors of rank 1 are reduced");
      }
      const kind = op.kind.kind as CombiningKind;
      const isFloat = type instanceof FloatType;
      const flags = fastmathOf(op.fastmath.flags);
      if (isFloat && (kind === "add" || kind === "mul")) {
        r.replaceOp(op, [ordered(r, kind, vector, acc, type, flags)]);
        return true;
      }
      const entry = reductions[kind];
      if (entry === undefined) return r.fail(`LLVM does not reduce by \`${kind}\``);
      const attributes = isFloat ? { fastmathFlags: flags } : {};
      const all = insertOne(r, entry[0], [vector], type, attributes);
      r.replaceOp(op, [
        acc === undefined ? all : insertOne(r, entry[1], [acc, all], type, attributes),
      ]);
      return true;
    },
    { converter },
  );
}

/** Conversions of reductions. */
export function reductionPatterns(converter: TypeConverter): RewritePattern[] {
  return [reduction(converter)];
}
