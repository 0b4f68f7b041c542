/** Fusing neighbouring nests, packing panels and dealing loops out to threads keep the meaning. */
import { createStore, Interpreter, MemRefValue } from "@strata/interpret";
import { builtin, collect, Context, f32, verify, type ModuleOp } from "@strata/ir";
import { arith } from "@strata/arith";
import { func } from "@strata/func";
import { math } from "@strata/math";
import { memref, Alloc } from "@strata/memref";
import * as omp from "@strata/omp";
import { parseVerified } from "@strata/testing";
import { describe, expect, it } from "vitest";
import { fuseLoops } from "../src/fuse-loops.ts";
import { For, Parallel, scf } from "../src/index.ts";
import { parallelizeLoops, sharedPanels, sharedRows, shareLoops } from "../src/lower-to-openmp.ts";
import { packPanels } from "../src/pack-panels.ts";

const context = new Context([builtin, arith, func, math, memref, omp.omp, scf]);

function buffer(shape: readonly number[], seed: number): MemRefValue {
  const count = shape.reduce((a, n) => a * n, 1);
  const data = createStore(f32, count);
  for (let i = 0; i < count; i++) data.set(i, Math.fround(((i * 7 + seed) % 13) - 6));
  return new MemRefValue(data, shape, f32);
}

/** What `f` leaves in its last buffer, and its results. */
function run(module: ModuleOp, shapes: readonly (readonly number[])[]): unknown {
  const args = shapes.map((s, i) => buffer(s, i));
  const results = new Interpreter(module).run("f", args);
  const last = args.at(-1)!.buffer;
  return [results, Array.from({ length: last.length }, (_, i) => last.get(i))];
}

/** A module before and after a change, which must not change what it computes. */
function changed(
  text: string,
  change: (module: ModuleOp) => void,
  shapes: readonly (readonly number[])[],
): ModuleOp {
  const module = parseVerified(context, text);
  change(module);
  expect(verify(module)).toEqual([]);
  expect(run(module, shapes)).toEqual(run(parseVerified(context, text), shapes));
  return module;
}

const softmax = `func.func @f(%x: memref<?x?xf32>, %out: memref<?x?xf32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %z = arith.constant -100.0 : f32
  %n = memref.dim %x, %c0 : memref<?x?xf32>
  %m = memref.dim %x, %c1 : memref<?x?xf32>
  %top = memref.alloc(%n) : memref<?xf32>
  scf.parallel (%i) = (%c0) to (%n) step (%c1) {
    %t = scf.for %j = %c0 to %m step %c1 iter_args(%a = %z) -> (f32) {
      %v = memref.load %x[%i, %j] : memref<?x?xf32>
      %b = arith.maximumf %a, %v : f32
      scf.yield %b : f32
    }
    memref.store %t, %top[%i] : memref<?xf32>
  }
  %e = memref.alloc(%n, %m) : memref<?x?xf32>
  scf.parallel (%i, %j) = (%c0, %c0) to (%n, %m) step (%c1, %c1) {
    %v = memref.load %x[%i, %j] : memref<?x?xf32>
    %t = memref.load %top[%i] : memref<?xf32>
    %d = arith.subf %v, %t : f32
    memref.store %d, %e[%i, %j] : memref<?x?xf32>
  }
  %n2 = memref.dim %e, %c0 : memref<?x?xf32>
  scf.parallel (%i, %j) = (%c0, %c0) to (%n2, %m) step (%c1, %c1) {
    %v = memref.load %e[%i, %j] : memref<?x?xf32>
    %t = memref.load %top[%i] : memref<?xf32>
    %d = arith.mulf %v, %t : f32
    memref.store %d, %out[%i, %j] : memref<?x?xf32>
  }
  memref.dealloc %top : memref<?xf32>
  memref.dealloc %e : memref<?x?xf32>
  return
}`;

const product = `func.func @f(%a: memref<?x?xf32>, %b: memref<?x?xf32>, %out: memref<?x?xf32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %z = arith.constant 0.0 : f32
  %m = memref.dim %a, %c0 : memref<?x?xf32>
  %n = memref.dim %b, %c1 : memref<?x?xf32>
  scf.parallel (%i, %j) = (%c0, %c0) to (%m, %n) step (%c1, %c1) {
    %k = memref.dim %a, %c1 : memref<?x?xf32>
    %s = scf.for %p = %c0 to %k step %c1 iter_args(%acc = %z) -> (f32) {
      %x = memref.load %a[%i, %p] : memref<?x?xf32>
      %y = memref.load %b[%p, %j] : memref<?x?xf32>
      %xy = arith.mulf %x, %y : f32
      %t = arith.addf %acc, %xy : f32
      scf.yield %t : f32
    }
    memref.store %s, %out[%i, %j] : memref<?x?xf32>
  }
  return
}`;

