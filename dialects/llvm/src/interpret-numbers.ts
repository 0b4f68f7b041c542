/** What arithmetic, comparisons, casts and number intrinsics do when a program runs. */
import type { VectorValue } from "@strata/interpret";
import {
  copySign,
  failAt,
  floatOfInteger,
  fmaOf,
  interpretAs,
  interpretElementwise,
  liftElementwise,
  maxNum,
  minNum,
  power,
  roundAway,
  roundEven,
  roundingOf,
  type RuntimeValue,
  saturate,
  type ScalarFunction,
  type ScalarValue,
} from "@strata/interpret";
import {
  elementTypeOf,
  floatToBits,
  FloatType,
  IntegerAttr,
  IntegerType,
  type InterfaceBinding,
  type Operation,
  type OperationParts,
  type OpRef,
  type Type,
  VectorType,
} from "@strata/ir";
import { FCmpPredicate, ICmpPredicate } from "./attributes.ts";
import {
  bitFunction,
  type bitFunctions,
  fcmpFunction,
  funnelShift,
  icmpFunction,
  integerFunction,
  type IntegerName,
  overflowFunction,
} from "./integer-semantics.ts";
import { canonical, codecOf } from "./memory-codec.ts";
import type { PointerValue } from "./memory.ts";
import { AggregateValue, Memory } from "./memory.ts";
import * as ops from "./ops.ts";
import { LLVMPointerType } from "./types.ts";

type OpClass = (new (parts: OperationParts) => Operation) & OpRef;

const integerOps: Readonly<Record<IntegerName, OpClass>> = {
  add: ops.AddOp,
  sub: ops.SubOp,
  mul: ops.MulOp,
  and: ops.AndOp,
  or: ops.OrOp,
  xor: ops.XOrOp,
  sdiv: ops.SDivOp,
  srem: ops.SRemOp,
  udiv: ops.UDivOp,
  urem: ops.URemOp,
  shl: ops.ShlOp,
  lshr: ops.LShrOp,
  ashr: ops.AShrOp,
  smax: ops.SMaxOp,
  smin: ops.SMinOp,
  umax: ops.UMaxOp,
  umin: ops.UMinOp,
  sadd_sat: ops.SAddSatOp,
  uadd_sat: ops.UAddSatOp,
  ssub_sat: ops.SSubSatOp,
  usub_sat: ops.USubSatOp,
  sshl_sat: ops.SShlSatOp,
  ushl_sat: ops.UShlSatOp,
  scmp: ops.SCmpOp,
  ucmp: ops.UCmpOp,
};

const bitOps: Readonly<Record<keyof typeof bitFunctions, OpClass>> = {
  ctpop: ops.CtPopOp,
  ctlz: ops.CountLeadingZerosOp,
  cttz: ops.CountTrailingZerosOp,
  abs: ops.AbsOp,
  bitreverse: ops.BitReverseOp,
  bswap: ops.ByteSwapOp,
};

const unaryFloats: readonly (readonly [OpClass, (x: number) => number])[] = [
  [ops.FNegOp, (x) => -x],
  [ops.FAbsOp, Math.abs],
  [ops.FCeilOp, Math.ceil],
  [ops.FFloorOp, Math.floor],
  [ops.FTruncOp, Math.trunc],
  [ops.RoundOp, roundAway],
  [ops.RoundEvenOp, roundEven],
  [ops.RintOp, roundEven],
  [ops.NearbyintOp, roundEven],
  [ops.SqrtOp, Math.sqrt],
  [ops.ExpOp, Math.exp],
  [ops.Exp2Op, (x) => 2 ** x],
  [ops.Exp10Op, (x) => 10 ** x],
  [ops.LogOp, Math.log],
  [ops.Log2Op, Math.log2],
  [ops.Log10Op, Math.log10],
  [ops.SinOp, Math.sin],
  [ops.CosOp, Math.cos],
  [ops.TanOp, Math.tan],
  [ops.ASinOp, Math.asin],
  [ops.ACosOp, Math.acos],
  [ops.ATanOp, Math.atan],
  [ops.SinhOp, Math.sinh],
  [ops.CoshOp, Math.cosh],
  [ops.TanhOp, Math.tanh],
];

