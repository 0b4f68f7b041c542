/**
 * What the compiler is made of, as a text that changes whenever any of it does: part of the key of
 * everything that is kept across processes.
 *
 * Sources run as they are, so an edit of any package counts: names, sizes and times of change of all
 * source files, and of the lock file for what comes from elsewhere.
 */
import { readdirSync, statSync } from "node:fs";
import { join, resolve } from "node:path";

const ROOT = resolve(import.meta.dirname, "../../..");
const GROUPS = ["packages", "dialects"];

/** The identity of this checkout and of the Node that runs it. */
export function toolchainId(): string {
  const lines = [`node ${process.versions.node} ${process.platform} ${process.arch}`];
  const note = (path: string): void => {
    const stat = statSync(path, { throwIfNoEntry: false });
    if (stat !== undefined) lines.push(`${path} ${stat.size} ${stat.mtimeMs}`);
  };
  note(join(ROOT, "pnpm-lock.yaml"));
  for (const group of GROUPS) {
    for (const name of readdirSync(join(ROOT, group)).toSorted()) {
      noteFolder(join(ROOT, group, name, "src"), note);
    }
  }
  return lines.join("\n");
}

function noteFolder(folder: string, note: (path: string) => void): void {
  let entries;
  try {
    entries = readdirSync(folder, { withFileTypes: true });
  } catch {
    return;
  }
  for (const entry of entries) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) noteFolder(path, note);
    else note(path);
  }
}
