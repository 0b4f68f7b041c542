/**
 * The greedy driver: folds, applies patterns and erases what is dead until nothing changes.
 *
 * Every operation is visited once, in order; after that only what a change may have affected: what
 * was inserted or modified, the users of what was replaced, what an erased operation used. When the
 * worklist is empty after rewrites, all operations are visited again, since patterns may look
 * further than to their neighbours.
 */
import { bug, type Diagnostic, DiagnosticError } from "@strata/support";
import {
  Block,
  Commutative,
  type Dialect,
  type FoldResult,
  isTriviallyDead,
  type OpDefinition,
  type Operation,
  spanOf,
  Value,
  walk,
} from "@strata/ir";
import { ConstantPool, constantValueOf, materializeConstant } from "./constants.ts";
import { foldFor } from "./fold.ts";
import { type PatternSource, PatternSet, type RewritePattern } from "./pattern.ts";
import { type RewriteListener, Rewriter } from "./rewriter.ts";
import { Worklist } from "./worklist.ts";

/** How the driver works; all have defaults. */
export interface GreedyOptions {
  /** Fold operations, hoist and merge constants; true by default. */
  readonly fold?: boolean;
  /** Erase unused operations without effects; true by default. */
  readonly eraseDead?: boolean;
  /** Rounds over all operations; unlimited by default. */
  readonly maxIterations?: number;
  /** Rewrites in total; by default 64 for each operation and 1000 more. */
  readonly maxRewrites?: number;
  /** Stops quietly after this many steps: visits that changed something. */
  readonly maxSteps?: number;
  /** Rewrites of what rewrites made, in a row; 10 000 by default. */
  readonly maxChase?: number;
  /** What happens when a limit is hit: a diagnostic is thrown (default), or the driver stops. */
  readonly onLimit?: "throw" | "stop";
  /** Dialects to make constants with where an op's own has none. */
  readonly dialects?: readonly Dialect[];
  readonly listeners?: readonly RewriteListener[];
  /** Asked before pattern application number `index` is tried; false leaves it out. */
  readonly allow?: (index: number, pattern: RewritePattern, op: Operation) => boolean;
  /** Stops the driver soon after it is aborted. */
  readonly signal?: { readonly aborted: boolean };
}

/** What the driver did. */
export interface GreedyResult {
  readonly changed: boolean;
  /** Whether nothing is left to do; false after a limit or an abort. */
  readonly converged: boolean;
  readonly rewrites: number;
  readonly folds: number;
  readonly erased: number;
  /** Visits that changed something. */
  readonly steps: number;
  /** Applications by pattern name. */
  readonly applied: ReadonlyMap<string, number>;
  /** Why the driver stopped early. */
  readonly diagnostic: Diagnostic | undefined;
}

/** Rewrites everything nested in `root` (not `root` itself) until nothing applies any more. */
export function applyPatternsGreedily(
  root: Operation,
  patterns: Iterable<RewritePattern> | PatternSource,
  options: GreedyOptions = {},
): GreedyResult {
  const source = "patternsFor" in patterns ? patterns : new PatternSet(patterns);
  return new GreedyDriver(root, source, options).run();
}

/** What the driver asks about an op kind, looked up once. */
interface Plan {
  readonly fold: ((op: Operation) => FoldResult) | undefined;
  readonly isConstant: boolean;
  readonly isCommutative: boolean;
  readonly patterns: readonly RewritePattern[];
  /** Those that may match, by the kinds that define the first and the second operand. */
  readonly byOperands: Map<Kind, Map<Kind, readonly RewritePattern[]>>;
}

/** The kind of the operation that defines a value, where there is one. */
type Kind = OpDefinition | undefined;

/** The patterns of a plan that may match an operation. */
function patternsFor(plan: Plan, op: Operation): readonly RewritePattern[] {
  const uses = op.operandUses;
  const n = uses.length;
  if (n === 0 || n > 2) return plan.patterns;
  const first: Kind = uses[0]!.value.definingOp?.definition;
  const second: Kind = n === 1 ? undefined : uses[1]!.value.definingOp?.definition;
  let row = plan.byOperands.get(first);
  if (row === undefined) plan.byOperands.set(first, (row = new Map()));
  let list = row.get(second);
  if (list === undefined) {
    const kinds = n === 1 ? [first] : [first, second];
    list = plan.patterns.filter((p) => p.mayMatch?.(kinds) ?? true);
    row.set(second, list);
  }
  return list;
}

