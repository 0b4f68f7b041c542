/**
 * Attributes of the form `#llvm.name<key = value, …>`: only the parameters that are set are
 * written, in the order of their declaration; inside another attribute the name may be left out.
 */
import {
  type AsmParser,
  type AsmPrinter,
  Attribute,
  type AttrSyntax,
  IntegerAttr,
  Interner,
  internId,
} from "@strata/ir";

/** One parameter of a structured attribute. */
export interface StructParameter<V> {
  readonly $value?: V;
  /** Whether the parameter must be given. */
  readonly required: boolean;
  key(value: V): string;
  print(p: AsmPrinter, value: V): void;
  parse(p: AsmParser): V;
}

type StructValues<P> = {
  readonly [K in keyof P]?: (P[K] extends StructParameter<infer V> ? V : never) | undefined;
};

/** Base of the structured attributes. */
export class StructAttr extends Attribute {
  readonly mnemonic: string;

  constructor(mnemonic: string) {
    super();
    this.mnemonic = mnemonic;
  }

  /** The parameters that are set, by name. */
  parameters(): readonly (readonly [string, unknown])[] {
    return [];
  }

  /** What follows the name: `<key = value, …>`. */
  printBody(_p: AsmPrinter): void {
    throw new Error(`#llvm.${this.mnemonic} has no parameters`);
  }

  print(p: AsmPrinter): void {
    p.write(`#llvm.${this.mnemonic}`);
    this.printBody(p);
  }
}

/** A class of structured attributes. */
export interface StructAttrClass<P> {
  new (values: StructValues<P>): StructAttr & { readonly values: StructValues<P> };
  readonly syntax: AttrSyntax;
  get<This extends new (values: StructValues<P>) => Attribute>(
    this: This,
    values: StructValues<P>,
  ): InstanceType<This>;
}

type AnyParameter = StructParameter<unknown>;

/** Declares `#llvm.mnemonic<key = value, …>`. */
export function defineStructAttr<P extends object>(
  mnemonic: string,
  summary: string,
  parameters: P,
): StructAttrClass<P> {
  const entries = Object.entries(parameters) as [string, AnyParameter][];
  const interner = new Interner<Attribute>();
  type Given = Readonly<Record<string, unknown>>;
  const keyOf = (values: Given): string =>
    entries.map(([n, q]) => (values[n] === undefined ? "" : `${n}=${q.key(values[n])}`)).join("|");
  class Defined extends StructAttr {
    readonly values: Given;

    constructor(values: Given) {
      super(mnemonic);
      this.values = values;
    }

    static get(values: Given): Attribute {
      return interner.get(keyOf(values), () => new this(values));
    }

    static get syntax(): AttrSyntax {
      return { mnemonic, summary, parse: (p) => this.get(parseBody(p)) };
    }

    override parameters(): readonly (readonly [string, unknown])[] {
      return Object.entries(this.values).filter(([, v]) => v !== undefined);
    }

    override printBody(p: AsmPrinter): void {
      const set = entries.filter(([n]) => this.values[n] !== undefined);
      p.write("<");
      p.list(set, ([n, q]) => {
        p.write(`${n} = `);
        q.print(p, this.values[n]);
      });
      p.write(">");
    }
  }
  const parseBody = (p: AsmParser): Given => {
    const values: Record<string, unknown> = {};
    p.parseCommaSeparated("<", ">", () => {
      const start = p.tokenStart();
      const word = p.parseKeyword(`a parameter of \`#llvm.${mnemonic}\``);
      const parameter = entries.find(([n]) => n === word)?.[1];
      if (parameter === undefined) {
        const known = entries.map(([n]) => n).join(", ");
        p.fail(
          "llvm.attr-parameter",
          `\`#llvm.${mnemonic}\` has no parameter \`${word}\``,
          start,
          undefined,
          `its parameters are ${known}`,
        );
      }
      p.expect("=");
      values[word] = parameter.parse(p);
    });
    const missing = entries.find(([n, q]) => q.required && values[n] === undefined);
    if (missing !== undefined) {
      p.fail("llvm.attr-parameter", `\`#llvm.${mnemonic}\` needs the parameter \`${missing[0]}\``);
    }
    return values;
  };
  return Defined as unknown as StructAttrClass<P>;
}

/** An optional attribute parameter checked by a predicate, e.g. a boolean. */
export function attrParameter<A extends Attribute>(
  what: string,
  holds: (a: Attribute) => boolean,
): StructParameter<A> {
  return {
    required: false,
    key: (a) => String(internId(a)),
    print: (p, a) => p.attribute(a),
    parse: (p) => {
      const start = p.tokenStart();
      const a = p.parseAttribute();
      if (!holds(a)) p.fail("llvm.attr-parameter", `expected ${what}`, start);
      return a as A;
    },
  };
}

/** `true` or `false`. */
export const boolParameter: StructParameter<IntegerAttr> = attrParameter(
  "`true` or `false`",
  (a) => a instanceof IntegerAttr,
);

/** An integer with its type, e.g. `4 : i32`. */
export const integerAttrParameter: StructParameter<IntegerAttr> = attrParameter(
  "an integer",
  (a) => a instanceof IntegerAttr,
);

/** Any attribute. */
export const anyParameter: StructParameter<Attribute> = attrParameter("an attribute", () => true);

/** A structured attribute, which may be written without its name. */
export function structParameter<A extends StructAttr>(
  cls: () => { readonly syntax: AttrSyntax },
): StructParameter<A> {
  return {
    required: false,
    key: (a) => String(internId(a)),
    print: (p, a) => a.printBody(p),
    parse: (p) => (p.at("<") ? cls().syntax.parse(p) : p.parseAttribute()) as A,
  };
}

/** A keyword of a fixed set, which must be given. */
export function requiredKeyword<const N extends string>(
  names: readonly N[],
  what: string,
): StructParameter<N> {
  return {
    required: true,
    key: (n) => n,
    print: (p, n) => p.write(n),
    parse: (p) => p.parseKeywordOf(names, what),
  };
}
