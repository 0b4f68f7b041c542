/**
 * The conversion driver: visits operations from outside in and applies patterns to those that the
 * target does not allow, until all that is left is legal. Nothing is rolled back: after a failure
 * the IR is in a state between, good for nothing but to be looked at.
 */
import { type Diagnostic, type DiagnosticNote, DiagnosticError, userError } from "@strata/support";
import { Block, type Operation, spanOf, UnrealizedConversionCastOp, walk } from "@strata/ir";
import { type PatternSource, PatternSet, type RewritePattern } from "../pattern.ts";
import type { RewriteListener } from "../rewriter.ts";
import { Worklist } from "../worklist.ts";
import { reconcileCasts } from "./casts.ts";
import { ConversionRewriter } from "./conversion-rewriter.ts";
import type { ConversionTarget } from "./target.ts";
import type { TypeConverter } from "./type-converter.ts";

/** How to convert; all optional. */
export interface ConversionOptions {
  /** For patterns that bring no converter of their own. */
  readonly converter?: TypeConverter;
  readonly listeners?: readonly RewriteListener[];
  /** At most so many failures are reported; 20 by default. */
  readonly maxFailures?: number;
}

/** What a conversion did. */
export interface ConversionResult {
  readonly changed: boolean;
  /** Applications by pattern name. */
  readonly applied: ReadonlyMap<string, number>;
  /** Casts that remain where converted and unconverted operations meet. */
  readonly casts: readonly UnrealizedConversionCastOp[];
}

/** Converts what is illegal; operations about which the target says nothing may stay. */
export function applyPartialConversion(
  root: Operation,
  target: ConversionTarget,
  patterns: Iterable<RewritePattern> | PatternSource,
  options: ConversionOptions = {},
): ConversionResult {
  return new Conversion(root, target, patterns, options, false).run();
}

/** Converts everything that is not legal; no cast may remain that the target does not allow. */
export function applyFullConversion(
  root: Operation,
  target: ConversionTarget,
  patterns: Iterable<RewritePattern> | PatternSource,
  options: ConversionOptions = {},
): ConversionResult {
  return new Conversion(root, target, patterns, options, true).run();
}

/** Where an operation comes from that a pattern has made. */
interface Origin {
  readonly pattern: string;
  readonly name: string;
  readonly depth: number;
  readonly before: Origin | undefined;
}

/** Chains of rewrites longer than this are taken for endless. */
const maxDepth = 200;

class Conversion implements RewriteListener {
  readonly #root: Operation;
  readonly #target: ConversionTarget;
  readonly #source: PatternSource;
  readonly #options: ConversionOptions;
  readonly #full: boolean;
  readonly #rewriter: ConversionRewriter;
  readonly #worklist = new Worklist();
  readonly #origins = new Map<Operation, Origin>();
  readonly #applied = new Map<string, number>();
  readonly #failures: Diagnostic[] = [];
  #here: Origin | undefined;

  constructor(
    root: Operation,
    target: ConversionTarget,
    patterns: Iterable<RewritePattern> | PatternSource,
    options: ConversionOptions,
    full: boolean,
  ) {
    this.#root = root;
    this.#target = target;
    this.#source = "patternsFor" in patterns ? patterns : new PatternSet(patterns);
    this.#options = options;
    this.#full = full;
    this.#rewriter = new ConversionRewriter(new Block(), [this, ...(options.listeners ?? [])]);
    this.#rewriter.converter = options.converter;
  }

