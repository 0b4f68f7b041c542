/** The LLVM dialect, composed. */
import { type AttrSyntax, defineDialect, type Dialect, OpDefinition, type OpRef } from "@strata/ir";
import * as attributes from "./attributes.ts";
import { interfaces } from "./interfaces.ts";
import { memoryInterpretation } from "./interpret-memory.ts";
import { numberInterpretation } from "./interpret-numbers.ts";
import { valueInterpretation } from "./interpret-values.ts";
import * as loops from "./loop-attributes.ts";
import * as ops from "./ops.ts";
import { llvmTypes } from "./type-syntax.ts";

function isOpClass(x: unknown): x is OpRef {
  return typeof x === "function" && "definition" in x && x.definition instanceof OpDefinition;
}

function hasSyntax(x: unknown): x is { readonly syntax: AttrSyntax } {
  return typeof x === "function" && "syntax" in x;
}

const exported = (module: object): readonly unknown[] => Object.values(module);

/** `#llvm.overflow<nsw>`: an older spelling of overflow flags, which are integers. */
const overflow: AttrSyntax = {
  mnemonic: "overflow",
  summary: "Overflow flags.",
  parse: (p) => attributes.OverflowFlags.parse!(p),
};

export const llvm: Dialect = defineDialect({
  name: "llvm",
  summary: "LLVM IR as operations: what native code is made of.",
  ops: exported(ops).filter(isOpClass),
  types: llvmTypes,
  attributes: [
    ...[...exported(attributes), ...exported(loops)].filter(hasSyntax).map((c) => c.syntax),
    overflow,
  ],
  interfaces: [
    ...interfaces,
    ...numberInterpretation,
    ...valueInterpretation,
    ...memoryInterpretation,
  ],
});
