/** Random types of the builtin dialect. */
import {
  AffineMap,
  AffineMapAttr,
  affineDim,
  bf16,
  dynamic,
  f16,
  f32,
  f64,
  FunctionType,
  i1,
  i16,
  i32,
  i64,
  i8,
  index,
  IntegerAttr,
  IntegerType,
  MemRefType,
  RankedTensorType,
  StridedLayoutAttr,
  type Type,
  VectorType,
} from "@strata/ir";
import type fc from "fast-check";
import { fromTape, type Tape } from "./tape.ts";

const commonNumbers = [i32, index, f32, i1, i8, i64, f64, i16, f16, bf16] as const;

/** An integer, index or float type. */
export function numberTypeFrom(tape: Tape): Type {
  if (!tape.chance(6)) return tape.pick(commonNumbers);
  return IntegerType.get(tape.int(1, 200), tape.pick(["signless", "signed", "unsigned"] as const));
}

function extentsFrom(tape: Tape, least: number, mayBeDynamic: boolean): number[] {
  return tape.list(0, 3, () =>
    mayBeDynamic && tape.chance(3) ? dynamic : tape.int(least, least + 5),
  );
}

function layoutFrom(tape: Tape, rank: number): StridedLayoutAttr | AffineMapAttr | undefined {
  if (!tape.chance(4)) return undefined;
  const { dynamic: unknown } = StridedLayoutAttr;
  const number = (): number => (tape.chance(3) ? unknown : tape.int(1, 9));
  if (tape.chance(2)) {
    const dims = Array.from({ length: rank }, (_, d) => affineDim(rank - 1 - d));
    return AffineMapAttr.get(AffineMap.get(rank, 0, dims));
  }
  return StridedLayoutAttr.get(Array.from({ length: rank }, number), tape.chance(2) ? number() : 0);
}

/** A vector type; scalable now and then. */
export function vectorTypeFrom(tape: Tape): VectorType {
  const shape = extentsFrom(tape, 1, false);
  const element = tape.pick([f32, i32, i1, i8, f64, index, i64, f16]);
  return VectorType.get(
    shape,
    element,
    shape.map(() => tape.chance(8)),
  );
}

/** Any builtin type up to a depth of nesting. */
export function typeFrom(tape: Tape, depth = 2): Type {
  switch (depth === 0 ? 0 : tape.int(0, 5)) {
    case 1:
      return vectorTypeFrom(tape);
    case 2: {
      const element = tape.chance(6) ? vectorTypeFrom(tape) : numberTypeFrom(tape);
      return RankedTensorType.get(extentsFrom(tape, 0, true), element);
    }
    case 3: {
      const shape = extentsFrom(tape, 0, true);
      const space = tape.chance(5) ? IntegerAttr.i64(tape.int(1, 5)) : undefined;
      const element = tape.chance(6) ? vectorTypeFrom(tape) : numberTypeFrom(tape);
      const isMap = (a: unknown): boolean => a instanceof AffineMapAttr && shape.length < 2;
      const layout = layoutFrom(tape, shape.length);
      // The identity is no layout.
      return MemRefType.get(shape, element, isMap(layout) ? undefined : layout, space);
    }
    case 4: {
      const some = (): Type[] => tape.list(0, 3, () => typeFrom(tape, depth - 1));
      return FunctionType.get(some(), some());
    }
    default:
      return numberTypeFrom(tape);
  }
}

/** Any builtin type. */
export const anyType: fc.Arbitrary<Type> = fromTape(24, (tape) => typeFrom(tape));
