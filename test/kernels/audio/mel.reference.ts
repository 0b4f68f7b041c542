export function melBands(
  power: Float64Array,
  floor: Float64Array,
  top: number,
  [frames, bins]: readonly [number, number],
): Float64Array {
  const mel = (hertz: number): number => 2595 * Math.log10(1 + hertz / 700);
  const bands = floor.length;
  const step = mel(top) / (bands + 1);
  const out = new Float64Array(frames * bands);
  for (let t = 0; t < frames; t++) {
    for (let k = 0; k < bands; k++) {
      let energy = 0;
      for (let b = 0; b < bins; b++) {
        const place = mel((top * b) / Math.max(bins - 1, 1));
        const weight = Math.max(0, 1 - Math.abs(place - step * (k + 1)) / step);
        energy += power[t * bins + b]! * weight;
      }
      out[t * bands + k] = Math.log(energy + floor[k]!);
    }
  }
  return out;
}
