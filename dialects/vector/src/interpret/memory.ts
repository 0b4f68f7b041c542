/** Running the operations that access memory; every lane that is read or written is checked. */
import {
  type ElementStore,
  interpretOf,
  MemRefValue,
  type RuntimeValue,
  storeOf,
  VectorValue,
} from "@strata/interpret";
import { type InterfaceBinding, VectorType } from "@strata/ir";
import * as memref from "@strata/memref";
import * as ops from "../ops.ts";
import {
  elementsOf,
  expectMemRef,
  expectVector,
  isSet,
  lanePosition,
  lanePositions,
  lanesOf,
  valueFrom,
} from "./values.ts";

/** The indices of an access through a vector of offsets along the innermost dimension. */
function offsetBy(indices: readonly RuntimeValue[], by: RuntimeValue): number[] {
  const at = [...indices] as number[];
  at[at.length - 1]! += Number(by);
  return at;
}

/** How the operations of this file run. */
export const memoryInterpretation: readonly InterfaceBinding[] = [
  interpretOf(ops.Load, (op, [m, ...indices]) => {
    const base = expectMemRef(m);
    const t = op.result.type;
    const at = lanePositions(op, base, indices, t);
    if (base.elementType === t) return base.buffer.get(at[0]!);
    return new VectorValue(
      t,
      at.map((p) => base.buffer.get(p)),
    );
  }),
  interpretOf(ops.Store, (op, [v, m, ...indices]) => {
    const base = expectMemRef(m);
    const value = expectVector(v);
    const at = lanePositions(op, base, indices, value.type);
    if (base.elementType === value.type) base.buffer.set(at[0]!, value);
    else at.forEach((p, l) => base.buffer.set(p, value.elements[l]!));
  }),
  interpretOf(ops.MaskedLoad, (op, args) => {
    const base = expectMemRef(args[0]);
    const indices = args.slice(1, -2);
    const [mask, rest] = args.slice(-2).map(expectVector) as [VectorValue, VectorValue];
    const t = op.result.type;
    return lanesOf(t, (l) =>
      isSet(mask, l)
        ? base.buffer.get(lanePosition(op, base, indices, t.shape, l))
        : rest.elements[l]!,
    );
  }),
  interpretOf(ops.MaskedStore, (op, args) => {
    const base = expectMemRef(args[0]);
    const indices = args.slice(1, -2);
    const [mask, v] = args.slice(-2).map(expectVector) as [VectorValue, VectorValue];
    v.elements.forEach((x, l) => {
      if (!isSet(mask, l)) return;
      base.buffer.set(lanePosition(op, base, indices, v.type.shape, l), x);
    });
  }),
  interpretOf(ops.Gather, (op, args) => {
    const base = expectMemRef(args[0]);
    const offsets = args.slice(1, -3);
    const [at, mask, rest] = args.slice(-3).map(expectVector);
    return lanesOf(op.result.type, (l) => {
      if (!isSet(mask, l)) return rest!.elements[l]!;
      const indices = offsetBy(offsets, at!.elements[l]!);
      return base.buffer.get(memref.expectPosition(op, base, indices));
    });
  }),
  interpretOf(ops.Scatter, (op, args) => {
    const base = expectMemRef(args[0]);
    const offsets = args.slice(1, -3);
    const [at, mask, v] = args.slice(-3).map(expectVector);
    v!.elements.forEach((x, l) => {
      if (!isSet(mask, l)) return;
      const indices = offsetBy(offsets, at!.elements[l]!);
      base.buffer.set(memref.expectPosition(op, base, indices), x);
    });
  }),
  interpretOf(ops.ExpandLoad, (op, args) => {
    const base = expectMemRef(args[0]);
    const indices = args.slice(1, -2);
    const [mask, rest] = args.slice(-2).map(expectVector) as [VectorValue, VectorValue];
    let next = 0;
    return lanesOf(op.result.type, (l) => {
      if (!isSet(mask, l)) return rest.elements[l]!;
      const at = offsetBy(indices, next++);
      return base.buffer.get(memref.expectPosition(op, base, at));
    });
  }),
  interpretOf(ops.CompressStore, (op, args) => {
    const base = expectMemRef(args[0]);
    const indices = args.slice(1, -2);
    const [mask, v] = args.slice(-2).map(expectVector) as [VectorValue, VectorValue];
    let next = 0;
    v.elements.forEach((x, l) => {
      if (!isSet(mask, l)) return;
      const at = offsetBy(indices, next++);
      base.buffer.set(memref.expectPosition(op, base, at), x);
    });
  }),
  interpretOf(ops.TypeCast, (op, [m]) => {
    const type = op.result.type.elementType as VectorType;
    return new MemRefValue(new WholeStore(type, expectMemRef(m)), [], type);
  }),
];

/** All elements of a memref as one vector that writes through; nothing is copied. */
class WholeStore implements ElementStore {
  readonly elementType: VectorType;
  readonly length = 1;
  readonly array = undefined;
  readonly #memory: ElementStore;
  readonly #positions: readonly number[];
  /** Elements of the vector that one of the memory holds. */
  readonly #each: number;

  constructor(elementType: VectorType, source: MemRefValue) {
    this.elementType = elementType;
    this.#memory = source.buffer;
    this.#positions = [...source.positions()];
    this.#each = elementType.numElements / this.#positions.length;
  }

  get isFreed(): boolean {
    return this.#memory.isFreed;
  }

  set isFreed(freed: boolean) {
    this.#memory.isFreed = freed;
  }

  get observation(): object | undefined {
    return this.#memory.observation;
  }

  set observation(observation: object | undefined) {
    this.#memory.observation = observation;
  }

  get(): VectorValue {
    const elements = this.#positions.flatMap((p) => elementsOf(this.#memory.get(p)));
    return new VectorValue(this.elementType, elements);
  }

  set(_: number, value: RuntimeValue): void {
    const { elements } = expectVector(value);
    const held = this.#memory.elementType;
    this.#positions.forEach((p, i) => {
      const own = elements.slice(i * this.#each, (i + 1) * this.#each);
      this.#memory.set(p, valueFrom(held instanceof VectorType ? held : undefined, own));
    });
  }

  fill(value: RuntimeValue): void {
    this.set(0, value);
  }

  slice(start = 0, end = 1): ElementStore {
    return storeOf(this.elementType, start < 1 && end > 0 ? [this.get()] : []);
  }

  copyFrom(source: ElementStore, from: number, _to: number, count: number): void {
    if (count > 0) this.set(0, source.get(from));
  }
}
