/** Rewrites of casts, and of floating-point arithmetic where the result is the same to the bit. */
import {
  bitWidthOf,
  elementTypeOf,
  FloatAttr,
  floatFormats,
  FloatType,
  IndexType,
  type Type,
} from "@strata/ir";
import {
  type Computed,
  computed,
  type Condition,
  constant,
  type Hole,
  type Match,
  minusOne,
  oneUse,
  type Rule,
  rule,
  when,
} from "@strata/rewrite";
import { foldFloats } from "./constant-folding.ts";
import * as ops from "./ops.ts";

const { ExtSI, ExtUI, TruncI, ExtF, TruncF, SIToFP, UIToFP, IndexCast, IndexCastUI } = ops;
const { AddF, SubF, MulF, DivF, NegF } = ops;

const widthOfResult = (m: Match): number => bitWidthOf(elementTypeOf(m.op.resultAt(0).type)) ?? 0;
const widthOf = (m: Match, x: Hole): number => bitWidthOf(elementTypeOf(m.type(x))) ?? 0;

function narrower(x: Hole): Condition {
  return when(`the result is narrower than ${x}`, (m) => widthOfResult(m) < widthOf(m, x));
}

function wider(x: Hole): Condition {
  return when(`the result is wider than ${x}`, (m) => widthOfResult(m) > widthOf(m, x));
}

function isIndex(x: Hole): Condition {
  return when(`${x} is index`, (m) => elementTypeOf(m.type(x)) instanceof IndexType);
}

const isFloat = (t: Type): boolean => elementTypeOf(t) instanceof FloatType;

function sameType(x: Hole, y: Hole): Condition {
  return when(`${x} and ${y} have one type`, (m) => m.type(x) === m.type(y));
}

/** and, or, xor of values extended alike → the extension of and, or, xor. */
const logicOfExtensions = [ops.AndI, ops.OrI, ops.XOrI].flatMap((logic) =>
  [ExtSI, ExtUI].map((ext) => {
    const name = (c: typeof logic | typeof ext): string => c.definition.name.slice("arith.".length);
    return rule(`${name(logic)}-of-${name(ext)}`, (x, y) => [
      logic.pat({ lhs: oneUse(ext.pat({ in: x })), rhs: oneUse(ext.pat({ in: y })) }),
      ext.pat({ in: logic.pat({ lhs: x, rhs: y }) }),
      sameType(x, y),
    ]);
  }),
);

/** The rules of casts. */
export const castRules: readonly Rule[] = [
  // sext (sext x) → sext x
  rule("extsi-of-extsi", (x) => [ExtSI.pat({ in: ExtSI.pat({ in: x }) }), ExtSI.pat({ in: x })]),

  // zext (zext x) → zext x
  rule("extui-of-extui", (x) => [ExtUI.pat({ in: ExtUI.pat({ in: x }) }), ExtUI.pat({ in: x })]),

  // sext (zext x) → zext x: the sign bit is zero
  rule("extsi-of-extui", (x) => [ExtSI.pat({ in: ExtUI.pat({ in: x }) }), ExtUI.pat({ in: x })]),

  // trunc (trunc x) → trunc x
  rule("trunci-of-trunci", (x) => [
    TruncI.pat({ in: TruncI.pat({ in: x }) }),
    TruncI.pat({ in: x }),
  ]),

  // trunc (sext x) → trunc x, below the width of x
  rule("trunci-of-extsi-truncates", (x) => [
    TruncI.pat({ in: ExtSI.pat({ in: x }) }),
    TruncI.pat({ in: x }),
    narrower(x),
  ]),

  // trunc (zext x) → trunc x, below the width of x
  rule("trunci-of-extui-truncates", (x) => [
    TruncI.pat({ in: ExtUI.pat({ in: x }) }),
    TruncI.pat({ in: x }),
    narrower(x),
  ]),

  // trunc (sext x) → sext x, above the width of x
  rule("trunci-of-extsi-extends", (x) => [
    TruncI.pat({ in: ExtSI.pat({ in: x }) }),
    ExtSI.pat({ in: x }),
    wider(x),
  ]),

  // trunc (zext x) → zext x, above the width of x
  rule("trunci-of-extui-extends", (x) => [
    TruncI.pat({ in: ExtUI.pat({ in: x }) }),
    ExtUI.pat({ in: x }),
    wider(x),
  ]),

  // index (sext x) → index x
  rule("index-cast-of-extsi", (x) => [
    IndexCast.pat({ in: ExtSI.pat({ in: x }) }),
    IndexCast.pat({ in: x }),
  ]),

  // unsigned index (zext x) → unsigned index x
  rule("index-castui-of-extui", (x) => [
    IndexCastUI.pat({ in: ExtUI.pat({ in: x }) }),
    IndexCastUI.pat({ in: x }),
  ]),

  // trunc (index_cast x) → index_cast x, from an index x
  rule("trunci-of-index-cast", (x) => [
    TruncI.pat({ in: IndexCast.pat({ in: x }) }),
    IndexCast.pat({ in: x }),
    isIndex(x),
  ]),

  // trunc (index_castui x) → index_castui x, from an index x
  rule("trunci-of-index-castui", (x) => [
    TruncI.pat({ in: IndexCastUI.pat({ in: x }) }),
    IndexCastUI.pat({ in: x }),
    isIndex(x),
  ]),

  // float (sext x) → float x, signed
  rule("sitofp-of-extsi", (x) => [SIToFP.pat({ in: ExtSI.pat({ in: x }) }), SIToFP.pat({ in: x })]),

  // float (zext x) → unsigned float x
  rule("uitofp-of-extui", (x) => [UIToFP.pat({ in: ExtUI.pat({ in: x }) }), UIToFP.pat({ in: x })]),

  // float (zext x) → unsigned float x: the sign bit is zero
  rule("sitofp-of-extui", (x) => [SIToFP.pat({ in: ExtUI.pat({ in: x }) }), UIToFP.pat({ in: x })]),

  // widen (widen x) → widen x, for floats
  rule("extf-of-extf", (x) => [ExtF.pat({ in: ExtF.pat({ in: x }) }), ExtF.pat({ in: x })]),

  // narrow (widen x) → narrow x, below the width of x: widening is exact
  rule("truncf-of-extf", (x) => [
    TruncF.pat({ in: ExtF.pat({ in: x }), roundingmode: null }),
    TruncF.pat({ in: x }),
    narrower(x),
  ]),

  // bits (bits x) → bits x, through an integer: a float between may not keep the bits of a NaN
  rule("bitcast-of-bitcast", (x) => [
    ops.BitcastOp.pat({ in: ops.BitcastOp.pat({ in: x }) }),
    ops.BitcastOp.pat({ in: x }),
    when("the type between is no float", (m) => !isFloat(m.op.operand(0).type)),
  ]),

  ...logicOfExtensions,
];

