/**
 * Contractions written by index notation become `pattern.contract`.
 *
 * ```mlir
 * %c = pattern.build [%m, %n] -> tensor<?x?xf32> { ^bb0(%i: index, %j: index):
 *   %s = scf.for %p = %c0 to %k step %c1 iter_args(%acc = %zero) -> (f32) {
 *     %x = tensor.extract %a[%i, %p] …
 *     %y = tensor.extract %b[%p, %j] …
 *     %z = arith.mulf %x, %y
 *     %t = arith.addf %acc, %z fastmath<reassoc>
 *     scf.yield %t
 *   }
 *   pattern.yield %s
 * }
 * // becomes
 * %c = pattern.contract domain = [-1, -1, -1](%m, %n, %k) ins(%a, %b : …) init(%zero : f32)
 *   maps = [(d0, d1, d2) -> (d0, d2), (d0, d1, d2) -> (d2, d1), (d0, d1, d2) -> (d0, d1)]
 *   iterators = ["parallel", "parallel", "reduction"] … { %z = arith.mulf … } combine { … }
 * ```
 *
 * The number of terms must not depend on the point, and the elements must be found by affine
 * indices; what else a term is made of stays in the body. Meaning and order of terms stay the same.
 */
import * as arith from "@strata/arith";
import type { RankedTensorType } from "@strata/ir";
import {
  affineBinary,
  affineConst,
  affineDim,
  type AffineExpr,
  AffineMap,
  AffineMapAttr,
  ArrayAttr,
  Block,
  Builder,
  cloneOp,
  collect,
  DenseArrayAttr,
  IndexType,
  IntegerAttr,
  Mapping,
  type ModuleOp,
  type Operation,
  Region,
  StringAttr,
  type Value,
  walk,
} from "@strata/ir";
import * as scf from "@strata/scf";
import * as tensor from "@strata/tensor";
import { BuildOp, ContractOp, YieldOp } from "./ops.ts";

/** Raises what it can; gives how many. */
export function raiseContractions(module: ModuleOp): number {
  let count = 0;
  for (const build of collect(module, BuildOp)) if (tryRaise(build)) count++;
  return count;
}

/** A read of a tensor at affine indices. */
interface Access {
  readonly extract: Operation;
  readonly source: Value;
  readonly map: AffineMap;
}

function tryRaise(build: BuildOp): boolean {
  const body = build.body.entry;
  const [yielded] = body.lastOp!.operands;
  const loop = yielded?.definingOp;
  if (build.outputs.length !== 1 || !(loop instanceof scf.For) || loop.parent !== body)
    return false;
  const type = build.outputs[0]!.type as RankedTensorType;
  if (loop.initArgs.length !== 1 || !yielded!.hasOneUse) return false;
  if (constantIndex(loop.lowerBound) !== 0 || constantIndex(loop.step) !== 1) return false;
  const terms = constantIndex(loop.upperBound);
  if (terms === undefined && isWithin(loop.upperBound, build)) return false;
  const [init] = loop.initArgs;
  const initConstant = init!.definingOp instanceof arith.ConstantOp;
  if (!initConstant && isWithin(init!, build)) return false;
  const combiner = loop.body.lastOp!.operand(0).definingOp;
  const [acc] = loop.iterArgs;
  if (combiner === undefined || combiner.parent !== loop.body || !isCombiner(combiner))
    return false;
  const side = combiner.operand(0) === acc ? 1 : combiner.operand(1) === acc ? 0 : undefined;
  if (side === undefined || !acc!.hasOneUse || !combiner.results[0]!.hasOneUse) return false;
  const term = combiner.operand(side);
  // What the body computes besides must be of use for indices only: it would run for each term.
  for (const op of body.ops()) {
    if (op === loop || op === body.lastOp || op instanceof arith.ConstantOp) continue;
    if (op.regions.length > 0 || op.results.some((r) => !(r.type instanceof IndexType)))
      return false;
  }
  const dims = new Map<Value, number>(body.args.map((a, d) => [a, d]));
  dims.set(loop.inductionVar, type.rank);
  const rank = type.rank + 1;
  const accesses = findAccesses(loop, build, dims, rank);
  if (accesses.length === 0) return false;
  const absorbed = new Set(accesses.map((a) => a.extract));
  const needed = neededFor(term, build, absorbed);
  const outsideLoop = [...needed].some(
    (op) => op.parent === body && !(op instanceof arith.ConstantOp),
  );
  if (outsideLoop) return false;
  replace(build, loop, { accesses, needed, term, combiner, side, terms, rank });
  return true;
}

