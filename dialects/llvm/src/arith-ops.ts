/** Arithmetic, comparison, selection and casts of the LLVM dialect: LLVM IR's instructions. */
import {
  type AttrDecl,
  Commutative,
  defaultAttr,
  defineOp,
  derived,
  elementTypeOf,
  Elementwise,
  type IntegerAttr,
  IntegerType,
  attr,
  operand,
  type Operation,
  Pure,
  type Report,
  result,
  SameOperandsAndResultType,
  type Trait,
  type Type,
  type TypeConstraint,
  typeVar,
  unitAttr,
  VectorType,
} from "@strata/ir";
import {
  FastmathFlags,
  FastmathFlagsAttr,
  FCmpPredicate,
  ICmpPredicate,
  OverflowFlags,
} from "./attributes.ts";
import {
  AnyLLVM,
  BoolOrVector,
  boolTypeLike,
  FloatOrVector,
  IntegerOrVector,
  IntegerPointerOrVector,
  PointerOrVector,
} from "./constraints.ts";
import { isLLVMFloat, LLVMPointerType } from "./types.ts";

const same: readonly Trait[] = [Pure, SameOperandsAndResultType, Elementwise];
const overflow = (): AttrDecl<IntegerAttr, IntegerAttr | undefined> =>
  defaultAttr(OverflowFlags, OverflowFlags.attr());

/** The fast-math flags of an operation; none unless given. */
export const fastmath = (): AttrDecl<FastmathFlagsAttr, FastmathFlagsAttr | undefined> =>
  defaultAttr(FastmathFlags, FastmathFlagsAttr.none);

const plain = "$lhs `,` $rhs attr-dict `:` type($res)";

function integerBinary(name: string, summary: string, traits: readonly Trait[] = []) {
  return defineOp(name, {
    summary,
    operands: { lhs: operand(IntegerOrVector), rhs: operand(IntegerOrVector) },
    results: { res: result(IntegerOrVector) },
    traits: [...same, ...traits],
    assembly: plain,
  });
}

function overflowBinary(name: string, summary: string, traits: readonly Trait[] = []) {
  return defineOp(name, {
    summary,
    operands: { lhs: operand(IntegerOrVector), rhs: operand(IntegerOrVector) },
    results: { res: result(IntegerOrVector) },
    attributes: { overflowFlags: overflow() },
    traits: [...same, ...traits],
    assembly: "$lhs `,` $rhs (`overflow` `` $overflowFlags^)? attr-dict `:` type($res)",
  });
}

function exactBinary(name: string, summary: string) {
  return defineOp(name, {
    summary,
    operands: { lhs: operand(IntegerOrVector), rhs: operand(IntegerOrVector) },
    results: { res: result(IntegerOrVector) },
    attributes: { isExact: unitAttr("the result is exact: nothing is rounded or shifted out") },
    traits: same,
    assembly: "(`exact` $isExact^)? $lhs `,` $rhs attr-dict `:` type($res)",
  });
}

function floatBinary(name: string, summary: string, traits: readonly Trait[] = []) {
  return defineOp(name, {
    summary,
    operands: { lhs: operand(FloatOrVector), rhs: operand(FloatOrVector) },
    results: { res: result(FloatOrVector) },
    attributes: { fastmathFlags: fastmath() },
    traits: [...same, ...traits],
    assembly: plain,
  });
}

