import { FuncOp } from "@strata/func";
import type { Operation } from "@strata/ir";
import { expect, test } from "vitest";
import { CallGraph, EffectAnalysis } from "../src/index.ts";
import { parse, tagged } from "./context.ts";

const nameOf = (f: Operation): string => (f instanceof FuncOp ? f.symbolName : "?");

test("calls, recursion and references", () => {
  const module = parse(`module attributes {gpu.container_module} {
    gpu.module @device {
      gpu.func @kernel() kernel { func.call @inner() : () -> () gpu.return }
      func.func @inner() { return }
    }
    func.func @main(%n: index) {
      func.call @even() : () -> ()
      func.call @outside() : () -> ()
      gpu.launch_func @device::@kernel blocks in (%n, %n, %n) threads in (%n, %n, %n)
      return
    }
    func.func @even() { func.call @odd() : () -> () return }
    func.func @odd() { func.call @even() : () -> () func.call @leaf() : () -> () return }
    func.func @leaf() { return }
    func.func private @outside()
    func.func @value() {
      %f = func.constant @leaf : () -> ()
      func.call_indirect %f() : () -> ()
      return
    }
  }`);
  const graph = new CallGraph(module);
  const byName = new Map(graph.functions.map((f) => [nameOf(f), f]));
  const named = (fs: readonly Operation[]): string[] => fs.map(nameOf).sort();
  expect(named(graph.calleesOf(byName.get("main")!))).toEqual(["even", "outside"]);
  expect(named(graph.callersOf(byName.get("even")!))).toEqual(["main", "odd"]);
  expect(named(graph.callersOf(byName.get("inner")!))).toEqual(["?"]);
  expect(["even", "odd", "leaf", "main"].map((f) => graph.isRecursive(byName.get(f)!))).toEqual([
    true,
    true,
    false,
    false,
  ]);
  const order = graph.components().map((group) => named(group).join("+"));
  expect(order.indexOf("leaf")).toBeLessThan(order.indexOf("even+odd"));
  expect(order.indexOf("even+odd")).toBeLessThan(order.indexOf("main"));
  const referenced = graph.functions.filter((f) => graph.isReferenced(f));
  expect(referenced.map((f) => f.getAttr("sym_name")?.toString())).toEqual(['"kernel"', '"leaf"']);
});

test("what calls and loops do to which memory", () => {
  const module = parse(`func.func @write(%to: memref<4xf32>, %from: memref<4xf32>, %i: index) {
      %t = memref.alloc() : memref<4xf32>
      %x = memref.load %from[%i] : memref<4xf32>
      memref.store %x, %t[%i] : memref<4xf32>
      %y = memref.load %t[%i] : memref<4xf32>
      memref.store %y, %to[%i] : memref<4xf32>
      memref.dealloc %t : memref<4xf32>
      return
    }
    func.func @round(%m: memref<4xf32>) { func.call @round(%m) : (memref<4xf32>) -> () return }
    func.func private @outside()
    func.func @f(%n: index, %c: memref<4xf32> {tag.name}) {
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      %a = memref.alloc() {tag = "a"} : memref<4xf32>
      %b = memref.alloc() {tag = "b"} : memref<4xf32>
      func.call @write(%a, %b, %c0) {tag = "copies b to a"} : (memref<4xf32>, memref<4xf32>, index) -> ()
      scf.for %i = %c0 to %n step %c1 {
        func.call @write(%b, %c, %i) : (memref<4xf32>, memref<4xf32>, index) -> ()
      } {tag = "copies c to b"}
      %x = memref.load %a[%c0] {tag = "reads a"} : memref<4xf32>
      %y = memref.load %c[%c0] {tag = "reads c"} : memref<4xf32>
      func.call @round(%a) {tag = "anything"} : (memref<4xf32>) -> ()
      func.call @outside() {tag = "unknown"} : () -> ()
      %z = arith.addf %x, %y {tag = "nothing"} : f32
      return
    }`);
  const ops = tagged(module);
  const effects = new EffectAnalysis(module);
  const on = (tag: string): Operation => ops.get(tag)!;
  const [a, b] = [on("a").resultAt(0), on("b").resultAt(0)];
  const c = on("reads c").operand(0);
  const answers = (tag: string): string =>
    [a, b, c]
      .map(
        (m) =>
          (effects.mayRead(on(tag), m) ? "r" : "-") + (effects.mayChange(on(tag), m) ? "w" : "-"),
      )
      .join(" ");
  expect(answers("copies b to a")).toBe("-w r- --");
  expect(answers("copies c to b")).toBe("-- -w r-");
  expect(answers("reads a")).toBe("r- -- --");
  expect(answers("nothing")).toBe("-- -- --");
  expect(answers("anything")).toBe("rw rw rw");
  expect(answers("unknown")).toBe("rw rw rw");
  const conflict = (x: string, y: string): boolean => {
    expect(effects.mayConflict(on(y), on(x))).toBe(effects.mayConflict(on(x), on(y)));
    return effects.mayConflict(on(x), on(y));
  };
  expect(conflict("copies b to a", "copies c to b")).toBe(true);
  expect(conflict("copies b to a", "reads a")).toBe(true);
  expect(conflict("copies b to a", "reads c")).toBe(false);
  expect(conflict("copies c to b", "reads c")).toBe(false);
  expect(conflict("reads a", "reads c")).toBe(false);
  expect(conflict("reads a", "unknown")).toBe(true);
  expect(conflict("nothing", "unknown")).toBe(false);
});
