const { fround } = Math;
const TAPS = [1, 4, 6, 4, 1];

function clamped(i: number, n: number): number {
  return Math.min(Math.max(i, 0), n - 1);
}

/** Sums in the order of distance classes, as the kernel does, rounding at each step. */
export function gaussian(picture: Float32Array, h: number, w: number): Float32Array {
  const classes: readonly (readonly [number, readonly (readonly [number, number])[]])[] = [
    [
      1,
      [
        [-2, -2],
        [-2, 2],
        [2, -2],
        [2, 2],
      ],
    ],
    [
      4,
      [
        [-2, -1],
        [-2, 1],
        [-1, -2],
        [-1, 2],
        [1, -2],
        [1, 2],
        [2, -1],
        [2, 1],
      ],
    ],
    [
      6,
      [
        [-2, 0],
        [2, 0],
        [0, -2],
        [0, 2],
      ],
    ],
    [
      16,
      [
        [-1, -1],
        [-1, 1],
        [1, -1],
        [1, 1],
      ],
    ],
    [
      24,
      [
        [-1, 0],
        [1, 0],
        [0, -1],
        [0, 1],
      ],
    ],
    [36, [[0, 0]]],
  ];
  const result = new Float32Array(h * w);
  for (let i = 0; i < h; i++) {
    for (let j = 0; j < w; j++) {
      let total = 0;
      for (const [weight, offsets] of classes) {
        let part = 0;
        for (const [di, dj] of offsets) {
          part = fround(part + picture[clamped(i + di, h) * w + clamped(j + dj, w)]!);
        }
        total = fround(total + fround(weight * part));
      }
      result[i * w + j] = total / 256;
    }
  }
  return result;
}

/** A pass of the five taps along one axis of a row-major h × w × channels picture. */
function pass(
  picture: Float32Array,
  h: number,
  w: number,
  channels: number,
  down: boolean,
): Float32Array {
  const result = new Float32Array(picture.length);
  for (let i = 0; i < h; i++) {
    for (let j = 0; j < w; j++) {
      for (let c = 0; c < channels; c++) {
        let total = 0;
        for (let d = -2; d <= 2; d++) {
          const row = down ? clamped(i + d, h) : i;
          const column = down ? j : clamped(j + d, w);
          total = fround(
            total + fround(TAPS[d + 2]! * picture[(row * w + column) * channels + c]!),
          );
        }
        result[(i * w + j) * channels + c] = total / 16;
      }
    }
  }
  return result;
}

export function gaussianSeparable(
  picture: Float32Array,
  h: number,
  w: number,
  channels: number,
): Float32Array {
  return pass(pass(picture, h, w, channels, false), h, w, channels, true);
}
