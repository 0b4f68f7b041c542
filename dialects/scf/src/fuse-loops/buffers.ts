/** Buffers between fused nests: forwarded as values, or shrunk to what one iteration needs. */
import {
  type Block,
  type Builder,
  dynamic,
  MemRefType,
  type Operation,
  type Value,
  walk,
} from "@strata/ir";
import * as memref from "@strata/memref";
import type { Aliases } from "../alias.ts";
import type { Parallel } from "../ops.ts";

const sameIndices = (a: readonly Value[], b: readonly Value[]): boolean =>
  a.length === b.length && a.every((v, d) => v === b[d]);

/**
 * Gives loads the value that the block has stored in the same place before. Only stores between
 * which nothing else writes to the buffer count; buffers that nobody reads any more go away.
 */
export function forwardStores(block: Block, aliases: Aliases): void {
  const stored = new Map<Value, memref.Store>();
  // A store elsewhere in what may be the same memory ends what is known.
  const forget = (written: Value): void => {
    for (const buffer of stored.keys()) if (aliases.may(buffer, written)) stored.delete(buffer);
  };
  const local = (v: Value): boolean => v.definingOp instanceof memref.Alloc;
  for (const op of block.ops()) {
    if (op instanceof memref.Store) {
      forget(op.memref);
      stored.set(op.memref, op);
      continue;
    }
    walk(op, (inner) => {
      if (inner instanceof memref.Load) {
        const store = stored.get(inner.memref);
        if (store === undefined || !sameIndices(store.indices, inner.indices)) return;
        inner.replaceWith([store.value]);
      } else if (inner instanceof memref.Store) forget(inner.memref);
    });
  }
  for (const [buffer, store] of stored) {
    if (!local(buffer)) continue;
    const users = buffer.users();
    const isUnread = users.every((u) => u === store || u instanceof memref.Dealloc);
    if (!isUnread) continue;
    for (const u of users) u.erase();
    buffer.definingOp!.erase();
  }
}

/** A buffer of which an iteration needs a part only. */
interface Shrunk {
  readonly alloc: memref.Alloc;
  readonly type: MemRefType;
  own: Value | undefined;
}

/** Buffers of which every iteration of the fused loop uses its own part. */
export class ShrunkBuffers {
  readonly #list: readonly Shrunk[];
  readonly #dims: number;

  constructor(list: readonly Shrunk[], dims: number) {
    this.#list = list;
    this.#dims = dims;
  }

  /** Allocates the parts. */
  allocate(b: Builder): void {
    for (const s of this.#list) {
      const open = s.alloc.memref.type.shape
        .slice(0, this.#dims)
        .filter((n) => n === dynamic).length;
      const dynamicSizes = s.alloc.dynamicSizes.slice(open);
      s.own = b.insert(
        memref.Alloc.of({ dynamicSizes, symbolOperands: [] }, { types: { memref: s.type } }),
      ).memref;
    }
  }

  /** Lets the accesses of a nest go to the parts. */
  redirect(nest: Parallel): void {
    for (const { alloc, own } of this.#list) {
      for (const use of alloc.memref.uses()) {
        const op: Operation = use.owner;
        if (!nest.isAncestorOf(op) || own === undefined) continue;
        if (op instanceof memref.Load || op instanceof memref.Store) {
          const rest = op.indices.slice(this.#dims);
          op.setOperands(op instanceof memref.Load ? [own, ...rest] : [op.value, own, ...rest]);
        }
      }
    }
  }

  /** Frees the parts. */
  free(b: Builder): void {
    for (const { own } of this.#list) {
      if (own !== undefined) b.insert(memref.Dealloc.of({ memref: own }));
    }
  }

  /** Erases the whole buffers. */
  erase(): void {
    for (const { alloc } of this.#list) {
      for (const u of alloc.memref.users()) u.erase();
      alloc.erase();
    }
  }
}

/** Buffers that only the nests use, each iteration at its own first `dims` indices. */
export function shrinkBuffers(nests: readonly Parallel[], dims: number): ShrunkBuffers {
  const list: Shrunk[] = [];
  const seen = new Set<Value>();
  for (const nest of nests) {
    walk(nest, (op) => {
      const buffer = op instanceof memref.Store ? op.memref : undefined;
      if (buffer === undefined || seen.has(buffer)) return;
      seen.add(buffer);
      const alloc = buffer.definingOp;
      if (!(alloc instanceof memref.Alloc) || nest.isAncestorOf(alloc)) return;
      if (!alloc.memref.users().every((u) => isOwnPart(u, nests, dims))) return;
      const { shape, elementType } = alloc.memref.type;
      if (shape.length === dims || alloc.memref.type.layout !== undefined) return;
      list.push({ alloc, type: MemRefType.get(shape.slice(dims), elementType), own: undefined });
    });
  }
  return new ShrunkBuffers(list, dims);
}

function isOwnPart(user: Operation, nests: readonly Parallel[], dims: number): boolean {
  if (user instanceof memref.Dealloc) return true;
  if (!(user instanceof memref.Load || user instanceof memref.Store)) return false;
  const nest = nests.find((n) => n.isAncestorOf(user));
  if (nest === undefined) return false;
  return nest.inductionVars.slice(0, dims).every((v, d) => user.indices[d] === v);
}
