/**
 * Functions that programs bring along, where C has no operator with the meaning of the IR's.
 *
 * Invariant: a helper evaluates each argument once, and neither divides by zero nor overflows a
 * signed integer, whatever it is given.
 */
import { bitsOf, isFloatKind, unsignedOf, type CKind } from "./expression.ts";
import type { CFlavour, Helper } from "./flavour.ts";

/** The largest and smallest values of an integer kind. */
export function integerRange(kind: CKind): { readonly min: bigint; readonly max: bigint } {
  const bits = BigInt(bitsOf(kind));
  return kind.startsWith("u")
    ? { min: 0n, max: (1n << bits) - 1n }
    : { min: -(1n << (bits - 1n)), max: (1n << (bits - 1n)) - 1n };
}

/** An integer literal of a kind; narrow kinds are written as int. */
export function integerLiteral(value: bigint, kind: CKind, f: CFlavour): string {
  const { min } = integerRange(kind);
  switch (kind) {
    case "u32":
      return `${value}u`;
    case "u64":
      return `${value}${f.name.startsWith("CUDA") ? "ull" : "ul"}`;
    case "i64": {
      const suffix = f.name.startsWith("CUDA") ? "ll" : "l";
      return value === min ? `(-${-(value + 1n)}${suffix} - 1)` : `${value}${suffix}`;
    }
    case "i32":
      return value === min ? `(-${-(value + 1n)} - 1)` : String(value);
    default:
      return String(value);
  }
}

/** A finite float as a literal that reads back as itself. */
function finiteLiteral(value: number, kind: "f32" | "f64"): string {
  let text = String(value);
  if (kind === "f32") {
    for (let digits = 1; digits <= 9; digits++) {
      text = String(Number(value.toPrecision(digits)));
      if (Math.fround(Number(text)) === value) break;
    }
  }
  if (Object.is(value, -0)) text = "-0";
  const pointed = /[.e]/.test(text) ? text : `${text}.0`;
  return kind === "f32" ? `${pointed}f` : pointed;
}

/** Any float as an expression. */
export function floatLiteral(value: number, kind: "f32" | "f64", f: CFlavour): string {
  if (Number.isFinite(value)) return finiteLiteral(value, kind);
  const bits = kind === "f32" ? "u32" : "u64";
  const pattern = Number.isNaN(value) ? 0x7ff80000n : value > 0 ? 0x7ff00000n : 0xfff00000n;
  const narrow = Number.isNaN(value) ? 0x7fc00000n : value > 0 ? 0x7f800000n : 0xff800000n;
  const literal = kind === "f32" ? narrow : pattern << 32n;
  return `${f.bitcast(bits, kind)}(${integerLiteral(literal, bits, f)})`;
}

function define(
  f: CFlavour,
  result: CKind,
  name: string,
  params: readonly (readonly [CKind, string])[],
  body: readonly string[],
  calls: readonly Helper[] = [],
): Helper {
  const list = params.map(([kind, n]) => `${f.types[kind]} ${n}`).join(", ");
  const text = [
    `${f.helperQualifier} ${f.types[result]} ${name}(${list}) {`,
    ...body.map((line) => `  ${line}`),
    "}",
  ].join("\n");
  return { name, text, calls };
}

/** Division or remainder that neither traps nor overflows; by zero the result is 0. */
export function division(f: CFlavour, name: "div" | "rem", kind: CKind): Helper {
  const isSigned = kind.startsWith("i");
  const t = f.types[kind];
  const zero = name === "div" ? "0" : "a";
  const lines = [`if (b == 0) return ${zero};`];
  if (isSigned) {
    const u = f.types[unsignedOf(kind)];
    lines.push(`if (b == -1) return ${name === "div" ? `(${t})(0 - (${u})a)` : "0"};`);
  }
  lines.push(`return (${t})(a ${name === "div" ? "/" : "%"} b);`);
  return define(
    f,
    kind,
    `${name}_${kind}`,
    [
      [kind, "a"],
      [kind, "b"],
    ],
    lines,
  );
}

/** Division that rounds up or down. */
export function roundedDivision(f: CFlavour, name: "ceildiv" | "floordiv", kind: CKind): Helper {
  const div = division(f, "div", kind);
  const t = f.types[kind];
  const u = f.types[unsignedOf(kind)];
  const sign = kind.startsWith("i") ? `(a < 0) ${name === "ceildiv" ? "==" : "!="} (b < 0)` : "1";
  const step = name === "ceildiv" ? "+ 1" : "- 1";
  return define(
    f,
    kind,
    `${name}_${kind}`,
    [
      [kind, "a"],
      [kind, "b"],
    ],
    [
      `const ${t} q = ${div.name}(a, b);`,
      `const ${t} r = (${t})((${u})a - (${u})q * (${u})b);`,
      `return b != 0 && r != 0 && (${sign}) ? (${t})(q ${step}) : q;`,
    ],
    [div],
  );
}

