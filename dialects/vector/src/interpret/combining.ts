/** Running what combines elements: reductions, scans, products; and what runs under a mask. */
import {
  type Combine,
  combinerOf,
  interpretAs,
  type InterpreterContext,
  interpretOf,
  type RuntimeValue,
  VectorValue,
} from "@strata/interpret";
import {
  type AffineMap,
  elementTypeOf,
  FloatType,
  type InterfaceBinding,
  IntegerType,
  type Operation,
  type Type,
  VectorType,
} from "@strata/ir";
import type { CombiningKindAttr } from "../attributes.ts";
import * as ops from "../ops.ts";
import { indexingMaps } from "../ops/products.ts";
import {
  elementsOf,
  expectVector,
  indicesAt,
  isSet,
  lanesOf,
  maskState,
  positionIn,
  valueFrom,
} from "./values.ts";

const combinerFor = (kind: CombiningKindAttr, t: Type): Combine =>
  combinerOf(kind.kind, elementTypeOf(t));

const asVectorType = (t: Type): VectorType | undefined => (t instanceof VectorType ? t : undefined);

const activeMask = (cx: InterpreterContext): VectorValue | undefined => maskState(cx).current.mask;

/** A factor as an element of a wider type. */
function widening(from: Type, to: Type): (v: RuntimeValue) => RuntimeValue {
  if (from === to || to instanceof FloatType) return (v) => v;
  const isWide = to instanceof IntegerType && to.width > 32;
  return (v) => (isWide ? BigInt(v as number) : v);
}

/** The indices that a map of dimensions chooses. */
const chosen = (map: AffineMap, at: readonly number[]): number[] =>
  map.results.map((e) => (e.kind === "dim" ? at[e.index]! : 0));

/** The extents of the dimensions of a contraction. */
function iterationSpace(op: ops.Contract, maps: readonly AffineMap[]): number[] {
  const space = new Array<number>(maps[0]!.numDims).fill(1);
  [op.lhs.type, op.rhs.type].forEach((t, k) => {
    maps[k]!.results.forEach((e, d) => {
      if (e.kind === "dim") space[e.index] = t.shape[d]!;
    });
  });
  return space;
}

function contract(op: ops.Contract, args: readonly RuntimeValue[], mask: VectorValue | undefined) {
  const [lhs, rhs] = [expectVector(args[0]), expectVector(args[1])];
  const maps = indexingMaps(op);
  const space = iterationSpace(op, maps);
  const type = op.result.type;
  const element = elementTypeOf(type);
  const combine = combinerFor(op.kind, type);
  const multiply = combinerOf("mul", element);
  const widen = widening(lhs.type.elementType, element);
  const shape = asVectorType(type)?.shape ?? [];
  const out = [...elementsOf(args[2]!)];
  const n = space.reduce((a, d) => a * d, 1);
  for (let i = 0; i < n; i++) {
    if (!isSet(mask, i)) continue;
    const at = indicesAt(i, space);
    const a = lhs.elements[positionIn(chosen(maps[0]!, at), lhs.type.shape)]!;
    const b = rhs.elements[positionIn(chosen(maps[1]!, at), rhs.type.shape)]!;
    const to = positionIn(chosen(maps[2]!, at), shape);
    out[to] = combine(out[to]!, multiply(widen(a), widen(b)));
  }
  return valueFrom(asVectorType(type), out);
}

function multiReduce(
  op: ops.MultiReduction,
  [source, acc]: readonly RuntimeValue[],
  mask: VectorValue | undefined,
): RuntimeValue {
  const { elements, type } = expectVector(source);
  const combine = combinerFor(op.kind, type);
  const dims = op.reduction_dims.numbers;
  const kept = type.shape.map((_, d) => d).filter((d) => !dims.includes(d));
  const shape = kept.map((d) => type.shape[d]!);
  const out = [...elementsOf(acc!)];
  elements.forEach((x, i) => {
    if (!isSet(mask, i)) return;
    const at = indicesAt(i, type.shape);
    const to = positionIn(
      kept.map((d) => at[d]!),
      shape,
    );
    out[to] = combine(out[to]!, x);
  });
  return valueFrom(asVectorType(op.dest.type), out);
}

