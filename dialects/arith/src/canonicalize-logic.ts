/** Rewrites of comparisons and selections into canonical form. */
import { elementTypeOf, i1, IntegerAttr } from "@strata/ir";
import {
  type Computed,
  computed,
  type Condition,
  constant,
  constantValueOf,
  type Hole,
  type Match,
  minusOne,
  one,
  type Rule,
  rule,
  when,
  zero,
} from "@strata/rewrite";
import {
  CmpFPredicate,
  type CmpFPredicateName,
  CmpIPredicate,
  type CmpIPredicateName,
} from "./attributes.ts";
import { foldIntegers } from "./constant-folding.ts";
import { exactInteger, type IntegerFoldName } from "./fold-integers.ts";
import * as ops from "./ops.ts";

const { AddI, SubI, XOrI, CmpI, CmpF, SelectOp, ExtSI, ExtUI } = ops;

// --- predicates ----------------------------------------------------------------------------------

type IntegerTable = Readonly<Record<CmpIPredicateName, CmpIPredicateName>>;

/** p(x, y) = ¬ inverse[p](x, y). */
const inverse: IntegerTable = {
  eq: "ne",
  ne: "eq",
  slt: "sge",
  sle: "sgt",
  sgt: "sle",
  sge: "slt",
  ult: "uge",
  ule: "ugt",
  ugt: "ule",
  uge: "ult",
};

/** p(x, y) = swapped[p](y, x). */
const swapped: IntegerTable = {
  eq: "eq",
  ne: "ne",
  slt: "sgt",
  sle: "sge",
  sgt: "slt",
  sge: "sle",
  ult: "ugt",
  ule: "uge",
  ugt: "ult",
  uge: "ule",
};

/** p(zext x, zext y) = unsigned[p](x, y). */
const unsigned: IntegerTable = {
  ...swapped,
  slt: "ult",
  sle: "ule",
  sgt: "ugt",
  sge: "uge",
  ult: "ult",
  ule: "ule",
  ugt: "ugt",
  uge: "uge",
};

/** p(x, y) = ¬ inverseFloat[p](x, y), NaN included. */
const inverseFloat: Readonly<Record<CmpFPredicateName, CmpFPredicateName>> = {
  false: "true",
  oeq: "une",
  ogt: "ule",
  oge: "ult",
  olt: "uge",
  ole: "ugt",
  one: "ueq",
  ord: "uno",
  ueq: "one",
  ugt: "ole",
  uge: "olt",
  ult: "oge",
  ule: "ogt",
  une: "oeq",
  uno: "ord",
  true: "false",
};

function integerPredicate(text: string, p: Hole, table: IntegerTable): Computed {
  return computed(`${text} ${p}`, (m) => {
    const a = m.attr(p);
    return a instanceof IntegerAttr
      ? CmpIPredicate.attr(table[CmpIPredicate.nameOf(a)])
      : undefined;
  });
}

function floatPredicate(p: Hole): Computed {
  return computed(`not ${p}`, (m) => {
    const a = m.attr(p);
    return a instanceof IntegerAttr
      ? CmpFPredicate.attr(inverseFloat[CmpFPredicate.nameOf(a)])
      : undefined;
  });
}

// --- conditions ----------------------------------------------------------------------------------

function isPredicate(p: Hole, ...names: readonly CmpIPredicateName[]): Condition {
  return when(`${p} is ${names.join(" or ")}`, (m) => {
    const a = m.attr(p);
    return a instanceof IntegerAttr && names.includes(CmpIPredicate.nameOf(a));
  });
}

const isEquality = (p: Hole): Condition => isPredicate(p, "eq", "ne");

function sameType(x: Hole, y: Hole): Condition {
  return when(`${x} and ${y} have one type`, (m) => m.type(x) === m.type(y));
}

function isBoolean(x: Hole): Condition {
  return when(`${x} is i1`, (m) => elementTypeOf(m.type(x)) === i1);
}

function isNoConstant(x: Hole): Condition {
  return when(`${x} is no constant`, (m) => constantValueOf(m.value(x)) === undefined);
}

