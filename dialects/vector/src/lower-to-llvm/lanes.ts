/** Operations that make, take apart and rearrange vectors. */
import {
  DenseArrayAttr,
  DenseElementsAttr,
  i1,
  i64,
  IntegerAttr,
  joinMixed,
  type MixedIndex,
  type Type,
  type Value,
  VectorType,
} from "@strata/ir";
import * as llvm from "@strata/llvm";
import {
  buildElementwise,
  constantAttrOf,
  constantOf,
  fieldOf,
  i64Constant,
  insertOne,
  poisonOf,
  splat,
  withField,
} from "@strata/llvm/lowering";
import {
  type ConversionRewriter,
  conversionPattern,
  type RewritePattern,
  type TypeConverter,
} from "@strata/rewrite";
import * as ops from "../ops.ts";

const noForm = "the vector has no form in LLVM";

const lane = (r: ConversionRewriter, x: MixedIndex): Value =>
  typeof x === "number" ? constantOf(r, i64, x) : x;

const elementAt = (r: ConversionRewriter, vector: Value, x: MixedIndex): Value =>
  r.insert(llvm.ExtractElementOp.of({ vector, position: lane(r, x) })).res;

// --- broadcast -----------------------------------------------------------------------------------

const shapeOf = (t: Type): readonly number[] => (t instanceof VectorType ? t.shape : []);

/** A value of a shape, spread to a greater one: missing and unit dimensions are repeated. */
function spread(
  r: ConversionRewriter,
  v: Value,
  from: readonly number[],
  to: readonly number[],
  type: Type,
): Value {
  if (to.length === 0) return v;
  const missing = from.length < to.length;
  if (type instanceof VectorType) {
    if (!missing && from[0] === to[0]) return v;
    return splat(r, missing ? v : elementAt(r, v, 0), type);
  }
  const inner = (type as llvm.LLVMArrayType).elementType;
  let all = poisonOf(r, type);
  for (let i = 0; i < to[0]!; i++) {
    const part = missing ? v : fieldOf(r, v, from[0] === 1 ? 0 : i);
    const rest = missing ? from : from.slice(1);
    all = withField(r, all, spread(r, part, rest, to.slice(1), inner), i);
  }
  return all;
}

function broadcast(converter: TypeConverter): RewritePattern {
  return conversionPattern(
    "vector.broadcast-to-llvm",
    ops.Broadcast,
    (op, adaptor, r) => {
      const type = converter.convertOne(op.vector.type);
      if (type === undefined) return r.fail(noForm);
      const from = op.source.type;
      // A vector of rank 0 is one lane.
      const isLane = from instanceof VectorType && from.rank === 0;
      const source = isLane ? elementAt(r, adaptor.source, 0) : adaptor.source;
      const to = op.vector.type.rank === 0 ? [1] : op.vector.type.shape;
      r.replaceOp(op, [spread(r, source, shapeOf(from), to, type)]);
      return true;
    },
    { converter },
  );
}

// --- parts ---------------------------------------------------------------------------------------

/** Positions of rows, which are constants in LLVM, and of the lane if one is named. */
function splitPosition(
  position: readonly MixedIndex[],
  rank: number,
): { rows: number[]; lane: MixedIndex | undefined } | undefined {
  const rows = rank === 0 ? [] : position.slice(0, rank - 1);
  if (!rows.every((x) => typeof x === "number")) return undefined;
  return { rows, lane: rank === 0 ? 0 : position[rank - 1] };
}

const computedRow = "LLVM has no computed positions of rows";

function extract(converter: TypeConverter): RewritePattern {
  return conversionPattern(
    "vector.extract-to-llvm",
    ops.Extract,
    (op, adaptor, r) => {
      const position = joinMixed(adaptor.dynamic_position, op.static_position);
      const { rank } = op.source.type;
      const at = splitPosition(position, rank);
      if (at === undefined) return r.fail(computedRow);
      const row = fieldOf(r, adaptor.source, ...at.rows);
      const whole = at.lane === undefined || op.result.type instanceof VectorType;
      r.replaceOp(op, [whole ? row : elementAt(r, row, at.lane!)]);
      return true;
    },
    { converter },
  );
}

