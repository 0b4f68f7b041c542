/**
 * Prefix combinations: every block combines its chunk, one block scans the results of the chunks,
 * and every block scans its chunk from there.
 *
 * ```mlir
 * scf.for %k = %c0 to %n step %c1 iter_args(%acc = %init) -> (i32) {
 *   %next = arith.addi %acc, %x
 *   memref.store %next, %out[%k]
 *   scf.yield %next
 * }
 * // becomes, for chunks of many elements
 * launch: %parts[chunk] = sum of the chunk
 * launch: %parts[chunk] = sum of the chunks before it
 * launch: %out[k] = %parts[chunk] + sum of the chunk's elements up to k
 * ```
 */
import * as arith from "@strata/arith";
import type { Builder, Operation, Value } from "@strata/ir";
import * as memref from "@strata/memref";
import { neutralElement } from "../reduction.ts";
import { ScalarCopy } from "../scalar-copy.ts";
import type { For } from "../ops.ts";
import type { Aliases } from "../alias.ts";
import { Code, type Idx, known } from "./code.ts";
import { type Combiner, readsOnly } from "./combine.ts";
import { allocate, free, readBack } from "./device-memory.ts";
import { combineBlock, scanThreads } from "./group.ts";
import type { Kernel, Kernels } from "./kernel.ts";
import { combiningKind } from "./kinds.ts";
import { nestLanes } from "./span.ts";
import { usualBlock } from "./target.ts";
import { TileEmitter } from "./tile.ts";

/** A loop that stores prefixes. */
export interface Scan {
  readonly loop: For;
  readonly combiner: Combiner;
  /** The operation that combines the prefix with an element. */
  readonly combining: Operation;
  readonly input: Value;
  readonly stores: readonly memref.Store[];
}

/** The loop as a scan; undefined when its order matters. */
export function tryScan(loop: For, aliases: Aliases): Scan | undefined {
  const [acc] = loop.iterArgs;
  const [next] = loop.yielded;
  const combining = next?.definingOp;
  if (acc === undefined || loop.outs.length !== 1 || combining?.parent !== loop.body) {
    return undefined;
  }
  const kind = combiningKind(combining);
  const neutral = kind === undefined ? undefined : neutralElement(kind, acc.type);
  if (neutral === undefined || combining.operands.filter((v) => v === acc).length !== 1) {
    return undefined;
  }
  const stores: memref.Store[] = [];
  for (const op of loop.body.ops()) {
    if (op === loop.body.lastOp || op === combining) continue;
    if (op instanceof memref.Store) stores.push(op);
    else if (!readsOnly(op)) return undefined;
  }
  const isPrefix = (v: Value): boolean => v === acc || v === next;
  const onlyStored = [...acc.users(), ...combining.results[0]!.users()].every(
    (u) => u === combining || u === loop.body.lastOp || stores.includes(u as memref.Store),
  );
  const fine = stores.every(
    (s) =>
      isPrefix(s.value) &&
      !s.indices.some(isPrefix) &&
      s.indices.some((v) => isUnitStep(v, loop)) &&
      !readBuffers(loop).some((b) => aliases.may(b, s.memref)) &&
      stores.every((o) => o === s || !aliases.may(o.memref, s.memref)),
  );
  if (stores.length === 0 || !onlyStored || !fine) return undefined;
  const accFirst = combining.operand(0) === acc;
  const combiner: Combiner = {
    types: [acc.type],
    combine(code, [left], [right]) {
      const copy = new ScalarCopy(code.b, (v) => v);
      copy.define(combining.operand(0), accFirst ? left! : right!);
      copy.define(combining.operand(1), accFirst ? right! : left!);
      copy.emitOp(combining);
      return [copy.get(next!)];
    },
    neutral: (code) => [code.constant(neutral)],
    initIsNeutral: false,
  };
  const input = combining.operand(accFirst ? 1 : 0);
  return { loop, combiner, combining, input, stores };
}

function readBuffers(loop: For): Value[] {
  const out: Value[] = [];
  const see = (op: Operation): void => {
    if (op instanceof memref.Load) out.push(op.memref);
    for (const r of op.regions) for (const b of r.blocks()) for (const o of b.ops()) see(o);
  };
  see(loop);
  return out;
}

/** Whether an index moves by one element with each iteration, so that no two share one. */
function isUnitStep(v: Value, loop: For): boolean {
  if (v === loop.inductionVar) return true;
  const op = v.definingOp;
  const isFixed = (x: Value): boolean => {
    const d = x.definingOp;
    return d instanceof arith.ConstantOp || !loop.isAncestorOf(d ?? x.parentBlock!.parentOp!);
  };
  if (!(op instanceof arith.AddI || op instanceof arith.SubI)) return false;
  return (
    (isUnitStep(op.lhs, loop) && isFixed(op.rhs)) || (isUnitStep(op.rhs, loop) && isFixed(op.lhs))
  );
}

