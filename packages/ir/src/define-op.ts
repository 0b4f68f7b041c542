/**
 * `defineOp`: one declaration from which accessors, builder, verifier, parser, printer and
 * documentation derive.
 *
 * The type parameters for operands, results, attributes, regions and successors are separate, and
 * accessor types are read by indexed access: that keeps the cost of a declaration to about two
 * hundred type instantiations.
 */
import { AnyAttr, type AttrConstraint } from "./attr-constraint.ts";
import type { Attribute } from "./attribute.ts";
import { type Block, Region } from "./block.ts";
import { UnitAttr } from "./builtin-attributes.ts";
import { Bindings, type TypeConstraint } from "./constraint.ts";
import { type Location, unknownLoc } from "./location.ts";
import {
  OpDefinition,
  type Multiplicity,
  type Report,
  type Trait,
  type ValueGroup,
} from "./op-definition.ts";
import { type AttributePattern, type OperandPattern, OpPattern } from "./op-pattern.ts";
import { Operation, type OperationParts } from "./operation.ts";
import type { OpParser } from "./op-parser.ts";
import type { AsmPrinter } from "./printer.ts";
import { IsTerminator } from "./traits.ts";
import type { Type } from "./type.ts";
import type { OpResult, Value } from "./value.ts";

/** Declared operand: `$get` is what the accessor returns, `$init` what the builder takes. */
export interface OperandDecl<Get = unknown, Init = unknown> {
  readonly $get: Get;
  readonly $init: Init;
  readonly constraint: TypeConstraint;
  readonly multiplicity: Multiplicity;
  readonly doc: string | undefined;
}

/** Declared result. */
export interface ResultDecl<Get = unknown> {
  readonly $get: Get;
  readonly constraint: TypeConstraint;
  readonly multiplicity: Multiplicity;
  readonly doc: string | undefined;
}

/** Declared attribute. */
export interface AttrDecl<Get = unknown, Init = unknown> {
  readonly $get: Get;
  readonly $init: Init;
  readonly constraint: AttrConstraint;
  readonly optional: boolean;
  readonly unit: boolean;
  readonly default: Attribute | undefined;
  readonly doc: string | undefined;
  /** Name in text where it differs from the accessor's. */
  readonly attributeName?: string;
}

/** Declared region. */
export interface RegionDecl<Get = unknown, Init = unknown> {
  readonly $get: Get;
  readonly $init: Init;
  readonly variadic: boolean;
  readonly singleBlock: boolean;
  readonly graph: boolean;
  readonly doc: string | undefined;
}

/** Declared successor. */
export interface SuccessorDecl<Get = unknown, Init = unknown> {
  readonly $get: Get;
  readonly $init: Init;
  readonly variadic: boolean;
}

/** Makes a declaration; `$get` and `$init` exist for the type checker only. */
function declare<D>(parts: Omit<D, "$get" | "$init">): D {
  return parts as D;
}

/** Exactly one operand. */
export function operand<T extends Type>(
  constraint: TypeConstraint<T>,
  doc?: string,
): OperandDecl<Value<T>, Value> {
  return declare<OperandDecl<Value<T>, Value>>({ constraint, multiplicity: "one", doc });
}

/** No or one operand. */
export function optionalOperand<T extends Type>(
  constraint: TypeConstraint<T>,
  doc?: string,
): OperandDecl<Value<T> | undefined, Value | undefined> {
  return declare<OperandDecl<Value<T> | undefined, Value | undefined>>({
    constraint,
    multiplicity: "optional",
    doc,
  });
}

/** Any number of operands. */
export function variadic<T extends Type>(
  constraint: TypeConstraint<T>,
  doc?: string,
): OperandDecl<Value<T>[], readonly Value[]> {
  return declare<OperandDecl<Value<T>[], readonly Value[]>>({
    constraint,
    multiplicity: "variadic",
    doc,
  });
}

/** Exactly one result. */
export function result<T extends Type>(
  constraint: TypeConstraint<T>,
  doc?: string,
): ResultDecl<OpResult<T>> {
  return declare<ResultDecl<OpResult<T>>>({ constraint, multiplicity: "one", doc });
}

