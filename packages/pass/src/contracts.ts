/** Checks that what passes require holds where they stand in a pipeline. */
import { type Diagnostic, userError } from "@strata/support";
import { type PassDefinition, PassInstance } from "./pass.ts";
import type { Pipeline } from "./pipeline.ts";

/** All passes in the order in which they run on one operation of each kind. */
export function passesOf(pipeline: Pipeline): PassInstance[] {
  return pipeline.items.flatMap((i) => (i instanceof PassInstance ? [i] : passesOf(i)));
}

/**
 * What is wrong with the order of a pipeline. `initially` are the properties of the input; without
 * it a property that no earlier pass has taken away may hold, unless a later pass establishes it.
 */
export function checkContracts(pipeline: Pipeline, initially?: readonly string[]): Diagnostic[] {
  const found: Diagnostic[] = [];
  const passes = passesOf(pipeline);
  const holds = new Set<string>(initially);
  const lostTo = new Map<string, PassDefinition>();
  passes.forEach((pass, i) => {
    const { requires = [], establishes = [], destroys = [] } = pass.definition.spec;
    for (const property of requires) {
      if (holds.has(property)) continue;
      const later = passes
        .slice(i + 1)
        .find((p) => p.definition.spec.establishes?.includes(property));
      const lost = lostTo.get(property);
      if (initially === undefined && later === undefined && lost === undefined) continue;
      const reason = lost === undefined ? "" : `, which \`${lost.name}\` destroys`;
      found.push(
        userError("pipeline.contract", `\`${pass.name}\` requires \`${property}\`${reason}`, {
          hint: later === undefined ? undefined : `put \`${later.name}\` before it`,
        }),
      );
    }
    for (const property of destroys) {
      holds.delete(property);
      lostTo.set(property, pass.definition);
    }
    for (const property of establishes) {
      holds.add(property);
      lostTo.delete(property);
    }
  });
  return found;
}
