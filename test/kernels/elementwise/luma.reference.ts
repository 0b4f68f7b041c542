const { fround } = Math;

export function luma(picture: Uint8Array): Uint8Array {
  const result = new Uint8Array(picture.length / 3);
  for (let k = 0; k < result.length; k++) {
    const red = fround(fround(0.299) * picture[3 * k]!);
    const green = fround(fround(0.587) * picture[3 * k + 1]!);
    const blue = fround(fround(0.114) * picture[3 * k + 2]!);
    result[k] = Math.trunc(fround(fround(fround(red + green) + blue) + 0.5));
  }
  return result;
}
