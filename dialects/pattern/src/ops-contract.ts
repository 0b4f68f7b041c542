/**
 * Contractions: sums of products by index notation, over any pair of combining operations.
 *
 * Invariants: the iteration domain is a box with one dimension for each iterator; the map of the
 * results names each parallel dimension exactly once, and no other.
 */
import {
  AnyAffineMapAttr,
  AnyRankedTensor,
  AnyScalar,
  type AffineMap,
  AffineMapAttr,
  ArrayAttr,
  arrayAttrOf,
  attr,
  type AttrConstraint,
  defineOp,
  DenseArrayAttr,
  DenseI64Array,
  Index,
  type Operation,
  RankedTensorType,
  RecursiveMemoryEffects,
  region,
  type Report,
  StringAttr,
  variadic,
  variadicResult,
} from "@strata/ir";
import { checkBody, indices, TensorOrScalar } from "./ops-body.ts";

/** What a dimension of a contraction's domain is for. */
export type IteratorType = "parallel" | "reduction";

const Iterator: AttrConstraint<StringAttr> = {
  summary: "an iterator type",
  check: (a) => a instanceof StringAttr && (a.value === "parallel" || a.value === "reduction"),
  parse: (p) => StringAttr.get(p.parseKeywordOf(["parallel", "reduction"], "an iterator type")),
  print: (p, a) => p.write(a.value),
};

/**
 * For each point of the parallel dimensions combines values over the reduction dimensions:
 * `element` maps the inputs' elements that `indexing_maps` select at a point of the domain, and the
 * point's indices, to values; `combiner` takes the accumulators, then as many values. It is
 * associative and commutative up to rounding; accumulators start with the inits. `domain` holds the
 * extents, −1 where one of `sizes` gives it. The last map places the results; without a parallel
 * dimension they are scalars.
 *
 * ```mlir
 * %c = pattern.contract domain = [64, 64, 128] ins(%a, %b : tensor<64x128xf32>, tensor<128x64xf32>)
 *   init(%zero : f32)
 *   maps = [affine_map<(d0, d1, d2) -> (d0, d2)>, affine_map<(d0, d1, d2) -> (d2, d1)>,
 *           affine_map<(d0, d1, d2) -> (d0, d1)>]
 *   iterators = ["parallel", "parallel", "reduction"] -> tensor<64x64xf32> {
 * ^bb0(%x: f32, %y: f32, %i: index, %j: index, %p: index):
 *   %z = arith.mulf %x, %y : f32
 *   pattern.yield %z : f32
 * } combine {
 * ^bb0(%acc: f32, %x: f32):
 *   %s = arith.addf %acc, %x fastmath<reassoc> : f32
 *   pattern.yield %s : f32
 * }
 * ```
 */
export class ContractOp extends defineOp("pattern.contract", {
  summary: "Combines products over reduction dimensions, indexed by maps.",
  operands: {
    sizes: variadic(Index),
    inputs: variadic(AnyRankedTensor),
    inits: variadic(AnyScalar),
  },
  results: { outputs: variadicResult(TensorOrScalar) },
  attributes: {
    domain: attr(DenseI64Array),
    indexing_maps: attr(arrayAttrOf(AnyAffineMapAttr)),
    iterator_types: attr(arrayAttrOf(Iterator)),
  },
  regions: { element: region({ singleBlock: true }), combiner: region({ singleBlock: true }) },
  traits: [RecursiveMemoryEffects],
  assembly:
    "`domain` `=` $domain (`(` $sizes^ `)`)? `ins` `(` $inputs `:` type($inputs) `)` " +
    "`init` `(` $inits `:` type($inits) `)` `maps` `=` $indexing_maps " +
    "`iterators` `=` $iterator_types attr-dict-with-keyword `->` type($outputs) " +
    "$element `combine` $combiner",
  verify: verifyContract,
}) {}

/** The extents of a contraction's domain; −1 where a size gives it. */
export function domainOf(op: Operation): number[] {
  const a = op.getAttr("domain");
  return a instanceof DenseArrayAttr ? a.numbers : [];
}

/** What each dimension of a contraction's domain is for. */
export function iteratorsOf(op: Operation): IteratorType[] {
  return listOf(op, "iterator_types").map((a) =>
    a instanceof StringAttr && a.value === "parallel" ? "parallel" : "reduction",
  );
}

/** The maps of a contraction: one for each input, and the results' last. */
export function mapsOf(op: Operation): AffineMap[] {
  return listOf(op, "indexing_maps").flatMap((a) => (a instanceof AffineMapAttr ? [a.map] : []));
}

function listOf(op: Operation, name: string): readonly unknown[] {
  const a = op.getAttr(name);
  return a instanceof ArrayAttr ? a.values : [];
}

function verifyContract(op: Operation, report: Report): void {
  const domain = domainOf(op);
  const rank = domain.length;
  const iterators = iteratorsOf(op);
  const maps = mapsOf(op);
  const inputs = op.operandGroup(1).map((v) => v.type) as RankedTensorType[];
  const inits = op.operandGroup(2).map((v) => v.type);
  if (iterators.length !== rank) {
    report("pattern.contract-iterators", `a domain of rank ${rank} needs as many iterators`);
    return;
  }
  if (domain.filter((n) => n < 0).length !== op.operandGroup(0).length) {
    report("pattern.sizes", "each dynamic extent of the domain, and no other, needs a size");
  }
  if (maps.length !== inputs.length + 1) {
    report(
      "pattern.contract-maps",
      "a contraction needs one map for each input and one for results",
    );
    return;
  }
  maps.forEach((map, i) => {
    const input = inputs[i];
    if (map.numDims !== rank || map.numSyms > 0) {
      report("pattern.contract-maps", `map ${i} must take the ${rank} dimensions of the domain`);
    } else if (input !== undefined && map.results.length !== input.rank) {
      report("pattern.contract-maps", `map ${i} must give ${input.rank} indices`);
    }
  });
  const kept = maps[inputs.length]!.results.map((e) => (e.kind === "dim" ? e.index : -1));
  const parallel = iterators.flatMap((t, d) => (t === "parallel" ? [d] : []));
  const named = parallel.every((d) => kept.includes(d)) && kept.length === parallel.length;
  if (!named) {
    report(
      "pattern.contract-output",
      "the results' map must name each parallel dimension exactly once",
    );
    return;
  }
  const shape = kept.map((d) => domain[d]!);
  const expected = inits.map((t) => (kept.length === 0 ? t : RankedTensorType.get(shape, t)));
  if (expected.length !== op.numResults || expected.some((t, i) => t !== op.resultTypes[i])) {
    report("pattern.contract-type", `the results must be (${expected.join(", ")})`);
  }
  const elements = inputs.map((t) => t.elementType);
  checkBody(op, op.regions[0]!, [...elements, ...indices(rank)], inits, report);
  checkBody(op, op.regions[1]!, [...inits, ...inits], inits, report);
}
