/**
 * The attributes of MLIR's builtin dialect. Construct them with the static `get`.
 *
 * Invariants: an integer attribute's value is canonical for its type (signless and signed: two's
 * complement range; unsigned: 0…2^w−1; `i1`: 0 or 1), so equal values are the same object; a float
 * attribute's value is rounded to its type; a NaN keeps its bits.
 */
import { bf16ToBits, bf16FromBits, f16ToBits, f16FromBits } from "@strata/support";
import type { AffineMap, IntegerSet } from "./affine.ts";
import { Attribute } from "./attribute.ts";
import {
  bitWidthOf,
  elementTypeOf,
  f64,
  FloatType,
  floatFormats,
  i1,
  i64,
  IndexType,
  index,
  IntegerType,
  type ShapedType,
} from "./builtin-types.ts";
import type { Location } from "./location.ts";
import type { AsmPrinter } from "./printer.ts";
import { Interner, internId, type Type } from "./type.ts";

/** `unit`: present or absent. */
export class UnitAttr extends Attribute {
  static readonly instance: UnitAttr = new UnitAttr();

  print(p: AsmPrinter): void {
    p.write("unit");
  }
}

/** Brings an integer into the canonical range of an integer or index type. */
export function canonicalInteger(value: bigint, type: IntegerType | IndexType): bigint {
  if (type instanceof IndexType) return BigInt.asIntN(64, value);
  if (type.width === 1 && type.signedness === "signless") return value & 1n;
  return type.signedness === "unsigned"
    ? BigInt.asUintN(type.width, value)
    : BigInt.asIntN(type.width, value);
}

const integers = new Map<Type, Map<bigint, IntegerAttr>>();

/** `42 : i32`, `true`, `7 : index`. */
export class IntegerAttr extends Attribute {
  readonly value: bigint;
  readonly type: IntegerType | IndexType;

  private constructor(value: bigint, type: IntegerType | IndexType) {
    super();
    this.value = value;
    this.type = type;
  }

  /** The attribute for `value` wrapped into the range of `type`. */
  static get(value: bigint | number, type: IntegerType | IndexType): IntegerAttr {
    let table = integers.get(type);
    if (table === undefined) integers.set(type, (table = new Map()));
    const v = canonicalInteger(BigInt(value), type);
    let attr = table.get(v);
    if (attr === undefined) table.set(v, (attr = new IntegerAttr(v, type)));
    return attr;
  }

  static bool(value: boolean): IntegerAttr {
    return IntegerAttr.get(value ? 1n : 0n, i1);
  }

  static index(value: bigint | number): IntegerAttr {
    return IntegerAttr.get(value, index);
  }

  static i64(value: bigint | number): IntegerAttr {
    return IntegerAttr.get(value, i64);
  }

  get isTrue(): boolean {
    return this.value !== 0n;
  }

  print(p: AsmPrinter): void {
    if (this.type === i1) {
      p.write(this.value === 0n ? "false" : "true");
      return;
    }
    p.write(String(this.value));
    if (this.type === i64 && p.elideDefaultTypes) return;
    p.write(" : ");
    p.type(this.type);
  }
}

const scratch = new DataView(new ArrayBuffer(8));

/** Bits of a number in a 16-, 32- or 64-bit float format; other formats are refused. */
export function floatToBits(value: number, type: FloatType): bigint {
  switch (type.format) {
    case "f64":
      scratch.setFloat64(0, value);
      return scratch.getBigUint64(0);
    case "f32":
      scratch.setFloat32(0, value);
      return BigInt(scratch.getUint32(0));
    case "f16":
      return BigInt(f16ToBits(value));
    case "bf16":
      return BigInt(bf16ToBits(value));
    default:
      throw new Error(`${type.format} has no conversion from a double`);
  }
}

