/**
 * A stack of operations to visit, each at most once at a time.
 *
 * Invariant: `list[op.slot] === op` exactly for the operations in the list; so membership costs no
 * hashing, and another worklist that uses the same scratch field does no harm but a second visit.
 */
import type { Operation } from "@strata/ir";

/** Last in, first out; removal leaves a hole. */
export class Worklist {
  #list: (Operation | null)[] = [];

  has(op: Operation): boolean {
    return this.#list[op.slot] === op;
  }

  push(op: Operation): void {
    if (this.#list[op.slot] === op) return;
    op.slot = this.#list.length;
    this.#list.push(op);
  }

  remove(op: Operation): void {
    if (this.#list[op.slot] !== op) return;
    this.#list[op.slot] = null;
    op.slot = -1;
  }

  /** Takes the last one out; undefined when the list is empty. */
  pop(): Operation | undefined {
    const list = this.#list;
    while (list.length > 0) {
      const op = list.pop();
      if (op !== null && op !== undefined) {
        op.slot = -1;
        return op;
      }
    }
    return undefined;
  }

  /** Makes `ops[0]` the one to come out first. */
  load(ops: readonly Operation[]): void {
    for (let i = ops.length - 1; i >= 0; i--) this.push(ops[i]!);
  }
}
