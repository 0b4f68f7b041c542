/**
 * The cost of a loop body per iteration, in units of one scalar or vector instruction: what decides
 * between the dimensions that could become lanes.
 */
import * as arith from "@strata/arith";
import {
  FloatType,
  IndexType,
  IntegerType,
  type Operation,
  type Region,
  type Type,
  type Value,
  walk,
} from "@strata/ir";
import * as memref from "@strata/memref";
import { For, While } from "../ops.ts";
import { constantInteger } from "../constant-integer.ts";
import type { ShapeAnalysis } from "./shape.ts";

/** Assumed iterations of a loop whose trip count is not known. */
const assumedTrips = 16;

/** Iterations of a loop, assumed if unknown. */
export function tripCount(op: For): number {
  const [lower, upper, step] = [op.lowerBound, op.upperBound, op.step].map(constantInteger);
  if (lower === undefined || upper === undefined || step === undefined) return assumedTrips;
  return Math.max(0, Math.ceil((upper - lower) / step));
}

/** Instructions of a body in scalar form, loops multiplied by their trips. */
export function scalarCost(r: Region): number {
  let total = 0;
  for (const op of r.entry.ops()) {
    if (op.definition.isTerminator || op instanceof arith.ConstantOp) continue;
    total += 1;
    for (const inner of op.regions) {
      if (!inner.isEmpty) total += scalarCost(inner) * trips(op);
    }
  }
  return total;
}

function trips(op: Operation): number {
  return op instanceof For ? tripCount(op) : op instanceof While ? assumedTrips : 1;
}

/** Instructions of a body with `lanes` lanes, accesses that are not contiguous lane by lane. */
export function vectorCost(
  r: Region,
  shapes: ShapeAnalysis,
  lanes: number,
  laneLoop?: For,
): number {
  let total = 0;
  for (const op of r.entry.ops()) {
    if (op.definition.isTerminator || op instanceof arith.ConstantOp) continue;
    if (op instanceof memref.Load || op instanceof memref.Store) {
      total += accessCost(op.indices, shapes, lanes);
    } else total += 1;
    for (const inner of op.regions) {
      if (inner.isEmpty) continue;
      const n = op === laneLoop ? trips(op) / lanes : trips(op);
      total += vectorCost(inner, shapes, lanes, laneLoop) * n + (op === laneLoop ? 2 * lanes : 0);
    }
  }
  return total;
}

function accessCost(indices: readonly Value[], shapes: ShapeAnalysis, lanes: number): number {
  const kinds = indices.map((v) => shapes.of(v).lanes);
  if (kinds.every((l) => l.kind === "uniform")) return 1;
  const contiguous = kinds.every((l, d) =>
    d === kinds.length - 1 ? l.kind === "linear" && l.stride === 1 : l.kind === "uniform",
  );
  // An address, a load and an insertion for each lane.
  return contiguous ? 1 : 3 * lanes;
}

/** Number of operations of a body, nested ones included. */
export function bodySize(r: Region): number {
  let n = 0;
  for (const op of r.entry.ops()) {
    walk(op, (o) => {
      if (!o.definition.isTerminator && !(o instanceof arith.ConstantOp)) n++;
    });
  }
  return n;
}

/** Whether an op makes a number of a position that is converted at once: what it becomes counts. */
function isPassingPosition(op: Operation): boolean {
  if (!(op instanceof arith.IndexCast) || !(op.in.type instanceof IndexType)) return false;
  const users = op.out.users();
  const converts = (u: Operation): boolean =>
    u instanceof arith.SIToFP || u instanceof arith.UIToFP || u instanceof arith.TruncI;
  return users.length > 0 && users.every(converts);
}

/** Bits of the widest element a body computes with; index arithmetic and conditions do not count. */
export function widestElement(r: Region): number {
  let widest = 0;
  const see = (t: Type): void => {
    if (t instanceof FloatType) widest = Math.max(widest, t.width);
    else if (t instanceof IntegerType && t.width > 1) widest = Math.max(widest, t.width);
  };
  for (const op of r.entry.ops()) {
    walk(op, (o) => {
      if (isPassingPosition(o)) return;
      for (const v of o.results) {
        see(v.type);
        // Positions made from loaded numbers become lanes of their own.
        const made = o instanceof arith.IndexCast || o instanceof arith.IndexCastUI;
        if (made && v.type instanceof IndexType) widest = Math.max(widest, 32);
      }
      if (o instanceof memref.Store) see(o.value.type);
    });
  }
  return widest;
}

/** Whether a body works on vectors or types that have no lanes. */
export function hasForeignTypes(r: Region, narrowFloats: boolean): boolean {
  let foreign = false;
  for (const op of r.entry.ops()) {
    walk(op, (o) => {
      for (const v of o.results) {
        const t = v.type;
        const float = t instanceof FloatType && (t.width > 16 || narrowFloats);
        const fine = float || t instanceof IntegerType || t instanceof IndexType;
        if (!fine) foreign = true;
      }
    });
  }
  return foreign;
}
