import { DiagnosticError } from "@strata/support";
import {
  Block,
  collect,
  expectVerified,
  i64,
  IntegerAttr,
  OpPattern,
  type ModuleOp,
  ModuleOp as Module,
  parseModule,
  printOperation,
  Region,
  type Value,
} from "@strata/ir";
import { describe, expect, test } from "vitest";
import {
  applyPatternsGreedily,
  computed,
  constant,
  oneUse,
  pattern,
  rule,
  when,
  zero,
} from "../src/index.ts";
import {
  AddOp,
  ConstOp,
  context,
  FuncOp,
  MulOp,
  NegOp,
  ReturnOp,
  SubOp,
  TupleOp,
} from "@strata/testing/tiny";

/** Parses a function body with two i64 arguments. */
function bodyOf(text: string): ModuleOp {
  const m = parseModule(context, `"t.func"() ({\n^bb0(%a: i64, %b: i64):\n${text}\n}) : () -> ()`);
  expectVerified(m);
  return m;
}

/** The lines of the function's body after driving. */
function lines(m: ModuleOp): string[] {
  expectVerified(m);
  const text = printOperation(m, { generic: false });
  return text
    .split("\n")
    .slice(3, -3)
    .map((l) => l.trim());
}

const addOfSub = rule("add-of-sub-cancels", (x, y) => [
  AddOp.pat({ lhs: SubOp.pat({ lhs: x, rhs: y }), rhs: y }),
  x,
]);

describe("rules", () => {
  test("print as equations", () => {
    expect(addOfSub.toString()).toBe("add-of-sub-cancels: t.add(t.sub(x, y), y) → x");
    expect(addOfSub.doc).toBe("t.add(t.sub(x, y), y) → x");
    const r = rule("m", (x, c) => [
      MulOp.pat({ lhs: x, rhs: constant(c) }),
      NegOp.pat({ input: x }),
      when("a is -1", (m) => m.integer(c) === -1n),
    ]);
    expect(r.equation).toBe("t.mul(x, y) → t.neg(x) if a is -1");
  });

  test("match commutative roots in both orders", () => {
    for (const operands of ["%d, %b", "%b, %d"]) {
      const m = bodyOf(`%d = t.sub %a, %b : i64\n%s = t.add ${operands} : i64\nt.return %s : i64`);
      const r = applyPatternsGreedily(m, [addOfSub]);
      expect(lines(m)).toEqual(["t.return %arg0 : i64"]);
      expect(r).toMatchObject({ changed: true, converged: true, rewrites: 1, erased: 2 });
      expect([...r.applied]).toEqual([["add-of-sub-cancels", 1]]);
    }
  });

  test("build constants, computed ones included", () => {
    const reassociate = rule("add-add-const", (x, c, d) => [
      AddOp.pat({ lhs: AddOp.pat({ lhs: x, rhs: constant(c) }), rhs: constant(d) }),
      AddOp.pat({
        lhs: x,
        rhs: constant(computed("c + d", (m) => m.like(c, m.integer(c)! + m.integer(d)!))),
      }),
    ]);
    expect(reassociate.equation).toBe("t.add(t.add(x, y), z) → t.add(x, c + d)");
    const m = bodyOf(`
      %0 = "t.const"() {value = 3 : i64} : () -> i64
      %1 = "t.const"() {value = 4 : i64} : () -> i64
      %2 = t.add %0, %a : i64
      %3 = t.add %2, %1 : i64
      t.return %3 : i64`);
    applyPatternsGreedily(m, [reassociate]);
    expect(lines(m)).toEqual([
      '%0 = "t.const"() <{value = 7 : i64}> : () -> i64',
      "%1 = t.add %arg0, %0 : i64",
      "t.return %1 : i64",
    ]);
  });

  test("need the types of the replaced results", () => {
    const bad = rule("neg-goes", (x) => [NegOp.pat({ input: TupleOp.pat({ inputs: [x] }) }), x]);
    const m = bodyOf(`
      %0 = "t.tuple"(%a) : (i64) -> i32
      %1 = t.neg %0 : i32
      "t.opaque"(%1) : (i32) -> ()
      t.return`);
    expect(applyPatternsGreedily(m, [bad]).changed).toBe(false);
  });

  test("ask for a single use", () => {
    const r = rule("sub-zero", (x) => [
      SubOp.pat({ lhs: zero, rhs: oneUse(NegOp.pat({ input: x })) }),
      x,
    ]);
    const m = bodyOf(`
      %c = "t.const"() {value = 0 : i64} : () -> i64
      %0 = t.neg %a : i64
      %1 = t.sub %c, %0 : i64
      %2 = t.neg %b : i64
      %3 = t.sub %c, %2 : i64
      t.return %1, %3, %2 : i64, i64, i64`);
    applyPatternsGreedily(m, [r]);
    expect(lines(m).at(-1)).toBe("t.return %arg0, %2, %1 : i64, i64, i64");
  });

  test("are refused when they make no sense", () => {
    expect(() => rule("free", (x, y) => [NegOp.pat({ input: x }), y])).toThrow("binds no value y");
    expect(() => rule("both", (x) => [AddOp.pat({ lhs: x, rhs: constant(x) }), x])).toThrow(
      "both as a value and as an attribute",
    );
    expect(() => OpPattern.of(NegOp.definition, { nothing: zero })).toThrow(
      "declares no operand or attribute",
    );
  });
});

