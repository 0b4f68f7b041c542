/**
 * Loops dealt out to a team. The nest is one range 0 … total − 1; libomp says which part of it this
 * thread runs:
 *
 * ```
 * lower = 0; upper = total − 1
 * __kmpc_for_static_init_8(where, thread, 34, &last, &lower, &upper, &stride, 1, 0)
 * for (k = lower; k <= min(upper, total − 1); k++) body(positions of k)
 * __kmpc_for_static_fini(where, thread)
 * __kmpc_barrier(where, thread)
 * ```
 */
import { type Block, i32, i64, type IntegerType, type Value } from "@strata/ir";
import * as llvm from "@strata/llvm";
import { add, allocateInEntry, insertOne, multiply, tryConstant } from "@strata/llvm/lowering";
import type { ScheduleKind } from "../attributes.ts";
import type * as ops from "../ops.ts";
import { decide, goTo, inlineBefore, replaceByBlocks } from "./blocks.ts";
import { beginReductions, endReductions } from "./reductions.ts";
import type { Runtime } from "./runtime.ts";

/** libomp's numbers of schedules. */
const schedules: Readonly<Record<Exclude<ScheduleKind, "static">, number>> = {
  dynamic: 35,
  guided: 36,
  runtime: 37,
  auto: 38,
  distribute: 92,
};
const staticChunked = 33;
const staticWhole = 34;
const monotonic = 1 << 29;
const nonmonotonic = 1 << 30;

const compare = (
  t: Runtime,
  name: (typeof llvm.ICmpPredicate.cases)[number],
  lhs: Value,
  rhs: Value,
): Value => t.insert(llvm.ICmpOp.of({ lhs, rhs, predicate: llvm.ICmpPredicate.attr(name) })).res;

/** A number as i64; signed. */
function wide(t: Runtime, v: Value): Value {
  const { width } = v.type as IntegerType;
  if (width === 64) return v;
  return insertOne(t.r, width < 64 ? llvm.SExtOp : llvm.TruncOp, [v], i64);
}

/** A position back in the type of the loop. */
function narrow(t: Runtime, v: Value, type: IntegerType): Value {
  if (type.width === 64) return v;
  return insertOne(t.r, type.width < 64 ? llvm.TruncOp : llvm.SExtOp, [v], type);
}

/** Iterations of one loop: max(0, ⌈(upper − lower) / step⌉), upper + 1 where it is included. */
function trips(t: Runtime, lower: Value, upper: Value, step: Value, inclusive: boolean): Value {
  const { r } = t;
  const end = inclusive ? add(r, upper, t.i64(1), ["nsw"]) : upper;
  const distance = insertOne(r, llvm.SubOp, [end, lower], i64, {
    overflowFlags: llvm.OverflowFlags.attr("nsw"),
  });
  const positive = insertOne(r, llvm.SMaxOp, [distance, t.i64(0)], i64);
  if (tryConstant(step) === 1n) return positive;
  const raised = add(r, positive, add(r, step, t.i64(-1), ["nsw"]), ["nsw"]);
  return insertOne(r, llvm.UDivOp, [raised, step], i64);
}

/** The range of a nest, and how positions are made of a number in it. */
class Space {
  readonly total: Value;
  readonly #t: Runtime;
  readonly #type: IntegerType;
  readonly #lower: readonly Value[];
  readonly #steps: readonly Value[];
  readonly #trips: readonly Value[];

  constructor(t: Runtime, nest: ops.LoopNest) {
    this.#t = t;
    this.#type = nest.operand(0).type as IntegerType;
    this.#lower = nest.lowerBounds.map((v) => wide(t, v));
    this.#steps = nest.steps.map((v) => wide(t, v));
    const upper = nest.upperBounds.map((v) => wide(t, v));
    this.#trips = this.#lower.map((lo, d) =>
      trips(t, lo, upper[d]!, this.#steps[d]!, nest.loop_inclusive),
    );
    this.total = this.#trips.reduce((a, b) => multiply(t.r, a, b, ["nsw", "nuw"]));
  }