/** Addition modulo 2^width. */
export class AddOp extends overflowBinary("llvm.add", "Addition modulo 2^width.", [Commutative]) {}
/** Subtraction modulo 2^width. */
export class SubOp extends overflowBinary("llvm.sub", "Subtraction modulo 2^width.") {}
/** Multiplication modulo 2^width. */
export class MulOp extends overflowBinary("llvm.mul", "Multiplication modulo 2^width.", [
  Commutative,
]) {}
/** Shift left; poison when the amount is not below the width. */
export class ShlOp extends overflowBinary("llvm.shl", "Shift left.") {}
/** Unsigned division. */
export class UDivOp extends exactBinary("llvm.udiv", "Unsigned division.") {}
/** Signed division, rounded toward zero. */
export class SDivOp extends exactBinary("llvm.sdiv", "Signed division, rounded toward zero.") {}
/** Shift right, filling with zeros. */
export class LShrOp extends exactBinary("llvm.lshr", "Shift right, filling with zeros.") {}
/** Shift right, filling with the sign. */
export class AShrOp extends exactBinary("llvm.ashr", "Shift right, filling with the sign.") {}
/** Unsigned remainder. */
export class URemOp extends integerBinary("llvm.urem", "Unsigned remainder.") {}
/** Signed remainder; has the sign of the dividend. */
export class SRemOp extends integerBinary("llvm.srem", "Signed remainder, sign of the dividend.") {}
/** Bitwise and. */
export class AndOp extends integerBinary("llvm.and", "Bitwise and.", [Commutative]) {}
/** Bitwise exclusive or. */
export class XOrOp extends integerBinary("llvm.xor", "Bitwise exclusive or.", [Commutative]) {}
/** Bitwise or. */
export class OrOp extends defineOp("llvm.or", {
  summary: "Bitwise or.",
  operands: { lhs: operand(IntegerOrVector), rhs: operand(IntegerOrVector) },
  results: { res: result(IntegerOrVector) },
  attributes: { isDisjoint: unitAttr("no bit is set in both operands") },
  traits: [...same, Commutative],
  assembly: "(`disjoint` $isDisjoint^)? $lhs `,` $rhs attr-dict `:` type($res)",
}) {}

/** Floating-point addition. */
export class FAddOp extends floatBinary("llvm.fadd", "Floating-point addition.", [Commutative]) {}
/** Floating-point subtraction. */
export class FSubOp extends floatBinary("llvm.fsub", "Floating-point subtraction.") {}
/** Floating-point multiplication. */
export class FMulOp extends floatBinary("llvm.fmul", "Floating-point multiplication.", [
  Commutative,
]) {}
/** Floating-point division. */
export class FDivOp extends floatBinary("llvm.fdiv", "Floating-point division.") {}
/** Floating-point remainder, as C's `fmod`. */
export class FRemOp extends floatBinary("llvm.frem", "Floating-point remainder, as `fmod`.") {}
/** Floating-point negation: flips the sign bit. */
export class FNegOp extends defineOp("llvm.fneg", {
  summary: "Floating-point negation: flips the sign bit.",
  operands: { in: operand(FloatOrVector) },
  results: { res: result(FloatOrVector) },
  attributes: { fastmathFlags: fastmath() },
  traits: same,
  assembly: "$in attr-dict `:` type($res)",
}) {}

const C = typeVar("C", IntegerPointerOrVector);
/** Comparison of integers or pointers. */
export class ICmpOp extends defineOp("llvm.icmp", {
  summary: "Comparison of integers or pointers.",
  operands: { lhs: operand(C), rhs: operand(C) },
  results: { res: result(derived("i1 for each element of the operands", C, boolTypeLike)) },
  attributes: { predicate: attr(ICmpPredicate) },
  traits: [Pure, Elementwise],
  assembly: "$predicate $lhs `,` $rhs attr-dict `:` type($lhs)",
}) {}

const G = typeVar("G", FloatOrVector);
/** Comparison of floating-point numbers. */
export class FCmpOp extends defineOp("llvm.fcmp", {
  summary: "Comparison of floating-point numbers.",
  operands: { lhs: operand(G), rhs: operand(G) },
  results: { res: result(derived("i1 for each element of the operands", G, boolTypeLike)) },
  attributes: { predicate: attr(FCmpPredicate), fastmathFlags: fastmath() },
  traits: [Pure, Elementwise],
  assembly: "$predicate $lhs `,` $rhs attr-dict `:` type($lhs)",
}) {}

