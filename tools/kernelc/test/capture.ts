/** Runs the driver in process and keeps what it writes. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runCli } from "@strata/kernelc";

/** What a run wrote, and its exit status. */
export interface Outcome {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** How `kernelc` is run. */
export interface Surroundings {
  readonly stdin?: string;
  /** A folder for compiled code; by default none can be kept. */
  readonly cache?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Whether both outputs are terminals. */
  readonly terminal?: boolean;
}

/** Runs `kernelc` with arguments. */
export async function kernelc(
  args: readonly string[],
  { stdin = "", cache = "/dev/null/nowhere", env = {}, terminal = false }: Surroundings = {},
): Promise<Outcome> {
  const out: Uint8Array[] = [];
  const err: Uint8Array[] = [];
  const into = (chunks: Uint8Array[]) => ({
    isTerminal: terminal,
    columns: 80,
    write: (data: string | Uint8Array) => void chunks.push(Buffer.from(data)),
  });
  const status = await runCli(args, {
    stdout: into(out),
    stderr: into(err),
    env: { XDG_CACHE_HOME: cache, ...env },
    readStdin: async () => Buffer.from(stdin),
  });
  return {
    status,
    stdout: Buffer.concat(out).toString(),
    stderr: Buffer.concat(err).toString(),
  };
}

/** A folder that `cleanUp` removes. */
export function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "kernelc-test-"));
  folders.push(folder);
  return folder;
}

const folders: string[] = [];

/** Removes the folders made. */
export function removeFolders(): void {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
}
