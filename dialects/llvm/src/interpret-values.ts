/** What constants and the parts of vectors and aggregates are when a program runs. */
import {
  failAt,
  interpretAs,
  type RuntimeValue,
  scalarOfAttribute,
  VectorValue,
} from "@strata/interpret";
import type { DenseArrayAttr } from "@strata/ir";
import {
  ArrayAttr,
  type Attribute,
  DenseElementsAttr,
  FloatAttr,
  floatToBits,
  IntegerAttr,
  IntegerType,
  type InterfaceBinding,
  type Operation,
  StringAttr,
  type Type,
  VectorType,
} from "@strata/ir";
import { canonical, zeroValue } from "./memory-codec.ts";
import { AggregateValue } from "./memory.ts";
import * as ops from "./ops.ts";
import { integerOf } from "./interpret-numbers.ts";
import { isAggregate, LLVMArrayType } from "./types.ts";

function scalarConstant(a: IntegerAttr | FloatAttr, type: Type): RuntimeValue {
  if (a instanceof FloatAttr && type instanceof IntegerType) {
    return canonical(a.bits ?? floatToBits(a.value, a.type), type.width);
  }
  return scalarOfAttribute(a);
}

/** Elements `from` … of a dense constant as a value of an array or vector type. */
function denseConstant(a: DenseElementsAttr, type: Type, from: number): RuntimeValue {
  if (type instanceof LLVMArrayType) {
    const inner = elementsIn(type.elementType);
    const fields = Array.from({ length: type.size }, (_, i) =>
      denseConstant(a, type.elementType, from + i * inner),
    );
    return new AggregateValue(type, fields);
  }
  if (type instanceof VectorType) {
    const lanes = Array.from({ length: type.numElements }, (_, i) =>
      scalarConstant(a.at(from + i), type.elementType),
    );
    return new VectorValue(type, lanes);
  }
  return scalarConstant(a.at(from), type);
}

/** Scalars in a value of an array or vector type. */
export function elementsIn(type: Type): number {
  if (type instanceof LLVMArrayType) return type.size * elementsIn(type.elementType);
  return type instanceof VectorType ? type.numElements : 1;
}

/** The value of a constant attribute as a type. */
export function constantValue(op: Operation, a: Attribute, type: Type): RuntimeValue {
  if (a instanceof IntegerAttr || a instanceof FloatAttr) return scalarConstant(a, type);
  if (a instanceof DenseElementsAttr) return denseConstant(a, type, 0);
  if (a instanceof StringAttr) {
    const bytes = ops.stringBytes(a.value).map((b) => canonical(BigInt(b), 8));
    return new AggregateValue(type, bytes);
  }
  if (a instanceof ArrayAttr && isAggregate(type)) {
    const typeOf = (i: number): Type =>
      type instanceof LLVMArrayType ? type.elementType : type.body![i]!;
    return new AggregateValue(
      type,
      a.values.map((v, i) => constantValue(op, v, typeOf(i))),
    );
  }
  // What is left are zero, undefined and poison, which all read as zero.
  if (a.toString().startsWith("#llvm.")) return zeroValue(type);
  return failAt(op, "llvm.constant-type", `${a.toString()} has no run-time value`);
}

function extract(value: RuntimeValue, position: readonly number[]): RuntimeValue {
  let v = value;
  for (const i of position) v = (v as AggregateValue).fields[i]!;
  return v;
}

function insert(
  into: RuntimeValue,
  position: readonly number[],
  value: RuntimeValue,
): RuntimeValue {
  const [first, ...rest] = position;
  if (first === undefined) return value;
  const { type, fields } = into as AggregateValue;
  const copy = [...fields];
  copy[first] = insert(fields[first]!, rest, value);
  return new AggregateValue(type, copy);
}

const positionOf = (a: DenseArrayAttr): number[] => a.numbers;

/** An element that is not there is poison, which reads as zero. */
function lane(v: VectorValue, i: number): RuntimeValue {
  return v.elements[i] ?? zeroValue(v.type.elementType);
}

/** How constants and parts run. */
export const valueInterpretation: readonly InterfaceBinding[] = [
  interpretAs(ops.ConstantOp, (op) => {
    let value: RuntimeValue | undefined;
    return () => (value ??= constantValue(op, op.value, op.res.type));
  }),
  ...[ops.ZeroOp, ops.UndefOp, ops.PoisonOp].map((cls) =>
    interpretAs(cls, (op) => {
      let value: RuntimeValue | undefined;
      return () => (value ??= zeroValue(op.resultAt(0).type));
    }),
  ),
  interpretAs(ops.ExtractValueOp, (op) => {
    const position = positionOf(op.position);
    return (v) => extract(v, position);
  }),
  interpretAs(ops.InsertValueOp, (op) => {
    const position = positionOf(op.position);
    return (container, v) => insert(container, position, v);
  }),
  interpretAs(ops.ExtractElementOp, () => (v, i) => lane(v as VectorValue, Number(i))),
  interpretAs(ops.InsertElementOp, () => (v, x, i) => {
    const { type, elements } = v as VectorValue;
    const copy = [...elements];
    if (Number(i) < copy.length && Number(i) >= 0) copy[Number(i)] = x;
    return new VectorValue(type, copy);
  }),
  interpretAs(ops.ShuffleVectorOp, (op) => {
    const mask = positionOf(op.mask);
    const type = op.res.type;
    return (a, b) => {
      const all = [...(a as VectorValue).elements, ...(b as VectorValue).elements];
      const lanes = mask.map((i) => all[i] ?? zeroValue(type.elementType));
      return new VectorValue(type, lanes);
    };
  }),
  interpretAs(ops.StepVectorOp, (op) => {
    const type = op.res.type;
    const width = (type.elementType as IntegerType).width;
    const lanes = Array.from({ length: type.numElements }, (_, i) => canonical(BigInt(i), width));
    return () => new VectorValue(type, lanes);
  }),
  interpretAs(ops.VectorExtractOp, (op) => {
    const type = op.res.type;
    const from = integerOf(op.pos);
    return (v) => {
      const lanes = Array.from({ length: type.numElements }, (_, i) =>
        lane(v as VectorValue, from + i),
      );
      return new VectorValue(type, lanes);
    };
  }),
  interpretAs(ops.VectorInsertOp, (op) => {
    const at = integerOf(op.pos);
    return (into, part) => {
      const { type, elements } = into as VectorValue;
      const copy = [...elements];
      (part as VectorValue).elements.forEach((x, i) => {
        copy[at + i] = x;
      });
      return new VectorValue(type, copy);
    };
  }),
  interpretAs(ops.GetActiveLaneMaskOp, (op) => {
    const type = op.res.type as VectorType;
    const width = op.base.type.width;
    const u = (x: RuntimeValue): bigint => BigInt.asUintN(width, BigInt(x as number));
    return (base, n) => {
      const lanes = Array.from({ length: type.numElements }, (_, i) =>
        u(base) + BigInt(i) < u(n) ? 1 : 0,
      );
      return new VectorValue(type, lanes);
    };
  }),
];
