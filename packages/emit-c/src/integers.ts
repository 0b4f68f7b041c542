/**
 * Integer operations as C.
 *
 * Invariants: sums, differences and products that may wrap are computed on unsigned kinds; an integer
 * value may be held in the signed or the unsigned kind of its width; `index` never wraps (the kernel's
 * index width was chosen so), so it stays signed.
 */
import * as arith from "@strata/arith";
import { i1, IndexType, type IntegerAttr, type OpRef } from "@strata/ir";
import * as math from "@strata/math";
import { asSigned, asUnsigned, castTo, type ScalarContext, type ScalarEmit } from "./emission.ts";
import {
  atom,
  bitsOf,
  call,
  type CKind,
  conditional,
  type Expr,
  infix,
  paren,
  prec,
  prefix,
} from "./expression.ts";
import type { Helper } from "./flavour.ts";
import * as helpers from "./helpers.ts";

type Cx = ScalarContext;
type HelperMaker = (cx: Cx, kind: CKind) => Helper;

const isBool = (cx: Cx): boolean => cx.types[0] === i1;
const isNarrow = (kind: CKind): boolean => bitsOf(kind) < 32;
const isIndex = (cx: Cx): boolean => cx.types[0] instanceof IndexType;

function neverWraps({ op }: Cx): boolean {
  const flags = op.getAttr("overflowFlags");
  return flags instanceof arith.OverflowAttr && flags.has("nsw");
}

/** A sum, difference or product, modulo the width. */
function wrapping(symbol: "+" | "-" | "*"): ScalarEmit {
  const strength = symbol === "*" ? prec.multiplicative : prec.additive;
  return (cx, [a, b]) => {
    const { flavour } = cx;
    if (isBool(cx)) {
      return symbol === "*"
        ? infix(a!, "&", b!, prec.and, "bool")
        : infix(a!, "!=", b!, prec.equality, "bool");
    }
    const kind = cx.resultKinds[0]!;
    if (isIndex(cx) || neverWraps(cx)) {
      const [x, y] = [asSigned(a!, flavour), asSigned(b!, flavour)];
      const negative = /^-(\d+\w*)$/.exec(y.text);
      if (negative !== null && symbol !== "*") {
        const flipped = atom(negative[1]!, y.kind);
        const sum = infix(
          x,
          symbol === "+" ? "-" : "+",
          flipped,
          strength,
          isNarrow(kind) ? "i32" : kind,
        );
        return castTo(sum, kind, flavour);
      }
      return castTo(infix(x, symbol, y, strength, isNarrow(kind) ? "i32" : kind), kind, flavour);
    }
    if (isNarrow(kind)) {
      const wide = (e: Expr): Expr => castTo(e, "u32", flavour);
      return castTo(infix(wide(a!), symbol, wide(b!), strength, "u32"), kind, flavour);
    }
    const [x, y] = [asUnsigned(a!, flavour), asUnsigned(b!, flavour)];
    return infix(x, symbol, y, strength, x.kind);
  };
}

/** A bitwise operation: the kind of the first operand. */
function bitwise(symbol: "&" | "|" | "^", strength: number): ScalarEmit {
  return (cx, [a, b]) => {
    if (isBool(cx)) {
      if (symbol !== "^") return infix(a!, symbol, b!, strength, "bool");
      if (b!.text === "true" || b!.text === "1") return prefix("!", a!, "bool");
      return infix(a!, "!=", b!, prec.equality, "bool");
    }
    const kind = a!.kind;
    const result = infix(
      a!,
      symbol,
      castTo(b!, kind, cx.flavour),
      strength,
      isNarrow(kind) ? "i32" : kind,
    );
    return castTo(result, kind, cx.flavour);
  };
}

function shift(symbol: "<<" | ">>", unsigned: boolean): ScalarEmit {
  return (cx, [a, b]) => {
    const { flavour } = cx;
    if (isBool(cx)) return a!;
    const kind = cx.resultKinds[0]!;
    const from = unsigned ? asUnsigned(a!, flavour) : asSigned(a!, flavour);
    const amount = castTo(asUnsigned(b!, flavour), "u32", flavour);
    if (!isNarrow(kind)) return infix(from, symbol, amount, prec.shift, from.kind);
    const wide = castTo(from, unsigned ? "u32" : "i32", flavour);
    return castTo(infix(wide, symbol, amount, prec.shift, wide.kind), kind, flavour);
  };
}

/** The value of a literal operand, if it is one. */
function literalOf(e: Expr): bigint | undefined {
  const found = /^\(?(-?\d+)(u|l|ll|ul|ull)?\)?$/.exec(e.text);
  return found === null ? undefined : BigInt(found[1]!);
}