/** How many rewrites the diagnostic about an endless chase looks back. */
const historyLength = 64;

class GreedyDriver implements RewriteListener {
  readonly #root: Operation;
  readonly #source: PatternSource;
  readonly #options: GreedyOptions;
  readonly #rewriter: Rewriter;
  readonly #worklist = new Worklist();
  readonly #pool: ConstantPool;
  readonly #plans = new Map<OpDefinition, Plan>();
  readonly #fold: boolean;
  readonly #eraseDead: boolean;
  readonly #maxChase: number;
  /** Length of the chain of rewrites that led to an operation; absent: 0. */
  readonly #chain = new Map<Operation, number>();
  /** Chain length given to what the current rewrite makes; 0 outside of rewrites. */
  #chainHere = 0;
  readonly #applied = new Map<string, number>();
  readonly #history: string[] = [];
  #rewrites = 0;
  #folds = 0;
  #erased = 0;
  #attempts = 0;
  /** Rewrites and folds in place: those that may go on for ever. */
  #noted = 0;
  #longestChain = 0;
  #steps = 0;
  #constantsMoved = false;
  #maxRewrites = 0;
  #limit: Diagnostic | undefined;

  constructor(root: Operation, source: PatternSource, options: GreedyOptions) {
    this.#root = root;
    this.#source = source;
    this.#options = options;
    this.#fold = options.fold ?? true;
    this.#eraseDead = options.eraseDead ?? true;
    this.#maxChase = options.maxChase ?? 10_000;
    this.#pool = new ConstantPool(root);
    const block = root.regions.find((r) => r.firstBlock !== null)?.firstBlock;
    this.#rewriter = new Rewriter(block ?? new Block(), null, [this, ...(options.listeners ?? [])]);
  }

