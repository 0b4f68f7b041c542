import type { Operation } from "@strata/ir";
import { expect, test } from "vitest";
import { DenseForward, setLattice } from "../src/index.ts";
import { parse, tagged } from "./context.ts";

/** Tags of operations that may have been executed before each tagged one. */
function executedBefore(text: string): Record<string, string> {
  const module = parse(text);
  const tags = new Map<Operation, string>([...tagged(module)].map(([tag, op]) => [op, tag]));
  const lattice = setLattice<string>();
  const states = new DenseForward<ReadonlySet<string>>(module, {
    lattice,
    entry: lattice.bottom,
    transfer: (op, before) => {
      const tag = tags.get(op);
      return tag === undefined ? before : lattice.join(before, new Set([tag]));
    },
  });
  const entries = [...tags].map(([op, tag]) => [tag, [...states.before(op)].sort().join("")]);
  return Object.fromEntries(entries) as Record<string, string>;
}

test("through conditions and loops", () => {
  const text = `func.func @f(%n: index, %p: i1) {
    %c1 = arith.constant {tag = "a"} 1 : index
    scf.for %i = %c1 to %n step %c1 {
      %b = arith.constant {tag = "b"} 1 : index
      scf.if %p {
        %c = arith.constant {tag = "c"} 1 : index
      } else {
        %d = arith.constant {tag = "d"} 1 : index
      }
      %e = arith.constant {tag = "e"} 1 : index
    }
    %f = arith.constant {tag = "f"} 1 : index
    return
  }`;
  expect(executedBefore(text)).toEqual({
    a: "",
    b: "abcde",
    c: "abcde",
    d: "abcde",
    e: "abcde",
    f: "abcde",
  });
});

test("through blocks, and not into those that are never reached", () => {
  const text = `func.func @f(%p: i1) {
    %a = arith.constant {tag = "a"} 1 : index
    cf.cond_br %p, ^l, ^r
  ^l:
    %b = arith.constant {tag = "b"} 1 : index
    cf.br ^m
  ^r:
    %c = arith.constant {tag = "c"} 1 : index
    cf.br ^m
  ^m:
    %d = arith.constant {tag = "d"} 1 : index
    cf.cond_br %p, ^l, ^end
  ^end:
    %e = arith.constant {tag = "e"} 1 : index
    return
  }`;
  expect(executedBefore(text)).toEqual({ a: "", b: "abcd", c: "a", d: "abcd", e: "abcd" });
});
