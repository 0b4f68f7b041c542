/** Operations on whole vectors: broadcasts, lanes, shuffles, masks, reductions. */
import {
  type DenseArrayAttr,
  dynamicIndex,
  FloatType,
  i1,
  type Operation,
  type Type,
  VectorType,
} from "@strata/ir";
import * as vector from "@strata/vector";
import type { Arg, Emission, Expr } from "./emission.ts";
import { componentKinds, integerBits, layoutOf, perRegister, refuse, scalarKind } from "./lanes.ts";
import {
  constantRegisters,
  extractElement,
  insertElement,
  placeOf,
  splat,
  zero,
} from "./registers.ts";
import { roundNarrow } from "./scalar-floats.ts";
import { signExtended, wrap, zeroExtended } from "./scalar-integers.ts";
import { maskTest } from "./vector-memory.ts";

/** Emits an operation of the vector dialect that touches no memory; false for others. */
export function emitShape(em: Emission, op: Operation): boolean {
  if (op instanceof vector.Broadcast) broadcast(em, op);
  else if (op instanceof vector.Extract) extract(em, op);
  else if (op instanceof vector.Insert) insert(em, op);
  else if (op instanceof vector.Shuffle) shuffle(em, op);
  else if (op instanceof vector.Step) step(em, op);
  else if (op instanceof vector.CreateMask) createMask(em, op);
  else if (op instanceof vector.ConstantMask) constantMask(em, op);
  else if (op instanceof vector.Reduction) reduction(em, op);
  else return false;
  return true;
}

function checked(t: Type, op: Operation): VectorType {
  componentKinds(t, op);
  return t instanceof VectorType ? t : refuse(op, `the type \`${t.toString()}\``);
}

function broadcast(em: Emission, op: vector.Broadcast): void {
  const t = checked(op.vector.type, op);
  const source = op.source.type;
  const count = layoutOf(t).registers;
  let scalar: Expr;
  if (source instanceof VectorType) {
    if (checked(source, op) === t) {
      em.define(
        op.vector,
        em.parts(op.source).map((r) => r()),
      );
      return;
    }
    if (source.shape[0] !== 1) refuse(op, "a broadcast of a vector");
    scalar = extractElement(em.m, source, em.parts(op.source), 0);
  } else scalar = em.scalar(op.source)();
  const first = em.hold("v128", splat(em.m, t, scalar));
  em.define(
    op.vector,
    Array.from({ length: count }, () => first()),
  );
}

/** The constant position of a lane; undefined when it is an operand. */
function staticLane(a: DenseArrayAttr): number | undefined {
  const [n] = a.values;
  return a.values.length !== 1 || n === undefined || n === dynamicIndex ? undefined : Number(n);
}

function extract(em: Emission, op: vector.Extract): void {
  const t = checked(op.source.type, op);
  const registers = em.parts(op.source);
  if (op.static_position.values.length !== 1) refuse(op, "the part");
  const lane = staticLane(op.static_position);
  if (lane !== undefined) {
    em.define(op.result, [extractElement(em.m, t, registers, lane)]);
    return;
  }
  const at = em.scalar(op.operand(1));
  let e = extractElement(em.m, t, registers, 0);
  for (let k = 1; k < t.shape[0]!; k++) {
    const isHere = em.m.i32.eq(at(), em.m.i32.const(k));
    e = em.m.select(isHere, extractElement(em.m, t, registers, k), e);
  }
  em.define(op.result, [e]);
}

function insert(em: Emission, op: vector.Insert): void {
  const { m } = em;
  const t = checked(op.dest.type, op);
  if (op.static_position.values.length !== 1) refuse(op, "the part");
  const registers = em.parts(op.dest);
  const scalar = em.scalar(op.valueToStore);
  const layout = layoutOf(t);
  const lane = staticLane(op.static_position);
  if (lane !== undefined) {
    const place = placeOf(layout, lane);
    em.define(
      op.result,
      registers.map((r, k) =>
        k === place.register ? insertElement(m, t, r(), lane, scalar()) : r(),
      ),
    );
    return;
  }
  // Where the lane's own number is the position, the new element is taken.
  const at = em.scalar(op.operand(2));
  const held = em.hold("v128", splat(m, t, scalar()));
  const per = perRegister(layout);
  em.define(
    op.result,
    registers.map((r, k) => {
      const numbers = laneNumbers(em, layout.bytes, k * per);
      const kind = ({ 1: "i8x16", 2: "i16x8", 4: "i32x4", 8: "i64x2" } as const)[
        layout.bytes as 1 | 2 | 4 | 8
      ];
      const position = layout.bytes === 8 ? m.i64.extend_s(at()) : at();
      return m.v128.bitselect(held(), r(), m[kind].eq(numbers, m[kind].splat(position)));
    }),
  );
}

