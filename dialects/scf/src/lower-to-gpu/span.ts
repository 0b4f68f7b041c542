/**
 * The values of a nest combined by the threads of a group, each a part of them: neighbouring threads
 * take neighbouring elements, as vectors where these are aligned.
 */
import { type MemRefType, type Operation, type Value, walk } from "@strata/ir";
import * as memref from "@strata/memref";
import { type For, If } from "../ops.ts";
import { type Code, type Idx, known } from "./code.ts";
import type { CombiningNest } from "./combine.ts";
import { nestElement } from "./reduce-element.ts";
import { positionAt } from "./nest.ts";
import { elementBits, hasAlignedRows } from "./alignment.ts";
import { TileEmitter } from "./tile.ts";

/** Values of the loop body, for code that stands in another body: what they are there. */
export type Outside = (v: Value) => Value;

/** Threads that share the work: the number of this one, and how many there are. */
export interface Share {
  readonly first: Idx;
  readonly stride: Idx;
}

/** Elements of a vector that all contiguous loads of the innermost loop can be read in; 1: none. */
export function nestLanes(
  loops: readonly For[],
  extents: readonly Idx[],
  mayBranch = false,
): number {
  const inner = loops[loops.length - 1]!;
  const n = known(extents[extents.length - 1]!);
  if (known(inner.lowerBound) !== 0 || known(inner.step) !== 1) return 1;
  const types: MemRefType[] = [];
  let operations = 0;
  let isStraight = true;
  for (const top of inner.body.ops()) {
    walk(top, (op) => {
      operations++;
      if (op.regions.length > 0 && !(mayBranch && op instanceof If)) isStraight = false;
      if (!(op instanceof memref.Load)) return;
      const last = op.indices[op.indices.length - 1];
      const usesIv = op.indices.slice(0, -1).includes(inner.inductionVar);
      if (last === inner.inductionVar && !usesIv) types.push(op.memref.type as MemRefType);
    });
  }
  if (types.length === 0 || !isStraight || operations > 64) return 1;
  const widest = Math.max(...types.map((t) => elementBits(t.elementType)));
  const most = operations <= 12 ? 16 : 8;
  for (let lanes = Math.min(128 / widest, most); lanes > 1; lanes /= 2) {
    const fits = types.every((t) => hasAlignedRows(t, lanes));
    // Without a constant extent only one dimension leaves a rest behind it.
    if (fits && (n === undefined ? loops.length === 1 : n % lanes === 0)) return lanes;
  }
  return 1;
}

/** Combines this thread's part of a nest's values. */
export function combineShare(
  code: Code,
  nest: CombiningNest,
  extents: readonly Idx[],
  share: Share,
  outside: Outside = (v) => v,
): Value[] {
  const { combiner } = nest;
  const lanes = nestLanes(nest.loops, extents);
  const scalar = (from: Idx, to: Idx, accs: readonly Value[]): Value[] =>
    code.for(from, to, share.stride, accs, (i, carried) =>
      combiner.combine(code, carried, nestElement(code, nest, extents, i, outside)),
    );
  if (lanes === 1) return scalar(share.first, code.product(extents), combiner.neutral(code));
  const last = extents.length - 1;
  const groups = extents.map((n, d): Idx => (d === last ? code.div(n, lanes) : n));
  const count = code.product(groups);
  const width = combiner.types.length;
  const neutral = combiner.neutral(code);
  const inits = Array.from({ length: lanes }, () => neutral).flat();
  const all = code.for(share.first, count, share.stride, inits, (i, carried) => {
    const values = vectorElements(code, nest, groups, i, lanes, outside);
    return values.flatMap((v, k) =>
      combiner.combine(code, carried.slice(k * width, (k + 1) * width), v),
    );
  });
  let parts = Array.from({ length: lanes }, (_, k) => all.slice(k * width, (k + 1) * width));
  while (parts.length > 1) {
    const half = parts.length / 2;
    parts = parts.slice(0, half).map((p, k) => combiner.combine(code, p, parts[half + k]!));
  }
  const n = known(extents[last]!);
  if (n !== undefined) return parts[0]!;
  const start = code.add(code.mul(count, lanes), share.first);
  return scalar(start, extents[last]!, parts[0]!);
}

/** The values of `lanes` consecutive iterations of the innermost loop. */
function vectorElements(
  code: Code,
  nest: CombiningNest,
  groups: readonly Idx[],
  position: Idx,
  lanes: number,
  outside: Outside,
): Value[][] {
  const emitter = new TileEmitter(code, lanes, lanes, outside);
  emitLanes(emitter, code, nest.loops, groups, position, lanes, outside, nest.combining);
  return Array.from({ length: lanes }, (_, k) => nest.inputs.map((v) => emitter.get(v, k)));
}

/** Emits a nest's bodies at `lanes` consecutive positions of the innermost loop. */
export function emitLanes(
  emitter: TileEmitter,
  code: Code,
  loops: readonly For[],
  groups: readonly Idx[],
  position: Idx,
  lanes: number,
  outside: Outside = (v) => v,
  combining: ReadonlySet<Operation> = new Set(),
): void {
  const at = positionAt(code, position, groups);
  loops.forEach((loop, d) => {
    const isLast = d === loops.length - 1;
    const iv = isLast
      ? code.mul(at[d]!, lanes)
      : code.add(outside(loop.lowerBound), code.mul(at[d]!, loop.step));
    const offsets = Array.from({ length: lanes }, (_, k) => (isLast ? k : 0));
    emitter.seed(loop.inductionVar, code.value(iv), offsets, isLast);
    for (const op of loop.body.ops()) {
      const skipped = op === loop.body.lastOp || combining.has(op);
      if (!skipped && op !== loops[d + 1]) emitter.emitOp(op);
    }
  });
}
