/**
 * Folds of the floating-point operations: constants, and only those identities that are exact for
 * NaN, infinities and both zeros.
 */
import { type Attribute, foldOf, IntegerAttr, type InterfaceBinding, type Value } from "@strata/ir";
import { CmpFPredicate, CmpIPredicate } from "./attributes.ts";
import { testFloats } from "./comparison.ts";
import {
  type Constant,
  floatValue,
  foldFloats,
  foldFloatsToIntegers,
  integerConstant,
  isFloat,
  mapConstants,
  splatOf,
} from "./constant-folding.ts";
import { floatFunctions, type FloatOpName } from "./float-semantics.ts";
import * as ops from "./ops.ts";

type Identity = (
  op: { readonly lhs: Value; readonly rhs: Value },
  l: Constant,
  r: Constant,
) => Attribute | Value | undefined;

function binary(cls: typeof ops.AddF, name: FloatOpName, ...identities: Identity[]) {
  return foldOf<ops.AddF>(cls, (op, [l, r]) => {
    const f = floatFunctions[name];
    const folded = foldFloats(op.result.type, [l, r], (a, b) => f(a!, b!));
    if (folded !== undefined) return folded;
    for (const identity of identities) {
      const found = identity(op, l, r);
      if (found !== undefined) return found;
    }
    return undefined;
  });
}

/** x ∘ c = x. */
const neutralRight =
  (c: number): Identity =>
  (op, _l, r) =>
    isFloat(r, c) ? op.lhs : undefined;

/** c ∘ x = x. */
const neutralLeft =
  (c: number): Identity =>
  (op, l) =>
    isFloat(l, c) ? op.rhs : undefined;

function foldNegF(op: ops.NegF, [x]: readonly Constant[]): Attribute | Value | undefined {
  const inner = op.input.definingOp;
  if (inner instanceof ops.NegF) return inner.input;
  return foldFloats(op.result.type, [x], (a) => -a!);
}

function isNaNConstant(a: Constant): boolean {
  const e = splatOf(a);
  return e !== undefined && Number.isNaN(floatValue(e) ?? 0);
}

function foldCmpF(op: ops.CmpF, [l, r]: readonly Constant[]): Attribute | undefined {
  const predicate = CmpFPredicate.nameOf(op.predicate);
  const type = op.result.type;
  const bool = (holds: boolean): bigint => (holds ? 1n : 0n);
  if (predicate === "false" || predicate === "true") {
    return integerConstant(type, bool(predicate === "true"));
  }
  if (isNaNConstant(l) || isNaNConstant(r)) {
    return integerConstant(type, bool(testFloats(predicate, NaN, NaN)));
  }
  return foldFloatsToIntegers(type, [l, r], (a, b) => bool(testFloats(predicate, a!, b!)));
}

/** i1 constants of a condition: true, false, or neither. */
function conditionOf(a: Constant): boolean | undefined {
  const e = splatOf(a);
  return e instanceof IntegerAttr ? e.isTrue : undefined;
}

/** Whether `value` is a constant whose elements all are the boolean `b`. */
function isBoolean(a: Constant, b: boolean): boolean {
  const e = splatOf(a);
  return e instanceof IntegerAttr && e.type.toString() === "i1" && e.isTrue === b;
}

/** select(x = y, x, y) = y and select(x ≠ y, x, y) = x, for integers. */
function selectOfEquality(op: ops.SelectOp): Value | undefined {
  const test = op.condition.definingOp;
  if (!(test instanceof ops.CmpI)) return undefined;
  const { true_value: a, false_value: b } = op;
  const same = (test.lhs === a && test.rhs === b) || (test.lhs === b && test.rhs === a);
  if (!same) return undefined;
  const predicate = CmpIPredicate.nameOf(test.predicate);
  return predicate === "eq" ? b : predicate === "ne" ? a : undefined;
}

function foldSelect(
  op: ops.SelectOp,
  operands: readonly Constant[],
): Attribute | Value | undefined {
  const [c, a, b] = operands;
  const { condition, true_value: whenTrue, false_value: whenFalse } = op;
  const chosen = conditionOf(c);
  if (chosen !== undefined) return chosen ? whenTrue : whenFalse;
  if (whenTrue === whenFalse) return whenTrue;
  if (condition.type === op.result.type && isBoolean(a, true) && isBoolean(b, false)) {
    return condition;
  }
  if (condition.type !== whenTrue.type && c !== undefined) {
    const mixed = mapConstants(op.result.type, operands, (e, x, y) =>
      e instanceof IntegerAttr && e.isTrue ? x : y,
    );
    if (mixed !== undefined) return mixed;
  }
  return selectOfEquality(op);
}

/** The folds of the floating-point operations, and of selection. */
export const floatFolds: readonly InterfaceBinding[] = [
  binary(ops.AddF, "addf", neutralRight(-0), neutralLeft(-0)),
  binary(ops.SubF, "subf", neutralRight(0)),
  binary(ops.MulF, "mulf", neutralRight(1), neutralLeft(1)),
  binary(ops.DivF, "divf", neutralRight(1)),
  binary(ops.RemF, "remf"),
  binary(ops.MaximumF, "maximumf", neutralRight(-Infinity), neutralLeft(-Infinity)),
  binary(ops.MinimumF, "minimumf", neutralRight(Infinity), neutralLeft(Infinity)),
  binary(ops.MaxNumF, "maxnumf", neutralRight(NaN), neutralLeft(NaN)),
  binary(ops.MinNumF, "minnumf", neutralRight(NaN), neutralLeft(NaN)),
  foldOf(ops.NegF, foldNegF),
  foldOf(ops.CmpF, foldCmpF),
  foldOf(ops.SelectOp, foldSelect),
];
