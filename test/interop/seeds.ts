/** Texts that fuzzing starts from: the modules of the dialects' own tests, and of the corpus. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Context, parseModule } from "@strata/ir";
import { DiagnosticError } from "@strata/support";
import { corpusFiles, corpusFolder, readPieces } from "./corpus.ts";

const dialects = fileURLToPath(new URL("../../dialects", import.meta.url));

/** Longer texts cost more time than they find. */
const longest = 6000;

/** The texts that a context reads, in an order that is the same everywhere. */
export function seedTexts(context: Context): string[] {
  const own = readdirSync(dialects)
    .sort()
    .flatMap((name) => {
      const folder = join(dialects, name, "test");
      if (!existsSync(folder)) return [];
      return readdirSync(folder)
        .sort()
        .filter((file) => file.endsWith(".mlir"))
        .flatMap((file) => readFileSync(join(folder, file), "utf8").split(/^\/\/ -----.*$/m));
    });
  const corpus = existsSync(corpusFolder)
    ? corpusFiles().flatMap((f) => [...readPieces("pretty", f), ...readPieces("generic", f)])
    : [];
  return [...own, ...corpus].flatMap(stretches).filter((text) => isRead(context, text));
}

function isRead(context: Context, text: string): boolean {
  try {
    parseModule(context, text);
    return true;
  } catch (error) {
    if (error instanceof DiagnosticError) return false;
    throw error;
  }
}

/** A text, or functions of it that are short enough. */
function stretches(text: string): string[] {
  if (text.length <= longest) return [text];
  return text.split(/\n(?=\s*(?:func\.func|"func\.func"))/).map((part) => part.slice(0, longest));
}