const binaryFloats: readonly (readonly [OpClass, (x: number, y: number) => number])[] = [
  [ops.FAddOp, (x, y) => x + y],
  [ops.FSubOp, (x, y) => x - y],
  [ops.FMulOp, (x, y) => x * y],
  [ops.FDivOp, (x, y) => x / y],
  [ops.FRemOp, (x, y) => x % y],
  [ops.CopySignOp, copySign],
  [ops.PowOp, power],
  [ops.ATan2Op, Math.atan2],
  [ops.MaxNumOp, maxNum],
  [ops.MinNumOp, minNum],
  [ops.MaximumOp, Math.max],
  [ops.MinimumOp, Math.min],
];

/** The float type of a value's elements; a diagnostic for formats that are not computed in. */
function floatElement(op: Operation, type: Type): FloatType {
  const e = elementTypeOf(type);
  if (e instanceof FloatType) return e;
  return failAt(op, "llvm.no-run-time-form", `\`${type.toString()}\` is not computed with here`);
}

function widthOf(type: Type): number {
  const e = elementTypeOf(type);
  if (e instanceof IntegerType) return e.width;
  throw new Error(`${type.toString()} has no integer elements`);
}

const rounded = (op: Operation): ((x: number) => number) =>
  roundingOf(floatElement(op, op.resultAt(0).type));

// --- casts ---------------------------------------------------------------------------------------

type Cast = (from: Type, to: Type, op: Operation) => ScalarFunction;

function cast(cls: OpClass, make: Cast): InterfaceBinding {
  return interpretElementwise(cls, (op) => make(op.operand(0).type, op.resultAt(0).type, op));
}

const resize =
  (signed: boolean): Cast =>
  (from, to) => {
    const read = signed ? BigInt.asIntN : BigInt.asUintN;
    const width = widthOf(from);
    const wide = widthOf(to);
    return (x) => canonical(read(width, BigInt(x as ScalarValue)), wide);
  };

const toFloat =
  (signed: boolean): Cast =>
  (from, to, op) => {
    const read = signed ? BigInt.asIntN : BigInt.asUintN;
    const width = widthOf(from);
    const type = floatElement(op, to);
    return (x) => floatOfInteger(read(width, BigInt(x as ScalarValue)), type);
  };

/** Out of range is poison: here the nearest value in range, as the saturating forms have it. */
const toInteger =
  (signed: boolean, round: (x: number) => number = Math.trunc): Cast =>
  (from, to, op) => {
    roundingOf(floatElement(op, from));
    const width = widthOf(to);
    const bits = BigInt(width);
    const low = signed ? -(1n << (bits - 1n)) : 0n;
    const high = signed ? (1n << (bits - 1n)) - 1n : (1n << bits) - 1n;
    return (x) => canonical(saturate(round(x as number), low, high), width);
  };

const changeFormat: Cast = (from, to, op) => {
  roundingOf(floatElement(op, from));
  const round = roundingOf(floatElement(op, to));
  return (x) => round(x as number);
};

const toAddress: Cast = (_from, to) => {
  const width = widthOf(to);
  return (p) => canonical(BigInt((p as PointerValue).address), width);
};

const noMemory = new Memory();

/** The same bytes as another type. */
function bitcast(op: Operation): ScalarFunction {
  const from = op.operand(0).type;
  const to = op.resultAt(0).type;
  if (from === to) return (x) => x;
  const write = codecOf(from);
  const read = codecOf(to);
  const view = new DataView(new ArrayBuffer(Math.max(read.size, write.size)));
  return (x) => {
    write.write(view, 0, x);
    return read.read(view, 0, noMemory);
  };
}

// --- classes of floats ---------------------------------------------------------------------------

/** The bit of `llvm.is.fpclass` for a number; NaNs are quiet here. */
function classBit(x: number, type: FloatType): number {
  if (Number.isNaN(x)) return 0x2;
  const negative = x < 0 || Object.is(x, -0);
  const magnitude = floatToBits(Math.abs(x), type);
  const mantissa = { f16: 10n, bf16: 7n, f32: 23n, f64: 52n }[type.format as "f16"];
  const exponent = magnitude >> mantissa;
  if (!Number.isFinite(x)) return negative ? 0x4 : 0x200;
  if (x === 0) return negative ? 0x20 : 0x40;
  if (exponent === 0n) return negative ? 0x10 : 0x80;
  return negative ? 0x8 : 0x100;
}

