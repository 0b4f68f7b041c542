/** Patterns: what drivers apply. Rules are patterns made of data; `pattern` is the escape hatch. */
import { bug, DiagnosticError } from "@strata/support";
import { type OpDefinition, type Operation, type OperationParts, spanOf } from "@strata/ir";
import type { Rewriter } from "./rewriter.ts";

/** One rewrite. */
export interface RewritePattern {
  readonly name: string;
  /** What it does, in a sentence or an equation; may be empty. */
  readonly doc: string;
  /** The op kinds it starts from; "any" for all. */
  readonly roots: readonly OpDefinition[] | "any";
  /** Of several patterns for an op the one with the greatest benefit is tried first. */
  readonly benefit: number;
  /**
   * Whether it may match an operation whose operands are defined by operations of these kinds
   * (undefined: by none); absent: it may match any.
   */
  mayMatch?(operands: readonly (OpDefinition | undefined)[]): boolean;
  /** Whether it is worth to try, where that can be told quickly; changes nothing. */
  matches?(op: Operation): boolean;
  /** Rewrites `op` if it matches; whether it did. A pattern that answers false changes nothing. */
  apply(op: Operation, rewriter: Rewriter): boolean;
}

/** What a pattern may be given besides its name and function. */
export interface PatternOptions {
  readonly benefit?: number;
  readonly doc?: string;
}

type RootClass<O extends Operation> = (new (parts: OperationParts) => O) & {
  readonly definition: OpDefinition;
};

/**
 * A rewrite as a function, for one op class, several, or any. The rewriter inserts in front of the
 * operation. The function answers whether it rewrote; without an answer, whether it made changes.
 * For classes that differ in type say what they share: `pattern<AddI | SubI>(…)`.
 */
export function pattern<O extends Operation>(
  name: string,
  root: RootClass<O> | readonly RootClass<O>[] | "any",
  rewrite: (op: O, rewriter: Rewriter) => boolean | void,
  options: PatternOptions = {},
): RewritePattern {
  const list: readonly RootClass<O>[] =
    root === "any" ? [] : typeof root === "function" ? [root] : root;
  return {
    name,
    doc: options.doc ?? "",
    roots: root === "any" ? "any" : list.map((c) => c.definition),
    benefit: options.benefit ?? 1,
    apply(op, rewriter) {
      const before = rewriter.changes;
      const answer = rewrite(op as O, rewriter);
      if (answer === false && rewriter.changes !== before) {
        throw new DiagnosticError(
          bug(
            "rewrite.failed-after-changes",
            `the pattern \`${name}\` says that it does not apply, but it has changed the IR`,
            { span: spanOf(op), hint: "check everything before the first change" },
          ),
        );
      }
      return answer ?? rewriter.changes !== before;
    },
  };
}

/** Tells the patterns to try on operations of a kind, best first. */
export interface PatternSource {
  patternsFor(definition: OpDefinition): readonly RewritePattern[];
}

/** Patterns indexed by the op kind they start from. */
export class PatternSet implements PatternSource {
  readonly patterns: readonly RewritePattern[];
  readonly #any: readonly RewritePattern[];
  readonly #rooted = new Map<OpDefinition, RewritePattern[]>();
  readonly #sorted = new Map<OpDefinition, readonly RewritePattern[]>();

  constructor(patterns: Iterable<RewritePattern>) {
    this.patterns = [...patterns];
    this.#any = this.patterns.filter((p) => p.roots === "any");
    for (const p of this.patterns) {
      if (p.roots === "any") continue;
      for (const root of p.roots) {
        const list = this.#rooted.get(root);
        if (list === undefined) this.#rooted.set(root, [p]);
        else list.push(p);
      }
    }
  }

  patternsFor(definition: OpDefinition): readonly RewritePattern[] {
    let list = this.#sorted.get(definition);
    if (list === undefined) {
      list = sortPatterns([...(this.#rooted.get(definition) ?? []), ...this.#any]);
      this.#sorted.set(definition, list);
    }
    return list;
  }
}

/** Greatest benefit first; among equals the order is kept. */
export function sortPatterns(patterns: RewritePattern[]): RewritePattern[] {
  return patterns.sort((a, b) => b.benefit - a.benefit);
}
