/**
 * `defineType` and `defineAttr`: parametric types and attributes of a dialect from one declaration.
 * The class that extends the result is interned by its parameters, prints `!dialect.name<…>` and
 * brings the syntax to register with the dialect.
 */
import type { AsmParser } from "./asm-parser.ts";
import { Attribute } from "./attribute.ts";
import type { AttrSyntax, TypeSyntax } from "./dialect.ts";
import type { AsmPrinter } from "./printer.ts";
import { Interner, internId, Type } from "./type.ts";

/** One parameter: how it is keyed, printed and parsed. */
export interface Parameter<V> {
  readonly $value?: V;
  key(value: V): string;
  print(p: AsmPrinter, value: V): void;
  parse(p: AsmParser): V;
}

/** A type as a parameter. */
export const typeParameter: Parameter<Type> = {
  key: (t) => String(internId(t)),
  print: (p, t) => p.type(t),
  parse: (p) => p.parseType(),
};

/** A safe integer as a parameter. */
export const integerParameter: Parameter<number> = {
  key: String,
  print: (p, n) => p.write(String(n)),
  parse: (p) => p.parseSmallInteger(),
};

/** An attribute as a parameter. */
export const attributeParameter: Parameter<Attribute> = {
  key: (a) => String(internId(a)),
  print: (p, a) => p.attribute(a),
  parse: (p) => p.parseAttribute(),
};

/** A keyword of a fixed set as a parameter. */
export function keywordParameter<const N extends string>(
  names: readonly N[],
  what: string,
): Parameter<N> {
  return {
    key: (n) => n,
    print: (p, n) => p.write(n),
    parse: (p) => p.parseKeywordOf(names, what),
  };
}

/** A set of keywords joined by commas, e.g. fast-math flags; `none` when empty. */
export function flagsParameter<const N extends string>(
  names: readonly N[],
  what: string,
): Parameter<readonly N[]> {
  return {
    key: (flags) => [...flags].sort().join(),
    print: (p, flags) => p.write(flags.length === 0 ? "none" : flags.join(",")),
    parse: (p) => {
      const flags: N[] = [];
      do {
        const start = p.tokenStart();
        const word = p.parseKeyword(what);
        if (word === "none") continue;
        const flag =
          names.find((n) => n === word) ??
          p.fail("parse.keyword", `expected ${what}: ${names.join(", ")}`, start);
        if (!flags.includes(flag)) flags.push(flag);
      } while (p.tryConsume(",") || p.tryConsume("|"));
      return names.filter((n) => flags.includes(n));
    },
  };
}

type Values<P> = { readonly [K in keyof P]: P[K] extends Parameter<infer V> ? V : never };

/** Base of declared types: prints `!dialect.name<…>` from its parameters. */
export class ParametricType extends Type {
  readonly values: Readonly<Record<string, unknown>>;

  constructor(values: Readonly<Record<string, unknown>>) {
    super();
    this.values = values;
    Object.assign(this, values);
  }

  print(_p: AsmPrinter): void {
    throw new Error("a declared type prints itself");
  }
}

/** Base of declared attributes: prints `#dialect.name<…>` from its parameters. */
export class ParametricAttr extends Attribute {
  readonly values: Readonly<Record<string, unknown>>;

  constructor(values: Readonly<Record<string, unknown>>) {
    super();
    this.values = values;
    Object.assign(this, values);
  }

  print(_p: AsmPrinter): void {
    throw new Error("a declared attribute prints itself");
  }
}

/** A class of interned types. */
export interface TypeClass<P> {
  new (values: Values<P>): ParametricType & Values<P>;
  readonly syntax: TypeSyntax;
  get<This extends new (values: Values<P>) => Type>(
    this: This,
    values: Values<P>,
  ): InstanceType<This>;
}

/** A class of interned attributes. */
export interface AttrClass<P> {
  new (values: Values<P>): ParametricAttr & Values<P>;
  readonly syntax: AttrSyntax;
  get<This extends new (values: Values<P>) => Attribute>(
    this: This,
    values: Values<P>,
  ): InstanceType<This>;
}