/** No or one result. */
export function optionalResult<T extends Type>(
  constraint: TypeConstraint<T>,
  doc?: string,
): ResultDecl<OpResult<T> | undefined> {
  return declare<ResultDecl<OpResult<T> | undefined>>({
    constraint,
    multiplicity: "optional",
    doc,
  });
}

/** Any number of results. */
export function variadicResult<T extends Type>(
  constraint: TypeConstraint<T>,
  doc?: string,
): ResultDecl<OpResult<T>[]> {
  return declare<ResultDecl<OpResult<T>[]>>({ constraint, multiplicity: "variadic", doc });
}

/** A required attribute. */
export function attr<A extends Attribute>(
  constraint: AttrConstraint<A>,
  doc?: string,
): AttrDecl<A, A> {
  return declare<AttrDecl<A, A>>({
    constraint,
    optional: false,
    unit: false,
    default: undefined,
    doc,
  });
}

/** An attribute that may be absent. */
export function optionalAttr<A extends Attribute>(
  constraint: AttrConstraint<A>,
  doc?: string,
): AttrDecl<A | undefined, A | undefined> {
  return declare<AttrDecl<A | undefined, A | undefined>>({
    constraint,
    optional: true,
    unit: false,
    default: undefined,
    doc,
  });
}

/** An attribute that is filled in when absent and left out of pretty forms when equal to that. */
export function defaultAttr<A extends Attribute>(
  constraint: AttrConstraint<A>,
  value: A,
  doc?: string,
): AttrDecl<A, A | undefined> {
  return declare<AttrDecl<A, A | undefined>>({
    constraint,
    optional: true,
    unit: false,
    default: value,
    doc,
  });
}

/** A flag: the accessor is a boolean. */
export function unitAttr(doc?: string): AttrDecl<boolean, boolean | undefined> {
  return declare<AttrDecl<boolean, boolean | undefined>>({
    constraint: AnyAttr,
    optional: true,
    unit: true,
    default: undefined,
    doc,
  });
}

/** Names an attribute in text unlike its accessor, e.g. `name`, which operations have already. */
export function attrNamed<D extends AttrDecl>(attributeName: string, decl: D): D {
  return { ...decl, attributeName };
}

/** A region. */
export function region(
  options: { singleBlock?: boolean; graph?: boolean; doc?: string } = {},
): RegionDecl<Region, Region> {
  return declare<RegionDecl<Region, Region>>({
    variadic: false,
    singleBlock: options.singleBlock ?? false,
    graph: options.graph ?? false,
    doc: options.doc,
  });
}

/** Any number of regions; must be the last one declared. */
export function variadicRegion(
  options: { singleBlock?: boolean; doc?: string } = {},
): RegionDecl<Region[], readonly Region[]> {
  return declare<RegionDecl<Region[], readonly Region[]>>({
    variadic: true,
    singleBlock: options.singleBlock ?? false,
    graph: false,
    doc: options.doc,
  });
}

/** A block the operation may branch to. */
export function successor(): SuccessorDecl<Block, Block> {
  return declare<SuccessorDecl<Block, Block>>({ variadic: false });
}

/** Any number of blocks; must be the last one declared. */
export function variadicSuccessor(): SuccessorDecl<Block[], readonly Block[]> {
  return declare<SuccessorDecl<Block[], readonly Block[]>>({ variadic: true });
}

export type OperandDecls = Readonly<Record<string, OperandDecl>>;
export type ResultDecls = Readonly<Record<string, ResultDecl>>;
export type AttrDecls = Readonly<Record<string, AttrDecl>>;
export type RegionDecls = Readonly<Record<string, RegionDecl>>;
export type SuccessorDecls = Readonly<Record<string, SuccessorDecl>>;
type None = Readonly<Record<never, never>>;

type Optional<D extends Readonly<Record<string, { readonly $init: unknown }>>> = keyof {
  readonly [K in keyof D as undefined extends D[K]["$init"] ? K : never]: true;
};
type InitOf<D extends Readonly<Record<string, { readonly $init: unknown }>>> = {
  readonly [K in Exclude<keyof D, Optional<D>>]: D[K]["$init"];
} & { readonly [K in Optional<D> & keyof D]?: D[K]["$init"] };

