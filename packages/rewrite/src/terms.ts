/**
 * The terms of rules besides operation patterns: variables, constants, conditions.
 *
 * Invariant: terms are data; a hole is identified by its slot in the bindings of its rule.
 */
import {
  type Attribute,
  attributeType,
  canonicalInteger,
  constantAttr,
  DenseElementsAttr,
  FloatAttr,
  IntegerAttr,
  type Operation,
  Term,
  type Type,
  Value,
} from "@strata/ir";

/** A variable of a rule; stands for a value or, inside a constant or attribute, an attribute. */
export class Hole extends Term {
  readonly name: string;
  readonly slot: number;

  constructor(name: string, slot: number) {
    super();
    this.name = name;
    this.slot = slot;
  }

  toString(): string {
    return this.name;
  }
}

/** What the holes of a rule stand for at one place of the IR. */
export class Match {
  readonly bindings: (Value | Attribute | undefined)[];
  #root: Operation | undefined;

  constructor(holes: number) {
    this.bindings = new Array<undefined>(holes).fill(undefined);
  }

  /** The matched root operation. */
  get op(): Operation {
    if (this.#root === undefined) throw new Error("nothing is matched");
    return this.#root;
  }

  /** Starts over at another root; a matcher binds a hole before it reads it. */
  reset(root: Operation): void {
    this.#root = root;
  }

  /** The value of a hole in an operand position. */
  value(hole: Hole): Value {
    const v = this.bindings[hole.slot];
    if (!(v instanceof Value)) throw new Error(`the hole ${hole.name} stands for no value`);
    return v;
  }

  /** The attribute of a hole in a constant or an attribute position. */
  attr(hole: Hole): Attribute {
    const a = this.bindings[hole.slot];
    if (a === undefined || a instanceof Value) {
      throw new Error(`the hole ${hole.name} stands for no attribute`);
    }
    return a;
  }

  /** The integer of an attribute hole, splats included; undefined when it is none. */
  integer(hole: Hole): bigint | undefined {
    return integerOf(this.attr(hole));
  }

  /** The type of a value, or of a typed attribute. */
  type(hole: Hole): Type {
    const b = this.bindings[hole.slot];
    const t = b === undefined || b instanceof Value ? b?.type : attributeType(b);
    if (t === undefined)
      throw new Error(`the hole ${hole.name} stands for nothing that has a type`);
    return t;
  }

  /** A constant attribute `n` of the type of a hole, splat for shaped types. */
  like(hole: Hole, n: number | bigint): Attribute {
    return constantAttr(this.type(hole), n);
  }
}

/** The integer an attribute stands for; splats count as their element. */
export function integerOf(a: Attribute): bigint | undefined {
  if (a instanceof IntegerAttr) return a.value;
  if (a instanceof DenseElementsAttr && a.isSplat) {
    const e = a.elements[0];
    return e instanceof IntegerAttr ? e.value : undefined;
  }
  return undefined;
}

/** Whether a constant is the number `n` of its type: of floats -0 is not 0; -1 is all ones. */
export function isNumber(a: Attribute, n: number | bigint): boolean {
  if (a instanceof IntegerAttr) {
    if (typeof n === "number" && !Number.isInteger(n)) return false;
    return a.value === canonicalInteger(BigInt(n), a.type);
  }
  if (a instanceof FloatAttr) return Object.is(a.value, Number(n));
  return a instanceof DenseElementsAttr && a.isSplat && isNumber(a.elements[0]!, n);
}

/** An attribute computed from a match; undefined: the rule does not apply. Right side only. */
export class Computed extends Term {
  readonly text: string;
  readonly compute: (match: Match) => Attribute | undefined;

  constructor(text: string, compute: (match: Match) => Attribute | undefined) {
    super();
    this.text = text;
    this.compute = compute;
  }

  toString(): string {
    return this.text;
  }
}

/** A constant: any, a number, a captured or a computed attribute. */
export class ConstantTerm extends Term {
  readonly content: number | bigint | Attribute | Hole | Computed | undefined;
  /** On the right side: the value whose type the constant has. */
  readonly typeOf: Hole | undefined;

  constructor(content: ConstantTerm["content"], typeOf: Hole | undefined) {
    super();
    this.content = content;
    this.typeOf = typeOf;
  }

  toString(): string {
    if (this.content === undefined) return "constant";
    return Object.is(this.content, -0) ? "-0" : String(this.content);
  }
}

/** A value that has exactly one use. Left side only. */
export class OneUse extends Term {
  readonly term: Term;

  constructor(term: Term) {
    super();
    this.term = term;
  }

  toString(): string {
    return `oneUse(${this.term.toString()})`;
  }
}

/** A value of the type of another one: checked on the left, given on the right. */
export class Typed extends Term {
  readonly term: Term;
  readonly like: Hole;

  constructor(term: Term, like: Hole) {
    super();
    this.term = term;
    this.like = like;
  }

  toString(): string {
    return `${this.term.toString()} : type(${this.like.name})`;
  }
}

/** A condition on what is matched. */
export class Condition {
  readonly text: string;
  readonly holds: (match: Match) => boolean;

  constructor(text: string, holds: (match: Match) => boolean) {
    this.text = text;
    this.holds = holds;
  }
}

/**
 * A constant. Left: any (nothing given), a number, an attribute, or any captured by a hole. Right:
 * a number, an attribute, a captured or a computed one; a number has the type of `typeOf`, or of
 * the replaced result.
 */
export function constant(content?: ConstantTerm["content"], typeOf?: Hole): ConstantTerm {
  return new ConstantTerm(content, typeOf);
}

/** The constant 0; for floats +0.0. */
export const zero: ConstantTerm = constant(0);
/** The constant 1. */
export const one: ConstantTerm = constant(1);
/** The constant with all bits set, -1; for floats -1.0. */
export const minusOne: ConstantTerm = constant(-1);

/** An attribute computed on the right side; `text` is how the equation shows it. */
export function computed(text: string, compute: (match: Match) => Attribute | undefined): Computed {
  return new Computed(text, compute);
}

/** A term whose value has exactly one use. */
export function oneUse(term: Term): OneUse {
  return new OneUse(term);
}

/** A term of the type of another value. */
export function typed(term: Term, like: Hole): Typed {
  return new Typed(term, like);
}

/** A condition of a rule; `text` is how the equation shows it. */
export function when(text: string, holds: (match: Match) => boolean): Condition {
  return new Condition(text, holds);
}
