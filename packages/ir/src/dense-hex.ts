/** The hexadecimal form of dense constants: `dense<"0x…">`, little-endian bytes of the elements. */
import { type DenseElement, FloatAttr, IntegerAttr } from "./builtin-attributes.ts";
import { FloatType, i1, IndexType, type IntegerType, type ShapedType } from "./builtin-types.ts";

/**
 * The elements that hexadecimal bytes stand for: one for a splat, else as many as the type has.
 * `perElement` numbers make one element: two of a complex one. Undefined when their number is wrong or the text is no `0x…`.
 */
export function decodeDenseHex(
  hex: string,
  type: ShapedType,
  element: IntegerType | IndexType | FloatType,
  perElement = 1,
): DenseElement[] | undefined {
  if (!/^0x([0-9A-Fa-f]{2})*$/.test(hex)) return undefined;
  const bytes = Uint8Array.from(
    (hex.slice(2).match(/../g) ?? []).map((b) => Number.parseInt(b, 16)),
  );
  const n = type.numElements * perElement;
  if (element === i1 && perElement === 1) {
    if (bytes.length === 1 && (bytes[0] === 0xff || bytes[0] === 0)) {
      return [IntegerAttr.bool(bytes[0] !== 0)];
    }
    if (bytes.length !== Math.ceil(n / 8)) return undefined;
    return Array.from({ length: n }, (_, i) =>
      IntegerAttr.bool(((bytes[i >> 3]! >> (i & 7)) & 1) === 1),
    );
  }
  const width = element instanceof IndexType ? 64 : element.width;
  const size = Math.ceil(width / 8);
  if (bytes.length !== size * n && bytes.length !== size * perElement) return undefined;
  return Array.from({ length: bytes.length / size }, (_, i) => {
    let v = 0n;
    for (let b = size - 1; b >= 0; b--) v = (v << 8n) | BigInt(bytes[i * size + b]!);
    return element instanceof FloatType
      ? FloatAttr.fromBits(v, element)
      : IntegerAttr.get(v, element);
  });
}
