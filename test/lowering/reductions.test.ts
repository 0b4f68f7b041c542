/**
 * Reductions whose order is free: the result of any order lies within n · u · Σ|x| of the exact sum
 * (Higham, "Accuracy and Stability of Numerical Algorithms", §4.2; u is half a unit in the last
 * place of 1).
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isLeftOut, type Place, runCase } from "../kernels/levels.ts";
import { seedOf } from "./runs.ts";

const roundoff = { f32: 2 ** -24, f64: 2 ** -53 } as const;
type Float = keyof typeof roundoff;

const kernel = (t: Float): string =>
  `export function program<n extends Dim>(x: Tensor<${t}, [n]>): ${t} { return sum(x); }`;

async function staysWithinBound(place: Place, t: Float): Promise<void> {
  const lists = fc.array(fc.integer({ min: -4096, max: 4096 }), { maxLength: 700 });
  await fc.assert(
    fc.asyncProperty(lists, async (numbers) => {
      // Sixteenths are exact, and so is their sum in whole numbers.
      const values = numbers.map((n) => n / 16);
      const data = t === "f32" ? Float32Array.from(values) : Float64Array.from(values);
      const args = { x: { dtype: t, shape: [data.length], data } };
      const { result } = await runCase(kernel(t), "program", args, place);
      const exact = numbers.reduce((a, n) => a + n, 0) / 16;
      const magnitude = numbers.reduce((a, n) => a + Math.abs(n), 0) / 16;
      const bound = (numbers.length + 1) * roundoff[t] * magnitude;
      const got = Number((result as { readonly value: number }).value);
      expect(Math.abs(got - exact)).toBeLessThanOrEqual(bound);
    }),
    { numRuns: 60, seed: seedOf(place) },
  );
}

describe("sums of floats stay within their bound", () => {
  for (const place of ["pattern", "loop", "vector", "wasm", "llvm"] as const) {
    for (const t of ["f32", "f64"] as const) {
      it.skipIf(isLeftOut(place))(`${t} at ${place}`, () => staysWithinBound(place, t), 120_000);
    }
  }
});