/** Elements that a thread scans at least, where there are enough. */
const perThread = 8;
/** Chunks for one processor, where there are enough elements: blocks that hide latency. */
const chunksPerProcessor = 16;

/** Lowers a scan in front of itself; gives what stands for its result. */
export function lowerScan(host: Builder, scan: Scan, kernels: Kernels): Value[] {
  const code = new Code(host);
  const { loop, combiner } = scan;
  const threads = usualBlock(kernels.target);
  const count = code.trips(loop.lowerBound, loop.upperBound, loop.step);
  const { processors } = kernels.target;
  const share = code.ceilDiv(code.ceilDiv(count, processors * chunksPerProcessor), threads);
  const lanes = lanesOf(scan, count);
  const whole = threads * perThread;
  const chunk = code.max(code.mul(code.ceilDiv(code.mul(share, threads), whole), whole), whole);
  const blocks = code.max(code.ceilDiv(count, chunk), 1);
  const [init] = loop.initArgs;
  const isUsed = !loop.outs[0]!.isUnused;
  const result = isUsed ? allocate(host, [], init!.type) : undefined;
  const finish = (k: Kernel, total: Value): void => {
    if (result === undefined) return;
    k.code.if(k.code.compare("eq", k.thread(0), 0), () => k.code.store(total, result, []));
  };
  const shape = {
    grid: [blocks, 1, 1],
    block: [threads, 1, 1],
    isParallel: true,
  } as const;
  if (known(blocks) === 1) {
    kernels.launch(host, "scan", shape, (k) => {
      finish(k, scanRange(k, scan, lanes, 0, count, count, init!));
    });
    return result === undefined ? [init!] : readBack(host, [result]);
  }
  const parts = allocate(host, [blocks], init!.type);
  kernels.launch(host, "chunks", shape, (k) => {
    const mine = combineChunk(k, scan, lanes, k.code.mul(k.block(0), chunk), chunk, count);
    const [total] = combineBlock(k, combiner, mine);
    k.code.if(k.code.compare("eq", k.thread(0), 0), () => {
      k.code.store(total!, parts, [k.block(0)]);
    });
  });
  kernels.launch(host, "offsets", { ...shape, grid: [1, 1, 1] }, (k) => {
    const total = scanChunks(k, combiner, parts, blocks, init!);
    finish(k, total);
  });
  kernels.launch(host, "scan", shape, (k) => {
    const first = k.code.mul(k.block(0), chunk);
    const carry = k.code.load(parts, [k.block(0)]);
    scanRange(k, scan, lanes, first, count, chunk, carry);
  });
  free(host, parts);
  return result === undefined ? [init!] : readBack(host, [result]);
}

/** Combines this thread's part of the positions from `first` on, below `count`. */
function combineChunk(
  k: Kernel,
  scan: Scan,
  lanes: number,
  first: Idx,
  length: Idx,
  count: Idx,
): Value[] {
  const { code, threads } = k;
  const { combiner } = scan;
  const end = code.min(code.add(first, length), count);
  const start = code.add(first, code.mul(k.thread(0), lanes));
  return code.for(start, end, threads * lanes, combiner.neutral(code), (at, carried) => {
    const isInside = code.compare("sle", code.add(at, lanes), end);
    const values = code.if(
      isInside,
      () => lanesAt(code, scan, lanes, at).inputs,
      () => guarded(code, scan, lanes, at, end),
    );
    return values.reduce<readonly Value[]>((acc, v) => combiner.combine(code, acc, [v]), carried);
  });
}

/** Elements that a thread takes at once: a vector where elements are aligned. */
function lanesOf(scan: Scan, count: Idx): number {
  return Math.min(4, nestLanes([scan.loop], [count]));
}

/**
 * Scans the positions from `first` on, `length` of them but none at `end` or behind, all threads
 * together; gives the combination of all with `carry`. `first` is a multiple of the lanes.
 */
