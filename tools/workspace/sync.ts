/**
 * Writes every tsconfig's `references` from the packages' dependencies.
 *
 * `node tools/workspace/sync.ts` writes; `--check` writes nothing and exits 1 if a file is out of date.
 */
import { writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { readPackages } from "./src/packages.ts";
import { deriveTsconfigs } from "./src/tsconfigs.ts";

const root = resolve(import.meta.dirname, "../..");
const check = process.argv.includes("--check");
const stale = deriveTsconfigs(root, readPackages(root)).filter((file) => file.stale);
for (const { path, text } of stale) {
  if (check) console.error(`${path}: out of date with package.json; run: npm run sync`);
  else {
    writeFileSync(join(root, path), text);
    console.log(`wrote ${path}`);
  }
}
if (check && stale.length > 0) process.exitCode = 1;
