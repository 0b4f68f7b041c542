/** What the operations of `pattern` mean: the reference that every lowering is held against. */
import {
  createStore,
  type InterpreterContext,
  interpretOf,
  roundingOf,
  type RuntimeValue,
  TensorValue,
} from "@strata/interpret";
import {
  type AffineExpr,
  FloatType,
  type InterfaceBinding,
  type RankedTensorType,
} from "@strata/ir";
import { buildTensor, filledShape, forEachPoint } from "@strata/tensor";
import { stencilInterpretation } from "./interpret-stencil.ts";
import { computeTensors, elements, resultTypes, tensors } from "./interpret-tensors.ts";
import * as ops from "./ops.ts";

function runReduce(
  op: ops.ReduceOp,
  args: readonly RuntimeValue[],
  cx: InterpreterContext,
): RuntimeValue[] {
  const inputs = tensors(args.slice(0, op.inputs.length));
  const inits = args.slice(op.inputs.length);
  const dims = ops.dimsOf(op);
  const { shape } = inputs[0]!;
  const kept = shape.map((_, d) => d).filter((d) => !dims.includes(d));
  const keptShape = kept.map((d) => shape[d]!);
  const count = keptShape.reduce((a, n) => a * n, 1);
  const accumulators = Array.from({ length: count }, (): readonly RuntimeValue[] => inits);
  let linear = 0;
  forEachPoint(shape, (point) => {
    const slot = kept.reduce((at, d) => at * shape[d]! + point[d]!, 0);
    const values = cx.runRegion(op.element, [...elements(inputs, linear++), ...point]);
    accumulators[slot] = cx.runRegion(op.combiner, [...accumulators[slot]!, ...values]);
  });
  if (kept.length === 0) return [...accumulators[0]!];
  return op.outputs.map((r, k) => {
    const type = r.type as RankedTensorType;
    const store = createStore(type.elementType, count);
    accumulators.forEach((a, i) => store.set(i, a[k]!));
    return new TensorValue(keptShape, type.elementType, store);
  });
}

function runScan(
  op: ops.ScanOp,
  args: readonly RuntimeValue[],
  cx: InterpreterContext,
): TensorValue {
  const inputs = tensors(args.slice(0, -1));
  const init = args[args.length - 1]!;
  const { shape } = inputs[0]!;
  const dim = Number(op.dim.value);
  const type = op.output.type;
  const store = createStore(
    type.elementType,
    shape.reduce((a, n) => a * n, 1),
  );
  const others = shape.map((n, d) => (d === dim ? 1 : n));
  if (shape[dim] === 0) return new TensorValue(shape, type.elementType, store);
  forEachPoint(others, (start) => {
    let acc = init;
    for (let k = 0; k < shape[dim]!; k++) {
      const point = [...start];
      point[dim] = op.reverse ? shape[dim]! - 1 - k : k;
      const linear = inputs[0]!.linearIndex(point)!;
      if (op.exclusive) store.set(linear, acc);
      acc = cx.runRegion(op.combiner, [acc, ...elements(inputs, linear), ...point])[0]!;
      if (!op.exclusive) store.set(linear, acc);
    }
  });
  return new TensorValue(shape, type.elementType, store);
}

/** Adds weights as `arith.addi` and `arith.addf` do. */
function adder(
  t: RankedTensorType["elementType"],
): (a: RuntimeValue, b: RuntimeValue) => RuntimeValue {
  if (t instanceof FloatType) {
    const round = roundingOf(t);
    return (a, b) => round((a as number) + (b as number));
  }
  return (a, b) =>
    typeof a === "bigint" ? BigInt.asIntN(64, a + (b as bigint)) : (a as number) + (b as number);
}

function runHistogram(
  op: ops.HistogramOp,
  args: readonly RuntimeValue[],
  cx: InterpreterContext,
): TensorValue {
  const inputs = tensors(args.slice(0, op.inputs.length));
  const type = op.output.type;
  const [bins] = filledShape(type, args.slice(op.inputs.length));
  const zero = type.elementType.toString() === "i64" ? 0n : 0;
  const out = buildTensor([bins!], type.elementType, () => zero);
  const plus = adder(type.elementType);
  let linear = 0;
  forEachPoint(inputs[0]!.shape, (point) => {
    const [bin, weight] = cx.runRegion(op.body, [...elements(inputs, linear++), ...point]);
    const at = bin as number;
    if (at >= 0 && at < bins!) out.data.set(at, plus(out.data.get(at), weight!));
  });
  return out;
}

