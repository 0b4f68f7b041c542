/**
 * Reductions of a parallel loop: each thread combines into a variable of its own, which begins with
 * the neutral element; behind the loop these are combined into the variable that holds the initial
 * value. Only what may be combined in any order can be reduced so.
 */
import * as arith from "@strata/arith";
import {
  ArrayAttr,
  Block,
  Builder,
  cloneOp,
  DenseArrayAttr,
  i1,
  Mapping,
  type ModuleOp,
  Region,
  StringAttr,
  SymbolRefAttr,
  symbolNameOf,
  type Type,
  TypeAttr,
} from "@strata/ir";
import * as omp from "@strata/omp";
import { neutralElement, reductionKind } from "../reduction.ts";
import type { Parallel, ReduceReturn } from "../ops.ts";

/** A region of one block. */
const regionOf = (block: Block): Region => new Region([block]);

/** The kind of each reduction of a loop; undefined where one depends on its order. */
function kindsOf(op: Parallel): ReturnType<typeof reductionKind>[] | undefined {
  const kinds = op.reduce.reductions.map((r) => {
    const [combine, last, ...more] = r.entry.ops();
    if (combine === undefined || last === undefined || more.length > 0) return undefined;
    const isBoth =
      new Set(combine.operands).size === 2 &&
      combine.operands.every((v) => r.entry.args.some((a) => a === v));
    return isBoth && last.operands[0] === combine.results[0] ? reductionKind(combine) : undefined;
  });
  return kinds.includes(undefined) ? undefined : kinds;
}

/** Whether the reductions of a loop may be done in any order, and have neutral elements. */
export function hasFreeOrder(op: Parallel): boolean {
  const kinds = kindsOf(op);
  return (
    kinds !== undefined &&
    kinds.every((k, i) => neutralElement(k!, op.initVals[i]!.type) !== undefined)
  );
}

/** A name that no symbol of the module has. */
function freshName(module: ModuleOp, stem: string): string {
  const taken = new Set([...module.ops()].map((op) => symbolNameOf(op)));
  let name = stem;
  for (let n = 0; taken.has(name); n++) name = `${stem}_${n}`;
  return name;
}

function declare(module: ModuleOp, op: Parallel, i: number, type: Type): SymbolRefAttr {
  const name = freshName(module, `reduce_${kindsOf(op)![i]!}`);
  const init = new Block([type]);
  const b = Builder.atEnd(init);
  const value = neutralElement(kindsOf(op)![i]!, type)!;
  const start = b.insert(arith.ConstantOp.of({ value })).result;
  b.insert(omp.Yield.of({ results_: [start] }));
  const from = op.reduce.reductions[i]!.entry;
  const combiner = new Block([type, type]);
  const mapping = new Mapping();
  from.args.forEach((a, k) => mapping.map(a, combiner.args[k]!));
  const c = Builder.atEnd(combiner);
  for (const inner of from.ops()) {
    if (inner === from.lastOp) {
      const { result } = inner as ReduceReturn;
      c.insert(omp.Yield.of({ results_: [mapping.value(result)] }));
    } else c.insert(cloneOp(inner, mapping));
  }
  const { entry } = module.regions[0]!;
  entry.insertBefore(
    omp.DeclareReduction.of({
      sym_name: StringAttr.get(name),
      type: TypeAttr.get(type),
      allocRegion: new Region(),
      initializerRegion: regionOf(init),
      reductionRegion: regionOf(combiner),
      atomicReductionRegion: new Region(),
      cleanupRegion: new Region(),
      dataPtrPtrRegion: new Region(),
    }),
    entry.firstOp,
  );
  return SymbolRefAttr.get(name);
}

/** Declares the reductions of a loop in its module; the attributes that name them. */
export function declareReductions(
  module: ModuleOp,
  op: Parallel,
): { readonly reduction_syms: ArrayAttr; readonly reduction_byref: DenseArrayAttr } | undefined {
  if (op.initVals.length === 0) return undefined;
  const symbols = op.initVals.map((v, i) => declare(module, op, i, v.type));
  return {
    reduction_syms: ArrayAttr.get(symbols),
    reduction_byref: DenseArrayAttr.get(
      i1,
      symbols.map(() => 0n),
    ),
  };
}
