/** Quoting and naming in LLVM IR's text. */
import { encodeUtf8 } from "@strata/support";

/** Bytes as the inside of a quoted string: printable ASCII as it is, the others in hexadecimal. */
export function escapeBytes(bytes: Iterable<number>): string {
  let out = "";
  for (const b of bytes) {
    const isPlain = b >= 32 && b < 127 && b !== 34 && b !== 92;
    out += isPlain ? String.fromCharCode(b) : `\\${b.toString(16).toUpperCase().padStart(2, "0")}`;
  }
  return out;
}

/** A string in quotes. */
export function quoteString(text: string): string {
  return `"${escapeBytes(encodeUtf8(text))}"`;
}

const plainName = /^[A-Za-z$._-][\w$.-]*$/;

/** A global's name: `@name`, quoted where it has other characters. */
export function globalName(name: string): string {
  return plainName.test(name) ? `@${name}` : `@${quoteString(name)}`;
}

/** A comdat's name: `$name`. */
export function comdatName(name: string): string {
  return plainName.test(name) ? `$${name}` : `$${quoteString(name)}`;
}

/** A local name without its `%`, quoted where it has other characters. */
export function localName(name: string): string {
  return plainName.test(name) ? name : quoteString(name);
}
