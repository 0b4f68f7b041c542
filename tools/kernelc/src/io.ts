/**
 * What the driver reads from and writes to, so that a test may run it in process.
 *
 * Invariants: results go to `stdout`, everything about the work (errors, warnings) to `stderr`; a
 * reader that went away (`| head`) stops the output, not the work.
 */

/** Where text goes. */
export interface OutputStream {
  readonly isTerminal: boolean;
  /** Columns of the terminal; 80 where there is none. */
  readonly columns: number;
  write(data: string | Uint8Array): void;
}

/** The outside of the driver. */
export interface CliIo {
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** All of standard input. */
  readStdin(): Promise<Uint8Array>;
}

function wrapStream(stream: NodeJS.WriteStream): OutputStream {
  let open = true;
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
    open = false;
  });
  return {
    isTerminal: stream.isTTY === true,
    columns: stream.columns ?? 80,
    write(data) {
      if (open) stream.write(data);
    },
  };
}

/** The streams and the environment of this process. */
export function processIo(): CliIo {
  return {
    stdout: wrapStream(process.stdout),
    stderr: wrapStream(process.stderr),
    env: process.env,
    async readStdin() {
      const chunks: Uint8Array[] = [];
      for await (const chunk of process.stdin) chunks.push(chunk as Uint8Array);
      return Buffer.concat(chunks);
    },
  };
}

/** Whether a stream takes colours: a terminal, unless NO_COLOR or FORCE_COLOR say otherwise. */
export function usesColour(stream: OutputStream, env: CliIo["env"]): boolean {
  if ((env["NO_COLOR"] ?? "") !== "") return false;
  const forced = env["FORCE_COLOR"];
  if (forced !== undefined && forced !== "") return forced !== "0";
  return stream.isTerminal && env["TERM"] !== "dumb";
}
