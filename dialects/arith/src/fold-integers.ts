/**
 * Folds of the integer operations: exact constants, and identities that hold for every operand.
 * What fails at run time (division by zero, overflowing division, too large shifts) is not folded.
 */
import {
  type Attribute,
  type FoldResult,
  foldOf,
  IntegerAttr,
  IntegerType,
  type InterfaceBinding,
  type Value,
} from "@strata/ir";
import { CmpIPredicate, type CmpIPredicateName } from "./attributes.ts";
import { testIntegers } from "./comparison.ts";
import {
  type Constant,
  foldIntegers,
  integerConstant,
  type IntegerFold,
  isInteger,
  signedValue,
  splatOf,
} from "./constant-folding.ts";
import * as ops from "./ops.ts";

const unsigned = (width: number, n: bigint): bigint => BigInt.asUintN(width, n);
const leastSigned = (width: number): bigint => -(1n << BigInt(width - 1));

/** Whether `a` is divided by `b` with a result that the width holds. */
function divides(width: number, a: bigint, b: bigint): boolean {
  return b !== 0n && !(b === -1n && a === leastSigned(width));
}

function floorDivide(a: bigint, b: bigint): bigint {
  const q = a / b;
  return q * b !== a && a < 0n !== b < 0n ? q - 1n : q;
}

const inRange = (width: number, amount: bigint): boolean => unsigned(width, amount) < BigInt(width);

/** What the binary operations compute on constants, by the part of their name behind `arith.`. */
const constants = {
  addi: (_w, a, b) => a + b,
  subi: (_w, a, b) => a - b,
  muli: (_w, a, b) => a * b,
  divsi: (w, a, b) => (divides(w, a, b) ? a / b : undefined),
  divui: (w, a, b) => (b === 0n ? undefined : unsigned(w, a) / unsigned(w, b)),
  ceildivsi: (w, a, b) => (divides(w, a, b) ? -floorDivide(-a, b) : undefined),
  ceildivui: (w, a, b) => (b === 0n ? undefined : -floorDivide(-unsigned(w, a), unsigned(w, b))),
  floordivsi: (w, a, b) => (divides(w, a, b) ? floorDivide(a, b) : undefined),
  remsi: (_w, a, b) => (b === 0n ? undefined : a % b),
  remui: (w, a, b) => (b === 0n ? undefined : unsigned(w, a) % unsigned(w, b)),
  andi: (_w, a, b) => a & b,
  ori: (_w, a, b) => a | b,
  xori: (_w, a, b) => a ^ b,
  shli: (w, a, n) => (inRange(w, n) ? a << unsigned(w, n) : undefined),
  shrsi: (w, a, n) => (inRange(w, n) ? a >> unsigned(w, n) : undefined),
  shrui: (w, a, n) => (inRange(w, n) ? unsigned(w, a) >> unsigned(w, n) : undefined),
  maxsi: (_w, a, b) => (a > b ? a : b),
  minsi: (_w, a, b) => (a < b ? a : b),
  maxui: (w, a, b) => (unsigned(w, a) > unsigned(w, b) ? a : b),
  minui: (w, a, b) => (unsigned(w, a) < unsigned(w, b) ? a : b),
} satisfies Readonly<Record<string, IntegerFoldOfTwo>>;

type IntegerFoldOfTwo = (width: number, a: bigint, b: bigint) => bigint | undefined;

/** Names of the binary integer operations, without `arith.`. */
export type IntegerFoldName = keyof typeof constants;

/** The exact function of a binary integer operation. */
export function exactInteger(name: IntegerFoldName): IntegerFoldOfTwo {
  return constants[name];
}

interface BinaryOp {
  readonly lhs: Value;
  readonly rhs: Value;
  readonly result: Value;
}

type Identity = (op: BinaryOp, l: Constant, r: Constant) => Attribute | Value | undefined;

type BinaryClass = typeof ops.AndI | typeof ops.AddI | typeof ops.DivSI;

/** Constants first, then identities; of commutative operations constants may stand on either side. */
function binary(cls: BinaryClass, name: keyof typeof constants, ...identities: Identity[]) {
  const exact: IntegerFold = (w, a, b) => constants[name](w, a!, b!);
  return foldOf<InstanceType<BinaryClass>>(cls, (op, [l, r]) => {
    const folded = foldIntegers(op.result.type, [l, r], exact);
    if (folded !== undefined) return folded;
    for (const identity of identities) {
      const found = identity(op, l, r);
      if (found !== undefined) return found;
    }
    return undefined;
  });
}

/** x ∘ n = x. */
const neutralRight =
  (n: bigint): Identity =>
  (op, _l, r) =>
    isInteger(r, n) ? op.lhs : undefined;

