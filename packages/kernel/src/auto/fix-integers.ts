/** Puts the values of integer arguments into a kernel, so that loops over them have a length. */
import { ConstantOp } from "@strata/arith";
import { Builder, constantAttr, IntegerType, lookupSymbol, type ModuleOp } from "@strata/ir";
import type { BoundArguments } from "@strata/runtime";

/** Replaces the uses of integer parameters of a function by constants. */
export function fixIntegers(module: ModuleOp, entry: string, args: BoundArguments): void {
  const block = lookupSymbol(module, entry)?.regions[0]?.firstBlock;
  if (!block) return;
  const b = Builder.atStart(block);
  for (const [k, value] of args.values.entries()) {
    const argument = block.args[k];
    if (value.kind !== "scalar" || argument === undefined) continue;
    const { type } = argument;
    if (!(type instanceof IntegerType) || argument.isUnused) continue;
    const constant = b.insert(ConstantOp.of({ value: constantAttr(type, value.value) }));
    argument.replaceAllUsesWith(constant.result);
  }
}
