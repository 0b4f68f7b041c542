/**
 * Builds the npm package `llvm-bindings` in .cache, for the tests of what is built through it.
 *
 * It is an optional peer that nothing installs on its own: building it takes minutes, LLVM 14's development files and a
 * C++ compiler. Node's headers are those of an installed Node: the package uses Node-API only, which is the same in all.
 */
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { root, run, runMain, SetupError } from "./setup.mjs";

const folder = join(root, ".cache", "llvm-bindings");
const built = join(folder, "node_modules/llvm-bindings/build/Release/llvm-bindings.node");

const MANIFEST = {
  private: true,
  dependencies: { "llvm-bindings": "0.4.2" },
  // The one it asks for fetches headers from nodejs.org whatever it is told.
  overrides: { "cmake-js": "^8.0.0" },
};

/** The folder above `include/node` of an installed Node. */
function findHeaders() {
  const folders = [dirname(dirname(process.execPath)), "/usr", "/usr/local"];
  return folders.find((one) => existsSync(join(one, "include/node/node_api.h")));
}

/** Installs and compiles the package, unless that was done before. */
function build() {
  if (existsSync(built)) return 0;
  const headers = findHeaders();
  if (headers === undefined) {
    throw new SetupError("Node's headers are missing (Debian: `apt-get install libnode-dev`)");
  }
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "package.json"), `${JSON.stringify(MANIFEST)}\n`);
  const env = { npm_config_nodedir: headers };
  const step = (command, args, cwd) =>
    run(process.execPath, command, args, { cwd, env, stdio: ["ignore", "ignore", "inherit"] })
      .status === 0;
  const quiet = ["--no-audit", "--no-fund", "--no-package-lock"];
  if (!step("npm", ["install", "--ignore-scripts", ...quiet], folder)) {
    throw new SetupError("npm cannot install llvm-bindings");
  }
  const source = join(folder, "node_modules/llvm-bindings");
  if (!step("npx", ["cmake-js", "compile"], source)) {
    throw new SetupError(
      "llvm-bindings does not compile; it needs LLVM 14 " +
        "(Debian: `apt-get install llvm-14-dev cmake g++ zlib1g-dev`)",
    );
  }
  return 0;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) await runMain(build);