/** A function of two captured constants of one type. */
function combined(text: string, name: IntegerFoldName, a: Hole, b: Hole): Computed {
  const exact = exactInteger(name);
  const fold = (m: Match): ReturnType<Computed["compute"]> =>
    foldIntegers(m.type(a), [m.attr(a), m.attr(b)], (w, x, y) => exact(w, x!, y!));
  return computed(text, fold);
}

/** The rules of comparisons. */
export const comparisonRules: readonly Rule[] = [
  // ¬ p(x, y) → (not p)(x, y), for integers
  rule("not-of-cmpi", (p, x, y) => [
    XOrI.pat({ lhs: CmpI.pat({ predicate: p, lhs: x, rhs: y }), rhs: minusOne }),
    CmpI.pat({ predicate: integerPredicate("not", p, inverse), lhs: x, rhs: y }),
  ]),

  // ¬ p(x, y) → (not p)(x, y), for floats: "less" becomes "not less"
  rule("not-of-cmpf", (p, x, y, f) => [
    XOrI.pat({ lhs: CmpF.pat({ predicate: p, lhs: x, rhs: y, fastmath: f }), rhs: minusOne }),
    CmpF.pat({ predicate: floatPredicate(p), lhs: x, rhs: y, fastmath: f }),
  ]),

  // p(c, x) → (swapped p)(x, c)
  rule("cmpi-constant-to-the-right", (p, c, x) => [
    CmpI.pat({ predicate: p, lhs: constant(c), rhs: x }),
    CmpI.pat({ predicate: integerPredicate("swapped", p, swapped), lhs: x, rhs: constant(c) }),
    isNoConstant(x),
  ]),

  // x + c = d → x = d - c, and for ≠
  rule("cmpi-equal-moves-addend", (p, x, c, d) => [
    CmpI.pat({ predicate: p, lhs: AddI.pat({ lhs: x, rhs: constant(c) }), rhs: constant(d) }),
    CmpI.pat({ predicate: p, lhs: x, rhs: constant(combined(`${d} - ${c}`, "subi", d, c)) }),
    isEquality(p),
  ]),

  // c - x = d → x = c - d, and for ≠
  rule("cmpi-equal-moves-minuend", (p, x, c, d) => [
    CmpI.pat({ predicate: p, lhs: SubI.pat({ lhs: constant(c), rhs: x }), rhs: constant(d) }),
    CmpI.pat({ predicate: p, lhs: x, rhs: constant(combined(`${c} - ${d}`, "subi", c, d)) }),
    isEquality(p),
  ]),

  // x ^ c = d → x = c ^ d, and for ≠
  rule("cmpi-equal-moves-xor", (p, x, c, d) => [
    CmpI.pat({ predicate: p, lhs: XOrI.pat({ lhs: x, rhs: constant(c) }), rhs: constant(d) }),
    CmpI.pat({ predicate: p, lhs: x, rhs: constant(combined(`${c} ^ ${d}`, "xori", c, d)) }),
    isEquality(p),
  ]),

  // x - y = 0 → x = y, and for ≠
  rule("cmpi-equal-of-difference", (p, x, y) => [
    CmpI.pat({ predicate: p, lhs: SubI.pat({ lhs: x, rhs: y }), rhs: zero }),
    CmpI.pat({ predicate: p, lhs: x, rhs: y }),
    isEquality(p),
  ]),

  // x ^ y = 0 → x = y, and for ≠
  rule("cmpi-equal-of-xor", (p, x, y) => [
    CmpI.pat({ predicate: p, lhs: XOrI.pat({ lhs: x, rhs: y }), rhs: zero }),
    CmpI.pat({ predicate: p, lhs: x, rhs: y }),
    isEquality(p),
  ]),

  // p(sext x, sext y) → p(x, y): sign extension keeps both orders
  rule("cmpi-of-extsi", (p, x, y) => [
    CmpI.pat({ predicate: p, lhs: ExtSI.pat({ in: x }), rhs: ExtSI.pat({ in: y }) }),
    CmpI.pat({ predicate: p, lhs: x, rhs: y }),
    sameType(x, y),
  ]),

  // p(zext x, zext y) → (unsigned p)(x, y)
  rule("cmpi-of-extui", (p, x, y) => [
    CmpI.pat({ predicate: p, lhs: ExtUI.pat({ in: x }), rhs: ExtUI.pat({ in: y }) }),
    CmpI.pat({ predicate: integerPredicate("unsigned", p, unsigned), lhs: x, rhs: y }),
    sameType(x, y),
  ]),

  // zext x ≠ 0 → x, for i1
  rule("cmpi-of-extended-boolean", (p, x) => [
    CmpI.pat({ predicate: p, lhs: ExtUI.pat({ in: x }), rhs: zero }),
    x,
    isBoolean(x),
    isPredicate(p, "ne", "ugt"),
  ]),

  // zext x = 0 → ¬ x, for i1
  rule("cmpi-of-extended-negation", (p, x) => [
    CmpI.pat({ predicate: p, lhs: ExtUI.pat({ in: x }), rhs: zero }),
    XOrI.pat({ lhs: x, rhs: minusOne }),
    isBoolean(x),
    isPredicate(p, "eq", "ule"),
  ]),
];

