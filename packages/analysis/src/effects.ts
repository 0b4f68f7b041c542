/**
 * What operations do to which memory, calls and nested operations included.
 *
 * Invariants: an effect on `undefined` is one on any memory. What a function does to memory that it
 * allocates itself is no effect of a call; what it does to an argument's is one on what is passed.
 * Functions that call each other round, or something unknown, may do anything.
 */
import {
  CallInterface,
  type EffectKind,
  lookupSymbol,
  type MemoryEffect,
  type Operation,
  ownEffects,
  type Value,
  walk,
} from "@strata/ir";
import { AliasAnalysis, type MemoryRoot } from "./alias.ts";
import { CallGraph } from "./call-graph.ts";

const anything: readonly MemoryEffect[] = (["read", "write", "allocate", "free"] as const).map(
  (kind) => ({ kind, value: undefined }),
);

/** What a function does: to its arguments by their positions, or to other memory. */
interface FunctionEffect {
  readonly kind: EffectKind;
  readonly argument: number | undefined;
}

/** Whether an effect changes what others find in memory. */
const changes = (kind: EffectKind): boolean => kind === "write" || kind === "free";

/** Effects inside of a module. */
export class EffectAnalysis {
  readonly #aliases: AliasAnalysis;
  readonly #functions = new Map<Operation, readonly FunctionEffect[]>();

  constructor(module: Operation, aliases: AliasAnalysis = new AliasAnalysis(module)) {
    this.#aliases = aliases;
    const graph = new CallGraph(module);
    for (const group of graph.components()) {
      for (const f of group) {
        const isOpen = group.length > 1 || graph.isRecursive(f) || graph.hasUnknownCallees(f);
        if (!isOpen && f.regions.some((r) => !r.isEmpty))
          this.#functions.set(f, this.#summarize(f));
      }
    }
  }

  #summarize(f: Operation): FunctionEffect[] {
    const found = new Map<string, FunctionEffect>();
    const add = (kind: EffectKind, argument: number | undefined): void => {
      found.set(`${kind} ${argument}`, { kind, argument });
    };
    const args: readonly Value[] = f.regions[0]?.firstBlock?.args ?? [];
    for (const region of f.regions) {
      for (const block of region.blocks()) {
        for (const op of block.ops()) {
          for (const e of this.effectsOf(op)) {
            const roots = e.value === undefined ? ["unknown" as const] : this.#rootsOf(e.value);
            for (const root of roots) {
              const argument = root instanceof Object ? args.indexOf(root as Value) : -1;
              if (argument >= 0) add(e.kind, argument);
              else if (!isOwn(root, f)) add(e.kind, undefined);
            }
          }
        }
      }
    }
    return [...found.values()];
  }

  #rootsOf(value: Value): readonly MemoryRoot[] {
    return [...this.#aliases.rootsOf(value)];
  }

  /** What an operation does, nested ones and callees included. */
  effectsOf(op: Operation): readonly MemoryEffect[] {
    const all: MemoryEffect[] = [];
    walk(op, (inner) => {
      all.push(...this.#ownEffects(inner));
    });
    return all;
  }

  #ownEffects(op: Operation): readonly MemoryEffect[] {
    const calling = CallInterface.of(op);
    const callee = calling?.callee(op);
    const target = callee && lookupSymbol(op, callee);
    const summary = target && this.#functions.get(target);
    if (calling !== undefined && summary !== undefined) {
      const args = calling.arguments(op);
      return summary.map(({ kind, argument }) => ({
        kind,
        value: argument === undefined ? undefined : args[argument],
      }));
    }
    return ownEffects(op) ?? anything;
  }

  /** Whether an operation may write to, or free, memory of a buffer. */
  mayChange(op: Operation, buffer: Value): boolean {
    return this.effectsOf(op).some((e) => changes(e.kind) && this.#concerns(e, buffer));
  }

  /** Whether an operation may read memory of a buffer. */
  mayRead(op: Operation, buffer: Value): boolean {
    return this.effectsOf(op).some((e) => e.kind === "read" && this.#concerns(e, buffer));
  }

  #concerns(effect: MemoryEffect, buffer: Value): boolean {
    return effect.value === undefined || this.#aliases.alias(effect.value, buffer) !== "no";
  }

  /**
   * Whether two operations touch one memory and one of them changes it, so that their order counts.
   */
  mayConflict(a: Operation, b: Operation): boolean {
    const others = this.effectsOf(b);
    return this.effectsOf(a).some((x) =>
      others.some((y) => {
        if (!changes(x.kind) && !changes(y.kind)) return false;
        // What is allocated is new to the other.
        if (x.kind === "allocate" || y.kind === "allocate") return false;
        if (x.value === undefined || y.value === undefined) return true;
        return this.#aliases.alias(x.value, y.value) !== "no";
      }),
    );
  }
}

/** Whether memory is allocated inside of a function. */
function isOwn(root: MemoryRoot, f: Operation): boolean {
  if (root === "unknown" || !("definingOp" in root)) return false;
  const made = root.definingOp;
  return made !== undefined && f.isAncestorOf(made);
}

/** Effects inside of a module, for the cache of a pass manager. */
export const effectAnalysis: { readonly name: string; compute(op: Operation): EffectAnalysis } = {
  name: "effects",
  compute: (op) => new EffectAnalysis(op),
};
