/**
 * Functions in LLVM IR: block arguments become phi nodes, constants stand where they are used.
 *
 * A terminator that goes to one block twice with different values needs a block on the way for each
 * further edge: a phi node has one value for each predecessor.
 */
import { type Block, BranchInterface, type Operation, type Value } from "@strata/ir";
import * as llvm from "@strata/llvm";
import { functionAttributes, parameterAttributes } from "./attributes.ts";
import { emitterOf, terminatorText } from "./instructions.ts";
import { FunctionScope, inlineConstant, type ModuleTables, refuse } from "./scope.ts";
import { comdatName, globalName, quoteString } from "./text.ts";

/** One way from a terminator to a block. */
interface Edge {
  readonly from: Block;
  readonly to: Block;
  readonly values: readonly Value[];
  /** The block that `to` sees as its predecessor: `from`, or one on the way. */
  readonly via: string;
}

function edgesOf(body: Iterable<Block>, s: FunctionScope): Edge[] {
  const edges: Edge[] = [];
  for (const from of body) {
    const last = from.lastOp;
    if (last === null) continue;
    const branching = BranchInterface.of(last);
    last.successors.forEach((to, i) => {
      if (to.prev === null) refuse(last, "nothing may branch to the entry block of a function");
      const values = branching?.successorOperands(last, i) ?? [];
      const before = edges.filter((e) => e.from === from && e.to === to);
      const direct = before.every((e) => e.values.every((v, k) => v === values[k]));
      const via = direct ? s.label(from) : s.freshLabel(`${s.label(from)}.to.${s.label(to)}`);
      edges.push({ from, to, values, via });
    });
  }
  return edges;
}

function emitBlock(
  block: Block,
  isEntry: boolean,
  edges: readonly Edge[],
  s: FunctionScope,
  lines: string[],
): void {
  lines.push(`${s.label(block)}:`);
  if (!isEntry) {
    const incoming = edges.filter((e) => e.to === block);
    block.args.forEach((arg, i) => {
      const list = incoming.map((e) => `[ ${s.value(e.values[i]!)}, %${e.via} ]`);
      // A block that nothing goes to has arguments of any value.
      const phi =
        list.length === 0
          ? `freeze ${s.type(arg.type)} poison`
          : `phi ${s.type(arg.type)} ${list.join(", ")}`;
      lines.push(`  ${s.value(arg)} = ${phi}`);
    });
  }
  for (const op of block.ops()) {
    if (op === block.lastOp) {
      const own = edges.filter((e) => e.from === block);
      const label = (i: number): string => {
        const e = own[i]!;
        return e.via === s.label(block) ? s.label(e.to) : e.via;
      };
      lines.push(`  ${terminatorText(op, s, label)}`);
      for (const e of own) {
        if (e.via !== s.label(block)) lines.push("", `${e.via}:`, `  br label %${s.label(e.to)}`);
      }
    } else if (!isInlined(op, s)) lines.push(`  ${instructionText(op, s)}`);
  }
}

const isInlined = (op: Operation, s: FunctionScope): boolean =>
  inlineConstant(op, s.types) !== undefined;

function instructionText(op: Operation, s: FunctionScope): string {
  const emit = emitterOf(op.definition);
  if (emit === undefined) {
    return refuse(op, `\`${op.name}\` has no form in LLVM IR: lower the module first`);
  }
  const text = emit(op, s);
  return op.results.length === 0 ? text : `${s.value(op.resultAt(0))} = ${text}`;
}

/** Names everything in the order of the text, as LLVM numbers what has no name. */
function nameAll(blocks: readonly Block[], s: FunctionScope): void {
  blocks.forEach((b, i) => s.defineBlock(b, i === 0 ? "entry" : `bb${i}`));
  blocks.forEach((b, i) => {
    if (i > 0) for (const arg of b.args) s.define(arg);
    for (const op of b.ops()) {
      if (isInlined(op, s)) continue;
      for (const r of op.results) s.define(r);
    }
  });
}

