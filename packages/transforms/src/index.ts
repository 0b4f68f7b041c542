/** Dialect-blind passes. */
import type { PassDefinition, PassRegistry } from "@strata/pass";
import { canonicalize } from "./canonicalize.ts";
import { cse } from "./cse.ts";
import { dce } from "./dce.ts";
import { printOpStats, stripDebugInfo } from "./debug-info.ts";
import { inline } from "./inline.ts";
import { licm } from "./licm.ts";
import { mem2reg } from "./mem2reg.ts";
import { reconcileUnrealizedCasts } from "./reconcile-casts.ts";
import { sccp } from "./sccp.ts";
import { symbolDce } from "./symbol-dce.ts";

export * from "./canonicalize.ts";
export * from "./cse.ts";
export { dce, eraseDeadCode, type DeadCode } from "./dce.ts";
export * from "./debug-info.ts";
export * from "./inline.ts";
export * from "./licm.ts";
export * from "./mem2reg.ts";
export * from "./sccp.ts";
export * from "./symbol-dce.ts";
export { reconcileUnrealizedCasts } from "./reconcile-casts.ts";
export { hashOperation, isEquivalent, type KindHash } from "./structure.ts";
export { simplifyRegions } from "./simplify-regions.ts";

/** All passes of this package. */
export const transforms: readonly PassDefinition[] = [
  canonicalize,
  cse,
  dce,
  inline,
  licm,
  mem2reg,
  printOpStats,
  reconcileUnrealizedCasts,
  sccp,
  stripDebugInfo,
  symbolDce,
];

/** Makes the passes of this package known by name. */
export function registerTransforms(registry: PassRegistry): PassRegistry {
  return registry.add(transforms);
}
