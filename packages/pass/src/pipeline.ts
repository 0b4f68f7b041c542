/**
 * Pipelines: passes in order, nested by the operations they run on. A pipeline is data; it can be
 * printed, and the text parses back to an equal one.
 */
import { DiagnosticError, userError } from "@strata/support";
import type { OpRef } from "@strata/ir";
import { type PassDefinition, PassInstance } from "./pass.ts";

/** A pass, a configured pass, or a pipeline for operations nested directly in this one's. */
export type PipelineItem = PassInstance | Pipeline;

/** What the builders take. */
export type PipelineInput = PassDefinition | PassInstance | Pipeline;

/** The name of an op kind, its class, or "any". */
export type Anchor = OpRef | string;

/** Passes for one kind of operations. */
export class Pipeline {
  /** Name of the ops it runs on, or "any". */
  readonly anchor: string;
  readonly items: readonly PipelineItem[];

  constructor(anchor: string, items: readonly PipelineItem[]) {
    this.anchor = anchor;
    this.items = items;
    for (const item of items) {
      if (item instanceof PassInstance) requireAnchor(anchor, item);
    }
  }

  /** `builtin.module(canonicalize,func.func(cse))`. */
  toString(): string {
    return `${this.anchor}(${this.items.join(",")})`;
  }
}

function requireAnchor(anchor: string, pass: PassInstance): void {
  const wanted = pass.definition.anchor;
  if (wanted === "any" || wanted === anchor) return;
  throw new DiagnosticError(
    userError("pipeline.pass-anchor", `\`${pass.name}\` runs on \`${wanted}\`, not \`${anchor}\``, {
      hint: `nest it: \`${wanted}(${pass.name})\``,
    }),
  );
}

function itemOf(input: PipelineInput): PipelineItem {
  if (input instanceof PassInstance || input instanceof Pipeline) return input;
  return input.with({});
}

/** A pipeline for operations of a kind: passes with default or given options, nested pipelines. */
export function pipeline(anchor: Anchor, ...inputs: readonly PipelineInput[]): Pipeline {
  const name = typeof anchor === "string" ? anchor : anchor.definition.name;
  return new Pipeline(name, inputs.map(itemOf));
}