/** The reciprocal of a power of two, where the format holds it exactly. */
function reciprocal(c: Hole): Computed {
  return computed(`1 / ${c}`, (m) =>
    foldFloats(m.op.resultAt(0).type, [m.attr(c)], (x) => {
      const type = elementTypeOf(m.op.resultAt(0).type) as FloatType;
      const exponent = Math.round(Math.log2(Math.abs(x!)));
      const isPower = Math.abs(x!) === 2 ** exponent;
      const least = 2 - 2 ** (floatFormats[type.format].exponent - 1);
      const normal = -exponent >= least && FloatAttr.get(2 ** -exponent, type).value !== Infinity;
      return isPower && normal ? 1 / x! : undefined;
    }),
  );
}

/** −c. */
function negated(c: Hole): Computed {
  return computed(`-${c}`, (m) => foldFloats(m.op.resultAt(0).type, [m.attr(c)], (x) => -x!));
}

/** The rules of floats that hold to the bit; fast-math flags of the root are kept. */
export const floatRules: readonly Rule[] = [
  // x + (-y) → x - y
  rule("addf-of-negf-subtracts", (x, y, f) => [
    AddF.pat({ lhs: x, rhs: NegF.pat({ input: y }), fastmath: f }),
    SubF.pat({ lhs: x, rhs: y, fastmath: f }),
  ]),

  // x - (-y) → x + y
  rule("subf-of-negf-adds", (x, y, f) => [
    SubF.pat({ lhs: x, rhs: NegF.pat({ input: y }), fastmath: f }),
    AddF.pat({ lhs: x, rhs: y, fastmath: f }),
  ]),

  // x · (-1) → -x
  rule("mulf-by-minus-one-negates", (x, f) => [
    MulF.pat({ lhs: x, rhs: minusOne, fastmath: f }),
    NegF.pat({ input: x, fastmath: f }),
  ]),

  // x / (-1) → -x
  rule("divf-by-minus-one-negates", (x, f) => [
    DivF.pat({ lhs: x, rhs: minusOne, fastmath: f }),
    NegF.pat({ input: x, fastmath: f }),
  ]),

  // (-x) · (-y) → x · y
  rule("mulf-of-negations", (x, y, f) => [
    MulF.pat({ lhs: NegF.pat({ input: x }), rhs: NegF.pat({ input: y }), fastmath: f }),
    MulF.pat({ lhs: x, rhs: y, fastmath: f }),
  ]),

  // (-x) / (-y) → x / y
  rule("divf-of-negations", (x, y, f) => [
    DivF.pat({ lhs: NegF.pat({ input: x }), rhs: NegF.pat({ input: y }), fastmath: f }),
    DivF.pat({ lhs: x, rhs: y, fastmath: f }),
  ]),

  // (-x) · c → x · (-c)
  rule("mulf-of-negation-by-constant", (x, c, f) => [
    MulF.pat({ lhs: NegF.pat({ input: x }), rhs: constant(c), fastmath: f }),
    MulF.pat({ lhs: x, rhs: constant(negated(c)), fastmath: f }),
  ]),

  // x / 2^k → x · 2^-k, where that is exact
  rule("divf-by-power-of-two-multiplies", (x, c, f) => [
    DivF.pat({ lhs: x, rhs: constant(c), fastmath: f }),
    MulF.pat({ lhs: x, rhs: constant(reciprocal(c)), fastmath: f }),
  ]),
];
