/**
 * Constraints on types. They check, they describe themselves in errors and documentation, and those
 * that determine a type infer it, so that text forms and builders need not state it.
 */
import {
  elementTypeOf,
  FloatType,
  type FloatFormat,
  FunctionType,
  IndexType,
  IntegerType,
  MemRefType,
  RankedTensorType,
  ShapedType,
  UnrankedMemRefType,
  UnrankedTensorType,
  VectorType,
} from "./builtin-types.ts";
import type { Type } from "./type.ts";

/** What the type variables of one operation stand for while it is checked or built. */
export class Bindings {
  readonly #vars: TypeVar[] = [];
  readonly #types: Type[] = [];

  get(v: TypeVar): Type | undefined {
    const i = this.#vars.indexOf(v);
    return i < 0 ? undefined : this.#types[i];
  }

  bind(v: TypeVar, type: Type): void {
    this.#vars.push(v);
    this.#types.push(type);
  }
}

/** A set of types. `T` is what accessors of operands with this constraint return. */
export abstract class TypeConstraint<T extends Type = Type> {
  declare readonly $type: T;
  /** As in "operand must be SUMMARY". */
  abstract readonly summary: string;

  abstract check(type: Type, bindings: Bindings): boolean;

  /** The only type that satisfies the constraint under the bindings, if it is known. */
  infer(_bindings: Bindings): Type | undefined {
    return undefined;
  }
}

class PredicateConstraint<T extends Type> extends TypeConstraint<T> {
  readonly summary: string;
  readonly #holds: (type: Type) => boolean;

  constructor(summary: string, holds: (type: Type) => boolean) {
    super();
    this.summary = summary;
    this.#holds = holds;
  }

  check(type: Type): boolean {
    return this.#holds(type);
  }
}

/** Types for which a predicate holds. */
export function typeWhere<T extends Type = Type>(
  summary: string,
  holds: (type: Type) => boolean,
): TypeConstraint<T> {
  return new PredicateConstraint<T>(summary, holds);
}

class ExactConstraint<T extends Type> extends TypeConstraint<T> {
  readonly #type: T;

  constructor(type: T) {
    super();
    this.#type = type;
  }

  get summary(): string {
    return `\`${this.#type.toString()}\``;
  }

  check(type: Type): boolean {
    return type === this.#type;
  }

  override infer(): Type {
    return this.#type;
  }
}

/** Exactly one type; needs not be written in text forms. */
export function exactly<T extends Type>(type: T): TypeConstraint<T> {
  return new ExactConstraint(type);
}

class UnionConstraint<T extends Type> extends TypeConstraint<T> {
  readonly #members: readonly TypeConstraint[];

  constructor(members: readonly TypeConstraint[]) {
    super();
    this.#members = members;
  }

  get summary(): string {
    return this.#members.map((m) => m.summary).join(" or ");
  }

  check(type: Type, bindings: Bindings): boolean {
    return this.#members.some((m) => m.check(type, bindings));
  }
}

/** Types that satisfy one of several constraints. */
export function anyOf<C extends readonly TypeConstraint[]>(
  ...members: C
): TypeConstraint<C[number]["$type"]> {
  return new UnionConstraint<C[number]["$type"]>(members);
}

/** A variable: every operand or result constrained by the same variable has the same type. */
export class TypeVar<T extends Type = Type> extends TypeConstraint<T> {
  readonly name: string;
  readonly base: TypeConstraint<T>;

  constructor(name: string, base: TypeConstraint<T>) {
    super();
    this.name = name;
    this.base = base;
  }

  get summary(): string {
    return this.base.summary;
  }

  check(type: Type, bindings: Bindings): boolean {
    const bound = bindings.get(this);
    if (bound !== undefined) return bound === type;
    if (!this.base.check(type, bindings)) return false;
    bindings.bind(this, type);
    return true;
  }

  override infer(bindings: Bindings): Type | undefined {
    return bindings.get(this) ?? this.base.infer(bindings);
  }
}

/** A type variable with the constraint its types satisfy. */
export function typeVar<T extends Type>(name: string, base: TypeConstraint<T>): TypeVar<T> {
  return new TypeVar(name, base);
}

class DerivedConstraint<T extends Type> extends TypeConstraint<T> {
  readonly summary: string;
  readonly #from: TypeVar;
  readonly #derive: (type: Type) => Type | undefined;

