import { describe, expect, it } from "vitest";
import * as fc from "fast-check";
import {
  bf16FromBits,
  bf16ToBits,
  f16FromBits,
  f16ToBits,
  f32FromBits,
  f32ToBits,
  f64FromBits,
  f64ToBits,
  roundBF16,
  roundF16,
} from "@strata/support";

interface Narrow {
  readonly name: string;
  readonly round: (x: number) => number;
  readonly toBits: (x: number) => number;
  readonly fromBits: (bits: number) => number;
  /** Bits of the largest finite number. */
  readonly top: number;
}

const formats: Narrow[] = [
  { name: "f16", round: roundF16, toBits: f16ToBits, fromBits: f16FromBits, top: 0x7bff },
  { name: "bf16", round: roundBF16, toBits: bf16ToBits, fromBits: bf16FromBits, top: 0x7f7f },
];

/** Slow and obvious: the nearest of the two neighbours found by bisection over bit patterns. */
function roundSlowly(format: Narrow, x: number): number {
  if (Number.isNaN(x) || x === 0) return x;
  const magnitude = Math.abs(x);
  let low = 0;
  let high = format.top + 1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (format.fromBits(middle) <= magnitude) low = middle;
    else high = middle;
  }
  const below = format.fromBits(low);
  const ulp = below - format.fromBits(low - 1);
  const above = low === format.top ? below + ulp : format.fromBits(high);
  // Exact: both neighbours are short, and the doubles differ by less than a factor of two here.
  const toBelow = magnitude - below;
  const toAbove = above - magnitude;
  const up = toBelow > toAbove || (toBelow === toAbove && (low & 1) === 1);
  const result = up ? (low === format.top ? Infinity : above) : below;
  return x < 0 ? -result : result;
}

/** Doubles around the interesting places of a format: neighbours, midpoints, and just beside. */
function nearby(format: Narrow): fc.Arbitrary<number> {
  return fc
    .tuple(
      fc.integer({ min: 0, max: format.top }),
      fc.constantFrom(0, 0.5, 0.25, 0.75),
      fc.constantFrom(0, 1, -1),
      fc.boolean(),
    )
    .map(([bits, fraction, nudge, negative]) => {
      const base = format.fromBits(bits);
      const next = bits === format.top ? base * 1.01 : format.fromBits(bits + 1);
      const place = base + (next - base) * fraction;
      const nudged = f64FromBits(BigInt.asUintN(63, f64ToBits(place) + BigInt(nudge)));
      const kept = place === 0 && nudge < 0 ? 0 : nudged;
      return negative ? -kept : kept;
    });
}

describe.each(formats)("$name", (format) => {
  it("rounds every bit pattern to itself", () => {
    for (let bits = 0; bits <= 0xffff; bits++) {
      const value = format.fromBits(bits);
      if (Number.isNaN(value)) {
        expect(format.round(value)).toBeNaN();
        continue;
      }
      if (!Object.is(format.round(value), value) || format.toBits(value) !== bits) {
        expect.fail(`bits ${bits.toString(16)}`);
      }
    }
  });

  it("rounds to nearest even, as bisection over all values does", () => {
    fc.assert(
      fc.property(fc.oneof(nearby(format), fc.double()), (x) => {
        expect(format.round(x)).toBe(roundSlowly(format, x));
      }),
      { numRuns: 2000 },
    );
  });

  it("is the identity after one rounding", () => {
    fc.assert(
      fc.property(fc.double(), (x) => {
        const once = format.round(x);
        expect(format.round(once)).toBe(once);
        expect(format.fromBits(format.toBits(x))).toBe(once);
      }),
    );
  });

  it("keeps zeros, infinities and makes one NaN", () => {
    expect(format.round(-0)).toBe(-0);
    expect(format.toBits(-0)).toBe(0x8000);
    expect(format.round(Infinity)).toBe(Infinity);
    expect(format.round(-Infinity)).toBe(-Infinity);
    expect(format.round(NaN)).toBeNaN();
    expect(format.round(-Number.MIN_VALUE)).toBe(-0);
    expect(format.round(Number.MAX_VALUE)).toBe(Infinity);
  });
});

describe("f16", () => {
  it("agrees with the engine's own rounding", () => {
    const scratch = new Float16Array(1);
    fc.assert(
      fc.property(fc.oneof(fc.double(), fc.float(), nearby(formats[0] as Narrow)), (x) => {
        scratch[0] = x;
        expect(roundF16(x)).toBe(scratch[0]);
      }),
      { numRuns: 2000 },
    );
  });

  it("does not round twice through f32", () => {
    // 1 + 2^-11 + 2^-40 is just above a tie; through f32 it would become the tie and go down.
    expect(roundF16(1 + 2 ** -11 + 2 ** -40)).toBe(1 + 2 ** -10);
    expect(roundF16(1 + 2 ** -11)).toBe(1);
    expect(roundF16(65519.99)).toBe(65504);
    expect(roundF16(65520)).toBe(Infinity);
    expect(f16ToBits(NaN)).toBe(0x7e00);
  });
});

describe("bf16", () => {
  it("does not round twice through f32", () => {
    expect(roundBF16(1 + 2 ** -8 + 2 ** -40)).toBe(1 + 2 ** -7);
    expect(roundBF16(1 + 2 ** -8)).toBe(1);
    expect(bf16ToBits(NaN)).toBe(0x7fc0);
    expect(bf16ToBits(2 ** -133)).toBe(1);
  });
});

describe("f32 and f64 bits", () => {
  it("round trip", () => {
    fc.assert(
      fc.property(fc.double(), (x) => {
        expect(f64FromBits(f64ToBits(x))).toBe(x);
        expect(f32FromBits(f32ToBits(x))).toBe(Math.fround(x));
      }),
    );
    expect(f32ToBits(1)).toBe(0x3f800000);
    expect(f64ToBits(1)).toBe(0x3ff0000000000000n);
    expect(f32ToBits(-0)).toBe(0x80000000);
  });
});
