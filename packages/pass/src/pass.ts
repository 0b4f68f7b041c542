/**
 * Passes: a declaration from which command lines, pipeline text and documentation derive, and what
 * a pass is given when it runs.
 *
 * Invariant: the options of a configured pass are complete and checked.
 */
import { type Diagnostic, DiagnosticError, didYouMean, userError } from "@strata/support";
import type { Context, OpDefinition, Operation, OperationParts } from "@strata/ir";
import type { AnalysisKind } from "./analysis.ts";
import {
  dashed,
  type OptionDecls,
  type OptionInit,
  type OptionValues,
  OptionProblem,
} from "./option.ts";

/** What a pass may ask of its surroundings while it runs. */
export interface PassContext {
  /** The loaded dialects, if the caller has said which. */
  readonly context: Context | undefined;
  /** Becomes aborted when the work is no longer wanted; long passes ask now and then. */
  readonly signal: { readonly aborted: boolean };
  /** Adds to a statistic of the pass, e.g. `cx.count("num-cse'd")`. */
  count(statistic: string, by?: number): void;
  /** Tells the user something without stopping; an error makes the pipeline fail after the pass. */
  report(diagnostic: Diagnostic): void;
  /** The result of an analysis of an operation, computed or taken from the cache. */
  analysis<T>(kind: AnalysisKind<T>, op: Operation): T;
}

type AnchorClass<O extends Operation> = (new (parts: OperationParts) => O) & {
  readonly definition: OpDefinition;
};

/** The declaration of a pass. */
export interface PassSpec<O extends Operation, D extends OptionDecls> {
  /** One sentence. */
  readonly summary: string;
  /** The op class it runs on, or "any". */
  readonly on: AnchorClass<O> | "any";
  readonly options?: D;
  /** Properties of the IR that must hold before. */
  readonly requires?: readonly string[];
  /** Properties of the IR that hold afterwards. */
  readonly establishes?: readonly string[];
  /** Properties of the IR that need not hold any more; all others are kept. */
  readonly destroys?: readonly string[];
  /** Analyses that stay valid even when the pass has changed something. */
  readonly preserves?: readonly string[];
  /** Does the work; false says that nothing was changed. */
  run(op: O, options: OptionValues<D>, cx: PassContext): void | boolean;
}

/** A declared pass, not configured yet. */
export class PassDefinition<O extends Operation = Operation, D extends OptionDecls = OptionDecls> {
  readonly name: string;
  readonly spec: PassSpec<O, D>;
  readonly options: OptionDecls;

  constructor(name: string, spec: PassSpec<O, D>) {
    this.name = name;
    this.spec = spec;
    this.options = spec.options ?? {};
  }

  get summary(): string {
    return this.spec.summary;
  }

  /** The name of the op it runs on, or "any". */
  get anchor(): string {
    return this.spec.on === "any" ? "any" : this.spec.on.definition.name;
  }

  /** The pass with options; what is left out takes its default. */
  with(init: OptionInit<D>): PassInstance {
    const given: Readonly<Record<string, unknown>> = init;
    for (const name of Object.keys(given)) {
      if (given[name] !== undefined && !(name in this.options)) this.#unknownOption(name);
    }
    const values: Record<string, unknown> = {};
    for (const [name, option] of Object.entries(this.options)) {
      const value = given[name] ?? option.default;
      if (value === undefined) {
        throw new DiagnosticError(
          userError("pass.option-missing", `the pass \`${this.name}\` needs \`${dashed(name)}\``, {
            hint: option.doc === "" ? undefined : `\`${dashed(name)}\`: ${option.doc}`,
          }),
        );
      }
      const problem = option.check(value);
      if (problem instanceof OptionProblem) {
        const what = `the option \`${dashed(name)}\` of \`${this.name}\` ${problem.message}`;
        throw new DiagnosticError(userError("pass.option-value", what));
      }
      values[name] = value;
    }
    return new PassInstance(this, values);
  }

  #unknownOption(name: string): never {
    throw new DiagnosticError(
      userError("pass.option-unknown", `the pass \`${this.name}\` has no option \`${name}\``, {
        hint: didYouMean(name, Object.keys(this.options)),
      }),
    );
  }

  /** Runs on one operation, which must be of the anchor's kind. */
  runOn(op: Operation, values: Readonly<Record<string, unknown>>, cx: PassContext): boolean {
    return this.spec.run(op as O, values as OptionValues<D>, cx) !== false;
  }
}

/** A pass with its options. */
export class PassInstance {
  readonly definition: PassDefinition;
  readonly options: Readonly<Record<string, unknown>>;

  constructor(definition: PassDefinition, options: Readonly<Record<string, unknown>>) {
    this.definition = definition;
    this.options = options;
  }

  get name(): string {
    return this.definition.name;
  }

  /** As pipeline text: options that differ from their default in braces. */
  toString(): string {
    const shown: string[] = [];
    for (const [name, option] of Object.entries(this.definition.options)) {
      const text = option.print(this.options[name]);
      if (option.default !== undefined && text === option.print(option.default)) continue;
      shown.push(`${dashed(name)}=${text}`);
    }
    return shown.length === 0 ? this.name : `${this.name}{${shown.join(" ")}}`;
  }
}

/** Declares a pass. */
export function definePass<
  O extends Operation,
  D extends OptionDecls = Readonly<Record<never, never>>,
>(name: string, spec: PassSpec<O, D>): PassDefinition<O, D> {
  if (!/^[a-z][a-z0-9-]*$/u.test(name)) {
    throw new Error(`\`${name}\` is no name of a pass: lower case, digits and dashes`);
  }
  return new PassDefinition(name, spec);
}
