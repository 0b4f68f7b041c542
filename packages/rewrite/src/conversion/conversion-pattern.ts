/** Patterns of conversions: they get their operands in converted form. */
import {
  BranchInterface,
  type OpDefinition,
  Operation,
  type OperationParts,
  type Value,
} from "@strata/ir";
import type { PatternOptions, RewritePattern } from "../pattern.ts";
import { ConversionRewriter } from "./conversion-rewriter.ts";
import type { TypeConverter } from "./type-converter.ts";

type Adapted<V> = V extends Value ? Value : V extends Value[] ? Value[] : V;

/**
 * An operation with its operands in converted form. Declared operands are read by name; everything
 * else declared is the operation's own.
 */
export type Adaptor<O extends Operation> = {
  readonly [K in Exclude<keyof O, keyof Operation>]: Adapted<O[K]>;
} & ConvertedOperands;

/** The converted operands by position. */
export interface ConvertedOperands {
  /** One value for each operand; an error where one became several. */
  readonly operands: readonly Value[];
  /** Per operand the values it became. */
  readonly convertedOperands: readonly (readonly Value[])[];
}

/** What may be given besides name, op and function. */
export interface ConversionPatternOptions extends PatternOptions {
  /** Converts the operands; without it they come as what they were replaced by last. */
  readonly converter?: TypeConverter;
}

type RootClass<O extends Operation> = (new (parts: OperationParts) => O) & {
  readonly definition: OpDefinition;
};

/**
 * A conversion of one op class. The rewriter inserts in front of the operation; the pattern
 * replaces or erases it, or changes it so that it becomes legal. `return rewriter.fail("…")` says why not.
 */
export function conversionPattern<O extends Operation>(
  name: string,
  root: RootClass<O> | readonly RootClass<O>[],
  convert: (op: O, adaptor: Adaptor<O>, rewriter: ConversionRewriter) => boolean | void,
  options: ConversionPatternOptions = {},
): RewritePattern {
  const list: readonly RootClass<O>[] = typeof root === "function" ? [root] : root;
  return {
    name,
    doc: options.doc ?? "",
    roots: list.map((c) => c.definition),
    benefit: options.benefit ?? 1,
    apply(op, rewriter) {
      if (!(rewriter instanceof ConversionRewriter)) {
        throw new Error(`the pattern \`${name}\` runs in conversions only`);
      }
      const outer = rewriter.converter;
      rewriter.converter = options.converter ?? outer;
      try {
        const operands = convertOperands(op, rewriter);
        if (operands === undefined) return false;
        const adaptor = new (adaptorClassFor(op))(op, operands);
        const before = rewriter.changes;
        const answer = convert(op as O, adaptor as Adaptor<O>, rewriter);
        return answer ?? rewriter.changes !== before;
      } finally {
        rewriter.converter = outer;
      }
    },
  };
}

function convertOperands(op: Operation, rewriter: ConversionRewriter): Value[][] | undefined {
  const out: Value[][] = [];
  for (const { value } of op.operandUses) {
    const values = rewriter.converted(value);
    if (values === undefined) {
      rewriter.fail(`the operand type \`${value.type.toString()}\` cannot be converted`);
      return undefined;
    }
    out.push([...values]);
  }
  return out;
}

/** What adaptors consist of; the getters of an op class are added in a subclass for it. */
class AdaptorBase implements ConvertedOperands {
  readonly op: Operation;
  readonly convertedOperands: readonly (readonly Value[])[];

  constructor(op: Operation, operands: readonly (readonly Value[])[]) {
    this.op = op;
    this.convertedOperands = operands;
  }

  get operands(): readonly Value[] {
    return this.convertedOperands.map((_, i) => this.one(i));
  }

  one(i: number): Value {
    const values = this.convertedOperands[i]!;
    if (values.length === 1) return values[0]!;
    throw new Error(`operand ${i} of ${this.op.name} became ${values.length} values`);
  }
}

type AdaptorClass = new (
  op: Operation,
  operands: readonly (readonly Value[])[],
) => ConvertedOperands;

const adaptorClasses = new Map<OpDefinition, AdaptorClass>();

/** The adaptors of an op kind: its operands converted, all its other accessors as they are. */
function adaptorClassFor(op: Operation): AdaptorClass {
  const { definition } = op;
  let made = adaptorClasses.get(definition);
  if (made !== undefined) return made;
  class OpAdaptor extends AdaptorBase {}
  const add = (name: string, get: (this: AdaptorBase) => unknown): void => {
    Object.defineProperty(OpAdaptor.prototype, name, { get, configurable: true });
  };
  for (let proto: object = Object.getPrototypeOf(op); proto !== Operation.prototype;) {
    for (const name of Object.getOwnPropertyNames(proto)) {
      if (name in Operation.prototype || name in OpAdaptor.prototype) continue;
      add(name, function () {
        const member: unknown = Reflect.get(this.op, name);
        return typeof member === "function" ? member.bind(this.op) : member;
      });
    }
    proto = Object.getPrototypeOf(proto);
  }
  definition.operandGroups.forEach((g, k) => {
    add(g.name, function () {
      const start = definition.operandStart(this.op, k);
      const length = definition.operandLength(this.op, k);
      if (g.multiplicity !== "variadic") return length === 0 ? undefined : this.one(start);
      return this.convertedOperands.slice(start, start + length).flat();
    });
  });
  made = OpAdaptor;
  adaptorClasses.set(definition, made);
  return made;
}

/**
 * Passes converted values from any terminator to its successors, whose arguments `convertRegion`
 * converts. Such a terminator is legal when `isLegalBranch` says so.
 */
export function branchConversion(converter: TypeConverter): RewritePattern {
  return {
    name: "convert-branch",
    doc: "Passes converted values to successors.",
    roots: "any",
    benefit: 0,
    apply(op, rewriter) {
      const branching = BranchInterface.of(op);
      if (branching === undefined) return rewriter.fail("it is no branch");
      if (!(rewriter instanceof ConversionRewriter)) return false;
      const outer = rewriter.converter;
      rewriter.converter = converter;
      try {
        const passed = op.successors.map((_, i) =>
          branching.successorOperands(op, i).map((v) => rewriter.converted(v)),
        );
        if (passed.some((list) => list.includes(undefined))) {
          return rewriter.fail("the type of a passed value cannot be converted");
        }
        rewriter.modifyInPlace(op, () =>
          passed.forEach((list, i) =>
            branching.setSuccessorOperands(
              op,
              i,
              list.flatMap((values) => values ?? []),
            ),
          ),
        );
        return true;
      } finally {
        rewriter.converter = outer;
      }
    },
  };
}

/** Whether a terminator passes values of legal types only; true for what is no branch. */
export function isLegalBranch(op: Operation, converter: TypeConverter): boolean {
  const branching = BranchInterface.of(op);
  if (branching === undefined) return true;
  return op.successors.every((_, i) =>
    branching.successorOperands(op, i).every((v) => converter.isLegal(v.type)),
  );
}
