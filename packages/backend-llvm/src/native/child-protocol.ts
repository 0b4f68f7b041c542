/** What goes to and from the process that makes code for other machines. */
import { encodeUtf8, tryDecodeUtf8, type Diagnostic } from "@strata/support";
import type { CodegenOptions } from "./codegen.ts";
import type { MachineDescription } from "./target.ts";

/** Choices that are made on the other side. */
export type ChildOptions = Omit<CodegenOptions, "machine">;

/** A target as a user names it. */
export interface TargetRequest {
  readonly triple: string;
  readonly cpu?: string | undefined;
  readonly features?: string | undefined;
}

/** What to make code of. */
export interface Request {
  readonly source: Uint8Array;
  readonly options: ChildOptions;
  readonly target: TargetRequest;
}

/** What came of it; the code follows. */
export type Answer =
  | {
      readonly ok: true;
      readonly diagnostics: readonly Diagnostic[];
      readonly machine: MachineDescription;
    }
  | { readonly ok: false; readonly diagnostics: readonly Diagnostic[] };

/** A head of JSON with its length before it, and bytes behind it. */
export function encodeMessage(head: Uint8Array, bytes: Uint8Array): Uint8Array {
  const message = new Uint8Array(4 + head.length + bytes.length);
  new DataView(message.buffer).setUint32(0, head.length, true);
  message.set(head, 4);
  message.set(bytes, 4 + head.length);
  return message;
}

/** The parts of a message; undefined for what is none. */
export function tryDecodeMessage(
  message: Uint8Array,
): { readonly head: unknown; readonly bytes: Uint8Array } | undefined {
  if (message.length < 4) return undefined;
  const length = new DataView(message.buffer, message.byteOffset).getUint32(0, true);
  const text = tryDecodeUtf8(message.subarray(4, 4 + length));
  if (text === undefined || message.length < 4 + length) return undefined;
  try {
    return { head: JSON.parse(text) as unknown, bytes: message.slice(4 + length) };
  } catch {
    return undefined;
  }
}

export function encodeRequest({ source, ...head }: Request): Uint8Array {
  return encodeMessage(encodeUtf8(JSON.stringify(head)), source);
}

/** The request that a parent of the same version wrote. */
export function decodeRequest(message: Uint8Array): Request {
  const decoded = tryDecodeMessage(message);
  if (decoded === undefined) throw new Error("the request cannot be read");
  return { ...(decoded.head as Omit<Request, "source">), source: decoded.bytes };
}