/** select(p(x, y), x, y) → op(x, y) and select(p(x, y), y, x) → op(y, x), for one order. */
function extremum(
  name: string,
  op: typeof ops.MaxSI,
  greater: readonly CmpIPredicateName[],
): readonly Rule[] {
  const less = greater.map((p) => swapped[p]);
  return [
    rule(`select-greater-is-${name}`, (p, x, y) => [
      SelectOp.pat({
        condition: CmpI.pat({ predicate: p, lhs: x, rhs: y }),
        true_value: x,
        false_value: y,
      }),
      op.pat({ lhs: x, rhs: y }),
      isPredicate(p, ...greater),
    ]),
    rule(`select-less-is-${name}`, (p, x, y) => [
      SelectOp.pat({
        condition: CmpI.pat({ predicate: p, lhs: x, rhs: y }),
        true_value: y,
        false_value: x,
      }),
      op.pat({ lhs: x, rhs: y }),
      isPredicate(p, ...less),
    ]),
  ];
}

/** The rules of selections. */
export const selectRules: readonly Rule[] = [
  // select(¬ c, x, y) → select(c, y, x)
  rule("select-of-not-swaps", (c, x, y) => [
    SelectOp.pat({
      condition: XOrI.pat({ lhs: c, rhs: minusOne }),
      true_value: x,
      false_value: y,
    }),
    SelectOp.pat({ condition: c, true_value: y, false_value: x }),
  ]),

  // select(c, false, true) → ¬ c
  rule("select-false-true-is-not", (c) => [
    SelectOp.pat({ condition: c, true_value: zero, false_value: one }),
    XOrI.pat({ lhs: c, rhs: minusOne }),
    when(`the values are i1 in the shape of ${c}`, (m) => m.op.resultAt(0).type === m.type(c)),
  ]),

  // select(c, select(c, x, y), z) → select(c, x, z)
  rule("select-of-select-then", (c, x, y, z) => [
    SelectOp.pat({
      condition: c,
      true_value: SelectOp.pat({ condition: c, true_value: x, false_value: y }),
      false_value: z,
    }),
    SelectOp.pat({ condition: c, true_value: x, false_value: z }),
  ]),

  // select(c, x, select(c, y, z)) → select(c, x, z)
  rule("select-of-select-else", (c, x, y, z) => [
    SelectOp.pat({
      condition: c,
      true_value: x,
      false_value: SelectOp.pat({ condition: c, true_value: y, false_value: z }),
    }),
    SelectOp.pat({ condition: c, true_value: x, false_value: z }),
  ]),

  // select(x > y, x, y) → max(x, y), select(x < y, y, x) → max(x, y); alike for min and unsigned
  ...extremum("maxsi", ops.MaxSI, ["sgt", "sge"]),
  ...extremum("minsi", ops.MinSI, ["slt", "sle"]),
  ...extremum("maxui", ops.MaxUI, ["ugt", "uge"]),
  ...extremum("minui", ops.MinUI, ["ult", "ule"]),
];
