import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, it } from "vitest";
import { DIALECT_FLOOR, tryRankOf } from "../src/floor-order.ts";
import { readPackages } from "../src/packages.ts";

const root = resolve(import.meta.dirname, "../../..");
const packages = readPackages(root);
const nameOf = (folder: string): string => folder.slice(folder.lastIndexOf("/") + 1);

it("draws the floors in ARCHITECTURE.md as the tags state them", () => {
  const text = readFileSync(join(root, "ARCHITECTURE.md"), "utf8");
  const rows = text.matchAll(/^\| (\d+|tool|dev) \| ([a-z -]+) \|/gm);
  const drawn = [...rows].flatMap(([, floor, names]) =>
    (names ?? "").split(" ").map((name) => `${name} ${floor}`),
  );
  const stated = packages.map(({ folder, floor }) => `${nameOf(folder)} ${floor}`);
  expect(drawn.toSorted()).toEqual(stated.toSorted());
});

it("gives every dialect a rank", () => {
  const dialects = packages.filter((p) => p.floor === DIALECT_FLOOR).map((p) => nameOf(p.folder));
  expect(dialects.filter((name) => tryRankOf(name) === undefined)).toEqual([]);
});
