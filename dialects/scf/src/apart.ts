/**
 * Buffers that a parallel loop shows to be different: its iterations would depend on each other if
 * one buffer that it reads at some place were one that it writes at another.
 */
import { type Operation, type Value, walk } from "@strata/ir";
import { Parallel } from "./ops.ts";
import { accessOf, type Aliases } from "./alias.ts";

/** Pairs of buffers that are not the same memory. */
export class ApartBuffers {
  readonly #pairs = new Map<Value, Set<Value>>();
  readonly #aliases: Aliases;

  /** Collects what the parallel loops inside of `root` show. */
  constructor(root: Operation, aliases: Aliases) {
    this.#aliases = aliases;
    walk(root, (op) => {
      if (op instanceof Parallel) this.#see(op);
    });
  }

  #see(loop: Parallel): void {
    const all: NonNullable<ReturnType<typeof accessOf>>[] = [];
    walk(loop, (o) => {
      const a = accessOf(o);
      if (a !== undefined) all.push(a);
    });
    const writes = all.filter((a) => a.writes);
    for (const r of all) {
      if (r.writes) continue;
      for (const { buffer } of writes) {
        const elsewhere = writes.every(
          (w) => w.buffer !== buffer || w.indices.some((x, d) => x !== r.indices[d]),
        );
        if (r.buffer === buffer || !elsewhere) continue;
        this.#add(r.buffer, buffer);
        this.#add(buffer, r.buffer);
      }
    }
  }

  #add(a: Value, b: Value): void {
    const known = this.#pairs.get(a);
    if (known === undefined) this.#pairs.set(a, new Set([b]));
    else known.add(b);
  }

  /** Whether two buffers are surely not the same memory. */
  are(a: Value, b: Value): boolean {
    return !this.#aliases.may(a, b) || this.#pairs.get(a)?.has(b) === true;
  }
}
