/** The passes that pipeline text may name. */
import { DiagnosticError, didYouMean, type SourceSpan, userError } from "@strata/support";
import type { PassDefinition } from "./pass.ts";

/** Passes by name. */
export class PassRegistry {
  readonly #passes = new Map<string, PassDefinition>();

  constructor(passes: Iterable<PassDefinition> = []) {
    this.add(passes);
  }

  /** Adds passes; a name may be taken only once. */
  add(passes: Iterable<PassDefinition>): this {
    for (const p of passes) {
      const known = this.#passes.get(p.name);
      if (known !== undefined && known !== p) throw new Error(`two passes are named \`${p.name}\``);
      this.#passes.set(p.name, p);
    }
    return this;
  }

  lookup(name: string): PassDefinition | undefined {
    return this.#passes.get(name);
  }

  /** A pass by name; a diagnostic when there is none. */
  expect(name: string, span?: SourceSpan): PassDefinition {
    const found = this.#passes.get(name);
    if (found !== undefined) return found;
    throw new DiagnosticError(
      userError("pipeline.unknown-pass", `there is no pass \`${name}\``, {
        span,
        hint: didYouMean(name, this.#passes.keys()),
      }),
    );
  }

  /** All passes in alphabetic order. */
  list(): PassDefinition[] {
    return [...this.#passes.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }
}
