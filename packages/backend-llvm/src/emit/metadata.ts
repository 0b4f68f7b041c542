/** Numbered metadata of a module: branch weights, hints on loops, flags. */
import { ArrayAttr, Attribute, type DenseArrayAttr, i1, IntegerAttr } from "@strata/ir";

import type { LoopAnnotationAttr } from "@strata/llvm";
import { StructAttr } from "@strata/llvm";
import { quoteString } from "./text.ts";

/** Collects nodes; equal ones get one number, distinct ones a number each. */
export class MetadataTable {
  readonly #nodes: string[] = [];
  readonly #numbers = new Map<string, number>();

  /** The number of a node with these operands, as `!3`. */
  node(operands: readonly string[]): string {
    const text = `!{${operands.join(", ")}}`;
    let n = this.#numbers.get(text);
    if (n === undefined) {
      n = this.#nodes.push(text) - 1;
      this.#numbers.set(text, n);
    }
    return `!${n}`;
  }

  /** A distinct node, which may name itself: `operands` gets its number. */
  distinct(operands: (self: string) => readonly string[]): string {
    const n = this.#nodes.push("") - 1;
    this.#nodes[n] = `distinct !{${operands(`!${n}`).join(", ")}}`;
    return `!${n}`;
  }

  /** `!0 = !{…}` lines. */
  lines(): string[] {
    return this.#nodes.map((text, n) => `!${n} = ${text}`);
  }

  /** Weights of branches. */
  weights(a: DenseArrayAttr): string {
    return this.node(['!"branch_weights"', ...a.values.map((v) => `i32 ${v}`)]);
  }

  /** A loop's identity with the hints on it. */
  loop(a: LoopAnnotationAttr): string {
    const hints = this.#hints(a);
    return this.distinct((self) => [self, ...hints]);
  }

  #hints(a: LoopAnnotationAttr): string[] {
    const out: string[] = [];
    const say = (name: string, value?: Attribute): void => {
      const operand = value === undefined ? [] : [flagOrNumber(value)];
      out.push(this.node([`!${quoteString(`llvm.loop.${name}`)}`, ...operand]));
    };
    for (const [group, hint] of Object.entries(a.values)) {
      if (hint === undefined) continue;
      if (hint instanceof StructAttr) this.#group(group, hint, say);
      else if (group === "disableNonforced" && isTrue(hint)) say("disable_nonforced");
      else if (group === "mustProgress" && isTrue(hint)) say("mustprogress");
      else if (group === "isVectorized") say("isvectorized", IntegerAttr.i64(isTrue(hint) ? 1 : 0));
      else if (group === "parallelAccesses" && hint instanceof ArrayAttr) {
        throw new Error("access groups of parallel loops are not emitted");
      }
    }
    return out;
  }

  #group(group: string, a: StructAttr, say: (name: string, value?: Attribute) => void): void {
    for (const [key, value] of a.parameters()) {
      if (!(value instanceof Attribute)) continue;
      const rule = rules[group]?.[key];
      if (rule === undefined) throw new Error(`the hint \`${group}.${key}\` is not emitted`);
      rule(value, say);
    }
  }
}

const isTrue = (a: Attribute): boolean => a instanceof IntegerAttr && a.isTrue;

const flag = (value: boolean): Attribute => IntegerAttr.bool(value);

function flagOrNumber(a: Attribute): string {
  if (!(a instanceof IntegerAttr)) throw new Error(`\`${a.toString()}\` is no hint`);
  return a.type === i1 ? `i1 ${a.isTrue}` : `i32 ${a.value}`;
}

type Rule = (value: Attribute, say: (name: string, value?: Attribute) => void) => void;

/** A hint with a number. */
const count =
  (name: string): Rule =>
  (value, say) =>
    say(name, value);

/** A hint that is there when the attribute is true, another when it is false. */
const either =
  (whenTrue: string | undefined, whenFalse: string | undefined): Rule =>
  (value, say) => {
    const name = isTrue(value) ? whenTrue : whenFalse;
    if (name !== undefined) say(name);
  };

/** LLVM's names of the hints. */
const rules: Readonly<Record<string, Readonly<Record<string, Rule>>>> = {
  vectorize: {
    disable: (value, say) => say("vectorize.enable", flag(!isTrue(value))),
    predicateEnable: (value, say) => say("vectorize.predicate.enable", flag(isTrue(value))),
    scalableEnable: (value, say) => say("vectorize.scalable.enable", flag(isTrue(value))),
    width: count("vectorize.width"),
  },
  interleave: { count: count("interleave.count") },
  unroll: {
    disable: either("unroll.disable", "unroll.enable"),
    count: count("unroll.count"),
    runtimeDisable: either("unroll.runtime.disable", undefined),
    full: either("unroll.full", undefined),
  },
  unrollAndJam: {
    disable: either("unroll_and_jam.disable", "unroll_and_jam.enable"),
    count: count("unroll_and_jam.count"),
  },
  licm: {
    disable: either("licm.disable", undefined),
    versioningDisable: either("licm_versioning.disable", undefined),
  },
  distribute: {
    disable: (value, say) => say("distribute.enable", flag(!isTrue(value))),
  },
  pipeline: {
    disable: either("pipeline.disable", undefined),
    initiationinterval: count("pipeline.initiationinterval"),
  },
  peeled: { count: count("peeled.count") },
  unswitch: { partialDisable: either("unswitch.partial.disable", undefined) },
};
