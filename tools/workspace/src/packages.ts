/**
 * The workspace's packages as their `package.json` files state them.
 *
 * A package's floor is stated once: by the nx tag `floor:<n>`, or `floor:tool` / `floor:dev` for what stands
 * outside the floors.
 */
import { existsSync, globSync, readFileSync } from "node:fs";
import { join, sep } from "node:path";

/** Where workspace packages live, relative to the root; the same globs as `pnpm-workspace.yaml`. */
export const PACKAGE_GLOBS = ["packages/*", "dialects/*", "tools/*", "test"] as const;

/** A floor's number, or the name of a group that stands outside the floors. */
export type Floor = number | "tool" | "dev";

/** One package of the workspace. */
export interface WorkspacePackage {
  /** The npm name, such as `@strata/ir`. */
  readonly name: string;
  /** The folder relative to the root, with forward slashes, such as `packages/ir`. */
  readonly folder: string;
  readonly floor: Floor;
  /** Names in `dependencies`, `optionalDependencies` and `peerDependencies`: what `src` may import. */
  readonly dependencies: ReadonlySet<string>;
  /** Names in `devDependencies`: what tests may import besides. */
  readonly devDependencies: ReadonlySet<string>;
  /** Subpaths it exports, such as `.` and `./lower-to-cf`, each with its source file. */
  readonly exports: ReadonlyMap<string, string>;
}

/** Thrown when a `package.json` does not say what the workspace needs to know. */
export class WorkspaceError extends Error {}

/** Reads every package below `root`, sorted by folder; throws a WorkspaceError on a missing or unknown floor. */
export function readPackages(root: string): WorkspacePackage[] {
  return globSync([...PACKAGE_GLOBS], { cwd: root })
    .map((folder) => folder.split(sep).join("/"))
    .filter((folder) => existsSync(join(root, folder, "package.json")))
    .toSorted()
    .map((folder) => readPackage(root, folder));
}

function readPackage(root: string, folder: string): WorkspacePackage {
  const path = `${folder}/package.json`;
  const json = readJsonObject(join(root, path));
  const { name } = json;
  if (typeof name !== "string") throw new WorkspaceError(`${path}: no "name"`);
  return {
    name,
    folder,
    floor: parseFloor(path, json["nx"]),
    dependencies: new Set(
      ["dependencies", "optionalDependencies", "peerDependencies"].flatMap((k) => keysOf(json[k])),
    ),
    devDependencies: new Set(keysOf(json["devDependencies"])),
    exports: parseExports(json["exports"]),
  };
}

function parseFloor(path: string, nx: unknown): Floor {
  const tags = isObject(nx) && Array.isArray(nx["tags"]) ? nx["tags"] : [];
  const floors = tags.filter((t): t is string => typeof t === "string" && t.startsWith("floor:"));
  const [tag] = floors;
  if (tag === undefined || floors.length > 1) {
    throw new WorkspaceError(
      `${path}: "nx.tags" must hold exactly one "floor:<n>", has ${floors.length}`,
    );
  }
  const value = tag.slice("floor:".length);
  if (value === "tool" || value === "dev") return value;
  if (!/^\d+$/.test(value)) {
    throw new WorkspaceError(`${path}: "${tag}" is no floor; write a number, "tool" or "dev"`);
  }
  return Number(value);
}

function parseExports(exports: unknown): Map<string, string> {
  const files = new Map<string, string>();
  if (!isObject(exports)) return files;
  for (const [subpath, file] of Object.entries(exports)) {
    if (typeof file === "string") files.set(subpath, file);
  }
  return files;
}

/** Reads a JSON file whose top level is an object; throws a WorkspaceError if it is none. */
export function readJsonObject(path: string): Record<string, unknown> {
  const json: unknown = JSON.parse(readFileSync(path, "utf8"));
  if (!isObject(json)) throw new WorkspaceError(`${path}: not a JSON object`);
  return json;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function keysOf(value: unknown): string[] {
  return isObject(value) ? Object.keys(value) : [];
}
