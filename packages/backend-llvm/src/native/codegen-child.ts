/**
 * Code generation in a process of its own, for targets and sources on which LLVM may give up: it
 * ends its process where it cannot select an instruction.
 *
 * Invariants: this process never runs code generation for the request; whatever happens to the
 * other one becomes a diagnostic.
 */
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { DiagnosticError, type Diagnostic } from "@strata/support";
import {
  encodeRequest,
  tryDecodeMessage,
  type Answer,
  type ChildOptions,
  type TargetRequest,
} from "./child-protocol.ts";
import { codegenDied, unknownCpu } from "./errors.ts";
import type { MachineDescription } from "./target.ts";

/** Code for a machine, and what LLVM had to say. */
export interface TargetCode {
  readonly bytes: Uint8Array;
  readonly machine: MachineDescription;
  readonly reports: readonly Diagnostic[];
}

/** The built package has JavaScript in the place of sources. */
const extension = import.meta.url.endsWith(".ts") ? "ts" : "js";
const program = fileURLToPath(new URL(`./child-main.${extension}`, import.meta.url));

interface Ended {
  readonly stdout: Uint8Array;
  readonly stderr: string;
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

function runChild(request: Uint8Array): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ["--no-warnings", program], {
      stdio: ["pipe", "pipe", "pipe"],
    });
    const [stdout, stderr]: [Buffer[], Buffer[]] = [[], []];
    child.stdout.on("data", (chunk: Buffer) => stdout.push(chunk));
    child.stderr.on("data", (chunk: Buffer) => stderr.push(chunk));
    child.on("error", reject);
    child.on("close", (code, signal) => {
      const text = Buffer.concat(stderr).toString("utf8");
      resolve({ stdout: Buffer.concat(stdout), stderr: text, code, signal });
    });
    // A child that ends early does not read: what became of it is told by how it ended.
    child.stdin.on("error", () => undefined);
    child.stdin.end(request);
  });
}

/** Makes code for a target in another process; diagnostics for whatever goes wrong there. */
export async function generateInChild(
  source: Uint8Array,
  target: TargetRequest,
  options: ChildOptions,
): Promise<TargetCode> {
  const ended = await runChild(encodeRequest({ source, options, target }));
  // LLVM may go on without a processor that it does not know.
  if (ended.stderr.includes("is not a recognized processor")) {
    throw unknownCpu(target.cpu ?? "", target.triple);
  }
  const decoded = tryDecodeMessage(ended.stdout);
  if (decoded === undefined) {
    const how = ended.signal === null ? `ended with ${ended.code}` : `died of ${ended.signal}`;
    throw codegenDied(target.triple, how, ended.stderr);
  }
  const head = decoded.head as Answer;
  if (!head.ok) throw new DiagnosticError(head.diagnostics);
  return { bytes: decoded.bytes, machine: head.machine, reports: head.diagnostics };
}
