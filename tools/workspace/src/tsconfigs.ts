/**
 * The `tsconfig` files of the workspace, derived from the packages' dependencies.
 *
 * Each package has three: `tsconfig.json` (for editors and `tsc -b <folder>`: references the other two),
 * `tsconfig.src.json` (references the `dependencies`) and `tsconfig.test.json` (references the sources and the
 * `devDependencies` too). Only `references` is derived; every other key of an existing file is kept.
 */
import { existsSync } from "node:fs";
import { join, posix } from "node:path";
import { readJsonObject, type WorkspacePackage } from "./packages.ts";

/** A file as it should be. */
export interface DerivedFile {
  /** Relative to the root. */
  readonly path: string;
  readonly text: string;
  /** Whether the file on disk is missing or means something else; its layout is the formatter's business. */
  readonly stale: boolean;
}

/** Derives every tsconfig of the workspace at `root`; reads existing ones for the keys that are kept. */
export function deriveTsconfigs(
  root: string,
  packages: readonly WorkspacePackage[],
): DerivedFile[] {
  const byName = new Map(packages.map((p) => [p.name, p]));
  const files: DerivedFile[] = [];
  for (const p of packages) {
    const src = hasSources(root, p);
    const up = posix.relative(p.folder, "");
    const to = (names: Iterable<string>): string[] =>
      [...names]
        .flatMap((name) => byName.get(name) ?? [])
        .filter((q) => q !== p && hasSources(root, q))
        .map((q) => `${posix.relative(p.folder, q.folder)}/tsconfig.src.json`)
        .toSorted();
    const own = src ? ["./tsconfig.src.json"] : [];
    const emit = (file: string, defaults: Record<string, unknown>, references: string[]): void => {
      const path = `${p.folder}/${file}`;
      files.push(deriveFile(root, path, defaults, references));
    };
    emit("tsconfig.json", { files: [] }, [...own, "./tsconfig.test.json"]);
    if (src) emit("tsconfig.src.json", { extends: `${up}/tsconfig.src.json` }, to(p.dependencies));
    const testDependencies = new Set([...p.dependencies, ...p.devDependencies]);
    emit("tsconfig.test.json", { extends: `${up}/tsconfig.test.json` }, [
      ...own,
      ...to(testDependencies),
    ]);
  }
  const folders = packages.map((p) => `./${p.folder}`);
  files.push(deriveFile(root, "tsconfig.json", { files: [] }, folders));
  return files;
}

function hasSources(root: string, p: WorkspacePackage): boolean {
  return existsSync(join(root, p.folder, "src"));
}

function deriveFile(
  root: string,
  path: string,
  defaults: Record<string, unknown>,
  references: readonly string[],
): DerivedFile {
  const absolute = join(root, path);
  const found = existsSync(absolute) ? readJsonObject(absolute) : undefined;
  const json = { ...(found ?? defaults), references: references.map((to) => ({ path: to })) };
  const stale = JSON.stringify(found) !== JSON.stringify(json);
  return { path, text: `${formatJson(json, "")}\n`, stale };
}

/** Prints JSON as the formatter does: one key a line, arrays of scalars and `{ "path": … }` on one line. */
function formatJson(value: unknown, indent: string): string {
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const inner = `${indent}  `;
  if (Array.isArray(value)) {
    const items = value.map((item) => formatJson(item, inner));
    const line = `[${items.join(", ")}]`;
    const breaks =
      line.includes("\n") || indent.length + '"references": '.length + line.length > 100;
    if (!breaks) return line;
    return `[\n${items.map((item) => inner + item).join(",\n")}\n${indent}]`;
  }
  const entries = Object.entries(value);
  const [first] = entries;
  if (entries.length === 1 && first !== undefined && first[0] === "path") {
    return `{ "path": ${JSON.stringify(first[1])} }`;
  }
  if (entries.length === 0) return "{}";
  const lines = entries.map(([k, v]) => `${inner}${JSON.stringify(k)}: ${formatJson(v, inner)}`);
  return `{\n${lines.join(",\n")}\n${indent}}`;
}
