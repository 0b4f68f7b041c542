/**
 * Lists that mix constants and values of type `index`, such as the offsets of a slice: `[4, %n]`.
 *
 * Invariant: the constants stand in an `array<i64: …>` with `dynamicIndex` where a value belongs,
 * and the values in an operand group, in the same order.
 */
import { DenseArrayAttr } from "./builtin-attributes.ts";
import type { OpParser, UnresolvedOperand } from "./op-parser.ts";
import type { AsmPrinter } from "./printer.ts";
import { Value } from "./value.ts";

/** Stands in the constants of a mixed list for "see the operand". */
export const dynamicIndex: bigint = -(1n << 63n);

/** A constant or a value of type `index`. */
export type MixedIndex = number | Value;

/** Takes a mixed list apart into its operands and its array of constants. */
export function splitMixed(list: readonly MixedIndex[]): {
  values: Value[];
  constants: DenseArrayAttr;
} {
  return {
    values: list.filter((x) => x instanceof Value),
    constants: DenseArrayAttr.i64(list.map((x) => (x instanceof Value ? dynamicIndex : x))),
  };
}

/** Joins operands and constants; the verifier's `mixedCountOk` says whether they fit. */
export function joinMixed(values: readonly Value[], constants: DenseArrayAttr): MixedIndex[] {
  let next = 0;
  return constants.values.map((c) => {
    if (c !== dynamicIndex) return Number(c);
    const v = values[next++];
    if (v === undefined) throw new Error("a mixed list has fewer operands than dynamic places");
    return v;
  });
}

/** Whether a mixed list has as many operands as dynamic places. */
export function mixedCountOk(values: readonly Value[], constants: DenseArrayAttr): boolean {
  return constants.values.filter((c) => c === dynamicIndex).length === values.length;
}

/** Writes `[4, %n]`. */
export function printDynamicIndexList(
  p: AsmPrinter,
  values: readonly Value[],
  constants: DenseArrayAttr,
  brackets: readonly [string, string] = ["[", "]"],
): void {
  let next = 0;
  p.write(brackets[0]);
  p.list(constants.values, (c) => {
    if (c === dynamicIndex) p.operand(values[next++]!);
    else p.write(String(c));
  });
  p.write(brackets[1]);
}

/** Reads `[4, %n]`. */
export function parseDynamicIndexList(
  p: OpParser,
  brackets: readonly [string, string] = ["[", "]"],
): { values: UnresolvedOperand[]; constants: DenseArrayAttr } {
  const values: UnresolvedOperand[] = [];
  const constants: bigint[] = [];
  p.asm.parseCommaSeparated(brackets[0], brackets[1], () => {
    const value = p.tryOperand();
    if (value !== undefined) values.push(value);
    constants.push(value === undefined ? p.asm.parseInteger() : dynamicIndex);
  });
  return { values, constants: DenseArrayAttr.i64(constants) };
}
