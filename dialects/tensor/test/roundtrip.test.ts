import { arith } from "@strata/arith";
import { func } from "@strata/func";
import { builtin, Context } from "@strata/ir";
import { scf } from "@strata/scf";
import { expectRoundTrip } from "@strata/testing";
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { tensor } from "../src/index.ts";

const context = new Context([builtin, arith, func, tensor, scf]);
const text = readFileSync(new URL("roundtrip.mlir", import.meta.url), "utf8");

test("every operation is in the text", () => {
  for (const name of tensor.ops.keys()) expect(text).toContain(name);
});

test("print and parse are inverses", () => {
  expectRoundTrip(context, text);
});
