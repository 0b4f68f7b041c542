import { describe, expect, it } from "vitest";
import { checkFloors, formatViolation } from "../src/floors.ts";
import { type PackageSpec, writeWorkspace } from "./workspace-fixture.ts";

/** The violations of a workspace as `file:line: [rule]`. */
function check(packages: Readonly<Record<string, PackageSpec>>): string[] {
  const { violations } = checkFloors(writeWorkspace(packages));
  return violations.map((v) => `${v.file}:${v.line}: [${v.rule}]`);
}

const llvm: PackageSpec = { floor: 5, files: { "src/index.ts": "export const a = 1;\n" } };

describe("floors", () => {
  it("accepts imports that point down", () => {
    const found = check({
      "packages/support": { floor: 0, files: { "src/index.ts": "export const a = 1;\n" } },
      "packages/ir": {
        floor: 1,
        dependencies: ["@strata/support"],
        files: {
          "src/index.ts": 'export { a } from "@strata/support";\nexport * from "./b.ts";\n',
          "src/b.ts": 'import { join } from "node:path";\nexport const b = join;\n',
        },
      },
    });
    expect(found).toEqual([]);
  });

  it("refuses an import that points up, types included, and names both floors", () => {
    const root = writeWorkspace({
      "packages/support": {
        floor: 0,
        dependencies: ["@strata/ir"],
        files: { "src/index.ts": '\nimport type { A } from "@strata/ir";\nexport type B = A;\n' },
      },
      "packages/ir": { floor: 1 },
    });
    expect(checkFloors(root).violations.map(formatViolation)).toEqual([
      "packages/support/src/index.ts:2: [floor-up] imports point down: " +
        "@strata/support (floor 0) cannot import @strata/ir (floor 1)",
    ]);
  });

  it("refuses sideways imports on a floor without an order", () => {
    const found = check({
      "packages/rewrite": { floor: 2 },
      "packages/interpret": {
        floor: 2,
        dependencies: ["@strata/rewrite"],
        files: { "src/index.ts": 'export * from "@strata/rewrite";\n' },
      },
    });
    expect(found).toEqual(["packages/interpret/src/index.ts:1: [floor-sideways]"]);
  });

  it("lets only tests import what is for tests", () => {
    const found = check({
      "packages/ir": {
        floor: 1,
        devDependencies: ["@strata/testing"],
        files: {
          "src/index.ts": 'import "@strata/testing";\n',
          "test/ir.test.ts": 'import "@strata/testing";\n',
        },
      },
      "packages/testing": { floor: "dev", dependencies: ["@strata/ir"] },
    });
    expect(found).toEqual(["packages/ir/src/index.ts:1: [imports-dev]"]);
  });

  it("refuses packages that depend on each other in a circle", () => {
    const found = check({
      "dialects/arith": { floor: 5, dependencies: ["@strata/llvm"] },
      "dialects/llvm": { floor: 5, dependencies: ["@strata/arith"] },
    });
    expect(found).toEqual(["dialects/arith/package.json:12: [package-circle]"]);
  });
});

describe("the order of the dialects", () => {
  const lowering = { ".": "./src/index.ts", "./lower-to-llvm": "./src/lower-to-llvm.ts" };

  it("lets a lowering import its target, in a file or a folder of its name", () => {
    const found = check({
      "dialects/llvm": llvm,
      "dialects/arith": {
        floor: 5,
        dependencies: ["@strata/llvm"],
        exports: lowering,
        files: {
          "src/index.ts": "export const a = 1;\n",
          "src/lower-to-llvm.ts": 'import "@strata/llvm";\nimport "./lower-to-llvm/types.ts";\n',
          "src/lower-to-llvm/types.ts": 'export * from "@strata/llvm";\n',
        },
      },
    });
    expect(found).toEqual([]);
  });

  it("refuses a plain module that imports a lowering's target, or loads the lowering", () => {
    const found = check({
      "dialects/llvm": llvm,
      "dialects/arith": {
        floor: 5,
        dependencies: ["@strata/llvm"],
        exports: lowering,
        files: {
          "src/index.ts": 'import "@strata/llvm";\nexport * from "./lower-to-llvm.ts";\n',
          "src/lower-to-llvm.ts": 'import "@strata/llvm";\n',
        },
      },
    });
    expect(found).toEqual([
      "dialects/arith/src/index.ts:1: [floor-sideways]",
      "dialects/arith/src/index.ts:2: [loads-lowering]",
    ]);
  });

  it("refuses a lowering that imports what is not its target", () => {
    const found = check({
      "dialects/llvm": llvm,
      "dialects/scf": {
        floor: 5,
        dependencies: ["@strata/llvm"],
        files: { "src/lower-to-cf.ts": 'import "@strata/llvm";\n' },
      },
    });
    expect(found).toEqual(["dialects/scf/src/lower-to-cf.ts:1: [floor-sideways]"]);
  });

  it("asks for a dialect it does not know", () => {
    const found = check({
      "dialects/llvm": llvm,
      "dialects/nova": {
        floor: 5,
        dependencies: ["@strata/llvm"],
        files: { "src/index.ts": 'import "@strata/llvm";\n' },
      },
    });
    expect(found).toEqual(["dialects/nova/src/index.ts:1: [floor-order]"]);
  });
});

