/** Variables and constants of the module, other names, comdats, constructors. */
import type { ArrayAttr } from "@strata/ir";
import { IntegerAttr, type Operation, SymbolRefAttr, type Type, type Value } from "@strata/ir";
import * as llvm from "@strata/llvm";
import { aggregateText, constantText, fieldTypeAt, zeroText } from "./constants.ts";
import { linkageText, symbolWords, unnamedWord } from "./function.ts";
import { inlineConstant, type ModuleTables, refuse } from "./scope.ts";
import { comdatName, globalName, quoteString } from "./text.ts";
import type { TypeTable } from "./types.ts";

/** A constant that is being put together: text, or fields. */
type Constant = string | (Constant | undefined)[];

function finish(c: Constant | undefined, type: Type, fallback: string, types: TypeTable): string {
  if (c === undefined) return fallback;
  if (typeof c === "string") return c;
  const fields = c.map((f, i) => {
    const t = fieldTypeAt(type, i);
    return `${types.text(t)} ${finish(f, t, fallback, types)}`;
  });
  return aggregateText(type, fields);
}

/** Reads the initializer region of a global as one constant expression. */
class Initializer {
  readonly #types: TypeTable;
  readonly #known = new Map<Value, Constant>();

  constructor(types: TypeTable) {
    this.#types = types;
  }

  text(v: Value): string {
    return finish(this.#constant(v), v.type, "undef", this.#types);
  }

  #typed(v: Value): string {
    return `${this.#types.text(v.type)} ${this.text(v)}`;
  }

  #constant(v: Value): Constant {
    let c = this.#known.get(v);
    if (c === undefined) this.#known.set(v, (c = this.#read(v)));
    return c;
  }

  #read(v: Value): Constant {
    const op = v.definingOp;
    if (op === undefined) throw new Error("an initializer has no arguments");
    const simple = inlineConstant(op, this.#types);
    if (simple !== undefined) return simple;
    if (op instanceof llvm.InsertValueOp) return this.#insert(op);
    if (op instanceof llvm.GEPOp) return this.#gep(op);
    const casts = { "llvm.ptrtoint": "ptrtoint", "llvm.inttoptr": "inttoptr" } as const;
    const cast =
      op instanceof llvm.AddrSpaceCastOp ? "addrspacecast" : casts[op.name as "llvm.ptrtoint"];
    if (cast === undefined)
      return refuse(op, `\`${op.name}\` is no constant expression of LLVM IR`);
    return `${cast} (${this.#typed(op.operand(0))} to ${this.#types.text(v.type)})`;
  }

  #insert(op: llvm.InsertValueOp): Constant {
    const put = (into: Constant | undefined, type: Type, at: readonly number[]): Constant => {
      const [i, ...rest] = at;
      if (i === undefined) return this.#constant(op.value);
      const fields = Array.isArray(into) ? [...into] : this.#explode(into, type, op);
      fields[i] = put(fields[i], fieldTypeAt(type, i), rest);
      return fields;
    };
    return put(this.#constant(op.container), op.container.type, op.position.numbers);
  }

  /** The fields of a constant that is written as a whole. */
  #explode(c: string | undefined, type: Type, op: Operation): (Constant | undefined)[] {
    const count =
      type instanceof llvm.LLVMArrayType
        ? type.size
        : type instanceof llvm.LLVMStructType
          ? (type.body?.length ?? 0)
          : 0;
    const fields = Array.from({ length: count }, (_, i) => i);
    if (c === undefined || c === "undef" || c === "poison") return fields.map(() => c);
    if (c === "zeroinitializer") return fields.map((i) => zeroText(fieldTypeAt(type, i)));
    return refuse(op, "fields are set in an aggregate that is undefined or zero at first");
  }

  #gep(op: llvm.GEPOp): Constant {
    let next = 0;
    const indices = op.rawConstantIndices.numbers.map((i) =>
      i === llvm.gepDynamicIndex ? this.#typed(op.dynamicIndices[next++]!) : `i32 ${i}`,
    );
    const inbounds = llvm.GEPNoWrapFlags.has(op.noWrapFlags, "inbounds") ? "inbounds " : "";
    const parts = [this.#types.text(op.elem_type.value), this.#typed(op.base), ...indices];
    return `getelementptr ${inbounds}(${parts.join(", ")})`;
  }
}

