/** Parts of calls: fast-math flags and operand bundles. */
import type { Operation } from "@strata/ir";
import * as llvm from "@strata/llvm";
import type { FunctionScope } from "./scope.ts";
import { quoteString } from "./text.ts";

/** Fast-math flags with a space behind. */
export function flagsOf(op: Operation): string {
  const a = op.getAttr("fastmathFlags");
  if (!(a instanceof llvm.FastmathFlagsAttr) || a.flags.length === 0) return "";
  if (a.flags.length === llvm.fastmathFlags.length) return "fast ";
  return `${a.flags.join(" ")} `;
}

/** Operand bundles with a space in front. */
export function bundlesText(op: Operation, s: FunctionScope): string {
  const bundles = llvm.bundlesOf(op, op.operandGroup(1));
  if (bundles.length === 0) return "";
  const list = bundles.map(({ tag, values }) => {
    return `${quoteString(tag)}(${values.map((v) => s.typed(v)).join(", ")})`;
  });
  return ` [ ${list.join(", ")} ]`;
}
