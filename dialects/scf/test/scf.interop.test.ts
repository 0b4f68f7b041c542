import { expectUpstreamAgrees, skipMlirOpt } from "@strata/testing";
import { readFileSync } from "node:fs";
import { test } from "vitest";
import { context } from "./context.ts";

const text = readFileSync(new URL("roundtrip.mlir", import.meta.url), "utf8");

test.skipIf(skipMlirOpt)("upstream reads and writes the same", () => {
  expectUpstreamAgrees(context, text);
});
