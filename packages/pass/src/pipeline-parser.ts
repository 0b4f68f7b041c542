/**
 * Reads pipeline text: `builtin.module(canonicalize,func.func(unroll{factor=8},cse))`.
 *
 *     pipeline := anchor "(" items? ")" | items
 *     item     := pass options? | anchor "(" items? ")"
 *     options  := "{" (name ("=" value)?)* "}"
 *     value    := word | quoted | "{" … "}", several joined by commas
 */
import {
  type DiagnosticDetails,
  DiagnosticError,
  didYouMean,
  SourceFile,
  type SourceSpan,
  userError,
} from "@strata/support";
import type { Context } from "@strata/ir";
import { dashed, OptionProblem, unquote } from "./option.ts";
import type { PassDefinition, PassInstance } from "./pass.ts";
import { Pipeline, type PipelineItem } from "./pipeline.ts";
import type { PassRegistry } from "./registry.ts";

/** What the parser needs to know besides the text. */
export interface PipelineParseOptions {
  /** Checks the names of nested ops, unless it allows unregistered ones. */
  readonly context?: Context;
  /** The op a list without an anchor runs on; `builtin.module` by default. */
  readonly anchor?: string;
}

/** Parses a pipeline; throws a `DiagnosticError` with the place of what is wrong. */
export function parsePipeline(
  source: string | SourceFile,
  registry: PassRegistry,
  options: PipelineParseOptions = {},
): Pipeline {
  const file = typeof source === "string" ? new SourceFile("<pipeline>", source) : source;
  return new PipelineParser(file, registry, options).parse();
}

/** Nesting deeper than this is refused. */
const maxDepth = 64;

class PipelineParser {
  readonly #file: SourceFile;
  readonly #text: string;
  readonly #registry: PassRegistry;
  readonly #options: PipelineParseOptions;
  #pos = 0;

  constructor(file: SourceFile, registry: PassRegistry, options: PipelineParseOptions) {
    this.#file = file;
    this.#text = file.text;
    this.#registry = registry;
    this.#options = options;
  }

  parse(): Pipeline {
    const anchor = this.#options.anchor ?? "builtin.module";
    this.#space();
    const start = this.#pos;
    const name = this.#atEnd() ? "" : this.#name();
    if (name !== "" && this.#peek() === "(") {
      const only = this.#nested(name, start, 0);
      if (this.#atEnd()) return only;
    }
    this.#pos = start;
    const items = this.#atEnd() ? [] : this.#items(anchor, 0);
    if (!this.#atEnd()) {
      this.#fail("pipeline.trailing", "expected `,` or the end of the pipeline", this.#pos);
    }
    return new Pipeline(anchor, items);
  }

  #items(anchor: string, depth: number): PipelineItem[] {
    const items: PipelineItem[] = [];
    do {
      items.push(this.#item(anchor, depth));
    } while (this.#accept(","));
    return items;
  }

  #item(anchor: string, depth: number): PipelineItem {
    this.#space();
    const start = this.#pos;
    const name = this.#name();
    if (this.#peek() === "(") return this.#nested(name, start, depth + 1);
    const span = this.#span(start, start + name.length);
    const pass = this.#registry.lookup(name);
    if (pass === undefined && this.#options.context?.lookup(name) !== undefined) {
      this.#fail("pipeline.op-as-pass", `\`${name}\` is an operation, not a pass`, span, {
        hint: `to run passes on it: \`${name}(…)\``,
      });
    }
    const known = pass ?? this.#registry.expect(name, span);
    if (known.anchor !== "any" && known.anchor !== anchor) {
      const message = `\`${name}\` runs on \`${known.anchor}\`, not \`${anchor}\``;
      const hint = `nest it: \`${known.anchor}(${name})\``;
      this.#fail("pipeline.pass-anchor", message, span, { hint });
    }
    return this.#configured(known, start);
  }

