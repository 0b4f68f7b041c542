/**
 * The types of the LLVM dialect. Inside another type of the dialect they stand without `!llvm.`:
 * `!llvm.struct<(ptr, array<2 x i64>)>`.
 *
 * Invariants: interned like all types; an identified structure is identified by its name and its
 * body together, so that two modules may use one name for different bodies.
 */
import {
  type AsmPrinter,
  FloatType,
  Interner,
  internId,
  IntegerType,
  type ShapedType,
  Type,
  VectorType,
} from "@strata/ir";

/** Base of the dialect's types. */
export abstract class LLVMType extends Type {
  /** The text behind `!llvm.`. */
  abstract printBody(p: AsmPrinter): void;

  print(p: AsmPrinter): void {
    p.write("!llvm.");
    this.printBody(p);
  }
}

/** A type inside a type of the dialect: the dialect's own stand without prefix. */
export function printNested(p: AsmPrinter, type: Type): void {
  if (type instanceof LLVMType) type.printBody(p);
  else p.type(type);
}

const pointers = new Interner<LLVMPointerType>();

/** `!llvm.ptr`, `!llvm.ptr<3>`: an opaque pointer into an address space. */
export class LLVMPointerType extends LLVMType {
  readonly addressSpace: number;

  private constructor(addressSpace: number) {
    super();
    this.addressSpace = addressSpace;
  }

  static get(addressSpace = 0): LLVMPointerType {
    return pointers.get(String(addressSpace), () => new LLVMPointerType(addressSpace));
  }

  printBody(p: AsmPrinter): void {
    p.write(this.addressSpace === 0 ? "ptr" : `ptr<${this.addressSpace}>`);
  }
}

const arrays = new Interner<LLVMArrayType>();

/** `!llvm.array<4 x f32>`. */
export class LLVMArrayType extends LLVMType {
  readonly size: number;
  readonly elementType: Type;

  private constructor(size: number, elementType: Type) {
    super();
    this.size = size;
    this.elementType = elementType;
  }

  static get(size: number, elementType: Type): LLVMArrayType {
    return arrays.get(
      `${size}:${internId(elementType)}`,
      () => new LLVMArrayType(size, elementType),
    );
  }

  printBody(p: AsmPrinter): void {
    p.write(`array<${this.size} x `);
    printNested(p, this.elementType);
    p.write(">");
  }
}

const structs = new Interner<LLVMStructType>();

/** `!llvm.struct<(i32, ptr)>`, `!llvm.struct<"name", packed (i8)>`, `!llvm.struct<"name", opaque>`. */
export class LLVMStructType extends LLVMType {
  /** Name of an identified structure; undefined for a literal one. */
  readonly name: string | undefined;
  /** Types of the fields; undefined for an opaque structure. */
  readonly body: readonly Type[] | undefined;
  readonly isPacked: boolean;

  private constructor(
    name: string | undefined,
    body: readonly Type[] | undefined,
    isPacked: boolean,
  ) {
    super();
    this.name = name;
    this.body = body;
    this.isPacked = isPacked;
  }

  static #make(
    name: string | undefined,
    body: readonly Type[] | undefined,
    isPacked: boolean,
  ): LLVMStructType {
    const fields = body === undefined ? "opaque" : body.map(internId).join();
    const key = JSON.stringify([name ?? null, fields, isPacked]);
    return structs.get(
      key,
      () => new LLVMStructType(name, body === undefined ? undefined : [...body], isPacked),
    );
  }

  static literal(body: readonly Type[], isPacked = false): LLVMStructType {
    return LLVMStructType.#make(undefined, body, isPacked);
  }

  static identified(name: string, body: readonly Type[], isPacked = false): LLVMStructType {
    return LLVMStructType.#make(name, body, isPacked);
  }

  static opaque(name: string): LLVMStructType {
    return LLVMStructType.#make(name, undefined, false);
  }

  printBody(p: AsmPrinter): void {
    p.write("struct<");
    if (this.name !== undefined) {
      p.string(this.name);
      p.write(", ");
    }
    if (this.body === undefined) p.write("opaque");
    else {
      p.write(this.isPacked ? "packed (" : "(");
      p.list(this.body, (t) => printNested(p, t));
      p.write(")");
    }
    p.write(">");
  }
}

