/**
 * Which values something comes of: an effect, a branch or what a function returns. A value that
 * only feeds itself round a loop is not needed though it has uses.
 */
import { hasLastingEffect, type Operation, type Value } from "@strata/ir";
import { solveBackward } from "./sparse-backward.ts";

/** Tells needed values from others. */
export class NeededValues {
  readonly #state: (value: Value) => boolean;

  constructor(root: Operation) {
    this.#state = solveBackward<boolean>(root, {
      lattice: { bottom: false, join: (a, b) => a || b, equals: (a, b) => a === b },
      transfer: (op, results) => {
        const isNeeded = results.includes(true) || op.regions.length > 0 || hasLastingEffect(op);
        return op.operandUses.map(() => isNeeded);
      },
      control: () => true,
    });
  }

  isNeeded(value: Value): boolean {
    return this.#state(value);
  }
}

/** Needed values inside of an operation, for the cache of a pass manager. */
export const neededValuesAnalysis: {
  readonly name: string;
  compute(op: Operation): NeededValues;
} = {
  name: "needed-values",
  compute: (op) => new NeededValues(op),
};
