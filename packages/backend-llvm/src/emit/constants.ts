/** Constants in LLVM IR's spelling. Floats are decimal where that is exact, else their bits. */
import {
  ArrayAttr,
  type Attribute,
  type DenseElement,
  DenseElementsAttr,
  FloatAttr,
  floatToBits,
  FloatType,
  IntegerAttr,
  IntegerType,
  StringAttr,
  SymbolRefAttr,
  type Type,
  VectorType,
} from "@strata/ir";
import {
  isAggregate,
  LLVMArrayType,
  LLVMPointerType,
  LLVMStructType,
  PoisonAttr,
  stringBytes,
  UndefAttr,
  ZeroAttr,
} from "@strata/llvm";
import { escapeBytes, globalName } from "./text.ts";
import type { TypeTable } from "./types.ts";

const hex = (bits: bigint, digits: number): string =>
  bits.toString(16).toUpperCase().padStart(digits, "0");

/** The bits of the double that has the value (or NaN payload) of bits of a float. */
function widenF32(bits: bigint): bigint {
  const exponent = (bits >> 23n) & 0xffn;
  if (exponent === 0xffn) {
    const sign = bits >> 31n;
    return (sign << 63n) | (0x7ffn << 52n) | ((bits & 0x7fffffn) << 29n);
  }
  const view = new DataView(new ArrayBuffer(8));
  view.setUint32(0, Number(bits));
  view.setFloat64(0, view.getFloat32(0));
  return view.getBigUint64(0);
}

/** A float literal. */
export function floatText(a: FloatAttr): string {
  const { type } = a;
  const bits = a.bits ?? floatToBits(a.value, type);
  switch (type.format) {
    case "f16":
      return `0xH${hex(bits, 4)}`;
    case "bf16":
      return `0xR${hex(bits, 4)}`;
    case "f80":
      return `0xK${hex(bits, 20)}`;
    case "f128":
      // The low half comes first.
      return `0xL${hex(bits & 0xffffffffffffffffn, 16)}${hex(bits >> 64n, 16)}`;
    case "f32":
      return decimal(a.value) ?? `0x${hex(widenF32(bits), 16)}`;
    case "f64":
      return decimal(a.value) ?? `0x${hex(bits, 16)}`;
    default:
      throw new Error(`LLVM IR has no constants of \`${type.toString()}\``);
  }
}

/** Seven digits where they say the value exactly: LLVM reads them as a double. */
function decimal(value: number): string | undefined {
  if (!Number.isFinite(value)) return undefined;
  const text = `${Object.is(value, -0) ? "-" : ""}${value.toExponential(6)}`;
  return Number(text) === value ? text.replace(/e([+-])(\d)$/, "e$10$2") : undefined;
}

/** A scalar constant without its type. */
function scalarText(a: DenseElement, type: Type): string {
  if (a instanceof FloatAttr) {
    if (type instanceof IntegerType) return String(a.bits ?? floatToBits(a.value, a.type));
    return floatText(a);
  }
  if (type instanceof IntegerType && type.width === 1) return a.isTrue ? "true" : "false";
  return String(a.value);
}

const isZero = (a: DenseElement): boolean =>
  a instanceof FloatAttr ? Object.is(a.value, 0) : a.value === 0n;

/** The zero of a type without the type. */
export function zeroText(type: Type): string {
  if (type instanceof IntegerType) return type.width === 1 ? "false" : "0";
  if (type instanceof FloatType) {
    return ["f32", "f64"].includes(type.format)
      ? "0.000000e+00"
      : floatText(FloatAttr.fromBits(0n, type));
  }
  return type instanceof LLVMPointerType ? "null" : "zeroinitializer";
}

function elementCount(type: Type): number {
  if (type instanceof LLVMArrayType) return type.size * elementCount(type.elementType);
  return type instanceof VectorType ? type.numElements : 1;
}

/** Elements `from` … of a dense constant as a vector, array or scalar. */
function denseText(a: DenseElementsAttr, type: Type, from: number, types: TypeTable): string {
  if (type instanceof VectorType) {
    const element = types.text(type.elementType);
    const lanes = Array.from(
      { length: type.numElements },
      (_, i) => `${element} ${scalarText(a.at(from + i), type.elementType)}`,
    );
    return `<${lanes.join(", ")}>`;
  }
  if (!(type instanceof LLVMArrayType)) return scalarText(a.at(from), type);
  if (type.elementType instanceof IntegerType && type.elementType.width === 8) {
    const bytes = Array.from({ length: type.size }, (_, i) =>
      Number(BigInt.asUintN(8, (a.at(from + i) as IntegerAttr).value)),
    );
    return `c"${escapeBytes(bytes)}"`;
  }
  const element = types.text(type.elementType);
  const inner = elementCount(type.elementType);
  const fields = Array.from(
    { length: type.size },
    (_, i) => `${element} ${denseText(a, type.elementType, from + i * inner, types)}`,
  );
  return `[${fields.join(", ")}]`;
}

/** Fields with their types as an aggregate. */
export function aggregateText(type: Type, fields: readonly string[]): string {
  if (type instanceof LLVMArrayType) return `[${fields.join(", ")}]`;
  const braces = fields.length === 0 ? "{}" : `{ ${fields.join(", ")} }`;
  return type instanceof LLVMStructType && type.isPacked ? `<${braces}>` : braces;
}

/** The type of a field of an aggregate. */
export function fieldTypeAt(type: Type, i: number): Type {
  if (type instanceof LLVMArrayType) return type.elementType;
  const field = type instanceof LLVMStructType ? type.body?.[i] : undefined;
  if (field === undefined) throw new Error(`${type.toString()} has no field ${i}`);
  return field;
}

/** A constant attribute without its type; an error for attributes that are no constants. */
export function constantText(a: Attribute, type: Type, types: TypeTable): string {
  if (a instanceof ZeroAttr) return zeroText(type);
  if (a instanceof UndefAttr) return "undef";
  if (a instanceof PoisonAttr) return "poison";
  if (a instanceof IntegerAttr || a instanceof FloatAttr) return scalarText(a, type);
  if (a instanceof SymbolRefAttr) return globalName(a.leaf);
  if (a instanceof StringAttr) return `c"${escapeBytes(stringBytes(a.value))}"`;
  if (a instanceof DenseElementsAttr) {
    if (a.elements.length === 0 || (a.isSplat && isZero(a.at(0)))) return "zeroinitializer";
    return denseText(a, type, 0, types);
  }
  if (a instanceof ArrayAttr && isAggregate(type)) {
    const fields = a.values.map((v, i) => {
      const t = fieldTypeAt(type, i);
      return `${types.text(t)} ${constantText(v, t, types)}`;
    });
    return aggregateText(type, fields);
  }
  throw new Error(`\`${a.toString()}\` is no constant of LLVM IR`);
}
