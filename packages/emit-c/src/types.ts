/** The C kinds of the IR's types: in registers, in memory, as arguments. */
import {
  bf16,
  f16,
  f32,
  f64,
  i1,
  IndexType,
  IntegerType,
  type Operation,
  spanOf,
  type Type,
} from "@strata/ir";
import { DiagnosticError, unsupported } from "@strata/support";
import type { CKind } from "./expression.ts";

/** Refuses what C has no form for. */
export function refuse(op: Operation, what: string, hint?: string): never {
  throw new DiagnosticError(
    unsupported("emit-c.unsupported", `\`${op.name}\`: ${what} has no form in C`, {
      span: spanOf(op),
      ...(hint === undefined ? {} : { hint }),
    }),
  );
}

/** The kind that values of a scalar type are held in; undefined for other types. */
export function tryKindOf(type: Type, indexBits: 32 | 64): CKind | undefined {
  if (type instanceof IndexType) return indexBits === 32 ? "i32" : "i64";
  if (type === i1) return "bool";
  if (type instanceof IntegerType) {
    return [8, 16, 32, 64].includes(type.width) ? (`i${type.width}` as CKind) : undefined;
  }
  if (type === f32 || type === f16 || type === bf16) return "f32";
  return type === f64 ? "f64" : undefined;
}

/** The kind that elements of a type have in memory; undefined for types that cannot be there. */
export function tryStorageOf(type: Type): CKind | undefined {
  if (type === i1) return "u8";
  if (type === f16 || type === bf16) return "u16";
  return tryKindOf(type, 64);
}

/** Bytes of an element of a kind in memory. */
export function storageBytes(kind: CKind): number {
  return kind === "bool" ? 1 : Number(kind.slice(1)) / 8;
}

/** Whether a type is a float of 16 bits, held in 32. */
export function isNarrowFloat(type: Type): boolean {
  return type === f16 || type === bf16;
}
