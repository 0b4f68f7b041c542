import { build, f64, sum, type Dim, type Tensor } from "@strata/kernel";

function mel(hertz: f64): f64 {
  return 2595 * Math.log10(1 + hertz / 700);
}

/**
 * Log energies in bands that are equally wide on the mel scale: triangular weights over the bins of
 * power spectra, which reach from 0 to `top` Hz.
 */
export function melBands<t extends Dim, b extends Dim, k extends Dim>(
  power: Tensor<f64, [t, b]>,
  floor: Tensor<f64, [k]>,
  top: f64,
): Tensor<f64, [t, k]> {
  const [bins, bands] = [power.shape[1], floor.shape[0]];
  const step = mel(top) / f64(bands + 1);
  return build([power.shape[0], bands], (frame, band) => {
    const centre = step * f64(band + 1);
    const energy = sum(bins, (bin) => {
      const place = mel((top * f64(bin)) / Math.max(f64(bins) - 1, 1));
      return power.at(frame, bin) * Math.max(0, 1 - Math.abs(place - centre) / step);
    });
    return Math.log(energy + floor.at(band));
  });
}
