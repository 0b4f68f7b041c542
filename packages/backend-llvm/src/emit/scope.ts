/** What emitting needs: the module's tables, and the names within one function. */
import { type Block, nameHintOf, type Operation, opError, type Type, type Value } from "@strata/ir";
import { AddressOfOp, ConstantOp, NoneTokenOp, PoisonOp, UndefOp, ZeroOp } from "@strata/llvm";
import { DiagnosticError, unsupported } from "@strata/support";
import { constantText, zeroText } from "./constants.ts";
import type { MetadataTable } from "./metadata.ts";
import { globalName, localName } from "./text.ts";
import type { TypeTable } from "./types.ts";

/** Tables of the module that is emitted. */
export interface ModuleTables {
  readonly types: TypeTable;
  readonly metadata: MetadataTable;
  /** Declarations of intrinsics by name. */
  readonly intrinsics: Map<string, string>;
}

/** The text of an operation that stands for a constant, without its type. */
export function inlineConstant(op: Operation, types: TypeTable): string | undefined {
  if (op instanceof ConstantOp) return constantText(op.value, op.res.type, types);
  if (op instanceof ZeroOp) return zeroText(op.res.type);
  if (op instanceof UndefOp) return "undef";
  if (op instanceof PoisonOp) return "poison";
  if (op instanceof NoneTokenOp) return "none";
  if (op instanceof AddressOfOp) return globalName(op.global_name.root);
  return undefined;
}

/** Names of values and blocks of one function; unnamed values are numbered as LLVM does. */
export class FunctionScope {
  readonly tables: ModuleTables;
  readonly #values = new Map<Value, string>();
  readonly #blocks = new Map<Block, string>();
  readonly #taken = new Set<string>();
  #next = 0;

  constructor(tables: ModuleTables) {
    this.tables = tables;
  }

  get types(): TypeTable {
    return this.tables.types;
  }

  #unique(wanted: string): string {
    let name = wanted;
    for (let i = 0; this.#taken.has(name); i++) name = `${wanted}.${i}`;
    this.#taken.add(name);
    return name;
  }

  /** Names a value when its definition is met; LLVM numbers the unnamed in the text's order. */
  define(v: Value): string {
    const hint = nameHintOf(v);
    const name = hint === undefined ? `%${this.#next++}` : `%${localName(this.#unique(hint))}`;
    this.#values.set(v, name);
    return name;
  }

  /** Names a block. */
  defineBlock(b: Block, wanted: string): void {
    this.#blocks.set(b, localName(this.#unique(wanted)));
  }

  /** A fresh label for a block that is not in the IR. */
  freshLabel(wanted: string): string {
    return localName(this.#unique(wanted));
  }

  label(b: Block): string {
    const name = this.#blocks.get(b);
    if (name === undefined) throw new Error("a branch leaves its function");
    return name;
  }

  /** A value without its type: a local name or a constant. */
  value(v: Value): string {
    const known = this.#values.get(v);
    if (known !== undefined) return known;
    const def = v.definingOp;
    const constant = def === undefined ? undefined : inlineConstant(def, this.types);
    if (constant === undefined) throw new Error("a value is used before it is named");
    this.#values.set(v, constant);
    return constant;
  }

  type(t: Type): string {
    return this.types.text(t);
  }

  /** A value with its type in front. */
  typed(v: Value): string {
    return `${this.type(v.type)} ${this.value(v)}`;
  }
}

/** Ends emission: this form of the operation is not emitted. */
export function refuse(op: Operation, message: string): never {
  const { span } = opError(op, "backend-llvm.unsupported", message);
  throw new DiagnosticError(unsupported("backend-llvm.unsupported", message, { span }));
}
