/** What a file format of values offers. */
import type { DType, ValueType } from "@strata/support";
import type { HostTensor, HostValue } from "../tensor.ts";

/** What a value is wanted for: a parameter's type. */
export type Wanted = ValueType | undefined;

/** The element type that is wanted, if one is. */
export function wantedDType(wanted: Wanted): DType | undefined {
  return wanted === undefined || wanted.dtype === "index" ? undefined : wanted.dtype;
}

/** Reads and writes one format; `path` is for messages only. */
export interface ValueFormat {
  /** Bytes to a value; `wanted` guides where the format leaves a choice. */
  decode(bytes: Uint8Array, path: string, wanted: Wanted): Promise<HostValue>;
  /** A tensor (scalars have rank 0) to bytes. */
  encode(tensor: HostTensor, path: string): Promise<Uint8Array>;
}