/** What the generated builder takes, by declared name. */
export type OpInit<
  O extends OperandDecls,
  A extends AttrDecls,
  G extends RegionDecls,
  S extends SuccessorDecls,
> = InitOf<O> & InitOf<A> & InitOf<G> & InitOf<S>;

/** What the builder takes besides: types that cannot be inferred, a location, other attributes. */
export interface BuildOptions<R extends ResultDecls> {
  /** Types of results that the operands do not determine; variadic results take a list. */
  readonly types?: { readonly [K in keyof R]?: Type | readonly Type[] };
  readonly location?: Location;
  readonly discardable?: Iterable<readonly [string, Attribute]>;
}

/** The typed accessors that a declaration adds to `Operation`. */
export type Accessors<
  O extends OperandDecls,
  R extends ResultDecls,
  A extends AttrDecls,
  G extends RegionDecls,
  S extends SuccessorDecls,
> = { readonly [K in keyof O]: O[K]["$get"] } & { readonly [K in keyof R]: R[K]["$get"] } & {
  readonly [K in keyof A]: A[K]["$get"];
} & { readonly [K in keyof G]: G[K]["$get"] } & { readonly [K in keyof S]: S[K]["$get"] };

/** The declaration of an op kind. */
export interface OpSpec<
  O extends OperandDecls,
  R extends ResultDecls,
  A extends AttrDecls,
  G extends RegionDecls,
  S extends SuccessorDecls,
> {
  /** One sentence for documentation. */
  readonly summary?: string;
  readonly operands?: O;
  readonly results?: R;
  readonly attributes?: A;
  readonly regions?: G;
  readonly successors?: S;
  readonly traits?: readonly Trait[];
  /** Declarative pretty form, in the language of MLIR's `assemblyFormat`. */
  readonly assembly?: string;
  /** Escape from `assembly`: parses what follows the op's name. */
  readonly parse?: (p: OpParser) => void;
  /** Escape from `assembly`: prints what follows the op's name. */
  readonly print?: (op: Operation, p: AsmPrinter) => void;
  /** Checks beyond constraints and traits. */
  readonly verify?: (op: Operation, report: Report) => void;
  /** Result types where constraints and traits do not determine them. */
  readonly inferResults?: (
    operands: readonly Value[],
    properties: ReadonlyMap<string, Attribute>,
  ) => Type[];
  /** Dialect whose prefix is left out of the names of ops directly inside the regions. */
  readonly defaultDialect?: string;
  /** Name hint for the results in the pretty form, e.g. `c0`. */
  readonly resultNames?: (op: Operation) => string | readonly string[] | undefined;
}

/** What `pat` takes, by declared name: terms for operands, terms or values for attributes. */
export type PatternFields<O extends OperandDecls, A extends AttrDecls> = {
  readonly [K in keyof O]?: OperandPattern;
} & { readonly [K in keyof A]?: AttributePattern };

/** An op class: `class AddI extends defineOp(…) {}`. */
export interface OpClass<
  O extends OperandDecls = OperandDecls,
  R extends ResultDecls = ResultDecls,
  A extends AttrDecls = AttrDecls,
  G extends RegionDecls = RegionDecls,
  S extends SuccessorDecls = SuccessorDecls,
> {
  new (parts: OperationParts): Operation & Accessors<O, R, A, G, S>;
  readonly definition: OpDefinition;
  /** Builds a detached operation; result types are inferred where the declaration allows. */
  of<This extends new (parts: OperationParts) => Operation>(
    this: This & { readonly definition: OpDefinition },
    init: OpInit<O, A, G, S>,
    options?: BuildOptions<R>,
  ): InstanceType<This>;
  /** A term of a rewrite rule; operands and attributes left out may be anything. */
  pat(fields?: PatternFields<O, A>): OpPattern;
}

/** Thrown by builders for input that no declaration admits: a bug of the caller. */
export class BuildError extends Error {}

function valueGroups(
  decls: Readonly<Record<string, OperandDecl | ResultDecl>> | undefined,
): ValueGroup[] {
  return Object.entries(decls ?? {}).map(([name, d]) => ({
    name,
    constraint: d.constraint,
    multiplicity: d.multiplicity,
    doc: d.doc,
  }));
}

