/**
 * What the threads of a block do together: combine one value of each thread, or all prefixes.
 *
 * Invariant: all threads of the block reach these operations together; blocks are one-dimensional
 * and whole warps.
 */
import * as arith from "@strata/arith";
import * as gpu from "@strata/gpu";
import {
  FloatType,
  i16,
  i32,
  i64,
  IndexType,
  IntegerAttr,
  IntegerType,
  type Type,
  type Value,
} from "@strata/ir";
import type { Combiner } from "./combine.ts";
import type { Kernel } from "./kernel.ts";

/** Sends values of other types through registers of 32 or 64 bits. */
function toRegister(k: Kernel, v: Value): Value {
  const { code } = k;
  const t = v.type;
  const cast = (x: Value, to: Type): Value =>
    code.insert(arith.ExtUI.of({ in: x }, { types: { out: to } }));
  if (t instanceof IndexType) {
    return code.insert(arith.IndexCast.of({ in: v }, { types: { out: i64 } }));
  }
  if (t instanceof FloatType && t.width === 16) {
    return cast(code.insert(arith.BitcastOp.of({ in: v }, { types: { out: i16 } })), i32);
  }
  if (!(t instanceof IntegerType) || t.width === 32 || t.width === 64) return v;
  return cast(v, t.width < 32 ? i32 : i64);
}

function fromRegister(k: Kernel, v: Value, type: Type): Value {
  const { code } = k;
  if (v.type === type) return v;
  if (type instanceof IndexType) {
    return code.insert(arith.IndexCast.of({ in: v }, { types: { out: type } }));
  }
  if (type instanceof FloatType) {
    const bits = code.insert(arith.TruncI.of({ in: v }, { types: { out: i16 } }));
    return code.insert(arith.BitcastOp.of({ in: bits }, { types: { out: type } }));
  }
  return code.insert(arith.TruncI.of({ in: v }, { types: { out: type } }));
}

/** The value of another thread of the warp. */
function exchange(k: Kernel, v: Value, offset: number, mode: "xor" | "up" | "idx"): Value {
  const constant = (n: number): Value => k.code.constant(IntegerAttr.get(n, i32));
  const moved = k.code.insert(
    gpu.Shuffle.of({
      value: toRegister(k, v),
      offset: constant(offset),
      width: constant(k.target.warpSize),
      mode: gpu.ShuffleModeAttr.get({ value: mode }),
    }),
  );
  return fromRegister(k, moved, v.type);
}

/** Combines the values of `width` neighbouring threads of a warp; all of them get the result. */
export function combineWarp(
  k: Kernel,
  combiner: Combiner,
  values: readonly Value[],
  width = k.target.warpSize,
): Value[] {
  let all = [...values];
  for (let offset = width / 2; offset >= 1; offset /= 2) {
    const others = all.map((v) => exchange(k, v, offset, "xor"));
    all = combiner.combine(k.code, all, others);
  }
  return all;
}

/** Combines the values of all threads of a block; all of them get the result. */
export function combineBlock(k: Kernel, combiner: Combiner, values: readonly Value[]): Value[] {
  const { threads, code } = k;
  const warp = k.target.warpSize;
  if (threads === 1) return [...values];
  if (!k.target.hasShuffle) return combineInMemory(k, combiner, values);
  let all = combineWarp(k, combiner, values, Math.min(warp, threads));
  const warps = threads / warp;
  if (warps <= 1) return all;
  const slots = combiner.types.map((t) => k.share([warps], t));
  const lane = code.rem(k.thread(0), warp);
  code.if(code.compare("eq", lane, 0), () => {
    slots.forEach((s, i) => code.store(all[i]!, s, [code.div(k.thread(0), warp)]));
  });
  k.barrier();
  // Every warp combines the results of all warps, so that no thread waits for another.
  const mine = code.rem(lane, warps);
  all = slots.map((s) => code.load(s, [mine]));
  return combineWarp(k, combiner, all, warps);
}

