/** Types in LLVM IR's spelling, and in the spelling that names of overloaded intrinsics have. */
import { FloatType, type FloatFormat, IntegerType, type Type, VectorType } from "@strata/ir";
import {
  LLVMArrayType,
  LLVMFunctionType,
  LLVMLabelType,
  LLVMMetadataType,
  LLVMPointerType,
  LLVMPPCFP128Type,
  LLVMStructType,
  LLVMTargetExtType,
  LLVMTokenType,
  LLVMVoidType,
  LLVMX86AMXType,
} from "@strata/llvm";
import { quoteString } from "./text.ts";

const floats: Readonly<Partial<Record<FloatFormat, string>>> = {
  f16: "half",
  bf16: "bfloat",
  f32: "float",
  f64: "double",
  f80: "x86_fp80",
  f128: "fp128",
};

/** Writes types; keeps the identified structures that are to be defined. */
export class TypeTable {
  readonly #named = new Map<LLVMStructType, string>();
  readonly #taken = new Set<string>();
  readonly #known = new Map<Type, string>();

  /** A type as LLVM IR has it; an error for types that LLVM lacks. */
  text(type: Type): string {
    let found = this.#known.get(type);
    if (found === undefined) this.#known.set(type, (found = this.#write(type)));
    return found;
  }

  /** Definitions of the identified structures met so far: `%name = type { … }`. */
  definitions(): string[] {
    const lines: string[] = [];
    // Writing a body may bring further structures to light, which the map then visits too.
    for (const [type, name] of this.#named) {
      const body = type.body === undefined ? "opaque" : this.#body(type);
      lines.push(`${name} = type ${body}`);
    }
    return lines;
  }

  #write(type: Type): string {
    if (type instanceof IntegerType) return `i${type.width}`;
    if (type instanceof FloatType) return floats[type.format] ?? unknown(type);
    if (type instanceof VectorType) {
      const scalable = type.scalable[0] === true ? "vscale x " : "";
      return `<${scalable}${type.shape[0]} x ${this.text(type.elementType)}>`;
    }
    if (type instanceof LLVMPointerType) {
      return type.addressSpace === 0 ? "ptr" : `ptr addrspace(${type.addressSpace})`;
    }
    if (type instanceof LLVMArrayType) return `[${type.size} x ${this.text(type.elementType)}]`;
    if (type instanceof LLVMStructType) return this.#struct(type);
    if (type instanceof LLVMFunctionType)
      return `${this.text(type.returnType)} ${this.params(type)}`;
    if (type instanceof LLVMTargetExtType) {
      const params = [...type.typeParams.map((t) => this.text(t)), ...type.intParams.map(String)];
      return `target(${[quoteString(type.extName), ...params].join(", ")})`;
    }
    return plain(type);
  }

  /** `(i32, ptr, ...)`. */
  params(type: LLVMFunctionType): string {
    const list = type.params.map((t) => this.text(t));
    return `(${[...list, ...(type.isVarArg ? ["..."] : [])].join(", ")})`;
  }

  #struct(type: LLVMStructType): string {
    if (type.name === undefined) return this.#body(type);
    // One name may stand for different bodies here; LLVM wants a name for each.
    let name = type.name;
    for (let i = 0; this.#taken.has(name); i++) name = `${type.name}.${i}`;
    this.#taken.add(name);
    const text = /^[A-Za-z_$.][\w$.]*$/.test(name) ? `%${name}` : `%${quoteString(name)}`;
    this.#named.set(type, text);
    return text;
  }

  #body(type: LLVMStructType): string {
    const fields = (type.body ?? []).map((t) => this.text(t)).join(", ");
    const braces = fields === "" ? "{}" : `{ ${fields} }`;
    return type.isPacked ? `<${braces}>` : braces;
  }
}

function plain(type: Type): string {
  if (type instanceof LLVMVoidType) return "void";
  if (type instanceof LLVMLabelType) return "label";
  if (type instanceof LLVMMetadataType) return "metadata";
  if (type instanceof LLVMTokenType) return "token";
  if (type instanceof LLVMX86AMXType) return "x86_amx";
  if (type instanceof LLVMPPCFP128Type) return "ppc_fp128";
  return unknown(type);
}

function unknown(type: Type): never {
  throw new Error(`LLVM IR has no type \`${type.toString()}\``);
}

/** The type in the name of an overloaded intrinsic: `i32`, `f64`, `p0`, `v4f32`. */
export function mangle(type: Type): string {
  if (type instanceof IntegerType) return `i${type.width}`;
  if (type instanceof FloatType) return type.format;
  if (type instanceof LLVMPointerType) return `p${type.addressSpace}`;
  if (type instanceof VectorType) {
    const scalable = type.scalable[0] === true ? "nx" : "";
    return `${scalable}v${type.shape[0]}${mangle(type.elementType)}`;
  }
  return unknown(type);
}
