/** `kernelc devices`. */
import { expect, it } from "vitest";
import { kernelc } from "./capture.ts";

it("lists devices for people, for tools and for scripts", async () => {
  const people = await kernelc(["devices"]);
  expect(people).toMatchObject({ status: 0, stderr: "" });
  expect(people.stdout).toMatch(/^wasm {2,}WebAssembly/m);
  expect(people.stdout).toMatch(/^interpreter {2}reference/m);
  const { devices } = JSON.parse((await kernelc(["devices", "--json"])).stdout);
  for (const name of ["wasm", "interpreter"]) {
    expect(devices).toContainEqual(expect.objectContaining({ name, available: true }));
  }
  expect(devices).toContainEqual(expect.objectContaining({ name: "llvm" }));
  const available = devices.filter((d: { available: boolean }) => d.available);
  const names = available.map((d: { name: string }) => `${d.name}\n`).join("");
  expect((await kernelc(["devices", "--quiet"])).stdout).toBe(names);
});
