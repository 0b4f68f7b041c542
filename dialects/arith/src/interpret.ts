/** What the operations of `arith` do when a program runs. */
import {
  type InterpreterContext,
  interpretAs,
  interpretElementwise,
  InterpretInterface,
  interpretOf,
  liftElementwise,
  MemRefValue,
  reinterpretStore,
  roundingOf,
  type RuntimeValue,
  type ScalarFunction,
  type ScalarValue,
  valueOfAttribute,
} from "@strata/interpret";
import {
  elementTypeOf,
  floatFromBits,
  floatToBits,
  FloatType,
  i1,
  IndexType,
  type InterfaceBinding,
  type Operation,
  type OperationParts,
  type OpRef,
  type Type,
} from "@strata/ir";
import { CmpFPredicate, CmpIPredicate, RoundingMode } from "./attributes.ts";
import { isMemRefType } from "./constraints.ts";
import { cmpfFunction, cmpiFunction } from "./comparison.ts";
import {
  floatFunctions,
  floatOfInteger,
  type FloatOpName,
  roundWithMode,
  saturate,
} from "./float-semantics.ts";
import {
  fromBigInt,
  integerFunction,
  type IntegerOpName,
  signedOf,
  unsignedOf,
  widthOf,
  wrapperOf,
} from "./integer-semantics.ts";
import * as ops from "./ops.ts";

type OpClass = (new (parts: OperationParts) => Operation) & OpRef;

const integerOps: Readonly<Record<IntegerOpName, OpClass>> = {
  addi: ops.AddI,
  subi: ops.SubI,
  muli: ops.MulI,
  divsi: ops.DivSI,
  divui: ops.DivUI,
  ceildivsi: ops.CeilDivSI,
  ceildivui: ops.CeilDivUI,
  floordivsi: ops.FloorDivSI,
  remsi: ops.RemSI,
  remui: ops.RemUI,
  andi: ops.AndI,
  ori: ops.OrI,
  xori: ops.XOrI,
  shli: ops.ShLI,
  shrsi: ops.ShRSI,
  shrui: ops.ShRUI,
  maxsi: ops.MaxSI,
  minsi: ops.MinSI,
  maxui: ops.MaxUI,
  minui: ops.MinUI,
};

const floatOps: Readonly<Record<FloatOpName, OpClass>> = {
  addf: ops.AddF,
  subf: ops.SubF,
  mulf: ops.MulF,
  divf: ops.DivF,
  remf: ops.RemF,
  maximumf: ops.MaximumF,
  minimumf: ops.MinimumF,
  maxnumf: ops.MaxNumF,
  minnumf: ops.MinNumF,
};

function floatElement(type: Type): FloatType {
  const e = elementTypeOf(type);
  if (e instanceof FloatType) return e;
  throw new Error(`${type.toString()} has no float elements`);
}

/** A function of two numbers, rounded to a format. */
export function roundedBinary(
  f: (a: number, b: number) => number,
  type: FloatType,
): ScalarFunction {
  if (type.format === "f64") return (a, b) => f(a as number, b as number);
  const round = roundingOf(type);
  return (a, b) => round(f(a as number, b as number));
}

// --- operations with two results -----------------------------------------------------------------

function carryOf(element: Type): ScalarFunction {
  const width = widthOf(element);
  return (a, b) => {
    const sum =
      BigInt.asUintN(width, BigInt(a as ScalarValue)) +
      BigInt.asUintN(width, BigInt(b as ScalarValue));
    return sum >> BigInt(width) === 0n ? 0 : 1;
  };
}

function highHalf(element: Type, signed: boolean): ScalarFunction {
  const width = widthOf(element);
  const read = signed ? BigInt.asIntN : BigInt.asUintN;
  return (a, b) => {
    const product = read(width, BigInt(a as ScalarValue)) * read(width, BigInt(b as ScalarValue));
    return fromBigInt(product >> BigInt(width), element);
  };
}