  constructor(summary: string, from: TypeVar, derive: (type: Type) => Type | undefined) {
    super();
    this.summary = summary;
    this.#from = from;
    this.#derive = derive;
  }

  check(type: Type, bindings: Bindings): boolean {
    const from = bindings.get(this.#from);
    return from !== undefined && this.#derive(from) === type;
  }

  override infer(bindings: Bindings): Type | undefined {
    const from = this.#from.infer(bindings);
    return from === undefined ? undefined : this.#derive(from);
  }
}

/**
 * The type computed from a variable's, e.g. the element type of a vector. Checked after everything
 * that binds the variable.
 */
export function derived<F extends Type, T extends Type = Type>(
  summary: string,
  from: TypeVar<F>,
  derive: (type: F) => T | undefined,
): TypeConstraint<T> {
  return new DerivedConstraint<T>(summary, from, derive as (type: Type) => T | undefined);
}

/** The element type of what a variable stands for. */
export function elementOf(from: TypeVar): TypeConstraint {
  return derived(`the element type of ${from.name}`, from, elementTypeOf);
}

export const AnyType: TypeConstraint = typeWhere("any type", () => true);

export const Index: TypeConstraint<IndexType> = exactly(IndexType.instance);

/** Exactly iN. */
export function I(width: number): TypeConstraint<IntegerType> {
  return exactly(IntegerType.get(width));
}

/** Exactly one float format. */
export function F(format: FloatFormat): TypeConstraint<FloatType> {
  return exactly(FloatType.get(format));
}

export const I1: TypeConstraint<IntegerType> = I(1);

export const AnySignlessInteger: TypeConstraint<IntegerType> = typeWhere(
  "signless integer",
  (t) => t instanceof IntegerType && t.signedness === "signless",
);

export const AnyInteger: TypeConstraint<IntegerType> = typeWhere(
  "integer",
  (t) => t instanceof IntegerType,
);

export const AnyFloat: TypeConstraint<FloatType> = typeWhere(
  "floating-point",
  (t) => t instanceof FloatType,
);

const isSignlessOrIndex = (t: Type): boolean =>
  t instanceof IndexType || (t instanceof IntegerType && t.signedness === "signless");

/** A scalar satisfying `holds`, or a vector or tensor of such. */
function like(summary: string, holds: (t: Type) => boolean): TypeConstraint {
  return typeWhere(summary, (t) => {
    if (t instanceof MemRefType || t instanceof UnrankedMemRefType) return false;
    return holds(elementTypeOf(t));
  });
}

export const SignlessIntegerOrIndexLike: TypeConstraint = like(
  "signless-integer-like",
  isSignlessOrIndex,
);
export const SignlessIntegerLike: TypeConstraint = like(
  "signless-integer-like without index",
  (t) => t instanceof IntegerType && t.signedness === "signless",
);
export const FloatLike: TypeConstraint = like("floating-point-like", (t) => t instanceof FloatType);
export const BoolLike: TypeConstraint = like("bool-like", (t) => t === IntegerType.get(1));
export const AnyScalar: TypeConstraint<IntegerType | IndexType | FloatType> = typeWhere(
  "integer, index or floating-point",
  (t) => t instanceof IntegerType || t instanceof IndexType || t instanceof FloatType,
);

export const AnyShaped: TypeConstraint<ShapedType> = typeWhere(
  "vector, tensor or memref",
  (t) => t instanceof ShapedType,
);
export const AnyVector: TypeConstraint<VectorType> = typeWhere(
  "vector",
  (t) => t instanceof VectorType,
);
export const AnyRankedTensor: TypeConstraint<RankedTensorType> = typeWhere(
  "ranked tensor",
  (t) => t instanceof RankedTensorType,
);
export const AnyTensor: TypeConstraint<RankedTensorType | UnrankedTensorType> = typeWhere(
  "tensor",
  (t) => t instanceof RankedTensorType || t instanceof UnrankedTensorType,
);
export const AnyMemRef: TypeConstraint<MemRefType> = typeWhere(
  "ranked memref",
  (t) => t instanceof MemRefType,
);
export const AnyRankedOrUnrankedMemRef: TypeConstraint<MemRefType | UnrankedMemRefType> = typeWhere(
  "memref",
  (t) => t instanceof MemRefType || t instanceof UnrankedMemRefType,
);
export const AnyFunctionType: TypeConstraint<FunctionType> = typeWhere(
  "function type",
  (t) => t instanceof FunctionType,
);
