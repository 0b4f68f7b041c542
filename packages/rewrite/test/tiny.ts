/** A tiny dialect of i64 arithmetic, memory, branches and a loop, with folds and an evaluator. */
import {
  AnyAttr,
  AnyType,
  attr,
  type Attribute,
  type Block,
  BranchInterface,
  builtin,
  Commutative,
  ConstantLike,
  Context,
  constantAttr,
  defineDialect,
  defineOp,
  type Dialect,
  foldOf,
  I1,
  I64Attr,
  IntegerAttr,
  Idempotent,
  Involution,
  IsolatedFromAbove,
  IsTerminator,
  MemoryEffectsInterface,
  operand,
  type Operation,
  Pure,
  RecursiveMemoryEffects,
  region,
  result,
  SameOperandsAndResultType,
  successor,
  typeVar,
  type Value,
  variadic,
  variadicResult,
} from "@strata/ir";

const T = typeVar("T", AnyType);

export class FuncOp extends defineOp("t.func", {
  regions: { body: region() },
  traits: [IsolatedFromAbove],
}) {}

export class ReturnOp extends defineOp("t.return", {
  operands: { inputs: variadic(AnyType) },
  traits: [IsTerminator],
  assembly: "($inputs^ `:` type($inputs))? attr-dict",
}) {}

export class ConstOp extends defineOp("t.const", {
  attributes: { value: attr(AnyAttr) },
  results: { result: result(T) },
  traits: [Pure, ConstantLike],
}) {}

const binary = {
  operands: { lhs: operand(T), rhs: operand(T) },
  results: { result: result(T) },
  assembly: "$lhs `,` $rhs attr-dict `:` type($result)",
} as const;

export class AddOp extends defineOp("t.add", {
  ...binary,
  traits: [Pure, Commutative, SameOperandsAndResultType],
}) {}
export class SubOp extends defineOp("t.sub", {
  ...binary,
  traits: [Pure, SameOperandsAndResultType],
}) {}
export class MulOp extends defineOp("t.mul", {
  ...binary,
  traits: [Pure, Commutative, SameOperandsAndResultType],
}) {}
export class OrOp extends defineOp("t.or", {
  ...binary,
  traits: [Pure, Commutative, Idempotent, SameOperandsAndResultType],
}) {}
export class NegOp extends defineOp("t.neg", {
  operands: { input: operand(T) },
  results: { result: result(T) },
  traits: [Pure, Involution, SameOperandsAndResultType],
  assembly: "$input attr-dict `:` type($result)",
}) {}
export class ZeroTestOp extends defineOp("t.is_zero", {
  operands: { input: operand(AnyType) },
  results: { result: result(I1) },
  traits: [Pure],
}) {}
/** Any number in, the same out; not folded. */
export class TupleOp extends defineOp("t.tuple", {
  operands: { inputs: variadic(AnyType) },
  results: { outputs: variadicResult(AnyType) },
  traits: [Pure],
}) {}

export class LoadOp extends defineOp("t.load", {
  attributes: { cell: attr(I64Attr) },
  results: { result: result(AnyType) },
}) {}
export class StoreOp extends defineOp("t.store", {
  operands: { value: operand(AnyType) },
  attributes: { cell: attr(I64Attr) },
}) {}
/** Effects unknown. */
export class OpaqueOp extends defineOp("t.opaque", {
  operands: { inputs: variadic(AnyType) },
  results: { outputs: variadicResult(AnyType) },
}) {}

export class BrOp extends defineOp("t.br", {
  operands: { inputs: variadic(AnyType) },
  successors: { dest: successor() },
  traits: [Pure, IsTerminator],
}) {}
export class CondBrOp extends defineOp("t.cond_br", {
  operands: {
    condition: operand(I1),
    trueInputs: variadic(AnyType),
    falseInputs: variadic(AnyType),
  },
  successors: { trueDest: successor(), falseDest: successor() },
  traits: [Pure, IsTerminator],
}) {}

/** Runs its body, which yields the results, once. */
export class ScopeOp extends defineOp("t.scope", {
  results: { outputs: variadicResult(AnyType) },
  regions: { body: region({ singleBlock: true }) },
  traits: [RecursiveMemoryEffects],
}) {}

function int(a: Attribute | undefined): bigint | undefined {
  return a instanceof IntegerAttr ? a.value : undefined;
}

type Two = (a: bigint, b: bigint) => bigint;

function folding(
  f: Two,
): (op: Operation, operands: readonly (Attribute | undefined)[]) => Attribute | undefined {
  return (op, [l, r]) => {
    const a = int(l);
    const b = int(r);
    return a === undefined || b === undefined
      ? undefined
      : constantAttr(op.results[0]!.type, f(a, b));
  };
}

const arithmetic = {
  "t.add": (a: bigint, b: bigint) => a + b,
  "t.sub": (a: bigint, b: bigint) => a - b,
  "t.mul": (a: bigint, b: bigint) => a * b,
  "t.or": (a: bigint, b: bigint) => a | b,
} as const satisfies Record<string, Two>;

