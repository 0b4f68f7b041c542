import { describe, expect, it } from "vitest";
import { bodyComplaints, complaints, parse } from "./parsing.ts";
import { refusedConstructs } from "../../src/syntax/refusals.ts";

/** Top-level texts and all that is said of them. */
const topLevel: [string, string[]][] = [
  ["class A { #x = 1; foo() { return `a`; } }", ["subset.class 1:1 class"]],
  ["export class A {}", ["subset.class 1:1 export class"]],
  ["abstract class A {}", ["subset.class 1:1 abstract"]],
  ["enum A { X }", ["subset.enum 1:1 enum"]],
  ["const enum A { X }", ["subset.enum 1:7 enum"]],
  ["interface A { x: number }", ["subset.interface 1:1 interface"]],
  ["namespace N { export const x = 1; }", ["subset.namespace 1:1 namespace"]],
  ["declare function f(): void;", ["subset.namespace 1:1 declare"]],
  ["@dec\nclass X {}", ["subset.decorator 1:1 @", "subset.class 2:1 class"]],
  ["let y = 2;", ["subset.global-let 1:1 let y = 2"]],
  ["x = 3;", ["subset.top-level-statement 1:1 x = 3;"]],
  ["export default function f() {}", ["subset.export-form 1:1 export default"]],
  ["export { x };", ["subset.export-form 1:1 export {"]],
  ["export const x = 1;", ["subset.export-const 1:1 export const"]],
  ["import x from '@strata/kernel';", ["subset.import-form 1:1 import x from '@strata/kernel'"]],
  [
    "import * as k from 'x';",
    ["subset.import-form 1:1 import * as k from 'x'", "subset.import-source 1:20 'x'"],
  ],
  ["import { readFile } from 'node:fs';", ["subset.import-source 1:26 'node:fs'"]],
  ["async function f() {}", ["subset.async 1:1 async"]],
  ["export async function f() {}", ["subset.async 1:8 async"]],
  ["function* f() {}", ["subset.generator 1:9 *"]],
  ["function f(a = 1) {}", ["subset.default-parameter 1:14 = 1"]],
  ["function f(a?: f32) {}", ["subset.optional-parameter 1:13 ?"]],
  ["function f(...a) {}", ["subset.rest-parameter 1:12 ..."]],
  ["function f<T = f32>() {}", ["subset.type-default 1:16 f32"]],
  ["function f(a: f32): f32;", ["subset.overload 1:1 function f(a: f32): f32;"]],
  ["function f(a: f32): a is f32 {}", ["subset.type-predicate 1:21 a is f32"]],
  ["type A = B | C;", ["subset.union-type 1:10 B | C"]],
  ["type A = keyof B;", ["subset.conditional-type 1:10 keyof B"]],
  ["type A = B extends C ? D : E;", ["subset.conditional-type 1:10 B extends C ? D : E"]],
  ["type A = 'x';", ["subset.string-type 1:10 'x'"]],
  ["type A = a.b;", ["subset.qualified-type 1:10 a.b"]],
  ["type A = { x?: f32 };", ["subset.optional-field 1:13 ?"]],
];