const functions = new Interner<LLVMFunctionType>();

/** `!llvm.func<i32 (ptr, ...)>`. */
export class LLVMFunctionType extends LLVMType {
  /** `LLVMVoidType` for none. */
  readonly returnType: Type;
  readonly params: readonly Type[];
  readonly isVarArg: boolean;

  private constructor(returnType: Type, params: readonly Type[], isVarArg: boolean) {
    super();
    this.returnType = returnType;
    this.params = params;
    this.isVarArg = isVarArg;
  }

  static get(returnType: Type, params: readonly Type[], isVarArg = false): LLVMFunctionType {
    const key = `${internId(returnType)}(${params.map(internId).join()}${isVarArg ? ",..." : ""})`;
    return functions.get(key, () => new LLVMFunctionType(returnType, [...params], isVarArg));
  }

  /** The result types as an operation sees them: none for `void`. */
  get results(): readonly Type[] {
    return this.returnType instanceof LLVMVoidType ? [] : [this.returnType];
  }

  printBody(p: AsmPrinter): void {
    p.write("func<");
    printNested(p, this.returnType);
    p.write(" (");
    p.list(this.params, (t) => printNested(p, t));
    if (this.isVarArg) p.write(this.params.length > 0 ? ", ..." : "...");
    p.write(")>");
  }
}

/** Types without parameters: one object each. */
abstract class PlainType extends LLVMType {
  protected abstract readonly keyword: string;

  printBody(p: AsmPrinter): void {
    p.write(this.keyword);
  }
}

/** `!llvm.void`: the result of a function that returns nothing. */
export class LLVMVoidType extends PlainType {
  protected readonly keyword = "void";
  static readonly instance: LLVMVoidType = new LLVMVoidType();
}

/** `!llvm.label`: a basic block as a value. */
export class LLVMLabelType extends PlainType {
  protected readonly keyword = "label";
  static readonly instance: LLVMLabelType = new LLVMLabelType();
}

/** `!llvm.metadata`: metadata as a value. */
export class LLVMMetadataType extends PlainType {
  protected readonly keyword = "metadata";
  static readonly instance: LLVMMetadataType = new LLVMMetadataType();
}

/** `!llvm.token`: ties operations that must not be separated. */
export class LLVMTokenType extends PlainType {
  protected readonly keyword = "token";
  static readonly instance: LLVMTokenType = new LLVMTokenType();
}

/** `!llvm.x86_amx`: a tile register. */
export class LLVMX86AMXType extends PlainType {
  protected readonly keyword = "x86_amx";
  static readonly instance: LLVMX86AMXType = new LLVMX86AMXType();
}

/** `!llvm.ppc_fp128`: a pair of doubles. */
export class LLVMPPCFP128Type extends PlainType {
  protected readonly keyword = "ppc_fp128";
  static readonly instance: LLVMPPCFP128Type = new LLVMPPCFP128Type();
}

const targets = new Interner<LLVMTargetExtType>();

/** `!llvm.target<"name", type…, integer…>`: a type only a target knows. */
export class LLVMTargetExtType extends LLVMType {
  readonly extName: string;
  readonly typeParams: readonly Type[];
  readonly intParams: readonly number[];

  private constructor(name: string, typeParams: readonly Type[], intParams: readonly number[]) {
    super();
    this.extName = name;
    this.typeParams = typeParams;
    this.intParams = intParams;
  }

  static get(
    name: string,
    typeParams: readonly Type[] = [],
    intParams: readonly number[] = [],
  ): LLVMTargetExtType {
    const key = JSON.stringify([name, typeParams.map(internId), intParams]);
    return targets.get(key, () => new LLVMTargetExtType(name, [...typeParams], [...intParams]));
  }

