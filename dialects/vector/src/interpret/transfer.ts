/** Running transfers: lanes outside are padding when read and left out when written. */
import {
  type ElementStore,
  type InterpreterContext,
  interpretOf,
  MemRefValue,
  type RuntimeValue,
  TensorValue,
  VectorValue,
} from "@strata/interpret";
import { type AffineMap, type InterfaceBinding, type Operation, VectorType } from "@strata/ir";
import * as memref from "@strata/memref";
import * as ops from "../ops.ts";
import { transferDims } from "../ops/transfer.ts";
import { elementsOf, expectVector, indicesAt, isSet, maskState, positionIn } from "./values.ts";

/** Memory that a transfer accesses: a memref, or the elements of a tensor. */
interface Memory {
  readonly shape: readonly number[];
  readonly store: ElementStore;
  /** Position of an element inside of the shape. */
  position(at: readonly number[]): number;
}

function memoryOf(op: Operation, v: RuntimeValue | undefined): Memory {
  if (v instanceof MemRefValue) {
    return {
      shape: v.shape,
      store: v.buffer,
      position: (at) => memref.expectPosition(op, v, at),
    };
  }
  if (!(v instanceof TensorValue)) throw new Error("expected a memref or a tensor");
  return { shape: v.shape, store: v.data, position: (at) => positionIn(at, v.shape) };
}

/** One element that a transfer moves. */
interface Move {
  /** Where it is in the vector: the first lane, when elements are vectors themselves. */
  readonly lane: number;
  /** Where it is in memory; undefined outside of the shape. */
  readonly position: number | undefined;
  /** Where it is in a mask. */
  readonly maskLane: number;
}

/** How a transfer goes through its vector; independent of the operands. */
interface Plan {
  readonly shape: readonly number[];
  /** Elements of the vector that one of the memory holds. */
  readonly each: number;
  readonly dims: readonly (number | undefined)[];
  /** Dimensions of the vector in the order of the memory, as a mask has them. */
  readonly placed: readonly number[];
}

function planOf(map: AffineMap, vector: VectorType): Plan {
  const dims = transferDims(map);
  const shape = vector.shape.slice(0, dims.length);
  const placed = dims.flatMap((d, k) => (d === undefined ? [] : [k]));
  placed.sort((a, b) => dims[a]! - dims[b]!);
  const each = vector.shape.slice(dims.length).reduce((n, d) => n * d, 1);
  return { shape, each, dims, placed };
}

function* movesOf(
  op: Operation,
  plan: Plan,
  memory: Memory,
  indices: readonly number[],
  inBounds: readonly boolean[],
  cx: InterpreterContext,
): Generator<Move, void> {
  const { shape, dims, placed, each } = plan;
  const maskShape = placed.map((k) => shape[k]!);
  const n = shape.reduce((a, d) => a * d, 1);
  for (let i = 0; i < n; i++) {
    const inner = indicesAt(i, shape);
    const at = [...indices];
    dims.forEach((d, k) => {
      if (d !== undefined) at[d]! += inner[k]!;
    });
    const outside = at.findIndex((x, d) => !(x >= 0 && x < memory.shape[d]!));
    if (outside >= 0 && dims.every((d, k) => d !== outside || inBounds[k] === true)) {
      cx.fail(
        op,
        "vector.out-of-bounds",
        `index ${at[outside]} is outside of dimension ${outside}, whose extent is ${memory.shape[outside]}`,
      );
    }
    yield {
      lane: i * each,
      position: outside >= 0 ? undefined : memory.position(at),
      maskLane: positionIn(
        placed.map((k) => inner[k]!),
        maskShape,
      ),
    };
  }
}

const both =
  (a: VectorValue | undefined, b: VectorValue | undefined): ((lane: number) => boolean) =>
  (lane) =>
    isSet(a, lane) && isSet(b, lane);

function groups(op: Operation, args: readonly RuntimeValue[]): RuntimeValue[][] {
  let next = 0;
  const sizes = op.definition.operandGroups.map((_, g) => op.operandGroup(g).length);
  return sizes.map((n) => args.slice(next, (next += n)));
}

/** How the operations of this file run. */
export const transferInterpretation: readonly InterfaceBinding[] = [
  interpretOf(ops.TransferRead, (op, args, cx) => {
    const [base, indices, padding, own] = groups(op, args);
    const { mask: outer, passthru } = maskState(cx).current;
    const t = op.vector.type;
    const memory = memoryOf(op, base![0]);
    const reads = both(own![0] === undefined ? undefined : expectVector(own![0]), outer);
    const plan = planOf(op.permutation_map.map, t);
    const out = new Array<RuntimeValue>(t.numElements);
    for (const move of movesOf(op, plan, memory, indices as never, op.inBounds, cx)) {
      const isRead = reads(move.maskLane);
      const element =
        isRead && move.position !== undefined ? memory.store.get(move.position) : padding![0]!;
      const lanes = elementsOf(element);
      for (let k = 0; k < plan.each; k++) {
        const passed = isSet(outer, move.maskLane) ? undefined : passthru;
        out[move.lane + k] =
          passed === undefined ? lanes[k]! : expectVector(passed).elements[move.lane + k]!;
      }
    }
    return new VectorValue(t, out);
  }),
  interpretOf(ops.TransferWrite, (op, args, cx) => {
    const [[value], [base], indices, own] = groups(op, args) as [
      RuntimeValue[],
      RuntimeValue[],
      number[],
      RuntimeValue[],
    ];
    const source = expectVector(value);
    const { mask: outer } = maskState(cx).current;
    const writes = both(own[0] === undefined ? undefined : expectVector(own[0]), outer);
    const written =
      base instanceof TensorValue
        ? new TensorValue(base.shape, base.elementType, base.data.slice())
        : base;
    const memory = memoryOf(op, written);
    const plan = planOf(op.permutation_map.map, source.type);
    const held = memory.store.elementType;
    for (const move of movesOf(op, plan, memory, indices, op.inBounds, cx)) {
      if (move.position === undefined || !writes(move.maskLane)) continue;
      const lanes = source.elements.slice(move.lane, move.lane + plan.each);
      const element = held instanceof VectorType ? new VectorValue(held, lanes) : lanes[0]!;
      memory.store.set(move.position, element);
    }
    return written instanceof TensorValue ? written : undefined;
  }),
];
