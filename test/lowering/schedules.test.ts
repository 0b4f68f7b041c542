/**
 * Schedules: the printed default one does what the compiler does, and any that is not refused keeps
 * the meaning.
 */
import { createContext, lowerTo, wasmTarget } from "@strata/compiler";
import { cloneOp, expectVerified, type ModuleOp, parseModule, printOperation } from "@strata/ir";
import {
  mergeDimensions,
  vectorizableNests,
  vectorizableReductions,
  vectorizeLoops,
} from "@strata/scf/lower-to-vector";
import { SourceFile } from "@strata/support";
import { programOf, programPlan } from "@strata/testing/kernel-programs";
import { applySchedule, defaultVectorSchedule, TransformFailure } from "@strata/transform";
import fc from "fast-check";
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { kernelCases } from "../kernels/cases.ts";
import { firstDifference } from "../kernels/compare.ts";
import { interpretModule, runCase, specializeCase } from "../kernels/levels.ts";
import { kernelProgramRuns, seedOf } from "./runs.ts";

const context = createContext();
const readSchedule = (text: string): ModuleOp => {
  const schedule = parseModule(context, new SourceFile("schedule.mlir", text));
  expectVerified(schedule);
  return schedule;
};

describe("the default schedule, printed and given back, is the compiler's own way", () => {
  it.each(kernelCases.map((c) => [c.name, c] as const))("%s", (_name, c) => {
    const text = readFileSync(new URL(`../kernels/${c.file}`, import.meta.url), "utf8");
    const { module } = specializeCase(text, c.kernel, c.make(7, c.sizes[0]!));
    lowerTo(module, "loop", wasmTarget);
    const own = cloneOp(module);
    vectorizeLoops(own, wasmTarget);
    applySchedule(readSchedule(printOperation(defaultVectorSchedule(module, wasmTarget))), module);
    expect(printOperation(module)).toBe(printOperation(own));
  });
});

/** A step for one nest: a choice that may or may not fit it. */
interface Step {
  readonly lanes: number;
  readonly unroll: number;
  readonly jam: readonly number[];
  readonly reduction: boolean;
}

const step: fc.Arbitrary<Step> = fc.record({
  lanes: fc.constantFrom(2, 4, 8),
  unroll: fc.integer({ min: 1, max: 3 }),
  jam: fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 6, maxLength: 6 }),
  reduction: fc.boolean(),
});

/** A schedule with one step for each nest, each in a sequence of its own that may fail. */
function scheduleFor(module: ModuleOp, steps: readonly Step[]): string {
  const merged = cloneOp(module);
  mergeDimensions(merged);
  const nests = vectorizableNests(merged);
  const ranks = [
    ...nests.map((n) => n.lowerBound.length),
    ...vectorizableReductions(merged).map(() => 0),
  ];
  const h = "!transform.any_op";
  const handles = ranks.map((_, i) => `%n${i}`);
  const body = ranks.map((rank, i) => {
    const { lanes, unroll, jam, reduction } = steps[i % steps.length]!;
    const own = jam.slice(0, rank);
    if (!reduction && rank > 0) own[rank - 1] = 1;
    const nested = reduction && rank > 0 ? ", reduction = 0 : i64" : "";
    return `transform.sequence ${handles[i]} : ${h} failures(suppress) {
      ^bb0(%x: ${h}):
        transform.strata.vectorize %x {lanes = ${lanes} : i64, unroll = ${unroll} : i64, jam = array<i64${own.length > 0 ? `: ${own.join(", ")}` : ""}>${nested}} : ${h}
      }`;
  });
  const split =
    ranks.length === 0
      ? ""
      : `%all = transform.strata.match_nests in %root : (${h}) -> ${h}
         ${handles.join(", ")} = transform.split_handle %all : (${h}) -> (${handles.map(() => h).join(", ")})`;
  return `module attributes {transform.with_named_sequence} {
    transform.named_sequence @__transform_main(%root: ${h}) {
      transform.strata.merge_dimensions %root : ${h}
      ${split}
      ${body.join("\n")}
      transform.yield
    }
  }`;
}

it("any schedule that fits keeps the meaning", async () => {
  await fc.assert(
    fc.asyncProperty(
      programPlan,
      fc.array(step, { minLength: 1, maxLength: 5 }),
      async (plan, steps) => {
        const { text, args } = programOf(plan);
        const expected = await runCase(text, "program", args, "unfused");
        const { module, signature } = specializeCase(text, "program", args);
        lowerTo(module, "loop", wasmTarget);
        const schedule = scheduleFor(module, steps);
        applySchedule(readSchedule(schedule), module);
        const found = firstDifference(expected, interpretModule(module, signature, args), {
          abs: 0,
          rel: 0,
        });
        if (found !== undefined) throw new Error(`${found}\n${text}\n${schedule}`);
      },
    ),
    { numRuns: kernelProgramRuns, seed: seedOf("schedules") },
  );
}, 300_000);

describe("a schedule that does not fit the kernel is refused", () => {
  const text = `import { map, type Dim, type f32, type Tensor } from "@strata/kernel";
export function twice<n extends Dim>(x: Tensor<f32, [n]>): Tensor<f32, [n]> { return map(x, (v) => 2 * v); }`;
  const x = { dtype: "f32" as const, shape: [9], data: new Float32Array(9) };

  it.each([
    [
      "too many dimensions",
      "lanes = 4 : i64, unroll = 1 : i64, jam = array<i64: 1, 1>",
      "1 dimensions",
    ],
    ["odd lanes", "lanes = 3 : i64, unroll = 1 : i64, jam = array<i64: 1>", "no power of two"],
    ["no copies", "lanes = 4 : i64, unroll = 0 : i64, jam = array<i64: 1>", "copies are counted"],
    [
      "a reduction that is not there",
      "lanes = 4 : i64, unroll = 1 : i64, jam = array<i64: 1>, reduction = 0 : i64",
      "no innermost reduction",
    ],
  ])("%s", (_what, choice, message) => {
    const { module } = specializeCase(text, "twice", { x });
    lowerTo(module, "loop", wasmTarget);
    const schedule = readSchedule(`module attributes {transform.with_named_sequence} {
      transform.named_sequence @__transform_main(%root: !transform.any_op) {
        %nest = transform.strata.match_nests in %root : (!transform.any_op) -> !transform.any_op
        transform.strata.vectorize %nest {${choice}} : !transform.any_op
        transform.yield
      }
    }`);
    expect(() => applySchedule(schedule, module)).toThrow(TransformFailure);
    expect(() => applySchedule(schedule, module)).toThrow(message);
  });
});
