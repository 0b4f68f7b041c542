/** Which values are constant, through branches and loops, and which blocks are never reached. */
import {
  type Attribute,
  attributeType,
  Attribute as AttributeBase,
  FoldInterface,
  type Operation,
  type Value,
} from "@strata/ir";
import { type ForwardResult, solveForward } from "./sparse-forward.ts";

/** Not reached, one constant, or more than one value. */
type ConstantState = Attribute | "none" | "several";

/** What is known of constants. */
export class Constants {
  readonly #states: ForwardResult<ConstantState>;

  constructor(root: Operation) {
    this.#states = solveForward<ConstantState>(root, {
      lattice: {
        bottom: "none",
        join: (a, b) => (a === "none" ? b : b === "none" || a === b ? a : "several"),
        equals: (a, b) => a === b,
      },
      unknown: () => "several",
      transfer: foldStates,
      constantOf: (s) => (s instanceof AttributeBase ? s : undefined),
    });
  }

  /** The constant that a value always is; undefined for others, and for what is never reached. */
  constantOf(value: Value): Attribute | undefined {
    const s = this.#states.get(value);
    return s instanceof AttributeBase ? s : undefined;
  }

  /** Whether a block can be reached. */
  isReachable(block: Parameters<ForwardResult<unknown>["isReachable"]>[0]): boolean {
    return this.#states.isReachable(block);
  }
}

function foldStates(
  op: Operation,
  operands: readonly ConstantState[],
  stateOf: (v: Value) => ConstantState,
): readonly ConstantState[] | undefined {
  const slot = op.definition.constantSlot;
  const value = slot < 0 ? undefined : op.properties[slot];
  if (value !== undefined) return [value];
  const constants = operands.map((s) => (s instanceof AttributeBase ? s : undefined));
  const folded = FoldInterface.of(op)?.fold(op, constants);
  return folded?.map((f, i) => {
    if (!(f instanceof AttributeBase)) return stateOf(f);
    // What a fold gives as the constant of another type is no constant of this result.
    const type = attributeType(f);
    return type === undefined || type === op.results[i]?.type ? f : "several";
  });
}

/** Constants inside of an operation, for the cache of a pass manager. */
export const constantsAnalysis: { readonly name: string; compute(op: Operation): Constants } = {
  name: "constants",
  compute: (op) => new Constants(op),
};
