import { arith } from "@strata/arith";
import { func } from "@strata/func";
import { Interpreter } from "@strata/interpret";
import { builtin, cloneOp, Context, expectVerified, parseModule, printOperation } from "@strata/ir";
import { applyPatternsGreedily, CanonicalPatterns } from "@strata/rewrite";
import { Random } from "@strata/support";
import { expectEquivalent } from "@strata/testing";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { cf, cfPatterns } from "../src/index.ts";

const context = new Context([builtin, func, arith, cf]);

/** A function's text after canonicalization and how often each pattern applied. */
function canonical(text: string): { lines: string[]; applied: ReadonlyMap<string, number> } {
  const m = parseModule(context, text);
  const { applied } = applyPatternsGreedily(m, new CanonicalPatterns());
  expectVerified(m);
  const lines = printOperation(m).split("\n");
  return { lines: lines.slice(2, -3).map((l) => l.trim()), applied };
}

describe("branches are brought into canonical form", () => {
  test("a constant condition decides", () => {
    const { lines } = canonical(`func.func @f(%a: i32, %b: i32) -> i32 {
      %t = arith.constant true
      cf.cond_br %t, ^x(%a : i32), ^x(%b : i32)
    ^x(%v: i32):
      return %v : i32
    }`);
    expect(lines).toEqual(["return %arg0 : i32"]);
  });

  test("two ways to one block become a selection", () => {
    const { lines } = canonical(`func.func @f(%c: i1, %a: i32, %b: i32) -> i32 {
      cf.cond_br %c, ^x(%a : i32), ^x(%b : i32)
    ^x(%v: i32):
      return %v : i32
    }`);
    expect(lines).toEqual(["%0 = arith.select %arg0, %arg1, %arg2 : i32", "return %0 : i32"]);
  });

  test("a negated condition swaps the ways and their weights", () => {
    const { lines } = canonical(`func.func @f(%c: i1, %a: i32, %b: i32) -> i32 {
      %t = arith.constant true
      %n = arith.xori %c, %t : i1
      cf.cond_br %n weights([3, 7]), ^x, ^y
    ^x:
      return %a : i32
    ^y:
      return %b : i32
    }`);
    expect(lines[0]).toBe("cf.cond_br %arg0 weights([7, 3]), ^bb2, ^bb1");
  });

  test("inside its way a condition is known", () => {
    const { lines, applied } = canonical(`func.func @f(%c: i1) -> i1 {
      cf.cond_br %c, ^x, ^y
    ^x:
      return %c : i1
    ^y:
      return %c : i1
    }`);
    expect(applied.get("cond-br-decides-condition")).toBe(1);
    expect(lines.filter((l) => l.startsWith("return"))).toEqual([
      "return %true : i1",
      "return %false : i1",
    ]);
  });

  test("empty loops are left alone", () => {
    const { applied } = canonical(`func.func @f(%c: i1) {
      cf.cond_br %c, ^x, ^z
    ^x:
      cf.br ^y
    ^y:
      cf.br ^x
    ^z:
      return
    }`);
    expect(applied.get("branch-through-block")).toBe(undefined);
  });

  test("cases like the default go", () => {
    const { lines } = canonical(`func.func @f(%x: i8, %a: i32, %b: i32) -> i32 {
      cf.switch %x : i8, [
        default: ^u(%a : i32),
        1: ^u(%a : i32),
        2: ^u(%b : i32),
        -1: ^v
      ]
    ^u(%0: i32):
      return %0 : i32
    ^v:
      return %b : i32
    }`);
    expect(lines.slice(0, 5)).toEqual([
      "cf.switch %arg0 : i8, [",
      "default: ^bb1(%arg1 : i32),",
      "2: ^bb1(%arg2 : i32),",
      "255: ^bb2",
      "]",
    ]);
  });

  test("true assertions go, others stay", () => {
    const { lines } = canonical(`func.func @f(%c: i1) {
      %t = arith.constant true
      cf.assert %t, "gone"
      cf.assert %c, "stays"
      return
    }`);
    expect(lines).toEqual(['cf.assert %arg0, "stays"', "return"]);
  });

  test("a false assertion stays and fails", () => {
    const m = parseModule(
      context,
      `func.func @f() {
      %f = arith.constant false
      cf.assert %f, "on purpose"
      return
    }`,
    );
    applyPatternsGreedily(m, new CanonicalPatterns());
    expect(() => new Interpreter(m).run("f")).toThrow(/cf.assert.*on purpose/);
  });
});

