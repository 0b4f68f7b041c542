/** `kernelc reduce`: what is left is small, verifies, and is still interesting. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { kernelc, makeFolder, removeFolders } from "./capture.ts";

const TEXT = `func.func @keep(%a: i32, %b: i32) -> i32 {
  %0 = arith.addi %a, %b {note = "dropped"} : i32
  %1 = arith.muli %0, %b : i32
  %2 = arith.divsi %1, %a : i32
  %3 = arith.subi %2, %1 : i32
  %c = arith.cmpi slt, %3, %a : i32
  %4 = scf.if %c -> i32 {
    scf.yield %3 : i32
  } else {
    scf.yield %a : i32
  }
  return %4 : i32
}
func.func @drop(%a: f32) -> f32 {
  return %a : f32
}
`;

let file = "";
beforeAll(() => {
  file = join(makeFolder(), "big.mlir");
  writeFileSync(file, TEXT);
});
afterAll(removeFolders);

describe("kernelc reduce", () => {
  it("keeps what the command asks for, and nothing else that can go", async () => {
    const out = file.replace("big", "small");
    const args = ["reduce", file, "--check", "grep -q arith.divsi", "-o", out];
    const { status, stderr } = await kernelc(args);
    expect(stderr).toMatch(/^8 operations became 2, in \d+ runs\n$/);
    expect(status).toBe(0);
    const text = readFileSync(out, "utf8");
    expect(text).toContain("arith.divsi");
    expect(text).not.toMatch(/arith\.(addi|muli|subi|cmpi)|scf|@drop|note/);
  });

  it("refuses what is not interesting from the start", async () => {
    const { status, stderr } = await kernelc(["reduce", file, "--check", "grep -q arith.xori"]);
    expect(stderr).toContain("reduce.not-interesting");
    expect(status).toBe(1);
  });

  it("takes a candidate that runs too long as not interesting", async () => {
    const check = "sleep 30; true";
    const { status } = await kernelc(["reduce", file, "--check", check, "--timeout", "0.2"]);
    expect(status).toBe(1);
  });
});
