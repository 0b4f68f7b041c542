/** Loops that reduce: `acc = combine(acc, expression)` with a combiner whose order is free. */
import * as arith from "@strata/arith";
import {
  elementTypeOf,
  FloatAttr,
  FloatType,
  IntegerAttr,
  IntegerType,
  type IndexType,
  type Operation,
  type Type,
  type Value,
} from "@strata/ir";
import type { For } from "./ops.ts";

/** Names of `vector.reduction` kinds. */
export type ReductionKind =
  | "add"
  | "mul"
  | "minsi"
  | "minui"
  | "maxsi"
  | "maxui"
  | "minimumf"
  | "maximumf"
  | "minnumf"
  | "maxnumf"
  | "and"
  | "or"
  | "xor";

/** One carried value of a reduction loop. */
export interface Reduction {
  readonly kind: ReductionKind;
  readonly combiner: Operation;
  /** The operand of the combiner that is not the accumulator. */
  readonly input: Value;
  readonly neutral: FloatAttr | IntegerAttr;
}

/** The kind of a combiner whose operations may be reordered; undefined for others. */
export function reductionKind(op: Operation): ReductionKind | undefined {
  if (op instanceof arith.AddF) return arith.allows(op.fastmath, "reassoc") ? "add" : undefined;
  if (op instanceof arith.MulF) return arith.allows(op.fastmath, "reassoc") ? "mul" : undefined;
  if (op instanceof arith.AddI) return "add";
  if (op instanceof arith.MulI) return "mul";
  if (op instanceof arith.MinSI) return "minsi";
  if (op instanceof arith.MinUI) return "minui";
  if (op instanceof arith.MaxSI) return "maxsi";
  if (op instanceof arith.MaxUI) return "maxui";
  if (op instanceof arith.MinimumF) return "minimumf";
  if (op instanceof arith.MaximumF) return "maximumf";
  if (op instanceof arith.MinNumF) return "minnumf";
  if (op instanceof arith.MaxNumF) return "maxnumf";
  if (op instanceof arith.AndI) return "and";
  if (op instanceof arith.OrI) return "or";
  if (op instanceof arith.XOrI) return "xor";
  return undefined;
}

/** A value that does not change what it is combined with. */
export function neutralElement(
  kind: ReductionKind,
  type: Type,
): FloatAttr | IntegerAttr | undefined {
  const element = elementTypeOf(type);
  if (element instanceof FloatType) {
    const value = {
      add: -0,
      mul: 1,
      minimumf: Number.POSITIVE_INFINITY,
      maximumf: Number.NEGATIVE_INFINITY,
      // NaN is neutral for the operations that prefer numbers, also against infinities.
      minnumf: Number.NaN,
      maxnumf: Number.NaN,
    }[kind as string];
    return value === undefined ? undefined : FloatAttr.get(value, element);
  }
  if (!(element instanceof IntegerType) && bits(element) === undefined) return undefined;
  const t = element as IntegerType | IndexType;
  const w = BigInt(bits(t)!);
  const max = (1n << (w - 1n)) - 1n;
  const value: Partial<Record<ReductionKind, bigint>> = {
    add: 0n,
    or: 0n,
    xor: 0n,
    maxui: 0n,
    mul: 1n,
    and: -1n,
    minui: -1n,
    minsi: max,
    maxsi: -max - 1n,
  };
  const v = value[kind];
  return v === undefined ? undefined : IntegerAttr.get(v, t);
}

function bits(t: Type): number | undefined {
  if (t instanceof IntegerType) return t.width;
  return t.constructor.name === "IndexType" ? 64 : undefined;
}

/** The reductions of a loop, one for each carried value; undefined when it is no reduction loop. */
export function reductionsOf(op: For): Reduction[] | undefined {
  const carried = op.region.entry.args.slice(1);
  if (carried.length === 0) return undefined;
  const yields = op.region.entry.lastOp!.operands;
  const out: Reduction[] = [];
  for (let i = 0; i < carried.length; i++) {
    const acc = carried[i]!;
    const combiner = yields[i]!.definingOp;
    if (combiner === undefined || combiner.parent !== op.region.entry) return undefined;
    const kind = reductionKind(combiner);
    if (kind === undefined || !acc.hasOneUse || acc.firstUse!.owner !== combiner) return undefined;
    if (!combiner.results[0]!.hasOneUse) return undefined;
    const input = combiner.operand(0) === acc ? combiner.operand(1) : combiner.operand(0);
    const neutral = neutralElement(kind, acc.type);
    if (neutral === undefined) return undefined;
    out.push({ kind, combiner, input, neutral });
  }
  return out;
}