describe("imports of one package", () => {
  /** Checks one package on floor 1, with `support` below it. */
  function checkOne(files: Readonly<Record<string, string>>): string[] {
    return check({
      "packages/support": { floor: 0 },
      "packages/ir": { floor: 1, dependencies: ["@strata/support"], files },
    });
  }

  it("refuses undeclared packages, from the workspace or not", () => {
    const found = check({
      "packages/support": { floor: 0 },
      "packages/ir": {
        floor: 1,
        devDependencies: ["vitest"],
        files: {
          "src/index.ts": 'import "@strata/support";\nimport "chevrotain/lib";\nimport "vitest";\n',
          "test/a.test.ts": 'import "vitest";\nimport "fast-check";\n',
        },
      },
    });
    expect(found).toEqual([
      "packages/ir/src/index.ts:1: [undeclared]",
      "packages/ir/src/index.ts:2: [undeclared]",
      "packages/ir/src/index.ts:3: [undeclared]",
      "packages/ir/test/a.test.ts:2: [undeclared]",
    ]);
  });

  it("refuses relative imports that leave the package, and tests imported by sources", () => {
    const found = checkOne({
      "src/index.ts": 'import "../../support/src/index.ts";\nimport "../test/a.ts";\n',
      "test/a.ts": 'import "../src/index.ts";\nimport "../../support/src/index.ts";\n',
    });
    expect(found).toEqual([
      "packages/ir/src/index.ts:1: [leaves-package]",
      "packages/ir/src/index.ts:2: [imports-test]",
      "packages/ir/test/a.ts:2: [leaves-package]",
      "packages/ir/src/index.ts:2: [file-circle]",
    ]);
  });

  it("refuses subpaths that are not exported, its own name, and built-ins without node:", () => {
    const found = checkOne({
      "src/index.ts": 'import "@strata/support/src/a.ts";\nimport "@strata/ir";\nimport "fs";\n',
    });
    expect(found).toEqual([
      "packages/ir/src/index.ts:1: [not-exported]",
      "packages/ir/src/index.ts:2: [self-import]",
      "packages/ir/src/index.ts:3: [bare-builtin]",
    ]);
  });

  it("refuses files that import each other in a circle, unless for types alone", () => {
    const found = checkOne({
      "src/a.ts": 'import { b } from "./b.ts";\nexport const a = b;\n',
      "src/b.ts": 'import "./c.ts";\nexport const b = 1;\n',
      "src/c.ts": '\n\nimport { a } from "./a.ts";\nexport const c = a;\n',
      "src/d.ts": 'import type { E } from "./e.ts";\nexport type D = E;\n',
      "src/e.ts": 'import { type D } from "./d.ts";\nexport type E = D[];\n',
    });
    expect(found).toEqual(["packages/ir/src/a.ts:1: [file-circle]"]);
  });
});

describe("malformed packages", () => {
  it("asks for exactly one floor", () => {
    const root = writeWorkspace({ "packages/ir": { floor: Number.NaN } });
    expect(() => checkFloors(root)).toThrow(
      'packages/ir/package.json: "floor:NaN" is no floor; write a number, "tool" or "dev"',
    );
  });
});
