/**
 * Constraints on attributes, each with the short text it has inside an operation's assembly format
 * (an `i64` attribute prints as `3`, a symbol name as `@f`, an enum as its keyword).
 */
import type { Attribute } from "./attribute.ts";
import { AffineMap } from "./affine.ts";
import {
  AffineMapAttr,
  ArrayAttr,
  DenseArrayAttr,
  DictionaryAttr,
  FloatAttr,
  IntegerAttr,
  StringAttr,
  SymbolRefAttr,
  TypeAttr,
  UnitAttr,
} from "./builtin-attributes.ts";
import {
  type FloatType,
  FunctionType,
  i1,
  i64,
  type IndexType,
  IntegerType,
} from "./builtin-types.ts";
import type { AsmParser } from "./asm-parser.ts";
import type { AsmPrinter } from "./printer.ts";
import type { Type } from "./type.ts";

/** A set of attributes; `A` is what accessors return. */
export interface AttrConstraint<A extends Attribute = Attribute> {
  readonly $attr?: A;
  readonly summary: string;
  /** The keywords of an enumeration, which tell a parser whether an optional one is there. */
  readonly cases?: readonly string[];
  check(attr: Attribute): boolean;
  /** Text inside an assembly format; without these the attribute's full text is used. */
  parse?(p: AsmParser): A;
  print?(p: AsmPrinter, attr: A): void;
}

/** Attributes of a class, optionally narrowed by a predicate. */
export function attrOf<A extends Attribute>(
  summary: string,
  cls: Function & { readonly prototype: A },
  holds: (attr: A) => boolean = () => true,
): AttrConstraint<A> {
  return { summary, check: (a) => a instanceof cls && holds(a as A) };
}

export const AnyAttr: AttrConstraint = { summary: "any attribute", check: () => true };
export const UnitAttrC: AttrConstraint<UnitAttr> = {
  summary: "unit attribute",
  check: (a) => a instanceof UnitAttr,
};

/** An integer of one type; the type is not written in assembly formats. */
export function integerAttrOf(type: IntegerType | IndexType): AttrConstraint<IntegerAttr> {
  return {
    get summary() {
      return `${type.toString()} attribute`;
    },
    check: (a) => a instanceof IntegerAttr && a.type === type,
    parse: (p) =>
      type === i1 ? IntegerAttr.bool(p.parseBool()) : IntegerAttr.get(p.parseInteger(), type),
    print: (p, a) => p.write(type === i1 ? (a.isTrue ? "true" : "false") : String(a.value)),
  };
}

export const I64Attr: AttrConstraint<IntegerAttr> = integerAttrOf(i64);
export const I32Attr: AttrConstraint<IntegerAttr> = integerAttrOf(IntegerType.get(32));
export const BoolAttr: AttrConstraint<IntegerAttr> = integerAttrOf(i1);
export const AnyIntegerAttr: AttrConstraint<IntegerAttr> = attrOf("integer attribute", IntegerAttr);
export const AnyFloatAttr: AttrConstraint<FloatAttr> = attrOf("float attribute", FloatAttr);

/** A float of one format. */
export function floatAttrOf(type: FloatType): AttrConstraint<FloatAttr> {
  return attrOf(`${type.toString()} attribute`, FloatAttr, (a) => a.type === type);
}

export const StrAttr: AttrConstraint<StringAttr> = {
  ...attrOf("string attribute", StringAttr),
  parse: (p) => StringAttr.get(p.parseString()),
  print: (p, a) => p.string(a.value),
};

/** The name an operation defines: a string, written `@name`. */
export const SymbolNameAttr: AttrConstraint<StringAttr> = {
  summary: "symbol name",
  check: (a) => a instanceof StringAttr,
  parse: (p) => StringAttr.get(p.parseSymbolName()),
  print: (p, a) => p.symbolName(a.value),
};

export const SymbolRef: AttrConstraint<SymbolRefAttr> = attrOf(
  "symbol reference attribute",
  SymbolRefAttr,
);
export const FlatSymbolRef: AttrConstraint<SymbolRefAttr> = attrOf(
  "flat symbol reference attribute",
  SymbolRefAttr,
  (a) => a.nested.length === 0,
);

