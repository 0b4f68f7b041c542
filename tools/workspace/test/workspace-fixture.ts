/** Small workspaces in a temporary folder. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { onTestFinished } from "vitest";

/** What a fixture's package states; the defaults are no dependencies and the export `.`. */
export interface PackageSpec {
  readonly floor: number | "tool" | "dev";
  readonly dependencies?: readonly string[];
  readonly devDependencies?: readonly string[];
  readonly exports?: Readonly<Record<string, string>>;
  readonly files?: Readonly<Record<string, string>>;
}

/** Writes a workspace of `folder → package` and returns its root, removed when the test finishes. */
export function writeWorkspace(packages: Readonly<Record<string, PackageSpec>>): string {
  const root = mkdtempSync(join(tmpdir(), "strata-workspace-"));
  onTestFinished(() => rmSync(root, { recursive: true }));
  const versions = (names: readonly string[]): Record<string, string> =>
    Object.fromEntries(names.map((name) => [name, "workspace:*"]));
  for (const [folder, spec] of Object.entries(packages)) {
    const manifest = {
      name: `@strata/${folder.slice(folder.lastIndexOf("/") + 1)}`,
      nx: { tags: [`floor:${spec.floor}`] },
      exports: spec.exports ?? { ".": "./src/index.ts" },
      dependencies: versions(spec.dependencies ?? []),
      devDependencies: versions(spec.devDependencies ?? []),
    };
    writeText(join(root, folder, "package.json"), JSON.stringify(manifest, null, 2));
    for (const [path, text] of Object.entries(spec.files ?? {})) {
      writeText(join(root, folder, path), text);
    }
  }
  return root;
}

function writeText(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}
