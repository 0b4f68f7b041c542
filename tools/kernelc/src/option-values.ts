/** Values of options that are judged without looking at any file. */
import { usageError } from "./failures.ts";

/** A count from 1; `flag` is for the message. */
export function parseCount(flag: string, text: string): number {
  const count = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(count) && count >= 1) return count;
  throw usageError("cli.count", `${flag} needs a whole number from 1, found "${text}"`, {
    hint: `write for example ${flag} 4`,
  });
}

const NAMED_EXTENTS = /^([A-Za-z_$][\w$]*)=(\d+(?:[x×]\d+)*)$/;

/** What `--shape` fixes: the extents of a tensor, or of a named dimension. */
export interface ShapeRequest {
  readonly name: string;
  readonly extents: readonly number[];
}

/** The texts of `--shape`: `u=512x512`, `n=512`. */
export function parseShapes(texts: readonly string[]): readonly ShapeRequest[] {
  return texts.map((text) => {
    const [, name, list] = NAMED_EXTENTS.exec(text) ?? [];
    const extents = list?.split(/[x×]/).map(Number) ?? [];
    if (name !== undefined && extents.every(Number.isSafeInteger)) return { name, extents };
    throw usageError("cli.shape", `--shape needs NAME=EXTENTS, found "${text}"`, {
      hint: "write for example --shape u=512x512 or --shape n=512",
    });
  });
}
