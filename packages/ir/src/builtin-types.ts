/**
 * The types of MLIR's builtin dialect. Construct them with the static `get`; equal parameters give
 * the same object.
 */
import type { Attribute } from "./attribute.ts";
import type { AsmPrinter } from "./printer.ts";
import { Interner, internId, Type } from "./type.ts";

export type Signedness = "signless" | "signed" | "unsigned";

const integers = new Interner<IntegerType>();

/** `i32`, `si8`, `ui16` …: width 1 to 16777215 bits. */
export class IntegerType extends Type {
  readonly width: number;
  readonly signedness: Signedness;

  private constructor(width: number, signedness: Signedness) {
    super();
    this.width = width;
    this.signedness = signedness;
  }

  static get(width: number, signedness: Signedness = "signless"): IntegerType {
    if (!(Number.isInteger(width) && width >= 0 && width < 1 << 24)) {
      throw new RangeError(`integer width ${width} is outside 0…16777215`);
    }
    return integers.get(`${signedness}${width}`, () => new IntegerType(width, signedness));
  }

  print(p: AsmPrinter): void {
    const prefix =
      this.signedness === "signless" ? "i" : this.signedness === "signed" ? "si" : "ui";
    p.write(`${prefix}${this.width}`);
  }
}

/** `index`: as wide as the target's pointers; 64 bits where a width is needed. */
export class IndexType extends Type {
  static readonly instance: IndexType = new IndexType();

  print(p: AsmPrinter): void {
    p.write("index");
  }
}

/** Names of the floating-point formats, with storage bits and mantissa (precision) bits. */
export const floatFormats = {
  f16: { bits: 16, precision: 11, exponent: 5 },
  bf16: { bits: 16, precision: 8, exponent: 8 },
  f32: { bits: 32, precision: 24, exponent: 8 },
  f64: { bits: 64, precision: 53, exponent: 11 },
  f80: { bits: 80, precision: 64, exponent: 15 },
  f128: { bits: 128, precision: 113, exponent: 15 },
  tf32: { bits: 19, precision: 11, exponent: 8 },
  f8E5M2: { bits: 8, precision: 3, exponent: 5 },
  f8E4M3: { bits: 8, precision: 4, exponent: 4 },
  f8E4M3FN: { bits: 8, precision: 4, exponent: 4 },
  f8E5M2FNUZ: { bits: 8, precision: 3, exponent: 5 },
  f8E4M3FNUZ: { bits: 8, precision: 4, exponent: 4 },
  f8E4M3B11FNUZ: { bits: 8, precision: 4, exponent: 4 },
  f8E3M4: { bits: 8, precision: 5, exponent: 3 },
  f4E2M1FN: { bits: 4, precision: 2, exponent: 2 },
  f6E2M3FN: { bits: 6, precision: 4, exponent: 2 },
  f6E3M2FN: { bits: 6, precision: 3, exponent: 3 },
  f8E8M0FNU: { bits: 8, precision: 1, exponent: 8 },
} as const;

export type FloatFormat = keyof typeof floatFormats;

const floats = new Interner<FloatType>();

/** `f16`, `bf16`, `f32`, `f64` and the other formats of `floatFormats`. */
export class FloatType extends Type {
  readonly format: FloatFormat;

  private constructor(format: FloatFormat) {
    super();
    this.format = format;
  }

  static get(format: FloatFormat): FloatType {
    return floats.get(format, () => new FloatType(format));
  }

  /** Storage width in bits. */
  get width(): number {
    return floatFormats[this.format].bits;
  }

  print(p: AsmPrinter): void {
    p.write(this.format);
  }
}

/** `none`: a value with no data. */
export class NoneType extends Type {
  static readonly instance: NoneType = new NoneType();

  print(p: AsmPrinter): void {
    p.write("none");
  }
}

const complexes = new Interner<ComplexType>();

/** `complex<T>`. */
export class ComplexType extends Type {
  readonly elementType: Type;

  private constructor(elementType: Type) {
    super();
    this.elementType = elementType;
  }

  static get(elementType: Type): ComplexType {
    return complexes.get(String(internId(elementType)), () => new ComplexType(elementType));
  }

  print(p: AsmPrinter): void {
    p.write("complex<");
    p.type(this.elementType);
    p.write(">");
  }
}

const idList = (types: readonly Type[]): string => types.map(internId).join(",");
const functions = new Interner<FunctionType>();

/** `(inputs) -> results`. */
export class FunctionType extends Type {
  readonly inputs: readonly Type[];
  readonly results: readonly Type[];

  private constructor(inputs: readonly Type[], results: readonly Type[]) {
    super();
    this.inputs = inputs;
    this.results = results;
  }