/** The number that bits stand for; undefined for formats other than f16, bf16, f32, f64. */
export function floatFromBits(bits: bigint, type: FloatType): number | undefined {
  switch (type.format) {
    case "f64":
      scratch.setBigUint64(0, bits);
      return scratch.getFloat64(0);
    case "f32":
      scratch.setUint32(0, Number(bits));
      return scratch.getFloat32(0);
    case "f16":
      return f16FromBits(Number(bits));
    case "bf16":
      return bf16FromBits(Number(bits));
    default:
      return undefined;
  }
}

const floats = new Map<Type, Map<bigint | string, FloatAttr>>();

function internFloat(type: FloatType, key: bigint | string, make: () => FloatAttr): FloatAttr {
  let table = floats.get(type);
  if (table === undefined) floats.set(type, (table = new Map()));
  let attr = table.get(key);
  if (attr === undefined) table.set(key, (attr = make()));
  return attr;
}

/** `1.5 : f32`; identified by its bits, so −0 and NaN payloads are kept. */
export class FloatAttr extends Attribute {
  /** The value as a double; NaN for formats that a double cannot tell (see `bits`). */
  readonly value: number;
  /** The exact bits; undefined only for formats wider than 64 bits written in decimal. */
  readonly bits: bigint | undefined;
  readonly type: FloatType;
  /** For formats without conversion: the literal as it was written. */
  readonly literal: string | undefined;

  private constructor(value: number, bits: bigint | undefined, type: FloatType, literal?: string) {
    super();
    this.value = value;
    this.bits = bits;
    this.type = type;
    this.literal = literal;
  }

  /** The attribute for `value` rounded to nearest even in `type` (f16, bf16, f32 or f64). */
  static get(value: number, type: FloatType): FloatAttr {
    return FloatAttr.fromBits(floatToBits(value, type), type);
  }

  static f64(value: number): FloatAttr {
    return FloatAttr.get(value, f64);
  }

  static fromBits(bits: bigint, type: FloatType): FloatAttr {
    return internFloat(
      type,
      bits,
      () => new FloatAttr(floatFromBits(bits, type) ?? Number.NaN, bits, type),
    );
  }

  /** For formats a double cannot hold: the decimal literal is kept as text. */
  static fromLiteral(literal: string, type: FloatType): FloatAttr {
    if (["f16", "bf16", "f32", "f64"].includes(type.format)) {
      return FloatAttr.get(Number(literal), type);
    }
    return internFloat(
      type,
      literal,
      () => new FloatAttr(Number(literal), undefined, type, literal),
    );
  }

  print(p: AsmPrinter): void {
    p.write(this.literalText());
    if (this.type === f64 && p.elideDefaultTypes) return;
    p.write(" : ");
    p.type(this.type);
  }

  /** The literal without its type. */
  literalText(): string {
    if (this.literal !== undefined) return this.literal;
    return floatLiteral(this.value, this.bits!, this.type);
  }
}

/** MLIR's literal for a float: `%e` with six digits if exact, else the shortest, else bits in hex. */
export function floatLiteral(value: number, bits: bigint, type: FloatType): string {
  if (!Number.isFinite(value)) {
    const digits = Math.ceil(floatFormats[type.format].bits / 4);
    return `0x${bits.toString(16).toUpperCase().padStart(digits, "0")}`;
  }
  const pad = (text: string): string =>
    text.replace(/e([+-])(\d)$/, "e$10$2").replace(/^(-?\d+)e/, "$1.0e");
  const six = pad(value.toExponential(6));
  const fixed = Object.is(value, -0) ? `-${six}` : six;
  if (floatToBits(Number(fixed), type) === bits) return fixed;
  for (let digits = 7; digits <= 17; digits++) {
    const text = pad(value.toExponential(digits));
    if (floatToBits(Number(text), type) === bits) return text;
  }
  return pad(value.toExponential(17));
}

const strings = new Interner<StringAttr>();
const typedStrings = new Interner<StringAttr>();