const S = typeVar("S", AnyLLVM);
/** One of two values by a condition; element by element where the condition is a vector. */
export class SelectOp extends defineOp("llvm.select", {
  summary: "One of two values by a condition.",
  operands: { condition: operand(BoolOrVector), trueValue: operand(S), falseValue: operand(S) },
  results: { res: result(S) },
  attributes: { fastmathFlags: fastmath() },
  traits: [Pure],
  assembly:
    "$condition `,` $trueValue `,` $falseValue attr-dict `:` type($condition) `,` type($res)",
  verify(op, report) {
    const c = op.operand(0).type;
    const v = op.operand(1).type;
    if (!(c instanceof VectorType)) return;
    if (!(v instanceof VectorType) || v.shape[0] !== c.shape[0]) {
      report("llvm.select-shape", "a vector condition selects among vectors of its length");
    }
  },
}) {}

/** Makes poison and undefined bits some fixed value. */
export class FreezeOp extends defineOp("llvm.freeze", {
  summary: "Makes poison and undefined bits some fixed value.",
  operands: { val: operand(AnyLLVM) },
  results: { res: result(AnyLLVM) },
  traits: [Pure, SameOperandsAndResultType],
  assembly: "$val attr-dict `:` type($val)",
}) {}

// --- casts ---------------------------------------------------------------------------------------

/** Both scalars, or both vectors of one length. */
function checkShapes(op: Operation, report: Report): boolean {
  const from = op.operand(0).type;
  const to = op.resultAt(0).type;
  const shape = (t: Type): string =>
    t instanceof VectorType ? `${t.shape.join("x")}${t.scalable.join()}` : "scalar";
  if (shape(from) === shape(to)) return true;
  report("llvm.cast-shape", `\`${op.name}\` keeps the number of elements`);
  return false;
}

function checkWidths(op: Operation, report: Report, ordered: "wider" | "narrower"): void {
  if (!checkShapes(op, report)) return;
  const width = (t: Type): number => {
    const e = elementTypeOf(t);
    return e instanceof IntegerType ? e.width : "width" in e ? (e.width as number) : 128;
  };
  const from = width(op.operand(0).type);
  const to = width(op.resultAt(0).type);
  if (ordered === "wider" ? to <= from : to >= from) {
    report("llvm.cast-width", `the result of \`${op.name}\` must be ${ordered} than its operand`);
  }
}

interface CastSpec {
  readonly from: TypeConstraint;
  readonly to: TypeConstraint;
  readonly verify: (op: Operation, report: Report) => void;
}

const shapes = (from: TypeConstraint, to: TypeConstraint): CastSpec => ({
  from,
  to,
  verify: (op, report) => {
    checkShapes(op, report);
  },
});
const wider = (t: TypeConstraint): CastSpec => ({
  from: t,
  to: t,
  verify: (op, report) => checkWidths(op, report, "wider"),
});
const narrower = (t: TypeConstraint): CastSpec => ({
  from: t,
  to: t,
  verify: (op, report) => checkWidths(op, report, "narrower"),
});

function cast(name: string, summary: string, spec: CastSpec) {
  return defineOp(name, {
    summary,
    operands: { arg: operand(spec.from) },
    results: { res: result(spec.to) },
    traits: [Pure, Elementwise],
    verify: spec.verify,
    assembly: "$arg attr-dict `:` type($arg) `to` type($res)",
  });
}

function nonNegCast(name: string, summary: string, spec: CastSpec) {
  return defineOp(name, {
    summary,
    operands: { arg: operand(spec.from) },
    results: { res: result(spec.to) },
    attributes: { nonNeg: unitAttr("the operand is not negative") },
    traits: [Pure, Elementwise],
    verify: spec.verify,
    assembly: "(`nneg` $nonNeg^)? $arg attr-dict `:` type($arg) `to` type($res)",
  });
}

