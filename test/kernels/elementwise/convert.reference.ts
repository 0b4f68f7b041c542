const { fround } = Math;

export function toBytes(x: Float32Array): Uint8Array {
  const result = new Uint8Array(x.length);
  for (let k = 0; k < x.length; k++) {
    const scaled = fround(fround(255 * x[k]!) + 0.5);
    result[k] = Number.isNaN(scaled) ? 0 : Math.trunc(Math.min(Math.max(scaled, 0), 255));
  }
  return result;
}

export function fromBytes(x: Uint8Array): Float32Array {
  const result = new Float32Array(x.length);
  for (let k = 0; k < x.length; k++) result[k] = x[k]! / 255;
  return result;
}

/** The top 16 bits of an f32, rounded to nearest even. */
function brainBits(x: number): number {
  const bits = new Uint32Array(new Float32Array([x]).buffer)[0]!;
  return (bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16;
}

function fromBrainBits(bits: number): number {
  return new Float32Array(new Uint32Array([bits << 16]).buffer)[0]!;
}

/** `half` and `brain` are bit patterns; the numbers must be finite. */
export function narrow(x: Float32Array): {
  half: Uint16Array;
  brain: Uint16Array;
  whole: Int16Array;
  loss: Float32Array;
} {
  const halves = new Float16Array(x);
  const brain = new Uint16Array(x.length);
  const whole = new Int16Array(x.length);
  const loss = new Float32Array(x.length);
  for (let k = 0; k < x.length; k++) {
    const v = x[k]!;
    brain[k] = brainBits(v);
    whole[k] = Math.trunc(Math.min(Math.max(v, -32768), 32767));
    const offHalf = Math.abs(fround(v - halves[k]!));
    loss[k] = Math.max(offHalf, Math.abs(fround(v - fromBrainBits(brain[k]!))));
  }
  return { half: new Uint16Array(halves.buffer), brain, whole, loss };
}
