/**
 * What unspecified elements hold: the bytes 0xCD, so that reading them shows and is the same at
 * every level. Numbers that are not made of whole bytes hold the same bits cut to their width.
 */
import { FloatType, IndexType, IntegerType, type Type, VectorType } from "@strata/ir";
import type { ElementStore } from "./element-store.ts";
import { type RuntimeValue, VectorValue } from "./value.ts";

const fill = 0xcdcd_cdcd_cdcd_cdcdn;

/** The value of an element kept as an object: the pattern's bits; NaN for floats and indices. */
export function uninitializedValue(type: Type): RuntimeValue {
  if (type instanceof VectorType) {
    const element = uninitializedValue(type.elementType);
    return new VectorValue(type, new Array<RuntimeValue>(type.numElements).fill(element));
  }
  if (type instanceof IntegerType) {
    if (type.width === 1) return 1;
    const wrap = type.signedness === "unsigned" ? BigInt.asUintN : BigInt.asIntN;
    let bits = fill;
    for (let have = 64; have < type.width; have += 64) bits = (bits << 64n) | fill;
    const value = wrap(type.width, bits);
    return type.width > 32 ? value : Number(value);
  }
  return type instanceof IndexType || type instanceof FloatType ? Number.NaN : 0;
}

/** Fills memory with a pattern that is no plausible value. */
export function fillUninitialized(store: ElementStore): void {
  const { array, elementType } = store;
  const isWhole = !(elementType instanceof IntegerType) || elementType.width % 8 === 0;
  if (array === undefined || !isWhole) {
    store.fill(uninitializedValue(elementType));
    return;
  }
  new Uint8Array(array.buffer, array.byteOffset, array.byteLength).fill(0xcd);
}
