import { arith } from "@strata/arith";
import { func } from "@strata/func";
import { Interpreter, roundingOf, type RuntimeValue } from "@strata/interpret";
import { bf16, builtin, Context, f16, f32, f64, FloatAttr } from "@strata/ir";
import { DiagnosticError } from "@strata/support";
import { isSameValue, parseVerified, showValue } from "@strata/testing";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { erf, erfc, fmaF64, fmaOf, math } from "../src/index.ts";

const context = new Context([builtin, func, arith, math]);

/** Runs one operation on arguments `%0`, `%1` … of the given types. */
function run(op: string, inputs: string, output: string, args: readonly RuntimeValue[]) {
  const params = inputs.split(", ").map((t, i) => `%${i}: ${t}`);
  const module = parseVerified(
    context,
    `func.func @f(${params.join(", ")}) -> ${output} {\n %r = ${op}\n return %r : ${output}\n}`,
  );
  return new Interpreter(module).run("f", args)[0]!;
}

function expectSame(found: RuntimeValue, expected: RuntimeValue): void {
  expect(isSameValue(found, expected), `${showValue(found)} for ${showValue(expected)}`).toBe(true);
}

describe("functions of one float", () => {
  test.each([
    ["absf", -0, 0],
    ["ceil", -0.5, -0],
    ["floor", -0.5, -1],
    ["round", 0.49999999999999994, 0],
    ["round", 2.5, 3],
    ["round", -0.4, -0],
    ["round", -2.5, -3],
    ["round", 4503599627370497.5, 4503599627370498],
    ["roundeven", 2.5, 2],
    ["roundeven", 3.5, 4],
    ["roundeven", -0.5, -0],
    ["roundeven", 0.50000000000000011, 1],
    ["roundeven", -Infinity, -Infinity],
    ["trunc", -1.9, -1],
    ["sqrt", 2, Math.SQRT2],
    ["sqrt", -1, Number.NaN],
    ["rsqrt", 4, 0.5],
    ["exp2", 10, 1024],
    ["cbrt", -27, -3],
    ["expm1", 1e-20, 1e-20],
    ["log1p", 1e-20, 1e-20],
    ["log2", 8, 3],
    ["log10", 1000, 3],
    ["tanh", 1000, 1],
    ["atanh", 1, Infinity],
    ["acosh", 0.5, Number.NaN],
    ["sin", -0, -0],
    ["erf", -0, -0],
    ["erf", Infinity, 1],
    ["erf", Number.NaN, Number.NaN],
    ["erfc", -Infinity, 2],
    ["erfc", 40, 0],
  ] as const)("%s of %s → %s", (op, x, expected) => {
    expectSame(run(`math.${op} %0 : f64`, "f64", "f64", [x]), expected);
  });

  test("are rounded to the type", () => {
    expectSame(run("math.exp %0 : f32", "f32", "f32", [1]), Math.fround(Math.E));
    expectSame(run("math.exp %0 : f16", "f16", "f16", [1]), FloatAttr.get(Math.E, f16).value);
  });

  test.each([
    ["isnan", [0, 0, 0, 1]],
    ["isinf", [0, 0, 1, 0]],
    ["isfinite", [1, 1, 0, 0]],
    ["isnormal", [1, 0, 0, 0]],
  ] as const)("%s of normal, subnormal, infinity, NaN", (op, expected) => {
    for (const [type, tiny] of [
      ["f32", 2 ** -149],
      ["f64", 5e-324],
      ["f16", 2 ** -24],
      ["bf16", 2 ** -133],
    ] as const) {
      const found = [1, tiny, -Infinity, Number.NaN].map((x) =>
        run(`math.${op} %0 : ${type}`, type, "i1", [x]),
      );
      expect(found).toEqual(expected);
    }
  });

  test("sine and cosine come together", () => {
    const module = parseVerified(
      context,
      `func.func @f(%x: vector<2xf32>) -> (vector<2xf32>, vector<2xf32>) {
         %s, %c = math.sincos %x : vector<2xf32>
         return %s, %c : vector<2xf32>, vector<2xf32>
       }`,
    );
    const args = parseVerified(
      context,
      "func.func @g() -> vector<2xf32> {\n%0 = arith.constant dense<[0.0, 1.0]> : vector<2xf32>\nreturn %0 : vector<2xf32>\n}",
    );
    const x = new Interpreter(args).run("g");
    expect(new Interpreter(module).run("f", x).map(showValue)).toEqual([
      `[0, ${Math.fround(Math.sin(1))}]`,
      `[1, ${Math.fround(Math.cos(1))}]`,
    ]);
  });
});

