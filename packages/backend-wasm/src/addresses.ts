/**
 * Addresses of memref elements, taken apart by loop depth: what does not change in a loop is added
 * in front of it, what an offset adds becomes the immediate of the access.
 *
 * Invariant: a partial sum is kept in a local for as long as the scope that computed it is open.
 */
import * as arith from "@strata/arith";
import { IntegerAttr, type MemRefType, type Value } from "@strata/ir";
import type binaryen from "binaryen";
import { elementBytes } from "./lanes.ts";
import type { Expr } from "./scalar-ops.ts";

/** Immediates are biased by this many bytes, so that small negative offsets fit. */
const bias = 4096;

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
  /** Locals of a memref: its address, then its dynamic extents. */
  memrefLocals(v: Value): readonly number[];
  newLocal(): number;
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

/** The address of an element of a dense memref. */
export function addressOf(host: AddressHost, buffer: Value, indices: readonly Value[]): Address {
  const { m } = host;
  const type = buffer.type as MemRefType;
  const size = elementBytes(type.elementType)!;
  const locals = host.memrefLocals(buffer);
  const depth = host.depthOf(buffer);
  const terms: Term[] = [
    { depth, key: `p${locals[0]}`, make: () => m.local.get(locals[0]!, host.i32) },
  ];
  let constant = 0;
  const isStatic = type.hasStaticShape;
  let stride = size;
  const strides = new Array<number>(type.rank);
  if (isStatic) {
    for (let d = type.rank - 1; d >= 0; d--) {
      strides[d] = stride;
      stride *= type.shape[d]!;
    }
  }
  // Extents of dynamic dimensions follow the address.
  const extent = (d: number): Expr => {
    if (type.shape[d]! >= 0) return m.i32.const(type.shape[d]!);
    const nth = type.shape.slice(0, d).filter((n) => n < 0).length;
    return m.local.get(locals[1 + nth]!, host.i32);
  };
  indices.forEach((v, d) => {
    const split = splitConstant(v);
    const inner = type.shape.slice(d + 1);
    const known = isStatic
      ? strides[d]!
      : inner.every((n) => n >= 0)
        ? inner.reduce((a, n) => a * n, size)
        : undefined;
    if (known !== undefined) {
      constant += split.constant * known;
      if (split.base === undefined) return;
      const at = host.localOf(split.base);
      terms.push({
        depth: host.depthOf(split.base),
        key: `${at}*${known}`,
        make: () => {
          const x = m.local.get(at, host.i32);
          if (known === 1) return x;
          const log = Math.log2(known);
          return Number.isInteger(log)
            ? m.i32.shl(x, m.i32.const(log))
            : m.i32.mul(x, m.i32.const(known));
        },
      });
      return;
    }
    const at = split.base === undefined ? undefined : host.localOf(split.base);
    const factor = (): Expr => {
      let e = m.i32.const(size);
      for (let k = d + 1; k < type.rank; k++) e = m.i32.mul(e, extent(k));
      return e;
    };
    const index = (): Expr => {
      const c = m.i32.const(split.constant);
      if (at === undefined) return c;
      const x = m.local.get(at, host.i32);
      return split.constant === 0 ? x : m.i32.add(x, c);
    };
    terms.push({
      depth: Math.max(depth, split.base === undefined ? 0 : host.depthOf(split.base)),
      key: `${at ?? ""}+${split.constant}*${locals.join("x")}d${d}`,
      make: () => m.i32.mul(index(), factor()),
    });
  });
  return sum(host, terms, constant);
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
      local = host.newLocal();
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
