export function parity(flags: Uint8Array): Uint8Array {
  const result = new Uint8Array(flags.length);
  let odd = 0;
  for (let i = 0; i < flags.length; i++) {
    odd = (odd + flags[i]!) % 2;
    result[i] = odd;
  }
  return result;
}
