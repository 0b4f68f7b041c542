/** Loops become the kernels they should, which compute what the loops did. */
import { DiagnosticError } from "@strata/support";
import { describe, expect, test } from "vitest";
import { cudaTarget, lowerLoopsToGpu, openclTarget } from "../src/lower-to-gpu.ts";
import { buffer, lowered, program, run, smallTarget } from "./gpu-programs.ts";

const numbers = (n: number, f: (i: number) => number): Int32Array =>
  Int32Array.from({ length: n }, (_, i) => f(i));
const floats = (n: number, f: (i: number) => number): Float32Array =>
  Float32Array.from({ length: n }, (_, i) => f(i));

const scale = (size: string, n: number): ReturnType<typeof program> =>
  program(
    `(%x: memref<${size}xf32>, %a: f32, %out: memref<${size}xf32>)`,
    n,
    `scf.parallel (%i) = (%c0) to (%n) step (%c1) {
      %v = memref.load %x[%i] : memref<${size}xf32>
      %w = arith.mulf %a, %v : f32
      memref.store %w, %out[%i] : memref<${size}xf32>
      scf.reduce
    }`,
  );

describe("maps", () => {
  test("read vectors where that leaves threads enough", () => {
    const text = lowered(scale("4194304", 4194304));
    expect(text).toContain("vector.load");
    expect(text).toContain("%arg2: memref<4194304xf32> {llvm.noalias}");
    expect(text).toContain("%arg0: memref<4194304xf32> {llvm.noalias, llvm.readonly}");
    expect(text).toContain("index_bitwidth = 32");
    expect(lowered(scale("1000", 1000))).not.toContain("vector.load");
  });

  test("need wide indices where extents are not known", () => {
    expect(lowered(scale("?", 1000))).toContain("index_bitwidth = 64");
  });

  test("leave the rest of a vector to scalars", () => {
    const args = [buffer(floats(1003, (i) => i)), 2, buffer(new Float32Array(1003))];
    const before = run(scale("1003", 1003), args);
    const module = scale("1003", 1003);
    expect(lowered(module, smallTarget)).toContain("vector.store");
    expect(run(module, args)).toEqual(before);
  });

  test("run over six dimensions, strided, with other bounds than 0", () => {
    const make = (): ReturnType<typeof program> =>
      program(
        "(%out: memref<2x3x2x3x4x7xi32>)",
        2,
        `%c3 = arith.constant 3 : index
        %c4 = arith.constant 4 : index
        %c7 = arith.constant 7 : index
        scf.parallel (%a, %b, %c, %d, %e, %g) = (%c0, %c1, %c0, %c0, %c0, %c1)
            to (%n, %c3, %n, %c3, %c4, %c7) step (%c1, %c1, %c1, %n, %c1, %n) {
          %s = arith.addi %a, %b : index
          %t = arith.muli %s, %g : index
          %u = arith.addi %t, %d : index
          %v = arith.index_cast %u : index to i32
          memref.store %v, %out[%a, %b, %c, %d, %e, %g] : memref<2x3x2x3x4x7xi32>
          scf.reduce
        }`,
      );
    const args = [buffer(new Int32Array(1008), [2, 3, 2, 3, 4, 7])];
    const before = run(make(), args);
    for (const target of [cudaTarget, smallTarget]) {
      const module = make();
      lowered(module, target);
      expect(run(module, args)).toEqual(before);
    }
  });

  test("do nothing over nothing", () => {
    const module = scale("0", 0);
    lowered(module);
    expect(run(module, [buffer(new Float32Array(0)), 2, buffer(new Float32Array(0))])).toEqual([]);
  });

  test("say nothing of buffers that may be one", () => {
    const text = lowered(
      program(
        "(%x: memref<64xi32>, %y: memref<64xi32>, %c: i1)",
        64,
        `%p = arith.select %c, %x, %y : memref<64xi32>
        scf.parallel (%i) = (%c0) to (%n) step (%c1) {
          %v = memref.load %p[%i] : memref<64xi32>
          %w = arith.addi %v, %v : i32
          memref.store %w, %x[%i] : memref<64xi32>
          scf.reduce
        }`,
      ),
    );
    expect(text).not.toContain("llvm.noalias");
  });
});

const sum = (flags: string): ReturnType<typeof program> =>
  program(
    "(%x: memref<9000xf32>) -> f32",
    9000,
    `%z = arith.constant 0.0 : f32
    %s = scf.for %i = %c0 to %n step %c1 iter_args(%acc = %z) -> (f32) {
      %v = memref.load %x[%i] : memref<9000xf32>
      %t = arith.addf %acc, %v ${flags}: f32
      scf.yield %t : f32
    }`,
    "return %s : f32",
  );

