/** How values of LLVM types stand in memory: little-endian, vectors of narrow integers packed. */
import type { PointerValue } from "./memory.ts";
import { AggregateValue, type Memory, nullPointer } from "./memory.ts";
import { type RuntimeValue, VectorValue } from "@strata/interpret";
import { FloatType, IntegerType, type Type, VectorType } from "@strata/ir";
import { bf16FromBits, bf16ToBits, DiagnosticError, unsupported } from "@strata/support";
import { fieldOffset, pointerBytes, sizeOf, storeSizeOf } from "./data-layout.ts";
import { LLVMArrayType, LLVMPointerType, LLVMStructType } from "./types.ts";

/** Reads and writes values of one type; `at` is checked to be in the view. */
export interface Codec {
  readonly size: number;
  read(view: DataView, at: number, memory: Memory): RuntimeValue;
  write(view: DataView, at: number, value: RuntimeValue): void;
  readonly zero: RuntimeValue;
}

/** An integer type's canonical value with the low bits of a bigint. */
export function canonical(bits: bigint, width: number): number | bigint {
  if (width === 1) return Number(bits & 1n);
  const signed = BigInt.asIntN(width, bits);
  return width > 32 ? signed : Number(signed);
}

function readBits(view: DataView, at: number, bytes: number): bigint {
  let bits = 0n;
  for (let i = bytes - 1; i >= 0; i--) bits = (bits << 8n) | BigInt(view.getUint8(at + i));
  return bits;
}

function writeBits(view: DataView, at: number, bytes: number, bits: bigint): void {
  let rest = BigInt.asUintN(8 * bytes, bits);
  for (let i = 0; i < bytes; i++) {
    view.setUint8(at + i, Number(rest & 0xffn));
    rest >>= 8n;
  }
}

function integerCodec(width: number): Codec {
  const zero = width > 32 ? 0n : 0;
  switch (width) {
    case 1:
      return {
        size: 1,
        zero,
        read: (v, at) => v.getUint8(at) & 1,
        write: (v, at, x) => v.setUint8(at, x as number),
      };
    case 8:
      return {
        size: 1,
        zero,
        read: (v, at) => v.getInt8(at),
        write: (v, at, x) => v.setInt8(at, x as number),
      };
    case 16:
      return {
        size: 2,
        zero,
        read: (v, at) => v.getInt16(at, true),
        write: (v, at, x) => v.setInt16(at, x as number, true),
      };
    case 32:
      return {
        size: 4,
        zero,
        read: (v, at) => v.getInt32(at, true),
        write: (v, at, x) => v.setInt32(at, x as number, true),
      };
    case 64:
      return {
        size: 8,
        zero,
        read: (v, at) => v.getBigInt64(at, true),
        write: (v, at, x) => v.setBigInt64(at, x as bigint, true),
      };
    default: {
      const size = Math.ceil(width / 8);
      return {
        size,
        zero,
        read: (v, at) => canonical(readBits(v, at, size), width),
        // The bits beyond the width are zero in memory.
        write: (v, at, x) => {
          writeBits(v, at, size, BigInt.asUintN(width, BigInt(x as number | bigint)));
        },
      };
    }
  }
}

function floatCodec(type: FloatType): Codec {
  switch (type.format) {
    case "f16":
      return {
        size: 2,
        zero: 0,
        read: (v, at) => v.getFloat16(at, true),
        write: (v, at, x) => v.setFloat16(at, x as number, true),
      };
    case "bf16":
      return {
        size: 2,
        zero: 0,
        read: (v, at) => bf16FromBits(v.getUint16(at, true)),
        write: (v, at, x) => v.setUint16(at, bf16ToBits(x as number), true),
      };
    case "f32":
      return {
        size: 4,
        zero: 0,
        read: (v, at) => v.getFloat32(at, true),
        write: (v, at, x) => v.setFloat32(at, x as number, true),
      };
    case "f64":
      return {
        size: 8,
        zero: 0,
        read: (v, at) => v.getFloat64(at, true),
        write: (v, at, x) => v.setFloat64(at, x as number, true),
      };
    default:
      return noCodec(type);
  }
}

