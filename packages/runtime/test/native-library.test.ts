/** Calling shared libraries: the C library stands for all of them. */
import { describe, expect, it } from "vitest";
import {
  addressOf,
  bytesAt,
  callbackAddress,
  functionAt,
  loadProcess,
  stringAt,
  tryLoadLibrary,
} from "@strata/runtime/native";

describe("libraries", () => {
  it("says why a library cannot be loaded", () => {
    const found = tryLoadLibrary("libstrata-has-no-such.so.7");
    expect(found).toEqual({ problem: expect.stringContaining("No such file") });
  });

  it("calls functions by their declarations", () => {
    const { absolute, length } = loadProcess().bind({
      absolute: ["labs", "int64", ["int64"]],
      length: ["strlen", "size_t", ["str"]],
    });
    expect(absolute(-5)).toBe(5);
    expect(length("seven")).toBe(5);
  });

  it("knows which functions there are", () => {
    const library = loadProcess();
    expect(library.has("malloc")).toBe(true);
    expect(library.tryBind(["strata_has_no_such", "void", []])).toBeUndefined();
  });
});

describe("memory", () => {
  it("is shared, not copied", () => {
    const { fill } = loadProcess().bind({
      fill: ["memset", "void *", ["void *", "int", "size_t"]],
    });
    for (const buffer of [new ArrayBuffer(256), new SharedArrayBuffer(256)]) {
      const bytes = new Uint8Array(buffer, 8, 16);
      expect(fill(bytes, 7, 16)).toBe(addressOf(bytes));
      expect(fill(Number(addressOf(buffer)), 9, 8)).toBe(addressOf(buffer));
      expect([...new Uint8Array(buffer, 0, 26)]).toEqual([
        ...Array.from({ length: 8 }, () => 9),
        ...Array.from({ length: 16 }, () => 7),
        0,
        0,
      ]);
    }
  });

  it("is read from addresses", () => {
    const text = new Uint8Array(new ArrayBuffer(64));
    text.set(new TextEncoder().encode("hello\0"));
    expect(stringAt(addressOf(text))).toBe("hello");
    expect([...bytesAt(addressOf(text), 2)]).toEqual([104, 101]);
    expect(bytesAt(0n, 0)).toHaveLength(0);
  });
});

it("calls the program back", () => {
  const { sort } = loadProcess().bind({
    sort: ["qsort", "void", ["void *", "size_t", "size_t", "void *"]],
  });
  const values = Int32Array.from({ length: 40 }, (_, i) => (i * 17) % 40);
  const compare = callbackAddress(["int", ["void *", "void *"]], (a, b) => {
    const at = (p: unknown): number => new Int32Array(bytesAt(p as bigint, 4).buffer)[0]!;
    return at(a) - at(b);
  });
  sort(values, values.length, 4, compare.address);
  compare.release();
  expect([...values]).toEqual(Array.from({ length: 40 }, (_, i) => i));
});

it("calls functions at addresses, also on other threads", async () => {
  const compare = callbackAddress(["int", ["int"]], (x) => x + 1);
  const add = functionAt(compare.address, ["int", ["int"]]);
  expect(add(41)).toBe(42);
  const later = await new Promise((done, fail) => {
    add.async(1, (error, result) => (error === null ? done(result) : fail(error)));
  });
  expect(later).toBe(2);
  compare.release();
});