/** `"text"`, optionally with a type. */
export class StringAttr extends Attribute {
  readonly value: string;
  readonly type: Type | undefined;

  private constructor(value: string, type?: Type) {
    super();
    this.value = value;
    this.type = type;
  }

  static get(value: string, type?: Type): StringAttr {
    return type === undefined
      ? strings.get(value, () => new StringAttr(value))
      : typedStrings.get(`${internId(type)}:${value}`, () => new StringAttr(value, type));
  }

  print(p: AsmPrinter): void {
    p.string(this.value);
    if (this.type) {
      p.write(" : ");
      p.type(this.type);
    }
  }
}

const typeAttrs = new Interner<TypeAttr>();

/** A type as an attribute. */
export class TypeAttr extends Attribute {
  readonly value: Type;

  private constructor(value: Type) {
    super();
    this.value = value;
  }

  static get(value: Type): TypeAttr {
    return typeAttrs.get(String(internId(value)), () => new TypeAttr(value));
  }

  print(p: AsmPrinter): void {
    p.type(this.value);
  }
}

const arrays = new Interner<ArrayAttr>();

/** `[a, b, …]`. */
export class ArrayAttr extends Attribute {
  readonly values: readonly Attribute[];

  private constructor(values: readonly Attribute[]) {
    super();
    this.values = values;
  }

  static get(values: readonly Attribute[]): ArrayAttr {
    return arrays.get(values.map(internId).join(","), () => new ArrayAttr([...values]));
  }

  print(p: AsmPrinter): void {
    p.write("[");
    p.list(this.values, (a) => {
      // Elements of type i64 and f64 stand without it, as these types are what a parser assumes.
      p.elideDefaultTypes = true;
      if (a instanceof IntegerAttr || a instanceof FloatAttr) a.print(p);
      else p.attribute(a);
      p.elideDefaultTypes = false;
    });
    p.write("]");
  }
}

const dictionaries = new Interner<DictionaryAttr>();

/** `{name = value, …}`, sorted by name. */
export class DictionaryAttr extends Attribute {
  readonly entries: ReadonlyMap<string, Attribute>;

  private constructor(entries: ReadonlyMap<string, Attribute>) {
    super();
    this.entries = entries;
  }

  static get(entries: Iterable<readonly [string, Attribute]>): DictionaryAttr {
    const sorted = [...entries].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
    const key = sorted.map(([n, a]) => `${JSON.stringify(n)}${internId(a)}`).join();
    return dictionaries.get(key, () => new DictionaryAttr(new Map(sorted)));
  }

  get(name: string): Attribute | undefined {
    return this.entries.get(name);
  }

  print(p: AsmPrinter): void {
    p.dictionary(this.entries);
  }
}

const symbolRefs = new Interner<SymbolRefAttr>();

/** `@root::@nested`. */
export class SymbolRefAttr extends Attribute {
  readonly root: string;
  readonly nested: readonly string[];

  private constructor(root: string, nested: readonly string[]) {
    super();
    this.root = root;
    this.nested = nested;
  }

  static get(root: string, nested: readonly string[] = []): SymbolRefAttr {
    return symbolRefs.get(
      JSON.stringify([root, ...nested]),
      () => new SymbolRefAttr(root, [...nested]),
    );
  }

  /** The last name of the path. */
  get leaf(): string {
    return this.nested.length > 0 ? this.nested[this.nested.length - 1]! : this.root;
  }

  print(p: AsmPrinter): void {
    p.symbolName(this.root);
    for (const n of this.nested) {
      p.write("::");
      p.symbolName(n);
    }
  }
}

const denseArrays = new Interner<DenseArrayAttr>();

/** `array<i64: 1, 2>`; elements i1, i8, i16, i32, i64, f32, f64. Floats are kept as numbers. */
export class DenseArrayAttr extends Attribute {
  readonly elementType: IntegerType | FloatType;
  readonly values: readonly (bigint | number)[];

