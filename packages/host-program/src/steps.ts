/**
 * Host code as closures over slots.
 *
 * Invariants: every value of the function has one slot; a step without `wait` never reads from the
 * device; a step with it is a generator that yields what is to be read, and goes on when it was.
 */
import type { Value } from "@strata/ir";
import type { Driver } from "./driver.ts";

/** A read that the program waits for. */
export interface PendingRead<M> {
  readonly memory: M;
  readonly into: Uint8Array;
}

/** The state of one run. */
export interface Frame<M, K> {
  readonly slots: unknown[];
  readonly driver: Driver<M, K>;
  /** Memory that the run allocated and did not free yet. */
  readonly owned: Set<M>;
}

/** Runs to its end. */
export type Direct<M, K> = (frame: Frame<M, K>) => void;

/** Runs with pauses. */
export type Pausing<M, K> = (frame: Frame<M, K>) => Generator<PendingRead<M>, void>;

/** One operation, or a sequence of them. */
export type Step<M, K> =
  | { readonly wait: false; readonly run: Direct<M, K> }
  | { readonly wait: true; readonly run: Pausing<M, K> };

/** Numbers the values of a function. */
export class Slots {
  readonly #numbers = new Map<Value, number>();

  get count(): number {
    return this.#numbers.size;
  }

  of(v: Value): number {
    const known = this.#numbers.get(v);
    if (known !== undefined) return known;
    const fresh = this.#numbers.size;
    this.#numbers.set(v, fresh);
    return fresh;
  }

  all(values: readonly Value[]): number[] {
    return values.map((v) => this.of(v));
  }
}

/** Steps one after the other. */
export function sequence<M, K>(steps: readonly Step<M, K>[]): Step<M, K> {
  const direct = steps.flatMap((s) => (s.wait ? [] : [s.run]));
  if (direct.length === steps.length) {
    return {
      wait: false,
      run(frame) {
        for (let k = 0; k < direct.length; k++) direct[k]!(frame);
      },
    };
  }
  return {
    wait: true,
    *run(frame) {
      for (const step of steps) {
        if (step.wait) yield* step.run(frame);
        else step.run(frame);
      }
    },
  };
}

/** Copies slots to slots, all at once. */
export function move(from: readonly number[], to: readonly number[]): (slots: unknown[]) => void {
  if (from.length === 1) {
    const [a, b] = [from[0]!, to[0]!];
    return (slots) => {
      slots[b] = slots[a];
    };
  }
  const kept = new Array<unknown>(from.length);
  return (slots) => {
    for (let k = 0; k < from.length; k++) kept[k] = slots[from[k]!];
    for (let k = 0; k < to.length; k++) slots[to[k]!] = kept[k];
    kept.fill(undefined);
  };
}

/** A step that does not wait. */
export function direct<M, K>(run: (frame: Frame<M, K>) => void): Step<M, K> {
  return { wait: false, run };
}
