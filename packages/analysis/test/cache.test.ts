import { ConstantOp } from "@strata/arith";
import { IntegerAttr } from "@strata/ir";
import { definePass, parsePipeline, PassRegistry, runPipeline } from "@strata/pass";
import { expect, test } from "vitest";
import { callGraphAnalysis, type Liveness, livenessAnalysis } from "../src/index.ts";
import { context, parse } from "./context.ts";

const seen: Liveness[] = [];

const look = definePass("look", {
  summary: "Asks for liveness.",
  on: "any",
  preserves: ["liveness", "call-graph"],
  run: (func, _, cx) => {
    seen.push(cx.analysis(livenessAnalysis, func));
    cx.analysis(callGraphAnalysis, func);
  },
});

const change = definePass("change", {
  summary: "Adds a constant.",
  on: "any",
  run: (func) => {
    const block = func.regions[0]!.entry;
    block.insertBefore(ConstantOp.of({ value: IntegerAttr.index(1) }), block.firstOp);
  },
});

test("a pass manager keeps analyses until a pass does not preserve them", () => {
  const registry = new PassRegistry([look, change]);
  const module = parse("func.func @f() { return }");
  const pipeline = parsePipeline("builtin.module(func.func(look,look,change,look))", registry);
  runPipeline(pipeline, module, { context });
  expect(seen.length).toBe(3);
  expect(seen[1]).toBe(seen[0]);
  expect(seen[2]).not.toBe(seen[0]);
});
