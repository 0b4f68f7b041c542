import { roundTrip } from "@strata/testing";
import { expect, test } from "vitest";
import { omp } from "../src/index.ts";
import { context, everything } from "./context.ts";

test.each([
  ["pretty", false],
  ["generic", true],
])("the %s form prints as it is read", (_form, generic) => {
  const { printed, again } = roundTrip(context, everything, generic);
  expect(again).toBe(printed);
});

test("both forms say the same", () => {
  const generic = roundTrip(context, everything, true).printed;
  const pretty = roundTrip(context, everything, false).printed;
  expect(roundTrip(context, generic, false).printed).toBe(pretty);
});

test("the file has every operation of the dialect", () => {
  const { printed } = roundTrip(context, everything, true);
  const names = [...omp.ops.keys()].map((name) => (name.startsWith("omp.") ? name : `omp.${name}`));
  expect(names.filter((name) => !printed.includes(`"${name}"`))).toEqual([]);
});
