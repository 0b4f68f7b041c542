/** Buffers on the heap and on the stack. */
import type { MemRefType } from "@strata/ir";
import { i64, IsTerminator, Pure, type Type, TypeAttr, type Value } from "@strata/ir";
import * as llvm from "@strata/llvm";
import {
  allocateInEntry,
  callLibrary,
  i64Constant,
  insertOne,
  isDense,
  memoryTypeOf,
  MemRefView,
  multiply,
} from "@strata/llvm/lowering";
import {
  type ConversionRewriter,
  conversionPattern,
  type RewritePattern,
  type TypeConverter,
} from "@strata/rewrite";
import * as ops from "../ops.ts";
import { insertMemcpy } from "./access.ts";
import {
  bytesOf,
  heapAlignment,
  noForm,
  roundUp,
  statedAlignment,
  staticOffset,
  viewOf,
} from "./shared.ts";

const notDense = "only dense buffers are allocated";

/** A view of a buffer that has no address yet, to compute with its extents. */
function unplaced(
  r: ConversionRewriter,
  type: MemRefType,
  sizes: readonly Value[],
  converter: TypeConverter,
): MemRefView {
  return new MemRefView(type, [i64Constant(r, 0), ...sizes], converter);
}

function allocate(r: ConversionRewriter, bytes: Value, align: number): Value {
  const size = roundUp(r, bytes, align);
  return callLibrary(r, "aligned_alloc", llvm.ptr, [i64Constant(r, align), size])!;
}

const release = (r: ConversionRewriter, pointer: Value): void => {
  callLibrary(r, "free", llvm.voidType, [pointer]);
};

const heapAlignmentOf = (stated: { readonly value: bigint } | undefined): number =>
  Math.max(heapAlignment, Number(stated?.value ?? 0n));

function alloc(converter: TypeConverter): RewritePattern {
  return conversionPattern(
    "memref.alloc-to-llvm",
    ops.Alloc,
    (op, adaptor, r) => {
      const type = op.memref.type;
      if (converter.convert(type) === undefined) return r.fail(noForm);
      if (!isDense(type)) return r.fail(notDense);
      const sizes = adaptor.dynamicSizes;
      const bytes = bytesOf(r, unplaced(r, type, sizes, converter));
      const pointer = allocate(r, bytes, heapAlignmentOf(op.alignment));
      r.replaceOp(op, [[pointer, ...sizes]]);
      return true;
    },
    { converter },
  );
}

/** Whether a buffer reaches a terminator, through views of it if need be. */
function escapesBlock(buffer: Value): boolean {
  return buffer.users().some((user) => {
    if (user.definition.hasTrait(IsTerminator)) return true;
    return user.definition.hasTrait(Pure) && user.results.some(escapesBlock);
  });
}

/**
 * A buffer of static size is allocated when the function is entered, unless another one may be
 * alive when the operation runs again: the stack does not grow in loops, and LLVM promotes it.
 */
function alloca(converter: TypeConverter): RewritePattern {
  return conversionPattern(
    "memref.alloca-to-llvm",
    ops.Alloca,
    (op, adaptor, r) => {
      const type = op.memref.type;
      if (converter.convert(type) === undefined) return r.fail(noForm);
      if (!isDense(type)) return r.fail(notDense);
      const sizes = adaptor.dynamicSizes;
      const align = op.alignment === undefined ? undefined : Number(op.alignment.value);
      const element: Type = memoryTypeOf(converter.convertOne(type.elementType)!);
      if (type.hasStaticShape && !escapesBlock(op.memref)) {
        r.replaceOp(op, [[allocateInEntry(r, element, type.numElements, align)]]);
        return true;
      }
      const pointer = r.insert(
        llvm.AllocaOp.of(
          {
            arraySize: unplaced(r, type, sizes, converter).numElements(r),
            elem_type: TypeAttr.get(element),
            alignment: statedAlignment(op),
          },
          { types: { res: llvm.ptr } },
        ),
      );
      r.replaceOp(op, [[pointer.res, ...sizes]]);
      return true;
    },
    { converter },
  );
}

