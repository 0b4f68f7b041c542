/**
 * Compiles the left side of a rule into closures. Commutative operations are expanded beforehand
 * into one pattern per order of their operands, so a compiled matcher never goes back.
 */
import {
  Attribute,
  Commutative,
  OpPattern,
  type OperandPattern,
  type Operation,
  Term,
  UnitAttr,
  type Value,
} from "@strata/ir";
import { constantValueOf } from "./constants.ts";
import { Computed, ConstantTerm, Hole, isNumber, type Match, OneUse, Typed } from "./terms.ts";

/** Whether an operation matches; binds holes. */
export type OpMatcher = (op: Operation, match: Match) => boolean;
type ValueMatcher = (value: Value, match: Match) => boolean;
type AttrMatcher = (attr: Attribute | undefined, match: Match) => boolean;

/** More orders than this are refused: the rule should be split. */
const maxVariants = 64;

/** One pattern for each order of the operands of commutative operations. */
export function variantsOf(root: OpPattern): OpPattern[] {
  const seen = new Set<string>();
  const all = opVariants(root).filter((p) => {
    const text = p.toString();
    return seen.has(text) ? false : seen.add(text) !== undefined;
  });
  if (all.length > maxVariants) {
    throw new Error(
      `${root.toString()} has ${all.length} orders of operands, at most ${maxVariants}`,
    );
  }
  return all;
}

function opVariants(p: OpPattern): OpPattern[] {
  let rows: [string, OperandPattern][][] = [[]];
  for (const [name, term] of p.operands) {
    const options = term instanceof Term ? termVariants(term) : listVariants(term);
    rows = rows.flatMap((row) => options.map((o) => row.concat([[name, o]])));
  }
  const out = rows.map((row) => p.withOperands(new Map(row)));
  const groups = p.definition.operandGroups;
  const [a, b] = groups;
  if (
    !p.definition.hasTrait(Commutative) ||
    groups.length !== 2 ||
    a?.multiplicity !== "one" ||
    b?.multiplicity !== "one"
  ) {
    return out;
  }
  const swapped = out.map((q) => {
    const operands = new Map<string, OperandPattern>();
    const left = q.operands.get(a.name);
    const right = q.operands.get(b.name);
    if (right !== undefined) operands.set(a.name, right);
    if (left !== undefined) operands.set(b.name, left);
    return q.withOperands(operands);
  });
  return [...out, ...swapped];
}

function listVariants(terms: readonly Term[]): readonly Term[][] {
  let rows: Term[][] = [[]];
  for (const t of terms) rows = rows.flatMap((row) => termVariants(t).map((o) => row.concat(o)));
  return rows;
}

function termVariants(t: Term): Term[] {
  if (t instanceof OpPattern) return opVariants(t);
  if (t instanceof OneUse) return termVariants(t.term).map((o) => new OneUse(o));
  if (t instanceof Typed) return termVariants(t.term).map((o) => new Typed(o, t.like));
  return [t];
}

/** What holes of a rule stand for; filled while its left side is compiled. */
export type HoleKinds = Map<Hole, "value" | "attribute">;

/** Compiles one variant; reports each hole's kind to `kinds`. */
export function compileMatcher(root: OpPattern, kinds: HoleKinds): OpMatcher {
  return new MatchCompiler(kinds).op(root);
}

class MatchCompiler {
  readonly #kinds: HoleKinds;
  readonly #bound = new Set<Hole>();

  constructor(kinds: HoleKinds) {
    this.#kinds = kinds;
  }

