/** Operations on structures, arrays and vectors, and the constants of the LLVM dialect. */
import {
  AnyAttr,
  ArrayAttr,
  type Attribute,
  attr,
  ConstantLike,
  DenseElementsAttr,
  DenseI32Array,
  DenseI64Array,
  DenseArrayAttr,
  defineOp,
  elementOf,
  FlatSymbolRef,
  FloatAttr,
  FloatType,
  IntegerAttr,
  IntegerType,
  operand,
  Pure,
  result,
  StringAttr,
  SymbolRefAttr,
  type Type,
  typeVar,
  VectorType,
} from "@strata/ir";
import { PoisonAttr, UndefAttr, ZeroAttr } from "./attributes.ts";
import { Aggregate, AnyLLVM, AnyLLVMInteger, AnyPointer, LLVMVector } from "./constraints.ts";
import {
  arrayShapeOf,
  fieldType,
  LLVMArrayType,
  LLVMPointerType,
  LLVMStructType,
  LLVMTargetExtType,
} from "./types.ts";

const positionOf = (a: Attribute | undefined): number[] =>
  a instanceof DenseArrayAttr ? a.numbers : [];

/** A field of a structure or array. */
export class ExtractValueOp extends defineOp("llvm.extractvalue", {
  summary: "A field of a structure or array.",
  operands: { container: operand(Aggregate) },
  results: { res: result(AnyLLVM) },
  attributes: { position: attr(DenseI64Array) },
  traits: [Pure],
  inferResults: ([container], properties) => {
    const t = fieldType(container!.type, positionOf(properties.get("position")));
    return t === undefined ? [container!.type] : [t];
  },
  verify(op, report) {
    const t = fieldType(op.operand(0).type, positionOf(op.getAttr("position")));
    if (t !== op.resultAt(0).type) {
      report("llvm.field", `the position names ${t === undefined ? "no field" : `a \`${t}\``}`);
    }
  },
  assembly: "$container `` $position attr-dict `:` type($container)",
}) {}

/** An aggregate with one field replaced. */
export class InsertValueOp extends defineOp("llvm.insertvalue", {
  summary: "An aggregate with one field replaced.",
  operands: { container: operand(Aggregate), value: operand(AnyLLVM) },
  results: { res: result(Aggregate) },
  attributes: { position: attr(DenseI64Array) },
  traits: [Pure],
  inferResults: ([container]) => [container!.type],
  verify(op, report) {
    const t = fieldType(op.operand(0).type, positionOf(op.getAttr("position")));
    if (t !== op.operand(1).type) {
      report("llvm.field", `the position names ${t === undefined ? "no field" : `a \`${t}\``}`);
    }
    if (op.resultAt(0).type !== op.operand(0).type) {
      report("llvm.field", "the result has the type of the container");
    }
  },
  print(op, p) {
    p.write(" ");
    p.operand(op.operand(1));
    p.write(", ");
    p.operand(op.operand(0));
    p.write(`[${positionOf(op.getAttr("position")).join(", ")}]`);
    p.attrDict(op, new Set(["position"]));
    p.write(" : ");
    p.type(op.operand(0).type);
  },
  parse(p) {
    const value = p.parseOperand();
    p.asm.expect(",");
    const container = p.parseOperand();
    const position = DenseI64Array.parse!(p.asm);
    p.setAttr("position", position);
    p.parseAttrDict();
    p.asm.expect(":");
    const start = p.asm.tokenStart();
    const type = p.asm.parseType();
    const field = fieldType(type, position.numbers);
    if (field === undefined) return p.asm.fail("llvm.field", "the position names no field", start);
    p.setOperands("container", [p.resolve(container, type)]);
    p.setOperands("value", [p.resolve(value, field)]);
  },
}) {}

const V = typeVar("V", LLVMVector);
const element = elementOf(V);

/** An element of a vector; poison when there is none. */
export class ExtractElementOp extends defineOp("llvm.extractelement", {
  summary: "An element of a vector.",
  operands: { vector: operand(V), position: operand(AnyLLVMInteger) },
  results: { res: result(element) },
  traits: [Pure],
  assembly: "$vector `[` $position `:` type($position) `]` attr-dict `:` type($vector)",
}) {}

/** A vector with one element replaced. */
export class InsertElementOp extends defineOp("llvm.insertelement", {
  summary: "A vector with one element replaced.",
  operands: { vector: operand(V), value: operand(element), position: operand(AnyLLVMInteger) },
  results: { res: result(V) },
  traits: [Pure],
  assembly: "$value `,` $vector `[` $position `:` type($position) `]` attr-dict `:` type($vector)",
}) {}

/** The elements of two vectors that a mask names; −1 is poison. */
export class ShuffleVectorOp extends defineOp("llvm.shufflevector", {
  summary: "The elements of two vectors that a mask names; -1 is poison.",
  operands: { v1: operand(V), v2: operand(V) },
  results: { res: result(LLVMVector) },
  attributes: { mask: attr(DenseI32Array) },
  traits: [Pure],
  inferResults: ([v1], properties) => {
    const from = v1!.type;
    const n = positionOf(properties.get("mask")).length;
    return [from instanceof VectorType ? VectorType.get([n], from.elementType) : from];
  },
  verify(op, report) {
    const from = op.operand(0).type as VectorType;
    const to = op.resultAt(0).type as VectorType;
    const mask = positionOf(op.getAttr("mask"));
    if (mask.some((i) => i < -1 || i >= 2 * from.shape[0]!)) {
      report("llvm.shuffle-mask", "the mask names elements that neither vector has");
    }
    if (to.elementType !== from.elementType || to.shape[0] !== mask.length) {
      report("llvm.shuffle-type", "the result has one element for each of the mask");
    }
  },
  assembly: "$v1 `,` $v2 $mask attr-dict `:` type($v1)",
}) {}

// --- constants -----------------------------------------------------------------------------------

const constantTypes = "an integer, float, dense, string or list attribute";

/** Whether an attribute is a constant of a type. */
export function isConstantOf(value: Attribute, type: Type): boolean {
  if (value instanceof ZeroAttr || value instanceof UndefAttr || value instanceof PoisonAttr) {
    return true;
  }
  if (value instanceof IntegerAttr) return value.type === type;
  if (value instanceof FloatAttr) {
    // The bits of a narrow format that LLVM lacks may stand for an integer of that width.
    return type instanceof IntegerType ? value.type.width === type.width : value.type === type;
  }
  if (value instanceof StringAttr) {
    return type instanceof LLVMArrayType && type.elementType === IntegerType.get(8);
  }
  if (value instanceof SymbolRefAttr) return type instanceof LLVMPointerType;
  if (value instanceof DenseElementsAttr) {
    const to = arrayShapeOf(type);
    const from = value.type;
    const elementOk =
      from.elementType === to.elementType ||
      (from.elementType instanceof FloatType &&
        to.elementType instanceof IntegerType &&
        from.elementType.width === to.elementType.width);
    const count = to.shape.reduce((n, d) => n * d, 1);
    return elementOk && to.shape.length > 0 && from.numElements === count;
  }
  if (value instanceof ArrayAttr) {
    if (type instanceof LLVMStructType) {
      const body = type.body;
      return (
        body !== undefined &&
        body.length === value.values.length &&
        value.values.every((v, i) => isConstantOf(v, body[i]!))
      );
    }
    if (!(type instanceof LLVMArrayType)) return false;
    return (
      type.size === value.values.length &&
      value.values.every((v) => isConstantOf(v, type.elementType))
    );
  }
  return false;
}

/** A constant of a type: integer, float, dense elements, string bytes or a list for a structure. */
export class ConstantOp extends defineOp("llvm.mlir.constant", {
  summary: "A constant.",
  results: { res: result(AnyLLVM) },
  attributes: { value: attr(AnyAttr) },
  traits: [Pure, ConstantLike],
  verify(op, report) {
    const value = op.getAttr("value")!;
    const type = op.resultAt(0).type;
    if (!isConstantOf(value, type)) {
      report(
        "llvm.constant-type",
        `\`${value.toString()}\` is no constant of type \`${type.toString()}\``,
        `the value of \`llvm.mlir.constant\` is ${constantTypes} that fits the type`,
      );
    }
  },
  assembly: "`(` $value `)` attr-dict `:` type($res)",
}) {}

