import { f32, i64, i8, index, IntegerType, type Type, VectorType } from "@strata/ir";
import { expect, test } from "vitest";
import { createStore, type ElementStore, observeAccesses, zeroOf } from "../src/index.ts";

/** The accesses that an observer is told of, in order. */
function accesses(during: (note: (text: string) => void) => void): string[] {
  const seen: string[] = [];
  const observer = {
    read: (_: ElementStore, i: number) => void seen.push(`read ${i}`),
    write: (_: ElementStore, i: number) => void seen.push(`write ${i}`),
  };
  observeAccesses(observer, () => during((text) => seen.push(text)));
  return seen;
}

const types: readonly Type[] = [
  f32,
  i8,
  i64,
  index,
  IntegerType.get(1),
  IntegerType.get(100),
  VectorType.get([2], f32),
];

test.each(types.map((t) => [t.toString(), t] as const))("elements of %s", (_, type) => {
  const store = createStore(type, 4);
  expect(accesses(() => store.set(2, store.get(3)))).toEqual(["read 3", "write 2"]);
  // Setting up memory is no access to its elements.
  expect(accesses(() => store.fill(zeroOf(type)))).toEqual([]);
  expect(store.get(1)).toEqual(zeroOf(type));
});

test("the innermost observer is told, and none after", () => {
  const store = createStore(f32, 1);
  const outer = accesses((note) => {
    store.get(0);
    note(accesses(() => store.set(0, 1)).join());
    expect(() =>
      accesses(() => {
        throw new Error("stop");
      }),
    ).toThrow("stop");
    store.set(0, 2);
  });
  expect(outer).toEqual(["read 0", "write 0", "write 0"]);
  store.get(0);
  expect(outer.length).toBe(3);
});
