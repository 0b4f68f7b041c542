/**
 * Operations of the memref dialect.
 *
 * Invariants: sizes in bytes are computed so that a product that no address reaches saturates and
 * allocating refuses it; an `alloca` of static size is one buffer per call, any other one lives
 * until the end of its block.
 */
import * as arith from "@strata/arith";
import {
  ArrayAttr,
  IntegerAttr,
  MemRefType,
  type MixedIndex,
  type Operation,
  StridedLayoutAttr,
  Value,
} from "@strata/ir";
import * as memref from "@strata/memref";
import type { Address } from "./addresses.ts";
import type { Arg, Emission, Expr } from "./emission.ts";
import { elementBytes, refuse, statedStrides } from "./lanes.ts";
import { loadScalar, storeScalar } from "./scalar-floats.ts";

/** What memory operations need besides. */
export interface MemoryEmission extends Emission {
  addressOf(buffer: Value, indices: readonly Value[]): Address;
  /** Takes bytes from the kernel's memory; the address is a multiple of 16. */
  allocate(bytes: Expr): Expr;
  /** Gives memory back. */
  free(address: Expr): Expr;
  /** Allocates where the function starts and frees where it ends. */
  allocateForCall(local: number, bytes: number): void;
  /** Frees at the end of the current block. */
  freeWithBlock(address: Arg, owner: Value, op: Operation): void;
}

/** Emits an operation of the memref dialect; false for one that the target has not. */
export function emitMemory(em: MemoryEmission, op: Operation): boolean {
  const { m } = em;
  if (op instanceof memref.Load) {
    expectElement(op, op.memref.type);
    const { pointer, offset } = em.addressOf(op.memref, op.indices);
    em.define(op.result, [loadScalar(em, op.result.type, offset, pointer)]);
  } else if (op instanceof memref.Store) {
    expectElement(op, op.memref.type);
    const { pointer, offset } = em.addressOf(op.memref, op.indices);
    em.push(storeScalar(em, op.value.type, offset, pointer, em.scalar(op.value)));
  } else if (op instanceof memref.Alloc) allocation(em, op);
  else if (op instanceof memref.Alloca) stackAllocation(em, op);
  else if (op instanceof memref.Dealloc) em.push(em.free(em.parts(op.memref)[0]!()));
  else if (op instanceof memref.Copy) copy(em, op);
  else if (op instanceof memref.Dim) dim(em, op);
  else if (op instanceof memref.Rank) {
    em.define(op.result, [m.i32.const(ranked(op, op.memref.type).rank)]);
  } else if (op instanceof memref.Cast) cast(em, op, op.source, op.dest);
  else if (op instanceof memref.MemorySpaceCast) cast(em, op, op.source, op.dest);
  else if (op instanceof memref.AssumeAlignment) {
    em.define(
      op.resultAt(0),
      em.parts(op.operand(0)).map((p) => p()),
    );
  } else if (op instanceof memref.CollapseShape) collapse(em, op);
  else if (op instanceof memref.SubView) subview(em, op);
  else return op instanceof memref.Prefetch;
  return true;
}

function ranked(op: Operation, t: unknown): MemRefType {
  return t instanceof MemRefType ? t : refuse(op, "an unranked memref");
}

function expectElement(op: Operation, t: MemRefType): number {
  return elementBytes(t.elementType) ?? refuse(op, `the element type of \`${t.toString()}\``);
}

/** The extent of a dimension. */
function extent(em: Emission, v: Value, d: number): Expr {
  const { shape } = v.type as MemRefType;
  if (shape[d]! >= 0) return em.m.i32.const(shape[d]!);
  return em.parts(v)[1 + shape.slice(0, d).filter((n) => n < 0).length]!();
}

function dynamicExtents(em: Emission, v: Value, to: MemRefType): Expr[] {
  return to.shape.flatMap((n, d) => (n < 0 ? [extent(em, v, d)] : []));
}

/** The stride of a dimension, in elements. */
function stride(em: Emission, v: Value, d: number): Expr {
  const { m } = em;
  const t = v.type as MemRefType;
  const stated = statedStrides(t);
  if (stated === undefined) {
    let e = m.i32.const(1);
    for (let k = d + 1; k < t.rank; k++) e = m.i32.mul(e, extent(em, v, k));
    return e;
  }
  if (stated[d] !== StridedLayoutAttr.dynamic) return m.i32.const(stated[d]!);
  const nth = stated.slice(0, d).filter((s) => s === StridedLayoutAttr.dynamic).length;
  return em.parts(v)[1 + t.numDynamicDims + nth]!();
}

/** The size of a dense buffer; saturates. */
function byteSize(em: Emission, v: Value, op: Operation): Expr {
  const { i32, f64 } = em.m;
  const t = v.type as MemRefType;
  const size = expectElement(op, t);
  if (t.hasStaticShape) return i32.const(Math.min(t.numElements * size, 0xffff_ffff) | 0);
  let e = f64.const(size);
  for (let d = 0; d < t.rank; d++) e = f64.mul(e, f64.convert_s.i32(extent(em, v, d)));
  return i32.trunc_u_sat.f64(e);
}

