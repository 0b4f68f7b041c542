/** Where a command's text or bytes go: a file, written whole or not at all, or standard output. */
import type { CommandContext } from "./cli.ts";
import { usageError } from "./failures.ts";

/** Writes text to a file, or to standard output where none (or `-`) is named. */
export async function writeOutput(
  path: string | undefined,
  content: string | Uint8Array,
  { io }: CommandContext,
  kind: "text" | "binary" = typeof content === "string" ? "text" : "binary",
): Promise<void> {
  if (path !== undefined && path !== "-") {
    const [{ writeWhole }, { encodeUtf8 }] = await Promise.all([
      import("@strata/runtime"),
      import("@strata/support"),
    ]);
    await writeWhole(path, typeof content === "string" ? encodeUtf8(content) : content);
    return;
  }
  if (kind === "binary" && io.stdout.isTerminal) {
    throw usageError("cli.binary-to-terminal", "a binary is not written to a terminal", {
      hint: "name a file with -o, or send the output elsewhere",
    });
  }
  io.stdout.write(content);
}
