/**
 * Attributes: immutable compile-time data on operations, interned and compared by identity.
 */
import type { AsmPrinter } from "./printer.ts";
import { freshId, printableText } from "./type.ts";

/** Base of every attribute. Two attributes are equal exactly when they are the same object. */
export abstract class Attribute {
  /** A process-wide number, for hashing. */
  readonly id: number = freshId();

  /** Prints the attribute as MLIR's textual form has it. */
  abstract print(printer: AsmPrinter): void;

  #text: string | undefined;

  toString(): string {
    return (this.#text ??= printableText(this));
  }
}