/** Statements and all that is said of them; the next statement is always read again. */
const inFunctions: [string, string[]][] = [
  ["try { foo(); } catch (e) { bar(e); } finally { x }", ["subset.try try"]],
  ["throw new Error('x');", ["subset.throw throw"]],
  ["switch (x) { case 1: break; }", ["subset.switch switch"]],
  ["for (const a of b) { a.b.c; }", ["subset.for-of for (const a of b)"]],
  ["for (const k in o) {}", ["subset.for-in for (const k in o)"]],
  ["outer: for (;;) { break outer; }", ["subset.label outer:", "subset.label outer"]],
  ["with (a) { b }", ["subset.with with"]],
  ["debugger;", ["subset.debugger debugger"]],
  ["type X = f32;", ["subset.type-in-function type X = f32;"]],
  ["var x = 1;", ["subset.var var"]],
  ["class A {}", ["subset.class class"]],
  ["function g() { return 1; }", ["subset.nested-function function"]],
  ["async function g() {}", ["subset.async async"]],
  ["const g = function () { return 1; };", ["subset.function-expression function"]],
  ["const g = async (x) => x;", ["subset.async async"]],
  ["const g = function* () {};", ["subset.generator *"]],
  ["const g = <T>(x: T) => x;", ["subset.generic-arrow <T>"]],
  ["const s = 'abc';", ["subset.string 'abc'"]],
  ["const s = `a${b}`;", ["subset.template `a${b}`"]],
  ["const s = tag`a`;", ["subset.template `a`"]],
  ["const r = /ab+c/g;", ["subset.regex /ab+c/g"]],
  ["const n = null;", ["subset.null null"]],
  ["const t = this.x;", ["subset.this this"]],
  ["super.foo();", ["subset.super super"]],
  ["const a = new Float32Array(4);", ["subset.new new Float32Array(4)"]],
  ["const a = typeof x;", ["subset.typeof typeof x"]],
  ["void 0;", ["subset.void void 0"]],
  ["delete a.b;", ["subset.delete delete a.b"]],
  ["const c = a instanceof B;", ["subset.instanceof instanceof"]],
  ["const c = a in b;", ["subset.in in"]],
  ["const c = a ?? b;", ["subset.nullish ??"]],
  ["a ??= b;", ["subset.nullish a ??= b"]],
  ["const c = a?.b;", ["subset.optional-chaining ?."]],
  ["const c = a!.b;", ["subset.non-null !"]],
  ["f(...a);", ["subset.spread ...a"]],
  ["const a = [...b];", ["subset.spread ...b"]],
  ["const o = { ...b };", ["subset.spread ...b"]],
  ["a, b;", ["subset.comma-operator a, b"]],
  ["const x = a as f32;", ["subset.as a as f32"]],
  ["const x = <f32>a;", ["subset.as <f32>a"]],
  ["const x = [1] as const;", ["subset.as-const [1] as const"]],
  ["const o = { [a]: 1 };", ["subset.computed-field [a]: 1"]],
  ["const o = { f() { return 1; } };", ["subset.method f() { return 1; }"]],
  ["const o = { get x() { return 1; } };", ["subset.method get x() { return 1; }"]],
  ["const a = [1,,2];", ["subset.array-hole ,"]],
  ["const { a = 1 } = b;", ["subset.pattern-default = 1"]],
  ["const { a, ...r } = b;", ["subset.pattern-rest ..."]],
  ["const { a: { c } } = b;", ["subset.nested-pattern { c }"]],
  ["const m = import('x');", ["subset.dynamic-import import('x')"]],
  ["yield x;", ["subset.yield yield x"]],
  ["const x = await y;", ["subset.await await y"]],
  ["eval('x');", ["subset.eval eval"]],
  ["const fs = require('fs');", ["subset.require require"]],
  ["console.log('x', y);", ["subset.console console"]],
];

describe("constructs outside the language", () => {
  it.each(topLevel)("%s", (text, expected) => {
    expect(complaints(text)).toEqual(expected);
  });

  it.each(inFunctions)("%s", (text, expected) => {
    expect(bodyComplaints(`${text}\nconst = 1;`)).toEqual([...expected, "syntax.expected ="]);
  });

  it("all have a test, a reason and a hint", () => {
    const all = [...topLevel, ...inFunctions].flatMap(([, expected]) => expected);
    const tested = new Set(all.map((line) => line.split(" ")[0]));
    expect(refusedConstructs.filter((name) => !tested.has(`subset.${name}`))).toEqual([]);
    for (const [text] of topLevel) {
      for (const { message, hint, kind } of parse(text).diagnostics) {
        expect(message.length).toBeGreaterThan(10);
        expect(hint).toBeDefined();
        expect(kind).toBe("user");
      }
    }
  });
});
