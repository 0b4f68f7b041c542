/**
 * A thread that marches through the points of one dimension and keeps what the next point reads, too.
 *
 * ```mlir
 * for %z { … %u[%z - 1, …] … %u[%z, …] … %u[%z + 1, …] … }
 * // becomes
 * scf.for %z = … iter_args(%below = %u[%first - 1, …], %here = %u[%first, …]) {
 *   %above = memref.load %u[%z + 1, …]
 *   …
 *   scf.yield %here, %above
 * }
 * ```
 */
import type { Value } from "@strata/ir";
import * as memref from "@strata/memref";
import type { Parallel } from "../ops.ts";
import { type Code, known } from "./code.ts";
import { isDefinedIn } from "./nest.ts";
import { BodyFacts, type Index } from "./plan.ts";
import type { TileEmitter, VectorReach } from "./tile.ts";

/** Loads that differ in their offset along the way only. */
interface Line {
  readonly op: memref.Load;
  readonly indices: readonly Index[];
  readonly offsets: Set<number>;
}

/** Emits the march of a thread from `firsts` on; gives how far its vectors reach. */
export function emitMarch(
  code: Code,
  op: Parallel,
  dim: number,
  steps: number,
  copies: number,
  firsts: readonly Value[],
  emitterAt: (ivs: readonly Value[]) => TileEmitter,
): VectorReach[] {
  const lines = linesOf(op, dim);
  const start = emitterAt(firsts);
  const inits = lines.flatMap((line) =>
    offsetsOf(line, 0).flatMap((o) => elements(start, op, line, dim, o, copies)),
  );
  const end = code.min(code.add(firsts[dim]!, steps), op.upperBound[dim]!);
  const reach: VectorReach[] = [...start.reach];
  code.for(firsts[dim]!, end, 1, inits, (z, carried) => {
    const emitter = emitterAt(firsts.map((v, d) => (d === dim ? z : v)));
    let next = 0;
    for (const line of lines) {
      for (const o of offsetsOf(line, 0)) {
        for (let c = 0; c < copies; c++) {
          const at = indicesAt(emitter, op, line, dim, o, c);
          emitter.provide(emitter.get(line.op.memref, c), at, carried[next++]!);
        }
      }
    }
    const passed = lines.flatMap((line) =>
      offsetsOf(line, 1).flatMap((o) => elements(emitter, op, line, dim, o, copies)),
    );
    emitter.emit(op.body);
    reach.push(...emitter.reach);
    return passed;
  });
  return reach;
}

/** The lines of at least two loads. */
function linesOf(op: Parallel, dim: number): Line[] {
  const lines = new Map<string, Line>();
  const ids = new Map<Value, number>();
  const id = (v: Value): number => {
    if (!ids.has(v)) ids.set(v, ids.size);
    return ids.get(v)!;
  };
  for (const { op: access, indices } of new BodyFacts(op).accesses) {
    if (!(access instanceof memref.Load) || access.parentOp !== op) continue;
    const along = indices.filter((i) => i.kind === "shifted" && i.dim === dim);
    const [own] = along;
    const isSeen = (v: Value): boolean => known(v) !== undefined || !isDefinedIn(v, op);
    const isLine =
      along.length === 1 &&
      indices.every(
        (i, d) => i.kind === "shifted" || (i.kind === "fixed" && isSeen(access.indices[d]!)),
      );
    if (!isLine || own?.kind !== "shifted") continue;
    const rest = indices.map((i, d) =>
      i === own
        ? "*"
        : i.kind === "shifted"
          ? `${i.dim}+${i.offset}`
          : `v${id(access.indices[d]!)}`,
    );
    const key = `${id(access.memref)}[${rest.join()}]`;
    const line = lines.get(key);
    if (line !== undefined) line.offsets.add(own.offset);
    else lines.set(key, { op: access, indices, offsets: new Set([own.offset]) });
  }
  return [...lines.values()].filter((l) => l.offsets.size > 1);
}

/** The offsets a line carries from point to point: all but the last (`from` 0) or the first (1). */
function offsetsOf(line: Line, from: 0 | 1): number[] {
  const [low, high] = [Math.min(...line.offsets), Math.max(...line.offsets)];
  return Array.from({ length: high - low }, (_, i) => low + from + i);
}

/** The elements of a line at an offset, in all copies. */
function elements(
  emitter: TileEmitter,
  op: Parallel,
  line: Line,
  dim: number,
  offset: number,
  copies: number,
): Value[] {
  return Array.from({ length: copies }, (_, c) =>
    emitter.element(emitter.get(line.op.memref, c), indicesAt(emitter, op, line, dim, offset, c)),
  );
}

function indicesAt(
  emitter: TileEmitter,
  op: Parallel,
  line: Line,
  dim: number,
  offset: number,
  copy: number,
): Value[] {
  return line.indices.map((i, d) => {
    if (i.kind !== "shifted") return emitter.get(line.op.indices[d]!, copy);
    const iv = emitter.get(op.inductionVars[i.dim]!, copy);
    return emitter.shifted(iv, i.dim === dim ? offset : i.offset);
  });
}
