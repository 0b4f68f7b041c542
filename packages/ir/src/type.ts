/**
 * Types: immutable, interned, compared by identity. A dialect declares its own with `defineType`;
 * the builtin ones are in `builtin-types.ts`.
 */
import type { AsmPrinter } from "./printer.ts";

/** Base of every type. Two types are equal exactly when they are the same object. */
export abstract class Type {
  /** A process-wide number, for hashing. */
  readonly id: number = freshId();

  /** Prints the type as MLIR's textual form has it. */
  abstract print(printer: AsmPrinter): void;

  /** The textual form, computed once. */
  #text: string | undefined;

  toString(): string {
    return (this.#text ??= textOf(this));
  }
}

let textOf: (printable: { print(printer: AsmPrinter): void }) => string = () => {
  throw new Error("the printer is not loaded");
};

/** Tells types and attributes how to become text; called once by the printer's module. */
export function installTextOf(f: typeof textOf): void {
  textOf = f;
}

/** The textual form of a type or attribute. */
export function printableText(printable: { print(printer: AsmPrinter): void }): string {
  return textOf(printable);
}

let nextId = 1;
const ids = new WeakMap<object, number>();

/** A process-wide number that nothing else has. */
export function freshId(): number {
  return nextId++;
}

/** A process-wide number for an interned object; the building block of interning keys. */
export function internId(object: object): number {
  if (object instanceof Type) return object.id;
  let id = ids.get(object);
  if (id === undefined) ids.set(object, (id = nextId++));
  return id;
}

/** Interns by a string key: the first object made for a key is the one everybody gets. */
export class Interner<T> {
  readonly #table = new Map<string, T>();

  get(key: string, make: () => T): T {
    let found = this.#table.get(key);
    if (found === undefined) this.#table.set(key, (found = make()));
    return found;
  }
}
