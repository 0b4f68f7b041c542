/** Atomic updates of elements. */
import { type Block, FloatType, IntegerType, type Type, type Value } from "@strata/ir";
import * as llvm from "@strata/llvm";
import {
  alignment,
  fieldOf,
  fromMemory,
  insertOne,
  type MemRefView,
  toMemory,
} from "@strata/llvm/lowering";
import {
  type ConversionRewriter,
  conversionPattern,
  type RewritePattern,
  type TypeConverter,
} from "@strata/rewrite";
import * as ops from "../ops.ts";
import { noForm, viewOf } from "./shared.ts";

type BinOp = (typeof llvm.AtomicBinOp.cases)[number];

/** Kinds that LLVM has as one instruction; products are tried until they stick. */
const instructions: Readonly<Partial<Record<ops.AtomicKind, BinOp>>> = {
  addf: "fadd",
  addi: "add",
  andi: "_and",
  assign: "xchg",
  maximumf: "fmaximum",
  maxnumf: "fmax",
  maxs: "max",
  maxu: "umax",
  minimumf: "fminimum",
  minnumf: "fmin",
  mins: "min",
  minu: "umin",
  ori: "_or",
  xori: "_xor",
};

const acquireRelease = llvm.AtomicOrdering.attr("acq_rel");

/** Booleans and other narrow integers are wider in memory: there they cannot be compared as such. */
const isPlain = (view: MemRefView): boolean => view.memoryType === view.elementType;

function atomicRMW(converter: TypeConverter): RewritePattern {
  return conversionPattern(
    "memref.atomic_rmw-to-llvm",
    ops.AtomicRMW,
    (op, adaptor, r) => {
      const view = viewOf(op.memref, adaptor.convertedOperands[1], converter);
      if (view === undefined) return r.fail(noForm);
      const kind = ops.AtomicRMWKind.nameOf(op.kind);
      const instruction = instructions[kind];
      const ptr = view.address(r, adaptor.indices);
      const { value } = adaptor;
      if (instruction !== undefined && isPlain(view)) {
        const bin_op = llvm.AtomicBinOp.attr(instruction);
        const made = llvm.AtomicRMWOp.of({ ptr, val: value, bin_op, ordering: acquireRelease });
        r.replaceOpWith(op, made);
        return true;
      }
      if (kind !== "muli" && kind !== "mulf") {
        return r.fail(`\`${kind}\` does not update elements of \`${view.elementType.toString()}\``);
      }
      const multiply = kind === "muli" ? llvm.MulOp : llvm.FMulOp;
      const old = retry(r, op, view, ptr, (current) =>
        insertOne(r, multiply, [current, value], view.elementType),
      );
      r.replaceOp(op, [old]);
      return true;
    },
    { converter },
  );
}

/** The integer type of a type's bits, for comparing them. */
function bitsType(type: Type): Type {
  return type instanceof FloatType ? IntegerType.get(type.width) : type;
}

function asBits(r: ConversionRewriter, v: Value): Value {
  const bits = bitsType(v.type);
  return bits === v.type ? v : insertOne(r, llvm.BitcastOp, [v], bits);
}

/**
 * Computes a new element from the current one until nobody has written in between:
 *
 *     before: %first = load; br ^try(%first)
 *     ^try(%old): %new = …; %pair = cmpxchg %old, %new; cond_br ok, ^next, ^try(what is there)
 *     ^next: …
 *
 * Yields the element before. Afterwards the rewriter inserts in front of `op`.
 */
function retry(
  r: ConversionRewriter,
  op: ops.AtomicRMW | ops.GenericAtomicRMW,
  view: MemRefView,
  ptr: Value,
  compute: (current: Value) => Value,
): Value {
  const memory = view.memoryType;
  const bits = bitsType(memory);
  const before = op.parent!;
  const first = r.insert(llvm.LoadOp.of({ addr: ptr }, { types: { res: bits } })).res;
  const next = r.splitBlock(op);
  const attempt = r.createBlockBefore(next.parent!, next, [bits]);
  const old = attempt.args[0]!;
  r.setToEnd(before);
  r.insert(llvm.BrOp.of({ destOperands: [first], dest: attempt }));
  r.setToEnd(attempt);
  const raw = bits === memory ? old : insertOne(r, llvm.BitcastOp, [old], memory);
  const current = fromMemory(r, raw, view.elementType);
  const made = asBits(r, toMemory(r, compute(current)));
  const pair = r.insert(
    llvm.AtomicCmpXchgOp.of({
      ptr,
      cmp: old,
      val: made,
      success_ordering: acquireRelease,
      failure_ordering: llvm.AtomicOrdering.attr("monotonic"),
      alignment: alignment(llvm.sizeOf(bits)),
    }),
  ).res;
  const found = fieldOf(r, pair, 0);
  r.insert(
    llvm.CondBrOp.of({
      condition: fieldOf(r, pair, 1),
      trueDestOperands: [],
      falseDestOperands: [found],
      trueDest: next,
      falseDest: attempt,
    }),
  );
  r.setBefore(op);
  return current;
}

function genericAtomicRMW(converter: TypeConverter): RewritePattern {
  return conversionPattern(
    "memref.generic_atomic_rmw-to-llvm",
    ops.GenericAtomicRMW,
    (op, adaptor, r) => {
      const view = viewOf(op.memref, adaptor.convertedOperands[0], converter);
      if (view === undefined) return r.fail(noForm);
      const body = op.atomic_body.entry;
      const end = body.lastOp;
      if (!(end instanceof ops.AtomicYield)) return r.fail("its body does not end with a yield");
      if (!r.convertRegion(op.atomic_body, converter)) return false;
      const ptr = view.address(r, adaptor.indices);
      const old = retry(r, op, view, ptr, (current) => inlineBody(r, body, end, current));
      r.replaceOp(op, [old]);
      return true;
    },
    { converter },
  );
}

/** Moves the body to the rewriter's place and gives the value that it yields. */
function inlineBody(
  r: ConversionRewriter,
  body: Block,
  end: ops.AtomicYield,
  current: Value,
): Value {
  const target = r.block;
  r.inlineBlock(body, target, null, [current]);
  r.setBefore(end);
  const value = r.converted(end.result)![0]!;
  r.eraseOp(end);
  r.setToEnd(target);
  return value;
}

/** Conversions of atomic updates. */
export function atomicPatterns(converter: TypeConverter): RewritePattern[] {
  return [atomicRMW(converter), genericAtomicRMW(converter)];
}
