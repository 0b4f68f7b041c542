/** Code generation in process and in a child: results, and everything LLVM may refuse. */
import { DiagnosticError } from "@strata/support";
import { functionAt } from "@strata/runtime/native";
import { describe, expect, it } from "vitest";
import {
  expectLLVM,
  generateCode,
  generateInChild,
  hostMachine,
  Jit,
  machineFor,
  type CodegenOptions,
} from "@strata/backend-llvm/native";
import { skipLLVM } from "./skip.ts";

const SCALE = (name: string): string => `
define void @${name}(ptr noalias %x, i64 %n, float %a) {
entry:
  %some = icmp sgt i64 %n, 0
  br i1 %some, label %loop, label %exit
loop:
  %i = phi i64 [ 0, %entry ], [ %next, %loop ]
  %p = getelementptr float, ptr %x, i64 %i
  %v = load float, ptr %p
  %m = fmul float %v, %a
  store float %m, ptr %p
  %next = add i64 %i, 1
  %more = icmp slt i64 %next, %n
  br i1 %more, label %loop, label %exit
exit:
  ret void
}
`;

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

function messageOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof DiagnosticError) return error.message;
    throw error;
  }
  throw new Error("nothing was refused");
}

async function codeOf(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof DiagnosticError) return error.message;
    throw error;
  }
  throw new Error("nothing was refused");
}

describe.skipIf(skipLLVM)("code generation", () => {
  const compile = (source: string | Uint8Array, more: Partial<CodegenOptions> = {}): Uint8Array => {
    const llvm = expectLLVM();
    const machine = hostMachine(llvm);
    return generateCode(llvm, source, { machine, format: "obj", optimize: "full", ...more }).bytes;
  };

  it("makes code that runs, however it is optimized", () => {
    const jit = new Jit(expectLLVM());
    for (const optimize of ["none", "quick", "full"] as const) {
      const name = `scale_${optimize}`;
      const code = jit.load(compile(SCALE(name), { optimize }), name);
      const scale = functionAt(code.address, ["void", ["void *", "int64", "float"]]);
      const x = Float32Array.from({ length: 37 }, (_, i) => i);
      scale(x, 37, 2);
      expect([...x]).toEqual(Array.from({ length: 37 }, (_, i) => 2 * i));
      code.release();
    }
    jit.close();
    jit.close();
  });

  it("shares code of one name, and gives it back with its last user", () => {
    const jit = new Jit(expectLLVM());
    const object = compile(SCALE("twice"));
    const [a, b] = [jit.load(object, "twice"), jit.load(object, "twice")];
    expect(a.address).toBe(b.address);
    a.release();
    a.release();
    expect(jit.find("twice")).toBe(b.address);
    b.release();
    expect(() => jit.find("twice")).toThrow("llvm.link");
    jit.load(object, "twice").release();
    jit.close();
  });

  it("gives functions of the program names", () => {
    const jit = new Jit(expectLLVM());
    jit.define({ secret_labs: jit.find("labs") });
    const code = jit.load(
      compile(`declare i64 @secret_labs(i64)
        define i64 @f(i64 %x) { %r = call i64 @secret_labs(i64 %x) ret i64 %r }`),
      "f",
    );
    expect(functionAt(code.address, ["int64", ["int64"]])(-9)).toBe(9);
    jit.close();
  });

  it("names what code lacks", () => {
    const jit = new Jit(expectLLVM());
    const object = compile(
      "declare void @nowhere() define void @f() { call void @nowhere() ret void }",
    );
    expect(() => jit.load(object, "f")).toThrow(
      expect.objectContaining({
        diagnostics: [
          expect.objectContaining({
            code: "llvm.link",
            notes: expect.arrayContaining([{ message: expect.stringContaining("nowhere") }]),
          }),
        ],
      }),
    );
    jit.close();
  });

  it("writes text, bitcode and assembly", () => {
    const ll = textOf(compile(SCALE("scale"), { format: "ll", optimize: "none" }));
    expect(ll).toContain("define void @scale");
    expect(ll).toContain(`target triple = "${hostMachine(expectLLVM()).triple}"`);
    const bitcode = compile(SCALE("scale"), { format: "bc" });
    expect(textOf(bitcode.subarray(0, 2))).toBe("BC");
    expect(textOf(compile(bitcode, { format: "asm", optimize: "none" }))).toContain("scale:");
  });

  it("refuses with diagnostics", () => {
    expect(messageOf(() => compile("define void @f() { ret i32 }"))).toMatch(
      /^error\[llvm\.invalid-ir\]: LLVM cannot read the IR: .*expected value token/,
    );
    expect(messageOf(() => compile(new Uint8Array([0x42, 0x43, 0xc0, 0xde, 1, 2, 3, 4])))).toMatch(
      /^error\[llvm\.invalid-ir\]/,
    );
    const broken =
      "define i32 @f(i1 %c) { br i1 %c, label %a, label %b\na: %x = add i32 1, 2\nbr label %b\nb: ret i32 %x }";
    expect(messageOf(() => compile(broken))).toMatch(/^error\[llvm\.verify\]: .*does not dominate/);
    expect(messageOf(() => compile(SCALE("f"), { passes: "no-such-pass" }))).toMatch(
      /^error\[llvm\.passes\]: .*unknown pass name/,
    );
    const inline = 'define void @f() { call void asm "nonsense", ""() ret void }';
    expect(messageOf(() => compile(inline))).toMatch(/^error\[llvm\.error\]/);
  });

  it("tells what passes did, where that is wanted", () => {
    const llvm = expectLLVM();
    const options = { machine: hostMachine(llvm), format: "obj", optimize: "full" } as const;
    const told = generateCode(llvm, SCALE("f"), { ...options, remarks: true }).reports;
    expect(told).toContainEqual(
      expect.objectContaining({
        code: "llvm.remark",
        severity: "remark",
        message: expect.stringContaining("vectorized loop"),
      }),
    );
    expect(generateCode(llvm, SCALE("g"), options).reports).toEqual([]);
  });

  it("knows targets by their triples", () => {
    const llvm = expectLLVM();
    const machine = machineFor(llvm, "nonsense-unknown-none");
    const options = { machine, format: "asm", optimize: "none" } as const;
    expect(messageOf(() => generateCode(llvm, SCALE("f"), options))).toMatch(
      /^error\[llvm\.target\]: LLVM has no target for "nonsense-unknown-none"/,
    );
  });
});

