export function accelerations(
  position: Float32Array,
  mass: Float32Array,
  softening: number,
): Float32Array {
  const n = mass.length;
  const total = new Float64Array(3 * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      const away = [0, 1, 2].map((axis) => position[3 * j + axis]! - position[3 * i + axis]!);
      const squared = away.reduce((acc, d) => acc + d * d, softening * softening);
      for (const [axis, d] of away.entries()) {
        total[3 * i + axis]! += (mass[j]! * d) / squared ** 1.5;
      }
    }
  }
  return new Float32Array(total);
}
