/**
 * Operations that are calls of LLVM's intrinsics. The forms are those that LLVM 19 to 22 read:
 * where a signature has changed, the older one, which newer versions upgrade.
 */
import {
  type Attribute,
  IntegerAttr,
  type OpDefinition,
  type Operation,
  type OpRef,
  type Type,
} from "@strata/ir";
import * as llvm from "@strata/llvm";
import { parameterAttributes } from "./attributes.ts";
import { flagsOf, bundlesText } from "./call-text.ts";
import type { FunctionScope } from "./scope.ts";
import { globalName } from "./text.ts";
import { mangle } from "./types.ts";

/** One intrinsic: its overloaded types, and its arguments with their types. */
interface Intrinsic {
  /** Types in the name, in LLVM's order. */
  readonly overloads: (op: Operation) => readonly Type[];
  /** Arguments in LLVM's order; the operands in their order unless given. */
  readonly args?: (op: Operation, s: FunctionScope) => readonly Argument[];
  /** The name behind `llvm.`; the op's behind `llvm.intr.` unless given. */
  readonly name?: string;
}

interface Argument {
  readonly type: string;
  readonly value: string;
}

const operandArg = (op: Operation, i: number, s: FunctionScope): Argument => {
  const v = op.operand(i);
  return { type: s.type(v.type), value: s.value(v) };
};
const operandArgs = (op: Operation, s: FunctionScope): Argument[] =>
  op.operands.map((_, i) => operandArg(op, i, s));

const bool = (a: Attribute | undefined): Argument => ({
  type: "i1",
  value: a instanceof IntegerAttr && a.isTrue ? "true" : "false",
});
const number = (type: string, a: Attribute | undefined): Argument => ({
  type,
  value: a instanceof IntegerAttr ? String(a.value) : "0",
});

const result = (op: Operation): Type => op.resultAt(0).type;
const operand =
  (i: number) =>
  (op: Operation): Type =>
    op.operand(i).type;

const over =
  (...types: readonly ((op: Operation) => Type)[]) =>
  (op: Operation): Type[] =>
    types.map((t) => t(op));

const sameType: Intrinsic = { overloads: over(result) };
const reduction: Intrinsic = { overloads: over(operand(0)) };
const toInteger: Intrinsic = { overloads: over(result, operand(0)) };

/** An operand and a flag. */
const withFlag = (attribute: string): Intrinsic => ({
  overloads: over(result),
  args: (op, s) => [operandArg(op, 0, s), bool(op.getAttr(attribute))],
});

/** Bytes between ranges: the operands and whether the access is volatile. */
const range = (...types: readonly number[]): Intrinsic => ({
  overloads: over(...types.map(operand)),
  args: (op, s) => [...operandArgs(op, s), bool(op.getAttr("isVolatile"))],
});

/** The life of an allocation, of whatever size. */
const lifetime: Intrinsic = {
  overloads: over(operand(0)),
  args: (op, s) => [{ type: "i64", value: "-1" }, operandArg(op, 0, s)],
};

const passThrough = (op: Operation, s: FunctionScope): Argument => {
  const [given] = op.operandGroup(2);
  const type = s.type(result(op));
  return { type, value: given === undefined ? "poison" : s.value(given) };
};