// --- reductions ----------------------------------------------------------------------------------

function reduceIntegers(cls: OpClass, name: IntegerName): InterfaceBinding {
  return interpretAs(cls, (op) => {
    const f = integerFunction(name, widthOf(op.operand(0).type), op);
    return (v) => (v as VectorValue).elements.reduce((a, b) => f(a, b));
  });
}

function reduceFloats(cls: OpClass, f: (a: number, b: number) => number): InterfaceBinding {
  return interpretAs(cls, () => (v) => {
    const numbers = (v as VectorValue).elements as readonly number[];
    return numbers.reduce((a, b) => f(a, b));
  });
}

function reduceInOrder(cls: OpClass, f: (a: number, b: number) => number): InterfaceBinding {
  return interpretAs(cls, (op) => {
    const round = rounded(op);
    return (start, v) => {
      const numbers = (v as VectorValue).elements as readonly number[];
      return numbers.reduce((a, b) => round(f(a, b)), start as number);
    };
  });
}

// --- overflow ------------------------------------------------------------------------------------

function withOverflow(cls: OpClass, name: "add" | "sub" | "mul", signed: boolean) {
  return interpretAs(cls, (op) => {
    const type = op.operand(0).type;
    const f = overflowFunction(name, signed, widthOf(type));
    const result = op.resultAt(0).type;
    const value = liftElementwise(op, type, (a, b) => f(a as ScalarValue, b as ScalarValue).value);
    const flags = type instanceof VectorType ? type.withElementType(IntegerType.get(1)) : type;
    const flag = liftElementwise(
      op,
      flags,
      (a, b) => f(a as ScalarValue, b as ScalarValue).overflows,
    );
    return (a, b) => new AggregateValue(result, [value(a, b), flag(a, b)]);
  });
}

// --- selection and comparison --------------------------------------------------------------------

const choose: ScalarFunction = (c, a, b) => (c === 0 ? b : a);

function icmp(op: ops.ICmpOp): ScalarFunction {
  const predicate = ICmpPredicate.nameOf(op.predicate);
  const element = elementTypeOf(op.lhs.type);
  if (!(element instanceof LLVMPointerType)) return icmpFunction(predicate, widthOf(element));
  const f = icmpFunction(predicate, 64);
  const address = (p: RuntimeValue): bigint => BigInt((p as PointerValue).address);
  return (a, b) => f(address(a), address(b));
}

