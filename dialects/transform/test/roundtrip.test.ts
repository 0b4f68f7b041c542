import { arith } from "@strata/arith";
import { func } from "@strata/func";
import { builtin, Context } from "@strata/ir";
import { roundTrip } from "@strata/testing";
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { transform, transformOps } from "../src/index.ts";

const read = (name: string): string => readFileSync(new URL(name, import.meta.url), "utf8");
/** What upstream has, and what is ours. */
const texts = [read("roundtrip.mlir"), read("schedule.mlir")];
const context = new Context([builtin, arith, func, transform]);

test.each([
  ["pretty", false],
  ["generic", true],
])("the %s form prints as it is read", (_form, generic) => {
  for (const text of texts) {
    const { printed, again } = roundTrip(context, text, generic);
    expect(again).toBe(printed);
  }
});

test("both forms say the same", () => {
  for (const text of texts) {
    const generic = roundTrip(context, text, true).printed;
    const pretty = roundTrip(context, text, false).printed;
    expect(roundTrip(context, generic, false).printed).toBe(pretty);
  }
});

test("the files have every operation of the dialect", () => {
  const printed = texts.map((text) => roundTrip(context, text, true).printed).join("");
  const missing = transformOps
    .map((o) => o.definition.name)
    .filter((name) => !printed.includes(`"${name}"`));
  expect(missing).toEqual([]);
});
