/**
 * Functions of `math` as arithmetic, so that vectors need no call for each lane, and scalars and
 * vectors give the same numbers.
 *
 * | function | f32 | f64 |
 * |---|---|---|
 * | exp | 1 ulp | 1 ulp |
 * | log | 1 ulp | 2 ulp |
 * | erf | 2 ulp | – |
 * | tanh | 2 ulp | – |
 *
 * f16 and bf16 are computed in f32 and rounded. What is not in the table stays.
 */
import * as arith from "@strata/arith";
import {
  Builder,
  collect,
  elementTypeOf,
  f32,
  f64,
  FloatType,
  ModuleOp,
  type Operation,
  type Type,
  type Value,
  withElementTypeOf,
} from "@strata/ir";
import { definePass, type PassDefinition } from "@strata/pass";
import { Calc } from "./expand/calc.ts";
import { expandErf } from "./expand/error-function.ts";
import { expandExp } from "./expand/exponential.ts";
import { expandTanh } from "./expand/hyperbolic.ts";
import { expandLog } from "./expand/logarithm.ts";
import { Erf, Exp, Log, TanH } from "./ops.ts";

type Expansion = (c: Calc, x: Value) => Value;

const expansions = [
  { cls: Exp, expand: expandExp, types: [f32, f64] },
  { cls: Log, expand: expandLog, types: [f32, f64] },
  { cls: Erf, expand: expandErf, types: [f32] },
  { cls: TanH, expand: expandTanh, types: [f32] },
] as const;

/** The type that an operation on a type is computed in; undefined for what stays. */
function computedType(type: Type, types: readonly FloatType[]): Type | undefined {
  const element = elementTypeOf(type);
  if (!(element instanceof FloatType)) return undefined;
  const wide = element.width === 16 ? f32 : element;
  return types.includes(wide) ? withElementTypeOf(type, wide) : undefined;
}

function replace(op: Operation, expand: Expansion, wide: Type): void {
  const b = Builder.before(op);
  const x = op.operand(0);
  const isNarrow = x.type !== wide;
  const operand = isNarrow ? b.insert(arith.ExtF.of({ in: x }, { types: { out: wide } })).out : x;
  const value = expand(new Calc(b, wide), operand);
  const result = isNarrow
    ? b.insert(arith.TruncF.of({ in: value }, { types: { out: x.type } })).out
    : value;
  op.replaceWith([result]);
}

/** Expands the functions inside of an operation, in place; returns how many. */
export function expandMath(root: Operation): number {
  let count = 0;
  for (const { cls, expand, types } of expansions) {
    for (const op of collect<typeof cls>(root, cls)) {
      const wide = computedType(op.resultAt(0).type, types);
      if (wide === undefined) continue;
      replace(op, expand, wide);
      count++;
    }
  }
  return count;
}

/** Makes arithmetic of exponentials, logarithms and the like. */
export const mathExpand: PassDefinition<ModuleOp> = definePass("math-expand", {
  summary: "Make arithmetic of exponentials, logarithms and the like.",
  on: ModuleOp,
  run: (module) => expandMath(module) > 0,
});