/** How the operations on numbers run. */
export const numberInterpretation: readonly InterfaceBinding[] = [
  ...(Object.keys(integerOps) as IntegerName[]).map((name) =>
    interpretElementwise(integerOps[name], (op) =>
      integerFunction(name, widthOf(op.operand(0).type), op, widthOf(op.resultAt(0).type)),
    ),
  ),
  ...(Object.keys(bitOps) as (keyof typeof bitFunctions)[]).map((name) =>
    interpretElementwise(bitOps[name], (op) => bitFunction(name, widthOf(op.operand(0).type))),
  ),
  ...unaryFloats.map(([cls, f]) =>
    interpretElementwise(cls, (op) => {
      const round = rounded(op);
      return (x) => round(f(x as number));
    }),
  ),
  ...binaryFloats.map(([cls, f]) =>
    interpretElementwise(cls, (op) => {
      const round = rounded(op);
      return (x, y) => round(f(x as number, y as number));
    }),
  ),
  ...[ops.FMAOp, ops.FMulAddOp].map((cls) =>
    interpretElementwise(cls, (op) => {
      const f = fmaOf(floatElement(op, op.resultAt(0).type));
      return (a, b, c) => f(a as number, b as number, c as number);
    }),
  ),
  interpretElementwise(ops.FshlOp, (op) => funnelShift(true, widthOf(op.res.type))),
  interpretElementwise(ops.FshrOp, (op) => funnelShift(false, widthOf(op.res.type))),
  interpretAs(ops.PowIOp, (op) => {
    const round = rounded(op);
    return (x, n) => liftElementwise(op, op.res.type, (a) => round((a as number) ** Number(n)))(x);
  }),
  interpretElementwise(ops.LoadExpOp, (op) => {
    const round = rounded(op);
    return (x, n) => round((x as number) * 2 ** Number(n));
  }),
  interpretElementwise(ops.IsFPClassOp, (op) => {
    const mask = Number(op.bit.value);
    const type = floatElement(op, op.in.type);
    return (x) => ((classBit(x as number, type) & mask) === 0 ? 0 : 1);
  }),
  interpretElementwise(ops.ICmpOp, icmp),
  interpretElementwise(ops.FCmpOp, (op) => fcmpFunction(FCmpPredicate.nameOf(op.predicate))),
  interpretAs(ops.SelectOp, (op) =>
    op.condition.type instanceof VectorType ? liftElementwise(op, op.res.type, choose) : choose,
  ),
  interpretAs(ops.FreezeOp, () => (x) => x),
  interpretAs(ops.SSACopyOp, () => (x) => x),
  interpretAs(ops.ExpectOp, () => (x) => x),
  cast(ops.SExtOp, resize(true)),
  cast(ops.ZExtOp, resize(false)),
  cast(ops.TruncOp, resize(true)),
  cast(ops.FPExtOp, changeFormat),
  cast(ops.FPTruncOp, changeFormat),
  cast(ops.SIToFPOp, toFloat(true)),
  cast(ops.UIToFPOp, toFloat(false)),
  cast(ops.FPToSIOp, toInteger(true)),
  cast(ops.FPToUIOp, toInteger(false)),
  cast(ops.FPToSISatOp, toInteger(true)),
  cast(ops.FPToUISatOp, toInteger(false)),
  cast(ops.LroundOp, toInteger(true, roundAway)),
  cast(ops.LlroundOp, toInteger(true, roundAway)),
  cast(ops.LrintOp, toInteger(true, roundEven)),
  cast(ops.LlrintOp, toInteger(true, roundEven)),
  cast(ops.PtrToIntOp, toAddress),
  cast(ops.AddrSpaceCastOp, () => (p) => p),
  interpretAs(ops.BitcastOp, bitcast),
  withOverflow(ops.SAddWithOverflowOp, "add", true),
  withOverflow(ops.UAddWithOverflowOp, "add", false),
  withOverflow(ops.SSubWithOverflowOp, "sub", true),
  withOverflow(ops.USubWithOverflowOp, "sub", false),
  withOverflow(ops.SMulWithOverflowOp, "mul", true),
  withOverflow(ops.UMulWithOverflowOp, "mul", false),
  reduceIntegers(ops.VectorReduceAddOp, "add"),
  reduceIntegers(ops.VectorReduceMulOp, "mul"),
  reduceIntegers(ops.VectorReduceAndOp, "and"),
  reduceIntegers(ops.VectorReduceOrOp, "or"),
  reduceIntegers(ops.VectorReduceXorOp, "xor"),
  reduceIntegers(ops.VectorReduceSMaxOp, "smax"),
  reduceIntegers(ops.VectorReduceSMinOp, "smin"),
  reduceIntegers(ops.VectorReduceUMaxOp, "umax"),
  reduceIntegers(ops.VectorReduceUMinOp, "umin"),
  reduceFloats(ops.VectorReduceFMaxOp, maxNum),
  reduceFloats(ops.VectorReduceFMinOp, minNum),
  reduceFloats(ops.VectorReduceFMaximumOp, (a, b) => Math.max(a, b)),
  reduceFloats(ops.VectorReduceFMinimumOp, (a, b) => Math.min(a, b)),
  reduceInOrder(ops.VectorReduceFAddOp, (a, b) => a + b),
  reduceInOrder(ops.VectorReduceFMulOp, (a, b) => a * b),
];

/** The integer that an attribute holds. */
export function integerOf(a: unknown): number {
  return a instanceof IntegerAttr ? Number(a.value) : 0;
}
