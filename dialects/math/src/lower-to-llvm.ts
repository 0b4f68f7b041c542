/**
 * `math` to the LLVM dialect: intrinsics where LLVM has them, functions of the C library
 * (`expm1`, `expm1f` …) elsewhere. Library functions work on one number at a time, so vectors are
 * taken apart; narrow floats are computed in f32 and rounded.
 */
import { FastMathAttr } from "@strata/arith";
import type { IntegerType } from "@strata/ir";
import {
  type Block,
  elementTypeOf,
  f32,
  f64,
  FloatType,
  i1,
  i32,
  i64,
  IntegerAttr,
  type Operation,
  type OpRef,
  type Type,
  type Value,
  VectorType,
} from "@strata/ir";
import * as llvm from "@strata/llvm";
import {
  type AnyOpClass,
  type Attributes,
  buildElementwise,
  callFunction,
  callLibrary,
  computeWide,
  constantOf,
  directConversion,
  elementwiseConversion,
  fastmathOf,
  insertOne,
  poisonOf,
  truncateFloat,
} from "@strata/llvm/lowering";
import {
  conversionPattern,
  type RewritePattern,
  type Rewriter,
  type TypeConverter,
} from "@strata/rewrite";
import * as ops from "./ops.ts";

function fastmath(op: Operation): Attributes {
  const flags = op.getAttr("fastmath");
  return flags instanceof FastMathAttr ? { fastmathFlags: fastmathOf(flags.flags) } : {};
}

/** Operations that LLVM has with the same operands. */
const direct: readonly (readonly [AnyOpClass, OpRef])[] = [
  [ops.AbsF, llvm.FAbsOp],
  [ops.ACos, llvm.ACosOp],
  [ops.ASin, llvm.ASinOp],
  [ops.ATan, llvm.ATanOp],
  [ops.Ceil, llvm.FCeilOp],
  [ops.Cos, llvm.CosOp],
  [ops.CosH, llvm.CoshOp],
  [ops.Exp, llvm.ExpOp],
  [ops.Exp2, llvm.Exp2Op],
  [ops.Floor, llvm.FFloorOp],
  [ops.Log, llvm.LogOp],
  [ops.Log10, llvm.Log10Op],
  [ops.Log2, llvm.Log2Op],
  [ops.Round, llvm.RoundOp],
  [ops.RoundEven, llvm.RoundEvenOp],
  [ops.Sin, llvm.SinOp],
  [ops.SinH, llvm.SinhOp],
  [ops.Sqrt, llvm.SqrtOp],
  [ops.Tan, llvm.TanOp],
  [ops.TanH, llvm.TanhOp],
  [ops.Trunc, llvm.FTruncOp],
  [ops.CopySign, llvm.CopySignOp],
  [ops.PowF, llvm.PowOp],
  [ops.Fma, llvm.FMAOp],
  [ops.CtPop, llvm.CtPopOp],
];

/** Operations that the C library has: the name for f64; that for f32 ends in `f`. */
const library: readonly (readonly [AnyOpClass, string])[] = [
  [ops.ACosH, "acosh"],
  [ops.ASinH, "asinh"],
  [ops.ATanH, "atanh"],
  [ops.Atan2, "atan2"],
  [ops.Cbrt, "cbrt"],
  [ops.Erf, "erf"],
  [ops.ErfC, "erfc"],
  [ops.ExpM1, "expm1"],
  [ops.Log1p, "log1p"],
];

/** Applies `f` to each lane of the operands; to scalars as they are. */
function perLane(
  r: Rewriter,
  operands: readonly Value[],
  type: Type,
  f: (scalars: readonly Value[], element: Type) => Value,
): Value {
  if (!(type instanceof VectorType)) return f(operands, type);
  let all = poisonOf(r, type);
  for (let lane = 0; lane < type.numElements; lane++) {
    const position = constantOf(r, i64, lane);
    const scalars = operands.map((v) =>
      v.type instanceof VectorType
        ? r.insert(llvm.ExtractElementOp.of({ vector: v, position })).res
        : v,
    );
    const value = f(scalars, type.elementType);
    all = r.insert(llvm.InsertElementOp.of({ vector: all, value, position })).res;
  }
  return all;
}

