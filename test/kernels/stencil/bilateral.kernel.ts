import { f32, reflect, stencil, type Dim, type Tensor } from "@strata/kernel";

/** A 5 × 5 blur that keeps edges: neighbours count less the further off and the more different. */
export function bilateral<h extends Dim, w extends Dim>(
  picture: Tensor<f32, [h, w]>,
  distance: f32,
  contrast: f32,
): Tensor<f32, [h, w]> {
  const perDistance = -0.5 / (distance * distance);
  const perContrast = -0.5 / (contrast * contrast);
  return stencil(picture, reflect, (c) => {
    let total: f32 = 0;
    let weights: f32 = 0;
    for (let i = -2; i <= 2; i++) {
      for (let j = -2; j <= 2; j++) {
        const change = c(i, j) - c(0, 0);
        const weight = Math.exp(perDistance * f32(i * i + j * j) + perContrast * change * change);
        total += weight * c(i, j);
        weights += weight;
      }
    }
    return total / weights;
  });
}
