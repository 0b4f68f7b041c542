/** What the command line alone decides: help, version, mistakes of usage, completion. */
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { kernelc, makeFolder, removeFolders } from "./capture.ts";

afterAll(removeFolders);

describe("help", () => {
  it("lists the commands, examples and exit status", async () => {
    const { status, stdout, stderr } = await kernelc(["--help"]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    for (const command of ["run", "build", "opt", "devices", "completion"]) {
      expect(stdout).toMatch(new RegExp(`^  ${command} `, "m"));
    }
    expect(stdout).toContain("kernelc run heat.kernel.ts");
    expect(stdout).toContain("70 a bug in Strata");
  });

  it.each(["run", "build", "opt", "devices", "completion"])("teaches %s", async (command) => {
    const { status, stdout } = await kernelc([command, "--help"]);
    expect(status).toBe(0);
    expect(stdout).toContain("Examples:");
    expect(stdout.split("\n").every((line) => line.length <= 100)).toBe(true);
    expect(await kernelc(["help", command])).toMatchObject({ status: 0, stdout });
  });

  it("is what a call without a command shows, as an error", async () => {
    const { status, stdout, stderr } = await kernelc([]);
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
    expect(stderr).toMatch(/^Usage: kernelc/);
  });

  it("has a version", async () => {
    const version = await kernelc(["--version"]);
    expect(version).toMatchObject({ status: 0, stderr: "" });
    expect(version.stdout).toMatch(/^kernelc \d+\.\d+\.\d+\n$/);
  });
});

describe("mistakes of usage", () => {
  const cases: readonly [string, readonly string[], string, string][] = [
    ["an unknown command", ["rum"], "cli.unknown-command", "did you mean run?"],
    ["an unknown option", ["run", "x.ts", "--jsn"], "cli.unknown-option", "did you mean --json?"],
    ["a missing file", ["run"], "cli.missing-argument", "kernelc run --help"],
    ["an option without its value", ["run", "x.ts", "--in"], "cli.option-missing-argument", "help"],
    ["two files", ["run", "x.ts", "y.ts"], "cli.excess-arguments", "kernelc run --help"],
    ["an unknown level", ["build", "x.ts", "--emit", "lop"], "cli.invalid-argument", "loop"],
    ["no level", ["build", "x.ts"], "cli.missing-mandatory-option-value", "--emit"],
    ["an argument without a name", ["run", "x.ts", "--in", "3"], "cli.in", "--in u=plate.npy"],
    ["an empty argument", ["run", "x.ts", "--in", "u="], "cli.in", "name=VALUE"],
    ["an argument twice", ["run", "x.ts", "--in", "u=1", "--in", "u=2"], "cli.in-twice", '"u"'],
    ["an empty output", ["run", "x.ts", "--out", "a="], "cli.out", "--out result.npy"],
    ["no run at all", ["run", "x.ts", "--repeat", "0"], "cli.count", "--repeat 4"],
    ["half a run", ["run", "x.ts", "--repeat", "1.5"], "cli.count", "--repeat 4"],
    ["an unknown device", ["run", "x.ts", "--device", "wsam"], "runtime.unknown-device", "wasm"],
    ["a device number", ["run", "x.ts", "--device", "wasm:7"], "runtime.device-index", "wasm:0"],
    [
      "threads for one",
      ["run", "x.ts", "--device", "wasm", "--threads", "4"],
      "cli.threads",
      "one thread",
    ],
    ["no threads", ["run", "x.ts", "--threads", "0"], "cli.count", "--threads 4"],
    ["an odd shape", ["build", "x.ts", "-e", "loop", "-s", "u=5x"], "cli.shape", "u=512x512"],
    ["an unknown shell", ["completion", "tcsh"], "cli.invalid-argument", "bash"],
  ];

  it.each(cases)("%s", async (_what, args, code, text) => {
    const { status, stdout, stderr } = await kernelc(args);
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
    expect(stderr).toContain(`error[${code}]: `);
    expect(stderr).toContain(text);
    expect(stderr).not.toMatch(/^\s+at /m);
  });
});

describe("completion", () => {
  const shells = ["bash", "zsh", "fish"];

  it.each(shells)("writes a script that %s reads", async (shell) => {
    const { status, stdout } = await kernelc(["completion", shell]);
    expect(status).toBe(0);
    expect(stdout).toContain("print-ir-after-all");
    if (spawnSync(shell, ["-c", "true"]).status !== 0) return;
    const script = join(makeFolder(), "script");
    writeFileSync(script, stdout);
    expect(spawnSync(shell, ["-n", script], { encoding: "utf8" })).toMatchObject({
      status: 0,
      stderr: "",
    });
  });

  it("completes in bash", async () => {
    const { stdout } = await kernelc(["completion", "bash"]);
    const complete = (...words: readonly string[]): string[] => {
      const list = words.map((word) => `'${word}'`).join(" ");
      const call = `COMP_WORDS=(${list}); COMP_CWORD=${words.length - 1}; _kernelc`;
      const script = `${stdout}\n${call}\nprintf '%s\\n' "\${COMPREPLY[@]}"`;
      const run = spawnSync("bash", ["-c", script], { encoding: "utf8", cwd: makeFolder() });
      return run.stdout.split("\n").filter((line) => line !== "");
    };
    expect(complete("kernelc", "b")).toEqual(["build"]);
    expect(complete("kernelc", "run", "--de")).toEqual(["--device"]);
    expect(complete("kernelc", "build", "x.ts", "--emit", "lo")).toEqual(["loop"]);
    expect(complete("kernelc", "completion", "z")).toEqual(["zsh"]);
  });
});

it("is started by ./kernelc", () => {
  const root = resolve(import.meta.dirname, "../../..");
  const run = spawnSync(join(root, "kernelc"), ["run"], { encoding: "utf8" });
  expect(run).toMatchObject({ status: 2, stdout: "" });
  expect(run.stderr).toContain("error[cli.missing-argument]");
});
