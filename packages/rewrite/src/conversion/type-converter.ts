/**
 * Type converters: what each type becomes, one or several types, and how values get from one form
 * to the other where both meet.
 */
import { FunctionType, type Operation, type Type, type Value } from "@strata/ir";
import type { Rewriter } from "../rewriter.ts";

/** One type, several (none: the value vanishes), null: not convertible, undefined: ask another. */
export type ConvertedType = Type | readonly Type[] | null | undefined;

/** Makes values of `types` from `inputs`, at the rewriter's place; undefined: ask another. */
export type Materialization = (
  rewriter: Rewriter,
  types: readonly Type[],
  inputs: readonly Value[],
) => readonly Value[] | undefined;

type TypeClass<T extends Type> = Function & { readonly prototype: T };

/** Converts types; conversions added later are asked first. */
export class TypeConverter {
  readonly #conversions: ((type: Type) => ConvertedType)[] = [];
  readonly #source: Materialization[] = [];
  readonly #target: Materialization[] = [];
  readonly #known = new Map<Type, readonly Type[] | null>();

  /** Adds a conversion of any type. */
  add(convert: (type: Type) => ConvertedType): this {
    this.#conversions.unshift(convert);
    this.#known.clear();
    return this;
  }

  /** Adds a conversion of the types of one class. */
  addFor<T extends Type>(cls: TypeClass<T>, convert: (type: T) => ConvertedType): this {
    return this.add((type) => (type instanceof cls ? convert(type as T) : undefined));
  }

  /** Keeps types that nothing else converts. */
  static keeping(): TypeConverter {
    return new TypeConverter().add((type) => type);
  }

  /** How values of the original type are made from converted ones. */
  addSourceMaterialization(materialize: Materialization): this {
    this.#source.unshift(materialize);
    return this;
  }

  /** How values of converted types are made from original ones. */
  addTargetMaterialization(materialize: Materialization): this {
    this.#target.unshift(materialize);
    return this;
  }

  /** What a type becomes; undefined when it cannot be converted. */
  convert(type: Type): readonly Type[] | undefined {
    let found = this.#known.get(type);
    if (found === undefined) this.#known.set(type, (found = this.#ask(type)));
    return found ?? undefined;
  }

  #ask(type: Type): readonly Type[] | null {
    for (const f of this.#conversions) {
      const t = f(type);
      if (t === null) return null;
      if (t !== undefined) return isOne(t) ? [t] : t;
    }
    return null;
  }

  /** The one type that a type becomes; undefined when there is not exactly one. */
  convertOne(type: Type): Type | undefined {
    const types = this.convert(type);
    return types?.length === 1 ? types[0] : undefined;
  }

  /** What several types become, in one list; undefined when one cannot be converted. */
  convertAll(types: readonly Type[]): Type[] | undefined {
    const out: Type[] = [];
    for (const t of types) {
      const converted = this.convert(t);
      if (converted === undefined) return undefined;
      out.push(...converted);
    }
    return out;
  }

  /** A function type with inputs and results converted. */
  convertFunction(type: FunctionType): FunctionType | undefined {
    const inputs = this.convertAll(type.inputs);
    const results = this.convertAll(type.results);
    return inputs && results && FunctionType.get(inputs, results);
  }

  /** Whether a type becomes itself. */
  isLegal(type: Type): boolean {
    return this.convertOne(type) === type;
  }

  /** Whether all operands, results and block arguments of an operation have legal types. */
  isLegalOp(op: Operation): boolean {
    for (const u of op.operandUses) if (!this.isLegal(u.value.type)) return false;
    for (const r of op.results) if (!this.isLegal(r.type)) return false;
    for (const region of op.regions) {
      for (const block of region.blocks()) {
        if (!block.args.every((a) => this.isLegal(a.type))) return false;
      }
    }
    return true;
  }

  /** Whether a function type becomes itself. */
  isLegalFunction(type: FunctionType): boolean {
    return [...type.inputs, ...type.results].every((t) => this.isLegal(t));
  }

  /** Asks the materializations; undefined: use a cast. */
  materialize(
    kind: "source" | "target",
    rewriter: Rewriter,
    types: readonly Type[],
    inputs: readonly Value[],
  ): readonly Value[] | undefined {
    for (const f of kind === "source" ? this.#source : this.#target) {
      const values = f(rewriter, types, inputs);
      if (values === undefined) continue;
      const fits = values.length === types.length && values.every((v, i) => v.type === types[i]);
      if (fits) return values;
      throw new Error(`a ${kind} materialization has not made ${types.join(", ")}`);
    }
    return undefined;
  }
}

function isOne(t: Type | readonly Type[]): t is Type {
  return !Array.isArray(t);
}

/** What the arguments of a block become. */
export class SignatureConversion {
  /** Types of the new arguments, in order. */
  readonly types: Type[] = [];
  /** Per original argument: where its new ones start and how many there are, or its values. */
  readonly inputs: ({ start: number; count: number } | { values: readonly Value[] } | undefined)[];

  constructor(count: number) {
    this.inputs = new Array<undefined>(count).fill(undefined);
  }

  /** Argument `index` becomes arguments of these types. */
  map(index: number, types: readonly Type[]): this {
    this.inputs[index] = { start: this.types.length, count: types.length };
    this.types.push(...types);
    return this;
  }

  /** Argument `index` goes; its uses read values that are there already. */
  replace(index: number, values: readonly Value[]): this {
    this.inputs[index] = { values };
    return this;
  }

  /** Adds arguments that stand for no original one. */
  append(types: readonly Type[]): this {
    this.types.push(...types);
    return this;
  }

  /** The conversion of each type on its own; undefined when one cannot be converted. */
  static of(types: readonly Type[], converter: TypeConverter): SignatureConversion | undefined {
    const s = new SignatureConversion(types.length);
    for (let i = 0; i < types.length; i++) {
      const converted = converter.convert(types[i]!);
      if (converted === undefined) return undefined;
      s.map(i, converted);
    }
    return s;
  }
}