/** Extends an integer with its sign. */
export class SExtOp extends cast("llvm.sext", "Sign extension.", wider(IntegerOrVector)) {}
/** Extends an integer with zeros. */
export class ZExtOp extends nonNegCast("llvm.zext", "Zero extension.", wider(IntegerOrVector)) {}
/** Keeps the low bits of an integer. */
export class TruncOp extends defineOp("llvm.trunc", {
  summary: "Keeps the low bits of an integer.",
  operands: { arg: operand(IntegerOrVector) },
  results: { res: result(IntegerOrVector) },
  attributes: { overflowFlags: overflow() },
  traits: [Pure, Elementwise],
  verify: narrower(IntegerOrVector).verify,
  assembly: "$arg (`overflow` `` $overflowFlags^)? attr-dict `:` type($arg) `to` type($res)",
}) {}
/** Widens a floating-point number, exactly. */
export class FPExtOp extends cast(
  "llvm.fpext",
  "Widens a floating-point number, exactly.",
  wider(FloatOrVector),
) {}
/** Rounds to a narrower floating-point format, to nearest even. */
export class FPTruncOp extends cast(
  "llvm.fptrunc",
  "Rounds to a narrower floating-point format.",
  narrower(FloatOrVector),
) {}
/** Signed integer to floating point. */
export class SIToFPOp extends cast(
  "llvm.sitofp",
  "Signed integer to floating point.",
  shapes(IntegerOrVector, FloatOrVector),
) {}
/** Unsigned integer to floating point. */
export class UIToFPOp extends nonNegCast(
  "llvm.uitofp",
  "Unsigned integer to floating point.",
  shapes(IntegerOrVector, FloatOrVector),
) {}
/** Floating point to signed integer, toward zero; poison when it does not fit. */
export class FPToSIOp extends cast(
  "llvm.fptosi",
  "Floating point to signed integer, toward zero.",
  shapes(FloatOrVector, IntegerOrVector),
) {}
/** Floating point to unsigned integer, toward zero; poison when it does not fit. */
export class FPToUIOp extends cast(
  "llvm.fptoui",
  "Floating point to unsigned integer, toward zero.",
  shapes(FloatOrVector, IntegerOrVector),
) {}
/** A pointer's address. */
export class PtrToIntOp extends cast(
  "llvm.ptrtoint",
  "A pointer's address.",
  shapes(PointerOrVector, IntegerOrVector),
) {}
/** The pointer to an address. */
export class IntToPtrOp extends cast(
  "llvm.inttoptr",
  "The pointer to an address.",
  shapes(IntegerOrVector, PointerOrVector),
) {}
/** The same memory in another address space. */
export class AddrSpaceCastOp extends cast(
  "llvm.addrspacecast",
  "The same memory in another address space.",
  shapes(PointerOrVector, PointerOrVector),
) {}

/** Width in bits of a value without padding; undefined for pointers and aggregates. */
function bitsOf(t: Type): number | undefined {
  const e = elementTypeOf(t);
  const n = t instanceof VectorType ? t.numElements : 1;
  if (e instanceof IntegerType) return n * e.width;
  if (!isLLVMFloat(e)) return undefined;
  return n * ("width" in e ? (e.width as number) : 128);
}

/** The same bits as another type of the same size. */
export class BitcastOp extends cast("llvm.bitcast", "The same bits as another type.", {
  from: AnyLLVM,
  to: AnyLLVM,
  verify: (op, report) => {
    const from = op.operand(0).type;
    const to = op.resultAt(0).type;
    const isPointer = (t: Type): boolean => elementTypeOf(t) instanceof LLVMPointerType;
    if (isPointer(from) || isPointer(to)) {
      if (from !== to) report("llvm.bitcast-pointer", "pointers are cast by `llvm.addrspacecast`");
      return;
    }
    if (bitsOf(from) === undefined || bitsOf(from) !== bitsOf(to)) {
      report("llvm.bitcast-size", "`llvm.bitcast` needs an operand and a result of one size");
    }
  },
}) {}
