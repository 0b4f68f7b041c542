/** Integer attributes as numbers. */
import { IntegerAttr, type Operation } from "@strata/ir";

/** The number that an integer attribute of an operation holds. */
export function integerOf(op: Operation, name: string): number | undefined {
  const found = op.getAttr(name);
  return found instanceof IntegerAttr ? Number(found.value) : undefined;
}
