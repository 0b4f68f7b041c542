/**
 * Writes the text of a module operation by operation; knows which values may be used where.
 *
 * Invariants: a value is offered only where it dominates; every value written is defined before its
 * use in the order of the text, except that blocks may stand in any order.
 */
import {
  dynamic,
  FloatType,
  i1,
  index,
  IndexType,
  IntegerType,
  MemRefType,
  RankedTensorType,
  type Type,
  VectorType,
} from "@strata/ir";
import { denseFrom, numberFrom } from "./attributes.ts";
import type { Tape } from "./tape.ts";

/** The groups of operations a module is made of. */
export const families = [
  "arith",
  "math",
  "cf",
  "scf",
  "call",
  "memref",
  "tensor",
  "vector",
] as const;
export type Family = (typeof families)[number];

/** A value of the text. */
export interface NamedValue {
  readonly name: string;
  readonly type: Type;
}

/** A function that may be called. */
export interface Callable {
  readonly name: string;
  readonly inputs: readonly Type[];
  readonly results: readonly Type[];
}

/** Whether a value of a type can be made from nothing. */
export function canMake(type: Type): boolean {
  if (type instanceof IntegerType) return type.signedness === "signless";
  if (type instanceof IndexType || type instanceof FloatType) return true;
  if (type instanceof MemRefType) return type.layout === undefined;
  if (type instanceof VectorType || type instanceof RankedTensorType) {
    return canMake(type.elementType) && !(type.elementType instanceof VectorType);
  }
  return false;
}

/** What is known about the values of each enclosing scope. */
export class ModuleWriter {
  readonly tape: Tape;
  readonly families: ReadonlySet<Family>;
  /** Functions that may be called from here on. */
  callables: readonly Callable[] = [];
  /** Operations that may still be written in this function. */
  budget = 0;
  readonly #lines: string[] = [];
  #scopes: NamedValue[][] = [[]];
  #indent = "";
  #next = 0;

  constructor(tape: Tape, enabled: ReadonlySet<Family>) {
    this.tape = tape;
    this.families = enabled;
  }

  get text(): string {
    return `${this.#lines.join("\n")}\n`;
  }

  fresh(): string {
    return `%v${this.#next++}`;
  }

  line(text: string): void {
    this.#lines.push(this.#indent + text);
  }

  /** How much has been written. */
  mark(): number {
    return this.#lines.length;
  }

  /** Takes away what has been written since a mark. */
  cutSince(mark: number): string {
    return this.#lines.splice(mark).join("\n");
  }

  /** Writes what has been taken away. */
  paste(text: string): void {
    if (text !== "") this.#lines.push(text);
  }

  /** Writes an operation with one result and offers it. */
  emit(text: string, type: Type): string {
    const name = this.fresh();
    this.line(`${name} = ${text}`);
    this.offer({ name, type });
    return name;
  }

  /** Writes an operation with several results and offers them. */
  emitAll(text: string, types: readonly Type[]): string[] {
    if (types.length === 0) {
      this.line(text);
      return [];
    }
    const name = this.fresh();
    const names = types.length === 1 ? [name] : types.map((_, i) => `${name}#${i}`);
    this.line(`${name}${types.length === 1 ? "" : `:${types.length}`} = ${text}`);
    names.forEach((n, i) => this.offer({ name: n, type: types[i]! }));
    return names;
  }

  offer(...values: readonly NamedValue[]): void {
    this.#scopes.at(-1)!.push(...values);
  }

  /** Runs `body` one level further in; what it defines is offered inside only. */
  nested(body: () => void): void {
    this.#scopes.push([]);
    this.#indent += "  ";
    body();
    this.#indent = this.#indent.slice(2);
    this.#scopes.pop();
  }

  /** Runs `body` with exactly these values; returns what is offered at its end. */
  within(values: readonly NamedValue[], body: () => void): NamedValue[] {
    const outer = this.#scopes;
    const own = [...values];
    this.#scopes = [own];
    body();
    this.#scopes = outer;
    return own;
  }

  visible(fits: (type: Type) => boolean): NamedValue[] {
    return this.#scopes.flat().filter((v) => fits(v.type));
  }

  /** A value of a type: one at hand, the latest first, or a new one. */
  value(type: Type): string {
    const known = this.visible((t) => t === type).reverse();
    const isAtHand = known.length > 0;
    if (isAtHand && (!canMake(type) || !this.tape.chance(4))) return this.tape.pick(known).name;
    return this.constant(type);
  }

  /** The type of a value at hand that fits, the latest first; undefined where there is none. */
  someType(fits: (type: Type) => boolean): Type | undefined {
    const known = this.visible(fits).reverse();
    return known.length === 0 ? undefined : this.tape.pick(known).type;
  }

  /** A new value of a type, from nothing. */
  constant(type: Type): string {
    const { tape } = this;
    // Larger ones soon leave the range of the interpreter's indices.
    if (type === index) {
      return this.emit(`arith.constant ${tape.pick([0, 1, 2, 3, 7, -1, 64, 1000])} : index`, type);
    }
    if (type === i1) return this.emit(`arith.constant ${tape.chance(2)}`, type);
    if (type instanceof IntegerType || type instanceof IndexType || type instanceof FloatType) {
      return this.emit(`arith.constant ${numberFrom(tape, type).toString()}`, type);
    }
    const isArray = type instanceof VectorType || type instanceof RankedTensorType;
    if (isArray && type.elementType === index && type.hasStaticShape) {
      return this.emit(`arith.constant dense<${tape.int(0, 9)}> : ${type.toString()}`, type);
    }
    if (type instanceof VectorType || (type instanceof RankedTensorType && type.hasStaticShape)) {
      return this.emit(`arith.constant ${denseFrom(tape, type).toString()}`, type);
    }
    if (type instanceof RankedTensorType) {
      const shape = type.shape.map((n) => (n === dynamic ? tape.int(0, 4) : n));
      const source = RankedTensorType.get(shape, type.elementType);
      const from = this.constant(source);
      return this.emit(`tensor.cast ${from} : ${source.toString()} to ${type.toString()}`, type);
    }
    if (type instanceof MemRefType) {
      const sizes = type.shape.filter((n) => n === dynamic).map(() => this.indexBelow(6));
      return this.emit(`memref.alloc(${sizes.join(", ")}) : ${type.toString()}`, type);
    }
    throw new Error(`there is no way to make a ${type.toString()}`);
  }

  /** An index from 0 to below `extent` (at least 1), often one that is computed. */
  indexBelow(extent: number): string {
    const known = this.visible((t) => t === index);
    if (known.length === 0 || this.tape.chance(2)) {
      return this.emit(`arith.constant ${this.tape.int(0, extent - 1)} : index`, index);
    }
    const by = this.emit(`arith.constant ${extent} : index`, index);
    return this.emit(`arith.remui ${this.tape.pick(known).name}, ${by} : index`, index);
  }
}
