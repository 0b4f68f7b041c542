/** From the results of a run to values of a program. */
import type { KernelSignature, ScalarType } from "@strata/support";
import type { BoundArguments } from "./bind.ts";
import { isBuffer, type Executable, type RunResult } from "./device.ts";
import type { HostTensor, HostValue } from "./tensor.ts";

/** What a call of a kernel gives: one value, or an object of them by name. */
export type KernelOutcome<V> = V | Readonly<Record<string, V>>;

/** Puts values in the form the signature states: one value, or an object in order. */
export function assembleResults<V>(
  signature: KernelSignature,
  values: readonly V[],
): KernelOutcome<V> {
  if (values.length !== signature.results.length) {
    throw new RangeError(`${signature.results.length} results expected, got ${values.length}`);
  }
  if (signature.form === "single") return values[0] as V;
  const entries = signature.results.map(({ name }, k) => [name ?? String(k), values[k] as V]);
  return Object.fromEntries(entries) as Record<string, V>;
}

/** A scalar result as programs expect it: `bool` as a boolean. */
export function presentScalar(dtype: ScalarType, value: number | bigint): HostValue {
  return dtype === "bool" ? value !== 0 && value !== 0n : value;
}

/** Runs to completion, reads every tensor to the host and gives the device's memory back. */
export function runToHost(executable: Executable, args: BoundArguments): HostValue[] {
  return present(executable.signature, executable.run(args), (buffer) => buffer.readSync());
}

/** Like `runToHost`, without blocking the event loop where the device allows. */
export async function launchToHost(
  executable: Executable,
  args: BoundArguments,
): Promise<HostValue[]> {
  const results = await executable.launch(args);
  const read = await Promise.all(results.map((r) => (isBuffer(r) ? r.read() : r)));
  for (const r of results) if (isBuffer(r)) r.release();
  return executable.signature.results.map(({ type }, k) => {
    const value = read[k] as HostTensor | number | bigint;
    return typeof value === "object" ? value : presentScalar(type.dtype, value);
  });
}

function present(
  signature: KernelSignature,
  results: readonly RunResult[],
  read: (buffer: Exclude<RunResult, number | bigint>) => HostTensor,
): HostValue[] {
  return signature.results.map(({ type }, k) => {
    const value = results[k] as RunResult;
    if (typeof value !== "object") return presentScalar(type.dtype, value);
    const tensor = read(value);
    value.release();
    return tensor;
  });
}
