import { arith } from "@strata/arith";
import { func } from "@strata/func";
import { memref } from "@strata/memref";
import { tensor } from "@strata/tensor";
import { builtin, Context } from "@strata/ir";
import { expectRoundTrip } from "@strata/testing";
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { vector } from "../src/index.ts";

const context = new Context([builtin, arith, func, memref, tensor, vector]);
const text = readFileSync(new URL("roundtrip.mlir", import.meta.url), "utf8");

test("every operation is in the text", () => {
  for (const name of vector.ops.keys()) expect(text).toContain(name);
});

test("print and parse are inverses", () => {
  expectRoundTrip(context, text);
});
