import { walk } from "@strata/ir";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { affineAccesses, type Dependence, dependenceOf, loopsAround } from "../src/index.ts";
import { parse, tagged } from "./context.ts";

/** The dependences between tagged accesses: `none`, or the distances with `*` for unknown ones. */
function dependencesOf(text: string): (a: string, b: string) => string {
  const ops = tagged(parse(text));
  const access = (tag: string): ReturnType<typeof affineAccesses>[number] =>
    affineAccesses(ops.get(tag)!)[0]!;
  return (a, b) => show(dependenceOf(access(a), access(b)));
}

const show = (d: Dependence): string =>
  d.kind === "none" ? "none" : d.distance.map((n) => (n === undefined ? "*" : String(n))).join(",");

test("a stencil in place", () => {
  const of = dependencesOf(`func.func @f(%m: memref<?x64xf32>, %n: index) {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %c2 = arith.constant 2 : index
    %c63 = arith.constant 63 : index
    scf.for %i = %c1 to %n step %c1 {
      scf.for %j = %c1 to %c63 step %c1 {
        %u = arith.subi %i, %c1 : index
        %r = arith.addi %j, %c1 : index
        %twice = arith.muli %j, %c2 : index
        %odd = arith.addi %twice, %c1 : index
        %a = memref.load %m[%u, %j] {tag = "above"} : memref<?x64xf32>
        %b = memref.load %m[%i, %r] {tag = "right"} : memref<?x64xf32>
        %c = memref.load %m[%i, %twice] {tag = "even"} : memref<?x64xf32>
        %d = memref.load %m[%i, %odd] {tag = "odd"} : memref<?x64xf32>
        %e = memref.load %m[%c0, %j] {tag = "first row"} : memref<?x64xf32>
        %x = memref.load %m[%n, %n] {tag = "corner"} : memref<?x64xf32>
        memref.store %a, %m[%i, %j] {tag = "here"} : memref<?x64xf32>
      }
    }
    return
  }`);
  // What is written in a row is read in the next one, in the same column.
  expect(of("here", "above")).toBe("1,0");
  expect(of("above", "here")).toBe("-1,0");
  expect(of("here", "right")).toBe("0,-1");
  expect(of("here", "here")).toBe("0,0");
  expect(of("even", "odd")).toBe("none");
  expect(of("even", "even")).toBe("0,0");
  expect(of("here", "even")).toBe("0,*");
  expect(of("here", "first row")).toBe("*,0");
  expect(of("corner", "here")).toBe("*,*");
});

test("offsets farther than the loop is long, and steps that skip", () => {
  const of = dependencesOf(`func.func @f(%m: memref<64xf32>, %s: index, %k: index) {
    %c0 = arith.constant 0 : index
    %c2 = arith.constant 2 : index
    %c3 = arith.constant 3 : index
    %c4 = arith.constant 4 : index
    %c8 = arith.constant 8 : index
    scf.for %i = %c0 to %c8 step %c2 {
      %a = memref.load %m[%i] {tag = "0"} : memref<64xf32>
      %i3 = arith.addi %i, %c3 : index
      %b = memref.load %m[%i3] {tag = "3"} : memref<64xf32>
      %i4 = arith.addi %i, %c4 : index
      %c = memref.load %m[%i4] {tag = "4"} : memref<64xf32>
      %i8 = arith.addi %i, %c8 : index
      %d = memref.load %m[%i8] {tag = "8"} : memref<64xf32>
      %ik = arith.addi %i, %k : index
      %e = memref.load %m[%ik] {tag = "k"} : memref<64xf32>
      %ik4 = arith.addi %ik, %c4 : index
      %f = memref.load %m[%ik4] {tag = "k4"} : memref<64xf32>
      %p = arith.muli %i, %k : index
      %g = memref.load %m[%p] {tag = "product"} : memref<64xf32>
    }
    scf.for %i = %c0 to %k step %s {
      %a = memref.load %m[%i] {tag = "step"} : memref<64xf32>
      %i3 = arith.addi %i, %c3 : index
      %b = memref.load %m[%i3] {tag = "step 3"} : memref<64xf32>
    }
    return
  }`);
  expect(of("0", "3")).toBe("none");
  expect(of("0", "4")).toBe("-2");
  expect(of("0", "8")).toBe("none");
  expect(of("k", "k4")).toBe("-2");
  expect(of("0", "k")).toBe("*");
  expect(of("0", "product")).toBe("*");
  expect(of("step", "step")).toBe("0");
  expect(of("step", "step 3")).toBe("*");
  // Other loops have nothing in common but may touch the same elements.
  expect(of("0", "step")).toBe("");
});

