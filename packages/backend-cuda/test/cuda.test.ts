/** What of the device `cuda` needs no GPU: text, compiling, diagnostics, launch parameters. */
import { cudaTarget } from "@strata/compiler";
import { analyzeKernel, emitKernel, parseKernelFile } from "@strata/frontend";
import { bytesAt } from "@strata/runtime/native";
import { DiagnosticError, SourceFile } from "@strata/support";
import { skipNvrtc } from "@strata/testing/nvrtc-tools";
import { describe, expect, it } from "vitest";
import {
  compileCuda,
  cudaProvider,
  emitCuda,
  type EmittedCuda,
  expectNvrtc,
  findCuda,
} from "@strata/backend-cuda";
import { isFatal } from "../src/driver-api.ts";
import { noNvrtc } from "../src/errors.ts";
import { LaunchSlots } from "../src/launch-slots.ts";
import { explainLog } from "../src/nvrtc.ts";

const text = `
import { i32, map, sum, type Tensor, type Dim, type f16, type f32, type f64 } from "@strata/kernel";
export function square<n extends Dim>(x: Tensor<f32, [n]>): Tensor<f32, [n]> {
  return map(x, (v) => v * v);
}
export function total<n extends Dim>(x: Tensor<f32, [n]>): f32 {
  return sum(x);
}
export function halves<n extends Dim>(x: Tensor<f16, [n]>): Tensor<f16, [n]> {
  return map(x, (v) => v + v);
}
export function doubles<n extends Dim>(x: Tensor<f64, [n]>): Tensor<i32, [n]> {
  return map(x, (v) => i32(v));
}
`;

const syntax = parseKernelFile(new SourceFile("cuda.kernel.ts", text));

async function emit(name: string, n?: number): Promise<EmittedCuda> {
  const dims = new Map(n === undefined ? [] : [["n", n]]);
  return emitCuda(emitKernel(analyzeKernel(syntax, name, { dims })), name, cudaTarget);
}

describe("CUDA C++", () => {
  it("is what a kernel says, on the threads of a grid", async () => {
    const { program, image } = await emit("square", 4096);
    const source = program!.source;
    expect(source).toContain('extern "C" __global__ void __launch_bounds__(');
    expect(source).toContain("const float *__restrict__ x");
    expect(source).toContain("blockIdx.x");
    expect(image.kernels).toHaveLength(1);
    expect(image.host).toContain("gpu.launch_func");
  });

  it("exchanges registers where threads of a warp reduce", async () => {
    const { program } = await emit("total", 2 ** 20);
    expect(program!.source).toContain("__shfl_");
  });

  it.skipIf(skipNvrtc).each(["square", "total", "halves", "doubles"])(
    "of %s compiles to machine code and to PTX that fuses nothing",
    async (name) => {
      const { program } = await emit(name);
      const nvrtc = expectNvrtc();
      const options = { name, architecture: "sm_90", to: "cubin" } as const;
      expect(compileCuda(nvrtc, program!.source, options).length).toBeGreaterThan(1000);
      const ptx = compileCuda(nvrtc, program!.source, {
        ...options,
        architecture: "compute_90",
        to: "ptx",
      });
      const listing = new TextDecoder().decode(ptx);
      expect(listing).toContain(".target sm_90");
      expect(listing).not.toMatch(/\bfma\.rn\.f32|\bmad\.f32|div\.approx|sqrt\.approx/);
    },
  );

  it.skipIf(skipNvrtc)("that is wrong is told with NVRTC's words", () => {
    let found: unknown;
    try {
      compileCuda(expectNvrtc(), "__global__ void k() { x = 1; }", {
        name: "wrong",
        architecture: "sm_90",
        to: "cubin",
      });
    } catch (error) {
      found = error;
    }
    expect(found).toBeInstanceOf(DiagnosticError);
    const [diagnostic] = (found as DiagnosticError).diagnostics;
    expect(diagnostic).toMatchObject({ code: "cuda.compile", kind: "bug" });
    expect(diagnostic?.notes[0]?.message).toMatch(/wrong\.cu\(1\): error: identifier "x"/);
  });
});

describe("logs of NVRTC", () => {
  it("lead to the kernel's source", () => {
    const file = new SourceFile("k.kernel.ts", "line one\nline two\n");
    const log = 'k.cu(2): error: identifier "y" is undefined\n\n1 error detected\n';
    const notes = explainLog(log, [undefined, { file, offset: 9 }]);
    expect(notes[0]).toMatchObject({ span: { file, start: 9 } });
  });
});

describe("what is missing", () => {
  it("is told with what to install", () => {
    const [diagnostic] = noNvrtc(["libnvrtc.so.13"]).diagnostics;
    expect(diagnostic).toMatchObject({ code: "cuda.nvrtc-missing" });
    expect(diagnostic?.hint).toMatch(/pip install nvidia-cuda-nvrtc/);
  });

  it.skipIf(!("problem" in findCuda()))("a driver makes the device unavailable", async () => {
    expect(await cudaProvider.probe()).toMatchObject({
      available: false,
      hint: expect.stringContaining("NVIDIA's driver") as string,
    });
    await expect(cudaProvider.open(0)).rejects.toThrow(/CUDA is not there/);
  });

  it("knows which errors take the context", () => {
    expect([700, 719, 999].map(isFatal)).toEqual([true, true, true]);
    expect([1, 2, 600].map(isFatal)).toEqual([false, false, false]);
  });
});

describe("launch parameters", () => {
  it("lie in memory as C lays them out, and are listed by address", () => {
    const slots = new LaunchSlots(["address", "i32", "f32", "f64", "i64", "u8"]);
    slots.setAddress(0, 0x7fff_0000_1234n);
    slots.setScalar(1, -2);
    slots.setScalar(2, 1.5);
    slots.setScalar(3, -0.25);
    slots.setScalar(4, -3n);
    slots.setScalar(5, 1);
    const list = new BigUint64Array(bytesAt(BigInt(slots.pointers), 48).buffer);
    const at = (k: number): DataView => new DataView(bytesAt(list[k]!, 8).buffer);
    expect(at(0).getBigUint64(0, true)).toBe(0x7fff_0000_1234n);
    expect(at(1).getInt32(0, true)).toBe(-2);
    expect(at(2).getFloat32(0, true)).toBe(1.5);
    expect(at(3).getFloat64(0, true)).toBe(-0.25);
    expect(at(4).getBigInt64(0, true)).toBe(-3n);
    expect(at(5).getUint8(0)).toBe(1);
  });
});
