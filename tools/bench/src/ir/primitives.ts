/**
 * Nanoseconds per operation of what rewriting is made of, for blocks of 10³ to 10⁶ operations: flat
 * rows are linear growth.
 */
import { AddI, arith, ConstantOp, SubI } from "@strata/arith";
import { func } from "@strata/func";
import {
  type Block,
  builtin,
  cloneRegion,
  Context,
  i32,
  IntegerAttr,
  ModuleOp,
  type Operation,
  type Region,
  type Value,
  walk,
} from "@strata/ir";
import { applyPatternsGreedily, rule } from "@strata/rewrite";

/** Makes the dialects known, as their import binds folds and patterns. */
export const primitivesContext: Context = new Context([builtin, arith, func]);

/** Sizes that are measured, in operations. */
export const sizes = [1_000, 10_000, 100_000, 1_000_000] as const;

/** A chain x + x, (x + x) + x, … of `n` additions in a module, with its last value kept alive. */
function chain(n: number): { module: ModuleOp; block: Block; x: Value; ops: Operation[] } {
  const module = ModuleOp.create();
  const block = module.body.entry;
  const x = block.addArgument(i32);
  const ops: Operation[] = [];
  let last: Value = x;
  for (let i = 0; i < n; i++) {
    const op = AddI.of({ lhs: last, rhs: x });
    block.append(op);
    ops.push(op);
    last = op.result;
  }
  return { module, block, x, ops };
}

const subToAdd = rule("benchmark-add-to-sub", (a, b) => [
  AddI.pat({ lhs: a, rhs: b }),
  SubI.pat({ lhs: a, rhs: b }),
]);

/** Each primitive prepares, and returns what is timed. */
const primitives: Readonly<Record<string, (n: number) => () => void>> = {
  create: (n) => () => void chain(n),
  clone: (n) => {
    const { module } = chain(n);
    const region: Region = module.body;
    return () => void cloneRegion(region);
  },
  walk: (n) => {
    const { module } = chain(n);
    return () => {
      let count = 0;
      walk(module, () => void count++);
      if (count !== n + 1) throw new Error("the walk has missed operations");
    };
  },
  replace: (n) => {
    const { ops, x } = chain(n);
    return () => {
      for (const op of ops) op.results[0]!.replaceAllUsesWith(x);
    };
  },
  erase: (n) => {
    const { ops } = chain(n);
    return () => {
      for (let i = ops.length - 1; i >= 0; i--) ops[i]!.erase();
    };
  },
  "match and rewrite": (n) => {
    const { module, block, ops } = chain(n);
    const keep = ConstantOp.of({ value: IntegerAttr.get(1, i32) });
    block.append(keep);
    block.append(SubI.of({ lhs: ops[n - 1]!.results[0]!, rhs: keep.result }));
    return () => {
      const options = { fold: false, eraseDead: false, maxRewrites: 2 * n };
      const { rewrites } = applyPatternsGreedily(module, [subToAdd], options);
      if (rewrites !== n) throw new Error(`${rewrites} of ${n} operations were rewritten`);
    };
  },
};

/** One row: nanoseconds per operation by size. */
export interface PrimitiveRow {
  readonly name: string;
  readonly nanoseconds: readonly number[];
}

/** Measures one primitive after the other at every size up to `largest`; the least of some runs. */
export function* measurePrimitives(largest = 1_000_000): Generator<PrimitiveRow, void> {
  const chosen = sizes.filter((n) => n <= largest);
  for (const [name, prepare] of Object.entries(primitives)) {
    const nanoseconds = chosen.map((n) => {
      const runs = Math.max(2, Math.min(20, 50_000 / n));
      let least = Infinity;
      for (let i = 0; i < runs; i++) {
        const run = prepare(n);
        const start = performance.now();
        run();
        least = Math.min(least, performance.now() - start);
      }
      return (least * 1e6) / n;
    });
    yield { name, nanoseconds };
  }
}