const special: readonly (readonly [OpRef, Intrinsic])[] = [
  [llvm.PowIOp, { overloads: over(result, operand(1)) }],
  [llvm.LoadExpOp, { overloads: over(result, operand(1)) }],
  [
    llvm.IsFPClassOp,
    {
      overloads: over(operand(0)),
      args: (op, s) => [operandArg(op, 0, s), number("i32", op.getAttr("bit"))],
    },
  ],
  [llvm.LroundOp, toInteger],
  [llvm.LlroundOp, toInteger],
  [llvm.LrintOp, toInteger],
  [llvm.LlrintOp, toInteger],
  [llvm.FPToSISatOp, toInteger],
  [llvm.FPToUISatOp, toInteger],
  [llvm.SCmpOp, toInteger],
  [llvm.UCmpOp, toInteger],
  [llvm.CountLeadingZerosOp, withFlag("is_zero_poison")],
  [llvm.CountTrailingZerosOp, withFlag("is_zero_poison")],
  [llvm.AbsOp, withFlag("is_int_min_poison")],
  [llvm.VectorReduceFAddOp, { overloads: over(operand(1)) }],
  [llvm.VectorReduceFMulOp, { overloads: over(operand(1)) }],
  [
    llvm.VectorInsertOp,
    {
      overloads: over(operand(0), operand(1)),
      args: (op, s) => [...operandArgs(op, s), number("i64", op.getAttr("pos"))],
    },
  ],
  [
    llvm.VectorExtractOp,
    {
      overloads: over(result, operand(0)),
      args: (op, s) => [...operandArgs(op, s), number("i64", op.getAttr("pos"))],
    },
  ],
  [llvm.GetActiveLaneMaskOp, { overloads: over(result, operand(0)) }],
  [
    llvm.MaskedLoadOp,
    {
      overloads: over(result, operand(0)),
      args: (op, s) => [
        operandArg(op, 0, s),
        number("i32", op.getAttr("alignment")),
        operandArg(op, 1, s),
        passThrough(op, s),
      ],
    },
  ],
  [
    llvm.MaskedStoreOp,
    {
      overloads: over(operand(0), operand(1)),
      args: (op, s) => [
        operandArg(op, 0, s),
        operandArg(op, 1, s),
        number("i32", op.getAttr("alignment")),
        operandArg(op, 2, s),
      ],
    },
  ],
  [
    llvm.MaskedGatherOp,
    {
      overloads: over(result, operand(0)),
      args: (op, s) => [
        operandArg(op, 0, s),
        number("i32", op.getAttr("alignment")),
        operandArg(op, 1, s),
        passThrough(op, s),
      ],
    },
  ],
  [
    llvm.MaskedScatterOp,
    {
      overloads: over(operand(0), operand(1)),
      args: (op, s) => [
        operandArg(op, 0, s),
        operandArg(op, 1, s),
        number("i32", op.getAttr("alignment")),
        operandArg(op, 2, s),
      ],
    },
  ],
  [llvm.MaskedExpandLoadOp, { overloads: over(result) }],
  [llvm.MaskedCompressStoreOp, { overloads: over(operand(0)) }],
  [llvm.MemcpyOp, range(0, 1, 2)],
  [llvm.MemmoveOp, range(0, 1, 2)],
  [llvm.MemsetOp, range(0, 2)],
  [llvm.AssumeOp, { overloads: () => [], args: (op, s) => [operandArg(op, 0, s)] }],
  [llvm.StackSaveOp, { overloads: over(result) }],
  [llvm.StackRestoreOp, { overloads: over(operand(0)) }],
  [llvm.LifetimeStartOp, lifetime],
  [llvm.LifetimeEndOp, lifetime],
  [
    llvm.PrefetchOp,
    {
      overloads: over(operand(0)),
      args: (op, s) => [
        operandArg(op, 0, s),
        ...["rw", "hint", "cache"].map((name) => number("i32", op.getAttr(name))),
      ],
    },
  ],
];

/** Those with one overloaded type, the result's or the operand's. */
const simple: readonly (readonly [readonly OpRef[], Intrinsic])[] = [
  [
    [
      llvm.FAbsOp,
      llvm.FCeilOp,
      llvm.FFloorOp,
      llvm.FTruncOp,
      llvm.RoundOp,
      llvm.RoundEvenOp,
      llvm.RintOp,
      llvm.NearbyintOp,
      llvm.SqrtOp,
      llvm.ExpOp,
      llvm.Exp2Op,
      llvm.Exp10Op,
      llvm.LogOp,
      llvm.Log2Op,
      llvm.Log10Op,
      llvm.SinOp,
      llvm.CosOp,
      llvm.TanOp,
      llvm.ASinOp,
      llvm.ACosOp,
      llvm.ATanOp,
      llvm.SinhOp,
      llvm.CoshOp,
      llvm.TanhOp,
      llvm.CopySignOp,
      llvm.PowOp,
      llvm.ATan2Op,
      llvm.MaxNumOp,
      llvm.MinNumOp,
      llvm.MaximumOp,
      llvm.MinimumOp,
      llvm.FMAOp,
      llvm.FMulAddOp,
      llvm.BitReverseOp,
      llvm.ByteSwapOp,
      llvm.CtPopOp,
      llvm.SMaxOp,
      llvm.SMinOp,
      llvm.UMaxOp,
      llvm.UMinOp,
      llvm.SAddSatOp,
      llvm.UAddSatOp,
      llvm.SSubSatOp,
      llvm.USubSatOp,
      llvm.SShlSatOp,
      llvm.UShlSatOp,
      llvm.FshlOp,
      llvm.FshrOp,
      llvm.StepVectorOp,
      llvm.ExpectOp,
      llvm.SSACopyOp,
    ],
    sameType,
  ],
  [
    [
      llvm.SAddWithOverflowOp,
      llvm.UAddWithOverflowOp,
      llvm.SSubWithOverflowOp,
      llvm.USubWithOverflowOp,
      llvm.SMulWithOverflowOp,
      llvm.UMulWithOverflowOp,
      llvm.VectorReduceAddOp,
      llvm.VectorReduceMulOp,
      llvm.VectorReduceAndOp,
      llvm.VectorReduceOrOp,
      llvm.VectorReduceXorOp,
      llvm.VectorReduceSMaxOp,
      llvm.VectorReduceSMinOp,
      llvm.VectorReduceUMaxOp,
      llvm.VectorReduceUMinOp,
      llvm.VectorReduceFMaxOp,
      llvm.VectorReduceFMinOp,
      llvm.VectorReduceFMaximumOp,
      llvm.VectorReduceFMinimumOp,
    ],
    reduction,
  ],
];

