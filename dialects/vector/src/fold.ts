/** Folds of `vector`: constants, and operations that undo each other or change nothing. */
import { InterpretInterface, type RuntimeValue, VectorValue } from "@strata/interpret";
import {
  type Attribute,
  bitWidthOf,
  type DenseArrayAttr,
  type DenseElement,
  DenseElementsAttr,
  dynamicIndex,
  elementTypeOf,
  FloatAttr,
  foldOf,
  type FoldResult,
  IntegerAttr,
  type InterfaceBinding,
  type Operation,
  type Value,
  VectorType,
} from "@strata/ir";
import { positionIn } from "./interpret/values.ts";
import * as ops from "./ops.ts";
import { integersOf } from "./ops/shapes.ts";

/** Constants with more elements than this stay computed. */
const maxElements = 1 << 12;

const isElement = (a: Attribute | undefined): a is DenseElement =>
  (a instanceof IntegerAttr || a instanceof FloatAttr) && bitWidthOf(a.type) !== undefined;

const isFixed = (v: Value): boolean =>
  !(v.type instanceof VectorType) || (!v.type.scalable.includes(true) && fits(v.type));

const fits = (t: VectorType): boolean => t.numElements <= maxElements;

/** The elements of a constant; undefined where it is none. */
function constantElements(a: Attribute | undefined): readonly DenseElement[] | undefined {
  if (isElement(a)) return [a];
  if (!(a instanceof DenseElementsAttr)) return undefined;
  return Array.from({ length: a.type.numElements }, (_, i) => a.at(i));
}

/**
 * The results of an operation that only moves elements: it is run on the numbers of the elements,
 * which says where each comes from, so that every bit of a NaN stays.
 */
function foldMove(op: Operation, operands: readonly (Attribute | undefined)[]): FoldResult {
  const all: DenseElement[] = [];
  const args: RuntimeValue[] = [];
  if (![...op.operands, ...op.results].every(isFixed)) return undefined;
  for (const [i, a] of operands.entries()) {
    const elements = constantElements(a);
    if (elements === undefined) return undefined;
    const numbers = elements.map((_, k) => all.length + k);
    const { type } = op.operand(i);
    args.push(type instanceof VectorType ? new VectorValue(type, numbers) : numbers[0]!);
    all.push(...elements);
  }
  const implementation = InterpretInterface.of(op);
  const single = implementation?.specialize?.(op)?.(...args);
  if (single === undefined) return undefined;
  const { type } = op.results[0]!;
  if (!(type instanceof VectorType) || !(single instanceof VectorValue)) return undefined;
  const moved = single.elements.map((n) => all[n as number]!);
  return [DenseElementsAttr.get(type, moved)];
}

const same = (from: Value, to: Value): Value | undefined =>
  from.type === to.type ? from : undefined;

/** Constant positions; undefined where one is an operand or chooses nothing. */
function staticPosition(a: DenseArrayAttr): number[] | undefined {
  const isStatic = !a.values.includes(dynamicIndex) && a.numbers.every((n) => n >= 0);
  return isStatic ? a.numbers : undefined;
}

/** Positions whose operands are constants as well; undefined where one is unknown or outside. */
function knownPosition(
  a: DenseArrayAttr,
  dynamic: readonly (Attribute | undefined)[],
  type: VectorType,
): number[] | undefined {
  let next = 0;
  const at: number[] = [];
  for (const [d, c] of a.values.entries()) {
    const value = c === dynamicIndex ? dynamic[next++] : IntegerAttr.index(c);
    if (!(value instanceof IntegerAttr)) return undefined;
    if (value.value < 0n || value.value >= BigInt(type.shape[d]!)) return undefined;
    at.push(Number(value.value));
  }
  return at;
}

const startsWith = (a: readonly number[], b: readonly number[]): boolean =>
  b.every((n, i) => n === a[i]);

/** What stands at a static position, looked for in the operations that made the vector. */
function trace(op: ops.Extract): Value | undefined {
  const at = staticPosition(op.static_position);
  if (at === undefined) return undefined;
  const wanted = op.result.type;
  let source: Value = op.source;
  for (;;) {
    const def = source.definingOp;
    if (def instanceof ops.Broadcast) {
      const isScalar = def.source.type === wanted && def.source.type === elementTypeOf(source.type);
      return isScalar ? def.source : undefined;
    }
    if (def instanceof ops.FromElements && !isVector(wanted) && isFixed(source)) {
      return def.elements[positionIn(at, def.dest.type.shape)];
    }
    if (!(def instanceof ops.Insert)) return undefined;
    const put = staticPosition(def.static_position);
    if (put === undefined) return undefined;
    if (put.length === at.length && startsWith(at, put)) {
      return def.valueToStore.type === wanted ? def.valueToStore : undefined;
    }
    // Parts that contain one another are not looked into.
    const shorter = Math.min(put.length, at.length);
    if (startsWith(at.slice(0, shorter), put.slice(0, shorter))) return undefined;
    source = def.dest;
  }
}

const isVector = (t: unknown): boolean => t instanceof VectorType;

function foldExtract(
  op: ops.Extract,
  [source, ...dynamic]: readonly (Attribute | undefined)[],
): Attribute | Value | undefined {
  if (op.static_position.values.length === 0 && same(op.source, op.result) !== undefined) {
    return op.source;
  }
  const { type } = op.source;
  if (!(source instanceof DenseElementsAttr) || !isFixed(op.source)) return trace(op);
  const at = knownPosition(op.static_position, dynamic, type);
  if (at === undefined) return undefined;
  const to = op.result.type;
  const size = type.shape.slice(at.length).reduce((n, d) => n * d, 1);
  const start = positionIn(at, type.shape) * size;
  if (!(to instanceof VectorType)) return source.at(start);
  return DenseElementsAttr.get(
    to,
    Array.from({ length: size }, (_, i) => source.at(start + i)),
  );
}

