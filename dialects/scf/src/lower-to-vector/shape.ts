/**
 * How values vary between the lanes of a vector, as in divergence analysis (Coutinho et al.,
 * "Divergence Analysis and Optimizations", 2011; ispc calls them uniform and varying), and between
 * the copies of a body that is unrolled along other dimensions.
 */
import { constantInteger } from "../constant-integer.ts";
import * as arith from "@strata/arith";
import {
  Elementwise,
  IndexType,
  IntegerType,
  type Operation,
  type Region,
  type Value,
  VectorType,
} from "@strata/ir";
import * as memref from "@strata/memref";
import { For, If, While, Yield } from "../ops.ts";

/** The same in all lanes, `base + lane · stride`, or anything. */
export type Lanes =
  | { readonly kind: "uniform" | "varying" }
  | {
      readonly kind: "linear";
      readonly stride: number;
    };

/** How a value varies: between lanes, and between copies along the dimensions in `copies` (bits). */
export interface Shape {
  readonly lanes: Lanes;
  readonly copies: number;
}

export const uniform: Shape = { lanes: { kind: "uniform" }, copies: 0 };
const varyingLanes: Lanes = { kind: "varying" };

/** The shape that covers both. */
export function join(a: Shape, b: Shape): Shape {
  const copies = a.copies | b.copies;
  const [x, y] = [a.lanes, b.lanes];
  if (x.kind === "uniform" && y.kind === "uniform") return { lanes: x, copies };
  if (x.kind === "linear" && y.kind === "linear" && x.stride === y.stride) {
    return { lanes: x, copies };
  }
  return { lanes: varyingLanes, copies };
}

const same = (a: Shape, b: Shape): boolean => {
  const stride = (s: Shape): number => (s.lanes.kind === "linear" ? s.lanes.stride : 0);
  return a.copies === b.copies && a.lanes.kind === b.lanes.kind && stride(a) === stride(b);
};

/** Why a loop is not vectorized: a stable reason with the operation that stands in the way. */
export class NotVectorizable {
  readonly op: Operation;
  readonly reason: string;

  constructor(op: Operation, reason: string) {
    this.op = op;
    this.reason = reason;
  }
}

/** Shapes of all values in the body of a loop. */
export class ShapeAnalysis {
  readonly #shapes = new Map<Value, Shape>();
  /** The inner loop whose iterations become lanes, when it is not the outermost. */
  readonly #laneLoop: For | undefined;
  readonly #laneBit: number;
  readonly #copied: boolean;

  /**
   * `seeds` are the shapes of the outer induction variables; `laneLoop` is a nested reduction whose
   * induction variable gets the lanes; `copied` tells whether anything is unrolled.
   */
  constructor(
    seeds: ReadonlyMap<Value, Shape>,
    laneLoop: For | undefined,
    laneBit: number,
    copied: boolean,
  ) {
    for (const [v, s] of seeds) this.#shapes.set(v, s);
    this.#laneLoop = laneLoop;
    this.#laneBit = laneBit;
    this.#copied = copied;
  }

  /** Values from outside of the loop are uniform. */
  of(v: Value): Shape {
    return this.#shapes.get(v) ?? uniform;
  }

  /** Analyzes a body; throws `NotVectorizable`. */
  region(r: Region): void {
    for (let op = r.entry.firstOp; op !== null; op = op.next) this.#op(op);
  }

  /** Analyzes a loop that stands in no nest; throws `NotVectorizable`. */
  outermost(op: For): void {
    this.#for(op);
  }

