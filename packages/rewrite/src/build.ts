/** Builds the right side of a rule: operations from terms and bindings. */
import {
  Attribute,
  attributeType,
  buildOperation,
  constantAttr,
  type Dialect,
  OpPattern,
  type OperandPattern,
  type Operation,
  Term,
  type Type,
  type Value,
} from "@strata/ir";
import { materializeConstant } from "./constants.ts";
import { Computed, ConstantTerm, Hole, type Match, OneUse, Typed } from "./terms.ts";

/** Builds terms into detached operations, in the order in which they have to be inserted. */
export class TermBuilder {
  readonly match: Match;
  /** Operations made so far, operands first. */
  readonly made: Operation[] = [];
  readonly #anchor: Operation;
  readonly #dialects: readonly Dialect[];

  /** `anchor` is the operation that gets replaced: constants are made by its dialect. */
  constructor(match: Match, anchor: Operation, dialects: readonly Dialect[] = []) {
    this.match = match;
    this.#anchor = anchor;
    this.#dialects = dialects;
  }

  /** Takes apart what was made and not inserted. */
  discard(): void {
    for (const op of this.made) op.dropAllReferences();
    this.made.length = 0;
  }

  /** The value a term stands for; `type` where it cannot be inferred. Undefined: does not apply. */
  value(term: Term, type: Type | undefined): Value | undefined {
    if (term instanceof Hole) return this.match.value(term);
    if (term instanceof OpPattern) {
      return this.op(term, type === undefined ? undefined : [type])?.results[term.resultIndex];
    }
    if (term instanceof Typed) {
      const wanted = this.match.type(term.like);
      const v = this.value(term.term, wanted);
      return v?.type === wanted ? v : undefined;
    }
    if (term instanceof OneUse) return this.value(term.term, type);
    if (term instanceof ConstantTerm) return this.#constant(term, type);
    throw new Error(`${term.toString()} stands for no value`);
  }

  #constant(term: ConstantTerm, wanted: Type | undefined): Value | undefined {
    const content = term.content;
    let attr: Attribute | undefined;
    let type = term.typeOf === undefined ? wanted : this.match.type(term.typeOf);
    if (typeof content === "number" || typeof content === "bigint") {
      type ??= this.#anchor.results[0]?.type;
      if (type === undefined) return undefined;
      attr = constantAttr(type, content);
    } else {
      attr = this.attr(content);
      if (attr === undefined) return undefined;
      type = attributeType(attr) ?? type ?? this.#anchor.results[0]?.type;
      if (type === undefined) return undefined;
    }
    const op = materializeConstant(this.#anchor, attr, type, this.#dialects);
    if (op === undefined) return undefined;
    this.made.push(op);
    return op.results[0];
  }

  /** The attribute a term stands for; undefined: the rule does not apply. */
  attr(term: Attribute | Term | undefined): Attribute | undefined {
    if (term instanceof Attribute) return term;
    if (term instanceof Hole) return this.match.attr(term);
    if (term instanceof Computed) return term.compute(this.match);
    throw new Error(`${String(term)} stands for no attribute`);
  }

  /** Builds an operation; `types` are its result types where they cannot be inferred. */
  op(p: OpPattern, types: readonly Type[] | undefined): Operation | undefined {
    const init: Record<string, unknown> = {};
    for (const [name, term] of p.operands) {
      const v = this.#operand(term);
      if (v === undefined) return undefined;
      init[name] = v;
    }
    for (const [name, term] of p.attributes) {
      if (typeof term === "boolean" || term === null) init[name] = term ?? undefined;
      else {
        const a = this.attr(term);
        if (a === undefined) return undefined;
        init[name] = a;
      }
    }
    const op = buildOperation(p.definition, init, undefined, types);
    this.made.push(op);
    return op;
  }

  #operand(term: OperandPattern): Value | Value[] | undefined {
    if (term instanceof Term) return this.value(term, undefined);
    const list: Value[] = [];
    for (const t of term) {
      const v = this.value(t, undefined);
      if (v === undefined) return undefined;
      list.push(v);
    }
    return list;
  }
}