describe("functions of several numbers", () => {
  test.each([
    ["powf", 1, Number.NaN, 1],
    ["powf", -1, Infinity, 1],
    ["powf", Number.NaN, 0, 1],
    ["powf", -8, 1 / 3, Number.NaN],
    ["powf", -2, 3, -8],
    ["powf", 0, -1, Infinity],
    ["atan2", 0, -1, Math.PI],
    ["atan2", -0, -1, -Math.PI],
    ["copysign", 3, -0, -3],
    ["copysign", -3, 0, 3],
    ["copysign", 0, -1, -0],
  ] as const)("%s of %s, %s → %s", (op, x, y, expected) => {
    expectSame(run(`math.${op} %0, %1 : f64`, "f64, f64", "f64", [x, y]), expected);
  });

  test("a float to an integer power", () => {
    expectSame(run("math.fpowi %0, %1 : f32, i32", "f32, i32", "f32", [2, -2]), 0.25);
    expectSame(run("math.fpowi %0, %1 : f64, i64", "f64, i64", "f64", [-2, 3n]), -8);
    expectSame(run("math.fpowi %0, %1 : f64, i1", "f64, i1", "f64", [4, 1]), 0.25);
  });

  test.each([
    [5, 0, 1, 1],
    [-5, 0, 1, 0],
    [Number.NaN, 0, 1, Number.NaN],
    [-0, 0, 1, 0],
  ])("clampf %s to %s … %s → %s", (x, low, high, expected) => {
    const op = "math.clampf %0 to [%1, %2] : f32";
    expectSame(run(op, "f32, f32, f32", "f32", [x, low, high]), expected);
  });

  test.each([
    ["i32", 3, 4, 81],
    ["i32", 2, 31, -2147483648],
    ["i32", 2, 32, 0],
    ["i8", 3, 5, -13],
    ["i64", -1n, -3n, -1n],
    ["i32", 2, -1, 0],
    ["i32", 1, -5, 1],
    ["index", 10, 3, 1000],
  ] as const)("ipowi of %s: %s, %s → %s", (type, x, y, expected) => {
    expectSame(run(`math.ipowi %0, %1 : ${type}`, `${type}, ${type}`, type, [x, y]), expected);
  });

  test("zero to a negative power fails", () => {
    const zero = (): unknown => run("math.ipowi %0, %1 : i32", "i32, i32", "i32", [0, -1]);
    expect(zero).toThrow(DiagnosticError);
    expect(zero).toThrow(/math.ipowi-zero/);
  });

  test.each([
    ["absi", "i8", -128, -128],
    ["absi", "i64", -5n, 5n],
    ["ctlz", "i8", 1, 7],
    ["ctlz", "i8", 0, 8],
    ["ctlz", "i64", 1n, 63n],
    ["ctlz", "index", 1, 63],
    ["cttz", "i32", 8, 3],
    ["cttz", "i32", 0, 32],
    ["ctpop", "i16", -1, 16],
    ["ctpop", "i128", -1n, 128n],
    ["ctpop", "i1", 1, 1],
    ["cttz", "i1", 0, 1],
  ] as const)("%s of %s: %s → %s", (op, type, x, expected) => {
    expectSame(run(`math.${op} %0 : ${type}`, type, type, [x]), expected);
  });
});

