import {
  type Block,
  collect,
  expectVerified,
  i64,
  type ModuleOp,
  type Operation,
  parseModule,
  printOperation,
} from "@strata/ir";
import {
  AddOp,
  BrOp,
  context,
  FuncOp,
  MulOp,
  NegOp,
  ReturnOp,
  ScopeOp,
  SubOp,
} from "@strata/testing/tiny";
import { describe, expect, test } from "vitest";
import {
  applyPatternsGreedily,
  CanonicalizeInterface,
  CanonicalPatterns,
  canonicalizations,
  canonicalizeOf,
  constant,
  pattern,
  type RewriteListener,
  Rewriter,
  rule,
  typed,
} from "../src/index.ts";

function parse(body: string): { module: ModuleOp; entry: Block } {
  const module = parseModule(
    context,
    `"t.func"() ({\n^bb0(%a: i64, %b: i64):\n${body}\n}) : () -> ()`,
  );
  expectVerified(module);
  return { module, entry: collect(module, FuncOp)[0]!.body.entry };
}

/** Notes what a rewriter reports. */
function recorder(): { seen: string[]; listener: RewriteListener } {
  const seen: string[] = [];
  const note =
    (what: string) =>
    (op: Operation): void =>
      void seen.push(`${what} ${op.name}`);
  const listener: RewriteListener = {
    inserted: note("inserted"),
    replaced: note("replaced"),
    erased: note("erased"),
    modified: note("modified"),
    operandReplaced: note("operand of"),
    moved: note("moved"),
    blockErased: () => void seen.push("block erased"),
    blockInserted: () => void seen.push("block inserted"),
    applied: (name) => void seen.push(`applied ${name}`),
  };
  return { seen, listener };
}

describe("the rewriter", () => {
  test("replaces, and tells listeners in order", () => {
    const { module } = parse("%0 = t.add %a, %b : i64\nt.return %0 : i64");
    const { seen, listener } = recorder();
    const add = collect(module, AddOp)[0]!;
    const rw = Rewriter.at(add, listener);
    const made = rw.replaceOpWith(add, SubOp.of({ lhs: add.lhs, rhs: add.rhs }));
    expect(made.location).toBe(add.location);
    expect(seen).toEqual([
      "inserted t.sub",
      "replaced t.add",
      "operand of t.return",
      "erased t.add",
    ]);
    expectVerified(module);
    expect(() => rw.eraseOp(made)).toThrow("while its results are in use");
    expect(() => rw.replaceOp(made, [])).toThrow("has 1 results, got 0");
  });

  test("reports everything nested in what is erased, innermost first", () => {
    const { module } = parse(`
      %0 = "t.scope"() ({
        %1 = t.neg %a : i64
        t.return %1 : i64
      }) : () -> i64
      t.return %a : i64`);
    const { seen, listener } = recorder();
    const scope = collect(module, ScopeOp)[0]!;
    Rewriter.at(scope, listener).eraseOp(scope);
    expect(seen).toEqual(["erased t.neg", "erased t.return", "erased t.scope"]);
  });

  test("splits and inlines blocks", () => {
    const { module, entry } = parse(`
      %0 = t.add %a, %b : i64
      %1 = t.mul %0, %b : i64
      t.return %1 : i64`);
    const { seen, listener } = recorder();
    const mul = collect(module, MulOp)[0]!;
    const rw = Rewriter.at(mul, listener);
    const rest = rw.splitBlock(mul);
    const arg = rest.addArgument(i64);
    rw.setToEnd(entry);
    rw.insert(BrOp.of({ inputs: [entry.args[0]!], dest: rest }));
    rw.setOperand(mul, 1, arg);
    expectVerified(module);
    expect(printOperation(module)).toContain("^bb1(");
    rw.eraseOp(entry.lastOp!);
    rw.inlineBlock(rest, entry, null, [entry.args[0]!]);
    expectVerified(module);
    expect(mul.rhs).toBe(entry.args[0]);
    expect(mul.parent).toBe(entry);
    expect(seen).toEqual([
      "block inserted",
      "inserted t.br",
      "modified t.mul",
      "erased t.br",
      "operand of t.mul",
      "moved t.mul",
      "moved t.return",
      "block erased",
    ]);
    expect(() => rw.inlineBlock(entry, entry, null, [])).toThrow("2 arguments, got 0");
  });

  test("moves, copies, replaces some uses", () => {
    const { module, entry } = parse(`
      %0 = t.add %a, %b : i64
      %1 = t.neg %a : i64
      t.return %0, %1, %0 : i64, i64, i64`);
    const [add] = collect(module, AddOp);
    const [neg] = collect(module, NegOp);
    const rw = Rewriter.at(neg!);
    rw.moveBefore(neg!, add!);
    expect(entry.firstOp).toBe(neg);
    rw.moveAfter(neg!, add!);
    const copy = rw.clone(add!);
    rw.replaceUsesIf(add!.result, copy.result, (user, i) => user instanceof ReturnOp && i === 2);
    const last = entry.lastOp!;
    expect(last.operands).toEqual([add!.result, neg!.result, copy.result]);
    expectVerified(module);
  });

  test("keeps its place when the operation there goes", () => {
    const { module, entry } = parse("%0 = t.add %a, %b : i64\nt.return %a : i64");
    const add = collect(module, AddOp)[0]!;
    const rw = Rewriter.at(add);
    rw.eraseOp(add);
    rw.insert(NegOp.of({ input: entry.args[0]! }));
    expect(entry.firstOp!.name).toBe("t.neg");
    expectVerified(module);
  });
});

