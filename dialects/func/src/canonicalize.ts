/** Rewrites of calls into canonical form. */
import { type InterfaceBinding, SymbolRefAttr } from "@strata/ir";
import { canonicalizations, pattern, type RewritePattern } from "@strata/rewrite";
import { CallIndirectOp, CallOp, ConstantOp } from "./ops.ts";

// call_indirect (constant @f)(x) → call @f(x)
const directCall = pattern("call-indirect-of-constant", CallIndirectOp, (op, rewriter) => {
  const callee = op.callee.definingOp;
  if (!(callee instanceof ConstantOp)) return rewriter.fail("the callee is not known");
  rewriter.replaceOpWith(
    op,
    CallOp.of(
      {
        callee: SymbolRefAttr.get(callee.value.root),
        args: op.args,
        arg_attrs: op.arg_attrs,
        res_attrs: op.res_attrs,
      },
      { types: { outs: op.resultTypes } },
    ),
  );
  return true;
});

/** The canonicalizations of calls. */
export const funcPatterns: readonly RewritePattern[] = [directCall];

/** How the operations are brought into canonical form. */
export const canonicalizers: readonly InterfaceBinding[] = canonicalizations(funcPatterns);
