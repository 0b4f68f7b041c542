/**
 * The text of `llvm.func`:
 * `[linkage] [visibility] [unnamed_addr] [calling convention] @name(arguments) [-> result]
 * [vscale_range(a, b)] [comdat(@c)] [attributes {…}] [body]`.
 */
import {
  type AsmPrinter,
  type Attribute,
  IntegerAttr,
  i32,
  i64,
  type Operation,
  type OpParser,
  type ParsedArgument,
  Region,
  StringAttr,
  SymbolRefAttr,
  TypeAttr,
} from "@strata/ir";
import {
  CConvAttr,
  cconvNames,
  LinkageAttr,
  linkageNames,
  UnnamedAddr,
  Visibility,
  VScaleRangeAttr,
} from "./attributes.ts";
import {
  type AttributedTypes,
  dictionaries,
  dictionaryAt,
  noAttributes,
  parseAttributedResults,
  printAttributedResults,
  printAttributes,
} from "./signature-syntax.ts";
import { LLVMFunctionType, voidType } from "./types.ts";

/** Reads one of some keywords if it comes next. */
function tryKeyword<N extends string>(p: OpParser, names: readonly N[]): N | undefined {
  return names.find((n) => n !== "" && p.asm.tryConsume(n));
}

/** Reads linkage and visibility of a symbol. */
export function parseLinkage(p: OpParser): void {
  p.setAttr("linkage", LinkageAttr.of(tryKeyword(p, linkageNames) ?? "external"));
  const visibility = tryKeyword(p, Visibility.cases) ?? "";
  p.setAttr("visibility_", Visibility.attr(visibility));
}

/** Reads how much the address of a symbol matters. */
export function parseUnnamedAddr(p: OpParser): void {
  p.setAttr("unnamed_addr", UnnamedAddr.attr(tryKeyword(p, UnnamedAddr.cases) ?? ""));
}

/** Reads `comdat(@a::@b)` if it comes next. */
export function parseComdat(p: OpParser): void {
  if (!p.asm.tryConsume("comdat")) return;
  p.asm.expect("(");
  p.setAttr("comdat", p.asm.parseSymbolRef());
  p.asm.expect(")");
}

/** The keyword of an enumeration attribute with a space behind; nothing for its empty case. */
export function enumWord(
  base: { nameOf(a: IntegerAttr): string },
  a: Attribute | undefined,
): string {
  const word = a instanceof IntegerAttr ? base.nameOf(a) : "";
  return word === "" ? "" : `${word} `;
}

/** Writes ` comdat(@a::@b)` for a comdat that is there. */
export function printComdat(op: Operation, p: AsmPrinter): void {
  const comdat = op.getAttr("comdat");
  if (comdat instanceof SymbolRefAttr) p.write(` comdat(${comdat.toString()})`);
}

interface Arguments {
  readonly signature: AttributedTypes;
  readonly named: ParsedArgument[];
  readonly isVarArg: boolean;
}

function parseArguments(p: OpParser): Arguments {
  const types: AttributedTypes["types"] = [];
  const attributes: ReadonlyMap<string, Attribute>[] = [];
  const named: ParsedArgument[] = [];
  let isVarArg = false;
  p.asm.parseCommaSeparated("(", ")", () => {
    const start = p.asm.tokenStart();
    if (isVarArg) p.asm.fail("llvm.vararg-position", "`...` must be the last parameter", start);
    if (p.asm.tryConsume("...")) {
      isVarArg = true;
      return;
    }
    const hasName = p.asm.at("%");
    if (types.length > 0 && hasName !== named.length > 0) {
      p.asm.fail("llvm.mixed-arguments", "either all arguments have names or none", start);
    }
    if (hasName) {
      const a = p.parseArgument(true);
      named.push(a);
      types.push(a.type!);
      attributes.push(a.attributes ?? noAttributes);
    } else {
      types.push(p.asm.parseType());
      attributes.push(p.asm.at("{") ? p.asm.parseDictionary() : noAttributes);
    }
  });
  return { signature: { types, attributes }, named, isVarArg };
}

