/**
 * What a run of a kernel asks of a device: the two sides of the roofline, how many nests of loops
 * are started, and what is copied.
 *
 * Source of the model: Williams, Waterman, Patterson, "Roofline", CACM 52(4), 2009.
 */
import {
  bitWidthOf,
  elementTypeOf,
  lookupSymbol,
  MemRefType,
  type ModuleOp,
  type Operation,
  type Region,
  walk,
} from "@strata/ir";
import { byteCount, type BoundArguments } from "@strata/runtime";
import { countFlops } from "../flops.ts";
import { constantOf, tripCount } from "../trip-count.ts";

/** Amounts for one run; loops whose length depends on values count as one step. */
export interface Work {
  /** Bytes of the arguments' tensors. */
  readonly bytesIn: number;
  /** Bytes of the results' tensors. */
  readonly bytesOut: number;
  /** Bytes that nests of loops read and write, each buffer once per nest. */
  readonly traffic: number;
  readonly flops: number;
  /** Nests of parallel loops that are started, one after the other. */
  readonly nests: number;
  /** Whether no amount had to be guessed. */
  readonly exact: boolean;
}

function bytesOf(type: MemRefType): number {
  const bits = bitWidthOf(elementTypeOf(type)) ?? 64;
  return type.shape.reduce((n, extent) => n * Math.max(0, extent), Math.max(1, bits / 8));
}

/** Counts what the loops of a function do; the module is at the loop level, its extents constant. */
class LoopCounter {
  traffic = 0;
  nests = 0;
  exact = true;

  region(region: Region, times: number): void {
    for (const block of region.blocks()) for (const op of block.ops()) this.#op(op, times);
  }

  #op(op: Operation, times: number): void {
    if (op.name === "scf.parallel" || (op.name === "scf.for" && !hasNest(op))) {
      this.#nest(op, times);
      return;
    }
    const taken = op.name === "scf.if" ? constantOf(op.operand(0)) : undefined;
    if (taken !== undefined) {
      const region = op.regions[taken === 0 ? 1 : 0];
      if (region !== undefined) this.region(region, times);
      return;
    }
    let inner = times;
    if (op.name === "scf.for") inner = times * this.#trips(op);
    else if (op.name === "scf.while") this.exact = false;
    else if (op.name === "memref.copy") this.#nest(op, times);
    for (const region of op.regions) this.region(region, inner);
  }

  #trips(op: Operation): number {
    const known = tripCount(op);
    if (known === undefined) this.exact = false;
    return known ?? 1;
  }

  #nest(op: Operation, times: number): void {
    const buffers = new Set<MemRefType | object>();
    let bytes = 0;
    walk(op, (inner) => {
      if (inner.name === "scf.while") this.exact = false;
      for (const value of inner.operands) {
        if (!(value.type instanceof MemRefType) || buffers.has(value)) continue;
        buffers.add(value);
        bytes += bytesOf(value.type);
      }
    });
    this.nests += times;
    this.traffic += times * bytes;
  }
}

function hasNest(op: Operation): boolean {
  let found = false;
  walk(op, (inner) => {
    if (inner !== op && (inner.name === "scf.parallel" || inner.name === "memref.copy"))
      found = true;
  });
  return found;
}

/** The work of one run, from the kernel's loops and the extents of its arguments. */
export function countWork(module: ModuleOp, entry: string, args: BoundArguments): Work {
  const counter = new LoopCounter();
  const body = lookupSymbol(module, entry)?.regions[0];
  if (body !== undefined) counter.region(body, 1);
  const flops = countFlops(module, entry);
  const sum = (of: BoundArguments["values"] | BoundArguments["results"]): number => {
    let bytes = 0;
    for (const one of of) if (one.kind === "tensor") bytes += byteCount(one.dtype, one.shape);
    return bytes;
  };
  return {
    bytesIn: sum(args.values),
    bytesOut: sum(args.results),
    traffic: counter.traffic,
    flops: flops ?? countFlops(module, entry, 1) ?? 0,
    nests: counter.nests,
    exact: counter.exact && flops !== undefined,
  };
}