/** A float as an integer: rounded toward zero, saturated, 0 for NaN. */
export function saturate(f: CFlavour, from: "f32" | "f64", to: CKind): Helper {
  const { min, max } = integerRange(to);
  const limit = floatLiteral(Number(max + 1n), from, f);
  const least = floatLiteral(Number(min), from, f);
  const t = f.types[to];
  const literal = (n: bigint): string => integerLiteral(n, to, f);
  return define(
    f,
    to,
    `${from}_to_${to}`,
    [[from, "x"]],
    [
      "if (x != x) return 0;",
      `if (x <= ${least}) return ${literal(min)};`,
      `return x >= ${limit} ? ${literal(max)} : (${t})x;`,
    ],
  );
}

/** The larger or smaller number; NaN if one of them is, and −0 below 0. */
export function extreme(f: CFlavour, name: "maximum" | "minimum", kind: "f32" | "f64"): Helper {
  const isMax = name === "maximum";
  const body = [
    "if (a != a) return a;",
    "if (b != b) return b;",
    // Equal numbers differ at most in the sign of a zero.
    `if (a == b) return a == 0 ? ${isMax ? "a + b" : "-(-a - b)"} : a;`,
    `return a ${isMax ? ">" : "<"} b ? a : b;`,
  ];
  return define(
    f,
    kind,
    `${name}_${kind}`,
    [
      [kind, "a"],
      [kind, "b"],
    ],
    f.extremeBody?.(name, kind, body) ?? body,
  );
}

/** The larger or smaller number; the other one if one is NaN. */
export function extremeNumber(f: CFlavour, name: "maxnum" | "minnum", kind: "f32" | "f64"): Helper {
  const base = extreme(f, name === "maxnum" ? "maximum" : "minimum", kind);
  return define(
    f,
    kind,
    `${name}_${kind}`,
    [
      [kind, "a"],
      [kind, "b"],
    ],
    ["if (a != a) return b;", `return b != b ? a : ${base.name}(a, b);`],
    [base],
  );
}

/** Tests of floats that need an operand twice. */
export function floatTest(
  f: CFlavour,
  name: "ordered" | "unordered" | "less_or_greater" | "is_nan",
  kind: "f32" | "f64",
): Helper {
  const two: readonly (readonly [CKind, string])[] = [
    [kind, "a"],
    [kind, "b"],
  ];
  const text = {
    ordered: "a == a && b == b",
    unordered: "a != a || b != b",
    less_or_greater: "a < b || a > b",
    is_nan: "a != a",
  }[name];
  const params = name === "is_nan" ? two.slice(0, 1) : two;
  return define(f, "bool", `${name}_${kind}`, params, [`return ${text};`]);
}

/** Whether a float is neither zero, subnormal, infinite nor NaN. */
export function isNormal(f: CFlavour, format: string, least: number, kind: "f32" | "f64"): Helper {
  return define(
    f,
    "bool",
    `is_normal_${format}`,
    [[kind, "a"]],
    [
      `const ${f.types[kind]} m = a < 0 ? -a : a;`,
      `return m >= ${floatLiteral(least, kind, f)} && m < ${floatLiteral(Infinity, kind, f)};`,
    ],
  );
}

/** The magnitude of an integer, modulo its width. */
export function magnitude(f: CFlavour, kind: CKind): Helper {
  const u = f.types[unsignedOf(kind)];
  return define(
    f,
    kind,
    `abs_${kind}`,
    [[kind, "a"]],
    [`return a < 0 ? (${f.types[kind]})(0 - (${u})a) : a;`],
  );
}

/** The number of zeros below the lowest set bit of a u32 or u64; the width for 0. */
export function countTrailingZeros(f: CFlavour, kind: "u32" | "u64"): Helper {
  return define(
    f,
    kind,
    `ctz_${kind}`,
    [[kind, "a"]],
    [`return ${f.popcount(kind)}(~a & (a - 1));`],
  );
}

