/** Kernels as text: nesting, names, control flow, memory, and what has no form. */
import { arith } from "@strata/arith";
import { emitKernels, type EmittedProgram } from "@strata/emit-c";
import { gpu, GpuFunc, GpuModule } from "@strata/gpu";
import { builtin, collect, Context, expectVerified, parseModule, setNameHint } from "@strata/ir";
import { SourceFile } from "@strata/support";
import { math } from "@strata/math";
import { memref } from "@strata/memref";
import { scf } from "@strata/scf";
import { vector } from "@strata/vector";
import { describe, expect, it } from "vitest";
import { plainC } from "./plain-c.ts";

const context = new Context([builtin, arith, gpu, math, memref, scf, vector]);

function emit(signature: string, body: string, width = 32): EmittedProgram {
  const module = parseModule(
    context,
    new SourceFile(
      "k.mlir",
      `module attributes {gpu.container_module} { gpu.module @m {
      gpu.func @k(${signature}) kernel attributes {index_bitwidth = ${width} : i32} {
        ${body}
        gpu.return
      }
    } }`,
    ),
  );
  expectVerified(module);
  const [kernels] = collect(module, GpuModule);
  const names = [...signature.matchAll(/%(\w+)/g)].map((m) => m[1]!);
  collect(module, GpuFunc)[0]!.arguments.forEach((arg, k) => setNameHint(arg, names[k]!));
  return emitKernels(kernels!, plainC);
}

/** The kernel's statements, without the parameters. */
function statements(signature: string, body: string, width = 32): string[] {
  const lines = emit(signature, body, width).source.split("\n");
  const start = lines.findIndex((l) => l.endsWith(") {"));
  return lines.slice(start + 1, lines.lastIndexOf("}")).map((l) => l.slice(2));
}

const buffers = "%x: memref<64xf32>, %y: memref<64xf32>, %n: index, %a: f32";

describe("expressions", () => {
  it("nest where they are used once, and are named where more often", () => {
    expect(
      statements(
        buffers,
        `%i = gpu.thread_id x
         %c = arith.constant 2.5 : f32
         %v = memref.load %x[%i] : memref<64xf32>
         %w = arith.mulf %v, %c : f32
         %s = arith.subf %w, %a : f32
         %q = arith.divf %s, %s : f32
         memref.store %q, %y[%i] : memref<64xf32>`,
      ),
    ).toEqual(
      [
        "const int thread_x = (int)thread.x;",
        "const float t = (x[thread_x] * 2.5f) - a;",
        "y[thread_x] = t / t;",
      ].map((l) => l.replace("(x[thread_x] * 2.5f)", "x[thread_x] * 2.5f")),
    );
  });

  it("do not move reads past writes", () => {
    const lines = statements(
      buffers,
      `%i = gpu.thread_id x
       %v = memref.load %x[%i] : memref<64xf32>
       memref.store %a, %x[%i] : memref<64xf32>
       memref.store %v, %y[%i] : memref<64xf32>`,
    );
    expect(lines.slice(1)).toEqual([
      "const float t = x[thread_x];",
      "x[thread_x] = a;",
      "y[thread_x] = t;",
    ]);
  });

  it("wrap integers on unsigned types, and never index", () => {
    const lines = statements(
      "%p: memref<8xi32>, %u: i32, %v: i32, %i: index",
      `%s = arith.muli %u, %v : i32
       %t = arith.shrsi %s, %v : i32
       %c1 = arith.constant 1 : index
       %j = arith.subi %i, %c1 : index
       memref.store %t, %p[%j] : memref<8xi32>`,
    );
    expect(lines).toEqual(["p[i - 1] = (int)((uint)u * (uint)v) >> (uint)v;"]);
  });

  it("divide by constants with the operator, and by others with care", () => {
    const { source } = emit(
      "%p: memref<8xi32>, %u: i32, %v: i32, %i: index",
      `%c7 = arith.constant 7 : i32
       %s = arith.divsi %u, %c7 : i32
       %t = arith.remsi %s, %v : i32
       memref.store %t, %p[%i] : memref<8xi32>`,
    );
    expect(source).toContain("rem_i32(u / 7, v)");
    expect(source).toContain("if (b == 0) return a;");
  });

  it("name the type of choices among narrow integers, for overloads", () => {
    const { source } = emit(
      "%p: memref<8xi8>, %c: i1, %i: index",
      `%u = memref.load %p[%i] : memref<8xi8>
       %z = arith.constant 0 : i8
       %s = arith.select %c, %u, %z : i8
       %m = arith.maxsi %s, %z : i8
       memref.store %m, %p[%i] : memref<8xi8>`,
    );
    expect(source).toContain("p[i] = (i8)max((i8)(c != 0 ? p[i] : 0), (i8)0);");
  });

  it("fuse products into sums only where both allow it", () => {
    const fused = (flags: string): string[] =>
      statements(
        buffers,
        `%c0 = arith.constant 0 : index
         %p = arith.mulf %a, %a ${flags} : f32
         %s = arith.addf %p, %a ${flags} : f32
         memref.store %s, %y[%c0] : memref<64xf32>`,
      );
    expect(fused("fastmath<contract>")).toEqual(["y[0] = fma(a, a, a);"]);
    expect(fused("")).toEqual(["y[0] = a * a + a;"]);
  });

  it("write floats so that they read back", () => {
    for (const [literal, text] of [
      ["0.1", "0.1f"],
      ["-0.0", "-0.0f"],
      ["1.0e+30", "1e+30f"],
      ["3.40282347E+38", "3.4028235e+38f"],
      ["0x7F800000", "as_float(2139095040u)"],
      ["0x7FC00000", "as_float(2143289344u)"],
    ] as const) {
      const [line] = statements(
        buffers,
        `%c0 = arith.constant 0 : index
         %c = arith.constant ${literal} : f32
         memref.store %c, %y[%c0] : memref<64xf32>`,
      );
      expect(line).toBe(`y[0] = ${text};`);
    }
  });

  it("round narrow floats after each operation", () => {
    const { source } = emit(
      "%h: memref<4xbf16>, %g: memref<4xf16>, %i: index",
      `%v = memref.load %h[%i] : memref<4xbf16>
       %s = arith.addf %v, %v : bf16
       memref.store %s, %h[%i] : memref<4xbf16>
       %w = memref.load %g[%i] : memref<4xf16>
       memref.store %w, %g[%i] : memref<4xf16>`,
    );
    expect(source).toContain("f32_round_bf16(t + t)");
    expect(source).toContain("g[i] = half_encode(half_decode(g[i]));");
  });
});

