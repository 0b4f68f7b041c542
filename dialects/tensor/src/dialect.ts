/** The tensor dialect, composed. */
import { defineDialect, type Dialect } from "@strata/ir";
import { interpretation } from "./interpret.ts";
import * as ops from "./ops.ts";

export const tensor: Dialect = defineDialect({
  name: "tensor",
  summary: "Immutable arrays.",
  ops: [
    ops.Cast,
    ops.Dim,
    ops.Empty,
    ops.Extract,
    ops.FromElements,
    ops.Generate,
    ops.Insert,
    ops.Yield,
  ],
  interfaces: interpretation,
});