  printBody(p: AsmPrinter): void {
    p.write("target<");
    p.string(this.extName);
    for (const t of this.typeParams) {
      p.write(", ");
      printNested(p, t);
    }
    for (const i of this.intParams) p.write(`, ${i}`);
    p.write(">");
  }
}

/** The pointer of address space 0. */
export const ptr: LLVMPointerType = LLVMPointerType.get();
/** `!llvm.void`. */
export const voidType: LLVMVoidType = LLVMVoidType.instance;

/** A structure or an array: what `extractvalue` and `insertvalue` look into. */
export function isAggregate(type: Type): type is LLVMStructType | LLVMArrayType {
  return type instanceof LLVMArrayType || type instanceof LLVMStructType;
}

/** The type of a field of an aggregate; undefined when there is no such field. */
export function fieldType(type: Type, position: readonly number[]): Type | undefined {
  let t: Type | undefined = type;
  for (const i of position) {
    if (t instanceof LLVMArrayType) t = i >= 0 && i < t.size ? t.elementType : undefined;
    else if (t instanceof LLVMStructType) t = t.body?.[i];
    else return undefined;
  }
  return t;
}

const floatFormats = new Set(["f16", "bf16", "f32", "f64", "f80", "f128"]);

/** A floating-point type that LLVM IR has. */
export function isLLVMFloat(type: Type): boolean {
  return (
    (type instanceof FloatType && floatFormats.has(type.format)) || type instanceof LLVMPPCFP128Type
  );
}

/** Signless integers: LLVM IR's integers. */
export function isLLVMInteger(type: Type): type is IntegerType {
  return type instanceof IntegerType && type.signedness === "signless";
}

/** One-dimensional vectors of integers, floats or pointers. */
export function isLLVMVector(type: Type): type is VectorType {
  return (
    type instanceof VectorType &&
    type.rank === 1 &&
    (isLLVMInteger(type.elementType) ||
      isLLVMFloat(type.elementType) ||
      type.elementType instanceof LLVMPointerType)
  );
}

/** Whether values of LLVM IR may have the type. */
export function isCompatibleType(type: Type): boolean {
  if (type instanceof LLVMArrayType) return isCompatibleType(type.elementType);
  if (type instanceof LLVMStructType) return type.body?.every(isCompatibleType) ?? true;
  if (type instanceof LLVMFunctionType) {
    return isCompatibleType(type.returnType) && type.params.every(isCompatibleType);
  }
  return type instanceof LLVMType || isLLVMInteger(type) || isLLVMFloat(type) || isLLVMVector(type);
}

/** Whether a value of the type can be held in memory. */
export function isLoadable(type: Type): boolean {
  if (type instanceof LLVMStructType && type.body === undefined) return false;
  return (
    isCompatibleType(type) &&
    !(
      type instanceof LLVMVoidType ||
      type instanceof LLVMFunctionType ||
      type instanceof LLVMLabelType ||
      type instanceof LLVMMetadataType ||
      type instanceof LLVMTokenType
    )
  );
}

/** The number of elements of an LLVM vector; undefined for other types. */
export function vectorLength(type: Type): number | undefined {
  return type instanceof VectorType && type.rank === 1 ? type.shape[0] : undefined;
}

/** Whether a dense constant's type matches an LLVM array (nested by dimension). */
export function arrayShapeOf(type: Type): { shape: number[]; elementType: Type } {
  const shape: number[] = [];
  let t = type;
  while (t instanceof LLVMArrayType) {
    shape.push(t.size);
    t = t.elementType;
  }
  if (t instanceof VectorType) {
    shape.push(...t.shape);
    t = t.elementType;
  }
  return { shape, elementType: t };
}

/** The shaped type's elements as nested arrays: `tensor<2x3xf32>` → `array<2 x array<3 x f32>>`. */
export function arrayTypeFor(type: ShapedType, elementType: Type): Type {
  let t = elementType;
  for (let i = type.rank - 1; i >= 0; i--) t = LLVMArrayType.get(type.shape[i]!, t);
  return t;
}
