/**
 * Dialects and the context that holds the loaded ones.
 */
import type { Attribute } from "./attribute.ts";
import type { AsmParser } from "./asm-parser.ts";
import type { InterfaceBinding, OpDefinition, OpInterface, OpRef } from "./op-definition.ts";
import type { Operation } from "./operation.ts";
import { closest, DiagnosticError, userError } from "@strata/support";
import type { Type } from "./type.ts";

/** How a dialect reads one of its types: what follows `!dialect.mnemonic`. */
export interface TypeSyntax {
  readonly mnemonic: string;
  readonly summary: string;
  readonly parse: (p: AsmParser) => Type;
}

/** How a dialect reads one of its attributes: what follows `#dialect.mnemonic`. */
export interface AttrSyntax {
  readonly mnemonic: string;
  readonly summary: string;
  readonly parse: (p: AsmParser) => Attribute;
}

/** What a dialect consists of. */
export interface DialectParts {
  readonly name: string;
  readonly summary: string;
  readonly ops: readonly OpRef[];
  /**
   * Upstream's dialect has operations that are not declared here: where unregistered dialects are
   * allowed, the generic form of these is kept as it is.
   */
  readonly partial?: boolean;
  readonly types?: readonly TypeSyntax[];
  readonly attributes?: readonly AttrSyntax[];
  /** Behaviour of ops: folds, canonicalization, interpretation. */
  readonly interfaces?: readonly InterfaceBinding[];
  /** Makes a constant op of the dialect for a folded value; undefined when it cannot. */
  readonly materializeConstant?: (value: Attribute, type: Type) => Operation | undefined;
}

/** A named set of operations, types and attributes. */
export class Dialect {
  readonly parts: DialectParts;
  readonly ops: ReadonlyMap<string, OpDefinition>;
  readonly types: ReadonlyMap<string, TypeSyntax>;
  readonly attributes: ReadonlyMap<string, AttrSyntax>;

  constructor(parts: DialectParts) {
    this.parts = parts;
    this.ops = new Map(parts.ops.map((o) => [o.definition.name, o.definition]));
    this.types = new Map((parts.types ?? []).map((t) => [t.mnemonic, t]));
    this.attributes = new Map((parts.attributes ?? []).map((a) => [a.mnemonic, a]));
    for (const def of this.ops.values()) def.dialect = this;
    const own = new Map<OpDefinition, Set<OpInterface<unknown>>>();
    for (const b of parts.interfaces ?? []) {
      for (const { definition } of b.ops) {
        let bound = own.get(definition);
        if (bound === undefined) own.set(definition, (bound = new Set()));
        if (bound.has(b.iface)) {
          throw new Error(`${definition.name} has two implementations of ${b.iface.name}`);
        }
        bound.add(b.iface);
        definition.interfaces.set(b.iface, b.impl);
      }
    }
  }

  get name(): string {
    return this.parts.name;
  }
}

/** Composes a dialect and installs the behaviour of its ops. */
export function defineDialect(parts: DialectParts): Dialect {
  return new Dialect(parts);
}

/** The dialects a tool works with. */
export class Context {
  readonly dialects: ReadonlyMap<string, Dialect>;
  /** Whether operations of dialects that are not loaded are kept as they are. */
  readonly allowUnregistered: boolean;
  readonly #ops = new Map<string, OpDefinition>();

  constructor(dialects: readonly Dialect[], options: { allowUnregistered?: boolean } = {}) {
    this.dialects = new Map(dialects.map((d) => [d.name, d]));
    this.allowUnregistered = options.allowUnregistered ?? false;
    for (const d of dialects) for (const [name, op] of d.ops) this.#ops.set(name, op);
  }

  /** The definition of a registered op. */
  lookup(name: string): OpDefinition | undefined {
    return this.#ops.get(name);
  }

  /** The registered op most like a misspelt name. */
  suggest(name: string): string | undefined {
    return closest(name, [...this.#ops.keys()]);
  }

  /** A loaded dialect; a diagnostic when it is not loaded. */
  expectDialect(name: string): Dialect {
    const d = this.dialects.get(name);
    if (d === undefined) {
      const like = closest(name, [...this.dialects.keys()]);
      throw new DiagnosticError(
        userError("ir.unknown-dialect", `the dialect \`${name}\` is not loaded`, {
          hint: like === undefined ? undefined : `did you mean \`${like}\`?`,
        }),
      );
    }
    return d;
  }
}
