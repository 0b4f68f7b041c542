/** Hostile variants of textual IR: characters and stretches changed, doubled, moved, cut out. */
import type { Random } from "@strata/support";

/** What is put into texts: the punctuation and words that the grammar turns on. */
const morsels = [
  "%0", "%x#1", "^bb0", "@f", "#map", "!t", "{", "}", "(", ")", "[", "]", "<", ">", "->", "=", ",", ":", "::", "\"",
  "\\", "//", "{-#", "#-}", "loc(", "dense<", "array<i32: ", "affine_map<(d0) -> (d0)>", "i0", "i99999999",
  "0x", "-1", "1e999", "99999999999999999999", "vector<", "tensor<*x", "memref<?x", "\u0000", "\u00e9", "\ud800",
  "builtin.module", "func.func @g()", "scf.for", "true", "unit", "\n", " ",
] as const; // prettier-ignore

/** One change of a text, or up to four, with pieces of another. */
export function mutate(random: Random, text: string, other: string): string {
  let out = text;
  const changes = random.int(0, 2) === 0 ? random.int(2, 4) : 1;
  for (let i = 0; i < changes; i++) out = change(random, out, other);
  return out;
}

function change(random: Random, text: string, other: string): string {
  const at = random.int(0, text.length);
  const end = Math.min(text.length, at + random.int(0, 23));
  switch (random.int(0, 8)) {
    case 0:
      return text.slice(0, at) + text.slice(end);
    case 1:
      return text.slice(0, at) + morsels[random.int(0, morsels.length - 1)]! + text.slice(at);
    case 2:
      return text.slice(0, at) + morsels[random.int(0, morsels.length - 1)]! + text.slice(end);
    case 3:
      return text.slice(0, end) + text.slice(at);
    case 4: {
      const from = random.int(0, other.length);
      const piece = other.slice(from, from + random.int(0, 59));
      return text.slice(0, at) + piece + text.slice(end);
    }
    case 5:
      return text.slice(0, at);
    case 6:
      return swapWord(random, text, /%[\w#]+/g);
    case 7:
      return swapWord(random, text, /\b(?:i\d+|f\d+|index|\d+)\b/g);
    default: {
      const c = String.fromCharCode(random.int(0, random.int(0, 7) === 0 ? 0xffff : 127));
      return text.slice(0, at) + c + text.slice(at + 1);
    }
  }
}

/** Puts one of the words that match in place of another. */
function swapWord(random: Random, text: string, words: RegExp): string {
  const found = [...text.matchAll(words)];
  if (found.length < 2) return text;
  const place = found[random.int(0, found.length - 1)]!;
  const word = found[random.int(0, found.length - 1)]![0];
  return text.slice(0, place.index) + word + text.slice(place.index + place[0].length);
}

/** Text of random bytes, mostly printable. */
export function noise(random: Random, length: number): string {
  let out = "";
  for (let i = 0; i < length; i++) {
    out +=
      random.int(0, 3) === 0
        ? morsels[random.int(0, morsels.length - 1)]!
        : String.fromCharCode(random.int(0, 255));
  }
  return out;
}
