/**
 * Casts between original and converted types: `builtin.unrealized_conversion_cast`. They stand
 * where both forms meet and cancel out once both sides are converted.
 */
import {
  type Block,
  type Location,
  type Operation,
  type Type,
  UnrealizedConversionCastOp,
  type Value,
  walk,
} from "@strata/ir";
import type { Rewriter } from "../rewriter.ts";

/** A detached cast. */
export function makeCast(
  inputs: readonly Value[],
  types: readonly Type[],
  location: Location,
): UnrealizedConversionCastOp {
  return UnrealizedConversionCastOp.of({ inputs }, { types: { outputs: types }, location });
}

/** Whether values have these types. */
export function haveTypes(values: readonly Value[], types: readonly Type[]): boolean {
  return values.length === types.length && values.every((v, i) => v.type === types[i]);
}

/** The inputs of the cast whose results are exactly these values; undefined when there is none. */
export function castInputs(values: readonly Value[]): readonly Value[] | undefined {
  const cast = values[0]?.definingOp;
  if (!(cast instanceof UnrealizedConversionCastOp)) return undefined;
  if (cast.results.length !== values.length) return undefined;
  return values.every((v, i) => v === cast.results[i]) ? cast.operands : undefined;
}

/** Puts an operation where the value is first available. */
export function insertAtDefinition(rewriter: Rewriter, value: Value, op: Operation): void {
  const def = value.definingOp;
  rewriter.saved(() => {
    if (def !== undefined) rewriter.setAfter(def);
    else rewriter.setToStart(value.parentBlock as Block);
    rewriter.insert(op);
  });
}

/**
 * Removes casts that cancel out or that nobody uses; returns those that remain, in order.
 *
 *     %1 = cast %0 : A to B
 *     %2 = cast %1 : B to A        →   uses of %2 read %0
 */
export function reconcileCasts(
  casts: Iterable<UnrealizedConversionCastOp>,
  rewriter: Rewriter,
): UnrealizedConversionCastOp[] {
  const remaining = new Set<UnrealizedConversionCastOp>();
  for (const c of casts) if (c.parent !== null) remaining.add(c);
  for (const cast of remaining) {
    const types = cast.resultTypes;
    // Follow the chain of casts backwards to the first values of the wanted types.
    for (let from: readonly Value[] | undefined = cast.operands; from !== undefined;) {
      if (haveTypes(from, types)) {
        cast.results.forEach((r, i) => rewriter.replaceAllUsesWith(r, from![i]!));
        break;
      }
      from = castInputs(from);
    }
  }
  // Users come behind what they use in the list of a chain, so from the end dead ones go at once.
  const pending = [...remaining];
  for (let cast = pending.pop(); cast !== undefined; cast = pending.pop()) {
    if (!cast.isUnused || !remaining.delete(cast)) continue;
    const inputs = new Set(cast.operands.map((v) => v.definingOp));
    rewriter.eraseOp(cast);
    for (const def of inputs) {
      if (def instanceof UnrealizedConversionCastOp && remaining.has(def)) pending.push(def);
    }
  }
  return [...remaining];
}

/** Every cast nested in an operation. */
export function castsIn(root: Operation): UnrealizedConversionCastOp[] {
  const out: UnrealizedConversionCastOp[] = [];
  walk(root, (op) => {
    if (op instanceof UnrealizedConversionCastOp) out.push(op);
  });
  return out;
}
