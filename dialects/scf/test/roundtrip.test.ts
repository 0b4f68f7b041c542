import { expectRoundTrip } from "@strata/testing";
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { scf } from "../src/index.ts";
import { context } from "./context.ts";

const text = readFileSync(new URL("roundtrip.mlir", import.meta.url), "utf8");

test("every operation is in the text", () => {
  for (const name of scf.ops.keys()) expect(text).toContain(name);
});

test("print and parse are inverses", () => {
  expectRoundTrip(context, text);
});
