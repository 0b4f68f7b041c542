/**
 * Plans the buffers of intermediate tensors. Buffers of static shape are allocated once at the
 * entry of the function and reused when the tensor that lives in one has had its last use; all are
 * freed before the function returns.
 */
import { type Block, Builder, type MemRefType, type Type, type Value } from "@strata/ir";
import * as memref from "@strata/memref";
import { DiagnosticError, type SourceSpan, unsupported } from "@strata/support";
import { type Idx, IndexMath } from "./index-math.ts";

/** The buffers of one function. */
export class BufferPlan {
  readonly #entry: Block;
  readonly #free = new Map<Type, Value[]>();
  readonly #all: Value[] = [];
  /** Whether allocations may be made where the builder stands: the function's own block. */
  #depth = 0;

  constructor(entry: Block) {
    this.#entry = entry;
  }

  /** A buffer of a type whose extents are `sizes`. */
  take(b: Builder, type: MemRefType, sizes: readonly Idx[], span: SourceSpan | undefined): Value {
    const free = this.#free.get(type)?.pop();
    if (free !== undefined) return free;
    let at = b;
    let dynamicSizes: Value[] = [];
    if (type.hasStaticShape) at = Builder.atStart(this.#entry);
    else {
      if (this.#depth > 0) {
        throw new DiagnosticError(
          unsupported(
            "pattern.dynamic-in-loop",
            `a tensor of dynamic shape is made inside a loop or a branch`,
            { span, hint: "fix the argument shapes, or compute the tensor before the loop" },
          ),
        );
      }
      const m = new IndexMath(b);
      dynamicSizes = sizes.filter((_, d) => type.shape[d]! < 0).map((s) => m.value(s));
    }
    const op = at.insert(
      memref.Alloc.of(
        { dynamicSizes, symbolOperands: [] },
        { types: { memref: type }, location: b.location },
      ),
    );
    const buffer = op.results[0]!;
    this.#all.push(buffer);
    return buffer;
  }

  /** Gives a buffer back for reuse; buffers of dynamic shape are kept until the end. */
  release(buffer: Value): void {
    const type = buffer.type as MemRefType;
    if (!this.#all.includes(buffer) || !type.hasStaticShape) return;
    const list = this.#free.get(type);
    if (list === undefined) this.#free.set(type, [buffer]);
    else list.push(buffer);
  }

  /** Runs `f` for the code of a loop or branch. */
  nested<T>(f: () => T): T {
    this.#depth++;
    try {
      return f();
    } finally {
      this.#depth--;
    }
  }

  /** Frees every buffer at the builder's insertion point. */
  freeAll(b: Builder): void {
    for (const buffer of this.#all) b.insert(memref.Dealloc.of({ memref: buffer }));
  }
}