/** n ∘ x = x. */
const neutralLeft =
  (n: bigint): Identity =>
  (op, l) =>
    isInteger(l, n) ? op.rhs : undefined;

/** x ∘ n = m and n ∘ x = m. */
const absorbing =
  (n: bigint, m: bigint): Identity =>
  (op, l, r) =>
    isInteger(r, n) || isInteger(l, n) ? integerConstant(op.result.type, m) : undefined;

/** x mod 1 = 0. */
const remainderByOne: Identity = (op, _l, r) => {
  // In one bit, 1 is −1, and signed division by it may overflow: there the remainder is 0 too.
  return isInteger(r, 1n) ? integerConstant(op.result.type, 0n) : undefined;
};

/** x ∘ x = n. */
const equalOperands =
  (n: bigint): Identity =>
  (op) =>
    op.lhs === op.rhs ? integerConstant(op.result.type, n) : undefined;

/** The operands of the `cls` operation that defines a value. */
function operandsOf(value: Value, cls: BinaryClass): readonly [Value, Value] | undefined {
  const def = value.definingOp;
  return def instanceof cls ? [def.lhs, def.rhs] : undefined;
}

/** (x − y) + y = x, y + (x − y) = x. */
const addOfSub: Identity = (op) => {
  const left = operandsOf(op.lhs, ops.SubI);
  if (left?.[1] === op.rhs) return left?.[0];
  const right = operandsOf(op.rhs, ops.SubI);
  return right?.[1] === op.lhs ? right?.[0] : undefined;
};

/** (x + y) − y = x, (x + y) − x = y, x − (x − y) = y. */
const subOfAdd: Identity = (op) => {
  const sum = operandsOf(op.lhs, ops.AddI);
  if (sum?.[1] === op.rhs) return sum?.[0];
  if (sum?.[0] === op.rhs) return sum?.[1];
  const difference = operandsOf(op.rhs, ops.SubI);
  return difference?.[0] === op.lhs ? difference?.[1] : undefined;
};

/** (x ^ y) ^ y = x, in all orders. */
const xorOfXor: Identity = (op) => {
  for (const [inner, outer] of [
    [op.lhs, op.rhs],
    [op.rhs, op.lhs],
  ] as const) {
    const pair = operandsOf(inner, ops.XOrI);
    if (pair?.[0] === outer) return pair?.[1];
    if (pair?.[1] === outer) return pair?.[0];
  }
  return undefined;
};

/** x of x ^ −1. */
function complemented(value: Value): Value | undefined {
  const def = value.definingOp;
  if (!(def instanceof ops.XOrI)) return undefined;
  if (isInteger(ops.constantValueOf(def.rhs.definingOp), -1n)) return def.lhs;
  return isInteger(ops.constantValueOf(def.lhs.definingOp), -1n) ? def.rhs : undefined;
}

/** x ∘ ~x = n. */
const complement =
  (n: bigint): Identity =>
  (op) =>
    complemented(op.lhs) === op.rhs || complemented(op.rhs) === op.lhs
      ? integerConstant(op.result.type, n)
      : undefined;

type Limit = (width: number) => bigint;

const least: Limit = (w) => -(1n << BigInt(w - 1));
const most: Limit = (w) => (1n << BigInt(w - 1)) - 1n;
const none: Limit = () => 0n;
const all: Limit = () => -1n;

/** Whether a constant is a limit of its type, in all elements. */
function isLimit(a: Constant, limit: Limit): boolean {
  const e = splatOf(a);
  if (!(e instanceof IntegerAttr)) return false;
  return signedValue(e) === limit(e.type instanceof IntegerType ? e.type.width : 64);
}

/** One limit absorbs (max(x, most) = most), the opposite is neutral (max(x, least) = x). */
function limits(absorbs: Limit, neutral: Limit): Identity {
  return (op, l, r) => {
    if (isLimit(r, absorbs)) return r;
    if (isLimit(l, absorbs)) return l;
    if (isLimit(r, neutral)) return op.lhs;
    return isLimit(l, neutral) ? op.rhs : undefined;
  };
}

// --- comparison ----------------------------------------------------------------------------------

/** Predicates that hold of equal operands. */
const reflexive: ReadonlySet<CmpIPredicateName> = new Set(["eq", "sle", "sge", "ule", "uge"]);

/** Comparisons with a limit on the right that are decided for every left side. */
const decided: readonly (readonly [CmpIPredicateName, Limit, boolean])[] = [
  ["slt", least, false],
  ["sge", least, true],
  ["sgt", most, false],
  ["sle", most, true],
  ["ult", none, false],
  ["uge", none, true],
  ["ugt", all, false],
  ["ule", all, true],
];

