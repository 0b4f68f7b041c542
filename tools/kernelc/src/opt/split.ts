/** Pieces of a file, for `--split-input-file`. */
import { SourceFile } from "@strata/support";

/** The line between two pieces, in and out. */
export const SPLIT_MARKER = "// -----";

/**
 * The pieces between lines that are `// -----`. Each keeps the line numbers of the whole: it starts
 * with as many empty lines as stand before it.
 */
export function splitSource(file: SourceFile): readonly SourceFile[] {
  const pieces: SourceFile[] = [];
  let lines: string[] = [];
  let before = 0;
  const close = (next: number): void => {
    pieces.push(new SourceFile(file.name, "\n".repeat(before) + lines.join("\n")));
    lines = [];
    before = next;
  };
  for (let line = 1; line <= file.lineCount; line++) {
    const text = file.lineText(line);
    if (text.trim() === SPLIT_MARKER) close(line);
    else lines.push(text);
  }
  close(file.lineCount);
  return pieces;
}