/** Reads what follows `llvm.func`. */
export function parseFunction(p: OpParser): void {
  const { asm } = p;
  parseLinkage(p);
  parseUnnamedAddr(p);
  p.setAttr("CConv", CConvAttr.get({ cconv: tryKeyword(p, cconvNames) ?? "ccc" }));
  p.setAttr("sym_name", StringAttr.get(asm.parseSymbolName()));
  const { signature, named, isVarArg } = parseArguments(p);
  const results = asm.tryConsume("->")
    ? parseAttributedResults(p)
    : { types: [voidType], attributes: [noAttributes] };
  if (results.types.length > 1) {
    asm.fail("llvm.result-count", "a function has at most one result", p.start);
  }
  const type = LLVMFunctionType.get(results.types[0] ?? voidType, signature.types, isVarArg);
  p.setAttr("function_type", TypeAttr.get(type));
  const argAttrs = dictionaries(signature);
  const resAttrs = dictionaries(results);
  if (argAttrs !== undefined) p.setAttr("arg_attrs", argAttrs);
  if (resAttrs !== undefined) p.setAttr("res_attrs", resAttrs);
  if (asm.tryConsume("vscale_range")) {
    asm.expect("(");
    const minRange = IntegerAttr.get(asm.parseInteger(), i32);
    asm.expect(",");
    const maxRange = IntegerAttr.get(asm.parseInteger(), i32);
    asm.expect(")");
    p.setAttr("vscale_range", VScaleRangeAttr.get({ minRange, maxRange }));
  }
  parseComdat(p);
  p.parseAttrDict(true);
  const start = asm.tokenStart();
  if (!asm.at("{")) {
    p.addRegion(new Region());
    return;
  }
  if (named.length < signature.types.length) {
    asm.fail("llvm.unnamed-arguments", "the arguments of a function with a body need names", start);
  }
  const body = p.parseRegion(new Region(), named.length === 0 ? undefined : named);
  if (body.isEmpty) {
    asm.fail("llvm.empty-body", "the body of a function begins with an operation", start);
  }
}

const written = new Set([
  "sym_name",
  "function_type",
  "linkage",
  "visibility_",
  "unnamed_addr",
  "CConv",
  "arg_attrs",
  "res_attrs",
  "vscale_range",
  "comdat",
]);

/** The type of a function; an error for an operation without one. */
export function functionTypeOf(op: Operation): LLVMFunctionType {
  const a = op.getAttr("function_type");
  if (a instanceof TypeAttr && a.value instanceof LLVMFunctionType) return a.value;
  throw new Error(`${op.name} has no LLVM function type`);
}

/** Prints what follows `llvm.func`. */
export function printFunction(op: Operation, p: AsmPrinter): void {
  const type = functionTypeOf(op);
  const linkage = op.getAttr("linkage");
  const cconv = op.getAttr("CConv");
  const name = op.getAttr("sym_name");
  p.write(" ");
  if (linkage instanceof LinkageAttr && linkage.linkage !== "external") {
    p.write(`${linkage.linkage} `);
  }
  p.write(enumWord(Visibility, op.getAttr("visibility_")));
  p.write(enumWord(UnnamedAddr, op.getAttr("unnamed_addr")));
  if (cconv instanceof CConvAttr && cconv !== CConvAttr.c) p.write(`${cconv.cconv} `);
  p.symbolName(name instanceof StringAttr ? name.value : "");
  const body = op.regions[0] ?? new Region();
  p.isolatedRegion(body, () => {
    const entry = body.firstBlock;
    p.write("(");
    p.list(type.params.entries(), ([i, t]) => {
      const arg = entry?.args[i];
      if (arg !== undefined) {
        p.operand(arg);
        p.write(": ");
      }
      p.type(t);
      printAttributes(p, dictionaryAt(op.getAttr("arg_attrs"), i));
    });
    if (type.isVarArg) p.write(type.params.length > 0 ? ", ..." : "...");
    p.write(")");
    if (type.results.length > 0) {
      p.write(" -> ");
      printAttributedResults(p, type.results, op.getAttr("res_attrs"));
    }
    const range = op.getAttr("vscale_range");
    if (range instanceof VScaleRangeAttr) {
      const { minRange, maxRange } = range.values;
      p.write(` vscale_range(${minRange?.value ?? 0n}, ${maxRange?.value ?? 0n})`);
    }
    printComdat(op, p);
    p.attrDict(op, written, true);
  });
}

/** The alignment of a symbol in bytes; undefined when the target's is taken. */
export function alignmentOf(op: Operation): number | undefined {
  const a = op.getAttr("alignment");
  return a instanceof IntegerAttr && (a.type === i64 || a.type === i32)
    ? Number(a.value)
    : undefined;
}
