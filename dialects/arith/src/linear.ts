/** Integer operations as sums of their operands times constants. */
import { constantInteger, type LinearForm, LinearInterface } from "@strata/analysis";
import type { InterfaceBinding, Operation } from "@strata/ir";
import * as ops from "./ops.ts";

function sum(op: Operation, factors: readonly bigint[]): LinearForm {
  const terms = new Map<Operation["operands"][number], bigint>();
  op.operands.forEach((v, i) => terms.set(v, (terms.get(v) ?? 0n) + factors[i]!));
  for (const [v, c] of terms) if (c === 0n) terms.delete(v);
  return { terms, constant: 0n };
}

/** A product with a constant. */
function product(op: Operation): LinearForm | undefined {
  const [a, b] = [op.operand(0), op.operand(1)];
  const [x, y] = [constantInteger(a), constantInteger(b)];
  const [value, factor] = y === undefined ? [b, x] : [a, y];
  if (factor === undefined) return undefined;
  return { terms: factor === 0n ? new Map() : new Map([[value, factor]]), constant: 0n };
}

function shifted(op: Operation): LinearForm | undefined {
  const by = constantInteger(op.operand(1));
  if (by === undefined || by < 0n || by > 62n) return undefined;
  return { terms: new Map([[op.operand(0), 1n << by]]), constant: 0n };
}

/** Sums, differences, products with constants. */
export const linearForms: readonly InterfaceBinding[] = [
  LinearInterface.on(ops.AddI, { linear: (op) => sum(op, [1n, 1n]) }),
  LinearInterface.on(ops.SubI, { linear: (op) => sum(op, [1n, -1n]) }),
  LinearInterface.on(ops.MulI, { linear: product }),
  LinearInterface.on(ops.ShLI, { linear: shifted }),
];
