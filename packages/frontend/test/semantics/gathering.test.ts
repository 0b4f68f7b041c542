import { describe, expect, it } from "vitest";
import { bodyComplaints, bodyMessages, emitted, PARAMS, typeOf } from "./analyzing.ts";

describe("patterns at computed places", () => {
  it.each([
    ["gather(u, c)", "Tensor<f32, [n, m]>"],
    ["gather(v, map(u, (e) => i32(e)))", "Tensor<f32, [n, m]>"],
    ["scatter(v, c, v)", "Tensor<f32, [n]>"],
    ["scatter(u, c, u, (old, e) => old + e)", "Tensor<f32, [n, m]>"],
    ["segmentedReduce(v, c, 0, (acc, e) => acc + e)", "Tensor<f32, [n - 1]>"],
    ["sparseProduct(c, c, v, v)", "Tensor<f32, [n - 1]>"],
    ["sparseProduct(c, c, v, u)", "Tensor<f32, [n - 1, m]>"],
    [
      "sparseProduct(c, c, v, v, false, (e, f) => e < f, (acc, g) => acc || g)",
      "Tensor<bool, [n - 1]>",
    ],
    [
      "stencil(u, clamp, (e) => e(0, 1), { stride: 2 })",
      "Tensor<f32, [ceildiv(n, 2), ceildiv(m, 2)]>",
    ],
    ["stencil(u, clamp, (e) => e(0, 1), { stride: [1, 3] })", "Tensor<f32, [n, ceildiv(m, 3)]>"],
    ["stencil(u, clamp, (e) => e(0, 1), { parity: 1 })", "Tensor<f32, [n, m]>"],
    ["stencil([v, c], [wrap, constant(3)], (e, f) => e(1) * f32(f(2)))", "Tensor<f32, [n]>"],
  ])("%s: %s", (body, type) => {
    expect(typeOf(body)).toBe(type);
    expect(bodyComplaints(body)).toEqual([]);
  });

  it.each([
    ["gather(v, v)", "type.operand: v", "gather takes integers"],
    ["gather(x, c)", "pattern.tensor: x", "gather takes a tensor"],
    ["gather(map(u, (e) => e), map(u, (e) => i32(e))).at(0)", "call.arguments", "3 indices"],
    ["scatter(v, c, c)", "type.mismatch: c", "an element of this tensor is f32, this is i32"],
    ["scatter(v, c, u)", "shape.rank: u", "scatter's values"],
    [
      "segmentedReduce(u, c, 0, (a, e) => a + e)",
      "pattern.rank: u",
      "rank 1 here, this has rank 2",
    ],
    ["segmentedReduce(v, c, b, (a, e) => a + e)", "type.mismatch: b", "the init of"],
    ["sparseProduct(c, c, v, c)", "type.mismatch: c", "is f32, this is i32"],
    ["sparseProduct(c, c, v, v, 0)", "call.arguments", "4 arguments, or 7"],
    ["stencil(v, clamp, (e) => e(0), { step: 2 })", "pattern.option: 2", "stencil has no option"],
    [
      "stencil(v, clamp, (e) => e(0), { stride: 0 })",
      "shape.not-constant: 0",
      "a positive integer",
    ],
    [
      "stencil(v, clamp, (e) => e(0), { stride: i })",
      "shape.not-constant: i",
      "a positive integer",
    ],
    ["stencil(v, clamp, (e) => e(0), { parity: 2 })", "shape.not-constant: 2", "write 0 or 1"],
    ["stencil([v, v], [clamp], (e, f) => e(0))", "pattern.boundary: [clamp]", "2 tensors have 1"],
    ["stencil([v, v], [clamp, x], (e, f) => e(0))", "pattern.boundary: x", "write clamp, zero"],
  ])("%s is refused: %s", (body, complaint, message) => {
    expect(bodyComplaints(body).join("\n")).toContain(complaint);
    expect(bodyMessages(body).join("\n")).toContain(message);
  });

  it("become operations", () => {
    const text = (body: string): string =>
      emitted(`export function k${PARAMS} { return ${body}; }`);
    expect(text("scatter(v, c, v)")).toContain("pattern.scatter into(%v : tensor<?xf32>)");
    expect(text("gather(v, c)")).toContain("pattern.build");
    expect(
      text("stencil([v, c], [wrap, zero], (e, f) => e(1) + f32(f(1)), { parity: 0 })"),
    ).toContain("boundary = [wrap, constant]");
  });
});
