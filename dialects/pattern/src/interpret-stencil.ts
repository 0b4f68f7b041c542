/** What stencils mean. */
import type { TensorValue } from "@strata/interpret";
import {
  type InterpreterContext,
  interpretOf,
  RuntimeObject,
  type RuntimeValue,
} from "@strata/interpret";
import type { InterfaceBinding } from "@strata/ir";
import { reachOf, remapIndex } from "./boundary.ts";
import { computeTensors, elements, resultTypes, tensors } from "./interpret-tensors.ts";
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

function runStencil(
  op: ops.StencilOp,
  args: readonly RuntimeValue[],
  cx: InterpreterContext,
): TensorValue[] {
  const count = op.inputs.length;
  const inputs = tensors(args.slice(0, count));
  const boundaries = inputs.map((_, i) => ops.boundaryOf(op, i));
  const windows = inputs.map((t, i) => {
    const { kind, value } = boundaries[i]!;
    return new WindowValue(t, kind, value && args[count + op.values.indexOf(value)]);
  });
  const { shape } = inputs[0]!;
  const strides = ops.stridesOf(op, shape.length);
  const copied = boundaries.flatMap(({ kind }, i) => (kind === "copy" ? [i] : []));
  const { low, high } = reachOf(op.body, shape.length, copied);
  const parity = op.parity === undefined ? undefined : Number(op.parity.value);
  const domain = shape.map((n, d) => Math.ceil(n / strides[d]!));
  return computeTensors(domain, resultTypes(op), (at) => {
    const point = at.map((i, d) => i * strides[d]!);
    const escapes = point.some((p, d) => p + low[d]! < 0 || p + high[d]! >= shape[d]!);
    const skipped = parity !== undefined && point.reduce((a, p) => a + p, 0) % 2 !== parity;
    if (skipped || (copied.length > 0 && escapes)) {
      return elements(inputs, inputs[0]!.linearIndex(point)!);
    }
    for (const w of windows) w.point = point;
    return cx.runRegion(op.body, [...windows, ...point]);
  });
}

/** How stencils and their accesses run. */
export const stencilInterpretation: readonly InterfaceBinding[] = [
  interpretOf(ops.StencilOp, runStencil),
  interpretOf(ops.AccessOp, (op, [w]) => asWindow(w).read(op.offsets.numbers)),
  interpretOf(ops.InsideOp, (op, [w]) => (asWindow(w).isInside(op.offsets.numbers) ? 1 : 0)),
  interpretOf(
    ops.PositionOp,
    (op, [w]) => asWindow(w).position(op.offsets.numbers)[Number(op.dim.value)]!,
  ),
];
