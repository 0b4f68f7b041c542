/**
 * What analyses compute with: sets of possible facts, ordered by how much they allow.
 *
 * Invariants: `join` is the least element that allows what either does; climbing by joins from
 * `bottom` ends, if need be with `widen`.
 */

/** A set of facts with its order. */
export interface Lattice<T> {
  /** Nothing is possible: what is not reached. */
  readonly bottom: T;
  join(a: T, b: T): T;
  equals(a: T, b: T): boolean;
  /** Something that allows `after`, taken so that climbing ends soon; `before` is what it was. */
  widen?(before: T, after: T): T;
}

/** Sets ordered by inclusion. */
export function setLattice<E>(): Lattice<ReadonlySet<E>> {
  const empty: ReadonlySet<E> = new Set();
  return {
    bottom: empty,
    join: (a, b) => {
      if (a.size === 0) return b;
      if (b.size === 0 || a === b) return a;
      const out = new Set(a);
      for (const e of b) out.add(e);
      return out.size === a.size ? a : out;
    },
    equals: (a, b) => a.size === b.size && [...a].every((e) => b.has(e)),
  };
}
