/**
 * Whatever text comes in: a module that prints, or a diagnostic. Nothing else is thrown, nothing
 * hangs, and nesting has a bound.
 */
import { Context, parseModule, printOperation, verify } from "@strata/ir";
import { DiagnosticError, Random } from "@strata/support";
import { describe, expect, it } from "vitest";
import { allDialects } from "./dialects.ts";
import { mutate, noise } from "./mutate.ts";
import { seedTexts } from "./seeds.ts";

const runs = Number(process.env["STRATA_FUZZ_RUNS"] ?? 20_000);
const seed = Number(process.env["STRATA_FUZZ_SEED"] ?? 1);

/** What became of a text. */
type Fate = "refused" | "invalid" | "printed";

function fateOf(context: Context, text: string): Fate {
  try {
    const module = parseModule(context, text);
    const valid = verify(module).length === 0;
    printOperation(module, { generic: true });
    if (valid) printOperation(module);
    return valid ? "printed" : "invalid";
  } catch (error) {
    if (error instanceof DiagnosticError && error.diagnostics.every((d) => d.kind !== "bug")) {
      return "refused";
    }
    throw error;
  }
}

describe("hostile text", () => {
  it(`${runs} mutants end in a module or a diagnostic`, { timeout: 600_000 }, () => {
    const contexts = [true, false].map(
      (allowUnregistered) => new Context(allDialects, { allowUnregistered }),
    );
    const seeds = seedTexts(contexts[0]!);
    const counts = { refused: 0, invalid: 0, printed: 0 };
    for (let i = 0; i < runs; i++) {
      const random = new Random(seed * 1_000_003 + i);
      const text =
        random.int(0, 9) === 0
          ? noise(random, random.int(1, 400))
          : mutate(
              random,
              seeds[random.int(0, seeds.length - 1)]!,
              seeds[random.int(0, seeds.length - 1)]!,
            );
      try {
        counts[fateOf(contexts[random.int(0, 1)]!, text)]++;
      } catch (error) {
        const what = error instanceof Error ? (error.stack ?? error.message) : String(error);
        throw new Error(`STRATA_FUZZ_SEED=${seed}, input ${i}: ${what}\n---\n${text}`, {
          cause: error,
        });
      }
    }
    expect(counts.refused + counts.invalid + counts.printed).toBe(runs);
    // The mutants are near enough to what is right to get behind the parser.
    expect(counts.printed).toBeGreaterThan(runs / 50);
  });
});

describe("nesting without bound is refused", () => {
  const deep = 100_000;
  const cases: readonly (readonly [string, string])[] = [
    ["regions", '"t.r"() ({ '.repeat(deep)],
    ["modules", "module { ".repeat(deep)],
    ["parentheses of function types", `"t.t"() {a = ${"(".repeat(deep)}`],
    ["results of function types", `"t.t"() {a = ${"() -> (".repeat(deep)}`],
    ["arrays", `"t.t"() {a = ${"[".repeat(deep)}`],
    ["dictionaries", `"t.t"() {a = ${"{a = ".repeat(deep)}`],
    ["dense lists", `"t.t"() {a = dense<${"[".repeat(deep)}`],
    ["affine expressions", `"t.t"() {a = affine_map<(d0) -> (${"(".repeat(deep)}`],
    ["affine negations", `"t.t"() {a = affine_map<(d0) -> (${"-".repeat(deep)}`],
    ["locations", `"t.t"() : () -> () loc(${"fused[".repeat(deep)}`],
    ["names of locations", `"t.t"() : () -> () loc(${'"a"('.repeat(deep)}`],
    ["tuples", `"t.t"() {a = ${"tuple<".repeat(deep)}`],
    ["vectors", `"t.t"() {a = ${"vector<1x".repeat(deep)}`],
    ["tensors", `"t.t"() {a = ${"tensor<1x".repeat(deep)}`],
    ["encodings", `"t.t"() {a = ${"tensor<1xf32, ".repeat(deep)}`],
    ["memory spaces", `"t.t"() {a = ${"memref<1xf32, ".repeat(deep)}`],
    ["complex types", `"t.t"() {a = ${"complex<".repeat(deep)}`],
    ["opaque types", `"t.t"() {a = ${"!t.t<".repeat(deep)}`],
    ["types of llvm", `"t.t"() {a = ${"!llvm.array<1 x ".repeat(deep)}`],
    ["structures of llvm", `"t.t"() {a = !llvm.struct<(${"struct<(".repeat(deep)}`],
    ["typed strings", `"t.t"() {a = ${'"s" : tensor<1xf32, '.repeat(deep)}`],
    ["loops", `func.func @f(%i: index) { ${"scf.execute_region { ".repeat(deep)}`],
  ];
  const context = new Context(allDialects, { allowUnregistered: true });
  for (const [what, text] of cases) {
    it(what, () => {
      let code = "";
      try {
        parseModule(context, text);
      } catch (error) {
        if (!(error instanceof DiagnosticError)) throw error;
        code = error.diagnostics[0]!.code;
      }
      expect(code).toMatch(/^parse\./);
    });
  }
});
