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
import { usualBlock } from "./target.ts";

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
  const chunk = code.max(code.mul(share, threads), threads * perThread);
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
      finish(k, scanRange(k, scan, k.thread(0), count, count, init!));
    });
    return result === undefined ? [init!] : readBack(host, [result]);
  }
  const parts = allocate(host, [blocks], init!.type);
  kernels.launch(host, "chunks", shape, (k) => {
    const first = k.code.mul(k.block(0), chunk);
    const end = k.code.min(k.code.add(first, chunk), count);
    const start = k.code.add(first, k.thread(0));
    const mine = k.code.for(start, end, threads, combiner.neutral(k.code), (i, carried) =>
      combiner.combine(k.code, carried, [elementAt(k.code, scan, i).input]),
    );
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
    scanRange(k, scan, k.code.add(first, k.thread(0)), count, chunk, carry);
  });
  free(host, parts);
  return result === undefined ? [init!] : readBack(host, [result]);
}

/** Emits the code of an iteration that does not depend on the prefix. */
function elementAt(
  code: Code,
  scan: Scan,
  position: Idx,
): { readonly input: Value; readonly copy: ScalarCopy } {
  const { loop } = scan;
  const copy = new ScalarCopy(code.b, (v) => v);
  const iv = code.add(loop.lowerBound, code.mul(position, loop.step));
  copy.define(loop.inductionVar, code.value(iv));
  for (const op of loop.body.ops()) {
    const waits = op === scan.combining || op === loop.body.lastOp;
    if (!waits && !(op instanceof memref.Store)) copy.emitOp(op);
  }
  return { input: copy.get(scan.input), copy };
}

/**
 * Scans the positions `start`, `start + threads`, … (of which there are `length / threads`) below
 * `end`, all threads together; gives the combination of all with `carry`.
 */
export function scanRange(
  k: Kernel,
  scan: Scan,
  start: Idx,
  end: Idx,
  length: Idx,
  carry: Value,
): Value {
  const { code, threads } = k;
  const { combiner, loop } = scan;
  const memory = scanMemory(k, combiner);
  const [total] = code.for(0, length, threads, [carry], (offset, [before]) => {
    const i = code.add(start, offset);
    const isInside = code.compare("slt", i, end);
    const [value] = code.if(
      isInside,
      () => [elementAt(code, scan, i).input],
      () => combiner.neutral(code),
    );
    const { exclusive, all } = scanThreads(k, combiner, value!, memory);
    code.if(isInside, () => {
      const [acc] = combiner.combine(code, [before!], [exclusive]);
      const { copy, input } = elementAt(code, scan, i);
      const [next] = combiner.combine(code, [acc!], [input]);
      copy.define(loop.iterArgs[0]!, acc!);
      copy.define(loop.yielded[0]!, next!);
      for (const s of scan.stores) copy.emitOp(s);
    });
    return combiner.combine(code, [before!], [all]);
  });
  return total!;
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