  private constructor(elementType: IntegerType | FloatType, values: readonly (bigint | number)[]) {
    super();
    this.elementType = elementType;
    this.values = values;
  }

  static get(
    elementType: IntegerType | FloatType,
    values: readonly (bigint | number)[],
  ): DenseArrayAttr {
    const canonical = values.map((v) =>
      elementType instanceof IntegerType
        ? canonicalInteger(BigInt(v), elementType)
        : FloatAttr.get(Number(v), elementType).value,
    );
    const key = canonical
      .map((v) => (typeof v === "number" ? floatToBits(v, elementType as FloatType) : v))
      .join(",");
    return denseArrays.get(
      `${internId(elementType)}:${key}`,
      () => new DenseArrayAttr(elementType, canonical),
    );
  }

  static i64(values: readonly (bigint | number)[]): DenseArrayAttr {
    return DenseArrayAttr.get(i64, values);
  }

  static i32(values: readonly number[]): DenseArrayAttr {
    return DenseArrayAttr.get(IntegerType.get(32), values);
  }

  /** The values as numbers. */
  get numbers(): number[] {
    return this.values.map(Number);
  }

  /** The values without brackets: `1, 2`. */
  printValues(p: AsmPrinter): void {
    p.list(this.values, (v) => {
      if (typeof v === "number") {
        const t = this.elementType as FloatType;
        p.write(floatLiteral(v, floatToBits(v, t), t));
      } else if (this.elementType === i1) p.write(v === 0n ? "false" : "true");
      else p.write(String(v));
    });
  }

  print(p: AsmPrinter): void {
    p.write("array<");
    p.type(this.elementType);
    if (this.values.length > 0) p.write(": ");
    this.printValues(p);
    p.write(">");
  }
}

/** One element of a dense constant: integer (canonical for its type) or float. */
export type DenseElement = IntegerAttr | FloatAttr;

const denseElements = new Interner<DenseElementsAttr>();

/** `dense<…> : tensor<…>`; row-major elements, or one for a splat. */
export class DenseElementsAttr extends Attribute {
  readonly type: ShapedType;
  /** All elements, or a single one when they are equal. */
  readonly elements: readonly DenseElement[];

  private constructor(type: ShapedType, elements: readonly DenseElement[]) {
    super();
    this.type = type;
    this.elements = elements;
  }

  /** Elements in row-major order: as many as the type has, or one for all. */
  static get(type: ShapedType, elements: readonly DenseElement[]): DenseElementsAttr {
    const n = type.numElements;
    if (elements.length !== n && elements.length !== 1) {
      throw new Error(`${type.toString()} needs ${n} elements, got ${elements.length}`);
    }
    const first = elements[0];
    const splat = first !== undefined && elements.every((e) => e === first);
    const kept = n === 0 ? [] : splat ? [first] : elements;
    const key = `${internId(type)}:${kept.map(internId).join(",")}`;
    return denseElements.get(key, () => new DenseElementsAttr(type, [...kept]));
  }

  /** A constant of `type` whose elements are all `element`. */
  static splat(type: ShapedType, element: DenseElement): DenseElementsAttr {
    return DenseElementsAttr.get(type, [element]);
  }

  get isSplat(): boolean {
    return this.elements.length === 1;
  }

  /** Element `i` in row-major order. */
  at(i: number): DenseElement {
    return this.elements[this.isSplat ? 0 : i]!;
  }

  print(p: AsmPrinter): void {
    this.printLiteral(p);
    p.write(" : ");
    p.type(this.type);
  }

  /** `dense<…>` without the type. */
  printLiteral(p: AsmPrinter): void {
    p.write("dense<");
    if (this.isSplat) p.write(elementText(this.elements[0]!));
    else if (this.elements.length > 0) {
      printNested(p, this.type.shape, (i) => elementText(this.elements[i]!));
    }
    p.write(">");
  }
}

