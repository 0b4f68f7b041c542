/**
 * Products fused into sums, where both allow it by `fastmath<contract>`.
 *
 * ```
 * %p = arith.mulf %a, %b fastmath<contract>        fma(a, b, c)
 * %s = arith.addf %p, %c fastmath<contract>
 * ```
 */
import * as arith from "@strata/arith";
import { elementTypeOf, f32, f64, type Operation, type Value, walk } from "@strata/ir";
import { type Expr, prefix } from "./expression.ts";
import { call } from "./expression.ts";
import type { FunctionEmitter } from "./function-emitter.ts";

const contracts = (op: Operation): boolean => arith.allows(op.getAttr("fastmath"), "contract");

/** The product behind an operand, if it may disappear into the sum `user`. */
function productOf(v: Value, user: Operation): arith.MulF | undefined {
  const op: unknown = v.definingOp;
  if (!(op instanceof arith.MulF) || !contracts(op) || op.parent !== user.parent) return undefined;
  const element = elementTypeOf(v.type);
  return [...v.uses()].length === 1 && (element === f32 || element === f64) ? op : undefined;
}

const isSum = (op: Operation): boolean => op instanceof arith.AddF || op instanceof arith.SubF;

/** The products of a function that are printed as part of a sum. */
export function fusedProducts(func: Operation): Set<Operation> {
  const found = new Set<Operation>();
  walk(func, (op) => {
    if (!isSum(op) || !contracts(op)) return;
    const product = productOf(op.operand(1), op) ?? productOf(op.operand(0), op);
    if (product !== undefined) found.add(product);
  });
  return found;
}

/** Whether an operation is printed where it is used. */
export function isFusedProduct(fused: ReadonlySet<Operation>, op: Operation): boolean {
  return fused.has(op);
}

/** Prints a sum with a product fused into it. */
export function tryEmitFused(
  em: FunctionEmitter,
  fused: ReadonlySet<Operation>,
  op: Operation,
): boolean {
  if (!isSum(op)) return false;
  const [left, right] = op.operands.map((v) => v.definingOp ?? undefined);
  const side = right !== undefined && fused.has(right) ? 1 : 0;
  const product = side === 1 ? right : left;
  if (product === undefined || !fused.has(product)) return false;
  const kind = em.kindOf(op.resultTypes[0]!, op) === "f64" ? "f64" : "f32";
  const fma = em.flavour.math("fma", kind)!;
  const [a, b] = product.operands.map((v) => em.lanes(v));
  const c = em.lanes(op.operand(1 - side));
  const isDifference = op instanceof arith.SubF;
  const negate = (e: Expr): Expr => prefix("-", e, e.kind);
  const count = Math.max(a!.length, c.length);
  const lanes = Array.from({ length: count }, (_, k) => {
    const first = isDifference && side === 1 ? negate(a![k]!) : a![k]!;
    const last = isDifference && side === 0 ? negate(c[k]!) : c[k]!;
    return call(fma, [first, b![k]!, last], kind);
  });
  em.define(op.resultAt(0), lanes);
  return true;
}
