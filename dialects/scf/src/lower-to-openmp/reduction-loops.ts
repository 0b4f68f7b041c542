/**
 * Loops that reduce, dealt out to threads in chunks.
 *
 * ```mlir
 * %s = scf.for %i = %lo to %hi step %c1 iter_args(%a = %init) -> (f32) { … reassoc … }
 * // becomes
 * %parts = memref.alloc(%chunks) : memref<?xf32>
 * … for every %t on some thread: memref.store (the sum of chunk %t), %parts[%t]
 * %s = scf.for %t = %c0 to %chunks step %c1 iter_args(%a = %init) -> (f32) { %a + %parts[%t] }
 * ```
 *
 * The size of a chunk depends on the code alone, so that a result does not depend on how many
 * threads there are.
 */
import * as arith from "@strata/arith";
import {
  Builder,
  cloneOp,
  dynamic,
  IndexType,
  IntegerAttr,
  Mapping,
  MemRefType,
  type Operation,
  type Value,
} from "@strata/ir";
import * as memref from "@strata/memref";
import { buildFor } from "../build.ts";
import type { For } from "../ops.ts";
import { reductionsOf } from "../reduction.ts";
import { buildTeamLoop } from "./team.ts";
import { iterationWork } from "./work.ts";

function constant(b: Builder, n: number): Value {
  return b.insert(arith.ConstantOp.of({ value: IntegerAttr.index(n) })).result;
}

const value = (op: { readonly result: Value }): Value => op.result;

/** Deals a reduction out to threads, in place; false where the order of iterations matters. */
export function shareReduction(loop: For, threshold: number): boolean {
  const reductions = reductionsOf(loop);
  if (reductions === undefined || !(loop.inductionVar.type instanceof IndexType)) return false;
  const b = Builder.before(loop);
  const { lowerBound: lower, upperBound: upper, step, initArgs } = loop;
  const work = iterationWork(loop);
  const chunk = Math.max(1, Math.ceil((2 * threshold) / work));
  const zero = constant(b, 0);
  const one = constant(b, 1);
  const add = (at: Builder, lhs: Value, rhs: Value): Value =>
    value(at.insert(arith.AddI.of({ lhs, rhs })));
  const multiply = (at: Builder, lhs: Value, rhs: Value): Value =>
    value(at.insert(arith.MulI.of({ lhs, rhs })));
  // Elements of the range that one chunk covers.
  const span = multiply(b, step, constant(b, chunk));
  const distance = value(b.insert(arith.SubI.of({ lhs: upper, rhs: lower })));
  const positive = value(b.insert(arith.MaxSI.of({ lhs: distance, rhs: zero })));
  const chunks = value(b.insert(arith.CeilDivSI.of({ lhs: positive, rhs: span })));
  const parts = initArgs.map(
    (v) =>
      b.insert(
        memref.Alloc.of(
          { dynamicSizes: [chunks], symbolOperands: [] },
          { types: { memref: MemRefType.get([dynamic], v.type) } },
        ),
      ).memref,
  );
  const predicate = arith.CmpIPredicate.attr("sgt");
  const many = value(b.insert(arith.CmpI.of({ predicate, lhs: chunks, rhs: one })));
  const bounds = { lower: [zero], upper: [chunks], step: [one] };
  buildTeamLoop(b, bounds, many, (inner, [t]) => {
    const from = add(inner, lower, multiply(inner, t!, span));
    const end = add(inner, from, span);
    const to = value(inner.insert(arith.MinSI.of({ lhs: end, rhs: upper })));
    const starts = reductions.map(({ neutral }) =>
      value(inner.insert(arith.ConstantOp.of({ value: neutral }))),
    );
    const part = buildFor(inner, from, to, step, starts, (iv, carried) => {
      const mapping = new Mapping().map(loop.inductionVar, iv).mapAll(loop.iterArgs, carried);
      for (const op of loop.body.ops()) {
        if (op !== loop.body.lastOp) inner.insert(cloneOp(op, mapping));
      }
      return loop.yielded.map((v) => mapping.value(v));
    });
    part.outs.forEach((v, i) => {
      inner.insert(memref.Store.of({ value: v, memref: parts[i]!, indices: [t!] }));
    });
  });
  const whole = buildFor(b, zero, chunks, one, initArgs, (t, carried) =>
    carried.map((acc, i) => {
      const part = b.insert(memref.Load.of({ memref: parts[i]!, indices: [t] })).result;
      return combineOne(b, reductions[i]!.combiner, acc, part);
    }),
  );
  for (const buffer of parts) b.insert(memref.Dealloc.of({ memref: buffer }));
  loop.replaceWith(whole.outs);
  return true;
}

function combineOne(b: Builder, combiner: Operation, lhs: Value, rhs: Value): Value {
  const copy = cloneOp(combiner);
  copy.setOperands([lhs, rhs]);
  return b.insert(copy).resultAt(0);
}