/** A variable or constant of the module. */
export function emitGlobal(op: llvm.GlobalOp, tables: ModuleTables): string {
  const { types } = tables;
  const type = op.global_type.value;
  const { value } = op;
  let initial: string | undefined;
  if (value !== undefined) initial = constantText(value, type, types);
  else if (!op.initializer.isEmpty) {
    const end = op.initializer.entry.lastOp;
    if (end === null || end.numOperands !== 1) return refuse(op, "the initializer returns nothing");
    initial = new Initializer(types).text(end.operand(0));
  }
  const space = op.addr_space.value === 0n ? "" : `addrspace(${op.addr_space.value}) `;
  const unnamed = unnamedWord(op);
  const align = llvm.alignmentOf(op);
  const words = [
    linkageText(op, initial !== undefined),
    symbolWords(op),
    op.thread_local_ ? "thread_local " : "",
    unnamed === "" ? "" : `${unnamed} `,
    space,
    op.externally_initialized ? "externally_initialized " : "",
    op.constant ? "constant " : "global ",
    types.text(type),
    initial === undefined ? "" : ` ${initial}`,
    op.section === undefined ? "" : `, section ${quoteString(op.section.value)}`,
    op.comdat === undefined ? "" : `, comdat(${comdatName(op.comdat.leaf)})`,
    align === undefined ? "" : `, align ${align}`,
  ];
  return `${globalName(op.sym_name.value)} = ${words.join("")}`;
}

/** Another name of a global or function. */
export function emitAlias(op: llvm.AliasOp, tables: ModuleTables): string {
  const end = op.initializer.entry.lastOp;
  if (end === null || end.numOperands !== 1) return refuse(op, "the alias names nothing");
  const target = new Initializer(tables.types).text(end.operand(0));
  const unnamed = unnamedWord(op);
  const words = [
    linkageText(op, true),
    symbolWords(op),
    op.thread_local_ ? "thread_local " : "",
    unnamed === "" ? "" : `${unnamed} `,
  ].join("");
  const type = tables.types.text(op.alias_type.value);
  return `${globalName(op.sym_name.value)} = ${words}alias ${type}, ptr ${target}`;
}

/** Comdats: `$name = comdat any`. */
export function emitComdats(op: llvm.ComdatOp): string[] {
  return [...op.body.entry.ops()].flatMap((o) =>
    o instanceof llvm.ComdatSelectorOp
      ? [`${comdatName(o.sym_name.value)} = comdat ${llvm.ComdatKind.nameOf(o.comdat)}`]
      : [],
  );
}

/** Functions that run when the module is loaded or unloaded. */
export function emitStructors(
  op: llvm.GlobalCtorsOp | llvm.GlobalDtorsOp,
  types: TypeTable,
): string {
  const isCtors = op instanceof llvm.GlobalCtorsOp;
  const list = (a: ArrayAttr): readonly ArrayAttr["values"][number][] => a.values;
  const data = list(op.data);
  const priorities = list(op.priorities);
  const entries = list(isCtors ? op.ctors : op.dtors).map((f, i) => {
    const priority = priorities[i];
    const extra = data[i];
    const number = priority instanceof IntegerAttr ? priority.value : 65535n;
    const symbol = f instanceof SymbolRefAttr ? globalName(f.root) : "null";
    const about = extra === undefined ? "null" : constantText(extra, llvm.ptr, types);
    return `{ i32, ptr, ptr } { i32 ${number}, ptr ${symbol}, ptr ${about} }`;
  });
  const name = isCtors ? "@llvm.global_ctors" : "@llvm.global_dtors";
  return `${name} = appending global [${entries.length} x { i32, ptr, ptr }] [${entries.join(", ")}]`;
}