/** A function whose blocks branch forwards only, with i32 and i1 values. */
function randomFlow(random: Random): string {
  const blocks = random.int(2, 7);
  const args = Array.from({ length: blocks }, () => random.int(0, 2));
  let text = "func.func @f(%p: i32, %q: i32, %b: i1) -> i32 {\n";
  for (let b = 0; b < blocks; b++) {
    const own = ["%p", "%q", "%k"];
    if (b > 0) {
      const list = Array.from({ length: args[b]! }, (_, i) => `%b${b}_${i}`);
      own.push(...list);
      text += `^bb${b}${list.length > 0 ? `(${list.map((a) => `${a}: i32`).join(", ")})` : ""}:\n`;
    } else text += "%k = arith.constant 5 : i32\n";
    if (random.boolean(0.6)) {
      text += `%s${b} = arith.addi ${random.pick(own)}, ${random.pick(own)} : i32\n`;
      own.push(`%s${b}`);
    }
    if (random.boolean(0.4)) {
      text += `%m${b} = arith.select %b, ${random.pick(own)}, ${random.pick(own)} : i32\n`;
      own.push(`%m${b}`);
    }
    const target = (): string => {
      const to = random.int(b + 1, blocks - 1);
      const passed = Array.from({ length: args[to]! }, () => random.pick(own));
      const types = passed.map(() => "i32").join(", ");
      return `^bb${to}${passed.length > 0 ? `(${passed.join(", ")} : ${types})` : ""}`;
    };
    const kind = b === blocks - 1 ? 3 : random.int(0, 3);
    if (kind === 0) text += `cf.br ${target()}\n`;
    else if (kind === 1) {
      text += `%c${b} = arith.cmpi slt, ${random.pick(own)}, ${random.pick(own)} : i32\n`;
      let condition = random.boolean() ? `%c${b}` : "%b";
      if (random.boolean(0.3)) {
        text += `%t${b} = arith.constant true\n%n${b} = arith.xori ${condition}, %t${b} : i1\n`;
        condition = `%n${b}`;
      }
      text += `cf.cond_br ${condition}, ${target()}, ${target()}\n`;
    } else if (kind === 2) {
      const cases = Array.from({ length: random.int(0, 3) }, (_, i) => `${i - 1}: ${target()}`);
      text += `cf.switch ${random.pick(own)} : i32, [default: ${[target(), ...cases].join(", ")}]\n`;
    } else text += `return ${random.pick(own)} : i32\n`;
  }
  return `${text}}`;
}

test("random control flow means the same after canonicalization", () => {
  const applied = new Map<string, number>();
  fc.assert(
    fc.property(fc.integer(), (seed) => {
      const random = new Random(seed);
      const before = parseModule(context, randomFlow(random));
      const after = cloneOp(before);
      const result = applyPatternsGreedily(after, new CanonicalPatterns());
      for (const [name, n] of result.applied) applied.set(name, (applied.get(name) ?? 0) + n);
      expectEquivalent(before, after, random, 6, "canonicalization");
    }),
    { numRuns: 400 },
  );
  const names = cfPatterns.map((p) => p.name);
  const never = names.filter((n) => n !== "assert-of-true" && !applied.has(n));
  expect(never).toEqual([]);
});
