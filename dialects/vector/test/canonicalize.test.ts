import { arith } from "@strata/arith";
import { func } from "@strata/func";
import { builtin, Context } from "@strata/ir";
import { memref } from "@strata/memref";
import { canonicalText } from "@strata/testing";
import { describe, expect, test } from "vitest";
import { vector } from "../src/index.ts";

const context = new Context([builtin, arith, func, memref, vector]);

/** The body of `f` in canonical form; run on random inputs before and after where it has results. */
function canonical(signature: string, body: string, inputs = 20): string[] {
  const { lines } = canonicalText(context, `func.func @f${signature} {\n${body}\n}`, inputs);
  // Arguments are printed by number; their names are easier to read.
  const names = [...signature.split("->")[0]!.matchAll(/%\w+/g)].map(String);
  return lines.map((l) => l.replaceAll(/%arg(\d+)/g, (_, n) => names[Number(n)]!));
}

const returned = (lines: readonly string[]): string => lines.at(-1)!;

describe("what only moves elements", () => {
  test.each([
    ["vector.broadcast %v : vector<4xf32> to vector<4xf32>", "vector<4xf32>"],
    ["vector.shuffle %v, %w [0, 1, 2, 3] : vector<4xf32>, vector<4xf32>", "vector<4xf32>"],
    ["vector.shuffle %w, %v [4, 5, 6, 7] : vector<4xf32>, vector<4xf32>", "vector<4xf32>"],
    ["vector.transpose %v, [0] : vector<4xf32> to vector<4xf32>", "vector<4xf32>"],
    ["vector.shape_cast %v : vector<4xf32> to vector<4xf32>", "vector<4xf32>"],
    ["vector.bitcast %v : vector<4xf32> to vector<4xf32>", "vector<4xf32>"],
    ["vector.extract %v[] : vector<4xf32> from vector<4xf32>", "vector<4xf32>"],
    ["vector.insert %v, %w [] : vector<4xf32> into vector<4xf32>", "vector<4xf32>"],
    [
      "vector.extract_strided_slice %v {offsets = [0], sizes = [4], strides = [1]} : vector<4xf32> to vector<4xf32>",
      "vector<4xf32>",
    ],
    [
      "vector.insert_strided_slice %v, %w {offsets = [0], strides = [1]} : vector<4xf32> into vector<4xf32>",
      "vector<4xf32>",
    ],
  ])("%s", (op, type) => {
    const lines = canonical(
      `(%v: vector<4xf32>, %w: vector<4xf32>) -> ${type}`,
      `%r = ${op}\nreturn %r : ${type}`,
    );
    expect(lines).toEqual([`return %v : ${type}`]);
  });

  test("operations that undo each other", () => {
    const body = `%0 = vector.transpose %v, [1, 0] : vector<2x4xf32> to vector<4x2xf32>
      %1 = vector.transpose %0, [1, 0] : vector<4x2xf32> to vector<2x4xf32>
      %2 = vector.shape_cast %1 : vector<2x4xf32> to vector<8xf32>
      %3 = vector.shape_cast %2 : vector<8xf32> to vector<2x4xf32>
      %4 = vector.bitcast %3 : vector<2x4xf32> to vector<2x8xi16>
      %5 = vector.bitcast %4 : vector<2x8xi16> to vector<2x4xf32>
      %6:8 = vector.to_elements %5 : vector<2x4xf32>
      %7 = vector.from_elements %6#0, %6#1, %6#2, %6#3, %6#4, %6#5, %6#6, %6#7 : vector<2x4xf32>
      return %7 : vector<2x4xf32>`;
    expect(canonical("(%v: vector<2x4xf32>) -> vector<2x4xf32>", body)).toEqual([
      "return %v : vector<2x4xf32>",
    ]);
  });

  test("elements are found where they come from", () => {
    const body = `%0 = vector.insert %x, %v [1] : f32 into vector<4xf32>
      %1 = vector.insert %y, %0 [2] : f32 into vector<4xf32>
      %2 = vector.extract %1[1] : f32 from vector<4xf32>
      %3 = vector.from_elements %y, %x : vector<2xf32>
      %4 = vector.extract %3[0] : f32 from vector<2xf32>
      %5 = vector.broadcast %x : f32 to vector<2x4xf32>
      %6 = vector.extract %5[1, 2] : f32 from vector<2x4xf32>
      return %2, %4, %6 : f32, f32, f32`;
    expect(canonical("(%v: vector<4xf32>, %x: f32, %y: f32) -> (f32, f32, f32)", body)).toEqual([
      "return %x, %y, %x : f32, f32, f32",
    ]);
  });

  test("a part is not confused with what it contains", () => {
    const body = `%0 = vector.insert %x, %v [1, 2] : f32 into vector<2x4xf32>
      %1 = vector.extract %0[1] : vector<4xf32> from vector<2x4xf32>
      %2 = vector.insert %1, %v [1] : vector<4xf32> into vector<2x4xf32>
      %3 = vector.extract %2[1, 0] : f32 from vector<2x4xf32>
      return %1, %3 : vector<4xf32>, f32`;
    const lines = canonical("(%v: vector<2x4xf32>, %x: f32) -> (vector<4xf32>, f32)", body);
    expect(lines.some((l) => l.includes("vector.insert"))).toBe(true);
  });

  test("chains become one", () => {
    const body = `%0 = vector.broadcast %x : f32 to vector<4xf32>
      %1 = vector.broadcast %0 : vector<4xf32> to vector<2x4xf32>
      %2 = vector.transpose %1, [1, 0] : vector<2x4xf32> to vector<4x2xf32>
      %3 = vector.extract %v[1] : vector<4xf32> from vector<2x4xf32>
      %4 = vector.extract %3[2] : f32 from vector<4xf32>
      %5 = vector.from_elements %x, %x : vector<2xf32>
      return %2, %4, %5 : vector<4x2xf32>, f32, vector<2xf32>`;
    const type = "(%v: vector<2x4xf32>, %x: f32) -> (vector<4x2xf32>, f32, vector<2xf32>)";
    expect(canonical(type, body).slice(0, -1)).toEqual([
      "%0 = vector.broadcast %x : f32 to vector<4x2xf32>",
      "%1 = vector.extract %v[1, 2] : f32 from vector<2x4xf32>",
      "%2 = vector.broadcast %x : f32 to vector<2xf32>",
    ]);
  });

  test("repeating along two dimensions stays", () => {
    const body = `%0 = vector.broadcast %v : vector<4xf32> to vector<1x4xf32>
      %1 = vector.broadcast %0 : vector<1x4xf32> to vector<3x4xf32>
      %2 = vector.broadcast %u : vector<2x1xf32> to vector<2x3xf32>
      return %1, %2 : vector<3x4xf32>, vector<2x3xf32>`;
    const type = "(%v: vector<4xf32>, %u: vector<2x1xf32>) -> (vector<3x4xf32>, vector<2x3xf32>)";
    expect(canonical(type, body).length).toBe(3);
  });
});