  #op(op: Operation): void {
    if (op.definition.isTerminator) return;
    if (op instanceof memref.Load) this.#set(op.results[0]!, this.#load(op));
    else if (op instanceof memref.Store) this.#store(op);
    else if (op instanceof For) this.#for(op);
    else if (op instanceof If) this.#if(op);
    else if (op instanceof While) this.#while(op);
    else if (op instanceof arith.ConstantOp) this.#set(op.result, uniform);
    else if (op instanceof memref.Dim) this.#set(op.results[0]!, uniform);
    else if (op.definition.hasTrait(Elementwise) && op.regions.length === 0) this.#elementwise(op);
    else throw new NotVectorizable(op, `\`${op.name}\` has no vector form`);
  }

  #set(v: Value, s: Shape): void {
    this.#shapes.set(v, s);
  }

  #elementwise(op: Operation): void {
    for (const v of [...op.operands, ...op.results]) {
      if (v.type instanceof VectorType) {
        throw new NotVectorizable(op, "the body works on vectors already");
      }
    }
    const copies = op.operands.reduce((bits, v) => bits | this.of(v).copies, 0);
    const lanes = this.#lanes(op);
    for (const r of op.results) this.#set(r, { lanes, copies });
  }

  #lanes(op: Operation): Lanes {
    const operands = op.operands.map((v) => this.of(v).lanes);
    if (operands.every((l) => l.kind === "uniform")) return uniform.lanes;
    const stride = (i: number): number | undefined => {
      const l = operands[i]!;
      return l.kind === "uniform" ? 0 : l.kind === "linear" ? l.stride : undefined;
    };
    const linear = (s: number | undefined): Lanes =>
      s === undefined ? varyingLanes : s === 0 ? uniform.lanes : { kind: "linear", stride: s };
    const t = op.results[0]?.type;
    if (!(t instanceof IndexType || t instanceof IntegerType)) return varyingLanes;
    const [a, b] = [stride(0), operands.length > 1 ? stride(1) : undefined];
    if (op instanceof arith.AddI)
      return linear(a === undefined || b === undefined ? undefined : a + b);
    if (op instanceof arith.SubI)
      return linear(a === undefined || b === undefined ? undefined : a - b);
    if (op instanceof arith.MulI) {
      const [k, l] = [constantInteger(op.lhs), constantInteger(op.rhs)];
      if (l !== undefined && a !== undefined) return linear(a * l);
      if (k !== undefined && b !== undefined) return linear(b * k);
      return varyingLanes;
    }
    if (op instanceof arith.IndexCast) return linear(a);
    return varyingLanes;
  }

  #load(op: memref.Load): Shape {
    const all = op.indices.map((v) => this.of(v));
    const copies = all.reduce((bits, s) => bits | s.copies, 0);
    const lanes = all.every((s) => s.lanes.kind === "uniform") ? uniform.lanes : varyingLanes;
    if (this.of(op.memref).lanes.kind !== "uniform" || this.of(op.memref).copies !== 0) {
      throw new NotVectorizable(op, "lanes read different buffers");
    }
    return { lanes, copies };
  }

  #store(op: memref.Store): void {
    const all = op.indices.map((v) => this.of(v));
    if (all.every((s) => s.lanes.kind === "uniform") && this.#laneLoop === undefined) {
      throw new NotVectorizable(op, "all lanes write one element");
    }
    if (this.#laneLoop !== undefined && this.#inside(op)) {
      throw new NotVectorizable(op, "a reduction that writes memory");
    }
  }

  #inside(op: Operation): boolean {
    return this.#laneLoop !== undefined && this.#laneLoop.isAncestorOf(op);
  }

  #for(op: For): void {
    const iv = op.region.entry.args[0]!;
    const carried = op.region.entry.args.slice(1);
    const outer = [op.lowerBound, op.upperBound, op.step].map((v) => this.of(v));
    if (outer.some((s) => s.lanes.kind !== "uniform")) {
      throw new NotVectorizable(op, "lanes would run different numbers of iterations");
    }
    if (outer.some((s) => s.copies !== 0)) {
      throw new NotVectorizable(op, "copies would run different numbers of iterations");
    }
    if (op === this.#laneLoop) {
      this.#set(iv, { lanes: { kind: "linear", stride: 1 }, copies: this.#laneBit });
    } else this.#set(iv, uniform);
    this.#fixpoint(
      carried,
      op.initArgs.map((v) => this.of(v)),
      () => {
        this.region(op.region);
        return op.region.entry.lastOp!.operands.map((v) => this.of(v));
      },
    );
    op.outs.forEach((r, i) => {
      const s = this.of(carried[i]!);
      // The lanes and unrolled accumulators of a reduction are combined behind the loop.
      this.#set(
        r,
        op === this.#laneLoop ? { lanes: uniform.lanes, copies: s.copies & ~this.#laneBit } : s,
      );
    });
  }

  /** Shapes of carried values: the least that cover the inits and what the body gives back. */
  #fixpoint(
    carried: readonly Value[],
    inits: readonly Shape[],
    body: () => readonly Shape[],
    lift: (s: Shape) => Shape = (s) => s,
  ): void {
    carried.forEach((v, i) => this.#set(v, lift(dropLinear(inits[i]!))));
    for (;;) {
      const next = body();
      let changed = false;
      carried.forEach((v, i) => {
        const old = this.of(v);
        const merged = lift(dropLinear(join(old, next[i]!)));
        if (!same(old, merged)) {
          this.#set(v, merged);
          changed = true;
        }
      });
      if (!changed) return;
    }
  }

  #if(op: If): void {
    const condition = this.of(op.condition);
    this.region(op.thenRegion);
    if (!op.elseRegion.isEmpty) this.region(op.elseRegion);
    const divergent = condition.lanes.kind !== "uniform" || condition.copies !== 0;
    if (divergent && this.#copied && !isSpeculatable(op)) {
      throw new NotVectorizable(op, "copies would take different branches");
    }
    if (divergent && condition.lanes.kind === "uniform" && !isSpeculatable(op)) {
      throw new NotVectorizable(op, "copies would take different branches");
    }
    op.outs.forEach((r, i) => {
      const a = this.of(op.thenRegion.entry.lastOp!.operand(i));
      const b = this.of(op.elseRegion.entry.lastOp!.operand(i));
      const joined = dropLinear(join(a, b));
      const lanes = condition.lanes.kind === "uniform" ? joined.lanes : varyingLanes;
      this.#set(r, { lanes, copies: joined.copies | condition.copies });
    });
  }

  #while(op: While): void {
    const [before, after] = [op.before.entry, op.after.entry];
    const test = before.lastOp!;
    let divergent = false;
    const lift = (s: Shape): Shape => (divergent ? { lanes: varyingLanes, copies: s.copies } : s);
    for (;;) {
      this.#fixpoint(
        before.args,
        op.inits.map((v) => this.of(v)),
        () => {
          this.region(op.before);
          after.args.forEach((a, i) =>
            this.#set(a, lift(dropLinear(this.of(test.operand(i + 1))))),
          );
          this.region(op.after);
          return after.lastOp!.operands.map((v) => this.of(v));
        },
        lift,
      );
      const condition = this.of(test.operand(0));
      if (condition.copies !== 0 || (condition.lanes.kind !== "uniform" && this.#copied)) {
        throw new NotVectorizable(op, "copies would run different numbers of iterations");
      }
      if (divergent || condition.lanes.kind === "uniform") break;
      divergent = true;
    }
    op.outs.forEach((r, i) => this.#set(r, lift(dropLinear(this.of(test.operand(i + 1))))));
  }
}

