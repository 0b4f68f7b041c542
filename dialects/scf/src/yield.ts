/**
 * `scf.yield` and the checks that every structured op makes of the values its regions end with.
 */
import {
  AnyType,
  type Block,
  defineOp,
  IsTerminator,
  type Operation,
  Pure,
  type Region,
  type Report,
  ReturnLike,
  type Type,
  variadic,
} from "@strata/ir";

const parents = new Set([
  "scf.execute_region",
  "scf.for",
  "scf.if",
  "scf.index_switch",
  "scf.while",
]);

/** Ends a region of a structured op with its values. */
export class Yield extends defineOp("scf.yield", {
  summary: "Ends a region of a structured op with its values.",
  operands: { values: variadic(AnyType) },
  traits: [IsTerminator, ReturnLike, Pure],
  assembly: "attr-dict ($values^ `:` type($values))?",
  verify(op, report) {
    const parent = op.parentOp;
    if (parent === null || !parent.definition.isRegistered || parents.has(parent.name)) return;
    const known = [...parents].map((name) => `\`${name}\``).join(", ");
    report("scf.yield-parent", `\`scf.yield\` must stand inside ${known}, not \`${parent.name}\``);
  },
}) {}

/** Types as text, for messages. */
export function listTypes(types: readonly Type[]): string {
  return `(${types.map((t) => t.toString()).join(", ")})`;
}

/** Whether two lists of types are equal. */
export function sameTypes(a: readonly Type[], b: readonly Type[]): boolean {
  return a.length === b.length && a.every((t, i) => t === b[i]);
}

/** Reports unless `found` are exactly the types wanted. */
export function checkTypes(
  report: Report,
  code: string,
  what: string,
  found: readonly Type[],
  wanted: readonly Type[],
): void {
  if (sameTypes(found, wanted)) return;
  report(code, `${what} must be ${listTypes(wanted)}, found ${listTypes(found)}`);
}

/** Reports unless the region's only block ends with `scf.yield` of values of the types wanted. */
export function checkYield(
  op: Operation,
  region: Region | undefined,
  wanted: readonly Type[],
  report: Report,
): void {
  const last = region?.firstBlock?.lastOp;
  if (last === undefined || last === null) return;
  if (!(last instanceof Yield)) {
    report("scf.yield-missing", `a region of \`${op.name}\` must end with \`scf.yield\``);
    return;
  }
  if (last.numOperands !== wanted.length) {
    report(
      "scf.yield-count",
      `\`${op.name}\` needs ${wanted.length} yielded values, found ${last.numOperands}`,
    );
    return;
  }
  checkTypes(
    report,
    "scf.yield-type",
    `the values yielded to \`${op.name}\``,
    last.operandTypes,
    wanted,
  );
}

/** The values a block ends with; an error when it has no terminator. */
export function yieldedValues(block: Block): readonly Operation["operands"][number][] {
  if (block.lastOp === null) throw new Error("the block has no terminator");
  return block.lastOp.operands;
}
