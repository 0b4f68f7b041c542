/** What shared code may ask of the loops of `scf`. */
import { type InterfaceBinding, LoopLikeInterface } from "@strata/ir";
import { For, Forall, Parallel, While } from "./ops.ts";

/** Loops execute all their regions repeatedly. */
export const loopInterfaces: readonly InterfaceBinding[] = [
  LoopLikeInterface.on([For, Forall, Parallel, While], { loopRegions: (op) => op.regions }),
];
