/** The dialects that tests of analyses read texts with. */
import { arith } from "@strata/arith";
import { cf } from "@strata/cf";
import { func } from "@strata/func";
import { gpu } from "@strata/gpu";
import { builtin, Context, type ModuleOp, type Operation, type Value, walk } from "@strata/ir";
import { math } from "@strata/math";
import { memref } from "@strata/memref";
import { scf } from "@strata/scf";
import { tensor } from "@strata/tensor";
import { parseVerified } from "@strata/testing";
import { vector } from "@strata/vector";

export const context: Context = new Context([
  builtin,
  arith,
  cf,
  func,
  gpu,
  math,
  memref,
  scf,
  tensor,
  vector,
]);

/** A module of a text. */
export const parse = (text: string): ModuleOp => parseVerified(context, text);

/** The operations that carry a string attribute `tag`, by what it says. */
export function tagged(module: Operation): ReadonlyMap<string, Operation> {
  const found = new Map<string, Operation>();
  walk(module, (op) => {
    const tag = op.getAttr("tag")?.toString();
    if (tag !== undefined) found.set(JSON.parse(tag) as string, op);
  });
  return found;
}

/** The first result of each tagged operation. */
export function taggedValues(module: Operation): ReadonlyMap<string, Value> {
  return new Map([...tagged(module)].map(([tag, op]) => [tag, op.resultAt(0)]));
}
