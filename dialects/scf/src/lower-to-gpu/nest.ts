/** Nests of loops over a box of positions. */
import { isMemoryEffectFree, type Operation, type Value } from "@strata/ir";
import type { ScalarCopy } from "../scalar-copy.ts";
import { For, type Parallel } from "../ops.ts";
import type { Code, Idx } from "./code.ts";

/** Loops without carried values, nested perfectly but for pure code in front of the inner one. */
export function perfectLoops(op: For): For[] {
  const loops = [op];
  for (let at = op; at.outs.length === 0;) {
    const inner = [...at.body.ops()].filter((o) => o.regions.length > 0);
    const only = inner[0];
    if (inner.length !== 1 || !(only instanceof For) || only.outs.length > 0) break;
    const isPure = [...at.body.ops()].every(
      (o) => o === only || o === at.body.lastOp || isMemoryEffectFree(o),
    );
    if (!isPure) break;
    loops.push(only);
    at = only;
  }
  // Bounds that depend on an outer loop make the box ragged.
  const cut = loops.findIndex((l) =>
    [l.lowerBound, l.upperBound, l.step].some((v) => isDefinedIn(v, op)),
  );
  return cut < 0 ? loops : loops.slice(0, cut);
}

/** Whether a value is made inside of an operation's regions, constants excepted. */
export function isDefinedIn(v: Value, op: For | Parallel): boolean {
  const { definingOp } = v;
  if (definingOp?.definition.name === "arith.constant") return false;
  const owner = definingOp ?? v.parentBlock?.parentOp;
  return owner !== null && owner !== undefined && (op === owner || op.isAncestorOf(owner));
}

/** Trips of each loop. */
export function nestExtents(
  code: Code,
  loops: readonly For[],
  outside: (v: Value) => Value = (v) => v,
): Idx[] {
  return loops.map((l) => {
    const [lower, upper, step] = [l.lowerBound, l.upperBound, l.step].map(outside);
    return code.trips(lower!, upper!, step!);
  });
}

/** The coordinates of the element at a position in row-major order. */
export function positionAt(code: Code, linear: Idx, shape: readonly Idx[]): Idx[] {
  const at: Idx[] = [];
  let rest = linear;
  for (let d = shape.length - 1; d > 0; d--) {
    at[d] = code.rem(rest, shape[d]!);
    rest = code.div(rest, shape[d]!);
  }
  if (shape.length > 0) at[0] = rest;
  return at;
}

/** Emits a nest's bodies at a position in row-major order. */
export function emitNest(
  copy: ScalarCopy,
  code: Code,
  loops: readonly For[],
  extents: readonly Idx[],
  position: Idx,
  skipped: ReadonlySet<Operation> = new Set(),
): void {
  const at = positionAt(code, position, extents);
  loops.forEach((loop, d) => {
    const lower = copy.get(loop.lowerBound);
    const iv = code.add(lower, code.mul(at[d]!, copy.get(loop.step)));
    copy.define(loop.inductionVar, code.value(iv));
    for (const op of loop.body.ops()) {
      const passes = op === loop.body.lastOp || op === loops[d + 1] || skipped.has(op);
      if (!passes) copy.emitOp(op);
    }
  });
}
