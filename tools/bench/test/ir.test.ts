import { parseModule, verify } from "@strata/ir";
import { describe, expect, it } from "vitest";
import { arithFunction } from "../src/ir/arith-function.ts";
import { measurePrimitives, primitivesContext } from "../src/ir/primitives.ts";

describe("benchmarks of the IR", () => {
  it("make functions that are valid, of the size asked for", () => {
    const module = parseModule(primitivesContext, arithFunction(500));
    expect(verify(module)).toEqual([]);
    const body = [...module.body.entry.ops()][0]!.regions[0]!.entry;
    expect([...body.ops()].length).toBe(500);
  });

  it("measure every primitive", () => {
    const rows = [...measurePrimitives(1000)];
    expect(rows.map((r) => r.name)).toEqual([
      "create",
      "clone",
      "walk",
      "replace",
      "erase",
      "match and rewrite",
    ]);
    for (const r of rows) expect(r.nanoseconds[0]).toBeGreaterThan(0);
  });
});