type AnyParameter = Parameter<unknown>;

function entriesOf(parameters: object): [string, AnyParameter][] {
  return Object.entries(parameters) as [string, AnyParameter][];
}

function printBody(
  entries: readonly [string, AnyParameter][],
  values: Readonly<Record<string, unknown>>,
  p: AsmPrinter,
): void {
  if (entries.length === 0) return;
  p.write("<");
  p.list(entries, ([name, param]) => param.print(p, values[name]));
  p.write(">");
}

function parseBody(
  entries: readonly [string, AnyParameter][],
  p: AsmParser,
): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  if (entries.length === 0) return values;
  p.expect("<");
  entries.forEach(([name, param], i) => {
    if (i > 0) p.expect(",");
    values[name] = param.parse(p);
  });
  p.expect(">");
  return values;
}

const keyOf = (
  entries: readonly [string, AnyParameter][],
  values: Readonly<Record<string, unknown>>,
): string => entries.map(([n, param]) => param.key(values[n])).join("|");

/** Declares a type `!dialect.mnemonic<…>`. */
export function defineType<P extends object = Readonly<Record<never, never>>>(
  name: string,
  summary: string,
  parameters?: P,
): TypeClass<P> {
  const entries = entriesOf(parameters ?? {});
  const interner = new Interner<Type>();
  const mnemonic = name.slice(name.indexOf(".") + 1);
  class Defined extends ParametricType {
    static get(values: Readonly<Record<string, unknown>>): Type {
      return interner.get(keyOf(entries, values), () => new this(values));
    }

    static get syntax(): TypeSyntax {
      return { mnemonic, summary, parse: (p) => this.get(parseBody(entries, p)) };
    }

    override print(p: AsmPrinter): void {
      p.write(`!${name}`);
      printBody(entries, this.values, p);
    }
  }
  return Defined as unknown as TypeClass<P>;
}

/** Declares an attribute `#dialect.mnemonic<…>`. */
export function defineAttr<P extends object = Readonly<Record<never, never>>>(
  name: string,
  summary: string,
  parameters?: P,
): AttrClass<P> {
  const entries = entriesOf(parameters ?? {});
  const interner = new Interner<Attribute>();
  const mnemonic = name.slice(name.indexOf(".") + 1);
  class Defined extends ParametricAttr {
    static get(values: Readonly<Record<string, unknown>>): Attribute {
      return interner.get(keyOf(entries, values), () => new this(values));
    }

    static get syntax(): AttrSyntax {
      return { mnemonic, summary, parse: (p) => this.get(parseBody(entries, p)) };
    }

    override print(p: AsmPrinter): void {
      p.write(`#${name}`);
      printBody(entries, this.values, p);
    }
  }
  return Defined as unknown as AttrClass<P>;
}

/** The parameters of an attribute that is one of a set of names. */
export interface CaseParameters<N extends string> {
  readonly value: Parameter<N>;
}

/** Declares an attribute `#dialect<mnemonic case>`: one of a set of names. */
export function defineCaseAttr<const N extends string>(
  name: string,
  summary: string,
  cases: readonly N[],
): AttrClass<CaseParameters<N>> {
  const interner = new Interner<Attribute>();
  const value = keywordParameter(cases, summary);
  const dot = name.indexOf(".");
  const mnemonic = name.slice(dot + 1);
  class Defined extends ParametricAttr {
    static get(values: Readonly<Record<string, unknown>>): Attribute {
      return interner.get(String(values["value"]), () => new this(values));
    }

    static get syntax(): AttrSyntax {
      return { mnemonic, summary, parse: (p) => this.get({ value: value.parse(p) }) };
    }

    override print(p: AsmPrinter): void {
      p.write(`#${name.slice(0, dot)}<${mnemonic} ${String(this.values["value"])}>`);
    }
  }
  return Defined as unknown as AttrClass<CaseParameters<N>>;
}
