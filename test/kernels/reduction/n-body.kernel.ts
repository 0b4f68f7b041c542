import { build, sum, type Dim, type f32, type Tensor } from "@strata/kernel";

/** Gravitational accelerations of n bodies on each other (G = 1), softened at short distance. */
export function accelerations<n extends Dim>(
  position: Tensor<f32, [n, 3]>,
  mass: Tensor<f32, [n]>,
  softening: f32,
): Tensor<f32, [n, 3]> {
  const n = mass.shape[0];
  return build([n, 3], (i, axis) =>
    sum(n, (j) => {
      const dx = position.at(j, 0) - position.at(i, 0);
      const dy = position.at(j, 1) - position.at(i, 1);
      const dz = position.at(j, 2) - position.at(i, 2);
      const squared = dx * dx + dy * dy + dz * dz + softening * softening;
      const pull = mass.at(j) / (squared * Math.sqrt(squared));
      return pull * (position.at(j, axis) - position.at(i, axis));
    }),
  );
}
