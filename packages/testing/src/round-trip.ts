/**
 * Golden files of textual IR: what we print is what we read, and what `mlir-opt` makes of it.
 */
import {
  type Context,
  expectVerified,
  type ModuleOp,
  parseModule,
  printOperation,
} from "@strata/ir";
import { SourceFile } from "@strata/support";
import { runMlirOpt, withoutComments } from "./mlir-opt.ts";

/** A module read from a text and verified. */
export function parseVerified(context: Context, text: string, name = "<test>"): ModuleOp {
  const module = parseModule(context, new SourceFile(name, text));
  expectVerified(module);
  return module;
}

/** A text and what became of it. */
export interface RoundTrip {
  readonly printed: string;
  readonly again: string;
}

/** Prints, reads and prints again, in the pretty or the generic form. */
export function roundTrip(context: Context, text: string, generic: boolean): RoundTrip {
  const printed = printOperation(parseVerified(context, text), { generic });
  const again = printOperation(parseVerified(context, printed), { generic });
  return { printed, again };
}

/** The pretty form by `mlir-opt` and by us, of one text in three ways. */
export interface Interop {
  /** `mlir-opt` on the text itself. */
  readonly upstream: string;
  /** Our print of what `mlir-opt` prints. */
  readonly ours: string;
  /** `mlir-opt` on our pretty print. */
  readonly fromPretty: string;
  /** `mlir-opt` on our generic print. */
  readonly fromGeneric: string;
}

/** Sends a text through `mlir-opt` and through us in all orders; all four should be one text. */
export function interop(context: Context, text: string): Interop {
  const upstream = runMlirOpt(text);
  const module = parseVerified(context, text);
  return {
    upstream: withoutComments(upstream),
    ours: withoutComments(printOperation(parseVerified(context, upstream))),
    fromPretty: withoutComments(runMlirOpt(printOperation(module))),
    fromGeneric: withoutComments(runMlirOpt(printOperation(module, { generic: true }))),
  };
}
