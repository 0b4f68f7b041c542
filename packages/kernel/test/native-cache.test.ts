/** Native code kept in files: found again, made anew when damaged, shared by processes. */
import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LLVMDevice } from "@strata/backend-llvm/device";
import { expectLLVM, findLLVM } from "@strata/backend-llvm/native";
import type { Device } from "@strata/runtime";
import { describe, expect, it, onTestFinished } from "vitest";
import { DiskCache } from "../src/disk-cache.ts";
import { openKernel } from "../src/specialize.ts";

const skip = findLLVM().llvm === undefined && process.env["CI"] === undefined;

const TEXT = `import { map, type Dim, type f32, type Tensor } from "@strata/kernel";
export function twice<n extends Dim>(x: Tensor<f32, [n]>): Tensor<f32, [n]> { return map(x, (v) => 2 * v); }
`;

function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "strata-native-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

function openDevice(): LLVMDevice {
  const device = new LLVMDevice(expectLLVM());
  onTestFinished(() => device.close());
  return device;
}

/** Runs the kernel; whether its code was kept, and what it gave. */
async function run(folder: string, device: Device, x: readonly number[]): Promise<string> {
  const store = { cache: new DiskCache(folder), toolchain: "test" };
  const kernel = await openKernel(TEXT, { store });
  const args = kernel.bind({ x: Float32Array.from(x) }, device);
  const { cache, executable } = await kernel.compile(device, args);
  const [result] = executable.run(args);
  if (typeof result !== "object") throw new Error("a tensor was expected");
  const text = `${cache} ${[...result.readSync().data].join()}`;
  result.release();
  executable.release();
  return text;
}

function entries(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile());
}

describe.skipIf(skip)("native code in files", () => {
  it("is found by other devices and processes", async () => {
    const folder = makeFolder();
    expect(await run(folder, openDevice(), [1, 2])).toBe("miss 2,4");
    expect(await run(folder, openDevice(), [3, 4])).toBe("hit 6,8");
    // Other extents, other code.
    expect(await run(folder, openDevice(), [3, 4, 5])).toBe("miss 6,8,10");
  });

  it("is made anew where it is damaged", async () => {
    const folder = makeFolder();
    await run(folder, openDevice(), [1]);
    for (const damage of [
      (bytes: Uint8Array) => bytes.subarray(0, bytes.length - 3),
      (bytes: Uint8Array) => bytes.map((b, i) => (i === bytes.length - 100 ? b ^ 1 : b)),
      () => new Uint8Array(0),
    ]) {
      for (const path of entries(folder)) writeFileSync(path, damage(readFileSync(path)));
      expect(await run(folder, openDevice(), [5])).toBe("miss 10");
      expect(await run(folder, openDevice(), [6])).toBe("hit 12");
    }
  });

  it("is not taken from another machine", async () => {
    const folder = makeFolder();
    await run(folder, openDevice(), [1]);
    class OtherMachine extends LLVMDevice {
      override get codeKey(): string {
        return `${super.codeKey} with another processor`;
      }
    }
    const other = new OtherMachine(expectLLVM());
    onTestFinished(() => other.close());
    expect(await run(folder, other, [1])).toBe("miss 2");
  });

  it("is shared by processes that run at once", async () => {
    const folder = makeFolder();
    const program = `
      import { LLVMDevice } from "@strata/backend-llvm/device";
      import { expectLLVM } from "@strata/backend-llvm/native";
      import { DiskCache } from "@strata/kernel/disk-cache";
      import { openKernel } from "@strata/kernel/specialize";
      const [folder, text] = process.argv.slice(1);
      const device = new LLVMDevice(expectLLVM());
      for (let n = 1; n <= 6; n++) {
        const store = { cache: new DiskCache(folder), toolchain: "test" };
        const kernel = await openKernel(text, { store });
        const args = kernel.bind({ x: new Float32Array(n).fill(n) }, device);
        const { executable } = await kernel.compile(device, args);
        const [result] = executable.run(args);
        if (result.readSync().data.some((v) => v !== 2 * n)) process.exit(1);
        executable.release();
      }
      device.close();`;
    const one = (): Promise<string> =>
      new Promise((resolve) => {
        const args = ["--no-warnings", "--input-type=module", "-e", program, folder, TEXT];
        const child = spawn(process.execPath, args, {
          cwd: import.meta.dirname,
          stdio: ["ignore", "ignore", "pipe"],
        });
        let errors = "";
        child.stderr.on("data", (chunk) => (errors += String(chunk)));
        child.on("close", (status, signal) => resolve(`${status ?? signal} ${errors}`));
      });
    expect(await Promise.all([one(), one(), one()])).toEqual(["0 ", "0 ", "0 "]);
    expect(await run(folder, openDevice(), [1, 1, 1])).toBe("hit 2,2,2");
    expect(entries(folder).filter((path) => path.endsWith(".part"))).toEqual([]);
  }, 120_000);
});
