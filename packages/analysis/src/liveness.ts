/**
 * Which values are still used: live at a point are those that some way from it reads before it is
 * left, the ways round loops included.
 */
import type { Block, Operation, Value } from "@strata/ir";
import { DenseBackward } from "./dense-backward.ts";
import { type Lattice, setLattice } from "./lattice.ts";

type Values = ReadonlySet<Value>;

const lattice: Lattice<Values> = setLattice<Value>();

function without(values: Values, removed: readonly Value[]): Values {
  if (!removed.some((v) => values.has(v))) return values;
  const out = new Set(values);
  for (const v of removed) out.delete(v);
  return out;
}

/** What is live where, inside of an operation. */
export class Liveness {
  readonly #points: DenseBackward<Values>;

  constructor(root: Operation) {
    this.#points = new DenseBackward<Values>(root, {
      lattice,
      exit: lattice.bottom,
      edge: without,
      transfer: (op, after) => {
        const rest = without(after, op.results);
        const used = op.operands.filter((v) => !rest.has(v));
        return used.length === 0 ? rest : new Set([...rest, ...used]);
      },
    });
  }

  /** Live where a block begins, without its arguments. */
  liveIn(block: Block): ReadonlySet<Value> {
    return without(this.#points.atStart(block), block.args);
  }

  /** Live where a block ends. */
  liveOut(block: Block): ReadonlySet<Value> {
    return this.#points.atEnd(block);
  }

  /** Live after an operation, its results included where they are used. */
  liveAfter(op: Operation): ReadonlySet<Value> {
    return this.#points.after(op);
  }

  /** Whether an operation is the last to read a value on every way from it. */
  isLastUse(value: Value, op: Operation): boolean {
    return op.operands.includes(value) && !this.liveAfter(op).has(value);
  }
}

/** Liveness inside of an operation, for the cache of a pass manager. */
export const livenessAnalysis: { readonly name: string; compute(op: Operation): Liveness } = {
  name: "liveness",
  compute: (op) => new Liveness(op),
};
