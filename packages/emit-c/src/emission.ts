/** What the emitters of scalar operations are given, and conversions between kinds. */
import type { Operation, Type } from "@strata/ir";
import {
  atom,
  bitsOf,
  type CKind,
  type Expr,
  isFloatKind,
  paren,
  prec,
  signedOf,
  unsignedOf,
} from "./expression.ts";
import type { CFlavour, Feature, Helper } from "./flavour.ts";
import { integerLiteral } from "./helpers.ts";

/** What a program collects while its kernels are printed. */
export interface ProgramScope {
  readonly flavour: CFlavour;
  /** Brings a helper along and gives its name. */
  use(helper: Helper): string;
  need(feature: Feature): void;
}

/** One scalar operation that is being printed. */
export interface ScalarContext extends ProgramScope {
  readonly op: Operation;
  /** Element types of the operands. */
  readonly types: readonly Type[];
  /** Element types of the results. */
  readonly resultTypes: readonly Type[];
  readonly kinds: readonly CKind[];
  readonly resultKinds: readonly CKind[];
}

/** Prints an operation on scalars: one expression for each result. */
export type ScalarEmit = (cx: ScalarContext, args: readonly Expr[]) => Expr | readonly Expr[];

const literal = /^(-?\d+)(u|l|ll|ul|ull)?$/;

/** The expression as another kind of integer, bool or float, as a C cast converts. */
export function castTo(e: Expr, kind: CKind, flavour: CFlavour): Expr {
  if (e.kind === kind) return e;
  const number = isFloatKind(kind) || isFloatKind(e.kind) ? null : literal.exec(e.text);
  if (number !== null && kind !== "bool") {
    const wrapped = kind.startsWith("u")
      ? BigInt.asUintN(bitsOf(kind), BigInt(number[1]!))
      : BigInt.asIntN(bitsOf(kind), BigInt(number[1]!));
    const text = integerLiteral(wrapped, kind, flavour);
    return { ...atom(text, kind), prec: text.startsWith("-") ? prec.unary : prec.primary };
  }
  if (kind === "bool") {
    return {
      text: `${paren(e, prec.equality + 1)} != 0`,
      prec: prec.equality,
      kind,
      reads: e.reads,
    };
  }
  const text = `(${flavour.types[kind]})${paren(e, prec.unary)}`;
  return { text, prec: prec.unary, kind, reads: e.reads };
}

/** The same bits, signed; of a bool, the value 0 or 1 as an i32. */
export function asSigned(e: Expr, flavour: CFlavour): Expr {
  return e.kind === "bool" ? castTo(e, "i32", flavour) : castTo(e, signedOf(e.kind), flavour);
}

/** The same bits, unsigned. */
export function asUnsigned(e: Expr, flavour: CFlavour): Expr {
  return e.kind === "bool" ? castTo(e, "u32", flavour) : castTo(e, unsignedOf(e.kind), flavour);
}