test("loops around an operation, of all kinds", () => {
  const module = parse(`func.func @f(%n: index) {
    %c1 = arith.constant 1 : index
    scf.parallel (%i, %j) = (%c1, %c1) to (%n, %n) step (%c1, %c1) {
      scf.for %k = %c1 to %n step %c1 {
        %x = arith.addi %i, %k {tag = "inside"} : index
      }
    }
    return
  }`);
  const loops = loopsAround(tagged(module).get("inside")!);
  expect(loops.map((l) => `${l.op.name} ${l.counter.index}`)).toEqual([
    "scf.parallel 0",
    "scf.parallel 1",
    "scf.for 0",
  ]);
  let accesses = 0;
  walk(module, (op) => {
    accesses += affineAccesses(op).length;
  });
  expect(accesses).toBe(0);
});

const loop = fc.record({
  low: fc.integer({ min: -3, max: 3 }),
  rounds: fc.integer({ min: 0, max: 5 }),
  step: fc.integer({ min: 1, max: 3 }),
});
const form = fc.record({
  i: fc.integer({ min: -3, max: 3 }),
  j: fc.integer({ min: -3, max: 3 }),
  c: fc.integer({ min: -6, max: 6 }),
});
type Form = { readonly i: number; readonly j: number; readonly c: number };

const numRuns = Number(process.env["STRATA_RUNS"] ?? 300);

test("no pair of rounds that meet is missed", () => {
  let certain = 0;
  const access = fc.tuple(form, form);
  fc.assert(
    fc.property(loop, loop, access, access, fc.boolean(), (outer, inner, first, second, alike) => {
      // Like factors are what programs have most.
      const other = alike ? second.map((f, d) => ({ ...first[d]!, c: f.c })) : second;
      const [text, indices] = nest([outer, inner], [first, other as [Form, Form]]);
      const ops = tagged(parse(text));
      const [a, b] = ["0", "1"].map((tag) => affineAccesses(ops.get(tag)!)[0]!);
      const found = dependenceOf(a!, b!);
      if (found.kind === "none") certain++;
      const rounds = pairs(outer.rounds, inner.rounds);
      for (const x of rounds) {
        for (const y of rounds) {
          if (indices(0, x).join() !== indices(1, y).join()) continue;
          expect(found.kind).toBe("some");
          if (found.kind === "none") return;
          found.distance.forEach((n, d) => {
            if (n === undefined) return;
            certain++;
            expect(Number(n)).toBe(y[d]! - x[d]!);
          });
        }
      }
    }),
    { numRuns },
  );
  expect(certain).toBeGreaterThan(numRuns / 2);
}, 30_000);

type Loop = { readonly low: number; readonly rounds: number; readonly step: number };

const pairs = (n: number, m: number): [number, number][] =>
  Array.from({ length: n * m }, (_, k) => [Math.floor(k / m), k % m]);

/** Two loops around two accesses of rank 2, and the indices of an access in a round. */
function nest(
  loops: readonly [Loop, Loop],
  accesses: readonly [readonly [Form, Form], readonly [Form, Form]],
): [string, (which: number, round: readonly [number, number]) => number[]] {
  const constants = loops.flatMap((l) => [l.low, l.low + l.rounds * l.step, l.step]);
  const lines = constants.map((n, k) => `%k${k} = arith.constant ${n} : index`);
  const body = accesses.flatMap((forms, a) => {
    const own = forms.flatMap(({ i, j, c }, d) => {
      const v = `%a${a}d${d}`;
      return [
        `${v}i = arith.constant ${i} : index`,
        `${v}j = arith.constant ${j} : index`,
        `${v}c = arith.constant ${c} : index`,
        `${v}x = arith.muli %i, ${v}i : index`,
        `${v}y = arith.muli ${v}j, %j : index`,
        `${v}s = arith.addi ${v}x, ${v}y : index`,
        `${v} = arith.addi ${v}s, ${v}c : index`,
      ];
    });
    return [...own, `%l${a} = memref.load %m[%a${a}d0, %a${a}d1] {tag = "${a}"} : memref<?x?xf32>`];
  });
  const text = `func.func @f(%m: memref<?x?xf32>) {
    ${lines.join("\n")}
    scf.for %i = %k0 to %k1 step %k2 {
      scf.for %j = %k3 to %k4 step %k5 {
        ${body.join("\n")}
      }
    }
    return
  }`;
  const indices = (which: number, round: readonly [number, number]): number[] => {
    const [i, j] = loops.map((l, d) => l.low + round[d]! * l.step);
    return accesses[which]!.map((f) => f.i * i! + f.j * j! + f.c);
  };
  return [text, indices];
}
