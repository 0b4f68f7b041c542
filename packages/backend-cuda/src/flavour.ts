/** CUDA C++: how kernels are spelled for NVIDIA's devices; compiled without any header. */
import type { CFlavour, CKind, Helper } from "@strata/emit-c";

const types: Readonly<Record<CKind, string>> = {
  bool: "bool",
  i8: "signed char",
  u8: "unsigned char",
  i16: "short",
  u16: "unsigned short",
  i32: "int",
  u32: "unsigned int",
  i64: "long long",
  u64: "unsigned long long",
  f32: "float",
  f64: "double",
};

const ids = {
  thread: "threadIdx",
  block: "blockIdx",
  blockDim: "blockDim",
  gridDim: "gridDim",
} as const;

const casts: Readonly<Record<string, string>> = {
  f32_u32: "__float_as_uint",
  f32_i32: "__float_as_int",
  u32_f32: "__uint_as_float",
  i32_f32: "__int_as_float",
  f64_u64: "(unsigned long long)__double_as_longlong",
  f64_i64: "__double_as_longlong",
  u64_f64: "__longlong_as_double",
  i64_f64: "__longlong_as_double",
};

const vectorNames: Readonly<Partial<Record<CKind, string>>> = {
  i32: "int",
  u32: "uint",
  i64: "longlong",
  u64: "ulonglong",
  f32: "float",
  f64: "double",
};

const qualifier = "static __device__ __forceinline__";

function convert(name: string, from: string, instruction: string, constraint: string): Helper {
  return {
    name,
    text: [
      `${qualifier} unsigned short ${name}(${from} x) {`,
      "  unsigned short b;",
      `  asm("${instruction} %0, %1;" : "=h"(b) : "${constraint}"(x));`,
      "  return b;",
      "}",
    ].join("\n"),
  };
}

const halfHelpers = {
  decode: {
    name: "f16_to_f32",
    text: [
      `${qualifier} float f16_to_f32(unsigned short b) {`,
      "  float x;",
      `  asm("cvt.f32.f16 %0, %1;" : "=f"(x) : "h"(b));`,
      "  return x;",
      "}",
    ].join("\n"),
  },
  encode: convert("f16_from_f32", "float", "cvt.rn.f16.f32", "f"),
  encodeDouble: convert("f16_from_f64", "double", "cvt.rn.f16.f64", "d"),
};

const atomicNames = {
  add: "atomicAdd",
  min: "atomicMin",
  max: "atomicMax",
  and: "atomicAnd",
  or: "atomicOr",
  xor: "atomicXor",
  exchange: "atomicExch",
} as const;

const shuffles: Readonly<Record<string, string>> = {
  xor: "__shfl_xor_sync",
  up: "__shfl_up_sync",
  down: "__shfl_down_sync",
  idx: "__shfl_sync",
};

/** The table. */
export const cudaFlavour: CFlavour = {
  name: "CUDA C++",
  types,
  preamble: () => [
    "// Compiled with --fmad=false: products are fused into sums only where fma says so.",
  ],
  helperQualifier: qualifier,
  kernelHead: (name, block) => {
    const bounds =
      block === undefined ? "" : ` __launch_bounds__(${block.reduce((a, n) => a * n, 1)})`;
    return `extern "C" __global__ void${bounds} ${name}`;
  },
  pointer: (type, name, { constant, restrict }) =>
    `${constant ? "const " : ""}${type} *${restrict ? "__restrict__ " : ""}${name}`,
  pointerTo: (_, type, constant) => `${constant ? "const " : ""}${type} *`,
  array: (space, type, name, length) =>
    `${space === "workgroup" ? "__shared__ " : ""}__align__(16) ${type} ${name}[${length}];`,
  id: (kind, dim) => `${ids[kind]}.${"xyz"[dim]!}`,
  barrier: "__syncthreads()",
  bitcast: (from, to) => casts[`${from}_${to}`] ?? `(${types[to]})`,
  extremeBody: (name, kind, plain) =>
    kind === "f64"
      ? plain
      : [
          "#if __CUDA_ARCH__ >= 800",
          "float r;",
          `asm("${name.slice(0, 3)}.NaN.f32 %0, %1, %2;" : "=f"(r) : "f"(a), "f"(b));`,
          "return r;",
          "#else",
          ...plain,
          "#endif",
        ],
  math: (name, kind) => (name === "pown" ? undefined : kind === "f64" ? name : `${name}f`),
  popcount: (kind) => (kind === "u64" ? "__popcll" : "__popc"),
  countLeadingZeros: (kind) => (kind === "u64" ? "__clzll" : "__clz"),
  mulHigh: (kind) => `__${kind.startsWith("u") ? "u" : ""}mul${kind.endsWith("64") ? "64" : ""}hi`,
  minMax: (name) => name,
  vectorType: (kind, lanes) => `${vectorNames[kind]}${lanes}`,
  vectorValue: (kind, lanes) => `make_${vectorNames[kind]}${lanes.length}(${lanes.join(", ")})`,
  atomic: ({ op, kind, place, value }) => {
    if (kind === "f32" || kind === "f64") {
      const known = op === "add" || (op === "exchange" && kind === "f32");
      return known ? { text: `${atomicNames[op]}(&${place}, ${value})` } : undefined;
    }
    if (!kind.endsWith("32") && !kind.endsWith("64")) return undefined;
    // Only smallest and largest depend on the sign; the rest knows no signed 64-bit type.
    const signed = kind === "i32" || (kind === "i64" && (op === "min" || op === "max"));
    const type = signed ? types[kind] : kind.endsWith("64") ? types.u64 : types.u32;
    return { text: `${atomicNames[op]}((${type} *)&${place}, (${type})(${value}))` };
  },
  compareExchange: (kind, _, place, old, value) => {
    if (!kind.endsWith("32") && !kind.endsWith("64")) return undefined;
    const bits: CKind = kind.endsWith("64") ? "u64" : "u32";
    const pattern = (text: string): string =>
      `${casts[`${kind}_${bits}`] ?? `(${types[bits]})`}(${text})`;
    const at = `(${types[bits]} *)&${place}`;
    return { text: `(atomicCAS(${at}, ${pattern(old)}, ${pattern(value)}) == ${pattern(old)})` };
  },
  shuffle: (mode, value, offset, width) =>
    `${shuffles[mode] ?? "__shfl_sync"}(0xffffffffu, ${value.text}, ${offset.text}, ${width.text})`,
  halfHelpers,
  reserved: new Set(
    (
      "threadIdx blockIdx blockDim gridDim warpSize class new delete this template typename namespace operator " +
      "public protected private virtual friend using try catch throw export and or not xor bitand bitor compl " +
      "constexpr decltype noexcept nullptr static_assert thread_local alignas alignof explicit mutable wchar_t " +
      "float2 float4 int2 int4 uint2 uint4 double2 longlong2 ulonglong2 dim3 clock assert min max abs " +
      "sin cos tan exp log pow sqrt fma floor ceil round trunc rint erf erfc cbrt rsqrt j0 j1 jn y0 y1 yn " +
      "norm signbit isnan isinf isfinite atomicAdd printf malloc free memcpy memset"
    ).split(" "),
  ),
};
