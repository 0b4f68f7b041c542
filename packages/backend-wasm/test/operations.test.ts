import { arithOps, ConstantOp, ScalingExtF, ScalingTruncF } from "@strata/arith";
import { createContext } from "@strata/compiler";
import { mathOps } from "@strata/math";
import { ModuleOp, type OpRef } from "@strata/ir";
import { Random } from "@strata/support";
import { describe, expect, it } from "vitest";
import { compareRuns, machineFor, randomMemRef } from "./machine.ts";
import { addCases } from "./operations.ts";

// Behaviour is attached to ops when their dialects are composed.
createContext();

/** Operations without a form in WebAssembly (they are refused), and constants. */
const left = new Set<OpRef>([ConstantOp, ScalingExtF, ScalingTruncF]);
const operations = [...arithOps, ...mathOps].filter((op) => !left.has(op));

async function compareAll(
  ops: readonly OpRef[],
  lanes: number | undefined,
  inputs: number,
  optimizeLevel: number,
): Promise<{ readonly cases: number; readonly compared: number }> {
  const random = new Random(lanes ?? 0);
  const module = ModuleOp.create();
  const cases = ops.flatMap((op) => addCases(module, op.definition, lanes));
  const machine = await machineFor(module, { optimizeLevel });
  let compared = 0;
  for (const { name, inputs: types, label } of cases) {
    for (let i = 0; i < inputs; i++) {
      const args = types.map((t) => randomMemRef(t, t.shape, random));
      try {
        if (compareRuns(machine, name, types, [], args)) compared++;
      } catch (error) {
        throw new Error(`${label}\n${String(error).split("\n").slice(0, 4).join("\n")}`, {
          cause: error,
        });
      }
    }
  }
  return { cases: cases.length, compared };
}

describe("operations as in the interpreter", () => {
  it("on scalars of every type, at every optimization level", async () => {
    for (const level of [0, 1, 2]) {
      const { cases, compared } = await compareAll(operations, undefined, 25, level);
      expect(cases).toBeGreaterThan(600);
      expect(compared).toBeGreaterThan(12_000);
    }
  });

  // Vectors that fill a register, half of one, parts of it, and several.
  for (const lanes of [1, 2, 3, 4, 5, 8, 16, 32]) {
    it(`on vectors of ${lanes} elements of every type`, async () => {
      const { cases, compared } = await compareAll(operations, lanes, 8, lanes === 4 ? 2 : 0);
      expect(cases).toBeGreaterThan(600);
      expect(compared).toBeGreaterThan(4000);
    });
  }

  it("adds the types of every operation that has a scalar form", () => {
    for (const op of operations) {
      expect(
        addCases(ModuleOp.create(), op.definition, undefined).length,
        op.definition.name,
      ).toBeGreaterThan(0);
    }
  });
});