function dealloc(converter: TypeConverter): RewritePattern {
  return conversionPattern(
    "memref.dealloc-to-llvm",
    ops.Dealloc,
    (op, adaptor, r) => {
      const view = viewOf(op.memref, adaptor.convertedOperands[0], converter);
      if (view === undefined) return r.fail(noForm);
      if (staticOffset(view.type) !== 0) return r.fail("a buffer is freed at its beginning");
      release(r, view.pointer);
      r.eraseOp(op);
      return true;
    },
    { converter },
  );
}

/** A new buffer with what fits of the old one, which is freed. */
function realloc(converter: TypeConverter): RewritePattern {
  return conversionPattern(
    "memref.realloc-to-llvm",
    ops.Realloc,
    (op, adaptor, r) => {
      const from = viewOf(op.source, adaptor.convertedOperands[0], converter);
      const to = op.result.type;
      if (from === undefined || converter.convert(to) === undefined) return r.fail(noForm);
      const sizes = adaptor.dynamicResultSize === undefined ? [] : [adaptor.dynamicResultSize];
      const made = unplaced(r, to, sizes, converter);
      const pointer = allocate(r, bytesOf(r, made), heapAlignmentOf(op.alignment));
      const kept = insertOne(r, llvm.SMinOp, [from.extent(r, 0), made.extent(r, 0)], i64);
      const size = i64Constant(r, llvm.sizeOf(from.memoryType));
      insertMemcpy(r, pointer, from.pointer, multiply(r, kept, size, ["nsw", "nuw"]));
      release(r, from.pointer);
      r.replaceOp(op, [[pointer, ...sizes]]);
      return true;
    },
    { converter },
  );
}

/**
 * The region runs in the place of the operation, between saving and restoring the stack:
 *
 *     before: %s = stacksave; br ^body
 *     ^body…: …; stackrestore %s; br ^next(results)
 *     ^next(results): …
 */
function allocaScope(converter: TypeConverter): RewritePattern {
  return conversionPattern(
    "memref.alloca_scope-to-llvm",
    ops.AllocaScope,
    (op, _adaptor, r) => {
      const types = op.resultTypes.map((t) => converter.convert(t));
      if (types.includes(undefined)) return r.fail("the type of a result has no form in LLVM");
      if (!r.convertRegion(op.bodyRegion, converter)) return false;
      const before = op.parent!;
      const next = r.splitBlock(op);
      const first = op.bodyRegion.entry;
      const returns = [...op.bodyRegion.blocks()].flatMap((b) =>
        b.lastOp instanceof ops.AllocaScopeReturn ? [b.lastOp] : [],
      );
      r.setToEnd(before);
      const top = r.insert(llvm.StackSaveOp.of({}, { types: { res: llvm.ptr } })).res;
      r.insert(llvm.BrOp.of({ destOperands: [], dest: first }));
      r.inlineRegion(op.bodyRegion, next.parent!, next);
      const args = types.map((own) => (own ?? []).map((t) => next.addArgument(t)));
      for (const end of returns) {
        r.setBefore(end);
        const values = end.operands.flatMap((v) => r.converted(v) ?? []);
        r.insert(llvm.StackRestoreOp.of({ ptr: top }));
        r.insert(llvm.BrOp.of({ destOperands: values, dest: next }));
        r.eraseOp(end);
      }
      r.setBefore(op);
      r.replaceOp(op, args);
      return true;
    },
    { converter },
  );
}

/** Conversions of everything that makes or frees buffers. */
export function allocationPatterns(converter: TypeConverter): RewritePattern[] {
  return [
    alloc(converter),
    alloca(converter),
    dealloc(converter),
    realloc(converter),
    allocaScope(converter),
  ];
}