export const AnyTypeAttr: AttrConstraint<TypeAttr> = {
  ...attrOf("type attribute", TypeAttr),
  parse: (p) => TypeAttr.get(p.parseType()),
  print: (p, a) => p.type(a.value),
};

/** A function type as an attribute. */
export const FunctionTypeAttr: AttrConstraint<TypeAttr> = {
  ...attrOf("function type attribute", TypeAttr, (a) => a.value instanceof FunctionType),
  parse: (p) => TypeAttr.get(p.parseType()),
  print: (p, a) => p.type(a.value),
};

/** `array<T: …>` of one element type; written `[1, 2]` in assembly formats. */
export function denseArrayOf(element: IntegerType | FloatType): AttrConstraint<DenseArrayAttr> {
  return {
    get summary() {
      return `${element.toString()} dense array attribute`;
    },
    check: (a) => a instanceof DenseArrayAttr && a.elementType === element,
    parse: (p) => {
      const values: (bigint | number)[] = [];
      p.parseCommaSeparated("[", "]", () => {
        if (element === i1) values.push(p.parseBool() ? 1n : 0n);
        else if (element instanceof IntegerType) values.push(p.parseInteger());
        else values.push(p.parseFloat(element).value);
      });
      return DenseArrayAttr.get(element, values);
    },
    print: (p, a) => {
      p.write("[");
      a.printValues(p);
      p.write("]");
    },
  };
}

export const DenseI64Array: AttrConstraint<DenseArrayAttr> = denseArrayOf(i64);
export const DenseI32Array: AttrConstraint<DenseArrayAttr> = denseArrayOf(IntegerType.get(32));
export const DenseBoolArray: AttrConstraint<DenseArrayAttr> = denseArrayOf(i1);

/** `[…]` whose members satisfy a constraint. */
export function arrayAttrOf(member: AttrConstraint): AttrConstraint<ArrayAttr> {
  return attrOf(`array of ${member.summary}`, ArrayAttr, (a) =>
    a.values.every((v) => member.check(v)),
  );
}

export const AnyArrayAttr: AttrConstraint<ArrayAttr> = attrOf("array attribute", ArrayAttr);
export const AnyDictionaryAttr: AttrConstraint<DictionaryAttr> = attrOf(
  "dictionary attribute",
  DictionaryAttr,
);
export const AnyAffineMapAttr: AttrConstraint<AffineMapAttr> = attrOf(
  "affine map attribute",
  AffineMapAttr,
);

/** An enumeration stored as an integer and written as a keyword, e.g. `arith.cmpi slt`. */
export interface IntegerEnum<N extends string> extends AttrConstraint<IntegerAttr> {
  readonly cases: readonly N[];
  /** The attribute for a case. */
  attr(name: N): IntegerAttr;
  /** The case of an attribute. */
  nameOf(attr: IntegerAttr): N;
}

/** Cases get the values 0, 1, … in order, of type `type`. */
export function integerEnum<const N extends string>(
  summary: string,
  cases: readonly N[],
  type: IntegerType = i64,
): IntegerEnum<N> {
  const nameOf = (a: IntegerAttr): N => cases[Number(a.value)]!;
  const attr = (name: N): IntegerAttr => IntegerAttr.get(cases.indexOf(name), type);
  return {
    summary,
    cases,
    attr,
    nameOf,
    check: (a) =>
      a instanceof IntegerAttr && a.type === type && a.value >= 0n && a.value < cases.length,
    parse: (p) => attr(p.parseKeywordOf(cases, summary)),
    print: (p, a) => p.write(nameOf(a)),
  };
}

/** The identity map of a rank as an attribute. */
export function identityMapAttr(rank: number): AffineMapAttr {
  return AffineMapAttr.get(AffineMap.identity(rank));
}

/** Whether an attribute is a type attribute for `type`. */
export function isTypeAttr(attr: Attribute, type: Type): boolean {
  return attr instanceof TypeAttr && attr.value === type;
}
