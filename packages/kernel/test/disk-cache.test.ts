/** Compiled code in files. */
import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cacheKey } from "@strata/runtime";
import { expect, it, onTestFinished } from "vitest";
import { DiskCache, userCacheFolder } from "../src/disk-cache.ts";

function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "strata-cache-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

const keyOf = (text: string) => cacheKey([{ name: "text", value: text }]);
const bytes = (length: number, fill: number) => new Uint8Array(length).fill(fill);

function filesOf(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile());
}

it("gives back what was put, to other processes too", async () => {
  const folder = makeFolder();
  const cache = new DiskCache(folder);
  expect(await cache.get(keyOf("a"))).toBeUndefined();
  await cache.put(keyOf("a"), bytes(5, 1));
  await cache.put(keyOf("empty"), bytes(0, 0));
  const other = new DiskCache(folder);
  expect([...(other.peek(keyOf("a")) ?? [])]).toEqual([1, 1, 1, 1, 1]);
  expect(other.peek(keyOf("empty"))).toHaveLength(0);
  expect(other.peek(keyOf("b"))).toBeUndefined();
  expect(other.statistics()).toEqual({ entries: 2, hits: 2, misses: 1, evictions: 0 });
  expect(other.problem).toBeUndefined();
});

it("makes once what is not there", async () => {
  const cache = new DiskCache(makeFolder());
  let made = 0;
  const make = async () => {
    made++;
    return bytes(3, 7);
  };
  await cache.getOrMake(keyOf("a"), make);
  expect(await cache.getOrMake(keyOf("a"), make)).toEqual(bytes(3, 7));
  expect(made).toBe(1);
});

it("drops entries that were damaged", async () => {
  const folder = makeFolder();
  const cache = new DiskCache(folder);
  for (const damage of ["flip", "cut", "nothing"]) {
    await cache.put(keyOf("a"), bytes(100, 9));
    const [path = ""] = filesOf(folder);
    const content = readFileSync(path);
    content[60] = (content[60] ?? 0) ^ 1;
    if (damage === "flip") writeFileSync(path, content);
    if (damage === "cut") writeFileSync(path, content.subarray(0, 20));
    const found = cache.peek(keyOf("a"));
    expect(found?.length).toBe(damage === "nothing" ? 100 : undefined);
    expect(filesOf(folder)).toHaveLength(damage === "nothing" ? 1 : 0);
  }
});

it("stays below its limit; what was not used for longest goes first", async () => {
  const folder = makeFolder();
  const cache = new DiskCache(folder, 1000);
  const names = ["a", "b", "c"];
  for (const name of names) await cache.put(keyOf(name), bytes(200, 1));
  for (const [k, path] of filesOf(folder).entries()) utimesSync(path, 1000 + k, 1000 + k);
  cache.peek(keyOf("a"));
  await cache.put(keyOf("d"), bytes(500, 1));
  expect(cache.statistics().evictions).toBe(2);
  expect(cache.peek(keyOf("a"))).toBeDefined();
  expect(cache.peek(keyOf("d"))).toBeDefined();
  expect(filesOf(folder)).toHaveLength(2);
});

it("keeps nothing, and says why, where it cannot write", async () => {
  const file = join(makeFolder(), "file");
  writeFileSync(file, "");
  const cache = new DiskCache(file);
  await cache.put(keyOf("a"), bytes(1, 1));
  expect(cache.peek(keyOf("a"))).toBeUndefined();
  expect(cache.problem).toContain("ENOTDIR");
});

it("is where the XDG specification says", () => {
  expect(userCacheFolder({ XDG_CACHE_HOME: "/x" }, "/home/me")).toBe("/x/strata");
  expect(userCacheFolder({}, "/home/me")).toBe("/home/me/.cache/strata");
  expect(userCacheFolder({ XDG_CACHE_HOME: "relative" }, "/home/me")).toBe(
    "/home/me/.cache/strata",
  );
});