function scanRange(
  k: Kernel,
  scan: Scan,
  lanes: number,
  first: Idx,
  end: Idx,
  length: Idx,
  carry: Value,
): Value {
  const { code, threads } = k;
  const { combiner } = scan;
  const memory = scanMemory(k, combiner);
  const step = threads * lanes;
  const start = code.add(first, code.mul(k.thread(0), lanes));
  const one = (x: Value, y: Value): Value => combiner.combine(code, [x], [y])[0]!;
  const [total] = code.for(0, length, step, [carry], (offset, [before]) => {
    const at = code.add(start, offset);
    const isInside = code.compare("sle", code.add(at, lanes), end);
    const values = code.if(
      isInside,
      () => lanesAt(code, scan, lanes, at).inputs,
      () => guarded(code, scan, lanes, at, end),
    );
    const sum = values.reduce(one);
    const { exclusive, all } = scanThreads(k, combiner, sum, memory);
    const prefixes = [one(before!, exclusive)];
    for (const v of values) prefixes.push(one(prefixes[prefixes.length - 1]!, v));
    code.if(
      isInside,
      () => storeLanes(code, scan, lanes, at, prefixes),
      () => {
        for (let l = 0; l < lanes; l++) {
          const i = code.add(at, l);
          code.if(code.compare("slt", i, end), () => {
            storeLanes(code, scan, 1, i, prefixes.slice(l, l + 2));
          });
        }
      },
    );
    return [one(before!, all)];
  });
  return total!;
}

/** The values at `lanes` positions, neutral ones behind the end. */
function guarded(code: Code, scan: Scan, lanes: number, at: Idx, end: Idx): Value[] {
  return Array.from({ length: lanes }, (_, l) => {
    const i = code.add(at, l);
    const [v] = code.if(
      code.compare("slt", i, end),
      () => lanesAt(code, scan, 1, i).inputs,
      () => scan.combiner.neutral(code),
    );
    return v!;
  });
}

/** The code of `lanes` iterations but what combines, stores, or only `needed` tells is of use. */
function lanesAt(
  code: Code,
  scan: Scan,
  lanes: number,
  at: Idx,
  needed?: ReadonlySet<Operation>,
): { readonly emitter: TileEmitter; readonly inputs: Value[] } {
  const { loop } = scan;
  const emitter = new TileEmitter(code, lanes, lanes);
  const offsets = Array.from({ length: lanes }, (_, l) => l);
  const unit = known(loop.step) === 1;
  if (lanes > 1 || unit) {
    const base = code.value(code.add(loop.lowerBound, at));
    emitter.seed(loop.inductionVar, base, offsets, lanes > 1);
  } else {
    const iv = code.add(loop.lowerBound, code.mul(at, loop.step));
    emitter.define(loop.inductionVar, [code.value(iv)]);
  }
  for (const op of loop.body.ops()) {
    const waits = op === scan.combining || op === loop.body.lastOp || op instanceof memref.Store;
    if (!waits && (needed === undefined || needed.has(op))) emitter.emitOp(op);
  }
  const inputs = needed === undefined ? offsets.map((l) => emitter.get(scan.input, l)) : [];
  return { emitter, inputs };
}

/** Stores the prefixes before, and with, the elements at `lanes` positions. */
function storeLanes(
  code: Code,
  scan: Scan,
  lanes: number,
  at: Idx,
  prefixes: readonly Value[],
): void {
  const { emitter } = lanesAt(code, scan, lanes, at, indexCode(scan));
  emitter.define(scan.loop.iterArgs[0]!, prefixes.slice(0, lanes));
  emitter.define(scan.loop.yielded[0]!, prefixes.slice(1, lanes + 1));
  for (const s of scan.stores) emitter.emitOp(s);
}

/** The operations that the places of the stores are computed by. */
function indexCode(scan: Scan): Set<Operation> {
  const out = new Set<Operation>();
  const visit = (v: Value): void => {
    const op = v.definingOp;
    if (op === undefined || out.has(op) || op.parent !== scan.loop.body) return;
    out.add(op);
    op.operands.forEach(visit);
  };
  for (const s of scan.stores) s.indices.forEach(visit);
  return out;
}

/** Memory for `scanThreads`. */
function scanMemory(k: Kernel, combiner: Combiner): Value {
  const { hasShuffle, warpSize } = k.target;
  const slots = hasShuffle ? Math.max(1, k.threads / warpSize) : k.threads;
  return k.share([slots], combiner.types[0]!);
}

/** Replaces the results of chunks by the combinations of those before them. */
function scanChunks(k: Kernel, combiner: Combiner, parts: Value, count: Idx, init: Value): Value {
  const { code, threads } = k;
  const memory = scanMemory(k, combiner);
  const [total] = code.for(0, count, threads, [init], (offset, [before]) => {
    const i = code.add(offset, k.thread(0));
    const isInside = code.compare("slt", i, count);
    const [value] = code.if(
      isInside,
      () => [code.load(parts, [i])],
      () => combiner.neutral(code),
    );
    const { exclusive, all } = scanThreads(k, combiner, value!, memory);
    code.if(isInside, () => {
      const [acc] = combiner.combine(code, [before!], [exclusive]);
      code.store(acc!, parts, [i]);
    });
    return combiner.combine(code, [before!], [all]);
  });
  return total!;
}
