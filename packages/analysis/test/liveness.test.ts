import { FuncOp } from "@strata/func";
import { nameHintOf, type Operation, setNameHint, type Value, walk } from "@strata/ir";
import { AnalysisCache } from "@strata/pass";
import { moduleTexts } from "@strata/testing";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { livenessAnalysis, Liveness, NeededValues } from "../src/index.ts";
import { parse, tagged } from "./context.ts";

/** Names of values in order, from the tags of what defines them. */
function namesIn(values: ReadonlySet<Value>): string[] {
  return [...values].map((v) => nameHintOf(v) ?? "?").sort();
}

function named(text: string): { module: Operation; ops: ReadonlyMap<string, Operation> } {
  const module = parse(text);
  const ops = tagged(module);
  for (const [tag, op] of ops) op.results.forEach((r) => setNameHint(r, tag));
  walk(module, (op) => {
    if (op instanceof FuncOp) op.entry.args.forEach((a, i) => setNameHint(a, `arg${i}`));
    return undefined;
  });
  return { module, ops };
}

test("through blocks", () => {
  const { module, ops } = named(`func.func @f(%p: i1, %x: i32, %y: i32) -> i32 {
    %a = arith.addi %x, %y {tag = "a"} : i32
    cf.cond_br %p, ^left, ^right
  ^left:
    %b = arith.addi %a, %a {tag = "b"} : i32
    cf.br ^end(%b : i32)
  ^right:
    %c = arith.addi %x, %x {tag = "c"} : i32
    cf.br ^end(%c : i32)
  ^end(%r: i32):
    return %r : i32
  }`);
  const liveness = new AnalysisCache().get(livenessAnalysis, module);
  const [f] = [...(module as ReturnType<typeof parse>).ops()];
  const blocks = [...f!.regions[0]!.blocks()];
  expect(blocks.map((b) => namesIn(liveness.liveIn(b)))).toEqual([[], ["a"], ["arg1"], []]);
  expect(blocks.map((b) => namesIn(liveness.liveOut(b)))).toEqual([["a", "arg1"], [], [], []]);
  expect(namesIn(liveness.liveAfter(ops.get("a")!))).toEqual(["a", "arg0", "arg1"]);
  const b = ops.get("b")!;
  expect(liveness.isLastUse(b.operand(0), b)).toBe(true);
  const a = ops.get("a")!;
  expect([liveness.isLastUse(a.operand(0), a), liveness.isLastUse(a.operand(1), a)]).toEqual([
    false,
    true,
  ]);
});

test("round loops, what is used in the next round stays live", () => {
  const { module, ops } = named(`func.func @f(%n: index, %x: i32, %s: i32) -> i32 {
    %c0 = arith.constant {tag = "c0"} 0 : index
    %c1 = arith.constant {tag = "c1"} 1 : index
    %k = arith.addi %x, %x {tag = "k"} : i32
    %r = scf.for %i = %c0 to %n step %c1 iter_args(%a = %s) -> i32 {
      %b = arith.addi %a, %k {tag = "b"} : i32
      %d = arith.addi %b, %b {tag = "d"} : i32
      scf.yield %d : i32
    } {tag = "r"}
    return %r : i32
  }`);
  const liveness = new Liveness(module);
  expect(namesIn(liveness.liveAfter(ops.get("d")!))).toEqual(["d", "k"]);
  expect(namesIn(liveness.liveAfter(ops.get("r")!))).toEqual(["r"]);
  const b = ops.get("b")!;
  expect(liveness.isLastUse(b.operand(0), b)).toBe(true);
  expect(liveness.isLastUse(b.operand(1), b)).toBe(false);
});

test("what is not live is not read later", () => {
  fc.assert(
    fc.property(moduleTexts(), (text) => {
      const module = parse(text);
      const liveness = new Liveness(module);
      walk(module, (op) => {
        // In one block, what is used behind an operation is live after it.
        for (let next = op.next; next !== null; next = next.next) {
          for (const v of next.operands) {
            const made = v.definingOp;
            const isEarlier =
              made === undefined || !(made.parent === op.parent && !made.isBeforeInBlock(op));
            const isHere = v.parentBlock === op.parent && (isEarlier || made === op);
            if (isHere && op.parent !== null) expect(liveness.liveAfter(op).has(v)).toBe(true);
          }
        }
        return undefined;
      });
    }),
    { numRuns: 60 },
  );
}, 30_000);

test("needed values", () => {
  const { module, ops } = named(`func.func @f(%n: index, %x: i32, %m: memref<4xi32>) -> i32 {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %k = arith.addi %x, %x {tag = "only for the unneeded"} : i32
    %j = arith.muli %x, %x {tag = "start"} : i32
    %r:2 = scf.for %i = %c0 to %n step %c1 iter_args(%a = %x, %b = %j) -> (i32, i32) {
      %p = arith.addi %a, %k {tag = "feeds itself"} : i32
      %q = arith.addi %b, %b {tag = "returned"} : i32
      scf.yield %p, %q : i32, i32
    }
    %s = arith.addi %x, %j {tag = "stored"} : i32
    memref.store %s, %m[%c0] : memref<4xi32>
    %u = arith.addi %r#0, %s {tag = "unused"} : i32
    return %r#1 : i32
  }`);
  const needed = new NeededValues(module);
  const found = [...ops].filter(([, op]) => needed.isNeeded(op.resultAt(0))).map(([tag]) => tag);
  expect(found).toEqual(["start", "returned", "stored"]);
});