function callMath(r: Rewriter, name: string, args: readonly Value[], type: FloatType): Value {
  if (type === f64) return callLibrary(r, name, f64, args)!;
  if (type === f32) return callLibrary(r, `${name}f`, f32, args)!;
  const wide = args.map((a) => insertOne(r, llvm.FPExtOp, [a], f32));
  return truncateFloat(r, callLibrary(r, `${name}f`, f32, wide)!, type);
}

const hasLibrary = (op: Operation): string | undefined => {
  const e = elementTypeOf(op.resultAt(0).type);
  return e instanceof FloatType && e.width <= 64
    ? undefined
    : `the library has no functions of \`${e.toString()}\``;
};

// --- classes of floats ---------------------------------------------------------------------------

/** Bits of `llvm.is.fpclass`. */
const classes = { nan: 0x3, infinite: 0x204, normal: 0x108, finite: 0x1f8 } as const;

function classify(cls: AnyOpClass, mask: number, converter: TypeConverter): RewritePattern {
  const bit = IntegerAttr.get(mask, i32);
  return elementwiseConversion(cls, converter, (r, operands, type) =>
    insertOne(r, llvm.IsFPClassOp, operands, type, { bit }),
  );
}

// --- powers --------------------------------------------------------------------------------------

function compare(
  r: Rewriter,
  predicate: (typeof llvm.ICmpPredicate.cases)[number],
  lhs: Value,
  rhs: Value,
): Value {
  return r.insert(llvm.ICmpOp.of({ lhs, rhs, predicate: llvm.ICmpPredicate.attr(predicate) })).res;
}

const pick = (r: Rewriter, condition: Value, trueValue: Value, falseValue: Value): Value =>
  r.insert(llvm.SelectOp.of({ condition, trueValue, falseValue })).res;

/**
 * The body of a function of base and exponent: repeated squaring modulo 2^width. A negative power
 * is 0 but for the bases 1 and -1.
 */
function powerBody(r: Rewriter, entry: Block, type: IntegerType): void {
  const [base, exponent] = [entry.args[0]!, entry.args[1]!];
  const region = entry.parent!;
  const negative = r.createBlock(region);
  const head = r.createBlock(region, [type, type, type]);
  const step = r.createBlock(region);
  const exit = r.createBlock(region);
  const number = (n: number): Value => constantOf(r, type, n);
  const goTo = (dest: Block, destOperands: readonly Value[]): void => {
    r.insert(llvm.BrOp.of({ destOperands, dest }));
  };
  const decide = (condition: Value, trueDest: Block, falseDest: Block, passed: Value[]): void => {
    r.insert(
      llvm.CondBrOp.of({
        condition,
        trueDestOperands: [],
        falseDestOperands: passed,
        trueDest,
        falseDest,
      }),
    );
  };
  r.setToEnd(entry);
  const below = compare(r, "slt", exponent, number(0));
  decide(below, negative, head, [base, exponent, number(1)]);

  r.setToEnd(head);
  const [square, rest, result] = [head.args[0]!, head.args[1]!, head.args[2]!];
  decide(compare(r, "eq", rest, number(0)), exit, step, []);

  r.setToEnd(step);
  const isOdd = (n: Value): Value => (type === i1 ? n : insertOne(r, llvm.TruncOp, [n], i1));
  const times = insertOne(r, llvm.MulOp, [result, square], type);
  const next = pick(r, isOdd(rest), times, result);
  const squared = insertOne(r, llvm.MulOp, [square, square], type);
  // For i1 a shift by 1 would be by the width: what is left there is nothing.
  const half = type === i1 ? number(0) : insertOne(r, llvm.LShrOp, [rest, number(1)], type);
  goTo(head, [squared, half, next]);

  r.setToEnd(negative);
  const sign = pick(r, isOdd(exponent), number(-1), number(1));
  const other = pick(r, compare(r, "eq", base, number(-1)), sign, number(0));
  const value = pick(r, compare(r, "eq", base, number(1)), number(1), other);
  r.insert(llvm.ReturnOp.of({ arg: value }));

  r.setToEnd(exit);
  r.insert(llvm.ReturnOp.of({ arg: result }));
}

