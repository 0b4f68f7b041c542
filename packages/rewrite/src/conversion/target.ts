/** What a conversion aims at: which operations are legal. */
import type { OpDefinition, Operation, OperationParts, OpRef } from "@strata/ir";

type When = (op: Operation) => boolean;
type Rule = "legal" | "illegal" | When;

/** Whether an operation may stay: unknown ones may in a partial conversion. */
export type Legality = "legal" | "illegal" | "unknown";

type OpClass<O extends Operation> = (new (parts: OperationParts) => O) & {
  readonly definition: OpDefinition;
};

/** Legality by op kind, else by dialect, else by a rule for the rest. */
export class ConversionTarget {
  readonly #ops = new Map<OpDefinition, Rule>();
  readonly #dialects = new Map<string, Rule>();
  readonly #recursive = new Map<OpDefinition, When>();
  #rest: When | undefined;

  /** These op kinds may stay. */
  legal(...ops: readonly OpRef[]): this {
    for (const o of ops) this.#ops.set(o.definition, "legal");
    return this;
  }

  /** These op kinds must go. */
  illegal(...ops: readonly OpRef[]): this {
    for (const o of ops) this.#ops.set(o.definition, "illegal");
    return this;
  }

  /** Operations of a kind may stay when a condition holds, and must go otherwise. */
  legalWhen<O extends Operation>(op: OpClass<O>, holds: (op: O) => boolean): this {
    this.#ops.set(op.definition, (o) => holds(o as O));
    return this;
  }

  /** All ops of these dialects may stay. */
  legalDialect(...names: readonly string[]): this {
    for (const n of names) this.#dialects.set(n, "legal");
    return this;
  }

  /** All ops of these dialects must go. */
  illegalDialect(...names: readonly string[]): this {
    for (const n of names) this.#dialects.set(n, "illegal");
    return this;
  }

  /** Ops of a dialect may stay when a condition holds, and must go otherwise. */
  legalDialectWhen(name: string, holds: When): this {
    this.#dialects.set(name, holds);
    return this;
  }

  /** Everything not mentioned may stay when a condition holds, and must go otherwise. */
  restLegalWhen(holds: When): this {
    this.#rest = holds;
    return this;
  }

  /** What is inside a legal operation of a kind is legal too. */
  recursivelyLegal<O extends Operation>(op: OpClass<O>, holds?: (op: O) => boolean): this {
    this.#recursive.set(op.definition, (o) => holds?.(o as O) ?? true);
    return this;
  }

  legality(op: Operation): Legality {
    const rule =
      this.#ops.get(op.definition) ?? this.#dialects.get(op.definition.dialectName) ?? this.#rest;
    if (rule === undefined) return "unknown";
    if (typeof rule === "string") return rule;
    return rule(op) ? "legal" : "illegal";
  }

  /** Whether what is inside a legal operation need not be looked at. */
  isRecursivelyLegal(op: Operation): boolean {
    return this.#recursive.get(op.definition)?.(op) ?? false;
  }
}
