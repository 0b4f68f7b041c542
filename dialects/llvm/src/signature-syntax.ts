/** Text shared by functions and calls: argument attributes, operand bundles. */
import {
  ArrayAttr,
  type AsmPrinter,
  type Attribute,
  DenseArrayAttr,
  DictionaryAttr,
  type Operation,
  type OpParser,
  StringAttr,
  type Type,
  type UnresolvedOperand,
  type Value,
} from "@strata/ir";

/** Types with the attributes that stand behind them. */
export interface AttributedTypes {
  readonly types: Type[];
  readonly attributes: ReadonlyMap<string, Attribute>[];
}

export const noAttributes: ReadonlyMap<string, Attribute> = new Map();

/** Per-value dictionaries as an attribute; undefined when all are empty. */
export function dictionaries(of: AttributedTypes): ArrayAttr | undefined {
  if (of.attributes.every((a) => a.size === 0)) return undefined;
  return ArrayAttr.get(of.attributes.map((a) => DictionaryAttr.get(a)));
}

/** The dictionary of value `i` in a list of them; undefined when it is empty or absent. */
export function dictionaryAt(list: Attribute | undefined, i: number): DictionaryAttr | undefined {
  const d = list instanceof ArrayAttr ? list.values[i] : undefined;
  return d instanceof DictionaryAttr && d.entries.size > 0 ? d : undefined;
}

/** Writes ` {…}` for a dictionary that is there. */
export function printAttributes(p: AsmPrinter, d: DictionaryAttr | undefined): void {
  if (d === undefined) return;
  p.write(" ");
  p.attribute(d);
}

/** Reads `(type {…}, …)`. */
export function parseAttributedTypes(p: OpParser): AttributedTypes {
  const out: AttributedTypes = { types: [], attributes: [] };
  p.asm.parseCommaSeparated("(", ")", () => {
    out.types.push(p.asm.parseType());
    (out.attributes as ReadonlyMap<string, Attribute>[]).push(
      p.asm.at("{") ? p.asm.parseDictionary() : noAttributes,
    );
  });
  return out;
}

/** Reads a result list: one bare type, or `(type {…}, …)`. */
export function parseAttributedResults(p: OpParser): AttributedTypes {
  if (p.asm.at("(")) return parseAttributedTypes(p);
  return { types: [p.asm.parseType()], attributes: [noAttributes] };
}

/** Writes `type {…}, …` in parentheses. */
export function printAttributedTypes(
  p: AsmPrinter,
  types: readonly Type[],
  attributes: Attribute | undefined,
): void {
  p.write("(");
  p.list(types.entries(), ([i, t]) => {
    p.type(t);
    printAttributes(p, dictionaryAt(attributes, i));
  });
  p.write(")");
}

/** Writes a result list: one bare type where it has no attributes. */
export function printAttributedResults(
  p: AsmPrinter,
  types: readonly Type[],
  attributes: Attribute | undefined,
): void {
  if (types.length === 1 && dictionaryAt(attributes, 0) === undefined) p.type(types[0]!);
  else printAttributedTypes(p, types, attributes);
}

/** Reads `["tag"(%a : type), …]` if it comes next, into the operand group and its attributes. */
export function parseBundles(p: OpParser): void {
  const sizes: number[] = [];
  const tags: StringAttr[] = [];
  const names: UnresolvedOperand[] = [];
  const types: Type[] = [];
  if (p.asm.at("[")) {
    p.asm.parseCommaSeparated("[", "]", () => {
      tags.push(StringAttr.get(p.asm.parseString()));
      p.asm.expect("(");
      const own = p.parseOperandList();
      if (own.length > 0) {
        p.asm.expect(":");
        types.push(...p.asm.parseTypeList());
      }
      p.asm.expect(")");
      names.push(...own);
      sizes.push(own.length);
    });
  }
  p.setOperands("op_bundle_operands", p.resolveAll(names, types));
  p.setAttr("op_bundle_sizes", DenseArrayAttr.i32(sizes));
  if (tags.length > 0) p.setAttr("op_bundle_tags", ArrayAttr.get(tags));
}

/** The operand bundles of a call: tag and values. */
export function bundlesOf(
  op: Operation,
  operands: readonly Value[],
): { tag: string; values: Value[] }[] {
  const sizes = op.getAttr("op_bundle_sizes");
  const tags = op.getAttr("op_bundle_tags");
  let at = 0;
  return (sizes instanceof DenseArrayAttr ? sizes.numbers : []).map((n, i) => {
    const tag = tags instanceof ArrayAttr ? tags.values[i] : undefined;
    const values = operands.slice(at, at + n);
    at += n;
    return { tag: tag instanceof StringAttr ? tag.value : "", values };
  });
}

/** Writes ` ["tag"(%a : type), …]` for bundles that are there. */
export function printBundles(op: Operation, operands: readonly Value[], p: AsmPrinter): void {
  const bundles = bundlesOf(op, operands);
  if (bundles.length === 0) return;
  p.write(" [");
  p.list(bundles, ({ tag, values }) => {
    p.string(tag);
    p.write("(");
    p.operands(values);
    if (values.length > 0) {
      p.write(" : ");
      p.types(values.map((v) => v.type));
    }
    p.write(")");
  });
  p.write("]");
}