/** Two elementwise functions of the operands, one for each result. */
function interpretTwice(
  cls: OpClass,
  name: IntegerOpName,
  second: (element: Type) => ScalarFunction,
): InterfaceBinding {
  return interpretOf(cls, (op, args) => {
    const [first, other] = op.resultTypes as [Type, Type];
    const f = liftElementwise(op, first, integerFunction(name, first, op));
    const g = liftElementwise(op, other, second(elementTypeOf(first)));
    return [f(...args), g(...args)];
  });
}

// --- casts ---------------------------------------------------------------------------------------

type ElementCast = (from: Type, to: Type, op: Operation) => ScalarFunction;

function interpretCast(cls: OpClass, cast: ElementCast): InterfaceBinding {
  return interpretElementwise(cls, (op) =>
    cast(elementTypeOf(op.operand(0).type), elementTypeOf(op.resultAt(0).type), op),
  );
}

/** Signed or unsigned reading of an integer, then the low bits of the target. */
function resize(signed: boolean): ElementCast {
  const read = signed ? BigInt.asIntN : BigInt.asUintN;
  return (from, to) => {
    const width = widthOf(from);
    if (width <= 32 && !(from instanceof IndexType) && widthOf(to) <= 32) {
      const source = signed ? signedOf(width) : unsignedOf(width);
      const wrap = wrapperOf(widthOf(to));
      return (a) => wrap(source(a as number));
    }
    return (a) => fromBigInt(read(width, BigInt(a as ScalarValue)), to);
  };
}

function toFloat(signed: boolean): ElementCast {
  return (from, to) => {
    const type = floatElement(to);
    const width = widthOf(from);
    if (width <= 32) {
      const source = signed ? signedOf(width) : unsignedOf(width);
      const round = roundingOf(type);
      return (a) => round(source(a as number));
    }
    const read = signed ? BigInt.asIntN : BigInt.asUintN;
    return (a) => floatOfInteger(read(width, a as bigint), type);
  };
}

/** Out of range is undefined upstream: here the nearest value in range, 0 for NaN. */
function toInteger(signed: boolean): ElementCast {
  return (_from, to) => {
    const width = BigInt(widthOf(to));
    const low = signed ? -(1n << (width - 1n)) : 0n;
    const high = signed ? (1n << (width - 1n)) - 1n : (1n << width) - 1n;
    if (width > 32n) return (x) => fromBigInt(saturate(x as number, low, high), to);
    const least = Number(low);
    const most = Number(high);
    const wrap = wrapperOf(Number(width));
    return (x) => {
      const n = Math.trunc(x as number);
      return Number.isNaN(n) ? 0 : wrap(n < least ? least : n > most ? most : n);
    };
  };
}

function narrowFloat(_from: Type, to: Type, op: Operation): ScalarFunction {
  const type = floatElement(to);
  const mode = op instanceof ops.TruncF ? op.roundingmode : undefined;
  const round = roundingOf(type);
  if (mode === undefined) return (x) => round(x as number);
  const name = RoundingMode.nameOf(mode);
  return (x) => roundWithMode(x as number, type, name);
}

function widenFloat(from: Type, to: Type): ScalarFunction {
  roundingOf(floatElement(from));
  roundingOf(floatElement(to));
  return (x) => x;
}

/** Bits of an element as an unsigned bigint. */
function bitsOf(element: Type): (v: ScalarValue) => bigint {
  if (element instanceof FloatType) {
    roundingOf(element);
    return (v) => floatToBits(v as number, element);
  }
  const width = widthOf(element);
  return (v) => BigInt.asUintN(width, BigInt(v));
}

function fromBits(element: Type): (bits: bigint) => ScalarValue {
  if (element instanceof FloatType) {
    roundingOf(element);
    return (bits) => floatFromBits(bits, element)!;
  }
  return (bits) => fromBigInt(bits, element);
}

