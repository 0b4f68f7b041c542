/**
 * Which buffers of a host function may be the same memory.
 *
 * Arguments are buffers of their own, and so are allocations; a select, a cast or a value carried by
 * a loop stands for any of the buffers that flow into it.
 */
import { AccessInterface } from "@strata/analysis";
import * as arith from "@strata/arith";
import {
  type Attribute,
  type Block,
  BlockArgument,
  DictionaryAttr,
  MemRefType,
  OpResult,
  type Operation,
  UnitAttr,
  type Value,
  walk,
} from "@strata/ir";
import * as memref from "@strata/memref";
import { Condition, For, If, IndexSwitch, While } from "./ops.ts";

/** Sources of buffers, by following where values come from. */
export class Aliases {
  readonly #sources = new Map<Value, ReadonlySet<Value>>();

  /** The arguments and allocations that a buffer may be. */
  of(v: Value): ReadonlySet<Value> {
    const found = this.#sources.get(v);
    if (found !== undefined) return found;
    const seen = new Set<Value>();
    const sources = new Set<Value>();
    const visit = (x: Value): void => {
      if (seen.has(x)) return;
      seen.add(x);
      const from = origins(x);
      if (from === undefined) sources.add(x);
      else from.forEach(visit);
    };
    visit(v);
    this.#sources.set(v, sources);
    return sources;
  }

  /** Forgets what is known, after the function changed. */
  clear(): void {
    this.#sources.clear();
  }

  /** Whether two buffers may be the same memory. */
  may(a: Value, b: Value): boolean {
    if (a === b) return true;
    const other = this.of(b);
    for (const s of this.of(a)) if (other.has(s)) return true;
    return false;
  }
}

/** The values that a value stands for; undefined when it is a source itself. */
function origins(v: Value): readonly Value[] | undefined {
  if (v instanceof BlockArgument) {
    const op = v.parentBlock.parentOp;
    const i = v.parentBlock.args.indexOf(v);
    if (op instanceof For) return i === 0 ? undefined : [op.initArgs[i - 1]!, op.yielded[i - 1]!];
    if (op instanceof While) {
      const test = op.before.entry.lastOp;
      if (v.parentBlock === op.after.entry) {
        return test instanceof Condition ? [test.operand(i + 1)] : undefined;
      }
      return [op.inits[i]!, op.after.entry.lastOp!.operand(i)];
    }
    return undefined;
  }
  if (!(v instanceof OpResult)) return undefined;
  const op: Operation = v.definingOp;
  const i = op.results.indexOf(v);
  if (op instanceof arith.SelectOp) return [op.true_value, op.false_value];
  if (op instanceof For) return [op.initArgs[i]!, op.yielded[i]!];
  if (op instanceof If || op instanceof IndexSwitch) {
    return op.regions.filter((r) => !r.isEmpty).map((r) => r.entry.lastOp!.operand(i));
  }
  if (op instanceof While) return [op.conditionOp.operand(i + 1)];
  if (
    op instanceof memref.Cast ||
    op instanceof memref.CollapseShape ||
    op instanceof memref.ExpandShape ||
    op instanceof memref.SubView ||
    op instanceof memref.ReinterpretCast
  ) {
    return [op.operand(0)];
  }
  return undefined;
}

interface Access {
  readonly buffer: Value;
  readonly writes: boolean;
  readonly indices: readonly Value[];
}

/** The buffer that an operation reads or writes; one that it does both with is written. */
export function accessOf(op: Operation): Access | undefined {
  const all = AccessInterface.of(op)?.accesses(op) ?? [];
  const found = all.find(({ kind }) => kind === "write") ?? all[0];
  if (found === undefined) return undefined;
  const { kind, memref: buffer, indices } = found;
  return { buffer, writes: kind === "write", indices };
}

/**
 * `llvm.noalias` and `llvm.readonly` for the buffers among a kernel's parameters. Buffers that may
 * be one by their sources are apart all the same when the kernel is a parallel loop and one is read
 * where the other is not written: its iterations would not be independent otherwise.
 */
export function aliasAttributes(
  entry: Block,
  captured: readonly Value[],
  aliases: Aliases,
  isParallel: boolean,
): Attribute[] {
  const accesses = new Map<Value, Access[]>();
  for (const op of entry.ops()) {
    walk(op, (o) => {
      const a = accessOf(o);
      if (a !== undefined) accesses.set(a.buffer, [...(accesses.get(a.buffer) ?? []), a]);
    });
  }
  const writes = (v: Value): boolean => (accesses.get(v) ?? []).some((a) => a.writes);
  const apart = (i: number, j: number): boolean => {
    if (!aliases.may(captured[i]!, captured[j]!)) return true;
    const [a, b] = [entry.args[i]!, entry.args[j]!];
    if (!writes(a) && !writes(b)) return true;
    if (!isParallel) return false;
    return !writes(a) ? readsElsewhere(a, b) : !writes(b) ? readsElsewhere(b, a) : false;
  };
  const readsElsewhere = (read: Value, written: Value): boolean =>
    (accesses.get(read) ?? []).some((r) =>
      (accesses.get(written) ?? []).every(
        (w) => !w.writes || w.indices.some((x, d) => x !== r.indices[d]),
      ),
    );
  return captured.map((v, i) => {
    if (!(v.type instanceof MemRefType)) return DictionaryAttr.get([]);
    const noalias = captured.every(
      (w, j) => i === j || !(w.type instanceof MemRefType) || apart(i, j),
    );
    const names = noalias
      ? writes(entry.args[i]!)
        ? ["llvm.noalias"]
        : ["llvm.noalias", "llvm.readonly"]
      : [];
    return DictionaryAttr.get(names.map((n): [string, Attribute] => [n, UnitAttr.instance]));
  });
}