function foldCmpI(op: ops.CmpI, [l, r]: readonly Constant[]): Attribute | Value | undefined {
  const predicate = CmpIPredicate.nameOf(op.predicate);
  const folded = foldIntegers(op.result.type, [l, r], (w, a, b) =>
    testIntegers(predicate, a!, b!, w) ? 1n : 0n,
  );
  if (folded !== undefined) return folded;
  const answer = (holds: boolean): Attribute | undefined =>
    integerConstant(op.result.type, holds ? 1n : 0n);
  if (op.lhs === op.rhs) return answer(reflexive.has(predicate));
  for (const [p, limit, holds] of decided) {
    if (p === predicate && isLimit(r, limit)) return answer(holds);
  }
  // x ≠ false and x = true are x, for i1.
  if (op.lhs.type !== op.result.type) return undefined;
  const itself =
    (predicate === "ne" && isInteger(r, 0n)) || (predicate === "eq" && isInteger(r, 1n));
  return itself ? op.lhs : undefined;
}

// --- operations with two results -----------------------------------------------------------------

function pair(a: Attribute | undefined, b: Attribute | undefined): FoldResult {
  return a === undefined || b === undefined ? undefined : [a, b];
}

function foldCarry(op: ops.AddUIExtended, [l, r]: readonly Constant[]): FoldResult {
  const { sum, overflow } = op;
  if (isInteger(r, 0n)) {
    const none = integerConstant(overflow.type, 0n);
    return none === undefined ? undefined : [op.lhs, none];
  }
  return pair(
    foldIntegers(sum.type, [l, r], (_w, a, b) => a! + b!),
    foldIntegers(
      overflow.type,
      [l, r],
      (w, a, b) => (unsigned(w, a!) + unsigned(w, b!)) >> BigInt(w),
    ),
  );
}

function foldProduct(
  op: ops.MulSIExtended | ops.MulUIExtended,
  [l, r]: readonly Constant[],
  read: (width: number, n: bigint) => bigint,
): FoldResult {
  const type = op.low.type;
  if (isInteger(r, 0n)) return pair(integerConstant(type, 0n), integerConstant(type, 0n));
  return pair(
    foldIntegers(type, [l, r], (_w, a, b) => a! * b!),
    foldIntegers(type, [l, r], (w, a, b) => (read(w, a!) * read(w, b!)) >> BigInt(w)),
  );
}

/** The folds of the integer operations. */
export const integerFolds: readonly InterfaceBinding[] = [
  binary(ops.AddI, "addi", neutralRight(0n), neutralLeft(0n), addOfSub),
  binary(ops.SubI, "subi", equalOperands(0n), neutralRight(0n), subOfAdd),
  binary(ops.MulI, "muli", absorbing(0n, 0n), neutralRight(1n), neutralLeft(1n)),
  binary(ops.DivSI, "divsi", neutralRight(1n)),
  binary(ops.DivUI, "divui", neutralRight(1n)),
  binary(ops.CeilDivSI, "ceildivsi", neutralRight(1n)),
  binary(ops.CeilDivUI, "ceildivui", neutralRight(1n)),
  binary(ops.FloorDivSI, "floordivsi", neutralRight(1n)),
  binary(ops.RemSI, "remsi", remainderByOne),
  binary(ops.RemUI, "remui", remainderByOne),
  binary(ops.AndI, "andi", absorbing(0n, 0n), neutralRight(-1n), neutralLeft(-1n), complement(0n)),
  binary(ops.OrI, "ori", neutralRight(0n), neutralLeft(0n), absorbing(-1n, -1n), complement(-1n)),
  binary(
    ops.XOrI,
    "xori",
    equalOperands(0n),
    neutralRight(0n),
    neutralLeft(0n),
    complement(-1n),
    xorOfXor,
  ),
  binary(ops.ShLI, "shli", neutralRight(0n)),
  binary(ops.ShRSI, "shrsi", neutralRight(0n)),
  binary(ops.ShRUI, "shrui", neutralRight(0n)),
  binary(ops.MaxSI, "maxsi", limits(most, least)),
  binary(ops.MinSI, "minsi", limits(least, most)),
  binary(ops.MaxUI, "maxui", limits(all, none)),
  binary(ops.MinUI, "minui", limits(none, all)),
  foldOf(ops.CmpI, foldCmpI),
  foldOf(ops.AddUIExtended, foldCarry),
  foldOf(ops.MulSIExtended, (op, operands) => foldProduct(op, operands, BigInt.asIntN)),
  foldOf(ops.MulUIExtended, (op, operands) => foldProduct(op, operands, BigInt.asUintN)),
];