function dropLinear(s: Shape): Shape {
  return s.lanes.kind === "linear" ? { lanes: varyingLanes, copies: s.copies } : s;
}

/** Whether an op may trap or read outside when executed without need. */
export function mayTrap(op: Operation): boolean {
  return (
    op instanceof arith.DivSI ||
    op instanceof arith.DivUI ||
    op instanceof arith.RemSI ||
    op instanceof arith.RemUI ||
    op instanceof arith.CeilDivSI ||
    op instanceof arith.CeilDivUI ||
    op instanceof arith.FloorDivSI ||
    op instanceof arith.ShLI ||
    op instanceof arith.ShRSI ||
    op instanceof arith.ShRUI
  );
}

/** Whether both branches can be executed and the results selected. */
export function isSpeculatable(op: If): boolean {
  const fine = (r: Region): boolean => {
    for (let o = r.firstBlock?.firstOp ?? null; o !== null; o = o.next) {
      if (o instanceof Yield) continue;
      if (o instanceof If ? !isSpeculatable(o) : !(o.regions.length === 0 && isPureOp(o))) {
        return false;
      }
    }
    return true;
  };
  return fine(op.thenRegion) && fine(op.elseRegion);
}

function isPureOp(op: Operation): boolean {
  return (op.definition.hasTrait(Elementwise) || op instanceof arith.ConstantOp) && !mayTrap(op);
}