function foldInsert(
  op: ops.Insert,
  [value, dest, ...dynamic]: readonly (Attribute | undefined)[],
): Attribute | Value | undefined {
  if (op.static_position.values.length === 0) {
    const whole = same(op.valueToStore, op.result);
    if (whole !== undefined) return whole;
  }
  const put = constantElements(value);
  if (put === undefined || !(dest instanceof DenseElementsAttr) || !isFixed(op.dest)) {
    return undefined;
  }
  const { type } = op.dest;
  const at = knownPosition(op.static_position, dynamic, type);
  if (at === undefined) return undefined;
  const start = positionIn(at, type.shape) * put.length;
  const elements = [...constantElements(dest)!];
  put.forEach((e, i) => (elements[start + i] = e));
  return DenseElementsAttr.get(type, elements);
}

const isRange = (list: readonly number[], from = 0): boolean =>
  list.every((n, i) => n === from + i);

function foldShuffle(
  op: ops.Shuffle,
  operands: readonly (Attribute | undefined)[],
): Value | FoldResult {
  const mask = op.mask.numbers;
  const rows = op.v1.type.shape[0] ?? 1;
  if (isRange(mask) && same(op.v1, op.vector) !== undefined) return op.v1;
  if (isRange(mask, rows) && same(op.v2, op.vector) !== undefined) return op.v2;
  return mask.includes(-1) ? undefined : foldMove(op, operands);
}

/** The source of a transposition that undoes another. */
function untransposed(op: ops.Transpose): Value | undefined {
  const permutation = op.permutation.numbers;
  if (isRange(permutation)) return same(op.vector, op.result);
  const def = op.vector.definingOp;
  if (!(def instanceof ops.Transpose)) return undefined;
  const inner = def.permutation.numbers;
  return isRange(permutation.map((d) => inner[d]!)) ? same(def.vector, op.result) : undefined;
}

function isWholeSlice(op: ops.ExtractStridedSlice): boolean {
  return integersOf(op.offsets).every((n) => n === 0) && op.source.type === op.result.type;
}

/** A mask with all lanes set, or none, is a constant. */
function foldConstantMask(op: ops.ConstantMask): Attribute | undefined {
  const { type } = op.mask;
  const sizes = op.mask_dim_sizes.numbers;
  const shape = type.rank === 0 ? [1] : type.shape;
  if (type.scalable.includes(true)) return undefined;
  const isFull = sizes.every((n, d) => n === shape[d]);
  if (!isFull && !sizes.includes(0)) return undefined;
  return DenseElementsAttr.splat(type, IntegerAttr.bool(isFull));
}

/** The vector whose elements, all and in order, make up a vector again. */
function regrouped(op: ops.FromElements): Value | undefined {
  const def = op.elements[0]?.definingOp;
  if (!(def instanceof ops.ToElements)) return undefined;
  const all = op.elements.length === def.elements.length;
  return all && op.elements.every((v, i) => v === def.elements[i])
    ? same(def.source, op.dest)
    : undefined;
}

function foldToElements(
  op: ops.ToElements,
  [source]: readonly (Attribute | undefined)[],
): FoldResult {
  const def = op.source.definingOp;
  if (def instanceof ops.FromElements) return [...def.elements];
  if (!isFixed(op.source)) return undefined;
  const elements = constantElements(source);
  return elements === undefined ? undefined : [...elements];
}

/** How the operations fold. */
export const folds: readonly InterfaceBinding[] = [
  foldOf(ops.Broadcast, (op, operands) => same(op.source, op.vector) ?? foldMove(op, operands)),
  foldOf(ops.Extract, foldExtract),
  foldOf(ops.Insert, foldInsert),
  foldOf(ops.Shuffle, foldShuffle),
  foldOf(ops.FromElements, (op, operands) => regrouped(op) ?? foldElements(op, operands)),
  foldOf(ops.ToElements, foldToElements),
  foldOf(ops.Interleave, foldMove),
  foldOf(ops.Transpose, (op, operands) => untransposed(op) ?? foldMove(op, operands)),
  foldOf(ops.ShapeCast, (op, operands) => {
    const def = op.source.definingOp;
    const inner = def instanceof ops.ShapeCast ? same(def.source, op.result) : undefined;
    return same(op.source, op.result) ?? inner ?? foldMove(op, operands);
  }),
  foldOf(ops.Bitcast, (op) => {
    const def = op.source.definingOp;
    const inner = def instanceof ops.Bitcast ? same(def.source, op.result) : undefined;
    return same(op.source, op.result) ?? inner;
  }),
  foldOf(ops.ExtractStridedSlice, (op, operands) =>
    isWholeSlice(op) ? op.source : foldMove(op, operands),
  ),
  foldOf(
    ops.InsertStridedSlice,
    (op, operands) => same(op.valueToStore, op.res) ?? foldMove(op, operands),
  ),
  foldOf(ops.ConstantMask, foldConstantMask),
];

function foldElements(
  op: ops.FromElements,
  operands: readonly (Attribute | undefined)[],
): Attribute | undefined {
  const { type } = op.dest;
  if (!operands.every(isElement) || !isFixed(op.dest)) return undefined;
  return DenseElementsAttr.get(type, operands);
}
