/**
 * Addresses of memref elements, taken apart by loop depth: what does not change in a loop is added
 * in front of it, what an offset adds becomes the immediate of the access.
 *
 * Invariant: a partial sum is kept in a local for as long as the scope that computed it is open.
 */
import * as arith from "@strata/arith";
import { IntegerAttr, type MemRefType, StridedLayoutAttr, type Value } from "@strata/ir";
import type binaryen from "binaryen";
import type { Expr } from "./emission.ts";
import { elementBytes, statedStrides } from "./lanes.ts";

/**
 * Immediates are biased by this many bytes, so that negative offsets fit. No buffer lies below
 * twice as many: what is added up before the immediate stays positive.
 */
const bias = 32768;

/** A block of code that is being emitted. */
export interface Scope {
  /** Nesting of loops; 0 is the function's own block. */
  readonly depth: number;
  readonly statements: Expr[];
  readonly sums: Map<string, number>;
}

/** What the function emitter offers. */
export interface AddressHost {
  readonly m: binaryen.Module;
  /** The number of the type i32. */
  readonly i32: number;
  /**
   * Open scopes, outermost first, of ascending depth. What is added to a scope while a loop inside
   * of it is emitted stands in front of that loop.
   */
  readonly scopes: readonly Scope[];
  depthOf(v: Value): number;
  /** Local of a scalar value. */
  localOf(v: Value): number;
  /** Locals of a memref: its address, then its dynamic extents and strides. */
  memrefLocals(v: Value): readonly number[];
  newLocal(kind: "i32"): number;
}

interface Term {
  readonly depth: number;
  readonly key: string;
  readonly make: () => Expr;
}

/** An address as an expression plus an immediate offset. */
export interface Address {
  readonly pointer: Expr;
  readonly offset: number;
}

/** Splits `v + c` into the value and the constant, through any number of additions. */
function splitConstant(v: Value): { base: Value | undefined; constant: number } {
  let base: Value | undefined = v;
  let constant = 0;
  for (;;) {
    const op: unknown = base!.definingOp;
    if (op instanceof arith.ConstantOp && op.value instanceof IntegerAttr) {
      return { base: undefined, constant: constant + Number(op.value.value) };
    }
    if (op instanceof arith.AddI) {
      const [l, r] = [constantOf(op.lhs), constantOf(op.rhs)];
      if (r !== undefined) {
        base = op.lhs;
        constant += r;
        continue;
      }
      if (l !== undefined) {
        base = op.rhs;
        constant += l;
        continue;
      }
    }
    return { base, constant };
  }
}

function constantOf(v: Value): number | undefined {
  const op = v.definingOp;
  return op instanceof arith.ConstantOp && op.value instanceof IntegerAttr
    ? Number(op.value.value)
    : undefined;
}

/** A stride in elements: a constant times the values of locals. */
interface Stride {
  readonly constant: number;
  readonly locals: readonly number[];
}

/** The strides of a memref whose locals are its address, dynamic extents and dynamic strides. */
function stridesOf(type: MemRefType, locals: readonly number[]): Stride[] {
  const stated = statedStrides(type);
  if (stated !== undefined) {
    let next = 1 + type.numDynamicDims;
    return stated.map((s) =>
      s === StridedLayoutAttr.dynamic
        ? { constant: 1, locals: [locals[next++]!] }
        : { constant: s, locals: [] },
    );
  }
  const strides = new Array<Stride>(type.rank);
  let stride: Stride = { constant: 1, locals: [] };
  let dynamic = type.numDynamicDims;
  for (let d = type.rank - 1; d >= 0; d--) {
    strides[d] = stride;
    const n = type.shape[d]!;
    stride =
      n >= 0
        ? { ...stride, constant: stride.constant * n }
        : { ...stride, locals: [...stride.locals, locals[dynamic--]!] };
  }
  return strides;
}

/** The address of an element of a memref. */
export function addressOf(host: AddressHost, buffer: Value, indices: readonly Value[]): Address {
  const { m } = host;
  const type = buffer.type as MemRefType;
  const size = elementBytes(type.elementType)!;
  const locals = host.memrefLocals(buffer);
  const depth = host.depthOf(buffer);
  const get = (local: number): Expr => m.local.get(local, host.i32);
  const terms: Term[] = [{ depth, key: `p${locals[0]}`, make: () => get(locals[0]!) }];
  let constant = 0;
  const strides = stridesOf(type, locals);
  indices.forEach((v, d) => {
    const split = splitConstant(v);
    const stride = strides[d]!;
    const factor = stride.constant * size;
    const at = split.base === undefined ? undefined : host.localOf(split.base);
    if (stride.locals.length === 0) {
      constant += split.constant * factor;
      if (at === undefined || factor === 0) return;
      terms.push({
        depth: host.depthOf(split.base!),
        key: `${at}*${factor}`,
        make: () => multiplied(m, get(at), factor),
      });
      return;
    }
    if (at === undefined && split.constant === 0) return;
    const index = (): Expr => {
      if (at === undefined) return m.i32.const(split.constant);
      return split.constant === 0 ? get(at) : m.i32.add(get(at), m.i32.const(split.constant));
    };
    terms.push({
      depth: Math.max(depth, split.base === undefined ? 0 : host.depthOf(split.base)),
      key: `${at ?? ""}+${split.constant}*${factor}*${stride.locals.join("*")}`,
      make: () =>
        m.i32.mul(
          index(),
          stride.locals.reduce((e, l) => m.i32.mul(e, get(l)), m.i32.const(factor)),
        ),
    });
  });
  return sum(host, terms, constant);
}

function multiplied(m: binaryen.Module, e: Expr, factor: number): Expr {
  if (factor === 1) return e;
  const log = Math.log2(factor);
  return Number.isInteger(log) ? m.i32.shl(e, m.i32.const(log)) : m.i32.mul(e, m.i32.const(factor));
}

function sum(host: AddressHost, terms: readonly Term[], constant: number): Address {
  const { m, scopes } = host;
  const innermost = scopes[scopes.length - 1]!;
  const small = Math.abs(constant) < bias;
  const folded = small ? -bias : constant;
  const depths = [...new Set(terms.map((t) => t.depth))].sort((a, b) => a - b);
  let pointer: { key: string; local: number } | undefined;
  for (const depth of depths) {
    const own = terms.filter((t) => t.depth === depth);
    const home = scopes.findLast((s) => s.depth <= depth) ?? innermost;
    const key = `${pointer?.key ?? folded}|${own.map((t) => t.key).join("+")}`;
    let local = lookup(scopes, key);
    if (local === undefined) {
      let e = pointer === undefined ? undefined : m.local.get(pointer.local, host.i32);
      for (const t of own) e = e === undefined ? t.make() : m.i32.add(e, t.make());
      if (pointer === undefined && folded !== 0) e = m.i32.add(e!, m.i32.const(folded));
      local = host.newLocal("i32");
      home.statements.push(m.local.set(local, e!));
      home.sums.set(key, local);
    }
    pointer = { key, local };
  }
  return {
    pointer: m.local.get(pointer!.local, host.i32),
    offset: small ? constant + bias : 0,
  };
}

function lookup(scopes: readonly Scope[], key: string): number | undefined {
  for (const s of scopes) {
    const local = s.sums.get(key);
    if (local !== undefined) return local;
  }
  return undefined;
}
