/**
 * Plans the buffers of intermediate tensors. Buffers of static shape are allocated once at the
 * entry of the function and reused when the tensor that lives in one has had its last use. Buffers
 * of dynamic shape are allocated where they are needed, and freed where the loop's body, the branch
 * or the function ends that they were allocated in.
 */
import { type Block, Builder, type MemRefType, type Type, type Value } from "@strata/ir";
import * as memref from "@strata/memref";
import { type Idx, IndexMath } from "./index-math.ts";

/** The buffers of one function. */
export class BufferPlan {
  readonly #entry: Block;
  readonly #free = new Map<Type, Value[]>();
  /** Allocated at the function's entry. */
  readonly #fixed: Value[] = [];
  /** Allocated in the function's body and in each body around the builder's place. */
  #scopes: Value[][] = [[]];

  constructor(entry: Block) {
    this.#entry = entry;
  }

  /** A buffer of a type whose extents are `sizes`. */
  take(b: Builder, type: MemRefType, sizes: readonly Idx[]): Value {
    const free = this.#free.get(type)?.pop();
    if (free !== undefined) return free;
    const m = new IndexMath(b);
    const at = type.hasStaticShape ? Builder.atStart(this.#entry) : b;
    const dynamicSizes = sizes.filter((_, d) => type.shape[d]! < 0).map((s) => m.value(s));
    const op = at.insert(
      memref.Alloc.of(
        { dynamicSizes, symbolOperands: [] },
        { types: { memref: type }, location: b.location },
      ),
    );
    const buffer = op.results[0]!;
    (type.hasStaticShape ? this.#fixed : this.#scopes.at(-1)!).push(buffer);
    return buffer;
  }

  /** Gives a buffer back for reuse; buffers of dynamic shape are kept until their scope ends. */
  release(buffer: Value): void {
    const type = buffer.type as MemRefType;
    if (!this.#fixed.includes(buffer)) return;
    const list = this.#free.get(type);
    if (list === undefined) this.#free.set(type, [buffer]);
    else list.push(buffer);
  }

  /** Runs `f`, which builds the body of a loop or a branch up to its terminator. */
  nested<T>(b: Builder, f: () => T): T {
    const scope: Value[] = [];
    this.#scopes.push(scope);
    const result = f();
    this.#scopes.pop();
    for (const buffer of scope) b.insert(memref.Dealloc.of({ memref: buffer }));
    return result;
  }

  /** Frees the function's buffers at the builder's insertion point. */
  freeAll(b: Builder): void {
    for (const buffer of [...this.#fixed, ...this.#scopes.flat()]) {
      b.insert(memref.Dealloc.of({ memref: buffer }));
    }
  }
}
