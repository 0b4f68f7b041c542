/**
 * Typed options of passes: how a value is read from pipeline text, checked and printed.
 *
 * Invariant: what `print` writes, `parse` reads back to an equal value.
 */

/** Why a text or a value is no value of an option: completes "the option `x` …". */
export class OptionProblem {
  readonly message: string;

  constructor(message: string) {
    this.message = message;
  }
}

/** The declaration of one option. Without a default it must be given. */
export interface Option<T = unknown> {
  readonly $value: T;
  /** The kind of values, for documentation: `u32`, `bool`, `a|b`. */
  readonly kind: string;
  readonly doc: string;
  readonly default: T | undefined;
  parse(text: string): T | OptionProblem;
  /** What is wrong with a value given by a program. */
  check(value: T): OptionProblem | undefined;
  print(value: T): string;
}

/** Options by name. Names are camel case in code and dashed in text. */
export type OptionDecls = Readonly<Record<string, Option>>;

/** The values of declared options. */
export type OptionValues<D extends OptionDecls> = { readonly [K in keyof D]: D[K]["$value"] };

/** What may be given: everything has a default or is checked when the pass is configured. */
export type OptionInit<D extends OptionDecls> = { readonly [K in keyof D]?: D[K]["$value"] };

/** Options that any kind has. */
export interface OptionSettings<T> {
  readonly default?: T;
  readonly doc?: string;
}

function makeOption<T>(
  kind: string,
  settings: OptionSettings<T>,
  parts: Pick<Option<T>, "parse" | "check" | "print">,
): Option<T> {
  const option: Omit<Option<T>, "$value"> = {
    kind,
    doc: settings.doc ?? "",
    default: settings.default,
    ...parts,
  };
  const problem = option.default === undefined ? undefined : parts.check(option.default);
  if (problem !== undefined) throw new Error(`a default ${problem.message}`);
  return option as Option<T>;
}

/** Bounds of numbers, both included. */
export interface NumberSettings extends OptionSettings<number> {
  readonly min?: number;
  readonly max?: number;
}

function numberOption(
  kind: string,
  settings: NumberSettings,
  min: number,
  max: number,
  syntax: RegExp,
  isKind: (value: number) => boolean,
): Option<number> {
  const low = settings.min ?? min;
  const high = settings.max ?? max;
  const check = (value: number): OptionProblem | undefined => {
    if (typeof value !== "number" || !isKind(value)) return new OptionProblem(`needs a ${kind}`);
    if (value >= low && value <= high) return undefined;
    if (high === max) return new OptionProblem(`needs a ${kind} of at least ${low}`);
    return new OptionProblem(`needs a ${kind} from ${low} to ${high}`);
  };
  return makeOption(kind, settings, {
    parse: (text) => {
      if (!syntax.test(text)) return new OptionProblem(`needs a ${kind}, not \`${text}\``);
      return check(Number(text)) ?? Number(text);
    },
    check,
    print: String,
  });
}

/** An integer that a double holds exactly. */
export function int(settings: NumberSettings = {}): Option<number> {
  const { MIN_SAFE_INTEGER: min, MAX_SAFE_INTEGER: max } = Number;
  return numberOption("integer", settings, min, max, /^-?\d+$/u, Number.isSafeInteger);
}

/** An integer in 0 … 2^32−1. */
export function u32(settings: NumberSettings = {}): Option<number> {
  const isU32 = (n: number): boolean => n >>> 0 === n;
  return numberOption("u32", settings, 0, 0xffff_ffff, /^\d+$/u, isU32);
}

/** A finite number. */
export function float(settings: NumberSettings = {}): Option<number> {
  const { MAX_VALUE: max } = Number;
  const syntax = /^[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?$/u;
  return numberOption("number", settings, -max, max, syntax, Number.isFinite);
}

/** A flag; in text the name alone means true. */
export function bool(settings: OptionSettings<boolean> = {}): Option<boolean> {
  return makeOption(
    "bool",
    { default: false, ...settings },
    {
      parse: (text) => {
        if (text === "true" || text === "1" || text === "") return true;
        if (text === "false" || text === "0") return false;
        return new OptionProblem(`needs \`true\` or \`false\`, not \`${text}\``);
      },
      check: (v) =>
        typeof v === "boolean" ? undefined : new OptionProblem("needs `true` or `false`"),
      print: String,
    },
  );
}

/** Any text. */
export function text(settings: OptionSettings<string> = {}): Option<string> {
  return makeOption("text", settings, {
    parse: (t) => t,
    check: (v) => (typeof v === "string" ? undefined : new OptionProblem("needs a text")),
    print: quoteIfNeeded,
  });
}

/** One of several words. */
export function oneOf<const N extends string>(
  words: readonly N[],
  settings: OptionSettings<N> = {},
): Option<N> {
  const known: readonly string[] = words;
  const problem = (t: string): OptionProblem =>
    new OptionProblem(`needs ${words.map((w) => `\`${w}\``).join(" or ")}, not \`${t}\``);
  return makeOption(words.join("|"), settings, {
    parse: (t) => (known.includes(t) ? (t as N) : problem(t)),
    check: (v) => (known.includes(v) ? undefined : problem(v)),
    print: (v) => v,
  });
}

/** Values separated by commas; empty when nothing is given. */
export function list<T>(
  member: Option<T>,
  settings: OptionSettings<readonly T[]> = {},
): Option<readonly T[]> {
  return makeOption<readonly T[]>(
    `list of ${member.kind}`,
    { default: [], ...settings },
    {
      parse: (source) => {
        const out: T[] = [];
        for (const part of splitList(source)) {
          const v = member.parse(unquote(part));
          if (v instanceof OptionProblem) return v;
          out.push(v);
        }
        return out;
      },
      check: (values) => {
        if (!Array.isArray(values)) return new OptionProblem("needs a list");
        for (const v of values as readonly T[]) {
          const problem = member.check(v);
          if (problem !== undefined) return problem;
        }
        return undefined;
      },
      print: (values) => {
        const only = values.length === 1 && member.print(values[0]!) === "" ? '""' : undefined;
        return only ?? values.map((v) => member.print(v)).join(",");
      },
    },
  );
}

/** A text as a pipeline shows it: in quotes where it holds anything but word characters. */
function quoteIfNeeded(value: string): string {
  if (/^[\w.+:/@%-]+$/u.test(value)) return value;
  return `"${value.replaceAll(/["\\]/gu, (c) => `\\${c}`)}"`;
}

/** The text inside quotes, escapes undone; other texts stay as they are. */
export function unquote(source: string): string {
  const first = source[0];
  if (source.length < 2 || (first !== '"' && first !== "'") || !source.endsWith(first)) {
    return source;
  }
  return source.slice(1, -1).replaceAll(/\\(.)/gsu, "$1");
}

/** Splits at commas outside of quotes. */
function splitList(source: string): string[] {
  const parts: string[] = [];
  let start = 0;
  let quote = "";
  for (let i = 0; i <= source.length; i++) {
    const c = source[i];
    if (quote !== "") {
      if (c === "\\") i++;
      else if (c === quote) quote = "";
    } else if (c === '"' || c === "'") quote = c;
    else if (c === "," || c === undefined) {
      parts.push(source.slice(start, i).trim());
      start = i + 1;
    }
  }
  return parts.length === 1 && parts[0] === "" ? [] : parts;
}

/** `maxIterations` → `max-iterations`. */
export function dashed(name: string): string {
  return name.replaceAll(/[A-Z]/gu, (c) => `-${c.toLowerCase()}`);
}
