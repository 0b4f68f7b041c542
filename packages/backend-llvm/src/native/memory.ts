/** Passing values to LLVM's C API and taking them back. */
import { bytesAt, stringAt, type Address } from "@strata/runtime/native";
import type { LLVMFunctions } from "./api.ts";

/** A place that a C function writes a pointer to. */
export class PointerSlot {
  readonly cell: BigUint64Array<ArrayBuffer> = new BigUint64Array(new ArrayBuffer(8));

  /** What was written; `null` where nothing was. */
  get value(): Address {
    return this.cell[0] === 0n ? null : this.cell[0]!;
  }
}

/** A pointer that cannot be null; an error where it is. */
export function expectPointer(address: Address, what: string): bigint {
  if (address === null) throw new Error(`LLVM gave no ${what}`);
  return address;
}

/** A message of LLVM as a text; the message is given back. */
export function takeMessage(llvm: LLVMFunctions, message: Address): string {
  if (message === null) return "";
  const text = stringAt(message);
  llvm.disposeMessage(message);
  return text;
}

/** The text of an error, which is given back; undefined for success. */
export function takeError(llvm: LLVMFunctions, error: Address): string | undefined {
  if (error === null) return undefined;
  const message = expectPointer(llvm.errorMessage(error), "error message");
  const text = stringAt(message);
  llvm.disposeErrorMessage(message);
  return text;
}

/** The bytes of a buffer of LLVM's, which is given back. */
export function takeBuffer(llvm: LLVMFunctions, buffer: bigint): Uint8Array {
  const start = expectPointer(llvm.bufferStart(buffer), "buffer");
  const bytes = bytesAt(start, Number(llvm.bufferSize(buffer)));
  llvm.disposeBuffer(buffer);
  return bytes;
}

/** A buffer of LLVM's with a copy of bytes. */
export function giveBuffer(llvm: LLVMFunctions, bytes: Uint8Array, name: string): bigint {
  return expectPointer(llvm.createBuffer(bytes, bytes.length, name), "buffer");
}