describe("canonicalization patterns", () => {
  const negNeg = rule("neg-neg", (x) => [NegOp.pat({ input: NegOp.pat({ input: x }) }), x]);
  const subSame = rule("sub-neg", (x, y) => [
    SubOp.pat({ lhs: x, rhs: NegOp.pat({ input: y }) }),
    AddOp.pat({ lhs: x, rhs: y }),
  ]);

  test("are grouped by the op they start from", () => {
    const both = pattern<Operation>("both", [NegOp, SubOp], () => false);
    const bindings = canonicalizations([negNeg, subSame, both]);
    expect(bindings.map((b) => b.ops[0]!.definition.name)).toEqual(["t.neg", "t.sub"]);
    expect(bindings[0]!.iface).toBe(CanonicalizeInterface);
    expect(bindings[0]!.impl).toEqual({ patterns: [negNeg, both] });
    expect(() => canonicalizeOf(AddOp, [negNeg])).toThrow("does not start from t.add");
    expect(() => canonicalizations([pattern("any", "any", () => false)])).toThrow("any operation");
  });

  test("are found by op, extra ones by benefit", () => {
    const strong = pattern("strong", NegOp, () => false, { benefit: 5 });
    const source = new CanonicalPatterns([negNeg, strong]);
    expect(source.patternsFor(NegOp.definition).map((p) => p.name)).toEqual(["strong", "neg-neg"]);
    expect(source.patternsFor(AddOp.definition)).toEqual([]);
  });

  test("a gate leaves applications out, so that a wrong one can be searched for", () => {
    const body = Array.from({ length: 8 }, (_, i) => `%${i} = t.sub %a, %n : i64`).join("\n");
    const uses = Array.from({ length: 8 }, (_, i) => `%${i}`).join(", ");
    const { module } = parse(
      `%n = t.neg %b : i64\n${body}\n"t.opaque"(${uses}) : (${Array.from({ length: 8 }, () => "i64").join(", ")}) -> ()\nt.return`,
    );
    let tried = 0;
    const r = applyPatternsGreedily(module, [subSame], {
      allow: () => tried++ < 3,
      maxIterations: 1,
      onLimit: "stop",
    });
    expect(r.rewrites).toBe(3);
    expect(collect(module, SubOp)).toHaveLength(5);
  });
});

describe("terms", () => {
  test("are typed by declared name", () => {
    expect(AddOp.pat({ lhs: constant(1) }).toString()).toBe("t.add(1, _)");
    expect(NegOp.pat().result(1).toString()).toBe("t.neg(_)#1");
    // @ts-expect-error no operand of that name
    expect(() => AddOp.pat({ left: constant(1) })).toThrow("no operand or attribute `left`");
  });

  test("compare types", () => {
    const r = rule("same-type", (x, y) => [SubOp.pat({ lhs: x, rhs: typed(y, x) }), y]);
    expect(r.equation).toBe("t.sub(x, y : type(x)) → y");
    const { module } = parse("%0 = t.sub %a, %b : i64\nt.return %0 : i64");
    expect(applyPatternsGreedily(module, [r]).rewrites).toBe(1);
    expect(() => rule("late", (x, y) => [SubOp.pat({ lhs: typed(y, x), rhs: x }), y])).toThrow(
      "before x is matched",
    );
  });

  test("match variadic operands as lists", () => {
    const one = rule("return-one", (x) => [
      ReturnOp.pat({ inputs: [NegOp.pat({ input: x })] }),
      [],
    ]);
    expect(one.equation).toBe("t.return([t.neg(x)]) → ()");
    expect(() => rule("r", (x) => [ReturnOp.pat({ inputs: x }), []])).toThrow("takes a list");
  });
});
