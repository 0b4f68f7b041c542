/** How the types of the LLVM dialect are read. */
import type { AsmParser, Type, TypeSyntax } from "@strata/ir";
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
} from "./types.ts";

function parsePointer(p: AsmParser): Type {
  if (!p.tryConsume("<")) return LLVMPointerType.get();
  const space = p.parseSmallInteger();
  p.expect(">");
  return LLVMPointerType.get(space);
}

function parseArray(p: AsmParser): Type {
  p.expect("<");
  const size = p.parseSmallInteger();
  p.skipSpace();
  // `3 x i8` and `3xi8` are the same: the `x` is no word of its own.
  if (p.text[p.pos] !== "x") p.fail("parse.dimension", "expected `x` after an extent");
  p.pos++;
  const element = parseNestedType(p);
  p.expect(">");
  return LLVMArrayType.get(size, element);
}

function parseStruct(p: AsmParser): Type {
  p.expect("<");
  let name: string | undefined;
  if (p.at('"')) {
    name = p.parseString();
    p.expect(",");
    if (p.tryConsume("opaque")) {
      p.expect(">");
      return LLVMStructType.opaque(name);
    }
  }
  const packed = p.tryConsume("packed");
  const body: Type[] = [];
  p.parseCommaSeparated("(", ")", () => body.push(parseNestedType(p)));
  p.expect(">");
  return name === undefined
    ? LLVMStructType.literal(body, packed)
    : LLVMStructType.identified(name, body, packed);
}

function parseFunction(p: AsmParser): Type {
  p.expect("<");
  const returnType = parseNestedType(p);
  const params: Type[] = [];
  let isVarArg = false;
  p.parseCommaSeparated("(", ")", () => {
    if (isVarArg) p.fail("llvm.vararg-position", "`...` must be the last parameter");
    if (p.tryConsume("...")) isVarArg = true;
    else params.push(parseNestedType(p));
  });
  p.expect(">");
  return LLVMFunctionType.get(returnType, params, isVarArg);
}

function parseTarget(p: AsmParser): Type {
  p.expect("<");
  const name = p.parseString();
  const types: Type[] = [];
  const ints: number[] = [];
  while (p.tryConsume(",")) {
    const n = p.tryInteger();
    if (n === undefined) types.push(parseNestedType(p));
    else ints.push(Number(n));
  }
  p.expect(">");
  return LLVMTargetExtType.get(name, types, ints);
}

const syntaxes: readonly TypeSyntax[] = [
  { mnemonic: "ptr", summary: "An opaque pointer into an address space.", parse: parsePointer },
  { mnemonic: "array", summary: "A fixed number of values in a row.", parse: parseArray },
  { mnemonic: "struct", summary: "A literal or identified structure.", parse: parseStruct },
  { mnemonic: "func", summary: "The type of a function.", parse: parseFunction },
  { mnemonic: "target", summary: "A type only a target knows.", parse: parseTarget },
  { mnemonic: "void", summary: "The result of no value.", parse: () => LLVMVoidType.instance },
  { mnemonic: "label", summary: "A block as a value.", parse: () => LLVMLabelType.instance },
  { mnemonic: "metadata", summary: "Metadata as a value.", parse: () => LLVMMetadataType.instance },
  { mnemonic: "token", summary: "Ties operations.", parse: () => LLVMTokenType.instance },
  { mnemonic: "x86_amx", summary: "A tile register.", parse: () => LLVMX86AMXType.instance },
  { mnemonic: "ppc_fp128", summary: "A pair of f64.", parse: () => LLVMPPCFP128Type.instance },
];

const byMnemonic = new Map(syntaxes.map((s) => [s.mnemonic, s]));

/** A type inside another of the dialect: a mnemonic without `!llvm.`, or any type in full. */
export function parseNestedType(p: AsmParser): Type {
  const start = p.tokenStart();
  const word = p.tryKeyword();
  const syntax = word === undefined ? undefined : byMnemonic.get(word);
  if (syntax !== undefined) return p.nested(() => syntax.parse(p));
  p.pos = start;
  return p.parseType();
}

/** The syntax of every type of the dialect. */
export const llvmTypes: readonly TypeSyntax[] = syntaxes;