function insert(converter: TypeConverter): RewritePattern {
  return conversionPattern(
    "vector.insert-to-llvm",
    ops.Insert,
    (op, adaptor, r) => {
      const position = joinMixed(adaptor.dynamic_position, op.static_position);
      const dest = op.dest.type as VectorType;
      const at = splitPosition(position, dest.rank);
      if (at === undefined) return r.fail(computedRow);
      const { valueToStore } = adaptor;
      if (at.lane === undefined || op.valueToStore.type instanceof VectorType) {
        r.replaceOp(op, [withField(r, adaptor.dest, valueToStore, ...at.rows)]);
        return true;
      }
      const vector = fieldOf(r, adaptor.dest, ...at.rows);
      const position1 = lane(r, at.lane);
      const init = { vector, value: valueToStore, position: position1 };
      const row = r.insert(llvm.InsertElementOp.of(init)).res;
      r.replaceOp(op, [withField(r, adaptor.dest, row, ...at.rows)]);
      return true;
    },
    { converter },
  );
}

// --- shuffle -------------------------------------------------------------------------------------

const shuffleRow = (r: ConversionRewriter, v1: Value, v2: Value, mask: number[]): Value =>
  r.insert(llvm.ShuffleVectorOp.of({ v1, v2, mask: DenseArrayAttr.i32(mask) })).res;

/** LLVM shuffles vectors of one length: the shorter one gets lanes that nobody asks for. */
function shuffleRows(r: ConversionRewriter, a: Value, b: Value, mask: readonly number[]): Value {
  const [m, n] = [(a.type as VectorType).shape[0]!, (b.type as VectorType).shape[0]!];
  const length = Math.max(m, n);
  const padded = (v: Value, own: number): Value =>
    own === length
      ? v
      : shuffleRow(
          r,
          v,
          v,
          Array.from({ length }, (_, i) => (i < own ? i : -1)),
        );
  const moved = mask.map((i) => (i < 0 ? -1 : i < m ? i : i - m + length));
  return shuffleRow(r, padded(a, m), padded(b, n), moved);
}

function shuffle(converter: TypeConverter): RewritePattern {
  return conversionPattern(
    "vector.shuffle-to-llvm",
    ops.Shuffle,
    (op, adaptor, r) => {
      const type = converter.convertOne(op.vector.type);
      if (type === undefined) return r.fail(noForm);
      const { v1, v2 } = adaptor;
      const mask = op.mask.numbers;
      if (type instanceof VectorType) {
        r.replaceOp(op, [shuffleRows(r, v1, v2, mask)]);
        return true;
      }
      const split = op.v1.type.shape[0]!;
      const all = mask.reduce(
        (into, i, k) => {
          if (i < 0) return into;
          const part = i < split ? fieldOf(r, v1, i) : fieldOf(r, v2, i - split);
          return withField(r, into, part, k);
        },
        poisonOf(r, type),
      );
      r.replaceOp(op, [all]);
      return true;
    },
    { converter },
  );
}

// --- lane numbers and masks ----------------------------------------------------------------------

function laneNumbers(r: ConversionRewriter, n: number): Value {
  const type = VectorType.get([n], i64);
  const numbers = Array.from({ length: n }, (_, i) => IntegerAttr.get(i, i64));
  return constantAttrOf(r, type, DenseElementsAttr.get(type, numbers));
}

function step(converter: TypeConverter): RewritePattern {
  return conversionPattern(
    "vector.step-to-llvm",
    ops.Step,
    (op, _adaptor, r) => {
      const type = converter.convertOne(op.result.type);
      if (!(type instanceof VectorType)) return r.fail(noForm);
      r.replaceOp(op, [laneNumbers(r, type.shape[0]!)]);
      return true;
    },
    { converter },
  );
}

