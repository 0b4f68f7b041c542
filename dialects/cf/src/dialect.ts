/** Composes the dialect `cf`. */
import { BranchInterface, defineDialect, type Dialect } from "@strata/ir";
import { branchBranching, condBranchBranching, switchBranching } from "./branches.ts";
import { canonicalizers } from "./canonicalize.ts";
import { interpretation } from "./interpret.ts";
import { BranchOp, cfOps, CondBranchOp, SwitchOp } from "./ops.ts";

/** The dialect of branches between blocks. */
export const cf: Dialect = defineDialect({
  name: "cf",
  summary: "Branches between blocks and run-time assertions.",
  ops: cfOps,
  interfaces: [
    ...canonicalizers,
    ...interpretation,
    BranchInterface.on(BranchOp, branchBranching),
    BranchInterface.on(CondBranchOp, condBranchBranching),
    BranchInterface.on(SwitchOp, switchBranching),
  ],
});