function definitionOf(
  name: string,
  spec: OpSpec<OperandDecls, ResultDecls, AttrDecls, RegionDecls, SuccessorDecls>,
  construct: (parts: OperationParts) => Operation,
): OpDefinition {
  const traits = spec.traits ?? [];
  return new OpDefinition(
    {
      name,
      summary: spec.summary ?? "",
      registered: true,
      operands: valueGroups(spec.operands),
      results: valueGroups(spec.results),
      attributes: Object.entries(spec.attributes ?? {}).map(([n, d]) => ({
        name: d.attributeName ?? n,
        accessor: n,
        constraint: d.unit
          ? { ...d.constraint, check: (a) => a instanceof UnitAttr }
          : d.constraint,
        optional: d.optional,
        default: d.default,
        doc: d.doc,
      })),
      regions: Object.entries(spec.regions ?? {}).map(([n, d]) => ({
        name: n,
        variadic: d.variadic,
        singleBlock: d.singleBlock,
        graph: d.graph,
        doc: d.doc,
      })),
      successors: Object.entries(spec.successors ?? {}).map(([n, d]) => ({
        name: n,
        variadic: d.variadic,
      })),
      traits,
      assembly: spec.assembly,
      parse: spec.parse,
      print: spec.print,
      verify: spec.verify,
      inferResults: spec.inferResults,
      resultNames: spec.resultNames,
      defaultDialect: spec.defaultDialect ?? "",
    },
    traits.includes(IsTerminator),
    construct,
  );
}

function defineGetter(target: object, name: string, get: (this: Operation) => unknown): void {
  if (name in target) throw new Error(`the accessor \`${name}\` would hide a member of Operation`);
  Object.defineProperty(target, name, { get, configurable: true });
}

function addAccessors(proto: object, def: OpDefinition, units: ReadonlySet<string>): void {
  def.operandGroups.forEach((g, i) => {
    if (g.multiplicity === "variadic") {
      defineGetter(proto, g.name, function () {
        return this.operandGroup(i);
      });
    } else if (g.multiplicity === "optional") {
      defineGetter(proto, g.name, function () {
        return def.operandLength(this, i) === 0
          ? undefined
          : this.operandUses[def.operandStart(this, i)]!.value;
      });
    } else if (def.operandGroups.every((x) => x.multiplicity === "one")) {
      defineGetter(proto, g.name, function () {
        return this.operandUses[i]!.value;
      });
    } else {
      defineGetter(proto, g.name, function () {
        return this.operandUses[def.operandStart(this, i)]!.value;
      });
    }
  });
  def.resultGroups.forEach((g, i) => {
    if (g.multiplicity === "variadic") {
      defineGetter(proto, g.name, function () {
        return this.resultGroup(i);
      });
    } else if (def.resultGroups.every((x) => x.multiplicity === "one")) {
      defineGetter(proto, g.name, function () {
        return this.results[i];
      });
    } else {
      defineGetter(proto, g.name, function () {
        return this.resultGroup(i)[0];
      });
    }
  });
  def.attributes.forEach((a, slot) => {
    if (units.has(a.accessor)) {
      defineGetter(proto, a.accessor, function () {
        return this.properties[slot] !== undefined;
      });
    } else {
      defineGetter(proto, a.accessor, function () {
        return this.properties[slot];
      });
    }
  });
  def.parts.regions.forEach((r, i) => {
    defineGetter(proto, r.name, function () {
      return r.variadic ? this.regions.slice(i) : this.regions[i];
    });
  });
  def.parts.successors.forEach((s, i) => {
    defineGetter(proto, s.name, function () {
      return s.variadic ? this.successors.slice(i) : this.successors[i];
    });
  });
}

const asList = <T>(x: T | readonly T[] | undefined): readonly T[] =>
  x === undefined ? [] : Array.isArray(x) ? (x as readonly T[]) : [x as T];

/** Fills in defaults for absent attributes. */
export function withDefaults(
  def: OpDefinition,
  given: (Attribute | undefined)[],
): (Attribute | undefined)[] {
  const attributes = def.attributes;
  for (let i = 0; i < attributes.length; i++) given[i] ??= attributes[i]!.default;
  return given;
}