describe("constants", () => {
  test.each([
    ["vector.broadcast %x : i32 to vector<2xi32>", "vector<2xi32>", "dense<7>"],
    ["vector.extract %v[2] : i32 from vector<4xi32>", "i32", "3 :"],
    ["vector.insert %x, %v [0] : i32 into vector<4xi32>", "vector<4xi32>", "dense<[7, 2, 3, 4]>"],
    [
      "vector.shuffle %v, %v [3, 4] : vector<4xi32>, vector<4xi32>",
      "vector<2xi32>",
      "dense<[4, 1]>",
    ],
    ["vector.from_elements %x, %x : vector<2xi32>", "vector<2xi32>", "dense<7>"],
    [
      "vector.interleave %v, %v : vector<4xi32> -> vector<8xi32>",
      "vector<8xi32>",
      "dense<[1, 1, 2, 2, 3, 3, 4, 4]>",
    ],
    [
      "vector.shape_cast %v : vector<4xi32> to vector<2x2xi32>",
      "vector<2x2xi32>",
      "dense<[[1, 2], [3, 4]]>",
    ],
    [
      "vector.extract_strided_slice %v {offsets = [1], sizes = [2], strides = [1]} : vector<4xi32> to vector<2xi32>",
      "vector<2xi32>",
      "dense<[2, 3]>",
    ],
  ])("%s", (op, type, constant) => {
    const body = `%x = arith.constant 7 : i32
      %v = arith.constant dense<[1, 2, 3, 4]> : vector<4xi32>
      %r = ${op}
      return %r : ${type}`;
    const lines = canonical(`() -> ${type}`, body, 1);
    const name = /return (%\w+)/.exec(returned(lines))![1]!;
    expect(lines.find((l) => l.startsWith(`${name} =`))).toContain(`arith.constant ${constant}`);
  });

  test("a NaN keeps its bits", () => {
    const body = `%v = arith.constant dense<[0x7FC12345, 1.0]> : vector<2xf32>
      %r = vector.shuffle %v, %v [1, 0] : vector<2xf32>, vector<2xf32>
      return %r : vector<2xf32>`;
    expect(canonical("() -> vector<2xf32>", body, 1)[0]).toContain("0x7FC12345");
  });

  test("masks", () => {
    const body = `%c2 = arith.constant 2 : index
      %c9 = arith.constant 9 : index
      %0 = vector.create_mask %c2 : vector<4xi1>
      %1 = vector.create_mask %c9, %c2 : vector<4x2xi1>
      return %0, %1 : vector<4xi1>, vector<4x2xi1>`;
    expect(canonical("() -> (vector<4xi1>, vector<4x2xi1>)", body, 1).slice(0, -1)).toEqual([
      "%cst = arith.constant dense<true> : vector<4x2xi1>",
      "%0 = vector.constant_mask [2] : vector<4xi1>",
    ]);
  });

  test("positions that are unspecified stay", () => {
    const body = `%v = arith.constant dense<[1, 2]> : vector<2xi32>
      %r = vector.shuffle %v, %v [-1, 0] : vector<2xi32>, vector<2xi32>
      return %r : vector<2xi32>`;
    expect(canonical("() -> vector<2xi32>", body, 1).join()).toContain("vector.shuffle");
  });
});