  run(): GreedyResult {
    const { maxIterations = Infinity, onLimit = "throw", signal } = this.#options;
    let converged = this.#root.regions.every((r) => r.isEmpty);
    for (let round = 0; !converged; round++) {
      if (round === maxIterations) {
        this.#limit ??= this.#limitReached(this.#root, `${maxIterations} rounds`);
        break;
      }
      const ops: Operation[] = [];
      walk(this.#root, (op) => {
        if (op !== this.#root) ops.push(op);
      });
      if (round === 0) this.#maxRewrites = this.#options.maxRewrites ?? 1000 + 64 * ops.length;
      const before = this.#rewrites + this.#folds;
      this.#worklist.load(ops);
      if (!this.#drain(signal)) break;
      converged = before === this.#rewrites + this.#folds;
    }
    if (this.#limit !== undefined && onLimit === "throw") throw new DiagnosticError(this.#limit);
    return {
      changed: this.#rewriter.changes > 0 || this.#constantsMoved,
      converged,
      rewrites: this.#rewrites,
      folds: this.#folds,
      erased: this.#erased,
      steps: this.#steps,
      applied: this.#applied,
      diagnostic: this.#limit,
    };
  }

  /** Visits until the worklist is empty; false when stopped. */
  #drain(signal: GreedyOptions["signal"]): boolean {
    const rewriter = this.#rewriter;
    const maxSteps = this.#options.maxSteps ?? Infinity;
    for (let op = this.#worklist.pop(); op !== undefined; op = this.#worklist.pop()) {
      if (signal?.aborted === true) return false;
      if (op.parent === null) continue;
      if (this.#steps >= maxSteps) return false;
      const before = rewriter.changes;
      this.#visit(op);
      if (rewriter.changes !== before) {
        const step = ++this.#steps;
        for (const l of rewriter.listeners) l.stepDone?.(step);
      }
      if (this.#limit !== undefined) return false;
    }
    return true;
  }

  #planFor(definition: OpDefinition): Plan {
    let plan = this.#plans.get(definition);
    if (plan === undefined) {
      const isConstant = definition.constantSlot >= 0;
      plan = {
        fold: this.#fold && !isConstant ? foldFor(definition) : undefined,
        isConstant: this.#fold && isConstant,
        isCommutative: this.#fold && definition.hasTrait(Commutative),
        patterns: this.#source.patternsFor(definition),
        byOperands: new Map(),
      };
      this.#plans.set(definition, plan);
    }
    return plan;
  }

  #visit(op: Operation): void {
    if (this.#eraseDead && isTriviallyDead(op)) {
      this.#rewriter.eraseOp(op);
      return;
    }
    const plan = this.#planFor(op.definition);
    if (plan.isConstant && this.#takeConstant(op)) return;
    if (plan.isCommutative) this.#constantsToTheRight(op);
    if (plan.fold !== undefined && this.#foldOp(op, plan.fold)) return;
    if (plan.patterns.length === 0) return;
    const patterns = patternsFor(plan, op);
    if (patterns.length > 0) this.#applyPatterns(op, patterns);
  }

  /** Merges a constant with an equal one, or hoists it; whether it is gone. */
  #takeConstant(op: Operation): boolean {
    const { parent, prev } = op;
    const known = this.#pool.adopt(op);
    if (known === undefined) {
      if (op.parent !== parent || op.prev !== prev) this.#constantsMoved = true;
      return false;
    }
    this.#rewriter.replaceOp(op, known);
    return true;
  }

  /** Moves constants behind the other operands, which keep their order. */
  #constantsToTheRight(op: Operation): void {
    const uses = op.operandUses;
    // Mostly the first of two is no constant, and then they are in order.
    if (uses.length === 2 && constantValueOf(uses[0]!.value) === undefined) return;
    let seen = false;
    let sorted = true;
    for (let i = 0; i < uses.length; i++) {
      if (constantValueOf(uses[i]!.value) !== undefined) seen = true;
      else if (seen) sorted = false;
    }
    if (sorted) return;
    const operands = op.operands;
    const isConstant = (v: Value): boolean => constantValueOf(v) !== undefined;
    const wanted = [...operands.filter((v) => !isConstant(v)), ...operands.filter(isConstant)];
    this.#rewriter.modifyInPlace(op, () => wanted.forEach((v, i) => op.setOperand(i, v)));
  }

  /** Folds; whether the operation is gone. */
  #foldOp(op: Operation, fold: (op: Operation) => FoldResult): boolean {
    const folded = fold(op);
    if (folded === undefined || folded.length === 0) return false;
    if (folded.every((f, i) => f === op.results[i])) {
      this.#chainHere = (this.#chain.get(op) ?? 0) + 1;
      this.#rewriter.modified(op);
      this.#chainHere = 0;
      this.#folds++;
      this.#note(op, `fold of ${op.name}`);
      return false;
    }
    const values: Value[] = [];
    const made: Operation[] = [];
    for (let i = 0; i < folded.length; i++) {
      const f = folded[i]!;
      if (f instanceof Value) {
        values.push(f);
        continue;
      }
      const type = op.results[i]!.type;
      let constant =
        this.#pool.lookup(op, f, type) ??
        made.find((m) => m.results[0]!.type === type && m.getAttr("value") === f);
      if (constant === undefined) {
        constant = materializeConstant(op, f, type, this.#options.dialects);
        if (constant === undefined) return false;
        constant.location = op.location;
        made.push(constant);
      }
      values.push(constant.results[0]!);
    }
    for (const constant of made) {
      // Where no region holds constants they go in front of what they replace.
      if (!this.#pool.insert(op, constant)) op.parent!.insertBefore(constant, op);
      this.#rewriter.reportInserted(constant);
    }
    this.#folds++;
    this.#rewriter.replaceOp(op, values);
    return true;
  }

  #applyPatterns(op: Operation, patterns: readonly RewritePattern[]): void {
    const rewriter = this.#rewriter;
    const { allow } = this.#options;
    for (let i = 0; i < patterns.length; i++) {
      const p = patterns[i]!;
      if (allow !== undefined && !allow(this.#attempts++, p, op)) continue;
      if (p.matches?.(op) === false) continue;
      rewriter.setBefore(op);
      rewriter.location = op.location;
      let done = false;
      this.#chainHere = (this.#chain.get(op) ?? 0) + 1;
      try {
        done = p.apply(op, rewriter);
      } finally {
        this.#chainHere = 0;
      }
      if (!done) continue;
      this.#rewrites++;
      this.#applied.set(p.name, (this.#applied.get(p.name) ?? 0) + 1);
      for (const l of rewriter.listeners) l.applied?.(p.name, op);
      if (op.parent !== null) this.#worklist.push(op);
      this.#note(op, p.name);
      return;
    }
  }

  /** Keeps the history of rewrites and watches the limits. */
  #note(op: Operation, name: string): void {
    const count = ++this.#noted;
    this.#history[count % historyLength] = name;
    if (count >= this.#maxRewrites) this.#limit ??= this.#limitReached(op, `${count} rewrites`);
    if (this.#longestChain > this.#maxChase) {
      this.#limit ??= this.#limitReached(op, `${this.#maxChase} rewrites of one operation`);
    }
  }

  #limitReached(op: Operation, after: string): Diagnostic {
    const counts = new Map<string, number>();
    for (const name of this.#history) {
      if (name !== undefined) counts.set(name, (counts.get(name) ?? 0) + 1);
    }
    const names = [...counts]
      .sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))
      .map(([n, k]) => `\`${n}\` (${k}×)`);
    return bug("rewrite.no-end", `rewriting does not come to an end: stopped after ${after}`, {
      span: spanOf(op),
      notes: names.length === 0 ? [] : [{ message: `applied last: ${names.join(", ")}` }],
      hint: "one of these patterns undoes what another one does, or repeats itself",
    });
  }

