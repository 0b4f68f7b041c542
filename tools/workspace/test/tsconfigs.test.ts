import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { readPackages } from "../src/packages.ts";
import { deriveTsconfigs } from "../src/tsconfigs.ts";
import { writeWorkspace } from "./workspace-fixture.ts";

const index = { "src/index.ts": "export const a = 1;\n" };

function derive(root: string): Map<string, unknown> {
  const files = deriveTsconfigs(root, readPackages(root));
  return new Map(files.map(({ path, text }) => [path, JSON.parse(text)]));
}

it("derives references from dependencies, and from devDependencies for tests", () => {
  const root = writeWorkspace({
    "packages/support": { floor: 0, files: index, devDependencies: ["vitest"] },
    "packages/ir": {
      floor: 1,
      files: index,
      dependencies: ["@strata/support"],
      devDependencies: ["@strata/testing"],
    },
    "packages/testing": { floor: "dev", files: index, dependencies: ["@strata/ir"] },
    test: { floor: "dev", dependencies: ["@strata/ir"] },
  });
  const files = derive(root);
  expect(files.get("tsconfig.json")).toEqual({
    files: [],
    references: ["packages/ir", "packages/support", "packages/testing", "test"].map((f) => ({
      path: `./${f}`,
    })),
  });
  expect(files.get("packages/ir/tsconfig.json")).toEqual({
    files: [],
    references: [{ path: "./tsconfig.src.json" }, { path: "./tsconfig.test.json" }],
  });
  expect(files.get("packages/ir/tsconfig.src.json")).toEqual({
    extends: "../../tsconfig.src.json",
    references: [{ path: "../support/tsconfig.src.json" }],
  });
  expect(files.get("packages/ir/tsconfig.test.json")).toEqual({
    extends: "../../tsconfig.test.json",
    references: [
      { path: "./tsconfig.src.json" },
      { path: "../support/tsconfig.src.json" },
      { path: "../testing/tsconfig.src.json" },
    ],
  });
  expect(files.has("test/tsconfig.src.json")).toBe(false);
  expect(files.get("test/tsconfig.test.json")).toEqual({
    extends: "../tsconfig.test.json",
    references: [{ path: "../packages/ir/tsconfig.src.json" }],
  });
});

it("keeps every other key of an existing file", () => {
  const root = writeWorkspace({ "packages/ir": { floor: 1, files: index } });
  const kept = { extends: "../../x.json", compilerOptions: { types: ["node"] }, include: ["a"] };
  writeFileSync(
    join(root, "packages/ir/tsconfig.src.json"),
    JSON.stringify({ ...kept, references: [{ path: "../gone" }] }),
  );
  expect(derive(root).get("packages/ir/tsconfig.src.json")).toEqual({ ...kept, references: [] });
});

it("calls a file stale when it means something else, not when it is laid out otherwise", () => {
  const root = writeWorkspace({ "packages/ir": { floor: 1, files: index } });
  const stale = (): string[] =>
    deriveTsconfigs(root, readPackages(root)).flatMap((file) => (file.stale ? file.path : []));
  expect(stale()).toHaveLength(4);
  for (const { path, text } of deriveTsconfigs(root, readPackages(root))) {
    writeFileSync(join(root, path), JSON.stringify(JSON.parse(text)));
  }
  expect(stale()).toEqual([]);
  writeFileSync(join(root, "tsconfig.json"), '{ "files": [], "references": [] }');
  expect(stale()).toEqual(["tsconfig.json"]);
});