  #nested(anchor: string, start: number, depth: number): Pipeline {
    const span = this.#span(start, start + anchor.length);
    if (depth > maxDepth) {
      this.#fail("pipeline.too-deep", `more than ${maxDepth} pipelines are nested`, span);
    }
    const pass = this.#registry.lookup(anchor);
    if (pass !== undefined) {
      this.#fail("pipeline.pass-nests", `the pass \`${anchor}\` has no pipeline inside`, span, {
        hint: "options stand in braces: `pass{name=value}`",
      });
    }
    const { context } = this.#options;
    const unknown = anchor !== "any" && context !== undefined && !context.allowUnregistered;
    if (unknown && context.lookup(anchor) === undefined) {
      const like = context.suggest(anchor);
      this.#fail("pipeline.unknown-op", `there is no operation \`${anchor}\``, span, {
        hint: like === undefined ? undefined : `did you mean \`${like}\`?`,
      });
    }
    this.#expect("(", "`(`");
    this.#space();
    const items = this.#peek() === ")" ? [] : this.#items(anchor, depth);
    this.#expect(")", "`,` or `)`");
    return new Pipeline(anchor, items);
  }

  #configured(pass: PassDefinition, start: number): PassInstance {
    const values: Record<string, unknown> = {};
    if (this.#accept("{")) {
      for (this.#space(); this.#peek() !== "}"; this.#space()) this.#option(pass, values);
      this.#pos++;
    }
    try {
      return pass.with(values);
    } catch (e) {
      throw e instanceof DiagnosticError ? this.#located(e, start) : e;
    }
  }

  /** Gives diagnostics without a place that of the pass. */
  #located(e: DiagnosticError, start: number): DiagnosticError {
    const span = this.#span(start, this.#pos);
    return new DiagnosticError(
      e.diagnostics.map((d) => (d.span ? d : Object.assign({}, d, { span }))),
    );
  }

  #option(pass: PassDefinition, values: Record<string, unknown>): void {
    const start = this.#pos;
    const name = this.#word(/[^\s={},()]*/uy);
    const span = this.#span(start, this.#pos);
    if (name === "") this.#fail("pipeline.option-syntax", "expected an option or `}`", this.#pos);
    const known = Object.keys(pass.options).find((k) => k === name || dashed(k) === name);
    if (known === undefined) {
      const names = Object.keys(pass.options).map(dashed);
      const hint =
        didYouMean(name, names) ??
        (names.length === 0 ? "it has no options" : `it has: ${names.join(", ")}`);
      const message = `the pass \`${pass.name}\` has no option \`${name}\``;
      this.#fail("pass.option-unknown", message, span, { hint });
    }
    if (known in values) {
      this.#fail("pipeline.option-twice", `the option \`${name}\` is given twice`, span);
    }
    const option = pass.options[known]!;
    let raw = "";
    if (this.#peek() === "=") {
      this.#pos++;
      raw = this.#value();
    } else if (option.kind !== "bool") {
      this.#fail("pipeline.option-syntax", `the option \`${name}\` needs a value`, span, {
        hint: `\`${name}=…\`, a ${option.kind}`,
      });
    }
    const parsed = option.parse(option.kind.startsWith("list of ") ? raw : unquote(raw));
    if (parsed instanceof OptionProblem) {
      const whole = this.#span(start, this.#pos);
      this.#fail("pass.option-value", `the option \`${name}\` ${parsed.message}`, whole);
    }
    values[known] = parsed;
  }

  /** A value: runs until space or `}` outside of quotes and braces. */
  #value(): string {
    const start = this.#pos;
    const text = this.#text;
    let depth = 0;
    let at = start;
    for (; at < text.length; at++) {
      const c = text[at]!;
      if (c === '"' || c === "'") {
        const open = at;
        for (at++; at < text.length && text[at] !== c; at++) if (text[at] === "\\") at++;
        if (at >= text.length) this.#fail("pipeline.unclosed", `\`${c}\` is not closed`, open);
      } else if (c === "{") depth++;
      else if (c === "}" && depth-- === 0) break;
      else if (depth === 0 && /\s/u.test(c)) break;
    }
    this.#pos = at;
    const raw = text.slice(start, at);
    return raw.startsWith("{") && raw.endsWith("}") ? raw.slice(1, -1) : raw;
  }

  #name(): string {
    const start = this.#pos;
    const name = this.#word(/[A-Za-z_][\w.$-]*/uy);
    if (name === "") {
      const found = this.#atEnd() ? "the end" : `\`${this.#text[start]}\``;
      this.#fail("pipeline.syntax", `expected a pass or an operation, found ${found}`, start);
    }
    this.#space();
    return name;
  }

  #word(pattern: RegExp): string {
    pattern.lastIndex = this.#pos;
    const word = pattern.exec(this.#text)?.[0] ?? "";
    this.#pos += word.length;
    return word;
  }

  #space(): void {
    while (/\s/u.test(this.#text[this.#pos] ?? "")) this.#pos++;
  }

  #peek(): string | undefined {
    return this.#text[this.#pos];
  }

  #atEnd(): boolean {
    this.#space();
    return this.#pos >= this.#text.length;
  }

  #accept(c: string): boolean {
    this.#space();
    if (this.#peek() !== c) return false;
    this.#pos++;
    this.#space();
    return true;
  }

  #expect(c: string, what: string): void {
    if (this.#accept(c)) return;
    const found = this.#atEnd() ? "the end" : `\`${this.#peek()}\``;
    this.#fail("pipeline.syntax", `expected ${what}, found ${found}`, this.#pos);
  }

  #span(start: number, end: number): SourceSpan {
    return this.#file.span(start, end);
  }

  #fail(
    code: string,
    message: string,
    at: number | SourceSpan,
    details: DiagnosticDetails = {},
  ): never {
    const span = typeof at === "number" ? this.#span(at, Math.min(at + 1, this.#text.length)) : at;
    throw new DiagnosticError(userError(code, message, { ...details, span }));
  }
}