describe("fma", () => {
  test.each([
    // One rounding tells what two lose.
    [1 + 2 ** -30, 1 - 2 ** -30, -1, -(2 ** -60)],
    [0.1, 10, -1, 5.551115123125783e-17],
    [2 ** 600, 2 ** 600, -Infinity, -Infinity],
    [2 ** 1023, 2, -(2 ** 1023), 2 ** 1023],
    [2 ** 1023, 4, -(2 ** 1023), Infinity],
    [5e-324, 0.5, 5e-324, 1e-323],
    [5e-324, 0.25, 5e-324, 5e-324],
    [5e-324, 0.5, 0, 0],
    [-5e-324, 0.5, 0, -0],
    [3, 4, -12, 0],
    [0, 4, -0, 0],
    [-0, 4, -0, -0],
    [Infinity, 0, 1, Number.NaN],
  ])("%s · %s + %s → %s", (a, b, c, expected) => {
    expectSame(fmaF64(a, b, c), expected);
  });

  test("of f32 rounds once", () => {
    // In doubles a · b + c is 1 + 2^-24 + 2^-77, which rounds to a tie and then down.
    const [a, b, c] = [2 ** -40, 2 ** -37, 1 + 2 ** -23];
    expect(fmaOf(f32)(a, b, c)).toBe(c);
    expect(fmaOf(f32)(1 + 2 ** -12, 1 + 2 ** -12, 2 ** -60)).toBe(1 + 2 ** -11 + 2 ** -23);
  });

  /** x as m · 2^-1074 with an integer m. */
  const units = (x: number): bigint => {
    const bits = new BigInt64Array(new Float64Array([Math.abs(x)]).buffer)[0]!;
    const exponent = bits >> 52n;
    const fraction = bits & ((1n << 52n) - 1n);
    const m = exponent === 0n ? fraction : (fraction | (1n << 52n)) << (exponent - 1n);
    return x < 0 ? -m : m;
  };

  /** m · 2^-2148 rounded to nearest even with some bits of precision; not zero, no overflow. */
  const rounded = (m: bigint, precision: number, leastExponent: number): number => {
    const size = m < 0n ? -m : m;
    const drop = Math.max(size.toString(2).length - precision, leastExponent + 2148);
    const unit = 1n << BigInt(drop);
    const below = size / unit;
    const rest = 2n * (size % unit);
    const n = rest > unit || (rest === unit && below % 2n === 1n) ? below + 1n : below;
    // 2^(drop - 2148) in two factors, each of which is exact.
    const exponent = drop - 2148;
    const result = Number(n) * 2 ** Math.max(exponent, -1000) * 2 ** Math.min(exponent + 1000, 0);
    return m < 0n ? -result : result;
  };

  const formats = [
    ["f16", f16, 11, -24, 2 ** 6],
    ["bf16", bf16, 8, -133, 2 ** 60],
    ["f32", f32, 24, -149, 2 ** 60],
    ["f64", f64, 53, -1074, 2 ** 500],
  ] as const;

  test.each(formats)("of %s is the exact sum, rounded once", (_n, type, precision, least, most) => {
    const round = roundingOf(type);
    const number = fc
      .tuple(fc.double({ min: -1, max: 1, noNaN: true }), fc.integer({ min: -40, max: 6 }))
      .map(([x, k]) => round(x * 2 ** k));
    const wide = fc.double({ min: -most, max: most, noNaN: true }).map(round);
    const operand = fc.oneof(number, wide);
    const triple = fc.oneof(
      fc.tuple(operand, operand, operand),
      // Addends that cancel most of the product.
      fc.tuple(operand, operand, number).map(([a, b, d]) => [a, b, round(d - a * b)] as const),
    );
    fc.assert(
      fc.property(triple, ([a, b, c]) => {
        const sum = units(a) * units(b) + (units(c) << 1074n);
        fc.pre(sum !== 0n && Number.isFinite(c));
        const expected = rounded(sum, precision, least);
        fc.pre(round(expected) === expected);
        expect(fmaOf(type)(a, b, c) + 0).toBe(expected + 0);
      }),
      { numRuns: 1500 },
    );
  });
});

describe("the error functions", () => {
  // x, erf(x), erfc(x), correctly rounded.
  const known: readonly (readonly [number, number, number])[] = [
    [1e-300, 1.1283791670955126e-300, 1.0],
    [1e-9, 1.1283791670955127e-9, 0.9999999988716208],
    [0.03125, 0.035250373867322826, 0.9647496261326772],
    [0.1, 0.1124629160182849, 0.887537083981715],
    [0.5, 0.5204998778130465, 0.4795001221869535],
    [0.84375, 0.7672256612323416, 0.23277433876765838],
    [1.0, 0.8427007929497149, 0.15729920705028513],
    [1.5, 0.9661051464753108, 0.033894853524689274],
    [2.0, 0.9953222650189527, 0.004677734981047266],
    [2.75, 0.9998993780778803, 0.00010062192211963683],
    [4.5, 0.9999999998033839, 1.9661604415428876e-10],
    [5.75, 0.9999999999999996, 4.232136617425738e-16],
    [5.99, 1.0, 2.4300455127321346e-17],
    [6.0, 1.0, 2.1519736712498913e-17],
    [-0.3, -0.3286267594591274, 1.3286267594591274],
    [-1.25, -0.9229001282564583, 1.9229001282564582],
    [-4.0, -0.9999999845827421, 1.999999984582742],
    [8.0, 1.0, 1.1224297172982926e-29],
    [15.5, 1.0, 1.6632016400488723e-106],
    [20.0, 1.0, 5.395865611607901e-176],
    [26.0, 1.0, 5.663192408856143e-296],
    [26.54, 1.0, 2.6455581744685104e-308],
    [27.2, 1.0, 1e-323],
  ];

  test.each(known)("at %s", (x, e, c) => {
    expect(Math.abs(erf(x) - e)).toBeLessThanOrEqual(1.2 * 2 ** -52 * Math.abs(e));
    expect(Math.abs(erfc(x) - c)).toBeLessThanOrEqual(Math.max(1.2 * 2 ** -52 * c, 5e-324));
  });

  test("are odd, complementary and monotonic", () => {
    fc.assert(
      fc.property(fc.double({ min: -7, max: 7, noNaN: true }), (x) => {
        expect(isSameValue(erf(-x), -erf(x))).toBe(true);
        expect(Math.abs(erf(x) + erfc(x) - 1)).toBeLessThan(4e-16);
        expect(erf(x + 1e-3)).toBeGreaterThanOrEqual(erf(x));
        expect(erfc(x + 1e-3)).toBeLessThanOrEqual(erfc(x));
      }),
      { numRuns: 500 },
    );
  });
});