/** An integer to an integer power, modulo the width; 0 to a negative power gives 0. */
export function integerPower(f: CFlavour, kind: CKind): Helper {
  const [t, u] = [f.types[kind], f.types[unsignedOf(kind)]];
  return define(
    f,
    kind,
    `pow_${kind}`,
    [
      [kind, "base"],
      [kind, "n"],
    ],
    [
      "if (n < 0) return base == 1 ? 1 : base == -1 ? (n % 2 == 0 ? 1 : -1) : 0;",
      `${u} result = 1;`,
      `${u} square = (${u})base;`,
      `for (; n > 0; n >>= 1) {`,
      `  if (n & 1) result *= square;`,
      `  square *= square;`,
      `}`,
      `return (${t})result;`,
    ],
  );
}

/** Rounding an f32 to bf16 and back, to nearest even. */
export function encodeBf16(f: CFlavour): Helper {
  return define(
    f,
    "u16",
    "bf16_from_f32",
    [["f32", "x"]],
    [
      `const ${f.types.u32} b = ${f.bitcast("f32", "u32")}(x);`,
      `if (x != x) return (${f.types.u16})0x7fc0;`,
      `return (${f.types.u16})((b + 0x7fffu + ((b >> 16) & 1u)) >> 16);`,
    ],
  );
}

/** The float that a bf16 pattern stands for. */
export function decodeBf16(f: CFlavour): Helper {
  return define(
    f,
    "f32",
    "bf16_to_f32",
    [["u16", "b"]],
    [`return ${f.bitcast("u32", "f32")}((${f.types.u32})b << 16);`],
  );
}

/** A double as bf16, rounded once: through an f32 that keeps what is lost in its last bit. */
export function encodeBf16Double(f: CFlavour): Helper {
  const encode = encodeBf16(f);
  const u32 = f.types.u32;
  return define(
    f,
    "u16",
    "bf16_from_f64",
    [["f64", "x"]],
    [
      `const float near = (float)x;`,
      `${u32} b = ${f.bitcast("f32", "u32")}(near);`,
      `const double back = (double)near;`,
      `if (back != x && x == x) {`,
      `  if ((back > x) == (x > 0)) b -= 1u;`,
      `  b |= 1u;`,
      `}`,
      `return ${encode.name}(${f.bitcast("u32", "f32")}(b));`,
    ],
    [encode],
  );
}

/** Rounds a float to a 16-bit format. */
export function roundNarrow(f: CFlavour, format: "f16" | "bf16", from: "f32" | "f64"): Helper {
  const isHalf = format === "f16";
  const decode = isHalf ? f.halfHelpers.decode : decodeBf16(f);
  const encode =
    from === "f64"
      ? isHalf
        ? f.halfHelpers.encodeDouble
        : encodeBf16Double(f)
      : isHalf
        ? f.halfHelpers.encode
        : encodeBf16(f);
  return define(
    f,
    "f32",
    `${from}_round_${format}`,
    [[from, "x"]],
    [`return ${decode.name}(${encode.name}(x));`],
    [decode, encode],
  );
}

/** A 64-bit integer as a double whose lowest bit keeps what rounding would lose. */
export function stickyDouble(f: CFlavour, kind: "i64" | "u64"): Helper {
  const wide = integerLiteral(1n << 53n, kind, f);
  const low = kind === "i64" ? ` || x < ${integerLiteral(-(1n << 53n), kind, f)}` : "";
  const t = f.types[kind];
  return define(
    f,
    "f64",
    `sticky_${kind}`,
    [[kind, "x"]],
    [
      `if (x > ${wide}${low}) x = (x & ~(${t})0x7ff) | ((x & 0x7ff) != 0 ? 0x400 : 0);`,
      "return (double)x;",
    ],
  );
}

/** The high half of a product and whether a sum carries are flavours' and operators'. */
export function highProduct(f: CFlavour, kind: CKind): Helper {
  const t = f.types[kind];
  const bits = bitsOf(kind);
  if (bits >= 32) {
    return define(
      f,
      kind,
      `mulhigh_${kind}`,
      [
        [kind, "a"],
        [kind, "b"],
      ],
      [`return ${f.mulHigh(kind)}(a, b);`],
    );
  }
  const wide = f.types[kind.startsWith("u") ? "u32" : "i32"];
  return define(
    f,
    kind,
    `mulhigh_${kind}`,
    [
      [kind, "a"],
      [kind, "b"],
    ],
    [`return (${t})(((${wide})a * (${wide})b) >> ${bits});`],
  );
}

/** Kinds that helpers are made for. */
export function expectFloatKind(kind: CKind): "f32" | "f64" {
  if (!isFloatKind(kind)) throw new RangeError(`${kind} is no float`);
  return kind as "f32" | "f64";
}
