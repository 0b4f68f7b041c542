export function energy(signal: Float32Array, window: Float32Array, hop: number): Float32Array {
  const energies: number[] = [];
  for (let from = 0; from + window.length <= signal.length; from += hop) {
    let total = 0;
    for (let p = 0; p < window.length; p++) total += (window[p]! * signal[from + p]!) ** 2;
    energies.push(total);
  }
  return new Float32Array(energies);
}
