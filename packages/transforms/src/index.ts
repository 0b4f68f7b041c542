/** Dialect-blind passes. */
import type { PassDefinition, PassRegistry } from "@strata/pass";
import { canonicalize } from "./canonicalize.ts";
import { cse } from "./cse.ts";
import { dce } from "./dce.ts";
import { reconcileUnrealizedCasts } from "./reconcile-casts.ts";

export * from "./canonicalize.ts";
export * from "./cse.ts";
export { dce, eraseDeadCode, type DeadCode } from "./dce.ts";
export { reconcileUnrealizedCasts } from "./reconcile-casts.ts";
export { hashOperation, isEquivalent, type KindHash } from "./structure.ts";
export { simplifyRegions } from "./simplify-regions.ts";

/** All passes of this package. */
export const transforms: readonly PassDefinition[] = [
  canonicalize,
  cse,
  dce,
  reconcileUnrealizedCasts,
];

/** Makes the passes of this package known by name. */
export function registerTransforms(registry: PassRegistry): PassRegistry {
  return registry.add(transforms);
}
