/**
 * Expressions of C: text with what is needed to nest it in another one.
 *
 * Invariants: `kind` is the C type of the text as it stands; f16 and bf16 values are `f32` values that
 * the narrow format can hold; a `bool` is 0 or 1; an expression's text may be used once unless it is
 * `isTrivial`.
 */

/** The C types of scalars. */
export type CKind =
  | "bool"
  | "i8"
  | "u8"
  | "i16"
  | "u16"
  | "i32"
  | "u32"
  | "i64"
  | "u64"
  | "f32"
  | "f64";

/** Binding strength, as C has it. */
export const prec = {
  primary: 16,
  postfix: 15,
  unary: 14,
  multiplicative: 13,
  additive: 12,
  shift: 11,
  relational: 10,
  equality: 9,
  and: 8,
  xor: 7,
  or: 6,
  logicalAnd: 5,
  logicalOr: 4,
  conditional: 3,
} as const;

/** A piece of C that gives a value. */
export interface Expr {
  readonly text: string;
  readonly prec: number;
  readonly kind: CKind;
  /** Whether it reads memory that later statements may write. */
  readonly reads: boolean;
}

/** A name or a literal. */
export function atom(text: string, kind: CKind): Expr {
  return { text, prec: prec.primary, kind, reads: false };
}

/** Whether the text may stand in several places: a name or a literal. */
export function isTrivial(e: Expr): boolean {
  return !e.reads && (e.prec === prec.primary || /^-[\w.]+$/.test(e.text)) && !/[([]/.test(e.text);
}

/** The text as an operand of something that binds as strongly as `least`. */
export function paren(e: Expr, least: number): string {
  return e.prec >= least ? e.text : `(${e.text})`;
}

const longLiteral = /^(-?\d{1,9})ll?$/;

/** A 64-bit literal beside a 64-bit operand needs no suffix: the operation is as wide as the other. */
function beside(e: Expr, other: Expr, op: string): Expr {
  if (e.kind !== "i64" || other.kind !== "i64" || op === "<<" || op === ">>") return e;
  const found = longLiteral.exec(e.text);
  return found === null || longLiteral.test(other.text) ? e : { ...e, text: found[1]! };
}

/** `a op b`, left to right. */
export function infix(x: Expr, op: string, y: Expr, strength: number, kind: CKind): Expr {
  const [a, b] = [beside(x, y, op), beside(y, x, op)];
  // Compilers warn about mixtures that are right but hard to read.
  const mixed = strength <= prec.shift && strength !== prec.relational;
  const left = mixed && a.prec !== strength ? prec.unary : strength;
  const right = mixed ? prec.unary : strength + 1;
  return {
    text: `${paren(a, left)} ${op} ${paren(b, right)}`,
    prec: strength,
    kind,
    reads: a.reads || b.reads,
  };
}

/** `op a`. */
export function prefix(op: string, a: Expr, kind: CKind): Expr {
  const text = paren(a, prec.unary);
  const glue = op === "-" && text.startsWith("-") ? " " : "";
  return { text: `${op}${glue}${text}`, prec: prec.unary, kind, reads: a.reads };
}

/** `f(a, b)`. */
export function call(f: string, args: readonly Expr[], kind: CKind): Expr {
  const text = `${f}(${args.map((a) => a.text).join(", ")})`;
  return { text, prec: prec.postfix, kind, reads: args.some((a) => a.reads) };
}

/** `c ? a : b`; `a` and `b` have one kind. */
export function conditional(c: Expr, a: Expr, b: Expr): Expr {
  return {
    text: `${paren(c, prec.conditional + 1)} ? ${paren(a, prec.conditional + 1)} : ${paren(b, prec.conditional + 1)}`,
    prec: prec.conditional,
    kind: a.kind,
    reads: a.reads || b.reads || c.reads,
  };
}

/** Bits of a kind; a bool has one. */
export function bitsOf(kind: CKind): number {
  return kind === "bool" ? 1 : Number(kind.slice(1));
}

/** Whether the kind is a float. */
export function isFloatKind(kind: CKind): boolean {
  return kind === "f32" || kind === "f64";
}

/** The unsigned kind of the same width. */
export function unsignedOf(kind: CKind): CKind {
  return kind.startsWith("i") ? (`u${kind.slice(1)}` as CKind) : kind;
}

/** The signed kind of the same width. */
export function signedOf(kind: CKind): CKind {
  return kind.startsWith("u") ? (`i${kind.slice(1)}` as CKind) : kind;
}