  /** Notes what a hole is; whether this is its first occurrence. */
  #bind(hole: Hole, kind: "value" | "attribute"): boolean {
    const known = this.#kinds.get(hole);
    if (known !== undefined && known !== kind) {
      throw new Error(`the hole ${hole.name} is used both as a value and as an attribute`);
    }
    this.#kinds.set(hole, kind);
    const first = !this.#bound.has(hole);
    this.#bound.add(hole);
    return first;
  }

  op(p: OpPattern): OpMatcher {
    const def = p.definition;
    const steps: OpMatcher[] = [];
    const fixed = def.operandGroups.every((g) => g.multiplicity === "one");
    // Attributes first: they are cheap and tell most operations apart.
    for (const [name, pattern] of p.attributes) {
      const matches = this.#attr(pattern);
      const slot = def.attributeSlot(name)!;
      steps.push((op, m) => matches(op.properties[slot], m));
    }
    def.operandGroups.forEach((g, i) => {
      const term = p.operands.get(g.name);
      if (term === undefined) return;
      if (term instanceof Term) {
        if (g.multiplicity === "variadic") {
          throw new Error(
            `the variadic operand \`${g.name}\` of ${def.name} takes a list of terms`,
          );
        }
        const matches = this.value(term);
        if (fixed) steps.push((op, m) => matches(op.operandUses[i]!.value, m));
        else {
          steps.push(
            (op, m) =>
              def.operandLength(op, i) === 1 &&
              matches(op.operandUses[def.operandStart(op, i)]!.value, m),
          );
        }
        return;
      }
      const members = term.map((t) => this.value(t));
      steps.push((op, m) => {
        if (def.operandLength(op, i) !== members.length) return false;
        const start = def.operandStart(op, i);
        return members.every((matches, k) => matches(op.operandUses[start + k]!.value, m));
      });
    });
    const [a, b, c] = steps;
    const same: OpMatcher = (op) => op.definition === def;
    if (a === undefined) return same;
    if (b === undefined) return (op, m) => op.definition === def && a(op, m);
    if (c === undefined) return (op, m) => op.definition === def && a(op, m) && b(op, m);
    return (op, m) => {
      if (op.definition !== def) return false;
      for (const step of steps) if (!step(op, m)) return false;
      return true;
    };
  }

  value(term: Term): ValueMatcher {
    if (term instanceof Hole) {
      const slot = term.slot;
      if (this.#bind(term, "value")) {
        return (v, m) => {
          m.bindings[slot] = v;
          return true;
        };
      }
      return (v, m) => m.bindings[slot] === v;
    }
    if (term instanceof OpPattern) {
      const matches = this.op(term);
      const index = term.resultIndex;
      return (v, m) => {
        const op = v.definingOp;
        return op !== undefined && op.results[index] === v && matches(op, m);
      };
    }
    if (term instanceof ConstantTerm) return this.#constant(term);
    if (term instanceof OneUse) {
      const matches = this.value(term.term);
      return (v, m) => v.hasOneUse && matches(v, m);
    }
    if (term instanceof Typed) {
      const matches = this.value(term.term);
      const like = term.like;
      if (!this.#bound.has(like)) {
        throw new Error(`the type of ${like.name} is asked for before ${like.name} is matched`);
      }
      return (v, m) => v.type === m.type(like) && matches(v, m);
    }
    throw new Error(`${term.toString()} cannot stand for an operand on the left side of a rule`);
  }

  #constant(term: ConstantTerm): ValueMatcher {
    const content = term.content;
    if (term.typeOf !== undefined) {
      throw new Error("a constant on the left side takes its type from the IR");
    }
    if (content === undefined) return (v) => constantValueOf(v) !== undefined;
    if (typeof content === "number" || typeof content === "bigint") {
      return (v) => {
        const a = constantValueOf(v);
        return a !== undefined && isNumber(a, content);
      };
    }
    const matches = this.#attr(content);
    return (v, m) => {
      const a = constantValueOf(v);
      return a !== undefined && matches(a, m);
    };
  }

  #attr(pattern: Term | Attribute | boolean | null): AttrMatcher {
    if (pattern instanceof Attribute) return (a) => a === pattern;
    if (pattern === null || pattern === false) return (a) => a === undefined;
    if (pattern === true) return (a) => a === UnitAttr.instance;
    if (pattern instanceof Hole) {
      const slot = pattern.slot;
      if (this.#bind(pattern, "attribute")) {
        return (a, m) => {
          m.bindings[slot] = a;
          return a !== undefined;
        };
      }
      return (a, m) => a !== undefined && m.bindings[slot] === a;
    }
    if (pattern instanceof ConstantTerm) {
      const n = pattern.content;
      if (typeof n === "number" || typeof n === "bigint") {
        return (a) => a !== undefined && isNumber(a, n);
      }
    }
    const what = pattern instanceof Computed ? "a computed attribute" : pattern.toString();
    throw new Error(`${what} cannot stand for an attribute on the left side of a rule`);
  }
}
