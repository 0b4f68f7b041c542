/** Programs that stop at barriers on their way compute what they do without. */
import { cf } from "@strata/cf";
import { CallOp, FuncOp } from "@strata/func";
import { Interpreter, type RuntimeValue } from "@strata/interpret";
import {
  type Block,
  Builder,
  builtin,
  cloneOp,
  Context,
  FunctionType,
  type ModuleOp,
  parseModule,
  SymbolRefAttr,
  walk,
} from "@strata/ir";
import { tensor } from "@strata/tensor";
import { DiagnosticError, Random } from "@strata/support";
import { isSameValue, moduleTexts, parseVerified, randomValue, tryRun } from "@strata/testing";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { Barrier } from "../src/index.ts";
import { context as base } from "./context.ts";

const context = new Context([...base.dialects.values(), cf, tensor]);

/** Operations whose regions a thread can stop in. */
const canStop = new Set([
  "builtin.module",
  "func.func",
  "memref.alloca_scope",
  "scf.execute_region",
  "scf.for",
  "scf.if",
  "scf.while",
]);

function stopsIn(block: Block): boolean {
  for (let op = block.parentOp; op !== null; op = op.parentOp) {
    if (!canStop.has(op.name)) return false;
  }
  return true;
}

/** Puts barriers between operations, and a function that calls `@f` from a launch of one thread. */
function stopping(module: ModuleOp, random: Random): ModuleOp {
  const copy = cloneOp(module);
  const blocks: Block[] = [];
  walk(copy, (op) => {
    if (op !== copy) for (const r of op.regions) blocks.push(...r.blocks());
  });
  for (const block of blocks.filter(stopsIn)) {
    for (const op of block.ops()) {
      if (random.boolean(0.4)) block.insertBefore(Barrier.of({}), op);
    }
  }
  const f = [...copy.ops()].find((op) => op instanceof FuncOp && op.symbolName === "f") as FuncOp;
  const args = f.type.inputs.map((t, i) => `%a${i}: ${t.toString()}`).join(", ");
  const host = parseModule(
    context,
    `func.func @launch(${args}) {
      %one = arith.constant 1 : index
      gpu.launch blocks(%bx, %by, %bz) in (%gx = %one, %gy = %one, %gz = %one) threads(%tx, %ty, %tz) in (%sx = %one, %sy = %one, %sz = %one) {
        gpu.barrier
        gpu.terminator
      }
      return
    }`,
  );
  const launcher = [...host.ops()][0] as FuncOp;
  walk(launcher, (op) => {
    if (!(op instanceof Barrier)) return;
    const builder = Builder.before(op);
    const call = builder.insert(CallOp.to(f, launcher.entry.args));
    const callee = SymbolRefAttr.get("results");
    builder.insert(CallOp.of({ callee, args: call.outs }, { types: { outs: [] } }));
  });
  copy.add(launcher.remove());
  const results = FunctionType.get(f.type.results, []);
  copy.add(FuncOp.declare("results", results, { visibility: "private" }));
  return copy;
}

function tryLaunch(
  module: ModuleOp,
  args: readonly RuntimeValue[],
): readonly RuntimeValue[] | undefined {
  let found: readonly RuntimeValue[] | undefined;
  const results = (values: readonly RuntimeValue[]): readonly RuntimeValue[] => {
    found = values;
    return [];
  };
  try {
    new Interpreter(module, { maxSteps: 100_000, externals: { results } }).run("launch", args);
  } catch (e) {
    if (!(e instanceof DiagnosticError) || e.diagnostics.some((d) => d.kind !== "user")) throw e;
    return undefined;
  }
  return found;
}

test("random programs", () => {
  let compared = 0;
  expect(context.dialects.get("builtin")).toBe(builtin);
  fc.assert(
    fc.property(moduleTexts(), fc.nat(), (text, seed) => {
      const random = new Random(seed);
      const module = parseVerified(context, text);
      const other = stopping(module, random);
      const f = [...module.ops()].find((op) => op instanceof FuncOp && op.symbolName === "f");
      const args = (f as FuncOp).type.inputs.map((t) => randomValue(t, random));
      const expected = tryRun(module, "f", args);
      if (expected === undefined) return;
      compared++;
      const got = tryLaunch(other, args);
      expect(got?.length).toBe(expected.length);
      expected.forEach((v, i) => expect(isSameValue(v, got![i]!)).toBe(true));
    }),
    { numRuns: Number(process.env["STRATA_RUNS"] ?? 60) },
  );
  expect(compared).toBeGreaterThan(20);
}, 60_000);
