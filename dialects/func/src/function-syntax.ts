/**
 * The text of `func.func`: `[visibility] @name(arguments) [-> results] [attributes {…}] [body]`.
 *
 * Works on plain operations, so that the declarations of the ops can use it.
 */
import {
  ArrayAttr,
  type AsmPrinter,
  type Attribute,
  DictionaryAttr,
  FunctionType,
  type Operation,
  type OpParser,
  type ParsedArgument,
  Region,
  StringAttr,
  type Type,
  TypeAttr,
} from "@strata/ir";

const visibilities = ["public", "private", "nested"];
const noAttributes: ReadonlyMap<string, Attribute> = new Map();

interface Signature {
  readonly types: Type[];
  readonly attributes: ReadonlyMap<string, Attribute>[];
}

/** Per-argument dictionaries as an attribute; undefined when all are empty. */
function dictionaries(of: Signature): ArrayAttr | undefined {
  if (of.attributes.every((a) => a.size === 0)) return undefined;
  return ArrayAttr.get(of.attributes.map((a) => DictionaryAttr.get(a)));
}

/** Reads `(…)` with names or, for declarations, types only; both in one list is refused. */
function parseArguments(p: OpParser): { signature: Signature; named: ParsedArgument[] } {
  const signature: Signature = { types: [], attributes: [] };
  const named: ParsedArgument[] = [];
  p.asm.parseCommaSeparated("(", ")", () => {
    const start = p.asm.tokenStart();
    const hasName = p.asm.at("%");
    if (signature.types.length > 0 && hasName !== named.length > 0) {
      p.asm.fail("func.mixed-arguments", "either all arguments have names or none", start);
    }
    if (hasName) {
      const a = p.parseArgument(true);
      if (a.type === undefined) throw new Error("a typed argument has no type");
      named.push(a);
      signature.types.push(a.type);
      signature.attributes.push(a.attributes ?? noAttributes);
    } else {
      signature.types.push(p.asm.parseType());
      signature.attributes.push(p.asm.at("{") ? p.asm.parseDictionary() : noAttributes);
      p.asm.tryLocation();
    }
  });
  return { signature, named };
}

/** Reads what follows `->`: one type, or a list in parentheses with attributes. */
function parseResults(p: OpParser): Signature {
  const results: Signature = { types: [], attributes: [] };
  if (!p.asm.tryConsume("->")) return results;
  if (!p.asm.at("(")) {
    results.types.push(p.asm.parseType());
    results.attributes.push(noAttributes);
    return results;
  }
  p.asm.parseCommaSeparated("(", ")", () => {
    results.types.push(p.asm.parseType());
    results.attributes.push(p.asm.at("{") ? p.asm.parseDictionary() : noAttributes);
  });
  return results;
}

/**
 * Reads `(arguments) [-> results]` into `function_type`, `arg_attrs` and `res_attrs`; gives the
 * arguments, none where the text has types only.
 */
export function parseSignature(p: OpParser): ParsedArgument[] {
  const { signature, named } = parseArguments(p);
  const results = parseResults(p);
  p.setAttr("function_type", TypeAttr.get(FunctionType.get(signature.types, results.types)));
  const argAttrs = dictionaries(signature);
  const resAttrs = dictionaries(results);
  if (argAttrs !== undefined) p.setAttr("arg_attrs", argAttrs);
  if (resAttrs !== undefined) p.setAttr("res_attrs", resAttrs);
  return named;
}

/** Reads what follows `func.func`. */
export function parseFunction(p: OpParser): void {
  const asm = p.asm;
  const visibility = visibilities.find((v) => asm.tryConsume(v));
  if (visibility !== undefined) p.setAttr("sym_visibility", StringAttr.get(visibility));
  p.setAttr("sym_name", StringAttr.get(asm.parseSymbolName()));
  const named = parseSignature(p);
  p.parseAttrDict(true);
  const start = asm.tokenStart();
  if (!asm.at("{")) {
    p.addRegion(new Region());
    return;
  }
  const body = p.parseRegion(new Region(), named.length === 0 ? undefined : named);
  if (body.isEmpty || (named.length > 0 && body.entry.isEmpty)) {
    asm.fail(
      "func.empty-body",
      "the body of a function begins with an operation",
      start,
      undefined,
      "leave out the braces to declare the function, or end the body with `return`",
    );
  }
}

const elided = new Set(["sym_name", "sym_visibility", "function_type", "arg_attrs", "res_attrs"]);

function dictionaryAt(list: Attribute | undefined, i: number): DictionaryAttr | undefined {
  const d = list instanceof ArrayAttr ? list.values[i] : undefined;
  return d instanceof DictionaryAttr && d.entries.size > 0 ? d : undefined;
}

function printAttributes(p: AsmPrinter, d: DictionaryAttr | undefined): void {
  if (d === undefined) return;
  p.write(" ");
  p.attribute(d);
}

/** Prints `(arguments) [-> results]`; call inside `isolatedRegion`'s header. */
export function printSignature(op: Operation, p: AsmPrinter): void {
  const attr = op.getAttr("function_type");
  const type = attr instanceof TypeAttr ? attr.value : undefined;
  if (!(type instanceof FunctionType)) return;
  const entry = op.regions[0]?.firstBlock ?? null;
  const argAttrs = op.getAttr("arg_attrs");
  const resAttrs = op.getAttr("res_attrs");
  p.write("(");
  p.list(type.inputs.entries(), ([i, t]) => {
    const arg = entry?.args[i];
    if (arg !== undefined) {
      p.operand(arg);
      p.write(": ");
    }
    p.type(t);
    printAttributes(p, dictionaryAt(argAttrs, i));
  });
  p.write(")");
  const results = type.results;
  if (results.length === 0) return;
  p.write(" -> ");
  const bare =
    results.length === 1 &&
    !(results[0] instanceof FunctionType) &&
    dictionaryAt(resAttrs, 0) === undefined;
  if (!bare) p.write("(");
  p.list(results.entries(), ([i, t]) => {
    p.type(t);
    printAttributes(p, dictionaryAt(resAttrs, i));
  });
  if (!bare) p.write(")");
}

/** Prints what follows `func.func`. */
export function printFunction(op: Operation, p: AsmPrinter): void {
  const visibility = op.getAttr("sym_visibility");
  const name = op.getAttr("sym_name");
  const body = op.regions[0];
  p.write(visibility instanceof StringAttr ? ` ${visibility.value} ` : " ");
  p.symbolName(name instanceof StringAttr ? name.value : "");
  p.isolatedRegion(body ?? new Region(), () => {
    printSignature(op, p);
    p.attrDict(op, elided, true);
  });
}

/** Reads what follows `func.call_indirect`: the callee's type gives those of the arguments. */
export function parseCallIndirect(p: OpParser): void {
  const callee = p.parseOperand();
  p.asm.expect("(");
  const args = p.parseOperandList();
  p.asm.expect(")");
  p.parseAttrDict();
  p.asm.expect(":");
  const start = p.asm.tokenStart();
  const type = p.asm.parseType();
  if (!(type instanceof FunctionType)) {
    p.asm.fail("func.callee-type", `the callee is \`${type.toString()}\`, not a function`, start);
  }
  p.setOperands("callee", [callee]);
  p.setOperandTypes("callee", [type]);
  p.setOperands("args", args);
  p.setOperandTypes("args", type.inputs);
}