function compare(
  r: ConversionRewriter,
  predicate: (typeof llvm.ICmpPredicate.cases)[number],
  lhs: Value,
  rhs: Value,
): Value {
  return r.insert(llvm.ICmpOp.of({ lhs, rhs, predicate: llvm.ICmpPredicate.attr(predicate) })).res;
}

/** Lane i is set when i is below the bound, in every dimension. */
function maskOf(r: ConversionRewriter, bounds: readonly Value[], type: Type): Value {
  const [bound, ...rest] = bounds;
  if (bound === undefined) return poisonOf(r, type);
  if (type instanceof VectorType) {
    const numbers = laneNumbers(r, type.shape[0]!);
    return compare(r, "slt", numbers, splat(r, bound, numbers.type as VectorType));
  }
  const array = type as llvm.LLVMArrayType;
  const inner = maskOf(r, rest, array.elementType);
  const none = r.insert(llvm.ZeroOp.of({}, { types: { res: array.elementType } })).res;
  let all = poisonOf(r, type);
  for (let i = 0; i < array.size; i++) {
    const condition = compare(r, "sgt", bound, i64Constant(r, i));
    const row = llvm.SelectOp.of({ condition, trueValue: inner, falseValue: none });
    all = withField(r, all, r.insert(row).res, i);
  }
  return all;
}

function createMask(converter: TypeConverter): RewritePattern {
  return conversionPattern(
    "vector.create_mask-to-llvm",
    ops.CreateMask,
    (op, adaptor, r) => {
      const type = converter.convertOne(op.mask.type);
      if (type === undefined) return r.fail(noForm);
      // A mask of rank 0 has a bound of its own: its one lane is set when that is not 0.
      r.replaceOp(op, [maskOf(r, adaptor.bounds, type)]);
      return true;
    },
    { converter },
  );
}

function constantMask(converter: TypeConverter): RewritePattern {
  return conversionPattern(
    "vector.constant_mask-to-llvm",
    ops.ConstantMask,
    (op, _adaptor, r) => {
      const type = converter.convertOne(op.mask.type);
      if (type === undefined) return r.fail(noForm);
      const shape = op.mask.type.rank === 0 ? [1] : op.mask.type.shape;
      const sizes = op.mask_dim_sizes.numbers;
      const lanes: IntegerAttr[] = [];
      const fill = (d: number, isSet: boolean): void => {
        if (d === shape.length) {
          lanes.push(IntegerAttr.bool(isSet));
          return;
        }
        for (let i = 0; i < shape[d]!; i++) fill(d + 1, isSet && i < (sizes[d] ?? 0));
      };
      fill(0, true);
      const value = DenseElementsAttr.get(VectorType.get(shape, i1), lanes);
      r.replaceOp(op, [constantAttrOf(r, type, value)]);
      return true;
    },
    { converter },
  );
}

function fma(converter: TypeConverter): RewritePattern {
  return conversionPattern(
    "vector.fma-to-llvm",
    ops.FMA,
    (op, adaptor, r) => {
      const type = converter.convertOne(op.result.type);
      if (type === undefined) return r.fail(noForm);
      const value = buildElementwise(r, type, adaptor.operands, (rows, row) =>
        insertOne(r, llvm.FMAOp, rows, row),
      );
      r.replaceOp(op, [value]);
      return true;
    },
    { converter },
  );
}

/** Conversions of everything that rearranges lanes. */
export function lanePatterns(converter: TypeConverter): RewritePattern[] {
  return [
    broadcast(converter),
    extract(converter),
    insert(converter),
    shuffle(converter),
    step(converter),
    createMask(converter),
    constantMask(converter),
    fma(converter),
  ];
}