/**
 * Infers result types: by the op's own function, else from constraints, else by a trait.
 * `known[g]` are types given for result group `g`. Undefined when something is missing.
 */
export function inferResultTypes(
  def: OpDefinition,
  operandTypes: readonly (readonly Type[])[],
  known: readonly (readonly Type[] | undefined)[],
  custom: (() => Type[]) | undefined,
): { types: Type[]; segments: number[] } | undefined {
  const bindings = new Bindings();
  def.operandGroups.forEach((g, i) => {
    for (const t of operandTypes[i] ?? []) g.constraint.check(t, bindings);
  });
  def.resultGroups.forEach((g, i) => {
    for (const t of known[i] ?? []) g.constraint.check(t, bindings);
  });
  if (custom !== undefined && known.every((k) => k === undefined)) {
    const types = custom();
    const fixed = def.resultGroups.filter((g) => g.multiplicity === "one").length;
    const segments = def.resultGroups.map((g) =>
      g.multiplicity === "one" ? 1 : types.length - fixed,
    );
    return { types, segments };
  }
  const types: Type[] = [];
  const segments: number[] = [];
  for (let i = 0; i < def.resultGroups.length; i++) {
    const g = def.resultGroups[i]!;
    let own = known[i];
    if (own === undefined) {
      let inferred = g.multiplicity === "one" ? g.constraint.infer(bindings) : undefined;
      if (inferred === undefined && g.multiplicity === "one") {
        for (const t of def.traits) {
          inferred ??= t.inferResults?.(operandTypes.flat(), def.resultGroups.length)?.[i];
        }
      }
      if (inferred === undefined && g.multiplicity === "one") return undefined;
      own = inferred === undefined ? [] : [inferred];
    }
    segments.push(own.length);
    types.push(...own);
  }
  return { types, segments };
}

/** The parts of an operation of single operands, whose results have the first operand's type. */
function plainParts(
  def: OpDefinition,
  init: Readonly<Record<string, unknown>>,
  options: BuildOptions<ResultDecls> | undefined,
): OperationParts | undefined {
  const { operandGroups, attributes, resultGroups } = def;
  const operands: Value[] = [];
  for (let i = 0; i < operandGroups.length; i++) {
    const v = init[operandGroups[i]!.name] as Value | readonly Value[] | undefined;
    // Lists and missing operands are for the general case, which also says what is wrong.
    if (v === undefined || Array.isArray(v)) return undefined;
    operands.push(v as Value);
  }
  const { type } = operands[0]!;
  const properties: (Attribute | undefined)[] = [];
  for (let i = 0; i < attributes.length; i++) {
    const given = init[attributes[i]!.name];
    const v = typeof given === "boolean" ? (given ? UnitAttr.instance : undefined) : given;
    properties.push((v as Attribute | undefined) ?? attributes[i]!.default);
  }
  return {
    location: options?.location ?? unknownLoc,
    operands,
    resultTypes: resultGroups.map(() => type),
    properties,
    discardable: options?.discardable ? new Map(options.discardable) : null,
  };
}

