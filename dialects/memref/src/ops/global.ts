/** Buffers of the module. */
import {
  AnyMemRef,
  AnyTypeAttr,
  attr,
  attrNamed,
  defineOp,
  DenseElementsAttr,
  DenseResourceElementsAttr,
  FlatSymbolRef,
  I64Attr,
  lookupSymbol,
  MemRefType,
  optionalAttr,
  Pure,
  RankedTensorType,
  result,
  StrAttr,
  StringAttr,
  SymbolNameAttr,
  SymbolRefAttr,
  SymbolTrait,
  type Type,
  TypeAttr,
  UnitAttr,
  unitAttr,
  type AttrConstraint,
} from "@strata/ir";
import { verifyAlignment } from "./allocation.ts";

/** The elements of a global, or `uninitialized`. */
const InitialValue: AttrConstraint = {
  summary: "elements or `uninitialized`",
  check: (a) =>
    a instanceof UnitAttr ||
    a instanceof DenseElementsAttr ||
    a instanceof DenseResourceElementsAttr,
};

/** The tensor type of a global's elements. */
export function initialValueType(type: MemRefType): RankedTensorType {
  return RankedTensorType.get(type.shape, type.elementType);
}

/** A buffer that exists while the module runs; without elements it is defined elsewhere. */
export class Global extends defineOp("memref.global", {
  summary: "A buffer of the module.",
  attributes: {
    sym_name: attr(SymbolNameAttr),
    sym_visibility: optionalAttr(StrAttr),
    type: attr(AnyTypeAttr),
    initial_value: optionalAttr(InitialValue),
    constant: unitAttr("never written"),
    alignment: optionalAttr(I64Attr, "bytes"),
  },
  traits: [SymbolTrait],
  print(op, p) {
    const visibility = op.getAttr("sym_visibility");
    const name = op.getAttr("sym_name");
    const type = op.getAttr("type");
    const value = op.getAttr("initial_value");
    p.write(" ");
    if (visibility instanceof StringAttr) {
      p.string(visibility.value);
      p.write(" ");
    }
    if (op.getAttr("constant") !== undefined) p.write("constant ");
    p.symbolName(name instanceof StringAttr ? name.value : "");
    p.write(" : ");
    if (type instanceof TypeAttr) p.type(type.value);
    if (value instanceof UnitAttr) p.write(" = uninitialized");
    else if (value instanceof DenseElementsAttr) {
      p.write(" = ");
      value.printLiteral(p);
    } else if (value instanceof DenseResourceElementsAttr)
      p.write(` = dense_resource<${value.key}>`);
    p.attrDict(op, new Set(["sym_name", "sym_visibility", "type", "initial_value", "constant"]));
  },
  parse(p) {
    if (p.asm.peek() === 34) p.setAttr("sym_visibility", StringAttr.get(p.asm.parseString()));
    if (p.asm.tryConsume("constant")) p.setAttr("constant", UnitAttr.instance);
    p.setAttr("sym_name", StringAttr.get(p.asm.parseSymbolName()));
    p.asm.expect(":");
    const start = p.asm.tokenStart();
    const type = p.asm.parseType();
    if (!(type instanceof MemRefType)) {
      return p.asm.fail(
        "memref.global-type",
        `a global is a memref, not \`${type.toString()}\``,
        start,
      );
    }
    p.setAttr("type", TypeAttr.get(type));
    if (p.asm.tryConsume("=")) {
      if (p.asm.tryConsume("uninitialized")) p.setAttr("initial_value", UnitAttr.instance);
      else p.setAttr("initial_value", p.asm.parseAttribute(initialValueType(type)));
    }
    p.parseAttrDict();
  },
  verify(op, report) {
    const attr = op.getAttr("type");
    const type = attr instanceof TypeAttr ? attr.value : undefined;
    if (!(type instanceof MemRefType) || !type.hasStaticShape) {
      report("memref.global-type", "a global is a memref of static shape");
      return;
    }
    const value = op.getAttr("initial_value");
    const found: Type | undefined =
      value instanceof DenseElementsAttr || value instanceof DenseResourceElementsAttr
        ? value.type
        : undefined;
    if (found !== undefined && found !== initialValueType(type)) {
      report(
        "memref.global-value",
        `the elements of \`${type.toString()}\` must be a \`${initialValueType(type).toString()}\`, found \`${found.toString()}\``,
      );
    }
    if (op.getAttr("constant") !== undefined && value instanceof UnitAttr) {
      report("memref.global-value", "a constant global needs elements");
    }
    verifyAlignment(op, report);
  },
}) {
  /** The type of the buffer. */
  get memrefType(): MemRefType {
    const t = this.type.value;
    if (t instanceof MemRefType) return t;
    throw new Error("the global is no memref");
  }
}

/** The buffer of the module that has a name. */
export class GetGlobal extends defineOp("memref.get_global", {
  summary: "The buffer of the module that has a name.",
  results: { result: result(AnyMemRef) },
  attributes: { symbol: attrNamed("name", attr(FlatSymbolRef)) },
  traits: [Pure],
  assembly: "$name `:` type($result) attr-dict",
  verify(op, report) {
    const name = op.getAttr("name");
    if (!(name instanceof SymbolRefAttr)) return;
    const global = lookupSymbol(op, name);
    if (global === undefined && op.parentOp === null) return;
    if (!(global instanceof Global)) {
      report("memref.unknown-global", `no \`memref.global\` is named ${name.toString()}`);
    } else if (global.type.value !== op.resultTypes[0]) {
      report(
        "memref.global-type",
        `${name.toString()} is \`${global.type.value.toString()}\`, not \`${op.resultTypes[0]!.toString()}\``,
      );
    }
  },
}) {}
