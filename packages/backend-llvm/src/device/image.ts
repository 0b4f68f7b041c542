/**
 * A compiled kernel that can be kept, and how it takes its arguments.
 *
 * Invariants: the function at `symbol` takes the address of a block of 8-byte slots. The slots hold,
 * in order: for each parameter, then for each tensor result, a scalar, or an address and one i64
 * for each dynamic extent; then a slot for each scalar result, which the function fills; then, where
 * the kernel starts threads, their number as an i32. A value shorter than 8 bytes lies at the
 * beginning of its slot.
 */
import type { MachineDescription } from "../native/target.ts";

/** Raised when the way of calling changes: code of another number is never loaded. */
export const CALL_ABI = 3;

/** What a slot may hold besides an address. */
export type SlotType = "i8" | "i16" | "i32" | "i64" | "f16" | "bf16" | "f32" | "f64";

/** How a parameter or result is handed over. */
export type SlotPlan =
  | { readonly kind: "tensor"; readonly extents: readonly number[] }
  | { readonly kind: "scalar"; readonly type: SlotType };

/** A compiled kernel: an object and what is needed to call it. */
export interface LLVMImage {
  /** An object file of the host's format. */
  readonly binary: Uint8Array;
  readonly symbol: string;
  readonly abi: number;
  readonly machine: MachineDescription;
  /** The parameters, then the tensor results. */
  readonly params: readonly SlotPlan[];
  /** The scalar results. */
  readonly scalars: readonly SlotType[];
  /** Whether it allocates, so that running out of memory must be caught. */
  readonly allocates: boolean;
  /** Whether it runs on several threads, and so needs OpenMP's runtime library. */
  readonly threaded: boolean;
  /** Whether it calls functions of vectors, and so needs glibc's library of them. */
  readonly callsVectorMath: boolean;
}

/** The number of slots of a call. */
export function slotCount(plans: readonly SlotPlan[]): number {
  return plans.reduce((n, p) => n + 1 + (p.kind === "tensor" ? p.extents.length : 0), 0);
}
