/** Doc comments: which belongs to a declaration, and its text. */
import type { IToken } from "chevrotain";
import type { SourceFile } from "@strata/support";

/** The text of the doc comment directly above an offset, or undefined. */
export function docBefore(
  file: SourceFile,
  comments: readonly IToken[],
  offset: number,
): string | undefined {
  let low = 0;
  let high = comments.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((comments[middle]?.startOffset ?? Infinity) < offset) low = middle + 1;
    else high = middle;
  }
  const comment = comments[low - 1];
  if (comment === undefined || !comment.image.startsWith("/**")) return undefined;
  const between = file.text.slice(comment.startOffset + comment.image.length, offset);
  return between.trim() === "" ? docText(comment.image) : undefined;
}

/** A doc comment without its stars. */
function docText(image: string): string | undefined {
  const lines = image
    .slice(3, -2)
    .split(/\r\n|\r|\n/)
    .map((line) => line.replace(/^\s*\*? ?/, "").trimEnd());
  const text = lines.join("\n").trim();
  return text === "" ? undefined : text;
}