/** A register with the numbers of its lanes. */
function laneNumbers(em: Emission, bytes: number, first: number): Expr {
  return em.m.v128.const(
    Array.from({ length: 16 }, (_, i) => {
      const n = first + Math.floor(i / bytes);
      return i % bytes < 4 ? (n >>> (8 * (i % bytes))) & 255 : 0;
    }),
  );
}

/** Elements of two vectors by position; of −1 any will do. */
function shuffle(em: Emission, op: vector.Shuffle): void {
  const { m } = em;
  const [t1, t2, out] = [
    checked(op.v1.type, op),
    checked(op.v2.type, op),
    checked(op.vector.type, op),
  ];
  const [from1, from2, to] = [layoutOf(t1), layoutOf(t2), layoutOf(out)];
  const [v1, v2] = [em.parts(op.v1), em.parts(op.v2)];
  const mask = op.mask.numbers;
  if (from1.bytes !== to.bytes || from2.bytes !== to.bytes) {
    // The number of lanes changes the containers: one element after another.
    const registers = Array.from({ length: to.registers }, () => em.hold("v128", zero(m)));
    mask.forEach((n, lane) => {
      const scalar =
        n < t1.shape[0]!
          ? extractElement(m, t1, v1, Math.max(n, 0))
          : extractElement(m, t2, v2, n - t1.shape[0]!);
      const { register } = placeOf(to, lane);
      const before = registers[register]!;
      registers[register] = em.hold("v128", insertElement(m, out, before(), lane, scalar));
    });
    em.define(
      op.vector,
      registers.map((r) => r()),
    );
    return;
  }
  const per = perRegister(to);
  const sourceOf = (n: number): { register: number; lane: number } => {
    const second = n >= t1.shape[0]!;
    const place = placeOf(second ? from2 : from1, second ? n - t1.shape[0]! : Math.max(n, 0));
    return { register: place.register + (second ? v1.length : 0), lane: place.lane };
  };
  const sources = [...v1, ...v2];
  em.define(
    op.vector,
    Array.from({ length: to.registers }, (_, r) => {
      const lanes = mask.slice(r * per, (r + 1) * per).map(sourceOf);
      return gatherLanes(em, sources, lanes, to.bytes);
    }),
  );
}

/** Lanes of several registers in one: the first two at once, then one more at a time. */
function gatherLanes(
  em: Emission,
  sources: readonly Arg[],
  lanes: readonly { readonly register: number; readonly lane: number }[],
  bytes: number,
): Expr {
  const { m } = em;
  const [first, ...others] = [...new Set(lanes.map((l) => l.register))];
  /** The bytes of each lane, from where `choose` says; undefined keeps them. */
  const select = (choose: (register: number, at: number) => number | undefined): number[] =>
    Array.from({ length: 16 }, (_, i) => {
      const l = lanes[Math.floor(i / bytes)];
      if (l === undefined) return 0;
      return choose(l.register, l.lane * bytes + (i % bytes)) ?? i;
    });
  const second = others[0] ?? first!;
  let value = em.hold(
    "v128",
    m.i8x16.shuffle(
      sources[first!]!(),
      sources[second]!(),
      select((r, at) => (r === first ? at : r === second ? 16 + at : 0)),
    ),
  );
  for (const next of others.slice(1)) {
    const bytesOf = select((r, at) => (r === next ? 16 + at : undefined));
    value = em.hold("v128", m.i8x16.shuffle(value(), sources[next]!(), bytesOf));
  }
  return value();
}

function step(em: Emission, op: vector.Step): void {
  const t = checked(op.result.type, op);
  const lanes = Array.from({ length: t.shape[0]! }, (_, i) => i);
  em.define(op.result, constantRegisters(em.m, t, lanes));
}

