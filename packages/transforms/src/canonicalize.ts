/** The pass `canonicalize`: folds, canonicalization patterns of the dialects, simpler regions. */
import type { Dialect, Operation } from "@strata/ir";
import { bool, definePass, u32 } from "@strata/pass";
import {
  applyPatternsGreedily,
  CanonicalPatterns,
  type RewriteListener,
  type RewritePattern,
} from "@strata/rewrite";
import { simplifyRegions } from "./simplify-regions.ts";

/** How to canonicalize; all optional. */
export interface CanonicalizeOptions {
  /** Patterns besides those that dialects have attached. */
  readonly patterns?: readonly RewritePattern[];
  /** Dialects to make constants with where an op's own has none. */
  readonly dialects?: readonly Dialect[];
  /** Erase unreachable blocks and needless block arguments; true by default. */
  readonly regions?: boolean;
  /** Rounds of the driver, 0 for no limit; then the IR is left as it is. */
  readonly maxIterations?: number;
  readonly listeners?: readonly RewriteListener[];
  readonly signal?: { readonly aborted: boolean };
}

/** What canonicalization did. */
export interface Canonicalized {
  readonly changed: boolean;
  readonly folds: number;
  readonly erased: number;
  /** Applications by pattern name. */
  readonly applied: ReadonlyMap<string, number>;
}

/** Regions and operations are simplified in turn at most this often. */
const maxTurns = 20;

/** Brings everything nested in `root` into canonical form. */
export function canonicalizeIn(root: Operation, options: CanonicalizeOptions = {}): Canonicalized {
  const patterns = new CanonicalPatterns(options.patterns);
  const limit = options.maxIterations ?? 0;
  const listeners = options.listeners ?? [];
  const applied = new Map<string, number>();
  let changed = false;
  let folds = 0;
  let erased = 0;
  for (let turn = 0; turn < maxTurns; turn++) {
    const r = applyPatternsGreedily(root, patterns, {
      listeners,
      ...(limit === 0 ? {} : { maxIterations: limit, onLimit: "stop" as const }),
      ...(options.dialects === undefined ? {} : { dialects: options.dialects }),
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    });
    changed ||= r.changed;
    folds += r.folds;
    erased += r.erased;
    for (const [name, n] of r.applied) applied.set(name, (applied.get(name) ?? 0) + n);
    if (options.signal?.aborted === true || options.regions === false) break;
    if (!simplifyRegions(root, ...listeners)) break;
    changed = true;
  }
  return { changed, folds, erased, applied };
}

/** The pass `canonicalize`. */
export const canonicalize = definePass("canonicalize", {
  summary: "Fold constants and bring operations into the canonical form their dialects define.",
  on: "any",
  options: {
    maxIterations: u32({ default: 0, doc: "rounds over all operations, 0: until nothing changes" }),
    regionSimplify: bool({ default: true, doc: "erase unreachable blocks, needless arguments" }),
  },
  run(op, { maxIterations, regionSimplify }, cx) {
    const r = canonicalizeIn(op, {
      maxIterations,
      regions: regionSimplify,
      dialects: [...(cx.context?.dialects.values() ?? [])],
      signal: cx.signal,
    });
    if (r.folds > 0) cx.count("folds", r.folds);
    if (r.erased > 0) cx.count("erased", r.erased);
    for (const [name, n] of r.applied) cx.count(name, n);
    return r.changed;
  },
});
