/** What must hold of the workgroup and private buffers of functions and launches. */
import { type BlockArgument, MemRefType, type Report } from "@strata/ir";
import { addressSpaceOf } from "./attributes.ts";

/** Reports buffers that are no memrefs, or lie in another memory than `space`. */
export function verifyAttributions(
  args: readonly BlockArgument[],
  space: "workgroup" | "private",
  report: Report,
): void {
  for (const { type } of args) {
    if (!(type instanceof MemRefType)) {
      report("gpu.attribution-type", `a ${space} buffer is a memref, not \`${type.toString()}\``);
      continue;
    }
    const found = addressSpaceOf(type);
    if (found === undefined || found === space) continue;
    report(
      "gpu.attribution-space",
      `a ${space} buffer cannot lie in ${found} memory`,
      `its memory space is \`#gpu.address_space<${space}>\``,
    );
  }
}