describe("the greedy driver", () => {
  test("folds, merges constants, erases what is dead", () => {
    const m = bodyOf(`
      %0 = "t.const"() {value = 2 : i64} : () -> i64
      %1 = "t.const"() {value = 3 : i64} : () -> i64
      %2 = t.mul %0, %1 : i64
      %3 = "t.const"() {value = 6 : i64} : () -> i64
      %4 = t.add %3, %2 : i64
      %5 = t.sub %4, %a : i64
      %6 = t.or %b, %b : i64
      %7 = t.neg %6 : i64
      %8 = t.neg %7 : i64
      %9 = t.add %8, %3 : i64
      %dead = t.add %5, %5 : i64
      t.return %9 : i64`);
    applyPatternsGreedily(m, []);
    expect(lines(m)).toEqual([
      '%0 = "t.const"() <{value = 6 : i64}> : () -> i64',
      "%1 = t.add %arg1, %0 : i64",
      "t.return %1 : i64",
    ]);
  });

  test("hoists constants out of regions that are not isolated", () => {
    const m = bodyOf(`
      %0 = "t.scope"() ({
        %1 = "t.const"() {value = 2 : i64} : () -> i64
        t.return %1 : i64
      }) : () -> i64
      "t.opaque"(%0) : (i64) -> ()
      %2 = "t.const"() {value = 2 : i64} : () -> i64
      t.return %2 : i64`);
    const r = applyPatternsGreedily(m, []);
    expect(r.changed).toBe(true);
    expect(lines(m)[0]).toBe('%0 = "t.const"() <{value = 2 : i64}> : () -> i64');
    expect(collect(m, ConstOp).length).toBe(1);
    expect(applyPatternsGreedily(m, []).changed).toBe(false);
  });

  test("keeps constants in front of what patterns put at the start of a block", () => {
    const m = bodyOf(`
      %c = "t.const"() {value = 5 : i64} : () -> i64
      %0 = t.sub %c, %a : i64
      t.return %0 : i64`);
    let once = false;
    const p = pattern("prepend", SubOp, (op, rewriter) => {
      if (once) return false;
      once = true;
      const block = op.parent!;
      rewriter.setToStart(block);
      const five = rewriter.insert(
        ConstOp.of({ value: IntegerAttr.i64(2) }, { types: { result: i64 } }),
      );
      const three = rewriter.insert(
        ConstOp.of({ value: IntegerAttr.i64(3) }, { types: { result: i64 } }),
      );
      const sum = rewriter.insert(AddOp.of({ lhs: five.result, rhs: three.result }));
      const user = rewriter.insert(SubOp.of({ lhs: sum.result, rhs: block.args[0]! }));
      rewriter.modifyInPlace(op, () => op.setOperand(1, user.result));
      return true;
    });
    applyPatternsGreedily(m, [p]);
    expect(lines(m)).toEqual([
      '%0 = "t.const"() <{value = 5 : i64}> : () -> i64',
      "%1 = t.sub %0, %arg0 : i64",
      "%2 = t.sub %0, %1 : i64",
      "t.return %2 : i64",
    ]);
  });

  test("tries patterns by benefit", () => {
    const m = bodyOf("%0 = t.neg %a : i64\nt.return %0 : i64");
    const low = pattern("low", NegOp, (op, rw) => rw.replaceOp(op, [op.parent!.args[0]!]));
    const high = pattern("high", NegOp, (op, rw) => rw.replaceOp(op, [op.parent!.args[1]!]), {
      benefit: 2,
    });
    expect([...applyPatternsGreedily(m, [low, high]).applied.keys()]).toEqual(["high"]);
    expect(lines(m)).toEqual(["t.return %arg1 : i64"]);
  });

  test("names patterns that chase each other", () => {
    const toSub = rule("add-to-sub", (x, y) => [
      AddOp.pat({ lhs: x, rhs: y }),
      SubOp.pat({ lhs: x, rhs: NegOp.pat({ input: y }) }),
    ]);
    const toAdd = rule("sub-to-add", (x, y) => [
      SubOp.pat({ lhs: x, rhs: y }),
      AddOp.pat({ lhs: x, rhs: NegOp.pat({ input: y }) }),
    ]);
    const m = bodyOf("%0 = t.add %a, %b : i64\nt.return %0 : i64");
    let error: unknown;
    try {
      applyPatternsGreedily(m, [toSub, toAdd], { fold: false });
    } catch (e) {
      error = e;
    }
    expect(error).toBeInstanceOf(DiagnosticError);
    const d = (error as DiagnosticError).diagnostics[0]!;
    expect(d).toMatchObject({ code: "rewrite.no-end", kind: "bug" });
    expect(d.notes[0]!.message).toContain("`add-to-sub` (32×), `sub-to-add` (32×)");
    const stopped = applyPatternsGreedily(m, [toSub, toAdd], {
      fold: false,
      onLimit: "stop",
      maxRewrites: 10,
    });
    expect(stopped).toMatchObject({ converged: false, rewrites: 10 });
  });

  test("notices a pattern that changes the IR and then says that it failed", () => {
    const m = bodyOf("%0 = t.neg %a : i64\nt.return %0 : i64");
    const liar = pattern("liar", NegOp, (op, rw) => {
      rw.modifyInPlace(op, () => undefined);
      return false;
    });
    expect(() => applyPatternsGreedily(m, [liar])).toThrow("has changed the IR");
  });

  test("visits again what looks further than to its neighbours", () => {
    const deep = pattern("deep", NegOp, (op, rw) => {
      const far = op.input.definingOp?.operandUses[0]?.value.definingOp;
      return far instanceof SubOp ? rw.replaceOp(op, [far.lhs]) : false;
    });
    // The tuple turns into a subtraction only after the negation was visited.
    const late = pattern("late", ReturnOp, (op, rw) => {
      const tuple = op.parent!.firstOp;
      if (!(tuple instanceof TupleOp)) return false;
      rw.replaceOpWith(tuple, SubOp.of({ lhs: tuple.operand(0), rhs: tuple.operand(1) }));
      return true;
    });
    const m = bodyOf(`
      %0 = "t.tuple"(%a, %b) : (i64, i64) -> i64
      %1 = "t.opaque"(%0) : (i64) -> i64
      %2 = t.neg %1 : i64
      t.return %2 : i64`);
    expect(applyPatternsGreedily(m, [deep, late])).toMatchObject({ converged: true, rewrites: 2 });
    expect(lines(m).at(-1)).toBe("t.return %arg0 : i64");
  });

  test("finishes long functions and long chains", () => {
    const n = 100_000;
    const block = new Block([i64, i64]);
    let v: Value = block.args[0]!;
    for (let i = 0; i < n; i++) {
      const op =
        i % 2 === 0
          ? SubOp.of({ lhs: v, rhs: block.args[1]! })
          : AddOp.of({ lhs: v, rhs: block.args[1]! });
      block.append(op);
      v = op.results[0]!;
    }
    block.append(ReturnOp.of({ inputs: [v] }));
    const m = Module.create();
    m.add(FuncOp.of({ body: new Region([block]) }));
    const r = applyPatternsGreedily(m, [addOfSub]);
    expect(r.rewrites).toBe(n / 2);
    expect(lines(m)).toEqual(["t.return %arg0 : i64"]);
  });
});
