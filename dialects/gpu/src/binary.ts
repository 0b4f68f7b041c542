/** Compiled modules: `#gpu.object`, and how one of several is chosen. */
import {
  AnyArrayAttr,
  AnyAttr,
  ArrayAttr,
  type AsmParser,
  type AsmPrinter,
  attr,
  Attribute,
  type AttrSyntax,
  defaultAttr,
  defineOp,
  DictionaryAttr,
  Interner,
  internId,
  StringAttr,
  SymbolNameAttr,
  SymbolTrait,
} from "@strata/ir";

const selections = new Interner<SelectObjectAttr>();

/** `#gpu.select_object<1>`: by position or by target; the first without. */
export class SelectObjectAttr extends Attribute {
  readonly target: Attribute | undefined;

  private constructor(target: Attribute | undefined) {
    super();
    this.target = target;
  }

  static get(target?: Attribute): SelectObjectAttr {
    const key = target === undefined ? "" : String(internId(target));
    return selections.get(key, () => new SelectObjectAttr(target));
  }

  static readonly syntax: AttrSyntax = {
    mnemonic: "select_object",
    summary: "Which of the compiled objects is used.",
    parse(p) {
      if (!p.tryConsume("<")) return SelectObjectAttr.get();
      const target = p.parseAttribute();
      p.expect(">");
      return SelectObjectAttr.get(target);
    },
  };

  override print(p: AsmPrinter): void {
    p.write("#gpu.select_object");
    if (this.target === undefined) return;
    p.write("<");
    p.attribute(this.target);
    p.write(">");
  }
}

/** What a compiled object is: code of LLVM, text, one binary, or several in one. */
export const objectFormats = ["offload", "assembly", "bin", "fatbin"] as const;
export type ObjectFormat = (typeof objectFormats)[number];

interface ObjectParts {
  readonly target: Attribute;
  readonly format: ObjectFormat;
  readonly properties: DictionaryAttr | undefined;
  readonly object: string;
}

const objects = new Interner<ObjectAttr>();

/** `#gpu.object<#nvvm.target, bin = "…">`: a module compiled for a target. */
export class ObjectAttr extends Attribute {
  readonly parts: ObjectParts;

  private constructor(parts: ObjectParts) {
    super();
    this.parts = parts;
  }

  static get(parts: ObjectParts): ObjectAttr {
    const { target, format, properties, object } = parts;
    const ids = [target, properties].map((a) => (a === undefined ? "" : internId(a)));
    return objects.get(`${ids.join()},${format},${object}`, () => new ObjectAttr(parts));
  }

  static readonly syntax: AttrSyntax = {
    mnemonic: "object",
    summary: "A module compiled for a target.",
    parse: parseObject,
  };

  override print(p: AsmPrinter): void {
    const { target, format, properties, object } = this.parts;
    p.write("#gpu.object<");
    p.attribute(target);
    p.write(", ");
    if (properties !== undefined) {
      p.write("properties = ");
      p.attribute(properties);
      p.write(", ");
    }
    if (format !== "fatbin") p.write(`${format} = `);
    p.string(object);
    p.write(">");
  }
}

function parseObject(p: AsmParser): ObjectAttr {
  p.expect("<");
  const target = p.parseAttribute();
  p.expect(",");
  let properties: DictionaryAttr | undefined;
  if (p.tryConsume("properties")) {
    p.expect("=");
    properties = DictionaryAttr.get(p.parseDictionary());
    p.expect(",");
  }
  // An object without a word in front is for several devices at once.
  let format: ObjectFormat = "fatbin";
  if (!p.at('"')) {
    format = p.parseKeywordOf(objectFormats, "a format of objects");
    p.expect("=");
  }
  const object = p.parseString();
  p.expect(">");
  return ObjectAttr.get({ target, format, properties, object });
}

/** A module of device code that has been compiled. */
export class Binary extends defineOp("gpu.binary", {
  summary: "A module of device code that has been compiled.",
  attributes: {
    sym_name: attr(SymbolNameAttr),
    offloadingHandler: defaultAttr(AnyAttr, SelectObjectAttr.get(), "which object is used"),
    objects: attr(AnyArrayAttr),
  },
  traits: [SymbolTrait],
  print(op, p) {
    const name = op.getAttr("sym_name");
    p.write(" ");
    p.symbolName(name instanceof StringAttr ? name.value : "");
    const handler = op.getAttr("offloadingHandler");
    if (handler !== undefined && handler !== SelectObjectAttr.get()) {
      p.write(` <${handler.toString()}>`);
    }
    p.attrDict(op, new Set(["sym_name", "offloadingHandler", "objects"]));
    p.write(` ${op.getAttr("objects")?.toString() ?? "[]"}`);
  },
  parse(p) {
    p.setAttr("sym_name", StringAttr.get(p.asm.parseSymbolName()));
    if (p.asm.tryConsume("<")) {
      p.setAttr("offloadingHandler", p.asm.parseAttribute());
      p.asm.expect(">");
    }
    p.parseAttrDict();
    p.setAttr("objects", p.asm.parseAttribute());
  },
  verify(op, report) {
    const list = op.getAttr("objects");
    const found = list instanceof ArrayAttr ? list.values : [];
    if (found.length > 0 && found.every((o) => o instanceof ObjectAttr)) return;
    report("gpu.binary-objects", "a binary holds objects: `[#gpu.object<…>]`, at least one");
  },
}) {
  /** The symbol's name. */
  get symbolName(): string {
    return this.sym_name.value;
  }
}
