/** The interface by which dialects attach the rewrites that bring their ops into canonical form. */
import { type InterfaceBinding, type OpDefinition, OpInterface, type OpRef } from "@strata/ir";
import { type PatternSource, type RewritePattern, sortPatterns } from "./pattern.ts";

/** The canonicalizations of an op kind. */
export interface Canonicalizable {
  readonly patterns: readonly RewritePattern[];
}

export const CanonicalizeInterface: OpInterface<Canonicalizable> = new OpInterface("Canonicalize");

/** Attaches rules and patterns to the op kind they start from. */
export function canonicalizeOf(op: OpRef, patterns: readonly RewritePattern[]): InterfaceBinding {
  for (const p of patterns) {
    if (p.roots !== "any" && !p.roots.includes(op.definition)) {
      throw new Error(`the pattern \`${p.name}\` does not start from ${op.definition.name}`);
    }
  }
  return CanonicalizeInterface.on(op, { patterns });
}

/** Attaches each of many rules and patterns to the op kinds it starts from. */
export function canonicalizations(patterns: readonly RewritePattern[]): InterfaceBinding[] {
  const byRoot = new Map<OpDefinition, RewritePattern[]>();
  for (const p of patterns) {
    if (p.roots === "any") throw new Error(`the pattern \`${p.name}\` starts from any operation`);
    for (const root of p.roots) {
      const list = byRoot.get(root);
      if (list === undefined) byRoot.set(root, [p]);
      else list.push(p);
    }
  }
  return [...byRoot].map(([definition, list]) => canonicalizeOf({ definition }, list));
}

/** All canonicalizations that dialects have attached, and further patterns. */
export class CanonicalPatterns implements PatternSource {
  readonly #extra: readonly RewritePattern[];
  readonly #known = new Map<OpDefinition, readonly RewritePattern[]>();

  constructor(extra: readonly RewritePattern[] = []) {
    this.#extra = extra;
  }

  patternsFor(definition: OpDefinition): readonly RewritePattern[] {
    let list = this.#known.get(definition);
    if (list === undefined) {
      const own = definition.interfaces.get(CanonicalizeInterface) as Canonicalizable | undefined;
      const extra = this.#extra.filter((p) => p.roots === "any" || p.roots.includes(definition));
      list = sortPatterns([...(own?.patterns ?? []), ...extra]);
      this.#known.set(definition, list);
    }
    return list;
  }
}
