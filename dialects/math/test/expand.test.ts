/** Expanded functions are as near to the true value as `expand.ts` says, special cases exact. */
import { arith } from "@strata/arith";
import { func } from "@strata/func";
import { erf, Interpreter, VectorValue } from "@strata/interpret";
import { builtin, Context, parseModule, verify, VectorType, f32, f64 } from "@strata/ir";
import { Random } from "@strata/support";
import { describe, expect, it } from "vitest";
import { expandMath } from "../src/expand.ts";
import { math } from "../src/index.ts";

const context = new Context([builtin, arith, func, math]);

/** The function of numbers that the expansion of an operation computes. */
function expanded(name: string, type: string): (x: number) => number {
  const text = `func.func @f(%x: ${type}) -> ${type} {
    %y = math.${name} %x : ${type}
    return %y : ${type}
  }`;
  const module = parseModule(context, text);
  expect(expandMath(module)).toBe(1);
  expect(verify(module)).toEqual([]);
  const interpreter = new Interpreter(module);
  return (x) => interpreter.run("f", [x])[0] as number;
}

/** Distance of neighbouring numbers of a format at a value. */
function ulpAt(value: number, type: "f32" | "f64"): number {
  const [digits, least] = type === "f32" ? [23, -149] : [52, -1074];
  const exponent = value === 0 ? least : Math.floor(Math.log2(Math.abs(value)));
  return 2 ** Math.max(exponent - digits, least);
}

const cases = [
  ["exp", "f32", Math.exp, [-104, 88.7], 1],
  ["exp", "f64", Math.exp, [-746, 710], 1.5],
  ["log", "f32", Math.log, [0, 10], 1],
  ["log", "f32", Math.log, [0, 1e38], 1],
  ["log", "f64", Math.log, [0, 10], 2],
  ["erf", "f32", erf, [-4.5, 4.5], 2],
  ["tanh", "f32", Math.tanh, [-10, 10], 2],
] as const;

describe("accuracy", () => {
  it.each(cases)("%s of %s", (name, type, exact, [low, high], bound) => {
    const f = expanded(name, type);
    const random = new Random(5);
    let worst = 0;
    let at = 0;
    for (let i = 0; i < 4000; i++) {
      const scale = i % 4 === 0 ? 2 ** -random.int(0, 30) : 1;
      const raw = (low + (high - low) * random.float()) * scale;
      const x = type === "f32" ? Math.fround(raw) : raw;
      const want = exact(x);
      const off = Math.abs(f(x) - want) / ulpAt(want, type);
      if (off > worst) [worst, at] = [off, x];
    }
    // The reference itself is off by up to one unit of f64.
    expect(worst, `worst at ${at}`).toBeLessThan(bound + (type === "f64" ? 1 : 0));
  });
});

const specials = [Number.NaN, Infinity, -Infinity, 0, -0, 1e-40, -1, 1, 88.8, -103.9, 1e30, -1e30];

describe("special values", () => {
  it.each([
    ["exp", "f32", Math.exp],
    ["exp", "f64", Math.exp],
    ["log", "f32", Math.log],
    ["log", "f64", Math.log],
    ["erf", "f32", erf],
    ["tanh", "f32", Math.tanh],
  ] as const)("%s of %s", (name, type, exact) => {
    const f = expanded(name, type);
    for (const given of [...specials, type === "f64" ? 5e-324 : 1e-45]) {
      const x = type === "f32" ? Math.fround(given) : given;
      const want = exact(x);
      const got = f(x);
      if (Number.isFinite(type === "f32" ? Math.fround(want) : want) && want !== 0) {
        expect(Math.abs(got - want), `${name}(${x})`).toBeLessThanOrEqual(3 * ulpAt(want, type));
      } else expect(got, `${name}(${x})`).toBe(type === "f32" ? Math.fround(want) : want);
    }
  });
});

it("gives vectors what it gives scalars", () => {
  for (const [name, element] of [
    ["exp", f32],
    ["log", f64],
    ["erf", f32],
    ["tanh", f32],
  ] as const) {
    const type = element === f32 ? "f32" : "f64";
    const one = expanded(name, type);
    const text = `func.func @g(%x: vector<3x${type}>) -> vector<3x${type}> {
      %y = math.${name} %x : vector<3x${type}>
      return %y : vector<3x${type}>
    }`;
    const module = parseModule(context, text);
    expandMath(module);
    const values = [0.25, 1.5, 3];
    const v = new VectorValue(VectorType.get([3], element), values);
    const [got] = new Interpreter(module).run("g", [v]);
    expect((got as VectorValue).elements).toEqual(values.map(one));
  }
});

it("computes narrow floats in f32", () => {
  const f = expanded("exp", "f16");
  expect(f(1)).toBe(2.71875);
});
