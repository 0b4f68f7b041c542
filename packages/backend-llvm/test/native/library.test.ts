/** Finding LLVM: what is taken, what is refused, and what is said about it. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { expectLLVM, OLDEST_MAJOR, searchLLVM } from "@strata/backend-llvm/native";
import { llvmMissing, missingMessage } from "../../src/native/errors.ts";
import { skipLLVM } from "./skip.ts";

function withFolder(files: readonly string[], run: (folder: string) => void): void {
  const folder = mkdtempSync(join(tmpdir(), "strata-llvm-"));
  for (const name of files) writeFileSync(join(folder, name), "no library");
  run(folder);
  rmSync(folder, { recursive: true });
}

describe("looking for LLVM", () => {
  it("tells of a file that is no library", () => {
    withFolder(["libLLVM.so.22.1"], (folder) => {
      const path = join(folder, "libLLVM.so.22.1");
      const search = searchLLVM({ STRATA_LLVM: path });
      expect(search).toEqual({ llvm: undefined, found: [expect.stringContaining(path)] });
    });
  });

  it("tells of versions that are too old, without loading them", () => {
    withFolder(["libLLVM-14.so.1", "libLLVM-15.so"], (folder) => {
      const search = searchLLVM({ STRATA_LLVM: folder });
      expect(search).toEqual({
        llvm: undefined,
        found: [
          `${join(folder, "libLLVM-14.so.1")} is LLVM 14, older than ${OLDEST_MAJOR}`,
          `${join(folder, "libLLVM-15.so")} is LLVM 15, older than ${OLDEST_MAJOR}`,
        ],
      });
    });
  });

  it("tells of a library that is not LLVM", () => {
    const { llvm, ...rest } = searchLLVM({ STRATA_LLVM: "libc.so.6" });
    expect(llvm).toBeUndefined();
    expect(rest).toEqual({ found: ["libc.so.6 is no LLVM of version 16 or newer"] });
  });

  it("says what to install", () => {
    const [diagnostic] = llvmMissing(["/x/libLLVM-14.so is LLVM 14, older than 19"]).diagnostics;
    expect(diagnostic).toMatchObject({
      code: "llvm.missing",
      message: missingMessage(["/x/libLLVM-14.so is LLVM 14, older than 19"]),
      hint: expect.stringContaining("libllvm22"),
    });
  });

  it.skipIf(skipLLVM)("finds a version that is accepted", () => {
    const { version, path } = expectLLVM();
    expect(Number(version.split(".")[0])).toBeGreaterThanOrEqual(OLDEST_MAJOR);
    expect(searchLLVM({ STRATA_LLVM: path }).llvm?.version).toBe(version);
  });
});
