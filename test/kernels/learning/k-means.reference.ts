export function assign(points: Float32Array, centers: Float32Array, d: number): Int32Array {
  const labels = new Int32Array(points.length / d);
  for (let i = 0; i < labels.length; i++) {
    let least = Infinity;
    for (let c = 0; c < centers.length / d; c++) {
      let total = 0;
      for (let p = 0; p < d; p++) total += (points[i * d + p]! - centers[c * d + p]!) ** 2;
      if (total < least) {
        least = total;
        labels[i] = c;
      }
    }
  }
  return labels;
}

export function kMeansStep(
  points: Float32Array,
  centers: Float32Array,
  d: number,
): { labels: Int32Array; moved: Float32Array } {
  const labels = assign(points, centers, d);
  const totals = new Float64Array(centers.length);
  const counts = new Int32Array(centers.length / d);
  for (const [i, label] of labels.entries()) {
    counts[label]!++;
    for (let p = 0; p < d; p++) totals[label * d + p]! += points[i * d + p]!;
  }
  const moved = centers.map((old, q) => {
    const count = counts[Math.floor(q / d)]!;
    return count > 0 ? totals[q]! / count : old;
  });
  return { labels, moved };
}
