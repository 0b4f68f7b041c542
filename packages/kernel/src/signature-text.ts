/**
 * Signatures as JSON text, to be kept next to compiled code.
 *
 * Invariant: reading what was written, with the same source file, gives an equal signature. Spans are
 * kept as offsets; a text that is no signature is refused with a SyntaxError.
 */
import {
  isScalarType,
  type KernelSignature,
  type SourceFile,
  type SourceSpan,
} from "@strata/support";

/** Writes a signature whose spans are all in one file. */
export function writeSignature(signature: KernelSignature): string {
  return JSON.stringify(signature, (key, value: unknown) => {
    if (key !== "span" || value === undefined) return value;
    const { start, end } = value as SourceSpan;
    return [start, end];
  });
}

/** Reads a signature; its spans are in `file`. */
export function readSignature(text: string, file: SourceFile): KernelSignature {
  const parsed: unknown = JSON.parse(text, (key, value: unknown) => {
    if (key !== "span") return value;
    const [start, end] = Array.isArray(value) ? value.map(Number) : [];
    return start === undefined || end === undefined ? undefined : file.span(start, end);
  });
  if (!isSignature(parsed)) throw new SyntaxError("not a signature");
  return { ...parsed, doc: parsed.doc };
}

/** The text comes from our own store, whose checksum held: a look at the form is enough. */
function isSignature(value: unknown): value is KernelSignature {
  if (typeof value !== "object" || value === null) return false;
  if (!("name" in value && "params" in value && "results" in value && "checks" in value)) {
    return false;
  }
  const { params, results } = value;
  return Array.isArray(params) && Array.isArray(results) && [...params, ...results].every(isTyped);
}

function isTyped(value: unknown): boolean {
  if (typeof value !== "object" || value === null || !("type" in value)) return false;
  const { type } = value;
  if (typeof type !== "object" || type === null || !("dtype" in type)) return false;
  return typeof type.dtype === "string" && isScalarType(type.dtype);
}
