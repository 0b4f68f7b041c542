/** Reading texts that a command works on. */
import { readFile } from "node:fs/promises";
import { SourceFile, tryDecodeUtf8 } from "@strata/support";
import type { CommandContext } from "./cli.ts";
import { inputError } from "./failures.ts";

/** Reads a text, `-` being standard input; a diagnostic if it cannot be read or is no text. */
export async function readSource(path: string, context: CommandContext): Promise<SourceFile> {
  const bytes = path === "-" ? await context.io.readStdin() : await readBytes(path);
  const text = tryDecodeUtf8(bytes);
  if (text === undefined) {
    throw inputError("cli.not-text", `${path} is not UTF-8 text`, {
      hint: "name a text file",
    });
  }
  const source = new SourceFile(path === "-" ? "<stdin>" : path, text);
  context.sources.push(source);
  return source;
}

async function readBytes(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (error) {
    throw inputError("cli.unreadable", `cannot read ${path}: ${reasonOf(error)}`, {
      hint: "check the path and the permissions",
    });
  }
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file or folder",
  EACCES: "permission is denied",
  EPERM: "permission is denied",
  EISDIR: "it is a folder",
  ENOTDIR: "a part of its path is a file, not a folder",
};

function reasonOf(error: unknown): string {
  if (typeof error === "object" && error !== null && "code" in error) {
    return REASONS[String(error.code)] ?? String(error.code);
  }
  return error instanceof Error ? error.message : String(error);
}
