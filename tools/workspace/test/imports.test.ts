import { expect, it } from "vitest";
import { findCircles } from "../src/circles.ts";
import { readImports } from "../src/imports.ts";

it("finds every form of import and export, and which are for types alone", () => {
  const source = [
    'import a, { type B } from "a";',
    'import type { C } from "b";',
    'import { type D } from "c"; // the module stays',
    'export * from "d"; export type * from "e";',
    'export { x } from "f"; export type { Y } from "g";',
    'const text = `import "no1" ${await import("h")}`; // import "no2"',
    'let t: import("i").T; const re = /import "no3"/;',
    "export const local = \"import x from 'no4'\";",
  ].join("\n");
  const sites = readImports("x.ts", source);
  expect(sites.map((s) => `${s.line} ${s.specifier}${s.typeOnly ? " type" : ""}`)).toEqual([
    "1 a",
    "2 b type",
    "3 c",
    "4 d",
    "4 e type",
    "5 f",
    "5 g type",
    "6 h",
    "7 i type",
  ]);
});

it("names the file that does not parse", () => {
  expect(() => readImports("broken.ts", "import {")).toThrow(/^broken\.ts: /);
});

it("finds a circle in each component, and none in a diamond", () => {
  const graph = new Map([
    ["a", ["b", "c"]],
    ["b", ["d"]],
    ["c", ["d"]],
    ["d", []],
    ["x", ["a", "y"]],
    ["y", ["x"]],
    ["self", ["self"]],
  ]);
  expect(findCircles(graph)).toEqual([["x", "y"], ["self"]]);
});

it("does not overflow on a chain of 100 000 names", () => {
  const graph = new Map(Array.from({ length: 100_000 }, (_, i) => [`${i}`, [`${i + 1}`]]));
  expect(findCircles(graph)).toEqual([]);
});