  static get(inputs: readonly Type[], results: readonly Type[]): FunctionType {
    return functions.get(
      `${idList(inputs)}>${idList(results)}`,
      () => new FunctionType([...inputs], [...results]),
    );
  }

  print(p: AsmPrinter): void {
    p.write("(");
    p.list(this.inputs, (t) => p.type(t));
    p.write(") -> ");
    p.resultTypes(this.results);
  }
}

const tuples = new Interner<TupleType>();

/** `tuple<…>`. */
export class TupleType extends Type {
  readonly types: readonly Type[];

  private constructor(types: readonly Type[]) {
    super();
    this.types = types;
  }

  static get(types: readonly Type[]): TupleType {
    return tuples.get(idList(types), () => new TupleType([...types]));
  }

  print(p: AsmPrinter): void {
    p.write("tuple<");
    p.list(this.types, (t) => p.type(t));
    p.write(">");
  }
}

/** The extent of a dimension known only at run time; prints as `?`. */
export const dynamic = -1;

/** Common to vectors, tensors and memrefs: an element type and, if ranked, a shape. */
export abstract class ShapedType extends Type {
  readonly elementType: Type;
  /** Extents, `dynamic` (−1) where unknown. */
  readonly shape: readonly number[];

  constructor(shape: readonly number[], elementType: Type) {
    super();
    this.shape = shape;
    this.elementType = elementType;
  }

  get rank(): number {
    return this.shape.length;
  }

  get hasStaticShape(): boolean {
    return !this.shape.includes(dynamic);
  }

  get numDynamicDims(): number {
    return this.shape.reduce((n, d) => n + (d === dynamic ? 1 : 0), 0);
  }

  /** Number of elements; an error for a dynamic shape. */
  get numElements(): number {
    if (!this.hasStaticShape) throw new Error(`${this.toString()} has no static shape`);
    return this.shape.reduce((n, d) => n * d, 1);
  }

  /** The same kind of type with another element type. */
  abstract withElementType(elementType: Type): ShapedType;

  protected printShape(p: AsmPrinter): void {
    for (const d of this.shape) p.write(d === dynamic ? "?x" : `${d}x`);
    p.type(this.elementType);
  }
}

const vectors = new Interner<VectorType>();

/** `vector<4xf32>`, with `[4]` for scalable dimensions. */
export class VectorType extends ShapedType {
  readonly scalable: readonly boolean[];

  private constructor(shape: readonly number[], elementType: Type, scalable: readonly boolean[]) {
    super(shape, elementType);
    this.scalable = scalable;
  }

  static get(
    shape: readonly number[],
    elementType: Type,
    scalable: readonly boolean[] = shape.map(() => false),
  ): VectorType {
    const key = `${shape.join("x")}:${scalable.map(Number).join("")}:${internId(elementType)}`;
    return vectors.get(key, () => new VectorType([...shape], elementType, [...scalable]));
  }

  withElementType(elementType: Type): VectorType {
    return VectorType.get(this.shape, elementType, this.scalable);
  }

  print(p: AsmPrinter): void {
    p.write("vector<");
    this.shape.forEach((d, i) => p.write(this.scalable[i] ? `[${d}]x` : `${d}x`));
    p.type(this.elementType);
    p.write(">");
  }
}

const tensors = new Interner<RankedTensorType>();

/** `tensor<?x4xf32>`, optionally with an encoding. */
export class RankedTensorType extends ShapedType {
  readonly encoding: Attribute | undefined;

  private constructor(shape: readonly number[], elementType: Type, encoding?: Attribute) {
    super(shape, elementType);
    this.encoding = encoding;
  }

  static get(shape: readonly number[], elementType: Type, encoding?: Attribute): RankedTensorType {
    const e = encoding === undefined ? 0 : internId(encoding);
    return tensors.get(
      `${shape.join("x")}:${internId(elementType)}:${e}`,
      () => new RankedTensorType([...shape], elementType, encoding),
    );
  }

  withElementType(elementType: Type): RankedTensorType {
    return RankedTensorType.get(this.shape, elementType, this.encoding);
  }

  withShape(shape: readonly number[]): RankedTensorType {
    return RankedTensorType.get(shape, this.elementType, this.encoding);
  }

  print(p: AsmPrinter): void {
    p.write("tensor<");
    this.printShape(p);
    if (this.encoding) {
      p.write(", ");
      p.attribute(this.encoding);
    }
    p.write(">");
  }
}

const unrankedTensors = new Interner<UnrankedTensorType>();

/** `tensor<*xf32>`. */
export class UnrankedTensorType extends Type {
  readonly elementType: Type;

  private constructor(elementType: Type) {
    super();
    this.elementType = elementType;
  }

  static get(elementType: Type): UnrankedTensorType {
    return unrankedTensors.get(
      String(internId(elementType)),
      () => new UnrankedTensorType(elementType),
    );
  }