/** A tree in memory of the block, for machines whose threads do not exchange registers. */
function combineInMemory(k: Kernel, combiner: Combiner, values: readonly Value[]): Value[] {
  const { threads, code } = k;
  const t = k.thread(0);
  const slots = combiner.types.map((type) => k.share([threads], type));
  slots.forEach((s, i) => code.store(values[i]!, s, [t]));
  k.barrier();
  for (let half = threads / 2; half >= 1; half /= 2) {
    code.if(code.compare("ult", t, half), () => {
      const mine = slots.map((s) => code.load(s, [t]));
      const other = slots.map((s) => code.load(s, [code.add(t, half)]));
      combiner.combine(code, mine, other).forEach((v, i) => code.store(v, slots[i]!, [t]));
    });
    k.barrier();
  }
  return slots.map((s) => code.load(s, [0]));
}

/**
 * Combines in the order of the threads: each thread gets the combination of the values of the
 * threads before it (for thread 0 the neutral value), and that of all. `memory` holds a value for
 * each warp, or each thread where threads do not exchange registers; it may be used again at once.
 */
export function scanThreads(
  k: Kernel,
  combiner: Combiner,
  value: Value,
  memory: Value,
): { readonly exclusive: Value; readonly all: Value } {
  return k.target.hasShuffle
    ? scanWarps(k, combiner, value, memory)
    : scanInMemory(k, combiner, value, memory);
}

function scanWarps(
  k: Kernel,
  combiner: Combiner,
  value: Value,
  memory: Value,
): { readonly exclusive: Value; readonly all: Value } {
  const { code, threads } = k;
  const warp = k.target.warpSize;
  const lane = code.rem(k.thread(0), warp);
  const own = code.div(k.thread(0), warp);
  let inclusive = value;
  for (let distance = 1; distance < warp; distance *= 2) {
    const before = exchange(k, inclusive, distance, "up");
    const [sum] = combiner.combine(code, [before], [inclusive]);
    inclusive = code.select(code.compare("uge", lane, distance), sum!, inclusive);
  }
  const shifted = exchange(k, inclusive, 1, "up");
  const isFirst = code.compare("eq", lane, 0);
  const [neutral] = combiner.neutral(code);
  const inWarp = code.select(isFirst, neutral!, shifted);
  code.if(code.compare("eq", lane, warp - 1), () => code.store(inclusive, memory, [own]));
  k.barrier();
  let exclusive = inWarp;
  let before = neutral!;
  let all: Value | undefined;
  for (let w = 0; w < threads / warp; w++) {
    const one = code.load(memory, [w]);
    if (w > 0) before = code.select(code.compare("eq", own, w), all!, before);
    all = all === undefined ? one : combiner.combine(code, [all], [one])[0]!;
  }
  if (threads > warp) [exclusive] = combiner.combine(code, [before], [inWarp]) as [Value];
  k.barrier();
  return { exclusive, all: all! };
}

function scanInMemory(
  k: Kernel,
  combiner: Combiner,
  value: Value,
  memory: Value,
): { readonly exclusive: Value; readonly all: Value } {
  const { threads, code } = k;
  const t = k.thread(0);
  code.store(value, memory, [t]);
  k.barrier();
  let mine = value;
  for (let distance = 1; distance < threads; distance *= 2) {
    const [next] = code.if(
      code.compare("uge", t, distance),
      () => combiner.combine(code, [code.load(memory, [code.sub(t, distance)])], [mine]),
      () => [mine],
    );
    mine = next!;
    k.barrier();
    code.store(mine, memory, [t]);
    k.barrier();
  }
  const [exclusive] = code.if(
    code.compare("ugt", t, 0),
    () => [code.load(memory, [code.sub(t, 1)])],
    () => combiner.neutral(code),
  );
  const all = code.load(memory, [threads - 1]);
  k.barrier();
  return { exclusive: exclusive!, all };
}
