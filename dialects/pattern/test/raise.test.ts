import { collect, expectVerified, printOperation } from "@strata/ir";
import { describe, expect, it } from "vitest";
import { ContractOp, mapsOf } from "../src/index.ts";
import { raiseContractions } from "../src/raise-contract.ts";
import { parse } from "./context.ts";

/** A build of sums with a given term, and what stands in front of the loop. */
function kernel(term: string, before = "", flags = "fastmath<reassoc> "): string {
  return `func.func @f(%a: tensor<8x5xf32>, %b: tensor<12xf32>, %n: index) -> tensor<8xf32> {
    %r = pattern.build[] -> tensor<8xf32> {
    ^bb0(%i: index):
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      %c5 = arith.constant 5 : index
      %zero = arith.constant 0.0 : f32
      ${before}
      %s = scf.for %p = %c0 to %c5 step %c1 iter_args(%acc = %zero) -> (f32) {
        ${term}
        %t = arith.addf %acc, %z ${flags}: f32
        scf.yield %t : f32
      }
      pattern.yield %s : f32
    }
    return %r : tensor<8xf32>
  }`;
}

const product = `
  %x = tensor.extract %a[%i, %p] : tensor<8x5xf32>
  %k = arith.addi %i, %p : index
  %y = tensor.extract %b[%k] : tensor<12xf32>
  %z = arith.mulf %x, %y : f32`;

describe("raising index notation", () => {
  it("finds the elements that affine indices name", () => {
    const module = parse(kernel(product));
    expect(raiseContractions(module)).toBe(1);
    expectVerified(module);
    const [op] = collect(module, ContractOp);
    expect(mapsOf(op!).map(String)).toEqual([
      "(d0, d1) -> (d0, d1)",
      "(d0, d1) -> (d0 + d1)",
      "(d0, d1) -> (d0)",
    ]);
    // Indices are in the maps: the body only multiplies.
    expect(printOperation(op!)).not.toContain("addi");
  });

  it("reads an element that is used twice once", () => {
    const module = parse(
      kernel(`
        %x = tensor.extract %a[%i, %p] : tensor<8x5xf32>
        %y = tensor.extract %a[%i, %p] : tensor<8x5xf32>
        %z = arith.mulf %x, %y : f32`),
    );
    expect(raiseContractions(module)).toBe(1);
    expect(collect(module, ContractOp)[0]!.inputs.length).toBe(1);
  });

  it.each([
    ["sums of floats in order", kernel(product, "", "")],
    [
      "a value that each term would compute anew",
      kernel("%z = arith.mulf %w, %w : f32", "%w = tensor.extract %b[%i] : tensor<12xf32>"),
    ],
    ["terms that read no tensor", kernel("%z = arith.constant 1.0 : f32")],
  ])("leaves %s", (_, text) => {
    const module = parse(text);
    const before = printOperation(module);
    expect(raiseContractions(module)).toBe(0);
    expect(printOperation(module)).toBe(before);
  });
});
