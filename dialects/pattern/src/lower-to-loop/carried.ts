/** The layout of what a stepping loop carries, and which operations carry or write tensors. */
import { type Block, type Operation, RankedTensorType, type Type, type Value } from "@strata/ir";
import * as tensor from "@strata/tensor";

/** Whether a value is a tensor. */
export const isTensor = (v: { readonly type: Type }): boolean => v.type instanceof RankedTensorType;

/** Layout of the values a stepping loop carries: per carried value one, or three for a tensor. */
export class CarriedState {
  readonly #types: readonly Type[];

  constructor(types: readonly Type[]) {
    this.#types = types;
  }

  /** One flat list; `pairs[i]` are the next and the other buffer of tensor i, else empty. */
  pack(values: readonly Value[], pairs: readonly (readonly Value[])[]): Value[] {
    return values.flatMap((v, i) => [v, ...pairs[i]!]);
  }

  /** `next` and `other` hold the tensors only, in order. */
  unpack(state: readonly Value[]): { current: Value[]; next: Value[]; other: Value[] } {
    const current: Value[] = [];
    const next: Value[] = [];
    const other: Value[] = [];
    let at = 0;
    for (const t of this.#types) {
      current.push(state[at++]!);
      if (t instanceof RankedTensorType) {
        next.push(state[at++]!);
        other.push(state[at++]!);
      }
    }
    return { current, next, other };
  }

  /** After a step the other buffer is written next. */
  rotate(next: readonly Value[], other: readonly Value[]): Value[][] {
    let at = -1;
    return this.#types.map((t) => {
      if (!(t instanceof RankedTensorType)) return [];
      at++;
      return [other[at]!, next[at]!];
    });
  }
}

/** Whether an operation's results hold tensors. */
export function carriesTensors(op: Operation): boolean {
  return op.results.some(isTensor);
}

/** Whether lowering the op can write its tensors wherever it is told to. */
export function writesDestination(op: Operation): boolean {
  return !(op instanceof tensor.Cast);
}

/** Per operation of a block, the tensors made in the block that are used by it for the last time. */
export function lastUses(block: Block): Map<Operation, Value[]> {
  const out = new Map<Operation, Value[]>();
  for (const op of block.ops()) {
    for (const r of op.results) {
      if (!isTensor(r)) continue;
      let last: Operation = op;
      for (const use of r.uses()) {
        let at: Operation | null = use.owner;
        while (at !== null && at.parent !== block) at = at.parentOp;
        if (at !== null && last.isBeforeInBlock(at)) last = at;
      }
      // A cast shares its operand's buffer: keep that for as long as the block runs.
      if (r.users().some((u) => u instanceof tensor.Cast)) continue;
      out.set(last, [...(out.get(last) ?? []), r]);
    }
  }
  return out;
}