/** An element as it stands inside `dense<…>`. */
function elementText(e: DenseElement): string {
  if (e instanceof FloatAttr) return e.literalText();
  if (e.type === i1) return e.isTrue ? "true" : "false";
  return String(e.value);
}

/** Elements in row-major order, in as many brackets as there are dimensions. */
function printNested(p: AsmPrinter, shape: readonly number[], text: (i: number) => string): void {
  let i = 0;
  const level = (dim: number): void => {
    if (dim === shape.length) {
      p.write(text(i++));
      return;
    }
    p.write("[");
    for (let k = 0; k < shape[dim]!; k++) {
      if (k > 0) p.write(", ");
      level(dim + 1);
    }
    p.write("]");
  };
  level(0);
}

const denseComplexes = new Interner<DenseComplexElementsAttr>();

/** `dense<[(1,2), …]> : tensor<…xcomplex<…>>`. */
export class DenseComplexElementsAttr extends Attribute {
  readonly type: ShapedType;
  /** Real and imaginary parts in turn, in row-major order; one pair for a splat. */
  readonly parts: readonly DenseElement[];

  private constructor(type: ShapedType, parts: readonly DenseElement[]) {
    super();
    this.type = type;
    this.parts = parts;
  }

  /** Real and imaginary parts in turn: of as many elements as the type has, or of one for all. */
  static get(type: ShapedType, parts: readonly DenseElement[]): DenseComplexElementsAttr {
    const n = type.numElements;
    if (parts.length !== 2 * n && parts.length !== 2) {
      throw new Error(`${type.toString()} needs ${n} elements, got ${parts.length / 2}`);
    }
    const splat = parts.length > 0 && parts.every((e, i) => e === parts[i & 1]);
    const kept = n === 0 ? [] : splat ? parts.slice(0, 2) : parts;
    const key = `${internId(type)}:${kept.map(internId).join(",")}`;
    return denseComplexes.get(key, () => new DenseComplexElementsAttr(type, [...kept]));
  }

  get isSplat(): boolean {
    return this.parts.length === 2;
  }

  print(p: AsmPrinter): void {
    const pair = (i: number): string =>
      `(${elementText(this.parts[2 * i]!)},${elementText(this.parts[2 * i + 1]!)})`;
    p.write("dense<");
    if (this.isSplat) p.write(pair(0));
    else if (this.parts.length > 0) printNested(p, this.type.shape, pair);
    p.write("> : ");
    p.type(this.type);
  }
}

const resources = new Interner<DenseResourceElementsAttr>();

/** `dense_resource<key> : type`; the data stands in the file's metadata. */
export class DenseResourceElementsAttr extends Attribute {
  readonly key: string;
  readonly type: Type;

  private constructor(key: string, type: Type) {
    super();
    this.key = key;
    this.type = type;
  }

  static get(key: string, type: Type): DenseResourceElementsAttr {
    return resources.get(
      `${internId(type)}:${key}`,
      () => new DenseResourceElementsAttr(key, type),
    );
  }

  print(p: AsmPrinter): void {
    p.write(`dense_resource<${this.key}> : `);
    p.type(this.type);
  }
}

const affineMaps = new Interner<AffineMapAttr>();

/** `affine_map<(d0) -> (d0)>`. */
export class AffineMapAttr extends Attribute {
  readonly map: AffineMap;

  private constructor(map: AffineMap) {
    super();
    this.map = map;
  }

  static get(map: AffineMap): AffineMapAttr {
    return affineMaps.get(map.toString(), () => new AffineMapAttr(map));
  }

  print(p: AsmPrinter): void {
    p.write(`affine_map<${this.map.toString()}>`);
  }
}

const integerSets = new Interner<IntegerSetAttr>();

/** `affine_set<(d0) : (d0 >= 0)>`. */
export class IntegerSetAttr extends Attribute {
  readonly set: IntegerSet;

