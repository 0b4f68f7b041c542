/**
 * The terms that rewrite rules are made of: plain data. `AddI.pat({ lhs: x, rhs: y })` is a term;
 * the left side of a rule is matched against the IR, the right side is built. The other kinds of
 * terms (variables, constants, conditions) and the matcher are in packages/rewrite.
 */
import type { Attribute } from "./attribute.ts";
import type { OpDefinition } from "./op-definition.ts";

/** A term of a rewrite rule: stands for a value or for an attribute. */
export abstract class Term {
  /** The term as an equation shows it. */
  abstract toString(): string;
}

/** What an operand is matched against; variadic operands take a list. */
export type OperandPattern = Term | readonly Term[];

/** What an attribute is matched against: a term, the attribute itself, a flag, or null: absent. */
export type AttributePattern = Term | Attribute | boolean | null;

/** An operation of one kind with terms for some of its operands and attributes. */
export class OpPattern extends Term {
  readonly definition: OpDefinition;
  readonly operands: ReadonlyMap<string, OperandPattern>;
  readonly attributes: ReadonlyMap<string, AttributePattern>;
  /** The result that the term stands for where a value is wanted. */
  readonly resultIndex: number;

  constructor(
    definition: OpDefinition,
    operands: ReadonlyMap<string, OperandPattern>,
    attributes: ReadonlyMap<string, AttributePattern>,
    resultIndex: number = 0,
  ) {
    super();
    this.definition = definition;
    this.operands = operands;
    this.attributes = attributes;
    this.resultIndex = resultIndex;
  }

  /** A pattern from terms by declared name; an error for names that are not declared. */
  static of(
    definition: OpDefinition,
    fields: Readonly<Record<string, OperandPattern | AttributePattern | undefined>>,
  ): OpPattern {
    const operands = new Map<string, OperandPattern>();
    const attributes = new Map<string, AttributePattern>();
    for (const [name, term] of Object.entries(fields)) {
      if (term === undefined) continue;
      if (definition.operandGroups.some((g) => g.name === name)) {
        operands.set(name, term as OperandPattern);
      } else if (definition.attributeSlot(name) !== undefined) {
        attributes.set(name, term as AttributePattern);
      } else {
        throw new Error(`${definition.name} declares no operand or attribute \`${name}\``);
      }
    }
    return new OpPattern(definition, operands, attributes);
  }

  /** The same pattern, standing for another of its results. */
  result(index: number): OpPattern {
    return new OpPattern(this.definition, this.operands, this.attributes, index);
  }

  /** The same pattern with other terms for its operands. */
  withOperands(operands: ReadonlyMap<string, OperandPattern>): OpPattern {
    return new OpPattern(this.definition, operands, this.attributes, this.resultIndex);
  }

  toString(): string {
    const show = (t: OperandPattern | undefined): string =>
      t === undefined ? "_" : t instanceof Term ? t.toString() : `[${t.join(", ")}]`;
    const operands = this.definition.operandGroups.map((g) => show(this.operands.get(g.name)));
    const attributes = [...this.attributes].map(([n, a]) => `${n} = ${String(a)}`);
    const extra = attributes.length === 0 ? "" : ` {${attributes.join(", ")}}`;
    const suffix = this.resultIndex === 0 ? "" : `#${this.resultIndex}`;
    return `${this.definition.name}(${operands.join(", ")})${extra}${suffix}`;
  }
}