  /** The positions of iteration `k`. */
  positions(k: Value): Value[] {
    const t = this.#t;
    const out: Value[] = [];
    let rest = k;
    for (let d = this.#lower.length - 1; d >= 0; d--) {
      const trip = this.#trips[d]!;
      const own = d === 0 ? rest : insertOne(t.r, llvm.URemOp, [rest, trip], i64);
      if (d > 0) rest = insertOne(t.r, llvm.UDivOp, [rest, trip], i64);
      const at = add(t.r, this.#lower[d]!, multiply(t.r, own, this.#steps[d]!, ["nsw"]), ["nsw"]);
      out.unshift(narrow(t, at, this.#type));
    }
    return out;
  }
}

/** Where libomp writes the part of a thread. */
interface Part {
  readonly last: Value;
  readonly lower: Value;
  readonly upper: Value;
  readonly stride: Value;
}

function allocatePart(t: Runtime): Part {
  return {
    last: allocateInEntry(t.r, i32),
    lower: allocateInEntry(t.r, i64),
    upper: allocateInEntry(t.r, i64),
    stride: allocateInEntry(t.r, i64),
  };
}

const load = (t: Runtime, addr: Value): Value =>
  t.insert(llvm.LoadOp.of({ addr }, { types: { res: i64 } })).res;
const store = (t: Runtime, value: Value, addr: Value): void => {
  t.insert(llvm.StoreOp.of({ value, addr }));
};

/** Builds the loop `from … to` (included) around the body; the rewriter ends behind it, in `exit`. */
function countedLoop(
  t: Runtime,
  nest: ops.LoopNest,
  space: Space,
  from: Value,
  to: Value,
  exit: Block,
): void {
  const before = t.r.block;
  const region = exit.parent!;
  const head = t.r.createBlockBefore(region, exit, [i64]);
  const prologue = t.r.createBlockBefore(region, exit);
  const latch = t.r.createBlockBefore(region, exit);
  const k = head.args[0]!;
  t.r.setToEnd(before);
  goTo(t, head, [from]);
  t.r.setToEnd(head);
  decide(t, compare(t, "sle", k, to), prologue, exit);
  t.r.setToEnd(prologue);
  const positions = space.positions(k);
  const ivs = [...nest.inductionVars];
  ivs.forEach((v, d) => t.r.replaceAllUsesWith(v, positions[d]!));
  const entry = inlineBefore(t, nest.region, latch, latch);
  for (let d = ivs.length - 1; d >= 0; d--) entry.eraseArgument(d);
  t.r.setToEnd(prologue);
  goTo(t, entry);
  t.r.setToEnd(latch);
  goTo(t, head, [add(t.r, k, t.i64(1), ["nsw", "nuw"])]);
  t.r.setToEnd(exit);
}

/** Static parts: one for each thread, or chunks in turn. */
function staticLoop(t: Runtime, op: ops.Wsloop, space: Space, rest: Block): void {
  const chunk = op.schedule_chunk;
  const part = allocatePart(t);
  const lastOne = add(t.r, space.total, t.i64(-1), ["nsw"]);
  store(t, t.i64(0), part.lower);
  store(t, lastOne, part.upper);
  store(t, t.i64(1), part.stride);
  t.insert(llvm.StoreOp.of({ value: t.i32(0), addr: part.last }));
  t.callHere("__kmpc_for_static_init_8", [
    t.i32(chunk === undefined ? staticWhole : staticChunked),
    part.last,
    part.lower,
    part.upper,
    part.stride,
    t.i64(1),
    chunk === undefined ? t.i64(1) : wide(t, chunk),
  ]);
  const lower = load(t, part.lower);
  const upper = load(t, part.upper);
  const region = rest.parent!;
  const clamp = (n: Value): Value => insertOne(t.r, llvm.SMinOp, [n, lastOne], i64);
  if (chunk === undefined) {
    const to = clamp(upper);
    const before = t.r.block;
    const done = t.r.createBlockBefore(region, rest);
    t.r.setToEnd(before);
    countedLoop(t, op.nest, space, lower, to, done);
  } else {
    const stride = load(t, part.stride);
    const before = t.r.block;
    const turn = t.r.createBlockBefore(region, rest, [i64, i64]);
    const inside = t.r.createBlockBefore(region, rest);
    const next = t.r.createBlockBefore(region, rest);
    const done = t.r.createBlockBefore(region, rest);
    t.r.setToEnd(before);
    goTo(t, turn, [lower, upper]);
    t.r.setToEnd(turn);
    const [lo, up] = turn.args;
    decide(t, compare(t, "sle", lo!, lastOne), inside, done);
    t.r.setToEnd(inside);
    countedLoop(t, op.nest, space, lo!, clamp(up!), next);
    goTo(t, turn, [add(t.r, lo!, stride, ["nsw"]), add(t.r, up!, stride, ["nsw"])]);
    t.r.setToEnd(done);
  }
  t.callHere("__kmpc_for_static_fini");
}

/** Parts that threads ask for when they are done with one. */
function dynamicLoop(t: Runtime, op: ops.Wsloop, space: Space, rest: Block): void {
  const kind = op.schedule_kind?.value ?? "dynamic";
  const modifier = op.schedule_mod?.value;
  const number =
    schedules[kind === "static" ? "dynamic" : kind] |
    (modifier === "monotonic" ? monotonic : modifier === "nonmonotonic" ? nonmonotonic : 0);
  const part = allocatePart(t);
  const chunk = op.schedule_chunk;
  t.callHere("__kmpc_dispatch_init_8", [
    t.i32(number),
    t.i64(0),
    add(t.r, space.total, t.i64(-1), ["nsw"]),
    t.i64(1),
    chunk === undefined ? t.i64(1) : wide(t, chunk),
  ]);
  const before = t.r.block;
  const region = rest.parent!;
  const ask = t.r.createBlockBefore(region, rest);
  const inside = t.r.createBlockBefore(region, rest);
  const next = t.r.createBlockBefore(region, rest);
  const done = t.r.createBlockBefore(region, rest);
  t.r.setToEnd(before);
  goTo(t, ask);
  t.r.setToEnd(ask);
  const more = t.askHere("__kmpc_dispatch_next_8", [
    part.last,
    part.lower,
    part.upper,
    part.stride,
  ]);
  decide(t, more, inside, done);
  t.r.setToEnd(inside);
  countedLoop(t, op.nest, space, load(t, part.lower), load(t, part.upper), next);
  goTo(t, ask);
  t.r.setToEnd(done);
}

/** Replaces a work-sharing loop by the part of the running thread. */
export function lowerWsloop(t: Runtime, op: ops.Wsloop): void {
  t.r.location = op.location;
  replaceByBlocks(t, op, (_from, rest) => {
    const variables = [...op.reduction_vars];
    const copies = beginReductions(t, op, variables);
    const { entry } = op.region;
    copies.forEach(({ own }, i) => t.r.replaceAllUsesWith(entry.args[i]!, own));
    const space = new Space(t, op.nest);
    const isStatic = (op.schedule_kind?.value ?? "static") === "static";
    if (isStatic) staticLoop(t, op, space, rest);
    else dynamicLoop(t, op, space, rest);
    endReductions(t, op, copies);
    if (!op.nowait) t.callHere("__kmpc_barrier");
    goTo(t, rest);
  });
}
