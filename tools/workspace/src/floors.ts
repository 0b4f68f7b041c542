/**
 * Checks every import of the workspace against the floors.
 *
 * A package's tests are its `test` folder and its `*.config.ts`; everything else is its source. Sources form no
 * circle, neither between packages (through `dependencies`) nor between files of a package (type-only imports
 * apart). Tests may import upwards: `@strata/testing` stands above what it helps to test.
 */
import { existsSync, globSync, readFileSync } from "node:fs";
import { join, posix, sep } from "node:path";
import { findCircles } from "./circles.ts";
import { readImports } from "./imports.ts";
import { checkImport } from "./import-rules.ts";
import { readPackages, type WorkspacePackage } from "./packages.ts";

/** A broken rule: where, which, and why. */
export interface Violation {
  /** Relative to the root. */
  readonly file: string;
  /** 1-based. */
  readonly line: number;
  /** Stable name, such as `floor-up`. */
  readonly rule: string;
  readonly message: string;
}

/** What a check of the workspace found. */
export interface FloorReport {
  readonly packages: number;
  readonly files: number;
  readonly violations: readonly Violation[];
}

/** Checks the workspace at `root`; throws a WorkspaceError where a `package.json` is malformed. */
export function checkFloors(root: string): FloorReport {
  const packages = readPackages(root);
  const violations = findPackageCircles(root, packages);
  const byName = new Map(packages.map((p) => [p.name, p]));
  let files = 0;
  for (const p of packages) {
    const paths = listSources(root, p);
    files += paths.length;
    violations.push(...checkPackage(root, p, paths, byName));
  }
  return { packages: packages.length, files, violations };
}

/** One line per violation: `file:line: [rule] message`. */
export function formatViolation({ file, line, rule, message }: Violation): string {
  return `${file}:${line}: [${rule}] ${message}`;
}

function checkPackage(
  root: string,
  p: WorkspacePackage,
  paths: readonly string[],
  byName: ReadonlyMap<string, WorkspacePackage>,
): Violation[] {
  const violations: Violation[] = [];
  const graph = new Map<string, Map<string, number>>();
  for (const path of paths) {
    const file = posix.join(p.folder, path);
    const source = readFileSync(join(root, file), "utf8");
    const isTest = isTestFile(p, path);
    const edges = new Map<string, number>();
    for (const site of readImports(file, source)) {
      const { line } = site;
      const complaint = checkImport({ package: p, file: path, isTest }, site, byName);
      if (complaint !== undefined) violations.push({ file, line, ...complaint });
      if (site.specifier.startsWith(".") && !site.typeOnly) {
        const target = posix.join(posix.dirname(path), site.specifier);
        if (!edges.has(target)) edges.set(target, line);
      }
    }
    graph.set(path, edges);
  }
  const circles = findCircles(new Map([...graph].map(([path, edges]) => [path, edges.keys()])));
  for (const circle of circles) {
    const [first = "", second = first] = circle;
    violations.push({
      file: posix.join(p.folder, first),
      line: graph.get(first)?.get(second) ?? 1,
      rule: "file-circle",
      message: `files import each other: ${[...circle, first].join(" → ")}`,
    });
  }
  return violations;
}

function findPackageCircles(root: string, packages: readonly WorkspacePackage[]): Violation[] {
  const byName = new Map(packages.map((p) => [p.name, p]));
  const graph = new Map(
    packages.map((p) => [p.name, [...p.dependencies].filter((name) => byName.has(name))]),
  );
  return findCircles(graph).map((circle) => {
    const [first = "", second = first] = circle;
    const file = `${byName.get(first)?.folder}/package.json`;
    const lines = readFileSync(join(root, file), "utf8").split("\n");
    const line = 1 + lines.findIndex((text) => text.includes(`"${second}":`));
    const names = [...circle, first].join(" → ");
    return { file, line, rule: "package-circle", message: `packages depend in a circle: ${names}` };
  });
}

function isTestFile(p: WorkspacePackage, path: string): boolean {
  return p.folder === "test" || path.startsWith("test/") || path.endsWith(".config.ts");
}

/** Every TypeScript file of the package, relative to its folder. */
function listSources(root: string, p: WorkspacePackage): string[] {
  const cwd = join(root, p.folder);
  if (!existsSync(cwd)) return [];
  const exclude = (name: string): boolean => /(^|[/\\])(node_modules|\.cache|dist)$/.test(name);
  return globSync("**/*.ts", { cwd, exclude })
    .map((path) => path.split(sep).join("/"))
    .toSorted();
}
