/** From work and costs to seconds. */
import type { DeviceCosts } from "./device-costs.ts";
import type { Work } from "./work.ts";

/** Where the seconds of a run go. */
export interface Estimate {
  readonly copies: number;
  readonly launches: number;
  /** The greater of the times for memory and for arithmetic. */
  readonly compute: number;
  readonly total: number;
}

/** The estimated time of one run with arguments and results in host memory. */
export function estimateRun(work: Work, costs: DeviceCosts): Estimate {
  const copies = work.bytesIn / costs.toDevice + work.bytesOut / costs.fromDevice;
  const launches = Math.max(1, work.nests) * costs.launchSeconds;
  const compute = Math.max(work.traffic / costs.bandwidth, work.flops / costs.flops);
  return { copies, launches, compute, total: copies + launches + compute };
}
