/** What the operations of `pattern` mean: the reference that every lowering is held against. */
import {
  type InterpreterContext,
  interpretOf,
  createStore,
  roundingOf,
  RuntimeObject,
  type RuntimeValue,
  TensorValue,
} from "@strata/interpret";
import { FloatType, type InterfaceBinding, type RankedTensorType } from "@strata/ir";

import { buildTensor, filledShape, forEachPoint } from "@strata/tensor";
import { reachOf, remapIndex } from "./boundary.ts";
import * as ops from "./ops.ts";

/** A stencil's view of one input at the current point. */
class WindowValue extends RuntimeObject {
  readonly input: TensorValue;
  readonly kind: ops.BoundaryKind;
  readonly outside: RuntimeValue | undefined;
  point: readonly number[] = [];

  constructor(input: TensorValue, kind: ops.BoundaryKind, outside: RuntimeValue | undefined) {
    super();
    this.input = input;
    this.kind = kind;
    this.outside = outside;
  }

  describe(): string {
    return "a stencil window";
  }

  isInside(offsets: readonly number[]): boolean {
    return offsets.every((o, d) => {
      const i = this.point[d]! + o;
      return i >= 0 && i < this.input.shape[d]!;
    });
  }

  position(offsets: readonly number[]): number[] {
    return offsets.map((o, d) => remapIndex(this.kind, this.point[d]! + o, this.input.shape[d]!));
  }

  read(offsets: readonly number[]): RuntimeValue {
    if (this.outside !== undefined && !this.isInside(offsets)) return this.outside;
    return this.input.data.get(this.input.linearIndex(this.position(offsets))!);
  }
}

function asWindow(v: RuntimeValue | undefined): WindowValue {
  if (v instanceof WindowValue) return v;
  throw new Error("expected a window");
}

function tensors(values: readonly RuntimeValue[]): TensorValue[] {
  return values.map((v) => {
    if (v instanceof TensorValue) return v;
    throw new Error("expected a tensor");
  });
}

/** Several tensors of one shape, computed point by point. */
function computeTensors(
  shape: readonly number[],
  types: readonly RankedTensorType[],
  at: (point: readonly number[], linear: number) => readonly RuntimeValue[],
): TensorValue[] {
  const count = shape.reduce((a, n) => a * n, 1);
  const stores = types.map((t) => createStore(t.elementType, count));
  let i = 0;
  forEachPoint(shape, (point) => {
    const values = at(point, i);
    stores.forEach((s, k) => s.set(i, values[k]!));
    i++;
  });
  return types.map((t, k) => new TensorValue([...shape], t.elementType, stores[k]!));
}

const elements = (inputs: readonly TensorValue[], linear: number): RuntimeValue[] =>
  inputs.map((t) => t.data.get(linear));

const resultTypes = (op: {
  readonly outputs: readonly { readonly type: unknown }[];
}): RankedTensorType[] => op.outputs.map((r) => r.type as RankedTensorType);

function runStencil(
  op: ops.StencilOp,
  args: readonly RuntimeValue[],
  cx: InterpreterContext,
): TensorValue[] {
  const inputs = tensors(args.slice(0, op.inputs.length));
  const kind = ops.Boundary.nameOf(op.boundary);
  const windows = inputs.map((t) => new WindowValue(t, kind, args[op.inputs.length]));
  const { shape } = inputs[0]!;
  const { low, high } = reachOf(op.body, shape.length);
  return computeTensors(shape, resultTypes(op), (point, linear) => {
    const escapes = point.some((p, d) => p + low[d]! < 0 || p + high[d]! >= shape[d]!);
    if (kind === "copy" && escapes) return elements(inputs, linear);
    for (const w of windows) w.point = point;
    return cx.runRegion(op.body, [...windows, ...point]);
  });
}

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
  interpretOf(ops.StencilOp, runStencil),
  interpretOf(ops.AccessOp, (op, [w]) => asWindow(w).read(op.offsets.numbers)),
  interpretOf(ops.InsideOp, (op, [w]) => (asWindow(w).isInside(op.offsets.numbers) ? 1 : 0)),
  interpretOf(
    ops.PositionOp,
    (op, [w]) => asWindow(w).position(op.offsets.numbers)[Number(op.dim.value)]!,
  ),
  interpretOf(ops.ReduceOp, runReduce),
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
