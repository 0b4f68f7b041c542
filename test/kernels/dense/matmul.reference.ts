export function matmul(
  a: Float32Array,
  b: Float32Array,
  m: number,
  k: number,
  n: number,
): Float32Array {
  const result = new Float32Array(m * n);
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < n; j++) {
      let total = 0;
      for (let p = 0; p < k; p++) total += a[i * k + p]! * b[p * n + j]!;
      result[i * n + j] = total;
    }
  }
  return result;
}

export function matmulInteger(
  a: Int32Array,
  b: Int32Array,
  m: number,
  k: number,
  n: number,
): Int32Array {
  const result = new Int32Array(m * n);
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < n; j++) {
      for (let p = 0; p < k; p++) {
        result[i * n + j]! += Math.imul(a[i * k + p]!, b[p * n + j]!);
      }
    }
  }
  return result;
}

/** The numbers that bf16 bit patterns stand for: the top halves of f32 patterns. */
export function widen(bits: Uint16Array): Float32Array {
  return new Float32Array(Uint32Array.from(bits, (pattern) => pattern << 16).buffer);
}

export function matmulNarrow(
  a: Uint16Array,
  b: Uint16Array,
  m: number,
  k: number,
  n: number,
): Float32Array {
  return matmul(widen(a), widen(b), m, k, n);
}