function paramText(op: llvm.FuncOp, i: number, s: FunctionScope): string {
  const type = s.type(op.type.params[i]!);
  const words = parameterAttributes(op, llvm.dictionaryAt(op.arg_attrs, i), s.types);
  const arg = op.body.firstBlock?.args[i];
  return [type, ...words, ...(arg === undefined ? [] : [s.define(arg)])].join(" ");
}

/** The linkage with a space behind; external definitions need no word. */
export function linkageText(op: Operation, isDefinition: boolean): string {
  const a = op.getAttr("linkage");
  if (!(a instanceof llvm.LinkageAttr)) return "";
  if (a.linkage === "external") return isDefinition ? "" : "external ";
  return `${a.linkage} `;
}

/** `dso_local`, visibility and the like, each with a space behind. */
export function symbolWords(op: Operation): string {
  const visibility = op.getAttr("visibility_");
  const name =
    visibility !== undefined && "value" in visibility
      ? llvm.Visibility.nameOf(visibility as Parameters<typeof llvm.Visibility.nameOf>[0])
      : "";
  const local = op.getAttr("dso_local") === undefined ? "" : "dso_local ";
  return local + (name === "" ? "" : `${name} `);
}

/** Whether the address of a symbol matters: a word, or nothing. */
export function unnamedWord(op: llvm.FuncOp | llvm.GlobalOp | llvm.AliasOp): string {
  return op.unnamed_addr === undefined ? "" : llvm.UnnamedAddr.nameOf(op.unnamed_addr);
}

/** What stands behind a function's attributes, each with a space in front. */
function trailer(op: llvm.FuncOp): string {
  const align = llvm.alignmentOf(op);
  return [
    op.section === undefined ? "" : ` section ${quoteString(op.section.value)}`,
    op.comdat === undefined ? "" : ` comdat(${comdatName(op.comdat.leaf)})`,
    align === undefined ? "" : ` align ${align}`,
    op.garbageCollector === undefined ? "" : ` gc ${quoteString(op.garbageCollector.value)}`,
    op.personality === undefined ? "" : ` personality ptr ${globalName(op.personality.root)}`,
  ].join("");
}

/** A function: its definition, or its declaration where it has no body. */
export function emitFunction(op: llvm.FuncOp, tables: ModuleTables): string {
  const s = new FunctionScope(tables);
  const { type } = op;
  const params = type.params.map((_, i) => paramText(op, i, s));
  if (type.isVarArg) params.push("...");
  const words = parameterAttributes(op, llvm.dictionaryAt(op.res_attrs, 0), s.types);
  const cconv = llvm.cconvs[op.CConv.cconv];
  const linkage = linkageText(op, true);
  const front =
    linkage +
    symbolWords(op) +
    (cconv === "" ? "" : `${cconv} `) +
    words.map((w) => `${w} `).join("") +
    s.type(type.returnType);
  const unnamed = unnamedWord(op);
  const behind = [...(unnamed === "" ? [] : [unnamed]), ...functionAttributes(op)]
    .map((w) => ` ${w}`)
    .join("");
  const entryCount = op.function_entry_count;
  const profile =
    entryCount === undefined
      ? ""
      : ` !prof ${tables.metadata.node(['!"function_entry_count"', `i64 ${entryCount.value}`])}`;
  const head = `${front} ${globalName(op.sym_name.value)}(${params.join(", ")})${behind}${trailer(op)}${profile}`;
  if (op.isDeclaration) return `declare ${head}`;
  const blocks = [...op.body.blocks()];
  nameAll(blocks, s);
  const edges = edgesOf(blocks, s);
  const lines: string[] = [];
  blocks.forEach((b, i) => {
    if (i > 0) lines.push("");
    emitBlock(b, i === 0, edges, s, lines);
  });
  return `define ${head} {\n${lines.join("\n")}\n}`;
}
