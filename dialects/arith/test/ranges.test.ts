/** Ranges of results hold every result, for all ranges of operands of few bits. */
import { fullRange, type IntegerRange, RangeInterface } from "@strata/analysis";
import { InterpretInterface, type OperandFunction } from "@strata/interpret";
import { Block, IntegerType, type Operation, type Value } from "@strata/ir";
import { DiagnosticError } from "@strata/support";
import { describe, expect, test } from "vitest";
import * as ops from "../src/index.ts";
import { CmpIPredicate } from "../src/index.ts";

/** Registers the behaviour of the operations. */
void ops.arith;

/** All ranges of a type. */
function allRanges(type: IntegerType): IntegerRange[] {
  const { low, high } = fullRange(type)!;
  const found: IntegerRange[] = [];
  for (let a = low; a <= high; a++) for (let b = a; b <= high; b++) found.push({ low: a, high: b });
  return found;
}

function* numbersIn({ low, high }: IntegerRange): Generator<number, void> {
  for (let n = low; n <= high; n++) yield Number(n);
}

function functionOf(op: Operation): OperandFunction {
  const impl = InterpretInterface.of(op);
  const f = impl?.specialize?.(op);
  if (f === undefined) throw new Error(`${op.name} is not interpreted`);
  return f;
}

/** The result as a number; undefined where the operation fails. */
function tryResult(f: OperandFunction, args: readonly number[]): bigint | undefined {
  try {
    return BigInt(f(...args) as number);
  } catch (e) {
    if (e instanceof DiagnosticError) return undefined;
    throw e;
  }
}

/** Checks all ranges; gives how many say more than the type does. */
function checkAll(op: Operation, types: readonly IntegerType[]): number {
  const f = functionOf(op);
  const infer = RangeInterface.of(op)?.infer;
  if (infer === undefined) throw new Error(`${op.name} says nothing of ranges`);
  const full = fullRange(op.resultTypes[0]!)!;
  const isShift = op.name.startsWith("arith.sh");
  let narrow = 0;
  const check = (operands: readonly IntegerRange[]): void => {
    const found = infer(op, operands)[0] ?? full;
    if (found.low > full.low || found.high < full.high) narrow++;
    const each = (chosen: readonly number[]): void => {
      const next = operands[chosen.length];
      if (next !== undefined) {
        for (const n of numbersIn(next)) each([...chosen, n]);
        return;
      }
      const by = chosen[1] ?? 0;
      // What is shifted by the width and more has no result that counts.
      if (isShift && (by < 0 || by >= types[1]!.width)) return;
      const result = tryResult(f, chosen);
      if (result === undefined || (result >= found.low && result <= found.high)) return;
      const text = operands.map((r) => `${r.low}..${r.high}`).join(", ");
      throw new Error(`${op.name} of ${text}: ${result} is not in ${found.low}..${found.high}`);
    };
    each([]);
  };
  const [a, b] = types.map(allRanges);
  for (const x of a!) {
    if (b === undefined) check([x]);
    else for (const y of b) check([x, y]);
  }
  return narrow;
}

const values = (...types: readonly IntegerType[]): readonly Value[] => new Block(types).args;

const binary = [
  ops.AddI,
  ops.SubI,
  ops.MulI,
  ops.DivSI,
  ops.DivUI,
  ops.CeilDivSI,
  ops.CeilDivUI,
  ops.FloorDivSI,
  ops.RemSI,
  ops.RemUI,
  ops.AndI,
  ops.OrI,
  ops.XOrI,
  ops.ShLI,
  ops.ShRSI,
  ops.ShRUI,
  ops.MaxSI,
  ops.MinSI,
  ops.MaxUI,
  ops.MinUI,
] as const;

describe.each([1, 3])("operands of %i bits", (width) => {
  const type = IntegerType.get(width);
  test.each(binary.map((cls) => [cls.definition.name, cls] as const))("%s", (_, cls) => {
    const [lhs, rhs] = values(type, type);
    const narrow = checkAll(cls.of({ lhs: lhs!, rhs: rhs! }), [type, type]);
    if (width > 1) expect(narrow).toBeGreaterThan(0);
  });

  test.each(CmpIPredicate.cases)("arith.cmpi %s", (predicate) => {
    const [lhs, rhs] = values(type, type);
    const op = ops.CmpI.of({ lhs: lhs!, rhs: rhs!, predicate: CmpIPredicate.attr(predicate) });
    expect(checkAll(op, [type, type])).toBeGreaterThan(0);
  });

  test("casts", () => {
    const wide = IntegerType.get(width + 2);
    const [small, large] = values(type, wide);
    checkAll(ops.ExtSI.of({ in: small! }, { types: { out: wide } }), [type]);
    checkAll(ops.ExtUI.of({ in: small! }, { types: { out: wide } }), [type]);
    checkAll(ops.TruncI.of({ in: large! }, { types: { out: type } }), [wide]);
  });
});
