/**
 * Rewrites of integer arithmetic into canonical form. Each law holds modulo 2^width; promises of no
 * overflow are dropped, as the new operations might break them.
 */
import {
  type Computed,
  computed,
  constant,
  type Hole,
  minusOne,
  pattern,
  type RewritePattern,
  type Rule,
  rule,
  zero,
} from "@strata/rewrite";
import { foldIntegers } from "./constant-folding.ts";
import { exactInteger, type IntegerFoldName } from "./fold-integers.ts";
import * as ops from "./ops.ts";

const { AddI, SubI, MulI, AndI, OrI, XOrI, ShLI, ShRSI, ShRUI } = ops;

/** A function of captured constants, with the type of the replaced result. */
function combined(text: string, name: IntegerFoldName, a: Hole, b: Hole): Computed {
  const exact = exactInteger(name);
  return computed(text, (m) =>
    foldIntegers(m.op.resultAt(0).type, [m.attr(a), m.attr(b)], (w, x, y) => exact(w, x!, y!)),
  );
}

const sum = (a: Hole, b: Hole): Computed => combined(`${a} + ${b}`, "addi", a, b);
const difference = (a: Hole, b: Hole): Computed => combined(`${a} - ${b}`, "subi", a, b);

function negated(c: Hole): Computed {
  return computed(`-${c}`, (m) => foldIntegers(m.op.resultAt(0).type, [m.attr(c)], (_w, x) => -x!));
}

/** The sum of two shift amounts, where it is below the width. */
function amounts(c: Hole, d: Hole): Computed {
  return computed(`${c} + ${d}`, (m) =>
    foldIntegers(m.op.resultAt(0).type, [m.attr(c), m.attr(d)], (w, x, y) => {
      const amount = BigInt.asUintN(w, x!) + BigInt.asUintN(w, y!);
      return amount < BigInt(w) ? amount : undefined;
    }),
  );
}

// (x ∘ c) ∘ d → x ∘ (c ∘ d)
const reassociated = (
  [
    ["addi", AddI],
    ["muli", MulI],
    ["andi", AndI],
    ["ori", OrI],
    ["xori", XOrI],
    ["maxsi", ops.MaxSI],
    ["minsi", ops.MinSI],
    ["maxui", ops.MaxUI],
    ["minui", ops.MinUI],
  ] as const
).map(([name, op]) =>
  rule(`${name}-reassociates-constants`, (x, c, d) => [
    op.pat({ lhs: op.pat({ lhs: x, rhs: constant(c) }), rhs: constant(d) }),
    op.pat({ lhs: x, rhs: constant(combined(`${name}(${c}, ${d})`, name, c, d)) }),
  ]),
);

// (x ∘ c) ∘ d → x ∘ (c + d), for shifts by less than the width in all
const mergedShifts = (
  [
    ["shli", ShLI],
    ["shrsi", ShRSI],
    ["shrui", ShRUI],
  ] as const
).map(([name, op]) =>
  rule(`${name}-merges-shifts`, (x, c, d) => [
    op.pat({ lhs: op.pat({ lhs: x, rhs: constant(c) }), rhs: constant(d) }),
    op.pat({ lhs: x, rhs: constant(amounts(c, d)) }),
  ]),
);

/** The rules of integer arithmetic. */
export const integerRules: readonly Rule[] = [
  ...reassociated,
  ...mergedShifts,

  // x - c → x + (-c)
  rule("subi-of-constant-adds", (x, c) => [
    SubI.pat({ lhs: x, rhs: constant(c) }),
    AddI.pat({ lhs: x, rhs: constant(negated(c)) }),
  ]),

  // (c - x) + d → (c + d) - x
  rule("addi-of-constant-minus", (x, c, d) => [
    AddI.pat({ lhs: SubI.pat({ lhs: constant(c), rhs: x }), rhs: constant(d) }),
    SubI.pat({ lhs: constant(sum(c, d)), rhs: x }),
  ]),

  // c - (x + d) → (c - d) - x
  rule("subi-of-plus-constant", (x, c, d) => [
    SubI.pat({ lhs: constant(c), rhs: AddI.pat({ lhs: x, rhs: constant(d) }) }),
    SubI.pat({ lhs: constant(difference(c, d)), rhs: x }),
  ]),

  // c - (d - x) → x + (c - d)
  rule("subi-of-constant-minus", (x, c, d) => [
    SubI.pat({ lhs: constant(c), rhs: SubI.pat({ lhs: constant(d), rhs: x }) }),
    AddI.pat({ lhs: x, rhs: constant(difference(c, d)) }),
  ]),

  // x + (0 - y) → x - y
  rule("addi-of-negation-subtracts", (x, y) => [
    AddI.pat({ lhs: x, rhs: SubI.pat({ lhs: zero, rhs: y }) }),
    SubI.pat({ lhs: x, rhs: y }),
  ]),

  // x - (0 - y) → x + y
  rule("subi-of-negation-adds", (x, y) => [
    SubI.pat({ lhs: x, rhs: SubI.pat({ lhs: zero, rhs: y }) }),
    AddI.pat({ lhs: x, rhs: y }),
  ]),

  // 0 - (x - y) → y - x
  rule("negation-of-subi-swaps", (x, y) => [
    SubI.pat({ lhs: zero, rhs: SubI.pat({ lhs: x, rhs: y }) }),
    SubI.pat({ lhs: y, rhs: x }),
  ]),

  // (x - y) - x → 0 - y
  rule("subi-of-own-minuend", (x, y) => [
    SubI.pat({ lhs: SubI.pat({ lhs: x, rhs: y }), rhs: x }),
    SubI.pat({ lhs: zero, rhs: y }),
  ]),

  // x · (-1) → 0 - x
  rule("muli-by-minus-one-negates", (x) => [
    MulI.pat({ lhs: x, rhs: minusOne }),
    SubI.pat({ lhs: zero, rhs: x }),
  ]),

  // (0 - x) · c → x · (-c)
  rule("muli-of-negation", (x, c) => [
    MulI.pat({ lhs: SubI.pat({ lhs: zero, rhs: x }), rhs: constant(c) }),
    MulI.pat({ lhs: x, rhs: constant(negated(c)) }),
  ]),

  // x & (x | y) → x
  rule("andi-absorbs-ori", (x, y) => [AndI.pat({ lhs: x, rhs: OrI.pat({ lhs: x, rhs: y }) }), x]),

  // x | (x & y) → x
  rule("ori-absorbs-andi", (x, y) => [OrI.pat({ lhs: x, rhs: AndI.pat({ lhs: x, rhs: y }) }), x]),
];

/** Where one of two results is unused, the operation with one result does. */
export const integerPatterns: readonly RewritePattern[] = [
  // addui_extended(x, y) → (x + y, _)
  pattern("addui-extended-without-carry", ops.AddUIExtended, (op, rewriter) => {
    if (op.overflow.firstUse !== null) return rewriter.fail("the carry is used");
    const { result } = rewriter.insert(AddI.of({ lhs: op.lhs, rhs: op.rhs }));
    rewriter.replaceAllUsesWith(op.sum, result);
    rewriter.eraseOp(op);
    return true;
  }),

  // mul?i_extended(x, y) → (x · y, _)
  pattern("muli-extended-without-high", [ops.MulSIExtended, ops.MulUIExtended], (op, rewriter) => {
    if (op.high.firstUse !== null) return rewriter.fail("the high half is used");
    const { result } = rewriter.insert(MulI.of({ lhs: op.lhs, rhs: op.rhs }));
    rewriter.replaceAllUsesWith(op.low, result);
    rewriter.eraseOp(op);
    return true;
  }),
];