/** The dialect, with further interfaces where a test wants them. */
export const tiny: Dialect = defineDialect({
  name: "t",
  summary: "For tests.",
  ops: [
    FuncOp,
    ReturnOp,
    ConstOp,
    AddOp,
    SubOp,
    MulOp,
    OrOp,
    NegOp,
    ZeroTestOp,
    TupleOp,
    LoadOp,
    StoreOp,
    OpaqueOp,
    BrOp,
    CondBrOp,
    ScopeOp,
  ],
  interfaces: [
    foldOf(AddOp, (op, operands) => {
      if (int(operands[1]) === 0n) return op.lhs;
      return folding(arithmetic["t.add"])(op, operands);
    }),
    foldOf(SubOp, folding(arithmetic["t.sub"])),
    foldOf(MulOp, folding(arithmetic["t.mul"])),
    foldOf(OrOp, folding(arithmetic["t.or"])),
    foldOf(NegOp, (op, [x]) => {
      const v = int(x);
      return v === undefined ? undefined : constantAttr(op.result.type, -v);
    }),
    foldOf(ZeroTestOp, (_, [x]) => {
      const v = int(x);
      return v === undefined ? undefined : IntegerAttr.bool(v === 0n);
    }),
    MemoryEffectsInterface.on(LoadOp, {
      effects: () => [{ kind: "read", value: undefined }],
    }),
    MemoryEffectsInterface.on(StoreOp, {
      effects: () => [{ kind: "write", value: undefined }],
    }),
    BranchInterface.on(BrOp, {
      successorOperands: (op) => op.operands,
      setSuccessorOperands: (op, _, values) => op.setOperands(values),
    }),
    BranchInterface.on(CondBrOp, {
      successorOperands: (op, i) => op.operandGroup(i + 1),
      setSuccessorOperands: (op, i, values) => op.setOperandGroup(i + 1, values),
      constantSuccessor: (_, [c]) => (c instanceof IntegerAttr ? (c.isTrue ? 0 : 1) : undefined),
    }),
  ],
  materializeConstant: (value, type) => ConstOp.of({ value }, { types: { result: type } }),
});

export const context: Context = new Context([builtin, tiny]);

/** Runs the first function of a module on arguments; undefined after too many steps. */
export function evaluate(
  func: Operation,
  args: readonly bigint[],
  maxSteps = 10_000,
): { results: bigint[]; trace: string[] } | undefined {
  const env = new Map<Value, bigint>();
  const cells = new Map<bigint, bigint>();
  const trace: string[] = [];
  let steps = 0;
  const get = (v: Value): bigint => env.get(v)!;
  const set = (v: Value, n: bigint): void => {
    const a = constantAttr(v.type, n);
    env.set(v, int(a)!);
  };
  const run = (entry: Block, given: readonly bigint[]): bigint[] | undefined => {
    let block = entry;
    let values = given;
    for (;;) {
      block.args.forEach((a, i) => set(a, values[i]!));
      let next: Block | undefined;
      for (const op of block.ops()) {
        if (++steps > maxSteps) return undefined;
        if (op instanceof ReturnOp) return op.operands.map(get);
        if (op instanceof BrOp) {
          values = op.operands.map(get);
          next = op.dest;
        } else if (op instanceof CondBrOp) {
          const taken = get(op.condition) !== 0n;
          values = (taken ? op.trueInputs : op.falseInputs).map(get);
          next = taken ? op.trueDest : op.falseDest;
        } else if (op instanceof ScopeOp) {
          const out = run(op.body.entry, []);
          if (out === undefined) return undefined;
          op.results.forEach((r, i) => set(r, out[i]!));
        } else if (op instanceof LoadOp) {
          set(op.result, cells.get(op.cell.value) ?? 0n);
        } else if (op instanceof StoreOp) {
          cells.set(op.cell.value, get(op.value));
          trace.push(`${op.cell.value} = ${get(op.value)}`);
        } else if (op instanceof OpaqueOp || op instanceof TupleOp) {
          if (op instanceof OpaqueOp) trace.push(op.operands.map(get).join());
          op.results.forEach((r, i) => set(r, op.numOperands > i ? get(op.operand(i)) : 7n));
        } else if (op instanceof ConstOp) {
          set(op.result, int(op.value)!);
        } else if (op instanceof NegOp) {
          set(op.result, -get(op.input));
        } else if (op instanceof ZeroTestOp) {
          set(op.result, get(op.input) === 0n ? 1n : 0n);
        } else {
          const f = arithmetic[op.name as keyof typeof arithmetic];
          set(op.results[0]!, f(get(op.operand(0)), get(op.operand(1))));
        }
      }
      if (next === undefined) throw new Error("the block does not end");
      block = next;
    }
  };
  const results = run(func.regions[0]!.entry, args);
  return results === undefined ? undefined : { results, trace };
}
