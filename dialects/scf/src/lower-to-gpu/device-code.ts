/** Which operations a kernel may hold. */
import * as arith from "@strata/arith";
import { type Block, MemRefType, type Operation, spanOf, walk } from "@strata/ir";
import * as memref from "@strata/memref";
import { DiagnosticError, unsupported } from "@strata/support";
import * as vector from "@strata/vector";
import { Condition, For, If, While, Yield } from "../ops.ts";

const dialects: ReadonlySet<string> = new Set(["arith", "math", "gpu"]);

const others = [
  memref.Load,
  memref.Store,
  memref.Dim,
  memref.AtomicRMW,
  vector.Load,
  vector.Store,
  vector.Extract,
  vector.Insert,
  vector.Broadcast,
  vector.FromElements,
  vector.ToElements,
  For,
  If,
  While,
  Yield,
  Condition,
];

function isAllowed(op: Operation): boolean {
  if (op instanceof arith.SelectOp && op.result.type instanceof MemRefType) return false;
  const dialect = op.name.slice(0, op.name.indexOf("."));
  return dialects.has(dialect) || others.some((c) => op instanceof c);
}

/** A diagnostic for the first operation that has no form on a GPU. */
export function checkDeviceCode(block: Block): void {
  for (const top of block.ops()) {
    walk(top, (op) => {
      if (isAllowed(op)) return;
      throw new DiagnosticError(
        unsupported("gpu.operation", `\`${op.name}\` does not run on a GPU`, {
          span: spanOf(op),
          hint: "move it out of the parallel loop, or choose another device",
        }),
      );
    });
  }
}