  print(p: AsmPrinter): void {
    p.write("tensor<*x");
    p.type(this.elementType);
    p.write(">");
  }
}

const memrefs = new Interner<MemRefType>();

/** `memref<4x?xf32, layout, memory space>`; without a layout row-major and dense. */
export class MemRefType extends ShapedType {
  /** `strided<…>` or `affine_map<…>`; undefined is the identity layout. */
  readonly layout: Attribute | undefined;
  readonly memorySpace: Attribute | undefined;

  private constructor(
    shape: readonly number[],
    elementType: Type,
    layout: Attribute | undefined,
    memorySpace: Attribute | undefined,
  ) {
    super(shape, elementType);
    this.layout = layout;
    this.memorySpace = memorySpace;
  }

  static get(
    shape: readonly number[],
    elementType: Type,
    layout?: Attribute,
    memorySpace?: Attribute,
  ): MemRefType {
    const l = layout === undefined ? 0 : internId(layout);
    const m = memorySpace === undefined ? 0 : internId(memorySpace);
    return memrefs.get(
      `${shape.join("x")}:${internId(elementType)}:${l}:${m}`,
      () => new MemRefType([...shape], elementType, layout, memorySpace),
    );
  }

  withElementType(elementType: Type): MemRefType {
    return MemRefType.get(this.shape, elementType, this.layout, this.memorySpace);
  }

  withShape(shape: readonly number[]): MemRefType {
    return MemRefType.get(shape, this.elementType, this.layout, this.memorySpace);
  }

  print(p: AsmPrinter): void {
    p.write("memref<");
    this.printShape(p);
    for (const extra of [this.layout, this.memorySpace]) {
      if (extra === undefined) continue;
      p.write(", ");
      p.attribute(extra);
    }
    p.write(">");
  }
}

const unrankedMemrefs = new Interner<UnrankedMemRefType>();

/** `memref<*xf32>`. */
export class UnrankedMemRefType extends Type {
  readonly elementType: Type;
  readonly memorySpace: Attribute | undefined;

  private constructor(elementType: Type, memorySpace?: Attribute) {
    super();
    this.elementType = elementType;
    this.memorySpace = memorySpace;
  }

  static get(elementType: Type, memorySpace?: Attribute): UnrankedMemRefType {
    const m = memorySpace === undefined ? 0 : internId(memorySpace);
    return unrankedMemrefs.get(
      `${internId(elementType)}:${m}`,
      () => new UnrankedMemRefType(elementType, memorySpace),
    );
  }

  print(p: AsmPrinter): void {
    p.write("memref<*x");
    p.type(this.elementType);
    if (this.memorySpace) {
      p.write(", ");
      p.attribute(this.memorySpace);
    }
    p.write(">");
  }
}

const opaques = new Interner<OpaqueType>();

/** A type of an unregistered dialect: its text is kept as written, e.g. `!acme.thing<3>`. */
export class OpaqueType extends Type {
  /** Text after the `!`. */
  readonly body: string;

  private constructor(body: string) {
    super();
    this.body = body;
  }

  static get(body: string): OpaqueType {
    return opaques.get(body, () => new OpaqueType(body));
  }

  print(p: AsmPrinter): void {
    p.write(`!${this.body}`);
  }
}

export const i1: IntegerType = IntegerType.get(1);
export const i8: IntegerType = IntegerType.get(8);
export const i16: IntegerType = IntegerType.get(16);
export const i32: IntegerType = IntegerType.get(32);
export const i64: IntegerType = IntegerType.get(64);
export const index: IndexType = IndexType.instance;
export const f16: FloatType = FloatType.get("f16");
export const bf16: FloatType = FloatType.get("bf16");
export const f32: FloatType = FloatType.get("f32");
export const f64: FloatType = FloatType.get("f64");

/** The element type of a shaped type; any other type is its own element. */
export function elementTypeOf(type: Type): Type {
  return type instanceof ShapedType ||
    type instanceof UnrankedTensorType ||
    type instanceof UnrankedMemRefType
    ? type.elementType
    : type;
}

/** `type` with another element type: keeps the shape of vectors, tensors and memrefs. */
export function withElementTypeOf(type: Type, element: Type): Type {
  if (type instanceof ShapedType) return type.withElementType(element);
  if (type instanceof UnrankedTensorType) return UnrankedTensorType.get(element);
  if (type instanceof UnrankedMemRefType) return UnrankedMemRefType.get(element);
  return element;
}

/** Width in bits of an integer, index (64) or float type; undefined for others. */
export function bitWidthOf(type: Type): number | undefined {
  if (type instanceof IntegerType || type instanceof FloatType) return type.width;
  return type instanceof IndexType ? 64 : undefined;
}
