/**
 * Scalar functions as operations of math and arith.
 *
 * Invariant: functions mean what JavaScript's do, rounded to the type; NaN and the sign of zero
 * included.
 */
import * as arith from "@strata/arith";
import type { Operation, Value } from "@strata/ir";
import * as math from "@strata/math";
import type { ScalarType } from "@strata/support";
import type { MathFunction } from "../semantics/tree.ts";
import { isFloatName, isUnsignedName } from "./ir-types.ts";
import type { ScalarBuilder } from "./scalar-ops.ts";

type Simple = Exclude<
  MathFunction,
  | "abs"
  | "sign"
  | "round"
  | "hypot"
  | "fround"
  | "imul"
  | "clz32"
  | "popcount"
  | "fma"
  | "atan2"
  | "isNaN"
>;

/** Functions of one float that are one operation. */
const SIMPLE: Readonly<Record<Simple, { of(operands: { input: Value }): Operation }>> = {
  sqrt: math.Sqrt,
  cbrt: math.Cbrt,
  exp: math.Exp,
  expm1: math.ExpM1,
  exp2: math.Exp2,
  log: math.Log,
  log2: math.Log2,
  log10: math.Log10,
  log1p: math.Log1p,
  sin: math.Sin,
  cos: math.Cos,
  tan: math.Tan,
  asin: math.ASin,
  acos: math.ACos,
  atan: math.ATan,
  sinh: math.SinH,
  cosh: math.CosH,
  tanh: math.TanH,
  floor: math.Floor,
  ceil: math.Ceil,
  trunc: math.Trunc,
  erf: math.Erf,
};

/** A function of values of one type, which is not the result's where the language says so. */
export function emitMath(
  s: ScalarBuilder,
  fn: MathFunction,
  args: readonly Value[],
  type: ScalarType,
): Value {
  const [x, y, z] = args;
  if (x === undefined) throw new Error(`${fn} without arguments`);
  const second = (): Value => {
    if (y === undefined) throw new Error(`${fn} of one argument`);
    return y;
  };
  switch (fn) {
    case "abs":
      if (isFloatName(type)) return s.insert(math.AbsF.of({ input: x }));
      return isUnsignedName(type) ? x : s.insert(math.AbsI.of({ input: x }));
    case "sign":
      return sign(s, x, type);
    case "round":
      return round(s, x, type);
    case "hypot":
      return hypot(s, x, second(), type);
    case "fround":
      return type === "f64" ? s.convert(s.convert(x, "f64", "f32"), "f32", "f64") : x;
    case "imul":
      return s.binary("mul", x, second(), type);
    case "clz32": {
      // Counted in 32 bits, whatever the width.
      const word = isUnsignedName(type) ? "u32" : "i32";
      return s.insert(math.Ctlz.of({ input: s.convert(x, type, word) }));
    }
    case "popcount":
      return s.insert(math.CtPop.of({ input: x }));
    case "fma":
      if (z === undefined) throw new Error("fma of two arguments");
      return s.insert(math.Fma.of({ a: x, b: second(), c: z }));
    case "atan2":
      return s.insert(math.Atan2.of({ lhs: x, rhs: second() }));
    case "isNaN":
      return s.isNaN(x);
    default:
      return s.insert(SIMPLE[fn].of({ input: x }));
  }
}

/** −1, 0 or 1; a zero or NaN is itself. */
function sign(s: ScalarBuilder, x: Value, type: ScalarType): Value {
  const wide = type === "i64" || type === "u64";
  const literal = (n: number): Value => s.literal(wide ? BigInt(n) : n, type);
  const positive = s.compare("gt", x, literal(0), type);
  if (isUnsignedName(type)) return s.select(positive, literal(1), literal(0));
  const negative = s.compare("lt", x, literal(0), type);
  return s.select(positive, literal(1), s.select(negative, literal(-1), x));
}

/** Halves go up, as in JavaScript; the sign of zero is the operand's. */
function round(s: ScalarBuilder, x: Value, type: ScalarType): Value {
  const down = s.insert(math.Floor.of({ input: x }));
  const rest = s.insert(arith.SubF.of({ lhs: x, rhs: down }));
  const up = s.insert(arith.AddF.of({ lhs: down, rhs: s.literal(1, type) }));
  const high = s.compare("ge", rest, s.literal(0.5, type), type);
  const nearest = s.select(high, up, down);
  return s.insert(math.CopySign.of({ lhs: nearest, rhs: x }));
}

/**
 * The root of the sum of two squares. Narrow floats are squared in f64, where nothing overflows;
 * f64 is scaled by the larger operand. An infinite operand wins over NaN.
 */
function hypot(s: ScalarBuilder, a: Value, b: Value, type: ScalarType): Value {
  if (type !== "f64") {
    const [x, y] = [s.convert(a, type, "f64"), s.convert(b, type, "f64")];
    const square = (v: Value): Value => s.insert(arith.MulF.of({ lhs: v, rhs: v }));
    const sum = s.insert(arith.AddF.of({ lhs: square(x), rhs: square(y) }));
    const root = s.convert(s.insert(math.Sqrt.of({ input: sum })), "f64", type);
    return infiniteWins(s, a, b, root, type);
  }
  const [x, y] = [s.insert(math.AbsF.of({ input: a })), s.insert(math.AbsF.of({ input: b }))];
  const large = s.insert(arith.MaximumF.of({ lhs: x, rhs: y }));
  const small = s.insert(arith.MinimumF.of({ lhs: x, rhs: y }));
  const one = s.literal(1, type);
  const zero = s.compare("eq", large, s.literal(0, type), type);
  const ratio = s.insert(arith.DivF.of({ lhs: small, rhs: s.select(zero, one, large) }));
  const square = s.insert(arith.MulF.of({ lhs: ratio, rhs: ratio }));
  const root = s.insert(
    math.Sqrt.of({ input: s.insert(arith.AddF.of({ lhs: one, rhs: square })) }),
  );
  const scaled = s.insert(arith.MulF.of({ lhs: large, rhs: root }));
  return infiniteWins(s, a, b, scaled, type);
}

function infiniteWins(s: ScalarBuilder, a: Value, b: Value, root: Value, type: ScalarType): Value {
  const infinity = s.literal(Infinity, type);
  const isInfinite = (v: Value): Value =>
    s.compare("eq", s.insert(math.AbsF.of({ input: v })), infinity, type);
  return s.select(s.binary("or", isInfinite(a), isInfinite(b), "bool"), infinity, root);
}