const total = `func.func @f(%x: memref<?xf32>) -> f32 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %z = arith.constant 0.0 : f32
  %n = memref.dim %x, %c0 : memref<?xf32>
  %s = scf.for %i = %c0 to %n step %c1 iter_args(%a = %z) -> (f32) {
    %v = memref.load %x[%i] : memref<?xf32>
    %b = arith.addf %a, %v fastmath<reassoc> : f32
    scf.yield %b : f32
  }
  return %s : f32
}`;

describe("fusing", () => {
  it.each([
    [3, 5],
    [1, 1],
    [0, 4],
    [4, 0],
  ])("rows of %i × %i", (n, m) => {
    const shapes = [
      [n, m],
      [n, m],
    ];
    const module = changed(softmax, (top) => fuseLoops(top), shapes);
    const outer = collect(module, For).filter((l) => l.parentOfType(For) === undefined);
    expect(outer.length).toBe(1);
    // One buffer is a value now, the other a row.
    expect(collect(module, Alloc).map((a) => a.memref.type.rank)).toEqual([1]);
    changed(softmax, (top) => fuseLoops(top, sharedRows({ threshold: 1 })), shapes);
  });

  it("leaves nests apart where one reads its neighbours", () => {
    const text = softmax.replace(
      "%v = memref.load %e[%i, %j]",
      "%i2 = arith.subi %i, %i : index\n    %v = memref.load %e[%i2, %j]",
    );
    const module = changed(text, (top) => fuseLoops(top), [
      [3, 5],
      [3, 5],
    ]);
    expect(collect(module, Parallel).some((l) => l.parentOfType(For) === undefined)).toBe(true);
  });
});

describe("packing", () => {
  it.each([
    [3, 5, 40],
    [1, 1, 1],
    [2, 0, 3],
    [0, 2, 2],
    [5, 1030, 33],
  ])("a product of %i × %i × %i", (m, k, n) => {
    const shapes = [
      [m, k],
      [k, n],
      [m, n],
    ];
    const module = changed(product, (top) => packPanels(top), shapes);
    expect(collect(module, Alloc).length).toBe(1);
    changed(product, (top) => packPanels(top, sharedPanels({ threshold: 1 })), shapes);
  });
});

describe("threads", () => {
  it.each([0, 1, 7, 1000])("share a sum of %i", (n) => {
    const module = changed(total, (top) => shareLoops(top, { threshold: 64 }), [[n]]);
    expect(collect(module, omp.Wsloop).length).toBe(1);
  });

  it("leave sums in order alone", () => {
    const text = total.replace(" fastmath<reassoc>", "");
    const module = changed(text, (top) => shareLoops(top, { threshold: 1 }), [[9]]);
    expect(collect(module, omp.Wsloop).length).toBe(0);
  });

  it("share nests, and reduce into variables of their own", () => {
    const text = `func.func @f(%x: memref<?x?xf32>) -> f32 {
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      %z = arith.constant 3.0 : f32
      %n = memref.dim %x, %c0 : memref<?x?xf32>
      %m = memref.dim %x, %c1 : memref<?x?xf32>
      %s = scf.parallel (%i, %j) = (%c0, %c0) to (%n, %m) step (%c1, %c1) init (%z) -> f32 {
        %v = memref.load %x[%i, %j] : memref<?x?xf32>
        scf.reduce(%v : f32) {
        ^bb0(%a: f32, %b: f32):
          %r = arith.addf %a, %b fastmath<reassoc> : f32
          scf.reduce.return %r : f32
        }
      }
      return %s : f32
    }`;
    const module = changed(text, (top) => parallelizeLoops(top, { threshold: 1 }), [[4, 6]]);
    expect(collect(module, omp.DeclareReduction).length).toBe(1);
    expect(collect(module, omp.Parallel)[0]?.if_expr).toBeDefined();
  });
});