function buildParts(
  def: OpDefinition,
  init: Readonly<Record<string, unknown>>,
  options: BuildOptions<ResultDecls> | undefined,
  fallbackTypes?: readonly Type[],
): OperationParts {
  if (def.isPlain && options?.types === undefined) {
    const parts = plainParts(def, init, options);
    if (parts !== undefined) return parts;
  }
  const operands: Value[] = [];
  const groups: (readonly Value[])[] = [];
  for (const g of def.operandGroups) {
    const list = asList(init[g.name] as Value | readonly Value[] | undefined);
    if (g.multiplicity === "one" && list.length !== 1) {
      throw new BuildError(`${def.name}: the operand \`${g.name}\` is missing`);
    }
    groups.push(list);
    operands.push(...list);
  }
  const properties = withDefaults(
    def,
    def.attributes.map((a) => {
      const v = init[a.accessor];
      if (typeof v === "boolean") return v ? UnitAttr.instance : undefined;
      return v as Attribute | undefined;
    }),
  );
  const known = def.resultGroups.map((g) => {
    const t = options?.types?.[g.name];
    return t === undefined ? undefined : asList(t as Type | readonly Type[]);
  });
  const infer = def.parts.inferResults;
  const custom = infer && ((): Type[] => infer(operands, propertyMap(def, properties)));
  const types = groups.map((g) => g.map((v) => v.type));
  let inferred = inferResultTypes(def, types, known, custom);
  if (inferred === undefined && fallbackTypes !== undefined) {
    const single = def.resultGroups.every((g) => g.multiplicity === "one");
    if (single) inferred = { types: [...fallbackTypes], segments: fallbackTypes.map(() => 1) };
  }
  if (inferred === undefined) {
    throw new BuildError(`${def.name}: result types cannot be inferred, give \`types\``);
  }
  const regions = def.parts.regions.flatMap((r) => {
    const given = asList(init[r.name] as Region | readonly Region[] | undefined);
    return given.length === 0 && !r.variadic ? [new Region()] : given;
  });
  return {
    location: options?.location ?? unknownLoc,
    operands,
    resultTypes: inferred.types,
    properties,
    discardable: options?.discardable ? new Map(options.discardable) : null,
    regions,
    successors: def.parts.successors.flatMap((s) =>
      asList(init[s.name] as Block | readonly Block[] | undefined),
    ),
    operandSegments: def.needsOperandSegments ? groups.map((g) => g.length) : null,
    resultSegments: def.needsResultSegments ? inferred.segments : null,
  };
}

/**
 * Builds a detached operation of a kind from what its declaration names; `fallbackTypes` are the
 * result types where they cannot be inferred.
 */
export function buildOperation(
  def: OpDefinition,
  init: Readonly<Record<string, unknown>>,
  options?: BuildOptions<ResultDecls>,
  fallbackTypes?: readonly Type[],
): Operation {
  return def.construct(buildParts(def, init, options, fallbackTypes));
}

/** The set inherent attributes by name. */
export function propertyMap(
  def: OpDefinition,
  properties: readonly (Attribute | undefined)[],
): Map<string, Attribute> {
  const map = new Map<string, Attribute>();
  def.attributes.forEach((a, i) => {
    const v = properties[i];
    if (v !== undefined) map.set(a.name, v);
  });
  return map;
}

/**
 * Declares an op kind: `class AddI extends defineOp("arith.addi", { operands: …, … }) {}`.
 * Accessors by declared name are on the prototype; `AddI.of({ lhs, rhs })` builds.
 */
export function defineOp<
  O extends OperandDecls = None,
  R extends ResultDecls = None,
  A extends AttrDecls = None,
  G extends RegionDecls = None,
  S extends SuccessorDecls = None,
>(name: string, spec: OpSpec<O, R, A, G, S>): OpClass<O, R, A, G, S> {
  class Defined extends Operation {
    static get definition(): OpDefinition {
      return definitionFor(this);
    }

    static of(
      init: Readonly<Record<string, unknown>>,
      options?: BuildOptions<ResultDecls>,
    ): Operation {
      const def = this.definition;
      return new this(buildParts(def, init, options));
    }

    static pat(fields: PatternFields<OperandDecls, AttrDecls> = {}): OpPattern {
      return OpPattern.of(this.definition, fields);
    }
  }
  let leaf: (new (parts: OperationParts) => Operation) | undefined;
  const definition = definitionOf(
    name,
    spec as OpSpec<OperandDecls, ResultDecls, AttrDecls, RegionDecls, SuccessorDecls>,
    (parts) => new (leaf ?? Defined)(parts),
  );
  const definitionFor = (cls: new (parts: OperationParts) => Operation): OpDefinition => {
    if (cls !== Defined) leaf ??= cls;
    return definition;
  };
  const units = new Set(
    Object.entries(spec.attributes ?? {}).flatMap(([n, d]) => (d.unit ? [n] : [])),
  );
  Object.defineProperty(Defined.prototype, "definition", { value: definition });
  addAccessors(Defined.prototype, definition, units);
  return Defined as unknown as OpClass<O, R, A, G, S>;
}
