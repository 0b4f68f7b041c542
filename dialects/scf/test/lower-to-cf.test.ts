/** Blocks and branches compute what the structured operations did. */
import { cloneOp, parseModule, walk } from "@strata/ir";
import { Random } from "@strata/support";
import { bodyLines, expectEquivalent, moduleTexts, parseVerified } from "@strata/testing";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { lowerScfToCf } from "../src/lower-to-cf.ts";
import { context } from "./context.ts";

function lowered(text: string): string[] {
  const module = parseVerified(context, text);
  lowerScfToCf(module);
  return bodyLines(module).map((l) => l.replace(/\s*\/\/.*$/, "").replace(" overflow<nsw>", ""));
}

describe("golden", () => {
  test("a counted loop", () => {
    const text = `func.func @f(%lo: index, %hi: index, %s: index, %x: i32) -> i32 {
      %0 = scf.for %i = %lo to %hi step %s iter_args(%a = %x) -> (i32) {
        %b = arith.addi %a, %x : i32
        scf.yield %b : i32
      }
      return %0 : i32
    }`;
    expect(lowered(text)).toEqual([
      "cf.br ^bb1(%arg0, %arg3 : index, i32)",
      "^bb1(%0: index, %1: i32):",
      "%2 = arith.cmpi slt, %0, %arg1 : index",
      "cf.cond_br %2, ^bb2, ^bb3",
      "^bb2:",
      "%3 = arith.addi %1, %arg3 : i32",
      "%4 = arith.addi %0, %arg2 : index",
      "cf.br ^bb1(%4, %3 : index, i32)",
      "^bb3:",
      "return %1 : i32",
    ]);
  });

  test("a condition", () => {
    const text = `func.func @f(%c: i1, %x: i32, %y: i32) -> i32 {
      %0 = scf.if %c -> (i32) {
        scf.yield %x : i32
      } else {
        scf.yield %y : i32
      }
      return %0 : i32
    }`;
    const lines = lowered(text);
    expect(lines[0]).toBe("cf.cond_br %arg0, ^bb1, ^bb2");
    expect(lines.filter((l) => l.startsWith("cf.br"))).toEqual([
      "cf.br ^bb3(%arg1 : i32)",
      "cf.br ^bb3(%arg2 : i32)",
    ]);
  });

  test("a loop over tensors is refused", () => {
    const text = `func.func @f(%t: tensor<8xf32>, %p: tensor<2xf32>) -> tensor<8xf32> {
      %0 = scf.forall (%i) in (4) shared_outs(%o = %t) -> (tensor<8xf32>) {
        scf.forall.in_parallel {
          tensor.parallel_insert_slice %p into %o[%i] [2] [1] : tensor<2xf32> into tensor<8xf32>
        }
      }
      return %0 : tensor<8xf32>
    }`;
    expect(() => lowerScfToCf(parseModule(context, text))).toThrow(/`scf.forall` with results/);
  });
});

test("random programs compute the same, and no structured operation is left", () => {
  fc.assert(
    fc.property(moduleTexts({ observed: true }), fc.nat(), (text, seed) => {
      const before = parseVerified(context, text);
      const after = cloneOp(before);
      lowerScfToCf(after);
      walk(after, (op) => expect(op.name).not.toMatch(/^scf\./));
      expectEquivalent(before, after, new Random(seed), 3, "scf → cf");
    }),
    { numRuns: Number(process.env["STRATA_RUNS"] ?? 300) },
  );
}, 60_000);
