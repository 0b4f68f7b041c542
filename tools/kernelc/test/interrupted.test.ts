/** A run that is ended while it writes leaves what was there, or the whole result: never a part. */
import { spawn } from "node:child_process";
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, it } from "vitest";
import { makeFolder, removeFolders } from "./capture.ts";

const main = fileURLToPath(new URL("../src/main.ts", import.meta.url));
const elements = 24_000_000;
const KERNEL = `import { build, type Dim, f32, type i32, type Tensor } from "@strata/kernel";
export function ramp(n: i32): Tensor<f32, [Dim]> { return build([n], (i) => f32(i)); }
`;

afterAll(removeFolders);

it.each(["SIGKILL", "SIGTERM"] as const)(
  "%s while the result is written",
  async (signal) => {
    const folder = makeFolder();
    const [kernel, out] = [join(folder, "ramp.kernel.ts"), join(folder, "out.npy")];
    writeFileSync(kernel, KERNEL);
    writeFileSync(out, "what was there before");
    const args = [main, "run", kernel, "--in", `n=${elements}`, "--out", out, "--device", "wasm"];
    const child = spawn(process.execPath, args, { stdio: "ignore" });
    const ended = new Promise<void>((resolve) => child.on("close", () => resolve()));
    const parts = (): string[] => readdirSync(folder).filter((name) => name.endsWith(".part"));
    // The first bytes of the result appear, then the end comes.
    while (parts().length === 0 && child.exitCode === null) {
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    child.kill(signal);
    await ended;
    const size = statSync(out).size;
    if (size < elements * 4) expect(readFileSync(out, "utf8")).toBe("what was there before");
    else expect(size).toBe(elements * 4 + 128);
    if (signal === "SIGTERM") expect(parts()).toEqual([]);
  },
  60_000,
);
