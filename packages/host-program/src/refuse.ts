/** What host code cannot do. */
import { type Operation, spanOf } from "@strata/ir";
import { DiagnosticError, unsupported } from "@strata/support";

/** Refuses what a host program cannot do. */
export function refuse(op: Operation, what: string): never {
  throw new DiagnosticError(
    unsupported("host-program.unsupported", `\`${op.name}\`: ${what} has no place in host code`, {
      span: spanOf(op),
    }),
  );
}