  run(): ConversionResult {
    const ops: Operation[] = [];
    walk(this.#root, (op) => {
      if (op === this.#root) return undefined;
      ops.push(op);
      // Casts that an earlier conversion has left may cancel out now.
      if (op instanceof UnrealizedConversionCastOp) this.#rewriter.adoptCast(op);
      return this.#skipsInside(op) ? "skip" : undefined;
    });
    this.#worklist.load(ops);
    this.#drain();
    let casts: UnrealizedConversionCastOp[] = [];
    // Casts of a conversion that stopped in the middle say nothing.
    if (this.#failures.length === 0) {
      casts = this.#materialize();
      this.#drain();
      casts = reconcileCasts([...casts, ...this.#ownCasts()], this.#rewriter);
      for (const cast of casts) {
        if (this.#full && this.#target.legality(cast) !== "legal") this.#reportCast(cast);
      }
    }
    if (this.#failures.length > 0) throw new DiagnosticError(this.#failures);
    return { changed: this.#rewriter.changes > 0, applied: this.#applied, casts };
  }

  #drain(): void {
    const limit = this.#options.maxFailures ?? 20;
    for (let op = this.#worklist.pop(); op !== undefined; op = this.#worklist.pop()) {
      this.#legalize(op);
      if (this.#failures.length >= limit) return;
    }
  }

  #ownCasts(): UnrealizedConversionCastOp[] {
    return [...this.#rewriter.casts.values()].map((c) => c.cast);
  }

  #skipsInside(op: Operation): boolean {
    return (
      op.regions.length > 0 &&
      this.#target.isRecursivelyLegal(op) &&
      this.#target.legality(op) === "legal"
    );
  }

  #legalize(op: Operation): void {
    // Casts are settled at the end.
    if (op.parent === null || this.#rewriter.casts.has(op)) return;
    const legality = this.#target.legality(op);
    if (legality === "legal") return;
    const origin = this.#origins.get(op);
    if (origin !== undefined && origin.depth > maxDepth) {
      this.#fail(op, [{ message: `more than ${maxDepth} patterns have been applied in a row` }]);
      return;
    }
    const notes: DiagnosticNote[] = [];
    for (const pattern of this.#source.patternsFor(op.definition)) {
      if (this.#apply(op, pattern, origin)) return;
      const reason = this.#rewriter.reason ?? "does not match";
      notes.push({ message: `\`${pattern.name}\`: ${reason}` });
    }
    if (legality === "unknown" && !this.#full) return;
    if (notes.length === 0) notes.push({ message: "there is no pattern for it" });
    this.#fail(op, notes);
  }

  #apply(op: Operation, pattern: RewritePattern, origin: Origin | undefined): boolean {
    const rewriter = this.#rewriter;
    rewriter.setBefore(op);
    rewriter.location = op.location;
    rewriter.reason = undefined;
    this.#here = {
      pattern: pattern.name,
      name: op.name,
      depth: (origin?.depth ?? 0) + 1,
      before: origin,
    };
    let done = false;
    try {
      done = pattern.apply(op, rewriter);
    } finally {
      this.#here = undefined;
    }
    rewriter.eraseUnusedCasts();
    if (!done) return false;
    this.#applied.set(pattern.name, (this.#applied.get(pattern.name) ?? 0) + 1);
    for (const l of rewriter.listeners) l.applied?.(pattern.name, op);
    if (op.parent !== null && this.#target.legality(op) !== "legal")
      this.#stillIllegal(op, pattern);
    return true;
  }

  /** The pattern has changed the operation and left it: another one may go on. */
  #stillIllegal(op: Operation, pattern: RewritePattern): void {
    const before = this.#origins.get(op);
    const depth = (before?.depth ?? 0) + 1;
    this.#origins.set(op, { pattern: pattern.name, name: op.name, depth, before });
    this.#worklist.push(op);
  }

  #fail(op: Operation, notes: DiagnosticNote[]): void {
    for (let o = this.#origins.get(op), n = 0; o !== undefined && n < 5; o = o.before, n++) {
      notes.push({ message: `made by \`${o.pattern}\` from \`${o.name}\`` });
    }
    const types = `(${op.operandTypes.join(", ")}) -> (${op.resultTypes.join(", ")})`;
    const message = `\`${op.name}\` : ${types} cannot be converted`;
    this.#failures.push(userError("conversion.illegal-op", message, { span: spanOf(op), notes }));
  }

  /** Removes casts that cancel out and lets converters replace others; returns what remains. */
  #materialize(): UnrealizedConversionCastOp[] {
    const rewriter = this.#rewriter;
    const left = reconcileCasts(this.#ownCasts(), rewriter);
    for (const cast of left) {
      const { converter, kind } = rewriter.casts.get(cast)!;
      rewriter.setBefore(cast);
      rewriter.location = cast.location;
      const values = converter?.materialize(kind, rewriter, cast.resultTypes, cast.operands);
      if (values === undefined) continue;
      cast.results.forEach((r, i) => rewriter.replaceAllUsesWith(r, values[i]!));
    }
    return left;
  }

  #reportCast(cast: UnrealizedConversionCastOp): void {
    const from = cast.operandTypes.join(", ");
    const to = cast.resultTypes.join(", ");
    const sources = cast.operands.map((v) =>
      v.definingOp === undefined ? "a block argument" : `\`${v.definingOp.name}\``,
    );
    const users = new Set(cast.results.flatMap((r) => r.users().map((u) => `\`${u.name}\``)));
    const notes = [
      { message: `the value comes from ${sources.join(", ") || "nothing"}` },
      { message: `it is used by ${[...users].join(", ")}` },
    ];
    this.#failures.push(
      userError("conversion.cast", `a cast from (${from}) to (${to}) would remain`, {
        span: spanOf(cast),
        notes,
        hint: "convert what defines or uses the value, or add a materialization",
      }),
    );
  }

  inserted(op: Operation): void {
    if (op.regions.length === 0) {
      if (this.#here !== undefined) this.#origins.set(op, this.#here);
      this.#worklist.push(op);
      return;
    }
    const nested: Operation[] = [];
    walk(op, (inner) => {
      if (this.#here !== undefined && !this.#origins.has(inner)) {
        this.#origins.set(inner, this.#here);
      }
      nested.push(inner);
      return this.#skipsInside(inner) ? "skip" : undefined;
    });
    this.#worklist.load(nested);
  }

  modified(op: Operation): void {
    if (op !== this.#root) this.#worklist.push(op);
  }

  erased(op: Operation): void {
    this.#worklist.remove(op);
    this.#origins.delete(op);
  }
}