/** Defines a new buffer by its address, computed after its extents. */
function defineBuffer(
  em: MemoryEmission,
  op: memref.Alloc | memref.Alloca,
  address: (bytes: Expr) => Expr,
): void {
  const t = op.memref.type;
  if (t.layout !== undefined) refuse(op, `the layout of \`${t.toString()}\``);
  const sizes = op.dynamicSizes.map((v) => em.scalar(v));
  em.define(op.memref, [em.m.i32.const(0), ...sizes.map((s) => s())]);
  em.define(op.memref, [address(byteSize(em, op.memref, op)), ...sizes.map((s) => s())]);
}

function allocation(em: MemoryEmission, op: memref.Alloc): void {
  defineBuffer(em, op, (bytes) => em.allocate(bytes));
}

function stackAllocation(em: MemoryEmission, op: memref.Alloca): void {
  const t = op.memref.type;
  if (t.hasStaticShape && t.layout === undefined) {
    const local = em.newLocal("i32");
    const bytes = Math.min(t.numElements * expectElement(op, t), 0xffff_ffff);
    em.allocateForCall(local, bytes);
    em.define(op.memref, [em.m.local.get(local, em.types.i32)]);
    return;
  }
  defineBuffer(em, op, (bytes) => em.allocate(bytes));
  em.freeWithBlock(em.parts(op.memref)[0]!, op.memref, op);
}

function copy(em: Emission, op: memref.Copy): void {
  const [from, to] = [ranked(op, op.source.type), ranked(op, op.target.type)];
  if (from.layout !== undefined || to.layout !== undefined) {
    refuse(op, "a copy between strided memrefs");
  }
  const [source, target] = [em.parts(op.source)[0]!, em.parts(op.target)[0]!];
  em.push(em.m.memory.copy(target(), source(), byteSize(em, op.source, op)));
}

function dim(em: Emission, op: memref.Dim): void {
  const { m } = em;
  const t = ranked(op, op.source.type);
  const at = op.index.definingOp;
  const constant = at instanceof arith.ConstantOp ? at.value : undefined;
  if (constant instanceof IntegerAttr) {
    const d = Number(constant.value);
    if (!(d >= 0 && d < t.rank)) refuse(op, `the dimension ${d} of \`${t.toString()}\``);
    em.define(op.result, [extent(em, op.source, d)]);
    return;
  }
  const position = em.scalar(op.index);
  let e = m.i32.const(0);
  for (let d = 0; d < t.rank; d++) {
    e = m.select(m.i32.eq(position(), m.i32.const(d)), extent(em, op.source, d), e);
  }
  em.define(op.result, [e]);
}

function cast(em: Emission, op: Operation, source: Value, result: Value): void {
  const to = ranked(op, result.type);
  ranked(op, source.type);
  const strides = (statedStrides(to) ?? []).flatMap((s, d) =>
    s === StridedLayoutAttr.dynamic ? [stride(em, source, d)] : [],
  );
  em.define(result, [em.parts(source)[0]!(), ...dynamicExtents(em, source, to), ...strides]);
}

/** The dimensions that each result dimension of a reassociation stands for. */
function groupsOf(op: memref.CollapseShape): number[][] {
  return op.reassociation.values.map((g) =>
    g instanceof ArrayAttr
      ? g.values.map((d) => (d instanceof IntegerAttr ? Number(d.value) : 0))
      : [],
  );
}

function collapse(em: Emission, op: memref.CollapseShape): void {
  const { m } = em;
  const [from, to] = [op.src.type, op.result.type as MemRefType];
  if (from.layout !== undefined || to.layout !== undefined) refuse(op, "a strided memref");
  const extents = groupsOf(op).flatMap((g, d) =>
    to.shape[d]! < 0
      ? [g.map((k) => extent(em, op.src, k)).reduce((x, y) => m.i32.mul(x, y), m.i32.const(1))]
      : [],
  );
  em.define(op.result, [em.parts(op.src)[0]!(), ...extents]);
}

/** A slice: its address is that of its first element. */
function subview(em: Emission, op: memref.SubView): void {
  const { m } = em;
  const from = op.source.type;
  const to = op.result.type as MemRefType;
  const size = expectElement(op, from);
  const value = (x: MixedIndex): Expr => (x instanceof Value ? em.scalar(x)() : m.i32.const(x));
  const address = op.mixedOffsets
    .map((o, d) => {
      const bytes = m.i32.mul(stride(em, op.source, d), m.i32.const(size));
      return m.i32.mul(value(o), bytes);
    })
    .reduce((x, y) => m.i32.add(x, y), em.parts(op.source)[0]!());
  const dropped = op.droppedDims;
  const kept = op.mixedSizes.map((_, d) => d).filter((d) => !dropped.includes(d));
  const extents = kept.flatMap((d, k) => (to.shape[k]! < 0 ? [value(op.mixedSizes[d]!)] : []));
  const strides = kept.flatMap((d, k) =>
    statedStrides(to)?.[k] === StridedLayoutAttr.dynamic
      ? [m.i32.mul(stride(em, op.source, d), value(op.mixedStrides[d]!))]
      : [],
  );
  em.define(op.result, [address, ...extents, ...strides]);
}
