import { expectRoundTrip, expectUpstreamAgrees, skipMlirOpt } from "@strata/testing";
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { gpu } from "../src/index.ts";
import { context } from "./context.ts";

const text = readFileSync(new URL("roundtrip.mlir", import.meta.url), "utf8");

test("every operation is in the text", () => {
  for (const name of gpu.ops.keys()) expect(text).toContain(name);
});

test("print and parse are inverses", () => {
  expectRoundTrip(context, text);
});

test.skipIf(skipMlirOpt)("upstream reads and writes the same", () => {
  // Upstream knows no `#gpu<dim x>` as the target of a module.
  expectUpstreamAgrees(context, text.replace(" [#gpu<dim x>]", ""));
});