function integerPower(converter: TypeConverter): RewritePattern {
  return elementwiseConversion(ops.IPowI, converter, (r, operands, type) =>
    perLane(r, operands, type, (scalars, element) => {
      const integer = element as IntegerType;
      return callFunction(r, `__strata_ipow_i${integer.width}`, integer, scalars, (entry) =>
        powerBody(r, entry, integer),
      );
    }),
  );
}

/** A float to an integral power: LLVM takes exponents of 32 bits, wider ones go through f64. */
function floatPower(converter: TypeConverter): RewritePattern {
  return elementwiseConversion(
    ops.FPowI,
    converter,
    (r, operands, type, op) =>
      perLane(r, operands, type, ([base, exponent], element) => {
        const { width } = exponent!.type as IntegerType;
        if (width <= 32) {
          const n = width === 32 ? exponent! : insertOne(r, llvm.SExtOp, [exponent!], i32);
          return computeWide(r, [base!], element, ([b], wide) =>
            insertOne(r, llvm.PowIOp, [b!, n], wide, fastmath(op)),
          );
        }
        const wide = element === f64 ? base! : insertOne(r, llvm.FPExtOp, [base!], f64);
        const n = insertOne(r, llvm.SIToFPOp, [exponent!], f64);
        const power = insertOne(r, llvm.PowOp, [wide, n], f64, fastmath(op));
        return truncateFloat(r, power, element);
      }),
    hasLibrary,
  );
}

function sincos(converter: TypeConverter): RewritePattern {
  return conversionPattern(
    "math.sincos-to-llvm",
    ops.SinCos,
    (op, adaptor, r) => {
      const type = converter.convertOne(op.sin.type);
      if (type === undefined) return r.fail(`\`${op.sin.type}\` has no form in LLVM`);
      const each = (cls: OpRef): Value =>
        buildElementwise(r, type, adaptor.operands, (rows, row) =>
          computeWide(r, rows, row, (wide, wideType) =>
            insertOne(r, cls, wide, wideType, fastmath(op)),
          ),
        );
      r.replaceOp(op, [each(llvm.SinOp), each(llvm.CosOp)]);
      return true;
    },
    { converter },
  );
}

/** Patterns that convert every operation of the dialect. */
export function mathToLLVM(converter: TypeConverter): RewritePattern[] {
  const zeroIsDefined = { is_zero_poison: IntegerAttr.bool(false) };
  return [
    ...direct.map(([from, to]) => directConversion(from, to, converter, fastmath)),
    ...library.map(([cls, name]) =>
      elementwiseConversion(
        cls,
        converter,
        (r, operands, type) =>
          perLane(r, operands, type, (scalars, element) =>
            callMath(r, name, scalars, element as FloatType),
          ),
        hasLibrary,
      ),
    ),
    elementwiseConversion(ops.Rsqrt, converter, (r, operands, type, op) =>
      computeWide(r, operands, type, (wide, t) => {
        const root = insertOne(r, llvm.SqrtOp, wide, t, fastmath(op));
        return insertOne(r, llvm.FDivOp, [constantOf(r, t, 1), root], t, fastmath(op));
      }),
    ),
    elementwiseConversion(ops.ClampF, converter, (r, operands, type, op) =>
      computeWide(r, operands, type, ([value, min, max], t) => {
        const low = insertOne(r, llvm.MaximumOp, [value!, min!], t, fastmath(op));
        return insertOne(r, llvm.MinimumOp, [low, max!], t, fastmath(op));
      }),
    ),
    directConversion(ops.AbsI, llvm.AbsOp, converter, () => ({
      is_int_min_poison: IntegerAttr.bool(false),
    })),
    directConversion(ops.Ctlz, llvm.CountLeadingZerosOp, converter, () => zeroIsDefined),
    directConversion(ops.Cttz, llvm.CountTrailingZerosOp, converter, () => zeroIsDefined),
    classify(ops.IsFinite, classes.finite, converter),
    classify(ops.IsInf, classes.infinite, converter),
    classify(ops.IsNaN, classes.nan, converter),
    classify(ops.IsNormal, classes.normal, converter),
    integerPower(converter),
    floatPower(converter),
    sincos(converter),
  ];
}
