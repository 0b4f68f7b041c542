import { arith } from "@strata/arith";
import { func } from "@strata/func";
import { builtin, Context } from "@strata/ir";
import { roundTrip } from "@strata/testing";
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { transform, transformOps } from "../src/index.ts";

const text = readFileSync(new URL("roundtrip.mlir", import.meta.url), "utf8");
const context = new Context([builtin, arith, func, transform]);

test.each([
  ["pretty", false],
  ["generic", true],
])("the %s form prints as it is read", (_form, generic) => {
  const { printed, again } = roundTrip(context, text, generic);
  expect(again).toBe(printed);
});

test("both forms say the same", () => {
  const generic = roundTrip(context, text, true).printed;
  expect(roundTrip(context, generic, false).printed).toBe(roundTrip(context, text, false).printed);
});

test("the file has every operation of the dialect", () => {
  const { printed } = roundTrip(context, text, true);
  const missing = transformOps
    .map((o) => o.definition.name)
    .filter((name) => !printed.includes(`"${name}"`));
  expect(missing).toEqual([]);
});
