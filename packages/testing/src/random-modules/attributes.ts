/** Random attributes of the builtin dialect. */
import {
  type AffineExpr,
  affineBinary,
  affineConst,
  affineDim,
  AffineMap,
  AffineMapAttr,
  affineSym,
  ArrayAttr,
  type Attribute,
  type DenseElement,
  DenseElementsAttr,
  DenseArrayAttr,
  DictionaryAttr,
  f32,
  f64,
  FloatAttr,
  FloatType,
  i32,
  i8,
  IndexType,
  IntegerAttr,
  IntegerType,
  RankedTensorType,
  type ShapedType,
  StringAttr,
  SymbolRefAttr,
  type Type,
  TypeAttr,
  UnitAttr,
  VectorType,
} from "@strata/ir";
import type fc from "fast-check";
import { fromTape, type Tape } from "./tape.ts";
import { numberTypeFrom, typeFrom } from "./types.ts";

const edges = [0n, 1n, -1n, 2n, 7n, -8n];

/** An integer of a type, with the edges more often than chance. */
export function integerFrom(tape: Tape, type: IntegerType | IndexType): IntegerAttr {
  const width = type instanceof IntegerType ? type.width : 64;
  const least = -(1n << BigInt(width - 1));
  const value = tape.chance(3)
    ? tape.pick([least, -least - 1n, least + 1n, 1n << BigInt(width >> 1), BigInt(width)])
    : tape.chance(3)
      ? tape.bits(width)
      : tape.pick(edges);
  const isUnsigned = type instanceof IntegerType && type.signedness === "unsigned";
  const wrapped = isUnsigned ? BigInt.asUintN(width, value) : BigInt.asIntN(width, value);
  return IntegerAttr.get(wrapped, type);
}

/** A float of a type by its bits: NaN, infinities, −0 and denormal numbers among them. */
export function floatFrom(tape: Tape, type: FloatType): FloatAttr {
  if (!tape.chance(4)) return FloatAttr.get(tape.pick([0, 1, -1, 0.5, -2.5, 1e3, 3.1]), type);
  if (tape.chance(3)) return FloatAttr.fromBits(tape.bits(type.width), type);
  return FloatAttr.get(tape.pick([-0, Infinity, -Infinity, Number.NaN, 1e-40, 65504]), type);
}

/** A number of a type. */
export function numberFrom(tape: Tape, type: Type): DenseElement {
  if (type instanceof FloatType) return floatFrom(tape, type);
  if (type instanceof IntegerType || type instanceof IndexType) return integerFrom(tape, type);
  throw new Error(`${type.toString()} is no type of numbers`);
}

/** A constant of a shaped type with static shape; a splat half of the time. */
export function denseFrom(tape: Tape, type: ShapedType): DenseElementsAttr {
  const element = (): DenseElement => numberFrom(tape, type.elementType);
  const n = type.numElements;
  if (n === 0) return DenseElementsAttr.get(type, []);
  if (!tape.chance(2)) return DenseElementsAttr.splat(type, element());
  return DenseElementsAttr.get(type, Array.from({ length: n }, element));
}

const words = [
  "a",
  "",
  "two words",
  'quo"te',
  "back\\slash",
  "new\nline",
  "ümläut",
  "\u0000\u001f",
];

function affineFrom(tape: Tape, dims: number, symbols: number, depth: number): AffineExpr {
  const leaf = (): AffineExpr => {
    const kinds = [() => affineConst(BigInt(tape.int(0, 9)) - 4n)];
    if (dims > 0) kinds.unshift(() => affineDim(tape.int(0, dims - 1)));
    if (symbols > 0) kinds.push(() => affineSym(tape.int(0, symbols - 1)));
    return tape.pick(kinds)();
  };
  if (depth === 0 || !tape.chance(2)) return leaf();
  const lhs = affineFrom(tape, dims, symbols, depth - 1);
  const positive = affineConst(BigInt(tape.int(1, 9)));
  const op = tape.pick(["+", "*", "floordiv", "ceildiv", "mod"] as const);
  return affineBinary(op, lhs, op === "+" ? affineFrom(tape, dims, symbols, depth - 1) : positive);
}

/** An affine map of at most three dimensions, two symbols and three results. */
export function affineMapFrom(tape: Tape): AffineMapAttr {
  const [dims, symbols] = [tape.int(0, 3), tape.int(0, 2)];
  const results = tape.list(0, 3, () => affineFrom(tape, dims, symbols, 2));
  return AffineMapAttr.get(AffineMap.get(dims, symbols, results));
}

const denseTypes = [
  RankedTensorType.get([2, 3], f32),
  RankedTensorType.get([0], i32),
  RankedTensorType.get([], f64),
  VectorType.get([4], i8),
  VectorType.get([2, 2], f32),
  RankedTensorType.get([3], IntegerType.get(1)),
];

/** Any builtin attribute up to a depth of nesting. */
export function attributeFrom(tape: Tape, depth = 2): Attribute {
  const inner = (): Attribute => attributeFrom(tape, depth - 1);
  switch (tape.int(0, depth === 0 ? 6 : 9)) {
    case 1:
      return UnitAttr.instance;
    case 2:
      return StringAttr.get(tape.pick(words));
    case 3:
      return TypeAttr.get(typeFrom(tape, depth));
    case 4:
      return SymbolRefAttr.get(
        tape.pick(["f", "a b", "x.y"]),
        tape.list(0, 2, () => tape.pick(["g", "h"])),
      );
    case 5:
      return denseFrom(tape, tape.pick(denseTypes));
    case 6:
      return tape.chance(2)
        ? DenseArrayAttr.i64(tape.list(0, 4, () => tape.int(0, 99) - 50))
        : DenseArrayAttr.i32(tape.list(0, 4, () => tape.int(0, 99) - 50));
    case 7:
      return ArrayAttr.get(tape.list(0, 3, inner));
    case 8: {
      const names = ["key", "other", "with space", "a.b"];
      const count = tape.int(0, names.length);
      return DictionaryAttr.get(names.slice(0, count).map((n) => [n, inner()] as const));
    }
    case 9:
      return affineMapFrom(tape);
    default:
      return numberFrom(tape, numberTypeFrom(tape));
  }
}

/** Any builtin attribute. */
export const anyAttribute: fc.Arbitrary<Attribute> = fromTape(32, (tape) => attributeFrom(tape));
