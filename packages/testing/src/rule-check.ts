/**
 * Tests rules and folds by themselves: random instances of the left side are interpreted before and
 * after the rewrite.
 */
import { arith } from "@strata/arith";
import {
  Block,
  cloneOp,
  Mapping,
  type ModuleOp,
  type OpDefinition,
  type Operation,
  OpPattern,
  type Type,
  Value,
  VectorType,
} from "@strata/ir";
import { foldFor, materializeConstant, Rewriter, type Rule } from "@strata/rewrite";
import { Random } from "@strata/support";
import { expectEquivalent, functionOf } from "./equivalence.ts";
import { InstanceBuilder } from "./instances.ts";
import { randomConstant } from "./random-values.ts";

/** How much a check did. */
export interface CheckReport {
  /** Instances that the rewrite applied to. */
  readonly applied: number;
  /** Inputs on which both versions were compared. */
  readonly compared: number;
}

/** What a check works with. */
export interface CheckOptions {
  readonly seed: number;
  /** Element types that open places may have. */
  readonly types: readonly Type[];
  /** Instances that the rewrite is to apply to; 50 by default. */
  readonly instances?: number;
  /** Random instances tried for each of those at most; 40 by default. */
  readonly attempts?: number;
  /** For folds: ops whose results may be operands, besides constants and arguments. */
  readonly producers?: readonly OpDefinition[];
  /** Inputs for each instance that the rewrite applies to; 8 by default. */
  readonly inputs?: number;
}

/** Whether a check goes on: not yet enough instances, and attempts left. */
function goesOn(options: CheckOptions, attempts: number, applied: number): boolean {
  const wanted = options.instances ?? 50;
  return applied < wanted && attempts < wanted * (options.attempts ?? 40);
}

/** Scalars two times out of three, else vectors of them. */
function shapesOf(types: readonly Type[], random: Random): readonly Type[] {
  return random.boolean(2 / 3) ? types : types.map((t) => VectorType.get([3], t));
}

interface Instance {
  readonly module: ModuleOp;
  readonly root: Operation;
}

/** A function around one random operation that fits a pattern. */
function tryInstance(
  p: OpPattern,
  random: Random,
  types: readonly Type[],
  source: (block: Block, builder: () => InstanceBuilder) => (type: Type) => Value,
): Instance | undefined {
  const block = new Block();
  const builder: InstanceBuilder = new InstanceBuilder(
    block,
    random,
    shapesOf(types, random),
    source(block, () => builder),
  );
  const root = builder.tryOp(p);
  if (root === undefined) return undefined;
  return { module: functionOf(block, root.results), root };
}

/** A copy of an instance, and the copy of its root. */
function copyOf({ module, root }: Instance): Instance {
  const mapping = new Mapping();
  const copy = cloneOp(module, mapping);
  const result = root.results[0];
  const def = result === undefined ? undefined : mapping.value(result).definingOp;
  if (def === undefined) throw new Error(`${root.name} has no result to find its copy by`);
  return { module: copy, root: def };
}

/** Applies a rule to random instances of its left side and interprets before and after. */
export function checkRule(rule: Rule, options: CheckOptions): CheckReport {
  const random = new Random(options.seed);
  let applied = 0;
  let compared = 0;
  for (let i = 0; goesOn(options, i, applied); i++) {
    const instance = tryInstance(
      rule.left,
      random,
      options.types,
      (block) => (type) => block.addArgument(type),
    );
    if (instance === undefined) continue;
    const after = copyOf(instance);
    if (!rule.apply(after.root, Rewriter.at(after.root))) continue;
    applied++;
    compared += expectEquivalent(
      instance.module,
      after.module,
      random,
      options.inputs ?? 8,
      rule.toString(),
    );
  }
  return { applied, compared };
}

/** Operands of folds: constants, arguments, values there already, results of producers. */
function mixedSource(random: Random, producers: readonly OpDefinition[]) {
  return (block: Block, builder: () => InstanceBuilder) => {
    return (type: Type): Value => {
      const known: Value[] = [...block.args, ...[...block.ops()].flatMap((op) => op.results)];
      const same = known.filter((v) => v.type === type);
      if (same.length > 0 && random.boolean(0.35)) return random.pick(same);
      if (producers.length > 0 && random.boolean(0.25)) {
        const made = builder().tryOp(OpPattern.of(random.pick(producers), {}), type);
        if (made?.results[0]?.type === type) return made.results[0];
      }
      if (random.boolean(0.7)) return builder().constant(randomConstant(type, random));
      return block.addArgument(type);
    };
  };
}

/** Folds random instances of an op kind, or of a pattern, and interprets before and after. */
export function checkFold(what: OpDefinition | OpPattern, options: CheckOptions): CheckReport {
  const any = what instanceof OpPattern ? what : OpPattern.of(what, {});
  const { definition } = any;
  const fold = foldFor(definition);
  if (fold === undefined) throw new Error(`${definition.name} has no fold`);
  const random = new Random(options.seed);
  let applied = 0;
  let compared = 0;
  const source = mixedSource(random, options.producers ?? []);
  for (let i = 0; goesOn(options, i, applied); i++) {
    const instance = tryInstance(any, random, options.types, source);
    if (instance === undefined) continue;
    const after = copyOf(instance);
    const folded = fold(after.root);
    if (folded === undefined || folded.length === 0) continue;
    applied++;
    const rewriter = Rewriter.at(after.root);
    const values = folded.map((f, k) => {
      if (f instanceof Value) return f;
      const made = materializeConstant(after.root, f, after.root.results[k]!.type, [arith]);
      if (made === undefined) throw new Error(`no constant ${f.toString()} can be made`);
      return rewriter.insert(made).results[0]!;
    });
    rewriter.replaceOp(after.root, values);
    compared += expectEquivalent(
      instance.module,
      after.module,
      random,
      options.inputs ?? 8,
      `fold of ${definition.name}`,
    );
  }
  return { applied, compared };
}
