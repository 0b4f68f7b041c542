/**
 * Running a compiled kernel and taking times.
 *
 * Invariants: the first run includes copying the arguments to the device; the others find them
 * there; results of all runs but the last are given back at once. All times are milliseconds.
 */
import {
  isBuffer,
  presentScalar,
  type BoundArguments,
  type Buffer,
  type Executable,
  type HostValue,
  type RunResult,
} from "@strata/runtime";

/** What a run gave, and how long it took. */
export interface Measured {
  readonly results: readonly HostValue[];
  readonly firstMs: number;
  readonly medianMs: number;
  readonly minMs: number;
}

/** Runs `repeat` times, at least once. */
export async function measureRuns(
  executable: Executable,
  args: BoundArguments,
  repeat: number,
): Promise<Measured> {
  const times: number[] = [];
  const start = performance.now();
  const { resident, buffers } = upload(executable, args);
  try {
    let results = await executable.launch(resident);
    times.push(performance.now() - start);
    while (times.length < repeat) {
      release(results);
      const again = performance.now();
      results = await executable.launch(resident);
      times.push(performance.now() - again);
    }
    return { results: await download(executable, results), ...statistics(times) };
  } finally {
    for (const buffer of buffers) buffer.release();
  }
}

function upload(
  { device }: Executable,
  args: BoundArguments,
): { readonly resident: BoundArguments; readonly buffers: readonly Buffer[] } {
  const buffers: Buffer[] = [];
  const values = args.values.map((value) => {
    if (value.kind === "scalar" || isBuffer(value.source)) return value;
    const buffer = device.alloc(value.dtype, value.shape);
    buffers.push(buffer);
    buffer.write(value.source.data);
    return { ...value, source: buffer };
  });
  return { resident: { ...args, values }, buffers };
}

function release(results: readonly RunResult[]): void {
  for (const result of results) if (isBuffer(result)) result.release();
}

async function download(
  { signature }: Executable,
  results: readonly RunResult[],
): Promise<HostValue[]> {
  const values: HostValue[] = [];
  for (const [k, { type }] of signature.results.entries()) {
    const result = results[k];
    if (result === undefined) throw new Error(`result ${k} of ${signature.name} is not there`);
    values.push(isBuffer(result) ? await result.read() : presentScalar(type.dtype, result));
  }
  release(results);
  return values;
}

function statistics(times: readonly number[]): Omit<Measured, "results"> {
  const sorted = times.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  const at = (k: number): number => sorted[Math.floor(k)] ?? NaN;
  return {
    firstMs: times[0] ?? NaN,
    medianMs: (at(middle - 0.5) + at(middle)) / 2,
    minMs: at(0),
  };
}
