/**
 * What an operation's declaration says, in the form that generic code works with: the verifier,
 * parser, printer, builders, documentation and rewriting ask a definition, never a concrete class.
 *
 * Invariants: `attributes` is sorted by name and slot `i` of `Operation.properties` belongs to
 * `attributes[i]`; interfaces and the dialect are attached when a dialect is composed and never
 * change after.
 */
import type { AttrConstraint } from "./attr-constraint.ts";
import type { Attribute } from "./attribute.ts";
import type { TypeConstraint } from "./constraint.ts";
import type { Dialect } from "./dialect.ts";
import type { Operation, OperationParts } from "./operation.ts";
import type { OpParser } from "./op-parser.ts";
import type { AsmPrinter } from "./printer.ts";
import { ConstantLike, SameOperandsAndResultType } from "./traits.ts";
import type { Type } from "./type.ts";
import type { Value } from "./value.ts";

/** How many values a declared operand or result stands for. */
export type Multiplicity = "one" | "optional" | "variadic";

/** A declared group of operands or results. */
export interface ValueGroup {
  readonly name: string;
  readonly constraint: TypeConstraint;
  readonly multiplicity: Multiplicity;
  readonly doc: string | undefined;
}

/** A declared inherent attribute. */
export interface AttributeSpec {
  readonly name: string;
  /** Name of the typed accessor and of the builder's field; the attribute's name unless given. */
  readonly accessor: string;
  readonly constraint: AttrConstraint;
  readonly optional: boolean;
  /** Filled in when absent; pretty forms leave it out. */
  readonly default: Attribute | undefined;
  readonly doc: string | undefined;
}

/** A declared region. */
export interface RegionSpec {
  readonly name: string;
  readonly variadic: boolean;
  /** At most one block. */
  readonly singleBlock: boolean;
  /** Values may be used before they are defined. */
  readonly graph: boolean;
  readonly doc: string | undefined;
}

/** A declared successor. */
export interface SuccessorSpec {
  readonly name: string;
  readonly variadic: boolean;
}

/** Collects what is wrong with one operation. */
export type Report = (code: string, message: string, hint?: string) => void;

/**
 * A property of all operations of a kind, asked by generic code; some come with a check.
 * Compare traits by identity.
 */
export interface Trait {
  readonly name: string;
  readonly verify?: (op: Operation, report: Report) => void;
  /** Types of results from the operands, for traits that determine them. */
  readonly inferResults?: (operandTypes: readonly Type[], numResults: number) => Type[] | undefined;
}

/** A set of methods an op kind may implement, attached from outside the declaration. */
export class OpInterface<I> {
  declare readonly $impl: I;
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }

  /** The implementation for an op; undefined when its kind has none. */
  of(op: Operation): I | undefined {
    return op.definition.interfaces.get(this) as I | undefined;
  }

  has(op: Operation): boolean {
    return op.definition.interfaces.has(this);
  }

  /** Binds an implementation to op classes; a dialect installs it. */
  on(ops: OpRef | readonly OpRef[], impl: I): InterfaceBinding {
    return { iface: this, ops: Array.isArray(ops) ? ops : [ops as OpRef], impl };
  }
}

/** Anything that names an op kind. */
export interface OpRef {
  readonly definition: OpDefinition;
}

/** An interface implementation waiting to be installed by a dialect. */
export interface InterfaceBinding {
  readonly iface: OpInterface<unknown>;
  readonly ops: readonly OpRef[];
  readonly impl: unknown;
}

/** The parts of a definition; see `defineOp` for the user's form. */
export interface OpDefinitionParts {
  readonly name: string;
  readonly summary: string;
  readonly registered: boolean;
  readonly operands: readonly ValueGroup[];
  readonly results: readonly ValueGroup[];
  readonly attributes: readonly AttributeSpec[];
  readonly regions: readonly RegionSpec[];
  readonly successors: readonly SuccessorSpec[];
  readonly traits: readonly Trait[];
  readonly assembly: string | undefined;
  readonly parse: ((p: OpParser) => void) | undefined;
  readonly print: ((op: Operation, p: AsmPrinter) => void) | undefined;
  readonly verify: ((op: Operation, report: Report) => void) | undefined;
  readonly inferResults:
    | ((operands: readonly Value[], properties: ReadonlyMap<string, Attribute>) => Type[])
    | undefined;
  /** Dialect whose prefix is left out directly inside the regions; "" for none. */
  readonly defaultDialect: string;
  /** Suggested names of results, block arguments and blocks in the pretty form. */
  readonly resultNames: ((op: Operation) => string | readonly string[] | undefined) | undefined;
}

/** Types and attributes that satisfy the constraints of an op kind. */
export interface VerifiedBefore {
  /** For plain kinds: the type of all operands and results. */
  type: Type | undefined;
  readonly attributes: (Attribute | undefined)[];
}

/** Names the attribute that states the lengths of operand groups in the generic form. */
export const operandSegmentSizes = "operandSegmentSizes";
export const resultSegmentSizes = "resultSegmentSizes";

