/** Failures that are not the user's, and readers that go away. */
import { spawnSync } from "node:child_process";
import { readFileSync, rmSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { bug, DiagnosticError, SourceFile } from "@strata/support";
import { expect, it, onTestFinished } from "vitest";
import { environmentError } from "../src/failures.ts";
import { reportFailure } from "../src/report.ts";

function report(error: unknown): { status: number; stderr: string } {
  let stderr = "";
  const stream = { isTerminal: false, columns: 80, write: () => undefined };
  const keep = { ...stream, write: (data: string | Uint8Array) => void (stderr += String(data)) };
  const io = { stdout: stream, stderr: keep, env: {}, readStdin: async () => new Uint8Array() };
  const sources = [new SourceFile("x.kernel.ts", "the text")];
  return { status: reportFailure(error, { io, argv: ["run", "x.kernel.ts"], sources }), stderr };
}

it.each([
  ["an exception", new TypeError("x is undefined\nmore")],
  ["a diagnostic", new DiagnosticError(bug("pass.crashed", "x is undefined"))],
  ["anything else", "x is undefined"],
])("calls %s of ours a bug, in one line that names a report", (_what, error) => {
  const { status, stderr } = report(error);
  expect(status).toBe(70);
  expect(stderr.trim().split("\n")).toHaveLength(1);
  expect(stderr).toMatch(/^kernelc: this is a bug in Strata; .*x is undefined\n$/);
  const [, path = ""] = / report it with (\S+):/.exec(stderr) ?? [];
  onTestFinished(() => rmSync(dirname(path), { recursive: true }));
  const text = readFileSync(path, "utf8");
  for (const part of ['["run","x.kernel.ts"]', "--- x.kernel.ts\nthe text", "x is undefined"]) {
    expect(text).toContain(part);
  }
});

it("tells what the environment lacks", () => {
  const error = environmentError("runtime.device-unavailable", "no GPU", { hint: "buy one" });
  const { status, stderr } = report(error);
  expect(status).toBe(3);
  expect(stderr).toBe("error[runtime.device-unavailable]: no GPU\n  = help: buy one\n");
});

it("stops writing when nobody reads", () => {
  const root = resolve(import.meta.dirname, "../../..");
  const text = Array.from({ length: 4000 }, (_, k) => `func.func private @f${k}(i32)`).join("\n");
  const command = '"$0" opt | head -n 1; echo "${PIPESTATUS[0]}"';
  const run = spawnSync("bash", ["-c", command, join(root, "kernelc")], {
    input: text,
    encoding: "utf8",
  });
  expect(run).toMatchObject({ stdout: "module {\n0\n", stderr: "" });
});
