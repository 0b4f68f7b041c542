/** Composes the dialect `func`. */
import { CallInterface, defineDialect, type Dialect, SymbolRefAttr } from "@strata/ir";
import { canonicalizers } from "./canonicalize.ts";
import { interpretation } from "./interpret.ts";
import { CallOp, funcOps } from "./ops.ts";

/** The dialect of functions, calls and returns. */
export const func: Dialect = defineDialect({
  name: "func",
  summary: "Functions, calls and returns.",
  ops: funcOps,
  interfaces: [
    ...canonicalizers,
    ...interpretation,
    CallInterface.on(CallOp, {
      callee: (op) => {
        const callee = op.getAttr("callee");
        return callee instanceof SymbolRefAttr ? callee : undefined;
      },
      arguments: (op) => op.operands,
    }),
  ],
});
