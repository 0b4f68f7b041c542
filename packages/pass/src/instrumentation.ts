/** What can be attached to a run: hooks around passes, IR dumps, progress. */
import { type Operation, printOperation, symbolNameOf } from "@strata/ir";
import type { PassInstance } from "./pass.ts";

/** One pass on one operation. */
export interface PassEvent {
  readonly pass: PassInstance;
  readonly op: Operation;
  /** Names of the pipelines around the pass, outermost first. */
  readonly path: readonly string[];
  /** How many passes have run before in this run. */
  readonly index: number;
}

/** Hears of passes. Hooks must not change the IR. */
export interface Instrumentation {
  beforePass?(event: PassEvent): void;
  /** `changed` is false when the pass said so. */
  afterPass?(event: PassEvent, changed: boolean): void;
  passFailed?(event: PassEvent, error: unknown): void;
}

/** IR at some moment of a run. */
export interface IrDump {
  readonly when: "before" | "after" | "failure";
  readonly event: PassEvent;
  /** As `mlir-opt` heads its dumps. */
  readonly header: string;
  readonly text: string;
}

/** Which dumps are wanted; passes by name, or all. */
export interface PrintIrOptions {
  readonly before?: boolean | readonly string[];
  readonly after?: boolean | readonly string[];
  /** Only where the text has changed (concerns `after`). */
  readonly onlyChanged?: boolean;
  readonly onFailure?: boolean;
  /** Prints the whole root instead of the operation the pass runs on. */
  readonly wholeRoot?: boolean;
  readonly write: (dump: IrDump) => void;
}

/** Whether `op` and the pass's name, as text, as in "`cse` on `func.func` @f". */
export function describeEvent(event: PassEvent): string {
  const symbol = symbolNameOf(event.op);
  const name = symbol === undefined ? "" : ` @${symbol}`;
  return `\`${event.pass.name}\` on \`${event.op.name}\`${name}`;
}

const wants = (selector: boolean | readonly string[] | undefined, name: string): boolean =>
  typeof selector === "boolean" ? selector : (selector?.includes(name) ?? false);

/** Writes IR around passes. */
export function printIr(root: Operation, options: PrintIrOptions): Instrumentation {
  let beforeText = "";
  const textOf = (e: PassEvent): string => printOperation(options.wholeRoot === true ? root : e.op);
  const dump = (when: IrDump["when"], event: PassEvent, text: string): void => {
    const title = { before: "Before", after: "After", failure: "After failed" }[when];
    const header = `// -----// IR Dump ${title} ${event.pass.toString()} //----- //`;
    options.write({ when, event, header, text });
  };
  return {
    beforePass(e) {
      const before = wants(options.before, e.pass.name);
      const compare = options.onlyChanged === true && wants(options.after, e.pass.name);
      if (before || compare) beforeText = textOf(e);
      if (before) dump("before", e, beforeText);
    },
    afterPass(e, changed) {
      if (!wants(options.after, e.pass.name)) return;
      if (options.onlyChanged === true && !changed) return;
      const text = textOf(e);
      if (options.onlyChanged !== true || text !== beforeText) dump("after", e, text);
    },
    passFailed(e) {
      if (options.onFailure === true) dump("failure", e, textOf(e));
    },
  };
}
