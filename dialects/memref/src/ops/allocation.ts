/** Making and freeing buffers. */
import {
  AffineMapAttr,
  AnyMemRef,
  AnyRankedOrUnrankedMemRef,
  AnyType,
  AutomaticAllocationScope,
  defineOp,
  dynamic,
  HasParent,
  I64Attr,
  Index,
  IsTerminator,
  MemRefType,
  type OpRef,
  operand,
  type Operation,
  optionalAttr,
  optionalOperand,
  Pure,
  RecursiveMemoryEffects,
  Region,
  region,
  type Report,
  result,
  ReturnLike,
  SingleBlockImplicitTerminator,
  variadic,
  variadicResult,
} from "@strata/ir";
import { isDense } from "../layout.ts";

/** Number of symbols of a type's layout, which an allocation gives values to. */
export function layoutSymbols(type: MemRefType): number {
  return type.layout instanceof AffineMapAttr ? type.layout.map.numSyms : 0;
}

function verifyAllocation(op: Operation, report: Report): void {
  const type = op.resultTypes[0];
  if (!(type instanceof MemRefType)) return;
  const [sizes, symbols] = [op.operandGroup(0).length, op.operandGroup(1).length];
  if (sizes !== type.numDynamicDims) {
    report(
      "memref.alloc-sizes",
      `\`${type.toString()}\` needs ${type.numDynamicDims} dynamic sizes, found ${sizes}`,
    );
  }
  if (symbols !== layoutSymbols(type)) {
    report(
      "memref.alloc-symbols",
      `the layout of \`${type.toString()}\` needs ${layoutSymbols(type)} symbols, found ${symbols}`,
    );
  }
  verifyAlignment(op, report);
}

/** Reports an alignment that is no power of two. */
export function verifyAlignment(op: Operation, report: Report): void {
  const text = op.getAttr("alignment")?.toString();
  if (text === undefined) return;
  const n = BigInt(text.split(" ")[0]!);
  if (n <= 0n || (n & (n - 1n)) !== 0n) {
    report(
      "memref.alignment",
      `the alignment of \`${op.name}\` must be a power of two, found ${n}`,
    );
  }
}

const allocation = {
  operands: { dynamicSizes: variadic(Index), symbolOperands: variadic(Index) },
  results: { memref: result(AnyMemRef) },
  attributes: { alignment: optionalAttr(I64Attr, "bytes") },
  assembly: "`(` $dynamicSizes `)` (`` `[` $symbolOperands^ `]`)? attr-dict `:` type($memref)",
  verify: verifyAllocation,
};

/** Allocates a buffer, to be freed by `memref.dealloc`; its elements are unspecified. */
export class Alloc extends defineOp("memref.alloc", {
  summary: "Allocates a buffer, to be freed by `memref.dealloc`.",
  ...allocation,
  resultNames: () => "alloc",
}) {}

/** Allocates a buffer that is freed when the enclosing allocation scope (function) is left. */
export class Alloca extends defineOp("memref.alloca", {
  summary: "Allocates a buffer that is freed when the enclosing allocation scope is left.",
  ...allocation,
  resultNames: () => "alloca",
}) {}

/** Frees a buffer made by `memref.alloc`. */
export class Dealloc extends defineOp("memref.dealloc", {
  summary: "Frees a buffer made by `memref.alloc`.",
  operands: { memref: operand(AnyRankedOrUnrankedMemRef) },
  assembly: "$memref attr-dict `:` type($memref)",
}) {}

/** Allocates a buffer of another size, copies what fits, and frees the old one. */
export class Realloc extends defineOp("memref.realloc", {
  summary: "Allocates a buffer of another size, copies what fits, and frees the old one.",
  operands: { source: operand(AnyMemRef), dynamicResultSize: optionalOperand(Index) },
  results: { result: result(AnyMemRef) },
  attributes: { alignment: optionalAttr(I64Attr, "bytes") },
  assembly: "$source (`(` $dynamicResultSize^ `)`)? attr-dict `:` type($source) `to` type($result)",
  verify(op, report) {
    const [from, to] = [op.operand(0).type, op.resultTypes[0]!];
    if (!(from instanceof MemRefType && to instanceof MemRefType)) return;
    const fits =
      from.rank === 1 &&
      to.rank === 1 &&
      from.elementType === to.elementType &&
      from.memorySpace === to.memorySpace &&
      isDense(from) &&
      isDense(to);
    if (!fits) {
      report(
        "memref.realloc-types",
        `\`${from.toString()}\` cannot be reallocated as \`${to.toString()}\``,
        "both are dense, of rank 1 and of one element type and memory space",
      );
    }
    if ((to.shape[0] === dynamic) !== (op.numOperands === 2)) {
      report("memref.realloc-size", "a dynamic extent needs a size, a static one has none");
    }
    verifyAlignment(op, report);
  },
}) {}

/** Ends `memref.alloca_scope` with its results. */
export class AllocaScopeReturn extends defineOp("memref.alloca_scope.return", {
  summary: "Ends `memref.alloca_scope` with its results.",
  operands: { values: variadic(AnyType) },
  traits: [IsTerminator, ReturnLike, Pure, HasParent((): OpRef => AllocaScope)],
  assembly: "attr-dict ($values^ `:` type($values))?",
}) {}

/** Runs its region; what `memref.alloca` allocates inside is freed behind it. */
export class AllocaScope extends defineOp("memref.alloca_scope", {
  summary: "A region at whose end stack allocations are freed.",
  results: { outs: variadicResult(AnyType) },
  regions: { bodyRegion: region() },
  traits: [
    AutomaticAllocationScope,
    SingleBlockImplicitTerminator((): OpRef => AllocaScopeReturn),
    RecursiveMemoryEffects,
  ],
  print(op, p) {
    if (op.numResults > 0) {
      p.write(" -> (");
      p.types(op.resultTypes);
      p.write(")");
    }
    p.write(" ");
    p.region(op.regions[0]!, { terminator: false });
    p.attrDict(op);
  },
  parse(p) {
    p.setResultTypes("outs", p.asm.tryConsume("->") ? p.asm.parseResultTypes() : []);
    p.parseRegion(new Region());
    p.parseAttrDict();
  },
  verify(op, report) {
    const last = op.regions[0]?.firstBlock?.lastOp;
    if (!(last instanceof AllocaScopeReturn)) return;
    const found = last.operandTypes;
    if (found.length !== op.numResults || found.some((t, i) => t !== op.resultTypes[i])) {
      report(
        "memref.scope-results",
        "the values returned have other types than the scope's results",
      );
    }
  },
}) {}
