import { describe, expect, it } from "vitest";
import { Random } from "@strata/support";
import { randomBody } from "./control-flow.ts";
import { doubles, run, runSpecialized, type Output } from "./running.ts";

const RUNS = 60;
const seed = Number(process.env["STRATA_SEED"] ?? Date.now() % 1_000_000);

type Body = (...inputs: unknown[]) => number;

/** The statements as JavaScript. */
function compile(body: string, params: readonly string[]): Body {
  // eslint-disable-next-line no-new-func, typescript/no-implied-eval -- the other reading of the text
  return new Function(...params, "f64", body) as Body;
}

function same(found: Output, expected: readonly number[] | number, text: string): void {
  const [a, b] = [found, expected].map((value) => (Array.isArray(value) ? value : [value]));
  const equal = a?.length === b?.length && a?.every((value, k) => Object.is(value, b?.[k]));
  if (equal !== true) expect.fail(`found ${String(found)}, not ${String(expected)}, for\n${text}`);
}

const identity = (x: number): number => x;

describe(`random control flow (seed ${seed})`, () => {
  it("means in a kernel what it means in JavaScript", () => {
    for (let k = 0; k < RUNS; k++) {
      const random = new Random(seed + k);
      const body = randomBody(random, { inputs: ["x", "y"] });
      const text = `export function k(x: f64, y: f64) {\n  ${body}\n}`;
      const compiled = compile(body, ["x", "y"]);
      for (const [x, y] of [
        [0, 1],
        [2.5, -3],
        [random.normal(), 10 * random.normal()],
      ] as const) {
        same(run(text, x, y), compiled(x, y, identity), text);
      }
    }
  }, 120_000);

  it("means in the arrow of a pattern what it means in JavaScript", () => {
    for (let k = 0; k < RUNS; k++) {
      const random = new Random(seed + k);
      const body = randomBody(random, { inputs: ["x", "y"] });
      const text = `export function k<n extends Dim>(t: Tensor<f64, [n]>) {
  return map(t, (x, i) => { const y = f64(i) - 1.0; ${body} }); }`;
      const compiled = compile(body, ["x", "y"]);
      const data = [0, 2.5, -1, random.normal()];
      const expected = data.map((x, i) => compiled(x, i - 1, identity));
      same(run(text, doubles([4], data)), expected, text);
      const [specialized] = runSpecialized(text, doubles([4], data));
      same(specialized ?? [], expected, text);
    }
  }, 120_000);

  it("means in written-out loops what it means in JavaScript", () => {
    for (let k = 0; k < RUNS; k++) {
      const random = new Random(seed + k);
      const body = randomBody(random, { inputs: ["x"], accessor: "c" });
      const text = `export function k<n extends Dim>(t: Tensor<f64, [n]>) {
  return stencil(t, clamp, (c) => { const x = c(0); ${body} }); }`;
      const compiled = compile(body, ["x", "c"]);
      const data = [0, 2.5, -1, random.normal(), 4];
      const expected = data.map((x, i) => {
        const read = (d: number): number => data[Math.min(Math.max(i + d, 0), 4)] ?? 0;
        return compiled(x, read, identity);
      });
      same(run(text, doubles([5], data)), expected, text);
    }
  }, 120_000);

  it("means with tensors what it means with numbers", () => {
    for (let k = 0; k < RUNS / 3; k++) {
      const random = new Random(seed + k);
      const body = randomBody(random, { inputs: ["x", "y"] });
      // The same statements in the arrow of an iteration, whose state is a tensor and a number.
      const text = `export function k<n extends Dim>(t: Tensor<f64, [n]>, y: f64) {
  const step = (x) => { ${body} };
  const [u, s] = iterate(2, [t, y], (v, z) => {
    const next = step(z);
    if (next > 1.0) return [map(v, (e) => e + next), next];
    return [v, next * 0.5];
  });
  return map(u, (e) => e + s);
}`;
      const compiled = compile(body, ["x", "y"]);
      const data = [0, 2.5];
      let u = data;
      let s = random.normal();
      const y = s;
      for (let step = 0; step < 2; step++) {
        const next = compiled(s, y, identity);
        if (next > 1) u = u.map((e) => e + next);
        s = next > 1 ? next : next * 0.5;
      }
      const expected = u.map((e) => e + s);
      same(run(text, doubles([2], data), y), expected, text);
    }
  }, 120_000);

  it("does not grow with each way out", () => {
    const exits = Array.from(
      { length: 40 },
      (_, k) => `if (x > ${k}.5) { if (y < ${k}.0) return a; a += 1.0; }`,
    );
    const loops =
      "for (let i = 0; i < 30; i++) { if (x > f64(i)) { if (y > f64(i)) continue; a += 1.0; } a *= 1.5; }";
    const body = `let a = x; ${exits.join(" ")} ${loops} return a;`;
    const text = `export function k(x: f64, y: f64) { ${body} }`;
    const compiled = compile(body, ["x", "y"]);
    for (const [x, y] of [
      [0, 0],
      [100, 100],
      [7, 30],
      [30, 7],
    ] as const) {
      same(run(text, x, y), compiled(x, y, identity), text);
    }
    const stencil = `export function k<n extends Dim>(t: Tensor<f64, [n]>) { return stencil(t, clamp, (c) => {
      let a = 0.0;
      for (let i = -9; i <= 9; i++) { if (c(i) > 1.0) { if (c(-i) > 2.0) continue; a += 1.0; } if (c(i) > 50.0) break; a *= 1.5; }
      return a; }); }`;
    expect(run(stencil, doubles([3], [0, 2, 60]))).toHaveLength(3);
  });
});