  #chained(op: Operation): void {
    if (this.#chainHere === 0) return;
    this.#chain.set(op, Math.max(this.#chainHere, this.#chain.get(op) ?? 0));
    if (this.#chainHere > this.#longestChain) this.#longestChain = this.#chainHere;
  }

  inserted(op: Operation): void {
    this.#pool.placed(op);
    if (op.regions.length === 0) {
      this.#chained(op);
      this.#worklist.push(op);
      return;
    }
    const nested: Operation[] = [];
    walk(op, (inner) => {
      this.#chained(inner);
      nested.push(inner);
    });
    this.#worklist.load(nested);
  }

  moved(op: Operation): void {
    this.#pool.placed(op);
    this.#worklist.push(op);
  }

  modified(op: Operation): void {
    this.#chained(op);
    for (const r of op.results) {
      for (let u = r.firstUse; u !== null; u = u.next) this.#worklist.push(u.owner);
    }
    if (op !== this.#root) this.#worklist.push(op);
  }

  operandReplaced(op: Operation): void {
    if (op !== this.#root) this.#worklist.push(op);
  }

  erased(op: Operation): void {
    this.#erased++;
    this.#worklist.remove(op);
    this.#chain.delete(op);
    if (op.definition.constantSlot >= 0) this.#pool.forget(op);
    // What has at most one use left may be dead now, or match where a single use is asked for.
    for (const { value } of op.operandUses) {
      const other = tryOnlyOtherUser(value, op);
      if (other === undefined) continue;
      const def = value.definingOp;
      if (def !== undefined) this.#push(def);
      if (other !== null) this.#push(other);
    }
  }

  /** Queues an operation if it stands inside the root. */
  #push(op: Operation): void {
    if (op !== this.#root && op.parent !== null) this.#worklist.push(op);
  }
}

/** Whose use of a value is the only one besides those of `op`; null: no other, undefined: several. */
function tryOnlyOtherUser(value: Value, op: Operation): Operation | null | undefined {
  let other: Operation | null = null;
  for (let u = value.firstUse; u !== null; u = u.next) {
    if (u.owner === op) continue;
    if (other !== null) return undefined;
    other = u.owner;
  }
  return other;
}
