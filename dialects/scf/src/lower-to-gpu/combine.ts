/**
 * Loops that combine: nests whose carried values are combined with one value an iteration each, by a
 * combiner whose order is free.
 *
 * A combiner is free in its order when it is an associative operation (of floats: one that allows
 * `reassoc`, or a minimum or maximum), or when it is made of comparisons, logic and selections only
 * (as that of `argmax`) and a check of all orders that its arguments can have shows it associative
 * and commutative with the initial values as neutral element.
 */
import * as arith from "@strata/arith";
import {
  type Attribute,
  type Block,
  isMemoryEffectFree,
  type Operation,
  type Type,
  type Value,
} from "@strata/ir";
import * as memref from "@strata/memref";
import { neutralElement, type ReductionKind } from "../reduction.ts";
import { ScalarCopy } from "../scalar-copy.ts";
import { For } from "../ops.ts";
import type { Code } from "./code.ts";
import { combiningKind } from "./kinds.ts";
import { isDefinedIn } from "./nest.ts";
import { isOrderCombiner } from "./order-combiner.ts";

/** How carried values are combined. */
export interface Combiner {
  readonly types: readonly Type[];
  /** Combines accumulators with as many values. */
  combine(code: Code, accs: readonly Value[], values: readonly Value[]): Value[];
  /** Values that change nothing. */
  neutral(code: Code): Value[];
  /** Whether the initial values of the loop are neutral. */
  readonly initIsNeutral: boolean;
}

/** A nest of loops that combines. */
export interface CombiningNest {
  /** From the outermost loop to the innermost. */
  readonly loops: readonly For[];
  readonly inits: readonly Value[];
  readonly combiner: Combiner;
  /** The values combined in one iteration, once the elements' code is emitted. */
  readonly inputs: readonly Value[];
  /** Operations of the innermost body that only combine. */
  readonly combining: ReadonlySet<Operation>;
}

/** Loops nested perfectly but for pure code in front of the inner one. */
export function perfectNest(op: For): For[] {
  const loops = [op];
  for (let at = op; ;) {
    const inner = [...at.body.ops()].filter((o) => o instanceof For);
    const only = inner[0];
    if (inner.length !== 1 || only === undefined) return loops;
    const others = [...at.body.ops()].every(
      (o) =>
        o === only || o === at.body.lastOp || (o.regions.length === 0 && isMemoryEffectFree(o)),
    );
    const carried = at.iterArgs;
    const passes =
      only.initArgs.length === carried.length &&
      carried.every((v, i) => only.initArgs[i] === v && v.hasOneUse) &&
      at.yielded.every((v, i) => v === only.results[i]);
    if (!others || !passes) return loops;
    loops.push(only);
    at = only;
  }
}

/** The nest as one that combines; undefined when the order of its iterations matters. */
export function tryCombiningNest(op: For): CombiningNest | undefined {
  if (op.outs.length === 0) return undefined;
  const loops = perfectNest(op);
  const isBox = loops.every((l) =>
    [l.lowerBound, l.upperBound, l.step].every((v) => !isDefinedIn(v, op)),
  );
  if (!isBox) return undefined;
  const { body } = loops[loops.length - 1]!;
  const accs = loops[loops.length - 1]!.iterArgs;
  const dependent = dependents(body, accs);
  if (dependent === undefined) return undefined;
  for (const o of body.ops()) {
    if (o === body.lastOp || dependent.has(o)) continue;
    if (!readsOnly(o)) return undefined;
  }
  const inits = op.initArgs;
  const simple = tryOperations(body, accs, inits);
  if (simple !== undefined) return { loops, inits, ...simple };
  const ordered = isOrderCombiner(body, accs, inits, dependent);
  if (ordered === undefined) return undefined;
  const { inputs, slice } = ordered;
  const yields = body.lastOp!.operands;
  const combiner: Combiner = {
    types: accs.map((a) => a.type),
    combine(code, left, right) {
      const copy = new ScalarCopy(code.b, (v) => v);
      accs.forEach((a, i) => copy.define(a, left[i]!));
      inputs.forEach((v, i) => copy.define(v, right[i]!));
      for (const o of slice) copy.emitOp(o);
      return yields.map((v) => copy.get(v));
    },
    neutral: () => [...inits],
    initIsNeutral: true,
  };
  return { loops, inits, combiner, inputs, combining: dependent };
}

/** Operations of a block that depend on the accumulators; undefined if they do more than compute. */
function dependents(body: Block, accs: readonly Value[]): Set<Operation> | undefined {
  const from = new Set<Value>(accs);
  const out = new Set<Operation>();
  for (const op of body.ops()) {
    if (op === body.lastOp) break;
    const inside = op.regions.some((r) => !r.isEmpty && usesAny(op, from));
    if (!inside && !op.operands.some((v) => from.has(v))) continue;
    if (op.regions.length > 0 || !isMemoryEffectFree(op)) return undefined;
    out.add(op);
    for (const r of op.results) from.add(r);
  }
  return out;
}

function usesAny(op: Operation, values: ReadonlySet<Value>): boolean {
  if (op.operands.some((v) => values.has(v))) return true;
  for (const r of op.regions) {
    for (const b of r.blocks()) for (const o of b.ops()) if (usesAny(o, values)) return true;
  }
  return false;
}

/** Whether an operation, its regions included, writes nothing. */
export function readsOnly(op: Operation): boolean {
  if (op instanceof memref.Load || op instanceof memref.Dim) return true;
  if (op.regions.length === 0) return op.definition.isTerminator || isMemoryEffectFree(op);
  return op.regions.every((r) => [...r.blocks()].every((b) => [...b.ops()].every(readsOnly)));
}

/** Each carried value combined by an operation of its own. */
function tryOperations(
  body: Block,
  accs: readonly Value[],
  inits: readonly Value[],
): Pick<CombiningNest, "combiner" | "inputs" | "combining"> | undefined {
  const yields = body.lastOp!.operands;
  const parts: { kind: ReductionKind; op: Operation; neutral: Attribute }[] = [];
  const inputs: Value[] = [];
  for (const [i, acc] of accs.entries()) {
    const op = yields[i]!.definingOp;
    if (op === undefined || op.parent !== body) return undefined;
    const kind = combiningKind(op);
    if (kind === undefined || !acc.hasOneUse || acc.uses()[0]!.owner !== op) return undefined;
    if (!op.results[0]!.hasOneUse) return undefined;
    const neutral = neutralElement(kind, acc.type);
    if (neutral === undefined) return undefined;
    inputs.push(op.operand(0) === acc ? op.operand(1) : op.operand(0));
    parts.push({ kind, op, neutral });
  }
  const combiner: Combiner = {
    types: accs.map((a) => a.type),
    combine: (code, left, right) =>
      parts.map(({ op }, i) => {
        const copy = new ScalarCopy(code.b, (v) => v);
        const first = op.operand(0) === accs[i];
        copy.define(op.operand(0), first ? left[i]! : right[i]!);
        copy.define(op.operand(1), first ? right[i]! : left[i]!);
        copy.emitOp(op);
        return copy.get(op.results[0]!);
      }),
    neutral: (code) => parts.map((p) => code.constant(p.neutral)),
    initIsNeutral: parts.every((p, i) => {
      const init = inits[i]!.definingOp;
      return init instanceof arith.ConstantOp && init.value === p.neutral;
    }),
  };
  return { combiner, inputs, combining: new Set(parts.map((p) => p.op)) };
}