interface Found {
  readonly accesses: readonly Access[];
  readonly needed: ReadonlySet<Operation>;
  readonly term: Value;
  readonly combiner: Operation;
  /** Which operand of the combiner is the term. */
  readonly side: number;
  readonly terms: number | undefined;
  readonly rank: number;
}

function replace(build: BuildOp, loop: scf.For, found: Found): void {
  const { accesses, needed, term, combiner, side, terms, rank } = found;
  const b = Builder.before(build);
  b.location = build.location;
  const type = build.outputs[0]!.type as RankedTensorType;
  const distinct = accesses.filter(
    (a, i) => accesses.findIndex((o) => o.source === a.source && o.map === a.map) === i,
  );
  const inputOf = (a: Access): number =>
    distinct.findIndex((o) => o.source === a.source && o.map === a.map);
  const indexType = loop.inductionVar.type;
  const elementBlock = new Block([
    ...distinct.map((a) => (a.source.type as RankedTensorType).elementType),
    ...Array.from({ length: rank }, () => indexType),
  ]);
  const mapping = new Mapping();
  build.body.entry.args.forEach((arg, d) =>
    mapping.map(arg, elementBlock.args[distinct.length + d]!),
  );
  mapping.map(loop.inductionVar, elementBlock.args[distinct.length + rank - 1]!);
  for (const a of accesses) mapping.map(a.extract.results[0]!, elementBlock.args[inputOf(a)]!);
  const inside = Builder.atEnd(elementBlock);
  for (const op of [...build.body.entry.ops(), ...loop.body.ops()]) {
    if (needed.has(op)) inside.insert(cloneOp(op, mapping));
  }
  inside.insert(YieldOp.of({ values: [mapping.value(term)] }));
  const scalar = term.type;
  const combineBlock = new Block([scalar, scalar]);
  const combine = new Mapping();
  combine.map(combiner.operand(1 - side), combineBlock.args[0]!);
  combine.map(term, combineBlock.args[1]!);
  const combining = Builder.atEnd(combineBlock);
  const combined = combining.insert(cloneOp(combiner, combine));
  combining.insert(YieldOp.of({ values: [combined.results[0]!] }));
  let init = loop.initArgs[0]!;
  if (isWithin(init, build)) init = b.insert(cloneOp(init.definingOp!, new Mapping())).results[0]!;
  const maps = [
    ...distinct.map((a) => a.map),
    AffineMap.get(
      rank,
      0,
      type.shape.map((_, d) => affineDim(d)),
    ),
  ];
  const contract = b.insert(
    ContractOp.of(
      {
        sizes: [...build.sizes, ...(terms === undefined ? [loop.upperBound] : [])],
        inputs: distinct.map((a) => a.source),
        inits: [init],
        domain: DenseArrayAttr.i64([...type.shape, terms ?? -1]),
        indexing_maps: ArrayAttr.get(maps.map((map) => AffineMapAttr.get(map))),
        iterator_types: ArrayAttr.get([
          ...type.shape.map(() => StringAttr.get("parallel")),
          StringAttr.get("reduction"),
        ]),
        element: new Region([elementBlock]),
        combiner: new Region([combineBlock]),
      },
      { types: { outputs: [type] } },
    ),
  );
  build.replaceWith(contract.results);
}

