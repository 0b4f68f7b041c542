/**
 * Repeated steps: a number of times, or until a condition holds.
 *
 * Invariant: states are values; a step gets the state before it and gives the next one.
 */
import { badCount } from "./errors.ts";
import type { Element, Scalar } from "./scalars.ts";

/**
 * The state after `count` steps from `state`; `state` itself for a count of 0 or less. Several
 * values go in and come out as a list: `iterate(n, [u, v], (u, v) => [nextU, nextV])`.
 */
export function iterate<States extends readonly [unknown, ...unknown[]]>(
  count: number,
  states: readonly [...States],
  step: (...states: NoInfer<States>) => Readonly<NoInfer<States>>,
): States;
export function iterate<State extends Scalar>(
  count: number,
  state: State,
  step: (state: Element<State>) => Element<State>,
): Element<State>;
export function iterate<State>(
  count: number,
  state: State,
  step: (state: NoInfer<State>) => NoInfer<State>,
): State;
export function iterate(
  count: number,
  start: unknown,
  step: (...states: unknown[]) => unknown,
): unknown {
  if (!Number.isInteger(count)) throw badCount("iterate", count);
  let state = start;
  for (let k = 0; k < count; k++) {
    state = Array.isArray(state) ? step(...(state as unknown[])) : step(state);
  }
  return state;
}

/** Steps from `state` until `done(previous, next)` holds or `max` steps are taken. */
export function iterateUntil<State extends Scalar>(
  state: State,
  step: (state: Element<State>) => Element<State>,
  done: (previous: Element<State>, next: Element<State>) => boolean,
  max: number,
): Element<State>;
export function iterateUntil<State>(
  state: State,
  step: (state: NoInfer<State>) => NoInfer<State>,
  done: (previous: NoInfer<State>, next: NoInfer<State>) => boolean,
  max: number,
): State;
export function iterateUntil(
  state: unknown,
  step: (state: unknown) => unknown,
  done: (previous: unknown, next: unknown) => boolean,
  max: number,
): unknown {
  if (!Number.isInteger(max)) throw badCount("iterateUntil", max);
  let current = state;
  for (let k = 0; k < max; k++) {
    const next = step(current);
    const finished = done(current, next);
    current = next;
    if (finished) break;
  }
  return current;
}