function noCodec(type: Type): never {
  throw new DiagnosticError(
    unsupported("llvm.no-run-time-form", `\`${type.toString()}\` is not computed with here`),
  );
}

const pointerCodec: Codec = {
  size: pointerBytes,
  zero: nullPointer,
  read: (v, at, memory) => memory.pointerTo(Number(v.getBigUint64(at, true))),
  write: (v, at, x) => v.setBigUint64(at, BigInt((x as PointerValue).address), true),
};

function vectorCodec(type: VectorType): Codec {
  const n = type.numElements;
  const element = codecOf(type.elementType);
  const zero = new VectorValue(type, new Array<RuntimeValue>(n).fill(element.zero));
  const { elementType } = type;
  if (elementType instanceof IntegerType && elementType.width % 8 !== 0) {
    const { width } = elementType;
    const size = storeSizeOf(type);
    return {
      size,
      zero,
      read(v, at) {
        const bits = readBits(v, at, size);
        const lane = (_: unknown, i: number): RuntimeValue =>
          canonical(BigInt.asUintN(width, bits >> BigInt(i * width)), width);
        return new VectorValue(type, Array.from({ length: n }, lane));
      },
      write(v, at, x) {
        let bits = 0n;
        (x as VectorValue).elements.forEach((e, i) => {
          bits |= BigInt.asUintN(width, BigInt(e as number | bigint)) << BigInt(i * width);
        });
        writeBits(v, at, size, bits);
      },
    };
  }
  const step = element.size;
  return {
    size: n * step,
    zero,
    read(v, at, memory) {
      const out = new Array<RuntimeValue>(n);
      for (let i = 0; i < n; i++) out[i] = element.read(v, at + i * step, memory);
      return new VectorValue(type, out);
    },
    write(v, at, x) {
      const { elements } = x as VectorValue;
      for (let i = 0; i < n; i++) element.write(v, at + i * step, elements[i]!);
    },
  };
}

function aggregateCodec(type: LLVMStructType | LLVMArrayType): Codec {
  const fields =
    type instanceof LLVMArrayType
      ? Array.from({ length: type.size }, (_, i) => ({
          codec: codecOf(type.elementType),
          offset: i * sizeOf(type.elementType),
        }))
      : (type.body ?? noCodec(type)).map((t, i) => ({
          codec: codecOf(t),
          offset: fieldOffset(type, i),
        }));
  return {
    size: sizeOf(type),
    zero: new AggregateValue(
      type,
      fields.map((f) => f.codec.zero),
    ),
    read: (v, at, memory) =>
      new AggregateValue(
        type,
        fields.map((f) => f.codec.read(v, at + f.offset, memory)),
      ),
    write(v, at, x) {
      const values = (x as AggregateValue).fields;
      fields.forEach((f, i) => f.codec.write(v, at + f.offset, values[i]!));
    },
  };
}

const codecs = new WeakMap<Type, Codec>();

function makeCodec(type: Type): Codec {
  if (type instanceof IntegerType) return integerCodec(type.width);
  if (type instanceof FloatType) return floatCodec(type);
  if (type instanceof LLVMPointerType) return pointerCodec;
  if (type instanceof VectorType) return vectorCodec(type);
  if (type instanceof LLVMArrayType || type instanceof LLVMStructType) return aggregateCodec(type);
  return noCodec(type);
}

/** How values of a type stand in memory; a diagnostic for types that are not computed with. */
export function codecOf(type: Type): Codec {
  let codec = codecs.get(type);
  if (codec === undefined) codecs.set(type, (codec = makeCodec(type)));
  return codec;
}

/** The zero of a type, which also stands for undefined values and poison. */
export function zeroValue(type: Type): RuntimeValue {
  return codecOf(type).zero;
}