/** Lanes whose number is below the bound: compared in containers that hold both. */
function createMask(em: Emission, op: vector.CreateMask): void {
  const { m } = em;
  const t = checked(op.mask.type, op);
  const layout = layoutOf(t);
  const per = perRegister(layout);
  const bound = em.scalar(op.operand(0));
  const lanes = t.shape[0]!;
  // The bound is limited to the number of lanes, so that it fits the container.
  const low = em.hold(
    "i32",
    m.select(m.i32.gt_s(bound(), m.i32.const(0)), bound(), m.i32.const(0)),
  );
  const limited = em.hold(
    "i32",
    m.select(m.i32.lt_s(low(), m.i32.const(lanes)), low(), m.i32.const(lanes)),
  );
  em.define(
    op.mask,
    Array.from({ length: layout.registers }, (_, r) => {
      const numbers = laneNumbers(em, layout.bytes, r * per);
      switch (layout.bytes) {
        case 1:
          return m.i8x16.lt_u(numbers, m.i8x16.splat(limited()));
        case 2:
          return m.i16x8.lt_u(numbers, m.i16x8.splat(limited()));
        case 4:
          return m.i32x4.lt_s(numbers, m.i32x4.splat(limited()));
        default:
          return m.i64x2.lt_s(numbers, m.i64x2.splat(m.i64.extend_s(limited())));
      }
    }),
  );
}

function constantMask(em: Emission, op: vector.ConstantMask): void {
  const t = checked(op.mask.type, op);
  const [bound = 0] = op.mask_dim_sizes.numbers;
  const lanes = Array.from({ length: t.shape[0]! }, (_, i) => (i < bound ? 1n : 0n));
  em.define(op.mask, constantRegisters(em.m, t, lanes));
}

/** All elements in order, behind `acc`; of masks by bits. */
function reduction(em: Emission, op: vector.Reduction): void {
  const { m } = em;
  const t = checked(op.vector.type, op);
  const v = em.parts(op.vector);
  const { kind } = op.kind;
  const element = t.elementType;
  if (element === i1 && (kind === "or" || kind === "and")) {
    const test = maskTest(em, t, v, kind === "and");
    const acc = op.acc === undefined ? undefined : em.scalar(op.acc);
    em.define(op.dest, [acc === undefined ? test : m.i32[kind](acc(), test)]);
    return;
  }
  const combine = combiner(em, element, kind);
  const scalar = scalarKind(element)!;
  let lane = 0;
  let value =
    op.acc === undefined ? em.hold(scalar, extractElement(m, t, v, lane++)) : em.scalar(op.acc);
  for (; lane < t.shape[0]!; lane++) {
    const next = em.hold(scalar, extractElement(m, t, v, lane));
    value = em.hold(scalar, combine(value, next));
  }
  em.define(op.dest, [value()]);
}

/** Combines two scalars as a reduction of a kind does. */
function combiner(em: Emission, t: Type, kind: vector.CombiningKind): (x: Arg, y: Arg) => Expr {
  return t instanceof FloatType ? floatCombiner(em, t, kind) : integerCombiner(em, t, kind);
}

function floatCombiner(
  em: Emission,
  t: FloatType,
  kind: vector.CombiningKind,
): (x: Arg, y: Arg) => Expr {
  const { m } = em;
  const ns = t.width === 64 ? m.f64 : m.f32;
  switch (kind) {
    case "add":
    case "mul":
      return (x, y) => roundNarrow(em, t, ns[kind](x(), y()));
    case "minimumf":
      return (x, y) => ns.min(x(), y());
    case "maximumf":
      return (x, y) => ns.max(x(), y());
    case "minnumf":
    case "maxnumf": {
      const pick = kind === "minnumf" ? ns.min : ns.max;
      return (x, y) =>
        m.select(ns.eq(x(), x()), m.select(ns.eq(y(), y()), pick(x(), y()), x()), y());
    }
    default:
      throw new Error(`${kind} does not combine floats`);
  }
}

function integerCombiner(
  em: Emission,
  t: Type,
  kind: vector.CombiningKind,
): (x: Arg, y: Arg) => Expr {
  const { m } = em;
  const ns = integerBits(t) === 64 ? m.i64 : m.i32;
  const pick =
    (less: boolean, signed: boolean) =>
    (x: Arg, y: Arg): Expr => {
      const compare = less ? (signed ? ns.lt_s : ns.lt_u) : signed ? ns.gt_s : ns.gt_u;
      const read = (a: Arg): Expr => (signed ? signExtended(m, t, a()) : zeroExtended(m, t, a()));
      return m.select(compare(read(x), read(y)), x(), y());
    };
  switch (kind) {
    case "add":
    case "mul":
      return (x, y) => wrap(m, t, ns[kind](x(), y()));
    case "and":
    case "or":
    case "xor":
      return (x, y) => ns[kind](x(), y());
    case "minsi":
      return pick(true, true);
    case "minui":
      return pick(true, false);
    case "maxsi":
      return pick(false, true);
    case "maxui":
      return pick(false, false);
    default:
      throw new Error(`${kind} does not combine integers`);
  }
}