/** Calls an intrinsic and sees to its declaration. */
function callText(
  op: Operation,
  s: FunctionScope,
  name: string,
  args: readonly Argument[],
  bundles: string,
): string {
  const type = s.type(op.results[0]?.type ?? llvm.voidType);
  const symbol = globalName(name);
  if (!s.tables.intrinsics.has(name)) {
    const params = args.map((a) => a.type).join(", ");
    s.tables.intrinsics.set(name, `declare ${type} ${symbol}(${params})`);
  }
  const words = (list: string, i: number): string =>
    parameterAttributes(op, llvm.dictionaryAt(op.getAttr(list), i), s.types)
      .map((w) => `${w} `)
      .join("");
  const list = args.map((a, i) => `${a.type} ${words("arg_attrs", i)}${a.value}`).join(", ");
  const metadata =
    op.getAttr("nontemporal") === undefined
      ? ""
      : `, !nontemporal ${s.tables.metadata.node(["i32 1"])}`;
  return `call ${flagsOf(op)}${words("res_attrs", 0)}${type} ${symbol}(${list})${bundles}${metadata}`;
}

function emitIntrinsic(def: OpDefinition, i: Intrinsic) {
  const base = i.name ?? def.name.slice("llvm.intr.".length);
  return (op: Operation, s: FunctionScope): string => {
    const suffix = i
      .overloads(op)
      .map((t) => `.${mangle(t)}`)
      .join("");
    const args = (i.args ?? operandArgs)(op, s);
    const bundles = op instanceof llvm.AssumeOp ? bundlesText(op, s) : "";
    return callText(op, s, `llvm.${base}${suffix}`, args, bundles);
  };
}

function intrinsicTable(): Map<OpDefinition, Intrinsic> {
  const all = new Map<OpDefinition, Intrinsic>();
  for (const [ops, i] of simple) for (const op of ops) all.set(op.definition, i);
  for (const [op, i] of special) all.set(op.definition, i);
  return all;
}

/**
 * The full name of an intrinsic that is called by name: a known overloaded one without its types
 * gets those of the call.
 */
function fullName(op: llvm.CallIntrinsicOp, known: ReadonlyMap<OpDefinition, Intrinsic>): string {
  const name = op.intrin.value;
  for (const [def, i] of known) {
    if (`llvm.${def.name.slice("llvm.intr.".length)}` !== name || i.args !== undefined) continue;
    return `${name}${i
      .overloads(op)
      .map((t) => `.${mangle(t)}`)
      .join("")}`;
  }
  return name;
}

/** The emitters of all intrinsics. */
export function intrinsicEmitters(): [OpDefinition, (op: Operation, s: FunctionScope) => string][] {
  const known = intrinsicTable();
  const list: [OpDefinition, (op: Operation, s: FunctionScope) => string][] = [...known].map(
    ([def, i]): [OpDefinition, (op: Operation, s: FunctionScope) => string] => [
      def,
      emitIntrinsic(def, i),
    ],
  );
  list.push([
    llvm.CallIntrinsicOp.definition,
    (op, s) => {
      const called = op as llvm.CallIntrinsicOp;
      const args = called.args.map((v) => ({ type: s.type(v.type), value: s.value(v) }));
      return callText(op, s, fullName(called, known), args, bundlesText(op, s));
    },
  ]);
  return list;
}