  private constructor(set: IntegerSet) {
    super();
    this.set = set;
  }

  static get(set: IntegerSet): IntegerSetAttr {
    return integerSets.get(set.toString(), () => new IntegerSetAttr(set));
  }

  print(p: AsmPrinter): void {
    p.write(`affine_set<${this.set.toString()}>`);
  }
}

const layouts = new Interner<StridedLayoutAttr>();

/** `strided<[4, 1], offset: ?>`; `dynamic` (−1) prints as `?`. Unit: elements. */
export class StridedLayoutAttr extends Attribute {
  readonly strides: readonly number[];
  readonly offset: number;
  static readonly dynamic = Number.MIN_SAFE_INTEGER;

  private constructor(strides: readonly number[], offset: number) {
    super();
    this.strides = strides;
    this.offset = offset;
  }

  static get(strides: readonly number[], offset = 0): StridedLayoutAttr {
    return layouts.get(
      `${strides.join()}:${offset}`,
      () => new StridedLayoutAttr([...strides], offset),
    );
  }

  print(p: AsmPrinter): void {
    const one = (v: number): string => (v === StridedLayoutAttr.dynamic ? "?" : String(v));
    p.write(`strided<[${this.strides.map(one).join(", ")}]`);
    if (this.offset !== 0) p.write(`, offset: ${one(this.offset)}`);
    p.write(">");
  }
}

const locations = new WeakMap<object, LocationAttr>();

/** A location used as an attribute. */
export class LocationAttr extends Attribute {
  readonly location: Location;

  private constructor(location: Location) {
    super();
    this.location = location;
  }

  static get(location: Location): LocationAttr {
    let attr = locations.get(location);
    if (attr === undefined) locations.set(location, (attr = new LocationAttr(location)));
    return attr;
  }

  print(p: AsmPrinter): void {
    p.write(`loc(${this.location.print()})`);
  }
}

const opaqueAttrs = new Interner<OpaqueAttr>();

/** An attribute of an unregistered dialect: its text is kept as written. */
export class OpaqueAttr extends Attribute {
  /** Text after the `#`. */
  readonly body: string;
  readonly type: Type | undefined;

  private constructor(body: string, type: Type | undefined) {
    super();
    this.body = body;
    this.type = type;
  }

  static get(body: string, type?: Type): OpaqueAttr {
    const key = type === undefined ? body : `${internId(type)}:${body}`;
    return opaqueAttrs.get(key, () => new OpaqueAttr(body, type));
  }

  print(p: AsmPrinter): void {
    p.write(`#${this.body}`);
    if (this.type !== undefined) {
      p.write(" : ");
      p.type(this.type);
    }
  }
}

/** The type a typed attribute carries; undefined for untyped ones. */
export function attributeType(a: Attribute): Type | undefined {
  if (a instanceof IntegerAttr || a instanceof FloatAttr) return a.type;
  if (a instanceof DenseElementsAttr || a instanceof DenseResourceElementsAttr) return a.type;
  if (a instanceof DenseComplexElementsAttr) return a.type;
  return a instanceof StringAttr || a instanceof OpaqueAttr ? a.type : undefined;
}

/** A constant of `type` with all elements equal to `n`; integer, index, float and shaped types. */
export function constantAttr(type: Type, n: number | bigint): DenseElement | DenseElementsAttr {
  const element = elementTypeOf(type);
  const scalar =
    element instanceof FloatType
      ? FloatAttr.get(Number(n), element)
      : element instanceof IntegerType || element instanceof IndexType
        ? IntegerAttr.get(n, element)
        : undefined;
  if (scalar === undefined || bitWidthOf(element) === undefined) {
    throw new Error(`there are no numeric constants of type ${type.toString()}`);
  }
  return element === type ? scalar : DenseElementsAttr.splat(type as ShapedType, scalar);
}