describe("control flow", () => {
  it("assigns what a loop carries at once", () => {
    const lines = statements(
      buffers,
      `%c0 = arith.constant 0 : index
       %c1 = arith.constant 1 : index
       %r:2 = scf.for %i = %c0 to %n step %c1 iter_args(%p = %a, %q = %a) -> (f32, f32) {
         %s = arith.addf %p, %q : f32
         scf.yield %q, %s : f32, f32
       }
       memref.store %r#1, %y[%c0] : memref<64xf32>`,
    );
    expect(lines).toEqual([
      "float acc = a;",
      "float acc_1 = a;",
      "for (int i = 0; i < n; i++) {",
      "  const float next = acc + acc_1;",
      "  acc = acc_1;",
      "  acc_1 = next;",
      "}",
      "y[0] = acc_1;",
    ]);
  });

  it("counts integers past their width in 64 bits", () => {
    const lines = statements(
      "%p: memref<8xi32>, %u: i32, %v: i32",
      `%c0 = arith.constant 0 : index
       scf.for %i = %u to %v step %v : i32 {
         memref.store %i, %p[%c0] : memref<8xi32>
       }`,
    );
    expect(lines[0]).toBe("const long end = (long)v;");
    expect(lines).toContain("  p[0] = (int)i;");
  });

  it("leaves a while loop where its condition fails", () => {
    const lines = statements(
      buffers,
      `%c0 = arith.constant 0 : index
       %z = arith.constant 0.0 : f32
       %r = scf.while (%v = %a) : (f32) -> f32 {
         %c = arith.cmpf ogt, %v, %z : f32
         scf.condition(%c) %v : f32
       } do {
       ^bb0(%w: f32):
         %d = arith.subf %w, %a : f32
         scf.yield %d : f32
       }
       memref.store %r, %y[%c0] : memref<64xf32>`,
    );
    expect(lines).toEqual([
      "float state = a;",
      "for (;;) {",
      "  if (!(state > 0.0f)) break;",
      "  state = state - a;",
      "}",
      "y[0] = state;",
    ]);
  });

  it("gives branches their results", () => {
    const lines = statements(
      buffers,
      `%c0 = arith.constant 0 : index
       %c = arith.cmpi slt, %n, %c0 : index
       %r = scf.if %c -> (f32) {
         scf.yield %a : f32
       } else {
         %m = arith.negf %a : f32
         scf.yield %m : f32
       }
       memref.store %r, %y[%c0] : memref<64xf32>`,
    );
    expect(lines.map((l) => l.trim())).toEqual([
      "float value;",
      "if (n < 0) {",
      "value = a;",
      "} else {",
      "value = -a;",
      "}",
      "y[0] = value;",
    ]);
  });
});