function bitcast(from: Type, to: Type): ScalarFunction {
  if (from === to) return (x) => x;
  const read = bitsOf(from);
  const write = fromBits(to);
  return (x) => write(read(x as ScalarValue));
}

function castMemRef(op: Operation, value: MemRefValue, cx: InterpreterContext): RuntimeValue {
  const element = elementTypeOf(op.resultAt(0).type);
  const buffer = reinterpretStore(value.buffer, element);
  if (buffer !== undefined) {
    return new MemRefValue(buffer, value.shape, element, value.offset, value.strides);
  }
  return cx.fail(
    op,
    "arith.memref-cast",
    `memory of \`${value.elementType.toString()}\` cannot be seen as \`${element.toString()}\``,
    "cast the elements after loading them",
  );
}

/** A cast of elements that also takes memrefs, as another view of the same memory. */
function interpretMemRefCast(cls: OpClass, cast: ElementCast): InterfaceBinding {
  const onElements = (op: Operation): ScalarFunction =>
    liftElementwise(
      op,
      op.resultAt(0).type,
      cast(elementTypeOf(op.operand(0).type), elementTypeOf(op.resultAt(0).type), op),
    );
  return InterpretInterface.on(cls, {
    run: (op, args, cx) => {
      const [value] = args as [RuntimeValue];
      return [value instanceof MemRefValue ? castMemRef(op, value, cx) : onElements(op)(value)];
    },
    specialize: (op) => (isMemRefType(op.operand(0).type) ? undefined : onElements(op)),
  });
}

// --- selection -----------------------------------------------------------------------------------

const choose: ScalarFunction = (c, a, b) => (c === 0 ? b : a);

/** How the operations run. */
export const interpretation: readonly InterfaceBinding[] = [
  interpretAs(ops.ConstantOp, (op) => {
    // Read when it is first needed: what never runs may hold numbers that cannot be run.
    let value: RuntimeValue | undefined;
    return () => (value ??= valueOfAttribute(op.value));
  }),
  ...(Object.keys(integerOps) as IntegerOpName[]).map((name) =>
    interpretElementwise(integerOps[name], (op) => integerFunction(name, op.resultAt(0).type, op)),
  ),
  ...(Object.keys(floatOps) as FloatOpName[]).map((name) =>
    interpretElementwise(floatOps[name], (op) =>
      roundedBinary(floatFunctions[name], floatElement(op.resultAt(0).type)),
    ),
  ),
  interpretElementwise(ops.NegF, () => (a) => -(a as number)),
  interpretTwice(ops.AddUIExtended, "addi", carryOf),
  interpretTwice(ops.MulSIExtended, "muli", (element) => highHalf(element, true)),
  interpretTwice(ops.MulUIExtended, "muli", (element) => highHalf(element, false)),
  interpretElementwise(ops.CmpI, (op) =>
    cmpiFunction(CmpIPredicate.nameOf(op.predicate), op.lhs.type),
  ),
  interpretElementwise(ops.CmpF, (op) => cmpfFunction(CmpFPredicate.nameOf(op.predicate))),
  interpretAs(ops.SelectOp, (op) =>
    op.condition.type === i1 ? choose : liftElementwise(op, op.result.type, choose),
  ),
  interpretCast(ops.ExtSI, resize(true)),
  interpretCast(ops.ExtUI, resize(false)),
  interpretCast(ops.TruncI, resize(true)),
  interpretCast(ops.ExtF, widenFloat),
  interpretCast(ops.TruncF, narrowFloat),
  interpretCast(ops.SIToFP, toFloat(true)),
  interpretCast(ops.UIToFP, toFloat(false)),
  interpretCast(ops.FPToSI, toInteger(true)),
  interpretCast(ops.FPToUI, toInteger(false)),
  interpretMemRefCast(ops.IndexCast, resize(true)),
  interpretMemRefCast(ops.IndexCastUI, resize(false)),
  interpretMemRefCast(ops.BitcastOp, bitcast),
];