describe("reductions", () => {
  test("take two launches when the order is free", () => {
    const text = lowered(sum("fastmath<reassoc> "));
    expect(text).toContain("@f_partial");
    expect(text).toContain("@f_combine");
    expect(text).toContain("gpu.shuffle");
    expect(lowered(sum("fastmath<reassoc> "), openclTarget)).not.toContain("gpu.shuffle");
  });

  test("stay in order when it is not", () => {
    const text = lowered(sum(""));
    expect(text).toContain("@f_scalar");
    expect(text).not.toContain("@f_partial");
  });

  test("of a parallel loop combine as well", () => {
    const make = (): ReturnType<typeof program> =>
      program(
        "(%x: memref<50x60xi32>) -> i32",
        50,
        `%m = arith.constant 60 : index
        %z = arith.constant 7 : i32
        %s = scf.parallel (%i, %j) = (%c0, %c0) to (%n, %m) step (%c1, %c1) init (%z) -> i32 {
          %v = memref.load %x[%i, %j] : memref<50x60xi32>
          scf.reduce(%v : i32) {
          ^bb0(%a: i32, %b: i32):
            %t = arith.addi %a, %b : i32
            scf.reduce.return %t : i32
          }
        }`,
        "return %s : i32",
      );
    const args = [
      buffer(
        numbers(3000, (i) => (i * 37) % 101),
        [50, 60],
      ),
    ];
    const module = make();
    expect(lowered(module)).toContain("@f_reduce");
    expect(run(module, args)).toEqual(run(make(), args));
  });

  /** The largest element and its position, ties to the `tie` one. */
  const argmax = (tie: "slt" | "sgt" | "always"): ReturnType<typeof program> =>
    program(
      "(%x: memref<3000xi32>) -> (i32, i32)",
      3000,
      `%z = arith.constant 0 : i32
      %none = arith.constant -1 : i32
      %r:2 = scf.for %i = %c0 to %n step %c1 iter_args(%best = %z, %at = %none) -> (i32, i32) {
        %v = memref.load %x[%i] : memref<3000xi32>
        %k = arith.index_cast %i : index to i32
        %more = arith.cmpi sgt, %v, %best : i32
        %same = arith.cmpi eq, %v, %best : i32
        %before = ${tie === "always" ? "arith.cmpi eq, %k, %k" : `arith.cmpi ${tie}, %k, %at`} : i32
        %tie = arith.andi %same, %before : i1
        %first = arith.cmpi eq, %at, %none : i32
        %some = arith.cmpi ne, %k, %none : i32
        %a = arith.ori %more, %tie : i1
        %b = arith.ori %a, %first : i1
        %c = arith.andi %b, %some : i1
        %p = arith.select %c, %v, %best : i32
        %q = arith.select %c, %k, %at : i32
        scf.yield %p, %q : i32, i32
      }`,
      "return %r#0, %r#1 : i32, i32",
    );

  test("find positions when a check of all orders says that the order is free", () => {
    const args = [buffer(numbers(3000, (i) => (i * 7919) % 500))];
    const module = argmax("slt");
    expect(lowered(module)).not.toContain("@f_scalar");
    expect(run(module, args)).toEqual(run(argmax("slt"), args));
    expect(lowered(argmax("sgt"))).not.toContain("@f_scalar");
    // The last of equal elements wins, whichever that is.
    expect(lowered(argmax("always"))).toContain("@f_scalar");
  });

  test("stay on the device when only kernels need them", () => {
    const make = (): ReturnType<typeof program> =>
      program(
        "(%x: memref<300xi32>, %out: memref<300xi32>)",
        300,
        `%z = arith.constant 0 : i32
        %s = scf.for %i = %c0 to %n step %c1 iter_args(%acc = %z) -> (i32) {
          %v = memref.load %x[%i] : memref<300xi32>
          %t = arith.addi %acc, %v : i32
          scf.yield %t : i32
        }
        %d = arith.addi %s, %s : i32
        scf.parallel (%i) = (%c0) to (%n) step (%c1) {
          %v = memref.load %x[%i] : memref<300xi32>
          %w = arith.muli %v, %d : i32
          memref.store %w, %out[%i] : memref<300xi32>
          scf.reduce
        }`,
      );
    const args = [buffer(numbers(300, (i) => i)), buffer(new Int32Array(300))];
    const module = make();
    expect(lowered(module)).not.toContain("gpu.memcpy");
    expect(run(module, args)).toEqual(run(make(), args));
  });
});

const scan = (op: string): ReturnType<typeof program> =>
  program(
    "(%x: memref<5000xi32>, %out: memref<5000xi32>) -> i32",
    5000,
    `%z = arith.constant 3 : i32
    %s = scf.for %i = %c0 to %n step %c1 iter_args(%acc = %z) -> (i32) {
      %v = memref.load %x[%i] : memref<5000xi32>
      %t = arith.${op} %acc, %v : i32
      memref.store %t, %out[%i] : memref<5000xi32>
      scf.yield %t : i32
    }`,
    "return %s : i32",
  );

describe("scans", () => {
  test("take three launches when the combination is associative", () => {
    const args = [buffer(numbers(5000, (i) => (i * 31) % 17)), buffer(new Int32Array(5000))];
    for (const target of [cudaTarget, openclTarget]) {
      const module = scan("addi");
      expect(lowered(module, target)).toContain("@f_offsets");
      expect(run(module, args)).toEqual(run(scan("addi"), args));
    }
    expect(lowered(scan("subi"))).toContain("@f_scalar");
  });
});