/** Reads in a loop's own block whose indices are affine in the dimensions. */
function findAccesses(
  loop: scf.For,
  build: BuildOp,
  dims: ReadonlyMap<Value, number>,
  rank: number,
): Access[] {
  const found: Access[] = [];
  for (const op of loop.body.ops()) {
    if (!(op instanceof tensor.Extract)) continue;
    const source = op.operand(0);
    if (isWithin(source, build)) continue;
    const results = op.operands.slice(1).map((v) => tryAffine(v, dims));
    const known = results.filter((e) => e !== undefined);
    if (known.length !== results.length) continue;
    found.push({ extract: op, source, map: AffineMap.get(rank, 0, known) });
  }
  return found;
}

/** An index as an expression over the dimensions; undefined if it is not affine in them. */
function tryAffine(v: Value, dims: ReadonlyMap<Value, number>): AffineExpr | undefined {
  const dim = dims.get(v);
  if (dim !== undefined) return affineDim(dim);
  const constant = constantIndex(v);
  if (constant !== undefined) return affineConst(constant);
  const op = v.definingOp;
  if (!(op instanceof arith.AddI || op instanceof arith.SubI || op instanceof arith.MulI)) {
    return undefined;
  }
  const [lhs, rhs] = [tryAffine(op.lhs, dims), tryAffine(op.rhs, dims)];
  if (lhs === undefined || rhs === undefined) return undefined;
  if (op instanceof arith.AddI) return affineBinary("+", lhs, rhs);
  if (op instanceof arith.SubI) {
    return affineBinary("+", lhs, affineBinary("*", rhs, affineConst(-1)));
  }
  if (rhs.kind === "const") return affineBinary("*", lhs, rhs);
  return lhs.kind === "const" ? affineBinary("*", rhs, lhs) : undefined;
}

/** The operations inside of a build that a value is computed by, without the given ones. */
function neededFor(value: Value, build: BuildOp, without: ReadonlySet<Operation>): Set<Operation> {
  const needed = new Set<Operation>();
  const pending = [value];
  for (let v = pending.pop(); v !== undefined; v = pending.pop()) {
    const made = v.definingOp;
    if (made === undefined || without.has(made) || !isInside(made, build)) continue;
    // An operation in a region is computed by the operation around it.
    let op: Operation | null = made;
    while (op !== null && !isBodyLevel(op, build)) op = op.parentOp;
    if (op === null || needed.has(op)) continue;
    needed.add(op);
    walk(op, (inner) => void pending.push(...inner.operands));
  }
  return needed;
}

/** Whether an op stands in the build's own block or in that of its loop. */
function isBodyLevel(op: Operation, build: BuildOp): boolean {
  const around = op.parentOp;
  return around === build || (around instanceof scf.For && around.parentOp === build);
}

function isInside(op: Operation, build: BuildOp): boolean {
  for (let o: Operation | null = op; o !== null; o = o.parentOp) if (o === build) return true;
  return false;
}

/** Whether a value is made inside of a build. */
function isWithin(v: Value, build: BuildOp): boolean {
  const around = v.parentBlock?.parentOp;
  return around !== null && around !== undefined && isInside(around, build);
}

function constantIndex(v: Value): number | undefined {
  const op = v.definingOp;
  if (!(op instanceof arith.ConstantOp) || !(op.value instanceof IntegerAttr)) return undefined;
  return Number(op.value.value);
}

/** Whether an operation combines two values in any order, floats up to rounding. */
function isCombiner(op: Operation): boolean {
  if (op instanceof arith.AddF || op instanceof arith.MulF) {
    return arith.allows(op.fastmath, "reassoc");
  }
  return [
    arith.AddI,
    arith.MulI,
    arith.MinSI,
    arith.MinUI,
    arith.MaxSI,
    arith.MaxUI,
    arith.MinimumF,
    arith.MaximumF,
    arith.AndI,
    arith.OrI,
    arith.XOrI,
  ].some((c) => op instanceof c);
}
