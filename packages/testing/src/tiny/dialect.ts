/** A tiny dialect for tests of what is dialect-blind: arithmetic, memory, branches, scopes. */
import {
  AnyAttr,
  AnyType,
  attr,
  type Attribute,
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

/** The integer of an attribute. */
export function int(a: Attribute | undefined): bigint | undefined {
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

/** What the binary operations compute. */
export const arithmetic = {
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
