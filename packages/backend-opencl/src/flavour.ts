/** OpenCL C 1.2: how kernels are spelled for OpenCL devices. */
import type { CFlavour, CKind, Helper, Space } from "@strata/emit-c";

/** What the text depends on. */
export interface OpenClDialect {
  /** Whether `/` and `sqrt` on f32 are correctly rounded (with the option that asks for it). */
  readonly exactDivision: boolean;
  /** Whether doubles may stand in for it where not. */
  readonly hasFp64: boolean;
}

const types: Readonly<Record<CKind, string>> = {
  bool: "bool",
  i8: "char",
  u8: "uchar",
  i16: "short",
  u16: "ushort",
  i32: "int",
  u32: "uint",
  i64: "long",
  u64: "ulong",
  f32: "float",
  f64: "double",
};

const spaces: Readonly<Record<Space, string>> = {
  global: "__global",
  workgroup: "__local",
  private: "__private",
};

const ids = {
  thread: "get_local_id",
  block: "get_group_id",
  blockDim: "get_local_size",
  gridDim: "get_num_groups",
} as const;

/** The unsigned kind with the bits of another one. */
function bitsKind(kind: CKind): CKind {
  return kind.endsWith("64") ? "u64" : "u32";
}

/** Atomic addition of floats: exchange until nobody came between. */
function floatAdd(kind: "f32" | "f64", space: Space): Helper {
  const bits = bitsKind(kind);
  const [t, u] = [types[kind], types[bits]];
  const name = `atomic_add_${kind}_${space}`;
  const exchange = kind === "f64" ? "atom_cmpxchg" : "atomic_cmpxchg";
  return {
    name,
    text: [
      `static ${t} ${name}(volatile ${spaces[space]} ${t} *at, ${t} x) {`,
      `  volatile ${spaces[space]} ${u} *bits = (volatile ${spaces[space]} ${u} *)at;`,
      // A guess: where it is wrong, the exchange gives what is there.
      `  ${u} old = 0;`,
      `  for (;;) {`,
      `    const ${u} seen = ${exchange}(bits, old, as_${u}(as_${t}(old) + x));`,
      `    if (seen == old) return as_${t}(old);`,
      `    old = seen;`,
      `  }`,
      `}`,
    ].join("\n"),
  };
}

const halfHelpers = {
  decode: {
    name: "f16_to_f32",
    text: "static float f16_to_f32(ushort b) { return vload_half(0, (const __private half *)&b); }",
  },
  encode: encoder("f16_from_f32", "float"),
  encodeDouble: encoder("f16_from_f64", "double"),
};

function encoder(name: string, type: string): Helper {
  return {
    name,
    text: [
      `static ushort ${name}(${type} x) {`,
      "  ushort b;",
      "  vstore_half_rte(x, 0, (__private half *)&b);",
      "  return b;",
      "}",
    ].join("\n"),
  };
}

const viaDouble = (name: string, params: string, value: string): Helper => ({
  name,
  // A double has more than twice the digits: rounding twice is rounding once.
  text: `static float ${name}(${params}) { return (float)(${value}); }`,
});

/** The table for a device. */
export function openClFlavour(device: OpenClDialect): CFlavour {
  const inDoubles = !device.exactDivision && device.hasFp64;
  return {
    name: "OpenCL C",
    types,
    preamble: (features) => [
      "#pragma OPENCL FP_CONTRACT OFF",
      ...(features.has("fp64") || inDoubles
        ? ["#pragma OPENCL EXTENSION cl_khr_fp64 : enable"]
        : []),
      ...(features.has("int64-atomics") || features.has("int64-extended-atomics")
        ? ["#pragma OPENCL EXTENSION cl_khr_int64_base_atomics : enable"]
        : []),
      ...(features.has("int64-extended-atomics")
        ? ["#pragma OPENCL EXTENSION cl_khr_int64_extended_atomics : enable"]
        : []),
    ],
    helperQualifier: "static",
    kernelHead: (name, block) => {
      const size =
        block === undefined ? "" : ` __attribute__((reqd_work_group_size(${block.join(", ")})))`;
      return `__kernel${size} void ${name}`;
    },
    pointer: (type, name, { constant, restrict }) =>
      `__global ${constant ? "const " : ""}${type} *${restrict ? "restrict " : ""}${name}`,
    pointerTo: (space, type, constant) => `${spaces[space]} ${constant ? "const " : ""}${type} *`,
    array: (space, type, name, length) =>
      `${space === "workgroup" ? "__local " : ""}${type} ${name}[${length}] __attribute__((aligned(16)));`,
    id: (kind, dim) => `${ids[kind]}(${dim})`,
    barrier: "barrier(CLK_LOCAL_MEM_FENCE | CLK_GLOBAL_MEM_FENCE)",
    bitcast: (_, to) => `as_${types[to]}`,
    math: (name) => name,
    popcount: () => "popcount",
    countLeadingZeros: () => "clz",
    mulHigh: () => "mul_hi",
    minMax: (name) => name,
    vectorType: (kind, lanes) => `${types[kind]}${lanes}`,
    vectorValue: (kind, lanes) => `(${types[kind]}${lanes.length})(${lanes.join(", ")})`,
    atomic: ({ op, kind, space, place, value }) => {
      if (kind === "f32" || kind === "f64") {
        if (op === "add") {
          const helper = floatAdd(kind, space);
          return { text: `${helper.name}(&${place}, ${value})`, helper };
        }
        if (op !== "exchange" || kind === "f64") return undefined;
        return { text: `atomic_xchg((volatile ${spaces[space]} float *)&${place}, ${value})` };
      }
      if (!kind.endsWith("32") && !kind.endsWith("64")) return undefined;
      const f = `${kind.endsWith("64") ? "atom" : "atomic"}_${op === "exchange" ? "xchg" : op}`;
      return { text: `${f}((volatile ${spaces[space]} ${types[kind]} *)&${place}, ${value})` };
    },
    compareExchange: (kind, space, place, old, value) => {
      if (!kind.endsWith("32") && !kind.endsWith("64")) return undefined;
      const u = types[bitsKind(kind)];
      const f = kind.endsWith("64") ? "atom_cmpxchg" : "atomic_cmpxchg";
      const at = `(volatile ${spaces[space]} ${u} *)&${place}`;
      return { text: `(${f}(${at}, as_${u}(${old}), as_${u}(${value})) == as_${u}(${old}))` };
    },
    halfHelpers,
    divide: (kind) =>
      kind === "f32" && inDoubles
        ? viaDouble("divide_f32", "float a, float b", "(double)a / (double)b")
        : undefined,
    squareRoot: (kind) =>
      kind === "f32" && inDoubles ? viaDouble("sqrt_f32", "float a", "sqrt((double)a)") : undefined,
    reserved: reservedWords,
  };
}

const reservedWords: ReadonlySet<string> = new Set(
  (
    "kernel global local constant private image2d_t sampler_t event_t " +
    "sin cos tan exp log pow sqrt min max abs clamp mix step sign dot cross length distance normalize fma mad " +
    "floor ceil round trunc rint fabs fmin fmax fmod hypot erf erfc any all select bitselect isnan isinf " +
    "barrier popcount clz rotate mul_hi upsample degrees radians gamma lgamma tgamma exp2 exp10 log2 log10 " +
    "asin acos atan atan2 sinh cosh tanh cbrt rsqrt printf prefetch remainder modf frexp ldexp half_t " +
    "char2 char4 int2 int4 float2 float4 double2 double4 long2 uint2 uint4 pipe vec_step i0 j0 y0 j1 y1"
  ).split(" "),
);
