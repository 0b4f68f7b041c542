/** Results of analyses, kept until a pass changes what they are about. */
import { Dominance, type Operation } from "@strata/ir";

/** Something that can be computed about an operation and what is nested in it. */
export interface AnalysisKind<T> {
  /** The name by which passes preserve it. */
  readonly name: string;
  compute(op: Operation): T;
}

/** Dominator trees; passes that keep the blocks and branches preserve it. */
export const dominanceAnalysis: AnalysisKind<Dominance> = {
  name: "dominance",
  compute: () => new Dominance(),
};

/** Analyses by operation. */
export class AnalysisCache {
  readonly #results = new Map<Operation, Map<AnalysisKind<unknown>, unknown>>();

  get<T>(kind: AnalysisKind<T>, op: Operation): T {
    let own = this.#results.get(op);
    if (own === undefined) this.#results.set(op, (own = new Map()));
    if (!own.has(kind)) own.set(kind, kind.compute(op));
    return own.get(kind) as T;
  }

  /** Forgets everything but the named analyses. */
  keepOnly(names: readonly string[]): void {
    if (names.length === 0) {
      this.#results.clear();
      return;
    }
    for (const own of this.#results.values()) {
      for (const kind of own.keys()) if (!names.includes(kind.name)) own.delete(kind);
    }
  }
}