const count = (bins: string, type = "i32", flags = ""): ReturnType<typeof program> =>
  program(
    `(%x: memref<4000xi32>, %w: ${type}, %out: memref<${bins}x${type}>)`,
    4000,
    `scf.for %i = %c0 to %n step %c1 {
      %v = memref.load %x[%i] : memref<4000xi32>
      %b = arith.index_cast %v : i32 to index
      %old = memref.load %out[%b] : memref<${bins}x${type}>
      %new = arith.${type === "f32" ? "addf" : "addi"} %old, %w ${flags}: ${type}
      memref.store %new, %out[%b] : memref<${bins}x${type}>
    }`,
  );

describe("histograms", () => {
  test("count in the memory of blocks where the bins fit", () => {
    const args = [buffer(numbers(4000, (i) => (i * i) % 64)), 2, buffer(new Int32Array(64))];
    for (const bins of ["64", "?"]) {
      const module = count(bins);
      const text = lowered(module);
      expect(text).toContain("memref.atomic_rmw addi");
      expect(text.includes("workgroup(")).toBe(bins === "64");
      expect(run(module, args)).toEqual(run(count(bins), args));
    }
  });

  test("of floats need a free order and atomic additions", () => {
    expect(lowered(count("64", "f32", "fastmath<reassoc> "))).toContain("atomic_rmw addf");
    expect(lowered(count("64", "f32"))).toContain("@f_scalar");
    expect(lowered(count("64", "f32", "fastmath<reassoc> "), openclTarget)).toContain("@f_scalar");
  });

  test("of narrow integers collect in wider ones", () => {
    const text = lowered(count("64", "i8"));
    expect(text).toContain("@f_clear");
    expect(text).toContain("@f_narrow");
  });
});

describe("counted loops", () => {
  const shift = (from: string): ReturnType<typeof program> =>
    program(
      "(%x: memref<101xi32>, %y: memref<101xi32>)",
      100,
      `scf.for %i = %c0 to %n step %c1 {
        %j = arith.addi %i, %c1 : index
        %v = memref.load ${from}[%j] : memref<101xi32>
        memref.store %v, %y[%i] : memref<101xi32>
      }`,
    );

  test("run at once when their iterations do not depend on each other", () => {
    expect(lowered(shift("%x"))).toContain("threads in (%c256");
    expect(lowered(shift("%y"))).toContain("@f_scalar");
  });

  test("stay with the host around launches", () => {
    const text = lowered(
      program(
        "(%x: memref<64xi32>)",
        5,
        `%m = arith.constant 64 : index
        scf.for %k = %c0 to %n step %c1 {
          scf.parallel (%i) = (%c0) to (%m) step (%c1) {
            %v = memref.load %x[%i] : memref<64xi32>
            %w = arith.addi %v, %v : i32
            memref.store %w, %x[%i] : memref<64xi32>
            scf.reduce
          }
        }`,
      ),
    );
    expect(text).toMatch(/scf\.for[^}]*gpu\.launch_func/);
  });
});

describe("scalars", () => {
  test("of the device come back by copies", () => {
    const make = (): ReturnType<typeof program> =>
      program(
        "(%x: memref<8xi32>) -> i32",
        3,
        `%v = memref.load %x[%n] : memref<8xi32>
        %w = memref.load %x[%c1] : memref<8xi32>
        %s = arith.addi %v, %w : i32`,
        "return %s : i32",
      );
    const module = make();
    expect(lowered(module).match(/gpu\.launch_func/g)).toHaveLength(1);
    expect(run(module, [buffer(numbers(8, (i) => i * i))])).toEqual([
      10, 0, 1, 4, 9, 16, 25, 36, 49,
    ]);
  });
});

describe("remarks", () => {
  test("say how each loop runs", () => {
    const forms = (module: ReturnType<typeof program>): string[] => {
      const out: string[] = [];
      lowerLoopsToGpu(module, cudaTarget, ({ op, form }) => out.push(`${op.name}: ${form}`));
      return out;
    };
    expect(forms(scale("1000", 1000))).toEqual(["scf.parallel: points"]);
    expect(forms(sum(""))).toEqual(["scf.for: one thread"]);
    expect(forms(sum("fastmath<reassoc> "))).toEqual(["scf.for: reduction"]);
    expect(forms(scan("addi"))).toEqual(["scf.for: scan"]);
    expect(forms(count("64"))).toEqual(["scf.for: atomic updates"]);
  });
});

describe("refusals", () => {
  test("name what does not run on a GPU", () => {
    const module = program(
      "(%x: memref<8xi32>)",
      8,
      `scf.parallel (%i) = (%c0) to (%n) step (%c1) {
        %a = memref.alloc() : memref<4xi32>
        memref.dealloc %a : memref<4xi32>
        scf.reduce
      }`,
    );
    expect(() => lowered(module)).toThrow(DiagnosticError);
  });
});
