/**
 * The ways to make a module smaller. Each works on a copy and keeps it well formed: an operation goes
 * only if everything that reads it can read something else.
 */
import { cloneOp, type ModuleOp, type Operation, type Value, walk } from "@strata/ir";

/** Everything inside a module that a step may take, in a fixed order. */
export interface Inventory {
  /** Operations that may be erased; ends of blocks are not among them. */
  readonly operations: number;
  /** Discardable attributes. */
  readonly attributes: number;
}

/** What a kind of step takes. */
export type StepKind = keyof Inventory;

function operationsOf(module: ModuleOp): Operation[] {
  const found: Operation[] = [];
  walk(module, (op) => {
    if (op !== module && !op.definition.isTerminator) found.push(op);
  });
  return found;
}

function attributesOf(module: ModuleOp): { op: Operation; name: string }[] {
  const found: { op: Operation; name: string }[] = [];
  walk(module, (op) => {
    for (const name of op.discardable?.keys() ?? []) found.push({ op, name });
  });
  return found;
}

/** Counts what there is to take. */
export function takeInventory(module: ModuleOp): Inventory {
  return {
    operations: operationsOf(module).length,
    attributes: attributesOf(module).length,
  };
}

/** A copy without the things from `start` to `end`, as far as they can go; undefined: none can. */
export function tryWithout(
  module: ModuleOp,
  kind: StepKind,
  start: number,
  end: number,
): ModuleOp | undefined {
  const copy = cloneOp(module);
  let changed = false;
  if (kind === "attributes") {
    for (const { op, name } of attributesOf(copy).slice(start, end)) {
      op.discardable?.delete(name);
      changed = true;
    }
  } else {
    // Readers first, so that what they read is free when its turn comes.
    const chosen = operationsOf(copy).slice(start, end).reverse();
    for (const op of chosen) if (op.parent !== null && tryErase(op)) changed = true;
  }
  return changed ? copy : undefined;
}

/** Erases an operation if all its results can be replaced. */
function tryErase(op: Operation): boolean {
  const replacements: (Value | undefined)[] = [];
  for (const r of op.results) {
    const other = r.isUnused ? undefined : substituteFor(op, r);
    if (!r.isUnused && other === undefined) return false;
    replacements.push(other);
  }
  op.results.forEach((r, i) => {
    const other = replacements[i];
    if (other !== undefined) r.replaceAllUsesWith(other);
  });
  op.erase();
  return true;
}

/** How far a substitute is looked for. */
const farthest = 1000;

/** A value of the same type that is there where `op` is: an operand, else the nearest one above. */
function substituteFor(op: Operation, result: Value): Value | undefined {
  for (const v of op.operands) if (v.type === result.type && v !== result) return v;
  let steps = 0;
  for (let at: Operation | null = op; at !== null; at = at.parentOp) {
    const block = at.parent;
    for (let before = at.prev; before !== null && steps < farthest; before = before.prev) {
      steps++;
      for (const r of before.results) if (r.type === result.type) return r;
    }
    for (const a of block?.args ?? []) if (a.type === result.type) return a;
    if (at.parentOp?.definition.isIsolated === true) return undefined;
  }
  return undefined;
}
