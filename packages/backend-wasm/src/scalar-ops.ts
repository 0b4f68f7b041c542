/** Elementwise operations on scalars, by their definition. */
import type { OpDefinition } from "@strata/ir";
import type { Arg, Expr, ScalarContext } from "./emission.ts";
import { floatEmitters } from "./scalar-floats.ts";
import { integerEmitters, type ScalarEmit } from "./scalar-integers.ts";

const table: ReadonlyMap<OpDefinition, ScalarEmit> = new Map(
  [...integerEmitters, ...floatEmitters].map(([ref, emit]) => [ref.definition, emit]),
);

/** An expression for each result of an operation; undefined when the target has none. */
export function tryEmitScalar(cx: ScalarContext, args: readonly Arg[]): Expr[] | undefined {
  return table.get(cx.op.definition)?.(cx, args);
}