/** The declaration of an op kind. */
export class OpDefinition {
  readonly parts: OpDefinitionParts;
  readonly name: string;
  /** The part before the first dot. */
  readonly dialectName: string;
  readonly isRegistered: boolean;
  readonly isTerminator: boolean;
  /** Its regions use no values from outside. */
  readonly isIsolated: boolean;
  /** The checks of its traits. */
  readonly traitChecks: readonly ((op: Operation, report: Report) => void)[];
  /** What the verifier found right last: it need not look at the same again. */
  readonly verified: VerifiedBefore = { type: undefined, attributes: [] };
  /** Where a materialized constant keeps its value in `properties`; -1 for all other kinds. */
  readonly constantSlot: number;
  /** Single operands and results of one type, and nothing inside: the most frequent shape. */
  readonly isPlain: boolean;
  readonly operandGroups: readonly ValueGroup[];
  readonly resultGroups: readonly ValueGroup[];
  readonly attributes: readonly AttributeSpec[];
  readonly needsOperandSegments: boolean;
  readonly needsResultSegments: boolean;
  readonly traits: ReadonlySet<Trait>;
  readonly interfaces: Map<OpInterface<unknown>, unknown> = new Map();
  /** The dialect that composed the op kind; undefined before that and for unregistered ops. */
  dialect: Dialect | undefined = undefined;
  /** Makes an operation of the kind from its parts. */
  readonly construct: (parts: OperationParts) => Operation;
  readonly #slots = new Map<string, number>();
  readonly #operandVariadic: number;
  readonly #resultVariadic: number;

  constructor(
    parts: OpDefinitionParts,
    isTerminator: boolean,
    construct: (parts: OperationParts) => Operation,
  ) {
    this.parts = parts;
    this.name = parts.name;
    const dot = parts.name.indexOf(".");
    this.dialectName = dot < 0 ? "" : parts.name.slice(0, dot);
    this.isRegistered = parts.registered;
    this.isTerminator = isTerminator;
    this.operandGroups = parts.operands;
    this.resultGroups = parts.results;
    this.attributes = [...parts.attributes].sort((a, b) => (a.name < b.name ? -1 : 1));
    this.attributes.forEach((a, i) => this.#slots.set(a.name, i));
    this.traits = new Set(parts.traits);
    this.isIsolated = parts.traits.some((t) => t.name === "IsolatedFromAbove");
    this.traitChecks = parts.traits.flatMap((t) =>
      t.verify === undefined || t === SameOperandsAndResultType
        ? []
        : [(op: Operation, report: Report): void => t.verify?.(op, report)],
    );
    this.constantSlot = this.traits.has(ConstantLike) ? (this.#slots.get("value") ?? -1) : -1;
    const notOne = (g: ValueGroup): boolean => g.multiplicity !== "one";
    this.needsOperandSegments = parts.operands.filter(notOne).length > 1;
    this.needsResultSegments = parts.results.filter(notOne).length > 1;
    this.#operandVariadic = parts.operands.findIndex(notOne);
    this.#resultVariadic = parts.results.findIndex(notOne);
    this.isPlain =
      this.traits.has(SameOperandsAndResultType) &&
      parts.operands.length > 0 &&
      ![...parts.operands, ...parts.results].some(notOne) &&
      parts.regions.length === 0 &&
      parts.successors.length === 0 &&
      parts.inferResults === undefined;
    this.construct = construct;
  }

  /** Slot of an inherent attribute in `properties`. */
  attributeSlot(name: string): number | undefined {
    return this.#slots.get(name);
  }

  hasTrait(trait: Trait): boolean {
    return this.traits.has(trait);
  }

  /** Index of the first operand of group `g`. */
  operandStart(op: Operation, g: number): number {
    return start(
      op.operandSegments,
      op.operandUses.length,
      this.operandGroups,
      this.#operandVariadic,
      g,
    );
  }

  operandLength(op: Operation, g: number): number {
    return length(
      op.operandSegments,
      op.operandUses.length,
      this.operandGroups,
      this.#operandVariadic,
      g,
    );
  }

  resultStart(op: Operation, g: number): number {
    return start(op.resultSegments, op.results.length, this.resultGroups, this.#resultVariadic, g);
  }

  resultLength(op: Operation, g: number): number {
    return length(op.resultSegments, op.results.length, this.resultGroups, this.#resultVariadic, g);
  }
}

function start(
  segments: readonly number[] | null,
  count: number,
  groups: readonly ValueGroup[],
  variadic: number,
  g: number,
): number {
  if (segments !== null) {
    let at = 0;
    for (let i = 0; i < g; i++) at += segments[i]!;
    return at;
  }
  return variadic < 0 || g <= variadic ? g : g + count - groups.length;
}

function length(
  segments: readonly number[] | null,
  count: number,
  groups: readonly ValueGroup[],
  variadic: number,
  g: number,
): number {
  if (segments !== null) return segments[g]!;
  return g === variadic ? count - groups.length + 1 : 1;
}
