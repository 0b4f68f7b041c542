/**
 * Random operations that fit a pattern: what is left open (operands, types, attributes) is chosen
 * at random, so that declarations can be tested without a list of examples.
 */
import { ConstantOp } from "@strata/arith";
import type { Block } from "@strata/ir";
import {
  type AttrConstraint,
  Attribute,
  type AttributeSpec,
  Bindings,
  bitWidthOf,
  buildOperation,
  constantAttr,
  type DenseElement,
  DenseElementsAttr,
  elementTypeOf,
  FloatAttr,
  FloatType,
  OpPattern,
  type Operation,
  Term,
  type Type,
  UnitAttr,
  type Value,
  verify,
} from "@strata/ir";
import { ConstantTerm, Hole, OneUse, Typed } from "@strata/rewrite";
import type { Random } from "@strata/support";
import { randomConstant } from "./random-values.ts";

/** Where the values of open operands come from. */
export type ValueSource = (type: Type) => Value;

/** Builds operations at the end of a block. */
export class InstanceBuilder {
  readonly block: Block;
  readonly random: Random;
  /** The types that open places may have. */
  readonly types: readonly Type[];
  readonly #source: ValueSource;
  readonly #values = new Map<Hole, Value>();
  readonly #attributes = new Map<Hole, Attribute>();

  constructor(block: Block, random: Random, types: readonly Type[], source: ValueSource) {
    this.block = block;
    this.random = random;
    this.types = types;
    this.#source = source;
  }

  /** Inserts a constant. */
  constant(attr: Attribute): Value {
    const op = ConstantOp.of({ value: attr as DenseElement });
    this.block.append(op);
    return op.result;
  }

  /** An operation that fits a pattern; undefined when the random choices do not fit together. */
  tryOp(p: OpPattern, wanted?: Type): Operation | undefined {
    const def = p.definition;
    const bindings = new Bindings();
    if (wanted !== undefined) def.resultGroups[p.resultIndex]?.constraint.check(wanted, bindings);
    for (const g of def.operandGroups) {
      const known = this.#knownType(p.operands.get(g.name));
      if (known !== undefined) g.constraint.check(known, bindings);
    }
    const init: Record<string, unknown> = {};
    for (const g of def.operandGroups) {
      const term = p.operands.get(g.name);
      if (g.multiplicity !== "one" || (term !== undefined && !(term instanceof Term))) {
        return undefined;
      }
      const type = g.constraint.infer(bindings) ?? this.#pickType(g.constraint);
      if (type === undefined) return undefined;
      const value = term === undefined ? this.#source(type) : this.#value(term, type);
      if (value === undefined || !g.constraint.check(value.type, bindings)) return undefined;
      init[g.name] = value;
    }
    for (const spec of def.attributes) {
      const given = p.attributes.get(spec.name);
      const attr = given === undefined ? this.#randomAttr(spec) : this.#attr(given, spec);
      if (attr === "none") return undefined;
      if (attr !== undefined) init[spec.name] = attr;
    }
    return this.#insert(p, init, wanted ?? this.random.pick(this.types), wanted);
  }

  #insert(
    p: OpPattern,
    init: Readonly<Record<string, unknown>>,
    fallback: Type,
    wanted: Type | undefined,
  ): Operation | undefined {
    const op = buildOperation(
      p.definition,
      init,
      undefined,
      p.definition.resultGroups.map(() => fallback),
    );
    const fits = wanted === undefined || op.results[p.resultIndex]?.type === wanted;
    if (fits && verify(op).length === 0) {
      this.block.append(op);
      return op;
    }
    op.dropAllReferences();
    return undefined;
  }

  #knownType(term: unknown): Type | undefined {
    if (term instanceof Hole) return this.#values.get(term)?.type;
    return term instanceof Typed ? this.#values.get(term.like)?.type : undefined;
  }

  #pickType(constraint: { check(type: Type, bindings: Bindings): boolean }): Type | undefined {
    const fitting = this.types.filter((t) => constraint.check(t, new Bindings()));
    return fitting.length === 0 ? undefined : this.random.pick(fitting);
  }

  #value(term: Term, type: Type): Value | undefined {
    if (term instanceof Hole) {
      let v = this.#values.get(term);
      if (v === undefined) this.#values.set(term, (v = this.#source(type)));
      return v;
    }
    if (term instanceof OpPattern) return this.tryOp(term, type)?.results[term.resultIndex];
    if (term instanceof OneUse) return this.#value(term.term, type);
    if (term instanceof Typed) {
      return this.#value(term.term, this.#values.get(term.like)?.type ?? type);
    }
    return term instanceof ConstantTerm ? this.#constantTerm(term, type) : undefined;
  }

  #constantTerm(term: ConstantTerm, type: Type): Value | undefined {
    if (bitWidthOf(elementTypeOf(type)) === undefined) return undefined;
    const { content } = term;
    if (content instanceof Attribute) return this.constant(content);
    if (typeof content === "number" || typeof content === "bigint") {
      return this.constant(numberAttr(type, content));
    }
    if (content === undefined) return this.constant(randomConstant(type, this.random));
    if (!(content instanceof Hole)) return undefined;
    let attr = this.#attributes.get(content);
    if (attr === undefined) {
      this.#attributes.set(content, (attr = randomConstant(type, this.random)));
    }
    return this.constant(attr);
  }

  #attr(
    given: Term | Attribute | boolean | null,
    spec: AttributeSpec,
  ): Attribute | undefined | "none" {
    if (given instanceof Attribute) return given;
    if (given === null || given === false) return undefined;
    if (given === true) return UnitAttr.instance;
    if (!(given instanceof Hole)) return "none";
    let attr = this.#attributes.get(given);
    if (attr === undefined) {
      const chosen = this.#randomAttr(spec);
      if (chosen === "none" || chosen === undefined) return chosen === "none" ? chosen : "none";
      this.#attributes.set(given, (attr = chosen));
    }
    return attr;
  }

  #randomAttr({ constraint, optional, default: usual }: AttributeSpec) {
    if (isEnumeration(constraint)) {
      if (optional && this.random.boolean()) return usual;
      return constraint.attr(this.random.pick(constraint.cases));
    }
    return optional ? usual : ("none" as const);
  }
}

interface Enumeration extends AttrConstraint {
  readonly cases: readonly string[];
  attr(name: string): Attribute;
}

function isEnumeration(c: AttrConstraint): c is Enumeration {
  return c.cases !== undefined && "attr" in c;
}

/** The constant `n` of a type, −0 included. */
function numberAttr(type: Type, n: number | bigint): Attribute {
  const element = elementTypeOf(type);
  if (!(element instanceof FloatType)) return constantAttr(type, n);
  const scalar = FloatAttr.get(Number(n), element);
  const like = constantAttr(type, 0);
  return like instanceof DenseElementsAttr ? DenseElementsAttr.splat(like.type, scalar) : scalar;
}