describe("known masks", () => {
  const type =
    "(%m: memref<?xf32>, %i: index, %v: vector<4xf32>, %at: vector<4xi32>) -> vector<4xf32>";
  const masked = (bit: string, text: string): string[] =>
    canonical(
      type,
      `%mask = arith.constant dense<${bit}> : vector<4xi1>\n${text}\nreturn %r : vector<4xf32>`,
      0,
    );
  const load = "vector.load %m[%i] : memref<?xf32>, vector<4xf32>";
  const store = "vector.store %v, %m[%i] : memref<?xf32>, vector<4xf32>";
  const tail = "memref<?xf32>, vector<4xi1>, vector<4xf32>";
  const forwarded = ["return %v : vector<4xf32>"];

  test.each(["maskedload", "expandload"])("%s", (name) => {
    const text = `%r = vector.${name} %m[%i], %mask, %v : ${tail} into vector<4xf32>`;
    expect(masked("true", text)[0]).toContain(load);
    expect(masked("false", text)).toEqual(forwarded);
  });

  test.each(["maskedstore", "compressstore"])("%s", (name) => {
    const text = `vector.${name} %m[%i], %mask, %v : ${tail}\n%r = arith.addf %v, %v : vector<4xf32>`;
    expect(masked("true", text)).toContain(store);
    expect(masked("false", text)).toHaveLength(2);
  });

  test("gather and scatter with no lane", () => {
    const all = "memref<?xf32>, vector<4xi32>, vector<4xi1>, vector<4xf32>";
    const text = `vector.scatter %m[%i] [%at], %mask, %v : ${all}
      %r = vector.gather %m[%i] [%at], %mask, %v : ${all} into vector<4xf32>`;
    expect(masked("false", text)).toEqual(forwarded);
    expect(masked("true", text)).toHaveLength(4);
  });

  test("vector.mask", () => {
    const text = `%s = vector.mask %mask { vector.reduction <add>, %v : vector<4xf32> into f32 } : vector<4xi1> -> f32
      %r = vector.broadcast %s : f32 to vector<4xf32>`;
    expect(masked("true", text)[0]).toBe(
      "%0 = vector.reduction <add>, %v : vector<4xf32> into f32",
    );
    expect(masked("false", text).join()).toContain("vector.mask");
    expect(
      returned(
        masked(
          "false",
          "%r = vector.mask %mask { vector.yield %v : vector<4xf32> } : vector<4xi1> -> vector<4xf32>",
        ),
      ),
    ).toBe(forwarded[0]);
  });
});

test("transfers at constant positions are inside", () => {
  const body = `%c4 = arith.constant 4 : index
    %c0 = arith.constant 0 : index
    %x = arith.constant 0.0 : f32
    %0 = vector.transfer_read %m[%c0, %c4], %x : memref<8x8xf32>, vector<4xf32>
    %1 = vector.transfer_read %m[%c0, %c4], %x : memref<8x8xf32>, vector<5xf32>
    vector.transfer_write %0, %m[%c4, %c0] : vector<4xf32>, memref<8x8xf32>
    return %0, %1 : vector<4xf32>, vector<5xf32>`;
  const lines = canonical("(%m: memref<8x8xf32>) -> (vector<4xf32>, vector<5xf32>)", body, 0);
  const transfers = lines.filter((l) => l.includes("transfer"));
  expect(transfers.map((l) => l.includes("in_bounds = [true]"))).toEqual([true, false, true]);
});