/** The value of an index expression at a point. */
function affineIndex(e: AffineExpr, point: readonly number[]): number {
  if (e.kind === "const") return Number(e.value);
  if (e.kind === "dim") return point[e.index]!;
  if (e.kind === "sym") throw new Error("a contraction's maps have no symbols");
  const [a, b] = [affineIndex(e.lhs, point), affineIndex(e.rhs, point)];
  switch (e.op) {
    case "+":
      return a + b;
    case "*":
      return a * b;
    case "floordiv":
      return Math.floor(a / b);
    case "ceildiv":
      return Math.ceil(a / b);
    case "mod":
      return a - b * Math.floor(a / b);
  }
}

function runContract(
  op: ops.ContractOp,
  args: readonly RuntimeValue[],
  cx: InterpreterContext,
): RuntimeValue[] {
  const sizes = args.slice(0, op.sizes.length);
  const inputs = tensors(args.slice(sizes.length, sizes.length + op.inputs.length));
  const inits = args.slice(sizes.length + inputs.length);
  let dynamic = 0;
  const domain = ops.domainOf(op).map((n) => (n < 0 ? Number(sizes[dynamic++]) : n));
  const maps = ops.mapsOf(op);
  const kept = maps[inputs.length]!.results.map((e) => (e.kind === "dim" ? e.index : 0));
  const reduced = domain.map((_, d) => d).filter((d) => !kept.includes(d));
  const point = domain.map(() => 0);
  const at = (outer: readonly number[]): readonly RuntimeValue[] => {
    let accumulators: readonly RuntimeValue[] = inits;
    kept.forEach((d, k) => (point[d] = outer[k]!));
    forEachPoint(
      reduced.map((d) => domain[d]!),
      (inner) => {
        reduced.forEach((d, k) => (point[d] = inner[k]!));
        const values = inputs.map((t, i) => {
          const place = maps[i]!.results.map((e) => affineIndex(e, point));
          const linear = t.linearIndex(place);
          if (linear !== undefined) return t.data.get(linear);
          return cx.fail(
            op,
            "tensor.out-of-bounds",
            `index [${place.join(", ")}] is outside of a tensor of shape [${t.shape.join(", ")}]`,
          );
        });
        const terms = cx.runRegion(op.element, [...values, ...point]);
        accumulators = cx.runRegion(op.combiner, [...accumulators, ...terms]);
      },
    );
    return accumulators;
  };
  if (kept.length === 0) return [...at([])];
  const types = op.outputs.map((r) => r.type as RankedTensorType);
  return computeTensors(
    kept.map((d) => domain[d]!),
    types,
    at,
  );
}

function runScatter(
  op: ops.ScatterOp,
  args: readonly RuntimeValue[],
  cx: InterpreterContext,
): TensorValue {
  const [target, ...inputs] = tensors(args);
  const { shape, elementType, data } = target!;
  let linear = 0;
  const out = buildTensor(shape, elementType, () => data.get(linear++));
  linear = 0;
  forEachPoint(inputs[0]!.shape, (point) => {
    const results = cx.runRegion(op.body, [...elements(inputs, linear++), ...point]);
    const place = out.linearIndex(results.slice(0, shape.length).map(Number));
    if (place === undefined) return;
    const value = results[shape.length]!;
    out.data.set(place, cx.runRegion(op.combiner, [out.data.get(place), value])[0]!);
  });
  return out;
}

/** How the operations run. */
export const interpretation: readonly InterfaceBinding[] = [
  interpretOf(ops.MapOp, (op, args, cx) => {
    const inputs = tensors(args);
    return computeTensors(inputs[0]!.shape, resultTypes(op), (point, linear) =>
      cx.runRegion(op.body, [...elements(inputs, linear), ...point]),
    );
  }),
  interpretOf(ops.BuildOp, (op, sizes, cx) => {
    const types = resultTypes(op);
    const shape = filledShape(types[0]!, sizes);
    return computeTensors(shape, types, (point) => cx.runRegion(op.body, point));
  }),
  ...stencilInterpretation,
  interpretOf(ops.ReduceOp, runReduce),
  interpretOf(ops.ContractOp, runContract),
  interpretOf(ops.ScatterOp, runScatter),
  interpretOf(ops.ScanOp, runScan),
  interpretOf(ops.HistogramOp, runHistogram),
  interpretOf(ops.IterateOp, (op, [steps, ...inits], cx) => {
    let state: readonly RuntimeValue[] = inits;
    const until = op.until[0];
    for (let k = 0; k < (steps as number); k++) {
      const next = cx.runRegion(op.body, state);
      const done = until === undefined ? 0 : cx.runRegion(until, [...state, ...next])[0];
      state = next;
      if (done !== 0) break;
    }
    return state;
  }),
];