describe("memory", () => {
  it("is addressed by extents, in the kernel's width of index", () => {
    const body = `%v = memref.load %m[%i, %j, %i] : memref<?x?x8xf32>
      memref.store %v, %m[%j, %i, %i] : memref<?x?x8xf32>`;
    const { source, kernels } = emit("%m: memref<?x?x8xf32>, %i: index, %j: index", body, 64);
    expect(source).toContain("m[(i * m_1 + j) * 8 + i]");
    expect(kernels[0]).toMatchObject({
      name: "k",
      indexBits: 64,
      params: [
        { kind: "memref", dynamicDims: [0, 1], isWritten: true },
        { kind: "scalar", type: "i64" },
        { kind: "scalar", type: "i64" },
      ],
    });
  });

  it("is read and written wide where it is aligned, in words where elements are narrow", () => {
    const { source } = emit(
      "%x: memref<64xf32>, %b: memref<64xi8>, %i: index",
      `%v = vector.load %x[%i] {alignment = 16 : i64} : memref<64xf32>, vector<4xf32>
       vector.store %v, %x[%i] : memref<64xf32>, vector<4xf32>
       %w = vector.load %b[%i] {alignment = 2 : i64} : memref<64xi8>, vector<2xi8>
       vector.store %w, %b[%i] {alignment = 2 : i64} : memref<64xi8>, vector<2xi8>`,
    );
    expect(source).toContain("const float4 wide = *(global const float4 *)(x + i);");
    expect(source).toContain("x[i + 3] = wide.w;");
    expect(source).toContain("(u8)(wide_1 >> 8)");
    expect(source).toMatch(/\*\(global u16 \*\)\(b \+ i\) = .* \| .* << 8/);
  });

  it("is constant where nothing writes it, and restricted where it is said", () => {
    const { source } = emit(
      "%x: memref<4xf32> {llvm.noalias, llvm.readonly}, %y: memref<4xf32>, %z: memref<4xi1>",
      `%c0 = arith.constant 0 : index
       %v = memref.load %x[%c0] : memref<4xf32>
       memref.store %v, %y[%c0] : memref<4xf32>
       %b = memref.load %z[%c0] : memref<4xi1>
       scf.if %b { memref.store %v, %y[%c0] : memref<4xf32> }`,
    );
    expect(source).toContain("kernel k(const float *restrict x, float *y, const u8 *z) {");
    expect(source).toContain("if (z[0] != 0) {");
  });

  it("is updated atomically", () => {
    const lines = statements(
      "%p: memref<8xi32>, %u: i32, %i: index",
      `%o = memref.atomic_rmw addi %u, %p[%i] : (i32, memref<8xi32>) -> i32
       %q = memref.atomic_rmw maxu %o, %p[%i] : (i32, memref<8xi32>) -> i32
       %r = memref.atomic_rmw muli %u, %p[%i] : (i32, memref<8xi32>) -> i32`,
    );
    expect(lines[0]).toBe("const int old = atomic_add(&p[i], u);");
    expect(lines[1]).toBe("atomic_max(&p[i], (uint)old);");
    expect(lines.at(-1)).toMatch(/^do old_1 = p\[i\]; while \(!swap\(&p\[i\], old_1, .*\)\);$/);
  });
});

describe("names", () => {
  it("are the source's, unique, and no keywords", () => {
    const { source } = emit(
      "%float: memref<4xf32>, %reserved: f32, %k: f32",
      `%c0 = arith.constant 0 : index
       %s = arith.addf %reserved, %k : f32
       %t = arith.mulf %s, %s : f32
       memref.store %t, %float[%c0] : memref<4xf32>`,
    );
    expect(source).toContain("float *float_1, const float reserved_1, const float k_1");
  });
});

describe("what has no form", () => {
  it.each([
    ["%x: memref<4xi24>", "", /memory of `i24`/],
    ["%x: memref<4xf32, strided<[2]>>", "", /parameter of/],
    [
      "%v: f32, %x: memref<4xf32>",
      `%e = math.erf %v : f32
       %c0 = arith.constant 0 : index
       memref.store %e, %x[%c0] : memref<4xf32>`,
      /erf in plain C/,
    ],
    [
      "%v: f64, %x: memref<4xf64>",
      `%c0 = arith.constant 0 : index
       %o = memref.atomic_rmw addf %v, %x[%c0] : (f64, memref<4xf64>) -> f64`,
      /an atomic `addf`/,
    ],
  ] as const)("%s is refused", (signature, body, message) => {
    expect(() => emit(signature, body)).toThrow(message);
  });
});

it("says what a program needs, and where each line comes from", () => {
  const { features, source, origins } = emit(
    "%x: memref<4xf64>",
    `%c0 = arith.constant 0 : index
     %v = memref.load %x[%c0] : memref<4xf64>
     memref.store %v, %x[%c0] : memref<4xf64>`,
  );
  expect([...features]).toEqual(["fp64"]);
  const lines = source.split("\n");
  const at = lines.findIndex((l) => l.includes("x[0] = x[0]"));
  expect(origins[at]).toBeDefined();
  expect(origins[0]).toBeUndefined();
});
