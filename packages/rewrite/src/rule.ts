/**
 * Rules: rewrites that are data on both sides. A rule can be listed, printed as an equation, tested
 * by interpreting both sides, and compiled; the driver never sees more than a pattern.
 *
 * Invariant: a rule applies only where the right side has the types of the replaced results.
 */
import { OpPattern, type OpDefinition, type Operation, Term, type Value } from "@strata/ir";
import { TermBuilder } from "./build.ts";
import { compileMatcher, type HoleKinds, type OpMatcher, variantsOf } from "./match.ts";
import type { PatternOptions, RewritePattern } from "./pattern.ts";
import type { Rewriter } from "./rewriter.ts";
import { Computed, type Condition, ConstantTerm, Hole, Match, OneUse, Typed } from "./terms.ts";

/** Whether the operands that a pattern names may be defined by operations of these kinds. */
function admits(p: OpPattern, operands: readonly (OpDefinition | undefined)[]): boolean {
  const groups = p.definition.operandGroups;
  if (groups.some((g) => g.multiplicity !== "one")) return true;
  return groups.every((g, i) => {
    let term = p.operands.get(g.name);
    while (term instanceof OneUse || term instanceof Typed) term = term.term;
    if (term instanceof OpPattern) return operands[i] === term.definition;
    return !(term instanceof ConstantTerm) || (operands[i]?.constantSlot ?? -1) >= 0;
  });
}

/** Left side, right side (a list when the root has several results), conditions. */
export type RuleSides = readonly [
  left: OpPattern,
  right: Term | readonly Term[],
  ...conditions: Condition[],
];

const holeNames = ["x", "y", "z", "u", "v", "w", "a", "b", "c", "d", "e", "f", "g", "h"];

/** A rewrite with both sides as data. */
export class Rule implements RewritePattern {
  readonly name: string;
  readonly doc: string;
  readonly benefit: number;
  readonly holes: readonly Hole[];
  readonly left: OpPattern;
  readonly right: readonly Term[];
  readonly conditions: readonly Condition[];
  /** Whether a hole stands for a value or for an attribute. */
  readonly kinds: ReadonlyMap<Hole, "value" | "attribute">;
  readonly roots: readonly OpDefinition[];
  readonly #matchers: readonly OpMatcher[];
  readonly #variants: readonly OpPattern[];
  readonly #match: Match;

  constructor(name: string, holes: readonly Hole[], sides: RuleSides, options: PatternOptions) {
    const [left, right, ...conditions] = sides;
    this.name = name;
    this.holes = holes;
    this.left = left;
    this.right = right instanceof Term ? [right] : right;
    this.conditions = conditions;
    this.benefit = options.benefit ?? 1;
    this.roots = [left.definition];
    const kinds: HoleKinds = new Map();
    this.#variants = variantsOf(left);
    this.#matchers = this.#variants.map((v) => compileMatcher(v, kinds));
    this.kinds = kinds;
    this.#match = new Match(holes.length);
    for (const t of this.right) this.#checkRight(t, "value");
    this.doc = options.doc ?? this.equation;
  }

  /** `left → right if condition`. */
  get equation(): string {
    const right =
      this.right.length === 1 ? this.right[0]!.toString() : `(${this.right.join(", ")})`;
    const conditions = this.conditions.map((c) => c.text).join(" and ");
    const suffix = conditions === "" ? "" : ` if ${conditions}`;
    return `${this.left.toString()} → ${right}${suffix}`;
  }

  toString(): string {
    return `${this.name}: ${this.equation}`;
  }

  #checkRight(term: Term | readonly Term[], kind: "value" | "attribute"): void {
    if (!(term instanceof Term)) {
      for (const t of term) this.#checkRight(t, kind);
    } else if (term instanceof Hole) {
      if (this.kinds.get(term) !== kind) {
        throw new Error(`rule ${this.name}: the left side binds no ${kind} ${term.name}`);
      }
    } else if (term instanceof OpPattern) {
      for (const t of term.operands.values()) this.#checkRight(t, "value");
      for (const t of term.attributes.values()) {
        if (t instanceof Term) this.#checkRight(t, "attribute");
      }
    } else if (term instanceof ConstantTerm) {
      if (term.content instanceof Term) this.#checkRight(term.content, "attribute");
      if (term.typeOf !== undefined) this.#checkTyped(term.typeOf);
      if (term.content === undefined) {
        throw new Error(`rule ${this.name}: a constant on the right side needs a value`);
      }
    } else if (term instanceof Typed) {
      this.#checkTyped(term.like);
      this.#checkRight(term.term, kind);
    } else if (term instanceof OneUse || (term instanceof Computed && kind === "value")) {
      throw new Error(`rule ${this.name}: ${term.toString()} is no value to build`);
    }
  }

  #checkTyped(hole: Hole): void {
    if (!this.kinds.has(hole)) {
      throw new Error(`rule ${this.name}: the left side does not bind ${hole.name}`);
    }
  }

  /** Matches the left side; the match is valid until the next call. */
  tryMatch(op: Operation): Match | undefined {
    const m = this.#match;
    const matchers = this.#matchers;
    m.reset(op);
    for (let i = 0; i < matchers.length; i++) {
      if (matchers[i]!(op, m) && this.conditions.every((c) => c.holds(m))) return m;
    }
    return undefined;
  }

  mayMatch(operands: readonly (OpDefinition | undefined)[]): boolean {
    return this.#variants.some((v) => admits(v, operands));
  }

  /** Whether the left side and the conditions hold; changes nothing. */
  matches(op: Operation): boolean {
    return this.tryMatch(op) !== undefined;
  }

  apply(op: Operation, rewriter: Rewriter): boolean {
    const match = this.tryMatch(op);
    if (match === undefined) return false;
    const values = this.#build(op, match, rewriter);
    if (values === undefined) return false;
    rewriter.replaceOp(op, values);
    return true;
  }

  #build(op: Operation, match: Match, rewriter: Rewriter): Value[] | undefined {
    const results = op.results;
    const builder = new TermBuilder(match, op);
    const only = this.right.length === 1 ? this.right[0] : undefined;
    let values: (Value | undefined)[];
    if (only instanceof OpPattern && results.length !== 1) {
      values = [...(builder.op(only, op.resultTypes)?.results ?? [])];
    } else {
      values = this.right.map((t, i) => builder.value(t, results[i]?.type));
    }
    const fits =
      values.length === results.length &&
      values.every((v, i) => v?.type === results[i]!.type && v.definingOp !== op);
    if (!fits) {
      builder.discard();
      return undefined;
    }
    for (const made of builder.made) rewriter.insert(made);
    return values as Value[];
  }
}

/**
 * A rule:
 *
 *     rule("sub-of-add", (x, y) => [SubI.pat({ lhs: AddI.pat({ lhs: x, rhs: y }), rhs: y }), x])
 *
 * The parameters are holes. Conditions may follow the two sides.
 */
export function rule(
  name: string,
  sides: (...holes: Hole[]) => RuleSides,
  options: PatternOptions = {},
): Rule {
  const holes = Array.from({ length: sides.length }, (_, i) => {
    return new Hole(holeNames[i] ?? `t${i}`, i);
  });
  return new Rule(name, holes, sides(...holes), options);
}
