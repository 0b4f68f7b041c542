/** Times work of a CUDA stream by events of the GPU. */
import type { CudaDevice } from "@strata/backend-cuda";

/** Runs `work` between two events of the device's stream; milliseconds. */
export function timeOnDevice(device: CudaDevice, work: () => void): number {
  const { api, handle } = device.queue;
  const place = new BigUint64Array(1);
  const events = [0, 1].map(() => {
    api.eventCreate(place, 0);
    return place[0]!;
  });
  device.queue.finish();
  api.eventRecord(events[0]!, handle);
  work();
  api.eventRecord(events[1]!, handle);
  device.queue.finish();
  const ms = new Float32Array(1);
  api.eventElapsedTime(ms, events[0]!, events[1]!);
  for (const e of events) api.eventDestroy(e);
  return ms[0]!;
}

/** The middle of some numbers. */
export function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)]!;
}

/** What two ways of doing the same take, in milliseconds. */
export interface Comparison {
  readonly ours: number;
  readonly theirs: number;
  /** Smallest and largest of ours. */
  readonly range: readonly [number, number];
}

/** Times two ways alternately, so that both meet the same clocks: medians over rounds. */
export function compareWays(
  device: CudaDevice,
  ours: () => void,
  theirs: () => void,
  rounds = 7,
): Comparison {
  // As many runs in a round as take some 20 ms.
  ours();
  theirs();
  const once = Math.max(0.005, timeOnDevice(device, ours), timeOnDevice(device, theirs));
  const repeat = Math.max(1, Math.min(200, Math.round(20 / once)));
  const times = (way: () => void): number =>
    timeOnDevice(device, () => {
      for (let k = 0; k < repeat; k++) way();
    }) / repeat;
  const own: number[] = [];
  const other: number[] = [];
  for (let r = 0; r < rounds; r++) {
    own.push(times(ours));
    other.push(times(theirs));
  }
  return {
    ours: median(own),
    theirs: median(other),
    range: [Math.min(...own), Math.max(...own)],
  };
}