/** The zero of any type: 0, 0.0, null, or an aggregate of zeros. */
export class ZeroOp extends defineOp("llvm.mlir.zero", {
  summary: "The zero of any type.",
  results: { res: result(AnyLLVM) },
  traits: [Pure],
  verify(op, report) {
    const t = op.resultAt(0).type;
    if (t instanceof LLVMTargetExtType && !t.extName.startsWith("spirv.")) {
      report("llvm.zero-type", `\`${t.toString()}\` has no zero`);
    }
  },
  assembly: "attr-dict `:` type($res)",
}) {}

/** An undefined value: each use may see other bits. */
export class UndefOp extends defineOp("llvm.mlir.undef", {
  summary: "An undefined value.",
  results: { res: result(AnyLLVM) },
  traits: [Pure],
  assembly: "attr-dict `:` type($res)",
}) {}

/** Poison: whatever depends on it is poison. */
export class PoisonOp extends defineOp("llvm.mlir.poison", {
  summary: "A poison value.",
  results: { res: result(AnyLLVM) },
  traits: [Pure],
  assembly: "attr-dict `:` type($res)",
}) {}

/** The empty token. */
export class NoneTokenOp extends defineOp("llvm.mlir.none", {
  summary: "The empty token.",
  results: { res: result(AnyLLVM) },
  traits: [Pure],
  assembly: "attr-dict `:` type($res)",
}) {}

/** The address of a global or function. */
export class AddressOfOp extends defineOp("llvm.mlir.addressof", {
  summary: "The address of a global or function.",
  results: { res: result(AnyPointer) },
  attributes: { global_name: attr(FlatSymbolRef) },
  traits: [Pure],
  assembly: "$global_name attr-dict `:` type($res)",
}) {}
