/** The command that tells whether a module still shows the behaviour. */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Runs a shell command on candidates, each in a file of its own. */
export class Check {
  readonly #command: string;
  readonly #timeout: number;
  readonly #folder = mkdtempSync(join(tmpdir(), "kernelc-reduce-"));
  #count = 0;

  /** `{}` in the command stands for the file, which else comes last; `timeout` in milliseconds. */
  constructor(command: string, timeout: number) {
    this.#command = command;
    this.#timeout = timeout;
  }

  /** How often the command was run. */
  get runs(): number {
    return this.#count;
  }

  /** Whether the command exits with 0 in time; a candidate that takes longer is not interesting. */
  async isInteresting(text: string): Promise<boolean> {
    const file = join(this.#folder, `candidate-${this.#count++}.mlir`);
    writeFileSync(file, text);
    const quoted = `'${file.replaceAll("'", `'\\''`)}'`;
    const line = this.#command.includes("{}")
      ? this.#command.replaceAll("{}", quoted)
      : `${this.#command} ${quoted}`;
    const status = await new Promise<number | null>((resolve) => {
      const child = spawn("sh", ["-c", line], { stdio: "ignore", detached: true });
      const stop = setTimeout(() => {
        // The group, so that what the shell has started ends as well.
        if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
      }, this.#timeout);
      child.on("error", () => resolve(null));
      child.on("exit", (code) => {
        clearTimeout(stop);
        resolve(code);
      });
    });
    rmSync(file, { force: true });
    return status === 0;
  }

  /** Removes the files. */
  close(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
