/**
 * UTF-8, in every JavaScript host.
 *
 * Bytes that are not UTF-8 survive as text: `decodeBytes` makes byte b (0x80…0xFF) the lone surrogate
 * U+DC00 + b, and `encodeUtf8` turns exactly those back into the byte.
 */

declare class TextEncoder {
  encode(text: string): Uint8Array;
  encodeInto(text: string, into: Uint8Array): { read: number; written: number };
}
declare class TextDecoder {
  constructor(label: string, options: { fatal: boolean; ignoreBOM?: boolean });
  decode(bytes: Uint8Array): string;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true });
/** Keeps a byte order mark, which is data inside a string. */
const exactDecoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** The UTF-8 bytes of a text; lone surrogates that stand for bytes become those bytes. */
export function encodeUtf8(text: string): Uint8Array {
  if (text.isWellFormed()) return encoder.encode(text);
  const bytes: number[] = [];
  for (const ch of text) {
    const c = ch.codePointAt(0)!;
    if (c >= 0xdc80 && c <= 0xdcff) bytes.push(c - 0xdc00);
    else bytes.push(...encoder.encode(ch));
  }
  return Uint8Array.from(bytes);
}

/** The text of any bytes; what is not UTF-8 becomes lone surrogates that `encodeUtf8` undoes. */
export function decodeBytes(bytes: Uint8Array): string {
  const whole = tryDecode(exactDecoder, bytes);
  if (whole !== undefined) return whole;
  let out = "";
  for (let i = 0; i < bytes.length;) {
    const first = bytes[i]!;
    const length = first < 0x80 ? 1 : first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
    const character =
      length === 0 ? undefined : tryDecode(exactDecoder, bytes.subarray(i, i + length));
    out += character ?? String.fromCharCode(0xdc00 + first);
    i += character === undefined ? 1 : length;
  }
  return out;
}

/** The text of UTF-8 bytes; undefined when they are not valid. */
export function tryDecodeUtf8(bytes: Uint8Array): string | undefined {
  return tryDecode(decoder, bytes);
}

function tryDecode(by: TextDecoder, bytes: Uint8Array): string | undefined {
  try {
    return by.decode(bytes);
  } catch {
    return undefined;
  }
}

/**
 * The UTF-16 code units of a text, closed by a 0: bytes where all are ASCII, which is as it is with
 * most sources, else 16 bits each.
 */
export function codeUnitsOf(text: string): Uint8Array | Uint16Array {
  const n = text.length;
  const narrow = new Uint8Array(n + 1);
  const { read, written } = encoder.encodeInto(text, narrow);
  if (read === n && written === n) return narrow;
  const wide = new Uint16Array(n + 1);
  for (let i = 0; i < n; i++) wide[i] = text.charCodeAt(i);
  return wide;
}
