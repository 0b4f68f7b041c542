/** Timing in pairs: two ways of doing the same, in turns, so that drift of the machine hits both. */

/** Milliseconds of one call of each side. */
export interface Pair {
  readonly ours: number;
  readonly rival: number;
}

/** The middle of a list of numbers. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** Milliseconds of `calls` calls, per call. */
export function timed(run: () => void, calls: number): number {
  const start = performance.now();
  for (let i = 0; i < calls; i++) run();
  return (performance.now() - start) / calls;
}

/** How many calls fill about `ms` milliseconds; at least one. */
function callsFor(run: () => void, ms: number): number {
  const once = Math.max(timed(run, 1), 1e-4);
  return Math.max(1, Math.round(ms / once));
}

/** Medians over `rounds` turns, after warming both sides up. */
export function measurePair(ours: () => void, rival: () => void, rounds: number): Pair {
  for (let i = 0; i < 3; i++) {
    ours();
    rival();
  }
  const [ourCalls, rivalCalls] = [callsFor(ours, 10), callsFor(rival, 10)];
  const times: Pair[] = [];
  for (let i = 0; i < rounds; i++) {
    times.push({ ours: timed(ours, ourCalls), rival: timed(rival, rivalCalls) });
  }
  return { ours: median(times.map((t) => t.ours)), rival: median(times.map((t) => t.rival)) };
}