/** As upstream: an inclusive scan begins with the first element, not with the initial value. */
function scan(op: ops.Scan, [source, initial]: readonly RuntimeValue[]): RuntimeValue[] {
  const { elements, type } = expectVector(source);
  const combine = combinerFor(op.kind, type);
  const dim = Number(op.reduction_dim.value);
  const rest = op.accumulated_value.type;
  const isInclusive = op.inclusive.isTrue;
  // For each line: what the last lane got, and for an exclusive scan the element there.
  const lasts = [...elementsOf(initial!)];
  const inputs = new Array<RuntimeValue>(lasts.length);
  const out = elements.map((x, i) => {
    // Row-major order meets the elements of each line along the dimension in order.
    const at = indicesAt(i, type.shape);
    const line = positionIn(at.toSpliced(dim, 1), rest.shape);
    if (at[dim] !== 0) lasts[line] = combine(lasts[line]!, isInclusive ? x : inputs[line]!);
    else if (isInclusive) lasts[line] = x;
    inputs[line] = x;
    return lasts[line]!;
  });
  return [new VectorValue(type, out), new VectorValue(rest, lasts)];
}

/** Runs the body of a mask, with the mask in effect for the operation inside. */
function runMasked(
  op: ops.Mask,
  [m, passthru]: readonly RuntimeValue[],
  cx: InterpreterContext,
): readonly RuntimeValue[] {
  const mask = expectVector(m);
  const body = op.maskRegion;
  const state = maskState(cx);
  const outer = state.current;
  state.current = { mask, passthru };
  try {
    const values = cx.runRegion(body, []);
    if (passthru === undefined || body.firstBlock?.firstOp !== body.firstBlock?.lastOp) {
      return values;
    }
    // A body of nothing but values: they are what is masked.
    return values.map((v) => {
      const t = expectVector(v).type;
      const rest = expectVector(passthru).elements;
      return lanesOf(t, (l) => (isSet(mask, l) ? expectVector(v).elements[l]! : rest[l]!));
    });
  } finally {
    state.current = outer;
  }
}

/** The mask whose lanes lie below the bounds in every dimension. */
function maskBelow(t: VectorType, bounds: readonly number[]): VectorValue {
  const shape = t.rank === 0 ? [1] : t.shape;
  return lanesOf(t, (i) => (indicesAt(i, shape).every((x, d) => x < bounds[d]!) ? 1 : 0));
}

/** How the operations of this file run. */
export const combiningInterpretation: readonly InterfaceBinding[] = [
  interpretOf(ops.Reduction, (op, [v, acc], cx) => {
    const combine = combinerFor(op.kind, op.vector.type);
    const mask = activeMask(cx);
    const all = expectVector(v).elements.filter((_, l) => isSet(mask, l));
    if (acc !== undefined) all.unshift(acc);
    if (all.length === 0) {
      return cx.fail(op, "vector.no-lanes", "no lane is set, and there is nothing to begin with");
    }
    return all.slice(1).reduce<RuntimeValue>(combine, all[0]!);
  }),
  interpretOf(ops.MultiReduction, (op, args, cx) => multiReduce(op, args, activeMask(cx))),
  interpretOf(ops.Scan, (op, args) => scan(op, args)),
  interpretOf(ops.Contract, (op, args, cx) => contract(op, args, activeMask(cx))),
  interpretAs(ops.OuterProduct, (op) => {
    const t = op.result.type;
    const multiply = combinerOf("mul", t.elementType);
    const combine = combinerFor(op.kind, t);
    return (a, b, acc) => {
      const [x, y] = [elementsOf(a!), elementsOf(b!)];
      const product = (l: number): RuntimeValue =>
        multiply(x[Math.floor(l / y.length)]!, y[l % y.length]!);
      if (acc === undefined) return lanesOf(t, product);
      const sums = elementsOf(acc);
      return lanesOf(t, (l) => combine(sums[l]!, product(l)));
    };
  }),
  interpretAs(ops.CreateMask, (op) => {
    const t = op.mask.type;
    return (...bounds) => maskBelow(t, bounds as number[]);
  }),
  interpretAs(ops.ConstantMask, (op) => {
    const value = maskBelow(op.mask.type, op.mask_dim_sizes.numbers);
    return () => value;
  }),
  interpretOf(ops.Mask, (op, args, cx) => runMasked(op, args, cx)),
  interpretOf(ops.Yield, (_op: Operation, values) => ({ kind: "yield", values })),
];