/** Division or remainder: the operator where the divisor is a harmless constant, else a helper. */
function dividing(name: "div" | "rem", unsigned: boolean): ScalarEmit {
  return (cx, [a, b]) => {
    const { flavour } = cx;
    if (isBool(cx)) return name === "div" ? a! : atom("false", "bool");
    const change = unsigned ? asUnsigned : asSigned;
    const [x, y] = [change(a!, flavour), change(b!, flavour)];
    const divisor = literalOf(y);
    if (divisor !== undefined && divisor !== 0n && divisor !== -1n) {
      const kind = isNarrow(x.kind) ? "i32" : x.kind;
      const symbol = name === "div" ? "/" : "%";
      return castTo(infix(x, symbol, y, prec.multiplicative, kind), x.kind, flavour);
    }
    return call(cx.use(helpers.division(flavour, name, x.kind)), [x, y], x.kind);
  };
}

/** A helper on signed or unsigned operands. */
function helped(make: HelperMaker, unsigned = false): ScalarEmit {
  return (cx, args) => {
    const change = unsigned ? asUnsigned : asSigned;
    const operands = args.map((a) => change(a, cx.flavour));
    const kind = operands[0]!.kind;
    return castTo(call(cx.use(make(cx, kind)), operands, kind), operands[0]!.kind, cx.flavour);
  };
}

function minMax(name: "min" | "max", unsigned: boolean): ScalarEmit {
  return (cx, [a, b]) => {
    const { flavour } = cx;
    if (isBool(cx)) {
      const isAnd = (name === "min") === unsigned;
      return infix(a!, isAnd ? "&" : "|", b!, isAnd ? prec.and : prec.or, "bool");
    }
    const change = unsigned ? asUnsigned : asSigned;
    const own = change(a!, flavour).kind;
    const typed = (e: Expr): Expr => {
      const operand = castTo(change(e, flavour), own, flavour);
      // Literals and choices are ints: overloads need to know better.
      const isInt = literalOf(operand) !== undefined || operand.prec < prec.unary;
      if (!isNarrow(own) || !isInt) return operand;
      const text = `(${flavour.types[own]})${paren(operand, prec.unary)}`;
      return { ...operand, text, prec: prec.unary };
    };
    const least = call(
      flavour.minMax(name, own),
      [typed(a!), typed(b!)],
      isNarrow(own) ? "i32" : own,
    );
    return castTo(least, own, flavour);
  };
}

const comparisons: Readonly<Record<string, readonly [string, number]>> = {
  eq: ["==", prec.equality],
  ne: ["!=", prec.equality],
  lt: ["<", prec.relational],
  le: ["<=", prec.relational],
  gt: [">", prec.relational],
  ge: [">=", prec.relational],
};

const compare: ScalarEmit = (cx, [a, b]) => {
  const name = arith.CmpIPredicate.nameOf((cx.op as arith.CmpI).predicate);
  const isSign = name.startsWith("s");
  const key = name.length === 3 ? name.slice(1) : name;
  const [symbol, strength] = comparisons[key]!;
  // A bool is signed too: 1 is -1.
  if (isBool(cx)) {
    return isSign
      ? infix(b!, symbol, a!, strength, "bool")
      : infix(a!, symbol, b!, strength, "bool");
  }
  const unsigned = name.startsWith("u");
  const change = unsigned
    ? asUnsigned
    : isSign
      ? asSigned
      : (e: Expr): Expr => castTo(e, a!.kind, cx.flavour);
  return infix(change(a!, cx.flavour), symbol, change(b!, cx.flavour), strength, "bool");
};

const select: ScalarEmit = (cx, [c, a, b]) => {
  const other = castTo(b!, a!.kind, cx.flavour);
  const narrow = isNarrow(a!.kind) && a!.kind !== "bool";
  const result = conditional(c!, a!, other);
  return narrow ? { ...result, kind: a!.kind } : result;
};

/** A wider or narrower integer; `unsigned` says how the sign is read. */
function resize(unsigned: boolean): ScalarEmit {
  return (cx, [a]) => {
    const { flavour } = cx;
    const to = cx.resultKinds[0]!;
    if (to === "bool") {
      const bit = infix(asUnsigned(a!, flavour), "&", atom("1", "i32"), prec.and, "i32");
      return castTo(bit, "bool", flavour);
    }
    if (cx.types[0] === i1) {
      if (unsigned) return castTo(a!, to, flavour);
      return conditional(
        a!,
        castTo(atom("-1", "i32"), to, flavour),
        castTo(atom("0", "i32"), to, flavour),
      );
    }
    return castTo(unsigned ? asUnsigned(a!, flavour) : asSigned(a!, flavour), to, flavour);
  };
}