describe.skipIf(skipLLVM)("code generation for other machines", () => {
  const targets: readonly (readonly [string, RegExp])[] = [
    ["aarch64-linux-gnu", /fmul\s+v\d+\.4s/],
    ["riscv64-linux-gnu", /\.attribute\s+\d+, "rv64/],
    ["nvptx64-nvidia-cuda", /\.visible \.func scale/],
    ["x86_64-linux-gnu", /mulps/],
  ];

  it.each(targets)("%s", async (triple, text) => {
    const code = await generateInChild(
      bytesOf(SCALE("scale")),
      { triple },
      {
        format: "asm",
        optimize: "full",
      },
    );
    expect(textOf(code.bytes)).toMatch(text);
    expect(code.machine.triple.split("-")[0]).toBe(triple.split("-")[0]);
  });

  it("takes a processor and features", async () => {
    const target = { triple: "x86_64-linux-gnu", cpu: "x86-64-v3" };
    const options = { format: "asm", optimize: "full" } as const;
    const code = await generateInChild(bytesOf(SCALE("scale")), target, options);
    expect(textOf(code.bytes)).toContain("ymm");
  });

  it("survives what LLVM does not", async () => {
    // No target selects this: half of an inline constraint that does not exist.
    const source = `declare i32 @llvm.nvvm.read.ptx.sreg.tid.x()
define i32 @f() { %r = call i32 @llvm.nvvm.read.ptx.sreg.tid.x() ret i32 %r }`;
    const options = { format: "obj", optimize: "none" } as const;
    const message = await codeOf(
      generateInChild(bytesOf(source), { triple: "aarch64-linux-gnu" }, options),
    );
    expect(message).toMatch(/^error\[llvm\.codegen\]: LLVM cannot make code for aarch64-linux-gnu/);
  });

  it("tells what the other process refuses", async () => {
    const options = { format: "obj", optimize: "none" } as const;
    const target = { triple: "aarch64-linux-gnu" };
    expect(await codeOf(generateInChild(bytesOf("nonsense"), target, options))).toMatch(
      /^error\[llvm\.invalid-ir\]/,
    );
  });
});
