/**
 * The parser's decisions by one token: Chevrotain's own strategy for one token of lookahead, with
 * the set of tokens that may begin a part computed when that part is first met.
 *
 * Invariants: the first alternative whose gate is open and that may begin with the next token is
 * taken; a part that may be empty may begin with any token. Computing the sets late spares the
 * parse of a small file most of the grammar's analysis.
 */
import type { Rule } from "chevrotain";
import {
  Alternation,
  LLkLookaheadStrategy,
  NonTerminal,
  Option,
  Repetition,
  RepetitionMandatory,
  RepetitionMandatoryWithSeparator,
  RepetitionWithSeparator,
  Terminal,
  type ILookaheadStrategy,
  type IOrAlt,
  type IProduction,
  type IToken,
  type OptionalProductionType,
} from "chevrotain";

/** What a part of the grammar may begin with: numbers of token types. */
interface First {
  readonly tokens: Set<number>;
  readonly maybeEmpty: boolean;
}

type Compound = IProduction & { readonly idx: number; readonly definition: IProduction[] };

const COMPOUNDS = {
  Alternation,
  Option,
  Repetition,
  RepetitionMandatory,
  RepetitionMandatoryWithSeparator,
  RepetitionWithSeparator,
};

type CompoundName = keyof typeof COMPOUNDS;

/** Decides by the next token, which `next` reads. */
export class FirstTokenLookahead implements ILookaheadStrategy {
  /** The next token of the parser; set once the parser exists. */
  next: () => IToken = () => {
    throw new Error("the parser has not begun");
  };
  readonly #rules = new Map<Rule, First>();

  validate(
    options: Parameters<ILookaheadStrategy["validate"]>[0],
  ): ReturnType<ILookaheadStrategy["validate"]> {
    return new LLkLookaheadStrategy({ maxLookahead: 1 }).validate(options);
  }

  buildLookaheadForAlternation(options: {
    readonly prodOccurrence: number;
    readonly rule: Rule;
    readonly hasPredicates: boolean;
  }): (alternatives?: IOrAlt<unknown>[]) => number | undefined {
    let firsts: readonly First[] | undefined;
    return (alternatives) => {
      firsts ??= find(options.rule, "Alternation", options.prodOccurrence).definition.map((a) =>
        this.#first(a),
      );
      const type = this.next().tokenTypeIdx;
      const taken = firsts.findIndex(
        ({ tokens, maybeEmpty }, k) =>
          (maybeEmpty || tokens.has(type)) && alternatives?.[k]?.GATE?.() !== false,
      );
      return taken < 0 ? undefined : taken;
    };
  }

  buildLookaheadForOptional(options: {
    readonly prodOccurrence: number;
    readonly prodType: OptionalProductionType;
    readonly rule: Rule;
  }): () => boolean {
    let first: First | undefined;
    return () => {
      first ??= this.#sequence(
        find(options.rule, options.prodType, options.prodOccurrence).definition,
      );
      return first.maybeEmpty || first.tokens.has(this.next().tokenTypeIdx);
    };
  }

  #first(part: IProduction): First {
    if (part instanceof Terminal) {
      const { tokenTypeIdx, categoryMatches } = part.terminalType;
      return {
        tokens: new Set([tokenTypeIdx ?? 0, ...(categoryMatches ?? [])]),
        maybeEmpty: false,
      };
    }
    if (part instanceof NonTerminal) return this.#rule(part.referencedRule);
    const first =
      part instanceof Alternation
        ? union(part.definition.map((a) => this.#first(a)))
        : this.#sequence(definitionOf(part));
    const optional =
      part instanceof Option ||
      part instanceof Repetition ||
      part instanceof RepetitionWithSeparator;
    return optional ? { ...first, maybeEmpty: true } : first;
  }

  /** The grammar has no left recursion, so that this ends. */
  #rule(rule: Rule): First {
    let first = this.#rules.get(rule);
    if (first === undefined) {
      first = this.#sequence(rule.definition);
      this.#rules.set(rule, first);
    }
    return first;
  }

  #sequence(parts: readonly IProduction[]): First {
    const firsts: First[] = [];
    for (const part of parts) {
      const first = this.#first(part);
      firsts.push(first);
      if (!first.maybeEmpty) return { ...union(firsts), maybeEmpty: false };
    }
    return { ...union(firsts), maybeEmpty: true };
  }
}

function union(firsts: readonly First[]): First {
  const tokens = new Set(firsts.flatMap((f) => [...f.tokens]));
  return { tokens, maybeEmpty: firsts.some((f) => f.maybeEmpty) };
}

function definitionOf(part: IProduction): readonly IProduction[] {
  return "definition" in part ? (part.definition as IProduction[]) : [];
}

/** The part of a rule of a kind with an occurrence number. */
function find(rule: Rule, kind: CompoundName, occurrence: number): Compound {
  const search = (parts: readonly IProduction[]): Compound | undefined => {
    for (const part of parts) {
      if (part instanceof NonTerminal) continue;
      if (part instanceof COMPOUNDS[kind] && part.idx === occurrence) return part;
      const inner = search(definitionOf(part));
      if (inner !== undefined) return inner;
    }
    return undefined;
  };
  const found = search(rule.definition);
  if (found === undefined) throw new Error(`${rule.name} has no ${kind} number ${occurrence}`);
  return found;
}