const addExtended: ScalarEmit = (cx, [a, b]) => {
  const { flavour } = cx;
  if (isBool(cx)) {
    return [infix(a!, "!=", b!, prec.equality, "bool"), infix(a!, "&", b!, prec.and, "bool")];
  }
  const sum = wrapping("+")(cx, [a!, b!]) as Expr;
  const [x, y] = [asUnsigned(sum, flavour), asUnsigned(a!, flavour)];
  return [sum, infix(castTo(x, y.kind, flavour), "<", y, prec.relational, "bool")];
};

function mulExtended(unsigned: boolean): ScalarEmit {
  return (cx, [a, b]) => {
    const low = wrapping("*")(cx, [a!, b!]) as Expr;
    // A bit times a bit is a bit, also where 1 stands for -1.
    if (isBool(cx)) return [low, atom("false", "bool")];
    const high = helped((c, k) => helpers.highProduct(c.flavour, k), unsigned)(cx, [
      a!,
      b!,
    ]) as Expr;
    return [low, high];
  };
}

/** Counts on the unsigned bits in at least 32. */
function counting(name: "ones" | "leading" | "trailing"): ScalarEmit {
  return (cx, [a]) => {
    const { flavour } = cx;
    const to = cx.resultKinds[0]!;
    const bits = bitsOf(to);
    const wide = bits === 64 ? "u64" : "u32";
    const x = castTo(asUnsigned(a!, flavour), wide, flavour);
    const back = (e: Expr): Expr =>
      castTo({ ...e, kind: bits === 64 ? "i64" : "i32" }, to, flavour);
    const typed = (e: Expr): Expr =>
      bits === 64 ? castTo({ ...e, kind: "i32" }, "i64", flavour) : e;
    if (name === "ones") return back(typed(call(flavour.popcount(wide), [x], "i32")));
    if (name === "leading") {
      const zeros = typed(call(flavour.countLeadingZeros(wide), [x], "i32"));
      if (bits >= 32) return back(zeros);
      return back(infix(zeros, "-", atom(String(32 - bits), "i32"), prec.additive, "i32"));
    }
    const guard = atom(String(2 ** bits), "u32");
    const bounded =
      bits >= 32 ? x : infix(x, "|", { ...guard, text: `${guard.text}u` }, prec.or, "u32");
    const helper = helpers.countTrailingZeros(flavour, wide);
    return back(call(cx.use(helper), [bounded], wide));
  };
}

/** The emitter of each integer operation. */
export const integerEmitters: readonly (readonly [OpRef, ScalarEmit])[] = [
  [arith.AddI, wrapping("+")],
  [arith.SubI, wrapping("-")],
  [arith.MulI, wrapping("*")],
  [arith.AndI, bitwise("&", prec.and)],
  [arith.OrI, bitwise("|", prec.or)],
  [arith.XOrI, bitwise("^", prec.xor)],
  [arith.ShLI, shift("<<", true)],
  [arith.ShRSI, shift(">>", false)],
  [arith.ShRUI, shift(">>", true)],
  [arith.DivSI, dividing("div", false)],
  [arith.DivUI, dividing("div", true)],
  [arith.RemSI, dividing("rem", false)],
  [arith.RemUI, dividing("rem", true)],
  [arith.CeilDivSI, helped((cx, k) => helpers.roundedDivision(cx.flavour, "ceildiv", k))],
  [arith.CeilDivUI, helped((cx, k) => helpers.roundedDivision(cx.flavour, "ceildiv", k), true)],
  [arith.FloorDivSI, helped((cx, k) => helpers.roundedDivision(cx.flavour, "floordiv", k))],
  [arith.MinSI, minMax("min", false)],
  [arith.MaxSI, minMax("max", false)],
  [arith.MinUI, minMax("min", true)],
  [arith.MaxUI, minMax("max", true)],
  [arith.CmpI, compare],
  [arith.SelectOp, select],
  [arith.ExtSI, resize(false)],
  [arith.ExtUI, resize(true)],
  [arith.TruncI, resize(false)],
  [arith.IndexCast, resize(false)],
  [arith.IndexCastUI, resize(true)],
  [arith.AddUIExtended, addExtended],
  [arith.MulSIExtended, mulExtended(false)],
  [arith.MulUIExtended, mulExtended(true)],
  [math.AbsI, helped((cx, k) => helpers.magnitude(cx.flavour, k))],
  [math.CtPop, counting("ones")],
  [math.Ctlz, counting("leading")],
  [math.Cttz, counting("trailing")],
  [math.IPowI, helped((cx, k) => helpers.integerPower(cx.flavour, k))],
];

/** An integer constant. */
export function integerConstant(cx: Pick<Cx, "flavour">, attr: IntegerAttr, kind: CKind): Expr {
  if (kind === "bool") return atom(attr.value === 0n ? "false" : "true", "bool");
  const text = helpers.integerLiteral(BigInt.asIntN(bitsOf(kind), attr.value), kind, cx.flavour);
  return { ...atom(text, kind), prec: text.startsWith("-") ? prec.unary : prec.primary };
}
