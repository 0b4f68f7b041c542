/** What `kernelc run` tells about a run. Times are milliseconds. */
import { byteCount, type BoundArguments, type HostTensor, type HostValue } from "@strata/runtime";
import { readElement, type ScalarType } from "@strata/support";
import type { Measured } from "./measure.ts";
import { formatNumber, trySummarize } from "./print-value.ts";

/** One result: where it went, or what it is. */
export interface ResultReport {
  readonly name: string | undefined;
  readonly dtype: ScalarType;
  readonly value: HostValue;
  readonly file: string | undefined;
}

/** What ran, where, from which code. */
export interface RunFacts {
  readonly kernel: string;
  readonly device: string;
  readonly threads: number;
  readonly compileMs: number;
  readonly cache: "hit" | "miss";
  readonly repeat: number;
  readonly flops: number | undefined;
  readonly schedule: string;
  readonly explanation: readonly string[] | undefined;
}

/** Elements up to which a tensor is part of the report. */
const LISTED_ELEMENTS = 64;

/** The object that `--json` prints. */
export function runReport(
  facts: RunFacts,
  { firstMs, medianMs, minMs }: Measured,
  args: BoundArguments,
  results: readonly ResultReport[],
): Record<string, unknown> {
  return {
    kernel: facts.kernel,
    device: facts.device,
    threads: facts.threads,
    compile_ms: rounded(facts.compileMs),
    cache: facts.cache,
    first_ms: rounded(firstMs),
    median_ms: rounded(medianMs),
    min_ms: rounded(minMs),
    repeat: facts.repeat,
    bytes: bytesOf(args),
    ...(facts.flops === undefined ? {} : { flops: facts.flops }),
    schedule: facts.schedule,
    results: results.map(describeResult),
    ...(facts.explanation === undefined ? {} : { explain: facts.explanation }),
  };
}

/** Bytes of all tensors that are read and written, each once. */
function bytesOf(args: BoundArguments): number {
  let total = 0;
  for (const one of [...args.values, ...args.results]) {
    if (one.kind === "tensor") total += byteCount(one.dtype, one.shape);
  }
  return total;
}

const rounded = (ms: number): number => Number(ms.toPrecision(6));

function describeResult({ name, dtype, value, file }: ResultReport): Record<string, unknown> {
  const head = { ...(name === undefined ? {} : { name }), dtype };
  if (typeof value !== "object") {
    return { ...head, value: jsonScalar(dtype, value), ...(file === undefined ? {} : { file }) };
  }
  return {
    ...head,
    shape: value.shape,
    ...describeTensor(value),
    ...(file === undefined ? {} : { file }),
  };
}

function describeTensor(tensor: HostTensor): Record<string, unknown> {
  const { dtype, data } = tensor;
  if (data.length <= LISTED_ELEMENTS) return { value: nested(tensor) };
  const summary = trySummarize(tensor);
  if (summary === undefined) return { nan: data.length };
  const { min, max, mean, nan } = summary;
  return { min: jsonScalar(dtype, min), max: jsonScalar(dtype, max), mean, nan };
}

function nested({ dtype, shape, data }: HostTensor): unknown {
  let position = 0;
  const level = (axis: number): unknown => {
    if (axis === shape.length) return jsonScalar(dtype, readElement(dtype, data, position++));
    return Array.from({ length: shape[axis] ?? 0 }, () => level(axis + 1));
  };
  return level(0);
}

/** A number JSON can hold: bigints beyond 2^53 and NaN become text. */
function jsonScalar(dtype: ScalarType, value: number | bigint | boolean): unknown {
  if (dtype === "bool") return Boolean(value);
  if (typeof value === "bigint") {
    return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
  }
  if (typeof value !== "number") return value;
  return Number.isFinite(value) ? Number(formatNumber(dtype, value)) : String(value);
}

/** A time with its unit, three significant digits: `850 µs`, `31.2 ms`, `1.24 s`. */
export function formatMilliseconds(ms: number): string {
  if (ms < 0.9995) return `${significant(ms * 1000)} µs`;
  return ms < 999.5 ? `${significant(ms)} ms` : `${significant(ms / 1000)} s`;
}

function significant(value: number): string {
  if (value >= 100) return value.toFixed(0);
  return value >= 10 ? value.toFixed(1) : value.toFixed(2);
}
