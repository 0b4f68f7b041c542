/** Whole modules of the LLVM dialect as LLVM IR. */
import { ArrayAttr, type ModuleOp, type Operation, StringAttr } from "@strata/ir";
import * as llvm from "@strata/llvm";
import { emitFunction } from "./function.ts";
import { emitAlias, emitComdats, emitGlobal, emitStructors } from "./global.ts";
import { MetadataTable } from "./metadata.ts";
import { type ModuleTables, refuse } from "./scope.ts";
import { quoteString } from "./text.ts";
import { TypeTable } from "./types.ts";

/** What the text says besides the module's content. */
export interface EmitOptions {
  /** Name of the source, for messages of LLVM. */
  readonly sourceFilename?: string;
  /** `x86_64-unknown-linux-gnu`; the module's attribute `llvm.target_triple` unless given. */
  readonly targetTriple?: string;
  /** The module's attribute `llvm.data_layout` unless given. */
  readonly dataLayout?: string;
}

const stringAttr = (op: Operation, name: string): string | undefined => {
  const a = op.getAttr(name);
  return a instanceof StringAttr ? a.value : undefined;
};

function header(module: ModuleOp, options: EmitOptions): string[] {
  const lines: string[] = [];
  const name = options.sourceFilename ?? module.sym_name?.value;
  const layout = options.dataLayout ?? stringAttr(module, "llvm.data_layout");
  const triple = options.targetTriple ?? stringAttr(module, "llvm.target_triple");
  if (name !== undefined) lines.push(`source_filename = ${quoteString(name)}`);
  if (layout !== undefined && layout !== "") {
    lines.push(`target datalayout = ${quoteString(layout)}`);
  }
  if (triple !== undefined && triple !== "") lines.push(`target triple = ${quoteString(triple)}`);
  return lines;
}

function linkerOptions(op: llvm.LinkerOptionsOp, tables: ModuleTables): string {
  const list = op.options instanceof ArrayAttr ? op.options.values : [];
  const strings = list.map((s) => `!${quoteString(s instanceof StringAttr ? s.value : "")}`);
  return tables.metadata.node(strings);
}

/**
 * A module of the LLVM dialect as text of LLVM IR, which LLVM 19 and newer read. A diagnostic for
 * operations of other dialects and for the few forms that LLVM IR lacks.
 */
export function emitLLVMIR(module: ModuleOp, options: EmitOptions = {}): string {
  const tables: ModuleTables = {
    types: new TypeTable(),
    metadata: new MetadataTable(),
    intrinsics: new Map(),
  };
  const comdats: string[] = [];
  const globals: string[] = [];
  const functions: string[] = [];
  const linked: string[] = [];
  for (const op of module.ops()) {
    if (op instanceof llvm.FuncOp) functions.push(emitFunction(op, tables));
    else if (op instanceof llvm.GlobalOp) globals.push(emitGlobal(op, tables));
    else if (op instanceof llvm.AliasOp) globals.push(emitAlias(op, tables));
    else if (op instanceof llvm.ComdatOp) comdats.push(...emitComdats(op));
    else if (op instanceof llvm.GlobalCtorsOp || op instanceof llvm.GlobalDtorsOp) {
      globals.push(emitStructors(op, tables.types));
    } else if (op instanceof llvm.LinkerOptionsOp) linked.push(linkerOptions(op, tables));
    else refuse(op, `\`${op.name}\` has no form in LLVM IR: lower the module first`);
  }
  // The module may declare an intrinsic itself; twice is once too often.
  const declared = new Set([...module.ops()].map((op) => stringAttr(op, "sym_name")));
  const intrinsics = [...tables.intrinsics].filter(([name]) => !declared.has(name));
  const flags = linked.length === 0 ? [] : [`!llvm.linker.options = !{${linked.join(", ")}}`];
  const sections = [
    header(module, options).join("\n"),
    tables.types.definitions().join("\n"),
    comdats.join("\n"),
    globals.join("\n"),
    ...functions,
    intrinsics.map(([, text]) => text).join("\n"),
    [...flags, ...tables.metadata.lines()].join("\n"),
  ];
  return `${sections.filter((s) => s !== "").join("\n\n")}\n`;
}
