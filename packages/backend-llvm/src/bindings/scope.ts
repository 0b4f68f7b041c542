/**
 * What building needs: the package, the module, types and constants.
 *
 * Invariants: LLVM 14 has pointers with an element type, the dialect has none: every pointer is one
 * to bytes, and is cast where it is used.
 */
import {
  type Attribute,
  DenseElementsAttr,
  FloatAttr,
  FloatType,
  IntegerAttr,
  IntegerType,
  type Operation,
  StringAttr,
  type Type,
  type Value,
} from "@strata/ir";
import * as llvm from "@strata/llvm";
import { refuse } from "../emit/scope.ts";
import type {
  BuilderHandle,
  ContextHandle,
  FunctionHandle,
  LlvmBindings,
  ModuleHandle,
  TypeHandle,
  ValueHandle,
} from "./api.ts";

/** A module that is being built. */
export class BuildScope {
  readonly api: LlvmBindings;
  readonly context: ContextHandle;
  readonly module: ModuleHandle;
  readonly builder: BuilderHandle;
  readonly values: Map<Value, ValueHandle> = new Map();
  readonly globals: Map<string, ValueHandle> = new Map();
  readonly functions: Map<string, { readonly type: TypeHandle; readonly value: FunctionHandle }> =
    new Map();
  readonly bytePointer: TypeHandle;

  constructor(api: LlvmBindings, context: ContextHandle, name: string) {
    this.api = api;
    this.context = context;
    this.module = new api.Module(name, context);
    this.builder = new api.IRBuilder(context);
    this.bytePointer = api.Type.getInt8PtrTy(context, 0);
  }

  /** A type; `op` is whom it is for, where it cannot be had. */
  type(t: Type, op: Operation): TypeHandle {
    const { Type, ArrayType, StructType } = this.api;
    if (t instanceof IntegerType) return Type.getIntNTy(this.context, t.width);
    if (t instanceof FloatType) return this.#float(t, op);
    if (t instanceof llvm.LLVMPointerType) return Type.getInt8PtrTy(this.context, t.addressSpace);
    if (t === llvm.voidType) return Type.getVoidTy(this.context);
    if (t instanceof llvm.LLVMArrayType) {
      return ArrayType.get(this.type(t.elementType, op), t.size);
    }
    if (t instanceof llvm.LLVMStructType && t.body !== undefined && !t.isPacked) {
      const fields = t.body.map((field) => this.type(field, op));
      return StructType.get(this.context, fields);
    }
    return refuse(op, `llvm-bindings has no type \`${t.toString()}\``);
  }

  #float(t: FloatType, op: Operation): TypeHandle {
    const { Type } = this.api;
    switch (t.format) {
      case "f16":
        return Type.getHalfTy(this.context);
      case "bf16":
        // Code made of it rounds through a function that no library of the machine has.
        return refuse(op, "bf16 has no operations in LLVM 14");
      case "f32":
        return Type.getFloatTy(this.context);
      case "f64":
        return Type.getDoubleTy(this.context);
      default:
        return refuse(op, `llvm-bindings has no type \`${t.toString()}\``);
    }
  }

  functionType(t: llvm.LLVMFunctionType, op: Operation): TypeHandle {
    const params = t.params.map((p) => this.type(p, op));
    return this.api.FunctionType.get(this.type(t.returnType, op), params, t.isVarArg);
  }

  /** An address as one of elements of a type. */
  typedAddress(address: ValueHandle, element: TypeHandle, space: number): ValueHandle {
    return this.builder.CreateBitCast(address, this.api.PointerType.get(element, space));
  }

  integer(type: TypeHandle, value: bigint): ValueHandle {
    const { ConstantInt } = this.api;
    const n = Number(value);
    if (Number.isSafeInteger(n)) return ConstantInt.get(type, n, true);
    // The package takes numbers of JavaScript: wide ones are put together of parts of 32 bits.
    const high = this.integer(type, value >> 32n);
    const low = ConstantInt.get(type, Number(value & 0xffffffffn), false);
    const shifted = this.builder.CreateShl(high, ConstantInt.get(type, 32, false));
    return this.builder.CreateOr(shifted, low);
  }

  float(type: TypeHandle, value: number): ValueHandle {
    const { ConstantFP } = this.api;
    return Number.isNaN(value) ? ConstantFP.getNaN(type) : ConstantFP.get(type, value);
  }

  /** A constant of a type. */
  constant(a: Attribute, t: Type, op: Operation): ValueHandle {
    const type = this.type(t, op);
    if (a instanceof IntegerAttr) return this.integer(type, a.value);
    if (a instanceof FloatAttr && t instanceof FloatType) return this.float(type, a.value);
    if (a instanceof llvm.ZeroAttr) return this.api.Constant.getNullValue(type);
    if (a instanceof llvm.UndefAttr || a instanceof llvm.PoisonAttr) {
      return this.api.UndefValue.get(type);
    }
    if (a instanceof StringAttr) {
      const bytes = [...llvm.stringBytes(a.value)];
      const byte = this.api.Type.getIntNTy(this.context, 8);
      return this.api.ConstantArray.get(
        type,
        bytes.map((b) => this.integer(byte, BigInt(b))),
      );
    }
    if (a instanceof DenseElementsAttr) return this.#dense(a, t, 0, op);
    return refuse(op, `llvm-bindings has no constant \`${a.toString()}\``);
  }

  #dense(a: DenseElementsAttr, t: Type, from: number, op: Operation): ValueHandle {
    if (!(t instanceof llvm.LLVMArrayType)) return this.constant(a.at(from), t, op);
    const inner = countOf(t.elementType);
    const fields = Array.from({ length: t.size }, (_, i) =>
      this.#dense(a, t.elementType, from + i * inner, op),
    );
    return this.api.ConstantArray.get(this.type(t, op), fields);
  }

  value(v: Value, op: Operation): ValueHandle {
    const known = this.values.get(v);
    if (known !== undefined) return known;
    return refuse(op, "a value is used before it is built");
  }
}

function countOf(t: Type): number {
  return t instanceof llvm.LLVMArrayType ? t.size * countOf(t.elementType) : 1;
}
