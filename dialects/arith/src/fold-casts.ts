/**
 * Folds of the casts: constants, and pairs of casts that give back what they were given. A float
 * constant outside the integer type is not folded: its cast is undefined.
 */
import { isNumberFormat } from "@strata/interpret";
import {
  type Attribute,
  bitWidthOf,
  type DenseElement,
  elementTypeOf,
  FloatAttr,
  FloatType,
  foldOf,
  IntegerAttr,
  IntegerType,
  type InterfaceBinding,
  type Type,
  type Value,
} from "@strata/ir";
import { RoundingMode } from "./attributes.ts";
import {
  type Constant,
  floatElement,
  floatValue,
  integerElement,
  mapConstants,
  signedValue,
  unsignedValue,
} from "./constant-folding.ts";
import { floatOfInteger, roundWithMode } from "./float-semantics.ts";
import * as ops from "./ops.ts";

type Read = (a: IntegerAttr) => bigint;

/** Constants read as signed or unsigned, with the low bits kept. */
function resized(type: Type, operand: Constant, read: Read): Attribute | undefined {
  return mapConstants(type, [operand], (e) =>
    e instanceof IntegerAttr ? integerElement(type, read(e)) : undefined,
  );
}

function toFloat(type: Type, operand: Constant, read: Read): Attribute | undefined {
  const element = elementTypeOf(type);
  if (!(element instanceof FloatType) || !isNumberFormat(element)) return undefined;
  return mapConstants(type, [operand], (e) =>
    e instanceof IntegerAttr ? floatElement(type, floatOfInteger(read(e), element)) : undefined,
  );
}

function toInteger(type: Type, operand: Constant, signed: boolean): Attribute | undefined {
  const element = elementTypeOf(type);
  if (!(element instanceof IntegerType)) return undefined;
  const wrap = signed ? BigInt.asIntN : BigInt.asUintN;
  return mapConstants(type, [operand], (e) => {
    const x = floatValue(e);
    if (x === undefined || !Number.isFinite(x)) return undefined;
    const n = BigInt(Math.trunc(x));
    return wrap(element.width, n) === n ? integerElement(type, n) : undefined;
  });
}

function widenFloat(type: Type, operand: Constant): Attribute | undefined {
  return mapConstants(type, [operand], (e) => {
    const x = floatValue(e);
    return x === undefined ? undefined : floatElement(type, x);
  });
}

function narrowFloat(op: ops.TruncF, operand: Constant): Attribute | undefined {
  const type = op.out.type;
  const element = elementTypeOf(type);
  if (!(element instanceof FloatType) || !isNumberFormat(element)) return undefined;
  const mode =
    op.roundingmode === undefined ? "to_nearest_even" : RoundingMode.nameOf(op.roundingmode);
  return mapConstants(type, [operand], (e) => {
    const x = floatValue(e);
    return x === undefined ? undefined : floatElement(type, roundWithMode(x, element, mode));
  });
}

/** The bits of a constant; undefined for floats whose bits are not kept. */
function bitsOf(e: DenseElement): bigint | undefined {
  return e instanceof FloatAttr ? e.bits : unsignedValue(e);
}

function bitcast(type: Type, operand: Constant): Attribute | undefined {
  const element = elementTypeOf(type);
  return mapConstants(type, [operand], (e) => {
    const bits = bitsOf(e);
    if (bits === undefined) return undefined;
    return element instanceof FloatType
      ? FloatAttr.fromBits(bits, element)
      : integerElement(type, bits);
  });
}

/** y of outer(inner(y)), where that has the type of the outer cast. */
function undone(
  cast: { readonly in: Value; readonly out: Value },
  ...inner: readonly CastClass[]
): Value | undefined {
  const def = cast.in.definingOp;
  for (const cls of inner) {
    if (def instanceof cls && def.in.type === cast.out.type) return def.in;
  }
  return undefined;
}

type CastClass = typeof ops.ExtSI | typeof ops.ExtF;

/** An index cast there and back loses nothing when the type between has all bits of the other. */
function indexCastUndone(op: ops.IndexCast | ops.IndexCastUI, cls: CastClass): Value | undefined {
  const between = bitWidthOf(elementTypeOf(op.in.type)) ?? 0;
  const outer = bitWidthOf(elementTypeOf(op.out.type)) ?? 0;
  return between >= outer ? undone(op, cls) : undefined;
}

/** The folds of the casts. */
export const castFolds: readonly InterfaceBinding[] = [
  foldOf(ops.ExtSI, (op, [x]) => resized(op.out.type, x, signedValue)),
  foldOf(ops.ExtUI, (op, [x]) => resized(op.out.type, x, unsignedValue)),
  foldOf(
    ops.TruncI,
    (op, [x]) => resized(op.out.type, x, signedValue) ?? undone(op, ops.ExtSI, ops.ExtUI),
  ),
  foldOf(ops.ExtF, (op, [x]) => widenFloat(op.out.type, x)),
  foldOf(ops.TruncF, (op, [x]) => narrowFloat(op, x) ?? undone(op, ops.ExtF)),
  foldOf(ops.SIToFP, (op, [x]) => toFloat(op.out.type, x, signedValue)),
  foldOf(ops.UIToFP, (op, [x]) => toFloat(op.out.type, x, unsignedValue)),
  foldOf(ops.FPToSI, (op, [x]) => toInteger(op.out.type, x, true)),
  foldOf(ops.FPToUI, (op, [x]) => toInteger(op.out.type, x, false)),
  foldOf(
    ops.IndexCast,
    (op, [x]) => resized(op.out.type, x, signedValue) ?? indexCastUndone(op, ops.IndexCast),
  ),
  foldOf(
    ops.IndexCastUI,
    (op, [x]) => resized(op.out.type, x, unsignedValue) ?? indexCastUndone(op, ops.IndexCastUI),
  ),
  foldOf(ops.BitcastOp, (op, [x]) => {
    if (op.in.type === op.out.type) return op.in;
    const folded = bitcast(op.out.type, x);
    // A float between two integers may not keep the bits of a NaN.
    if (folded !== undefined || elementTypeOf(op.in.type) instanceof FloatType) return folded;
    return undone(op, ops.BitcastOp);
  }),
];
